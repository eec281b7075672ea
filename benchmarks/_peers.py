"""Peers through their own front doors: same folds, space, budget and first point.

Six estimators on scikit-learn's tables and on the CSV files of ``--data`` (no header,
the class in the last column). A task is named ``estimator:table``; ``--tasks`` takes
patterns such as ``svm:*``. A peer that is not installed is listed, not run.
"""

import math
import tempfile
from pathlib import Path

import numpy as np

from benchmarks._comparison import Comparison, read_way
from benchmarks._comparison_page import write_page
from benchmarks._records import Records, run_all
from benchmarks._tasks import bundled_and_csv, names_of, objective_of
from benchmarks.searches import FRONT_DOORS, OPTIMISERS, cannot_run, search

__all__ = ["add_arguments", "command"]

PEERS = list(dict.fromkeys([*FRONT_DOORS, *OPTIMISERS]))
# A gate, no evidence: cheap tasks that leave room above random search. The area under
# the curve has a finer grain than F1, of which a few rows decide on tables so small.
QUICK = {
    "tasks": ["svm:synthetic", "svm:breast_cancer", "logistic:breast_cancer"],
    "peers": ["skbluetuna", "random"],
    "scoring": "roc_auc",
    "budget": 25,
    "seeds": 3,
}
DECIMALS = 6
WORDS = """\
Every search tunes the same estimator on the same rows, scored by the same five folds,
over the same ranges, from the same first configuration if it accepts one (what each
got: `benchmarks/README.md`); the metric is `scoring` on the first line of
`peers.jsonl`. Normalised score: 0 is the median of random search's evaluations on that
task and seed, 1 the best that anyone found.
Intervals are 95 %, tasks and seeds drawn anew; p is Wilcoxon's over tasks, corrected by
Holm for the number of peers."""


def run(task, X, y, name, budget, seed, scoring):
    """One search: scores, times, and its best on the rows held out."""
    objective, rest = objective_of(task, X, y, seed, scoring)
    try:
        trace = search(name, objective, budget, seed)
    except Exception as error:  # a peer that fails is listed, the others go on
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    return {
        "scores": [round(s, DECIMALS) for s in trace.scores],
        "cost": trace.cost and [round(float(c), 4) for c in trace.cost],
        "own": round((trace.wall - sum(trace.fits)) / len(trace.fits), 5),
        "wall": round(trace.wall, 3),
        "cpu": round(trace.cpu, 3),
        "held_out": round(objective.held_out(trace.best(), *rest), DECIMALS),
        "best": trace.best(),
    }


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--data", help="folder of CSV files")
    parser.add_argument("--tasks", nargs="+", default=["*"], help="patterns")
    parser.add_argument("--peers", nargs="+", default=PEERS, choices=PEERS)
    parser.add_argument("--budget", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--scoring", default="f1_macro", help="roc_auc: two classes")
    parser.add_argument("--quick", action="store_true",
                        help="against random search only; fails if behind")  # fmt: skip


def command(args, argv):
    """Run what is missing, write the page and the figures."""
    if args.quick:
        with tempfile.TemporaryDirectory() as folder:
            vars(args).update(QUICK, out=Path(folder))
            return quick(compare(args, argv))
    comparison = compare(args, argv)
    write_page(comparison, args.out, "peers", "Peers through their front doors", WORDS)
    return 0


def compare(args, argv):
    """The runs of all peers on all tasks."""
    problem = {"budget": args.budget, "scoring": args.scoring}
    records = Records(args.out / "peers.jsonl", problem, argv)
    data = bundled_and_csv(args.data)
    absent = cannot_run(args.peers)
    peers = [name for name in args.peers if name not in absent]
    jobs = {}
    for seed in range(args.seeds):
        for task in names_of(args.tasks, data):
            X, y = data[task.split(":")[1]]
            for name in peers:
                jobs[task, name, seed] = (
                    run,
                    (task, X, y, name, args.budget, seed, args.scoring),
                )
    run_all(records, jobs, args.jobs)
    ways = {
        key: read_way(row["scores"], row["cost"], args.budget)
        for key, row in records.runs.items()
    }
    return Comparison(records, ways, normalised(records, ways), args.budget, absent)


def normalised(records, ways):
    """For each task and seed what stands for 0 and for 1."""
    found = {}
    for task, seed in {(t, s) for t, _, s in ways}:
        everyone = [w[-1] for (t, _, s), w in ways.items() if (t, s) == (task, seed)]
        row = records.runs.get((task, "random", seed))
        low = np.nanmedian(row["scores"]) if row else math.nan
        found[task, seed] = (float(low), float(np.nanmax(everyone)))
    return found


def quick(comparison):
    """Exit status: 1 if ours is behind random search in the mean over tasks."""
    gain, low, high = comparison.gain("random")
    print(f"gain over random search: {gain:+.3f} [{low:+.3f}, {high:+.3f}] normalised")
    return int(not gain > 0.0)
