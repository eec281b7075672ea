"""The published table: twenty seeds of one synthetic problem, two protocols.

As published, a search is scored on the fifth of the rows that is then reported. The
honest protocol scores it by five folds of the other rows, and reports that fifth.
"""

import numpy as np
from sklearn.datasets import make_classification
from sklearn.model_selection import StratifiedKFold, train_test_split

from benchmarks._objective import Objective
from benchmarks._published_page import write_page
from benchmarks._records import Records, run_all
from benchmarks.searches import search

__all__ = ["add_arguments", "command"]

SPACE = {
    "learning_rate": (0.01, 0.3, "log"),
    "max_depth": (3, 10),
    "subsample": (0.5, 1.0),
    "colsample_bytree": (0.5, 1.0),
    "min_child_weight": (1, 10),
    "gamma": (0.0, 5.0),
}
# XGBoost's own defaults, written out: every search that can be told starts there.
FIRST = {
    "learning_rate": 0.3, "max_depth": 6, "subsample": 1.0, "colsample_bytree": 1.0,
    "min_child_weight": 1, "gamma": 0.0,
}  # fmt: skip
PROTOCOLS = ("published", "honest")
# Searches whose way does not depend on the number of evaluations they are given: of
# those one run is read after each number.
READ_ON_THE_WAY = ("skbluetuna", "Optuna TPE", "Optuna GP", "random")
SHORT = 20  # evaluations; of fewer ours makes its scan shorter
DECIMALS = 6


def objective_of(protocol, seed, trees):
    """What is tuned under a protocol, and the rows that are held out."""
    from xgboost import XGBClassifier

    X, y = make_classification(
        n_samples=1000, n_features=20, n_informative=10, n_redundant=5, flip_y=0.05,
        random_state=seed,
    )  # fmt: skip
    train, test = train_test_split(np.arange(len(y)), test_size=0.2, random_state=seed)
    model = XGBClassifier(n_estimators=trees, n_jobs=1, random_state=0, **FIRST)
    if protocol == "published":
        return Objective(model, SPACE, X, y, [(train, test)]), None
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    cv = list(folds.split(X[train], y[train]))
    return Objective(model, SPACE, X[train], y[train], cv), (X[test], y[test])


def run(protocol, name, n, counts, seed, trees):
    """One search: its scores, its times, and what its best do on the rows held out."""
    objective, rest = objective_of(protocol, seed, trees)
    trace = search(name, objective, n, seed)
    held_out = (
        []
        if rest is None
        else [round(objective.held_out(trace.best(k), *rest), DECIMALS) for k in counts]
    )
    return {
        "scores": [round(s, DECIMALS) for s in trace.scores],
        "ends": [round(t, 4) for t in trace.ends],
        "fits": [round(t, 4) for t in trace.fits],
        "wall": round(trace.wall, 4),
        "cpu": round(trace.cpu, 4),
        "read_at": counts,
        "held_out": held_out,
        "best": trace.best(),
    }


def jobs_of(protocol, counts, args, seed):
    """Every search of a protocol with a seed."""
    most = max(counts)
    wanted = [("skbluetuna classic", most, [most])]
    if protocol in args.schedule:
        wanted += [("skbluetuna classic", None, [None])]
    for name in READ_ON_THE_WAY:
        known = args.gp_counts if name == "Optuna GP" else counts
        short = [n for n in counts if n < SHORT] if name == "skbluetuna" else []
        wanted += [(name, n, [n]) for n in short]
        known = sorted(n for n in known if n in counts and n not in short)
        if known:
            wanted.append((name, max(known), known))
    jobs = {}
    for name, n, read_at in wanted:
        key = (protocol, name, n or "schedule", seed)
        jobs[key] = (run, (protocol, name, n, read_at, seed, args.trees))
    return jobs


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--counts", type=int, nargs="+", default=[40, 80, 318],
                        help="evaluations, protocol as published")  # fmt: skip
    parser.add_argument("--honest-counts", type=int, nargs="+", default=[40, 80, 318],
                        help="evaluations of five folds, honest protocol")  # fmt: skip
    parser.add_argument("--gp-counts", type=int, nargs="*", default=[40, 80],
                        help="those of these that Optuna's GP runs, too")  # fmt: skip
    parser.add_argument("--protocols", nargs="+", default=PROTOCOLS, choices=PROTOCOLS)
    parser.add_argument("--schedule", nargs="*", default=["published"],
                        choices=PROTOCOLS, help="where classic runs it")  # fmt: skip
    parser.add_argument("--trees", type=int, default=100)


def command(args, argv):
    """Run what is missing, write the page and the figures."""
    problem = {"space": SPACE, "first": FIRST, "trees": args.trees}
    records = Records(args.out / "published.jsonl", problem, argv)
    counts = {"published": args.counts, "honest": args.honest_counts}
    jobs = {}
    for seed in range(args.seeds):  # whole seeds one after another
        for protocol in args.protocols:
            jobs |= jobs_of(protocol, counts[protocol], args, seed)
    run_all(records, jobs, args.jobs)
    write_page(records, args.out)
    return 0
