"""Searches of tables that were held out, with the portfolio and without."""

import warnings

import numpy as np
from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.model_selection import StratifiedKFold

from benchmarks._known_classifiers import estimator_of, n_rows_of
from benchmarks._open_tables import sample, table
from benchmarks._statistics import mean_interval
from skbluetuna import BlueTunaSearchCV

__all__ = ["COUNTS", "run_check", "show_checks"]

COUNTS = 3, 5, 10, 25
MOST_TEST_ROWS = 2000
WAYS = {"with": None, "without": []}  # initial_params


def run_check(folder, name, title, scoring, seed):
    """Best CV score, and score on other rows of the best, after so many evaluations.

    A third of small tables is held out; of large ones all that is not searched with.
    """
    X, y = table(folder, title)
    n = min(n_rows_of(name, y), len(y) * 2 // 3)
    (X, y), (X_rest, y_rest) = sample(X, y, n, seed=1000 + seed)
    X_rest, y_rest = X_rest[:MOST_TEST_ROWS], y_rest[:MOST_TEST_ROWS]
    found = {}
    for way, initial_params in WAYS.items():
        search = BlueTunaSearchCV(
            estimator_of(name), n_iter=COUNTS[-1], scoring=scoring, random_state=seed,
            initial_params=initial_params, refit=False,
            cv=StratifiedKFold(3, shuffle=True, random_state=seed),
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search.fit(X, y)
            found[way] = _traced(search, X, y, X_rest, y_rest)
    return found


def _traced(search, X, y, X_rest, y_rest):
    results, scorer = search.cv_results_, get_scorer(search.scoring)
    scores = results["mean_test_score"]
    best = [int(np.nanargmax(scores[:n])) for n in COUNTS]
    held_out = {}
    for row in set(best):
        model = clone(search.estimator).set_params(**results["params"][row])
        held_out[row] = float(scorer(model.fit(X, y), X_rest, y_rest))
    stages = results["stage"].tolist()
    return {
        "cv": [float(scores[row]) for row in best],
        "test": [held_out[row] for row in best],
        "starts": stages.count("portfolio"),
    }


def show_checks(runs):
    """Differences with less without, 95 % intervals over tables, tables better:worse.

    Parameters
    ----------
    runs : dict of (name, title, scoring, seed) to result of `run_check`
        The runs.
    """
    groups = sorted({(key[0], key[2]) for key in runs})
    print(
        f"\nwith less without, after {COUNTS} evaluations: mean [95 % interval] "
        "won:lost"
    )
    for name, scoring in [*groups, *(("all", s) for s in {s for _, s in groups})]:
        own = {
            key: run for key, run in runs.items()
            if key[2] == scoring and name in (key[0], "all")
        }  # fmt: skip
        titles = sorted({key[1] for key in own})
        for what in ("cv", "test"):
            means = np.array([_mean_gain(own, title, what) for title in titles])
            print(f"{name:24s}{scoring:16s}{what:5s}", *map(_cell, means.T), sep=" ")


def _mean_gain(runs, title, what):
    """Of one table, over classifiers and seeds."""
    own = [run for key, run in runs.items() if key[1] == title]
    gains = [np.subtract(run["with"][what], run["without"][what]) for run in own]
    return np.mean(gains, axis=0)


def _cell(values):
    if len(values) < 2 or np.ptp(values) == 0.0:
        return f"{np.mean(values):+.4f}"
    mean, low, high = mean_interval(values)
    won = f"{np.sum(values > 0)}:{np.sum(values < 0)}"
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}] {won}"
