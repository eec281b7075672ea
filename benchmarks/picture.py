"""The README's picture: best score against evaluations, of the runs of peers_50.

Nothing is run. Normalised as on that page: 0 is the median of random search's
evaluations on a task and seed, 1 the best that anyone found; the mean over both.
"""

import gzip
import json
from pathlib import Path

import numpy as np

from benchmarks._comparison import OURS, Comparison, read_way
from benchmarks._figures import ahead
from benchmarks._peers import normalised
from benchmarks._records import PAGES, Records, packed_of

# With six seeds each.
SHOWN = (OURS, "Optuna TPE", "Optuna GP", "Ax", "FLAML", "random")


def add_arguments(parser):
    """No options but those of all commands."""


def command(args, argv):
    """Draw it, and print what it shows."""
    path = PAGES / "peers_50" / "peers.jsonl"
    first = gzip.decompress(packed_of(path).read_bytes()).splitlines()[0]
    problem = json.loads(first)["header"]["problem"]
    records, budget = Records(path, problem, argv), problem["budget"]
    ways = {
        key: read_way(row["scores"], row["cost"], budget)
        for key, row in records.runs.items()
    }
    found = Comparison(records, ways, normalised(records, ways), budget, {})
    means = {
        name: np.mean(
            [found.at(name, n, found.seeds(OURS, name)) for n in range(1, budget + 1)],
            axis=(1, 2),
        )
        for name in SHOWN
    }
    out = Path("doc/images") if args.out == PAGES else args.out
    ahead(means, out / "best_score.png")
    for name, mean in means.items():
        print(f"{name:15}", *(f"{n}: {mean[n - 1]:.3f}" for n in (5, 10, 25, 50)))
    return 0
