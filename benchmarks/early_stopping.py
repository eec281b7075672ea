"""Early stopping inside each fold against a searched number of rounds, at equal time.

    OMP_NUM_THREADS=1 python -m benchmarks early_stopping --data DATA --out OUT --jobs 1

XGBoost on three tables, three quarters of the rows to learn from, five folds, guided by
log loss. ``searched`` has ``n_estimators`` from 10 to 1000 in its space; ``early`` has
``EarlyStopping(rounds=50)`` with at most 2000 rounds, and the rest of the same space.
Each search goes on, candidate by candidate, for ``--seconds`` of processor time; what
ends later does not count. Then its best candidate is fitted to all its rows (``refit``:
what that took on top) and judged on the quarter held out. ``unscaled`` is the choice of
``early`` with the mean of its folds' rounds as it is, not scaled to all rows. DATA is a
folder of CSV files without header, the class last.
"""

import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import StratifiedKFold, train_test_split

from benchmarks._records import Records, run_all
from benchmarks._tasks import bundled_and_csv, xgboost
from skbluetuna import BlueTunaSearchCV, EarlyStopping

__all__ = ["add_arguments", "command"]

ARMS = ("searched", "early")
TABLES = ("german", "phoneme", "synthetic")
MOST_CANDIDATES = 500
SEARCHED = (10, 1000, "log")
LIMIT = 2000
FIGURES = ("log loss", "accuracy", "cv", "candidates", "rounds", "refit")


def search_of(arm, X, seed):
    """The search of an arm, before its first candidate."""
    model, space = xgboost(X.shape[1])
    early_stopping = None
    if arm == "searched":
        space = {"n_estimators": SEARCHED, **space}
    else:
        model, early_stopping = model.set_params(n_estimators=LIMIT), EarlyStopping()
    return BlueTunaSearchCV(
        model, space, scoring="neg_log_loss", random_state=seed, refit=False,
        cv=StratifiedKFold(5, shuffle=True, random_state=seed), warm_start=True,
        early_stopping=early_stopping, max_concurrent=1,
    )  # fmt: skip


def spend(search, X, y, seconds):
    """Search until so much processor time is spent; how many candidates it paid for."""
    spent = 0.0
    for n_iter in range(1, MOST_CANDIDATES + 1):
        start = time.process_time()
        search.set_params(n_iter=n_iter).fit(X, y)
        spent += time.process_time() - start
        if spent >= seconds:
            return max(1, n_iter - 1)
    return MOST_CANDIDATES


def judged(model, X, y, X_rest, y_rest):
    """Log loss and accuracy on the rows held out, and seconds of the fit."""
    start = time.process_time()
    model.fit(X, y)
    took = time.process_time() - start
    P = model.predict_proba(X_rest)
    return {
        "log loss": float(log_loss(y_rest, P)),
        "accuracy": float(accuracy_score(y_rest, P.argmax(axis=1))),
        "refit": took,
    }


def run(X, y, arm, seed, seconds):
    """One search and its choice, as figures by name."""
    X, X_rest, y, y_rest = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=seed
    )
    rest = X, y, X_rest, y_rest
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = search_of(arm, X, seed)
        n = spend(search, X, y, seconds)
    results = search.cv_results_
    scores = results["mean_test_score"][:n]
    row = int(np.argmax(scores))
    best = clone(search.estimator).set_params(**results["params"][row])
    found = {"candidates": n, "cv": -float(scores[row])}
    if arm == "searched":
        own = judged(best, *rest) | {"rounds": best.n_estimators}
        return {"choices": {arm: found | own}}
    choices = {}
    columns = {"early": "refit_iterations", "unscaled": "mean_best_iteration"}
    for name, column in columns.items():
        rounds = round(results[column][row])
        model = clone(best).set_params(n_estimators=rounds)
        choices[name] = found | judged(model, *rest) | {"rounds": rounds}
    return {"choices": choices}


def show(records):
    """A line for each search and choice, and their means by choice."""
    print(f"{'table':14s}{'seed':>5s} {'choice':10s}",
          *(f"{name:>11s}" for name in FIGURES), sep="")  # fmt: skip
    means = {}
    for (table, _, seed), found in sorted(records.runs.items()):
        for choice, row in found["choices"].items():
            values = [row[name] for name in FIGURES]
            means.setdefault(choice, []).append(values)
            _line(table, seed, choice, values)
    for choice, rows in means.items():
        _line(f"mean of {len(rows)}", "", choice, np.mean(rows, axis=0))


def _line(table, seed, choice, values):
    told = (f"{value:11.4g}" for value in values)
    print(f"{table:14s}{seed!s:>5s} {choice:10s}", *told, sep="")


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--data", type=Path, default=None, help="folder of CSV files")
    parser.add_argument("--tables", nargs="+", default=[*TABLES])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--seconds", type=float, default=30.0)


def command(args, argv):
    """Run what is missing and print the table."""
    known = bundled_and_csv(args.data)
    problem = {"seconds": args.seconds}
    records = Records(args.out / "early_stopping.jsonl", problem, argv)
    jobs = {
        (table, arm, seed): (run, (*known[table], arm, seed, args.seconds))
        for table in args.tables
        for seed in args.seeds
        for arm in ARMS
    }
    run_all(records, jobs, args.jobs)
    show(records)
    return 0
