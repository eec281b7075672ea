"""How often a pipeline's memory has its earlier step, and what that saves.

    OMP_NUM_THREADS=1 python benchmarks/cached_steps.py
    OMP_NUM_THREADS=1 python benchmarks/cached_steps.py --early .5 --late .1

A pipeline of a step that sleeps `--early` seconds and a classifier that sleeps
`--late`, on threads, so that any machine has 16 workers. The earlier step has a
parameter of four choices or of thirty integers, the later one a float. ``fitted`` is
how often the earlier step was fitted, ``apart`` how many of these fits were unlike;
what is more was fitted by two workers at once. ``cached`` and ``plain`` are seconds
with the memory and without.
"""

import argparse
import tempfile
import time

import numpy as np
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from skbluetuna import BlueTunaSearchCV

N_ITER = 40
SPACES = {"4 choices": [1, 2, 3, 4], "30 integers": (1, 30)}
FITS = []


class Early(TransformerMixin, BaseEstimator):
    """Sleeps, and notes what it was fitted to."""

    def __init__(self, k=1, seconds=0.2):
        self.k = k
        self.seconds = seconds

    def fit(self, X, y=None):  # noqa: ARG002
        """Sleep."""
        FITS.append((self.k, X.tobytes()))
        time.sleep(self.seconds)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        """Bend."""
        return np.tanh(X * self.k)


class Late(ClassifierMixin, BaseEstimator):
    """Sleeps, and fits a linear classifier."""

    def __init__(self, c=1.0, seconds=0.05):
        self.c = c
        self.seconds = seconds

    def fit(self, X, y):
        """Sleep, and fit."""
        time.sleep(self.seconds)
        self.model_ = LogisticRegression(C=self.c, max_iter=20).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        """Predict."""
        return self.model_.predict(X)


def seconds_of(args, memory, n_jobs, cv, choices):
    """Seconds of one search."""
    steps = [("early", Early(seconds=args.early)), ("late", Late(seconds=args.late))]
    space = {"early__k": choices, "late__c": (1e-3, 1e3, "log")}
    search = BlueTunaSearchCV(
        Pipeline(steps, memory=memory), space, n_iter=N_ITER, cv=cv, n_jobs=n_jobs,
        random_state=0, refit=False,
    )  # fmt: skip
    X, y = make_classification(300, 6, flip_y=0.1, random_state=0)
    FITS.clear()
    start = time.perf_counter()
    with parallel_config("threading"):
        search.fit(X, y)
    return time.perf_counter() - start


def main():
    """Run, and print a row for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--early", type=float, default=0.2)
    parser.add_argument("--late", type=float, default=0.05)
    args = parser.parse_args()
    print("jobs  folds  earlier step   fits  fitted  apart  cached   plain")
    for n_jobs, cv in ((4, 5), (4, 2), (16, 5), (16, 2)):
        for name, choices in SPACES.items():
            plain = seconds_of(args, None, n_jobs, cv, choices)
            with tempfile.TemporaryDirectory() as folder:
                cached = seconds_of(args, folder, n_jobs, cv, choices)
            print(
                f"{n_jobs:4d}{cv:7d}  {name:12s}{N_ITER * cv:7d}{len(FITS):8d}"
                f"{len(set(FITS)):7d}{cached:8.1f}{plain:8.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
