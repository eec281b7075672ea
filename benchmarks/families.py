r"""One search over six families of classifiers against a grid search of each.

    OMP_NUM_THREADS=1 python benchmarks/families.py --data DATA

Families: logistic regression, k nearest neighbours, SVM, random forest, gradient
boosting, extra trees. Compared on the same folds, for each data set and seed:

- ``one search``: `BlueTunaSearchCV` with the six as alternatives, 60 evaluations;
- ``even split``: one `BlueTunaSearchCV` for each family, 10 evaluations each;
- ``grids``: one `GridSearchCV` for each family, 145 evaluations in all.

Printed are the best cross-validated macro F1 and the macro F1 on the quarter of the
rows that was held out. Data: scikit-learn's breast cancer and digits, and the CSV files
of ``--data``, without a header, whose last column is the class.
"""

import argparse
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from tables import tables

from skbluetuna import BlueTunaSearchCV

BOTH = {"max_features": (0.05, 1.0, "log"), "min_samples_leaf": (1, 20, "log")}
# For each family: the classifier, its ranges, its grid.
FAMILIES = {
    "logistic": (
        LogisticRegression(max_iter=2000),
        {"C": (1e-3, 1e3, "log")},
        {"C": np.logspace(-3, 3, 9)},
    ),
    "neighbours": (
        KNeighborsClassifier(),
        {
            "n_neighbors": (1, 50, "log"),
            "weights": ["uniform", "distance"],
            "p": [1, 2],
        },
        {
            "n_neighbors": [1, 2, 3, 5, 9, 15, 25, 50],
            "weights": ["uniform", "distance"],
            "p": [1, 2],
        },
    ),
    "svm": (
        SVC(),
        {"C": (1e-2, 1e3, "log"), "gamma": (1e-4, 1e1, "log")},
        {"C": np.logspace(-2, 3, 6), "gamma": np.logspace(-4, 1, 6)},
    ),
    "forest": (
        RandomForestClassifier(random_state=0),
        BOTH,
        {"max_features": [0.1, 0.25, 0.5, 1.0], "min_samples_leaf": [1, 2, 4, 8, 16]},
    ),
    "boosting": (
        HistGradientBoostingClassifier(max_iter=50, random_state=0),
        {
            "learning_rate": (0.01, 0.5, "log"),
            "max_leaf_nodes": (4, 64, "log"),
            "l2_regularization": (1e-3, 1e2, "log"),
        },
        {
            "learning_rate": [0.03, 0.1, 0.2, 0.4],
            "max_leaf_nodes": [8, 16, 31],
            "l2_regularization": [1e-3, 1.0],
        },
    ),
    "extra trees": (
        ExtraTreesClassifier(random_state=0),
        BOTH,
        {
            "max_features": [0.1, 0.25, 0.5, 1.0],
            "min_samples_leaf": [1, 2, 3, 5, 9, 16],
        },
    ),
}


METHODS = ("one search", "even split", "grids")


def space_of(family, ranges):
    """Its space in the pipeline."""
    estimator = FAMILIES[family][0]
    return {"clf": [estimator]} | {f"clf__{k}": v for k, v in ranges.items()}


def search_by(method, pipe, common, seed):
    """Unfitted searches, of which the best one counts."""
    if method == "grids":
        grids = [space_of(name, grid) for name, (_, _, grid) in FAMILIES.items()]
        return [GridSearchCV(pipe, grid, **common) for grid in grids]
    spaces = [space_of(name, ranges) for name, (_, ranges, _) in FAMILIES.items()]
    shared = common | {"random_state": seed}
    if method == "one search":
        return [BlueTunaSearchCV(pipe, spaces, n_iter=60, **shared)]
    return [BlueTunaSearchCV(pipe, space, n_iter=10, **shared) for space in spaces]


def run(X, y, seed, jobs):
    """Scores of every method on one table with one seed."""
    train, test, y_train, y_test = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=seed
    )
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    common = {"cv": folds, "scoring": "f1_macro", "n_jobs": jobs}
    pipe = Pipeline([("scale", StandardScaler()), ("clf", SVC())])
    rows = {}
    for method in METHODS:
        start = time.perf_counter()
        searches = [
            s.fit(train, y_train) for s in search_by(method, pipe, common, seed)
        ]
        seconds = time.perf_counter() - start
        best = max(searches, key=lambda s: s.best_score_)
        evaluated = sum(len(s.cv_results_["params"]) for s in searches)
        held_out = f1_score(y_test, best.predict(test), average="macro")
        rows[method] = best.best_score_, held_out, evaluated, seconds
        if method == "one search":
            names = list(FAMILIES)
            asked = list(best.cv_results_["alternative"])
            shares = ", ".join(f"{n} {asked.count(k)}" for k, n in enumerate(names))
            chosen = names[asked[best.best_index_]]
            print(f"    seed {seed}: {shares}; chosen: {chosen}")
    return rows


def main():
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True)
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    data = tables(args.data) | {"digits": load_digits(return_X_y=True)}
    everything = []
    print(f"{'':38s}" + "".join(f"{m:>24s}" for m in METHODS))
    for name, (X, y) in data.items():
        if name not in (args.only or [name]):
            continue
        runs = [run(X, y, seed, args.jobs) for seed in range(args.seeds)]
        everything += runs
        report(name, runs)
    report("all", everything)
    ahead = np.array([[r[m][0] for m in METHODS] for r in everything])
    for k, method in enumerate(METHODS[1:], start=1):
        gain = ahead[:, 0] - ahead[:, k]
        wins, losses = int((gain > 1e-9).sum()), int((gain < -1e-9).sum())
        print(
            f"CV gain over {method}: {gain.mean():+.4f}, {wins} better, {losses} worse"
        )


def report(name, runs):
    """Print means over runs."""
    for i, what in enumerate(["CV", "held out", "evaluations", "seconds"]):
        means = [np.mean([r[m][i] for r in runs]) for m in METHODS]
        form = "{:24.4f}" if i < 2 else "{:24.0f}"
        print(
            f"{name:24s}{what:14s}" + "".join(form.format(v) for v in means), flush=True
        )


if __name__ == "__main__":
    main()
