"""What racing of folds saves, and what it costs, on real searches.

    OMP_NUM_THREADS=1 python -m benchmarks.racing
    OMP_NUM_THREADS=1 python -m benchmarks.racing --tasks "svm:*" --cv 10 --data DATA

Each search runs twice, with all folds and with racing, of the same seed, on three
quarters of the rows. ``again`` replays the race on the fold scores of the first search:
which share of its fits it would have saved; ``same``: whether the choice would have
been the same. The second search is told what is expected of stopped candidates, so it
asks others, and may choose another one (``chosen``: whether it is the same). ``saved``
is its share of fits, ``time`` that of processor time; ``cv`` is its choice's mean over
all folds less the other's, ``test`` the same on the quarter held out. DATA is a folder
of CSV files without header, the class last.
"""

import argparse
import time
import warnings

import numpy as np
from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold

from benchmarks._statistics import mean_interval
from benchmarks._tasks import bundled_and_csv, names_of, objective_of
from skbluetuna import BlueTunaSearchCV
from skbluetuna.search._racing import can_win, rivals_of

SCORING = "f1_macro"
TASKS = [
    f"{estimator}:{table}"
    for estimator in ("svm", "logistic", "forest", "xgboost", "mlp")
    for table in ("breast_cancer", "synthetic")
]


def folds_of_kind(kind, seed):
    """Folds by their name: a number, or one of repeats too (5x3)."""
    n_splits, _, n_repeats = kind.partition("x")
    if n_repeats:
        return RepeatedStratifiedKFold(
            n_splits=int(n_splits), n_repeats=int(n_repeats), random_state=seed
        )
    return StratifiedKFold(int(n_splits), shuffle=True, random_state=seed)


def scores_by_fold(search):
    """Scores of each candidate on each fold, shape (n, k)."""
    results, k = search.cv_results_, search.n_splits_
    return np.stack([results[f"split{i}_test_score"] for i in range(k)], axis=1)


def replayed(scores, level):
    """Share of fits that racing had saved of these, and whether the best is the same.

    Folds in their own order, which is drawn at random already; the window is 1.
    """
    n, k = scores.shape
    complete, spared = [], 0
    for row in range(n):
        rivals = rivals_of(scores[complete])
        end = None
        if rivals is not None:
            d = scores[row] - rivals.best
            ends = range(1, k)
            lost = [j for j in ends if not can_win(d[:j], k - j, rivals.spread, level)]
            end = next(iter(lost), None)
        if end is None:
            complete.append(row)
        else:
            spared += k - end
    means = scores.mean(axis=1)
    return spared / (n * k), means[complete].max() == means.max()


def compared(task, table, kind, seed, args):
    """Both searches of a task, as a row of figures."""
    objective, (X_rest, y_rest) = objective_of(task, *table, seed, SCORING)
    found = []
    for level in (None, args.level):
        search = BlueTunaSearchCV(
            clone(objective.estimator), objective.space, n_iter=args.n_iter,
            scoring=SCORING, cv=folds_of_kind(kind, seed), random_state=seed,
            racing=level, max_concurrent=args.window,
        )  # fmt: skip
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search.fit(objective.X, objective.y)
            test = get_scorer(SCORING)(search, X_rest, y_rest)
        found.append((search, test, time.process_time() - start))
    (full, test, seconds), (raced, raced_test, raced_seconds) = found
    again, is_same = replayed(scores_by_fold(full), args.level)
    n_fits = full.n_splits_ * len(raced.cv_results_["params"])
    return {
        "again": again,
        "same": float(is_same),
        "saved": 1.0 - raced.cv_results_["n_folds"].sum() / n_fits,
        "time": 1.0 - raced_seconds / seconds,
        "cv": raced.best_score_ - full.best_score_,
        "test": raced_test - test,
        "chosen": float(raced.best_params_ == full.best_params_),
    }


def main():
    """Run, and print a row for each search and a summary for each kind of folds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", nargs="+", default=TASKS)
    parser.add_argument("--cv", nargs="+", default=["5", "10", "5x3"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--n-iter", type=int, default=50)
    parser.add_argument("--level", type=float, default=0.005)
    parser.add_argument("--window", type=int, default=1)
    parser.add_argument("--data", default=None)
    args = parser.parse_args()
    tables = bundled_and_csv(args.data)
    names = ("again", "same", "saved", "time", "cv", "test", "chosen")
    print(f"{'task':26s}{'folds':>6s}", *(f"{name:>8s}" for name in names), sep="")
    for kind in args.cv:
        rows = []
        for task in names_of(args.tasks, tables):
            for seed in range(args.seeds):
                row = compared(task, tables[task.split(":")[1]], kind, seed, args)
                rows.append([row[name] for name in names])
                told = (f"{value:8.4f}" for value in rows[-1])
                print(f"{task:26s}{kind:>6s}", *told, sep="", flush=True)
        print(f"\n{len(rows)} searches, {kind} folds, level {args.level:g}:")
        for name, values in zip(names, np.transpose(rows), strict=True):
            print(f"  {name:8s}{_interval(values)}", flush=True)
        print()


def _interval(values):
    if len(values) < 2 or np.ptp(values) == 0.0:
        return f"{np.mean(values):8.4f}"
    mean, low, high = mean_interval(values)
    return f"{mean:8.4f}  [{low:.4f}, {high:.4f}]"


if __name__ == "__main__":
    main()
