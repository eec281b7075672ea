"""Surrogates of real tuning runs (YAHPO Gym): the same report, no estimator fitted.

``--yahpo`` is a folder with a ``landscapes.py`` as ``ablation.py`` describes it. Spaces
are flat: a parameter that does not apply has no effect. Everybody starts from the
centre.
"""

import math
import sys

from benchmarks._comparison import Comparison, read_way
from benchmarks._comparison_page import write_page
from benchmarks._records import Records, run_all
from benchmarks.searches import OPTIMISERS, OTHER_DOORS, cannot_run, maximise
from skbluetuna import BlueTuner

__all__ = ["add_arguments", "command"]

DECIMALS = 9
WORDS = """\
Tuning landscapes of XGBoost, neural networks and decision trees, as functions (ask and
tell, no estimator is fitted). Normalised score: 0 is the median of random search, 1 the
best known, so that 1 less it is the regret. Intervals are 95 %, landscapes and seeds
drawn anew; p is Wilcoxon's over landscapes, corrected by Holm for the number of
peers."""


def development_set(folder):
    """The landscapes of a folder."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    from landscapes import development_set

    return development_set()


def run(folder, index, name, budget, seed):
    """One search on one landscape."""
    land = development_set(folder)[index]
    (centre,) = BlueTuner(land.space, n_iter=1, random_state=0).ask()
    try:
        trace = maximise(name, land.space, centre.params, land.score, budget, seed)
    except Exception as error:  # a peer that fails is listed, the others go on
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    return {
        "scores": [round(s, DECIMALS) for s in trace.scores],
        "own": round((trace.wall - sum(trace.fits)) / len(trace.fits), 5),
        "wall": round(trace.wall, 3),
        "cpu": round(trace.cpu, 3),
        "held_out": math.nan,
    }


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--yahpo", required=True, help="folder of landscapes.py")
    parser.add_argument("--only", default="", help="part of a landscape's name")
    parser.add_argument("--peers", nargs="+", default=[*OPTIMISERS],
                        choices=[*OPTIMISERS, *OTHER_DOORS])  # fmt: skip
    parser.add_argument("--budget", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=1)


def command(args, argv):
    """Run what is missing, write the page and the figures."""
    records = Records(args.out / "landscapes.jsonl", {"budget": args.budget}, argv)
    lands = dict(enumerate(development_set(args.yahpo)))
    lands = {i: land for i, land in lands.items() if args.only in land.name}
    absent = cannot_run(args.peers)
    jobs = {
        (land.name, name, seed): (run, (args.yahpo, i, name, args.budget, seed))
        for seed in range(args.seeds)
        for i, land in lands.items()
        for name in args.peers
        if name not in absent
    }
    run_all(records, jobs, args.jobs)
    scale = {land.name: bounds(land) for land in lands.values()}
    rows = {k: row for k, row in records.runs.items() if k[0] in scale}
    ways = {k: read_way(row["scores"], None, args.budget) for k, row in rows.items()}
    per_run = {(task, seed): scale[task] for task, _, seed in ways}
    comparison = Comparison(records, ways, per_run, args.budget, absent)
    write_page(
        comparison, args.out, "landscapes", "Landscapes", WORDS, shows_regret=True
    )
    return 0


def bounds(land):
    """Scores with a regret of 1 and of 0, which is linear in the score."""
    start, slope = land.regret(0.0), land.regret(1.0) - land.regret(0.0)
    return (1.0 - start) / slope, -start / slope
