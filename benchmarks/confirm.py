"""Whether evaluating the best few again, on fresh folds, makes a better last choice.

    OMP_NUM_THREADS=1 python -m benchmarks.confirm --data DATA

Each search learns from 500 rows of a table, by macro F1 of five folds; all other rows
are held out. It has a budget of fits, those of 40 candidates. ``plain`` is its best
candidate. ``confirm k`` stops k candidates earlier and evaluates its k best again on
five other folds; the mean of all ten chooses. As ``5x2`` it stops ten earlier, for ten
other folds for each of five. ``race`` is a search of 40 with racing=.005 as it is,
``race, confirm k`` spends the fits that it saved on fresh folds for its k best.
``free`` evaluates the best five of all 40 again, beyond the budget, and ``oracle``
chooses of these by the rows held out: more than that no confirmation of them can gain.
A row has held-out scores: that of ``plain``, and the others' less that. Intervals are
bootstrapped over tasks and seeds.

With a window of one candidate a search's first 35 are the search of 35, so both of a
task run once. DATA is a folder of CSV files without header, the class last.
"""

import argparse
import warnings
from functools import cache

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits, make_classification
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)

from benchmarks._statistics import hierarchical_interval
from benchmarks._tasks import ESTIMATORS
from benchmarks.tables import tables
from skbluetuna import BlueTunaSearchCV

SCORING = "f1_macro"
N_TREES = 40  # of XGBoost, to be quick
N_ROWS, N_FOLDS, N_CANDIDATES, LEVEL = 500, 5, 40, 0.005
RACE = ("race", "race, confirm 3", "race, confirm 5")
VARIANTS = {  # candidates, of these the best so many, repeats of fresh folds
    "confirm 3": (37, 3, 1),
    "confirm 5": (35, 5, 1),
    "confirm 10": (30, 10, 1),
    "confirm 5x2": (30, 5, 2),
    "free": (N_CANDIDATES, 5, 1),
}
NAMES = ("plain", *VARIANTS, *RACE, "oracle")
DRAWN = {  # 5500 rows each, another draw for each seed
    "even": {"n_features": 20, "n_informative": 10, "n_redundant": 5, "flip_y": 0.05},
    "noisy": {"n_features": 20, "n_informative": 10, "n_redundant": 5, "flip_y": 0.3},
    "wide": {"n_features": 60, "n_informative": 8, "n_redundant": 10, "flip_y": 0.1},
    "rare": {"n_features": 15, "n_informative": 8, "flip_y": 0.05, "weights": [0.85]},
}


def table_of(name, seed, read):
    """Rows to learn from, and the others: X, X_rest, y, y_rest."""
    if name in DRAWN:
        X, y = make_classification(5500, random_state=seed, **DRAWN[name])
    elif name == "digits":  # odd or even
        X, y = load_digits(return_X_y=True)
        y = y % 2
    else:
        X, y = read[name]
    return train_test_split(X, y, train_size=N_ROWS, stratify=y, random_state=seed)


class Ending:
    """A search that has ended, and what can be evaluated after it."""

    def __init__(self, estimator, space, table, seed, racing):
        self.X, self.X_rest, self.y, self.y_rest = table
        self.estimator, self.seed = estimator, seed
        search = BlueTunaSearchCV(
            clone(estimator), space, n_iter=N_CANDIDATES, scoring=SCORING, refit=False,
            cv=self.folds(0), random_state=seed, racing=racing,
        )  # fmt: skip
        results = search.fit(self.X, self.y).cv_results_
        splits = [results[f"split{i}_test_score"] for i in range(N_FOLDS)]
        self.scores = np.stack(splits, axis=1)
        self.params = results["params"]
        self.n_fits = int(np.isfinite(self.scores).sum())
        self.fresh, self.held_out = cache(self._fresh), cache(self._held_out)

    def folds(self, repeat):
        """Folds of the search, repeat 0, or others."""
        seed = [self.seed, repeat]
        state = int(np.random.SeedSequence(seed).generate_state(1)[0])
        return StratifiedKFold(N_FOLDS, shuffle=True, random_state=state)

    def best(self, n, k):
        """Rows of the k best of the first n that are complete, the best first."""
        means = np.nan_to_num(self.scores[:n].mean(axis=1), nan=-np.inf)
        rows = np.argsort(-means, kind="stable")[:k]
        return [int(row) for row in rows if np.isfinite(means[row])]

    def left(self, k):
        """Whole repeats of k candidates that are left of the budget."""
        n_left = N_CANDIDATES * N_FOLDS - self.n_fits
        return N_CANDIDATES, k, n_left // (k * N_FOLDS)

    def confirmed(self, n, k, n_repeats):
        """Held-out score of the choice by the search's folds and fresh ones."""
        rows = self.best(n, k)
        means = [
            np.concatenate(
                [self.scores[row], *(self.fresh(row, r + 1) for r in range(n_repeats))]
            ).mean()
            for row in rows
        ]
        return self.held_out(rows[int(np.argmax(means))])

    def oracle(self, k):
        """Best held-out score of the k best."""
        return max(self.held_out(row) for row in self.best(N_CANDIDATES, k))

    def _model(self, row):
        return clone(self.estimator).set_params(**self.params[row])

    def _fresh(self, row, repeat):
        folds = self.folds(repeat)
        return cross_val_score(
            self._model(row), self.X, self.y, cv=folds, scoring=SCORING
        )

    def _held_out(self, row):
        model = self._model(row).fit(self.X, self.y)
        return get_scorer(SCORING)(model, self.X_rest, self.y_rest)


def compared(kind, name, seed, read):
    """Held-out scores in the order of ``NAMES``, and the number of fits of the race."""
    table = table_of(name, seed, read)
    estimator, space = ESTIMATORS[kind](table[0].shape[1])
    if kind == "xgboost":
        estimator.set_params(n_estimators=N_TREES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        full, race = (
            Ending(estimator, space, table, seed, racing) for racing in (None, LEVEL)
        )
        plain = full.confirmed(N_CANDIDATES, 1, 0)
        found = [
            *(full.confirmed(*variant) for variant in VARIANTS.values()),
            race.confirmed(N_CANDIDATES, 1, 0),
            *(race.confirmed(*race.left(k)) for k in (3, 5)),
            full.oracle(5),
        ]
    return [plain, *(score - plain for score in found), race.n_fits]


def main():
    """Run, and print a row for each search and a summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--estimators", nargs="+", default=["svm", "xgboost"])
    parser.add_argument("--tables", nargs="+", default=None)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", default=None)
    args = parser.parse_args()
    read = tables(args.data) if args.data else {}
    large = [name for name, (X, _) in read.items() if len(X) >= 1.5 * N_ROWS]
    names = args.tables or [*DRAWN, "digits", *large]
    print(
        f"{'task':34s}{'plain':>16s}", *(f"{name:>16s}" for name in NAMES[1:]), sep=""
    )
    found = {}
    for kind in args.estimators:
        for name in names:
            for seed in range(args.seeds):
                row = compared(kind, name, seed, read)
                found.setdefault((kind, name), []).append(row)
                told = (f"{value:16.4f}" for value in row[:-1])
                print(f"{kind + ':' + name:32s}{seed:2d}", *told, sep="", flush=True)
    values = np.array(list(found.values()))
    print(f"\n{values.shape[0] * values.shape[1]} searches, held out:")
    for i, name in enumerate([*NAMES, "fits of race"]):
        mean, low, high = hierarchical_interval(values[:, :, i])
        changed = np.mean(values[:, :, i] != 0.0)
        print(f"  {name:17s}{mean:9.4f}  [{low:.4f}, {high:.4f}]  not 0: {changed:.2f}")


if __name__ == "__main__":
    main()
