"""How often a pipeline's memory has its earlier step, and what that saves.

    OMP_NUM_THREADS=1 python benchmarks/cached_steps.py
    OMP_NUM_THREADS=1 python benchmarks/cached_steps.py --jobs 16 --cv 5

A pipeline of a step that sleeps `--early` seconds and a classifier that sleeps
`--late`, on threads, so that any machine has 16 workers. The earlier step has a
parameter of four choices or of thirty integers, the later one a float. Each search
runs without a memory (``plain``), with one (``cached``), and with one and folds sent in
their order, whoever fits the same step just then (``in order``): seconds of each, and
how often the earlier step was fitted with a memory; ``apart`` is how many of these fits
were unlike, what is more was fitted by two workers at once. Means over seeds.
"""

import argparse
import tempfile
import time
from itertools import product
from unittest.mock import patch

import numpy as np
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from skbluetuna import BlueTunaSearchCV
from skbluetuna.search._early_steps import EarlySteps

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


def searched(args, memory, n_jobs, cv, choices, seed):
    """Seconds of one search, fits of its earlier step, and how many were unlike."""
    steps = [("early", Early(seconds=args.early)), ("late", Late(seconds=args.late))]
    space = {"early__k": choices, "late__c": (1e-3, 1e3, "log")}
    search = BlueTunaSearchCV(
        Pipeline(steps, memory=memory), space, n_iter=N_ITER, cv=cv, n_jobs=n_jobs,
        random_state=seed, refit=False,
    )  # fmt: skip
    X, y = make_classification(300, 6, flip_y=0.1, random_state=0)
    FITS.clear()
    start = time.perf_counter()
    with parallel_config("threading"):
        search.fit(X, y)
    return time.perf_counter() - start, len(FITS), len(set(FITS))


def main():
    """Run, and print a row for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--early", type=float, default=0.5)
    parser.add_argument("--late", type=float, default=0.05)
    parser.add_argument("--jobs", type=int, nargs="+", default=[4, 16])
    parser.add_argument("--cv", type=int, nargs="+", default=[2, 5])
    parser.add_argument("--seeds", type=int, default=2)
    args = parser.parse_args()
    print(
        "jobs  folds  earlier step   fits  fitted in order  apart  cached in order"
        "  plain"
    )
    for n_jobs, cv in product(args.jobs, args.cv):
        for name, choices in SPACES.items():
            of = n_jobs, cv, choices
            rows = [compared(args, *of, seed) for seed in range(args.seeds)]
            mean = np.mean(rows, axis=0)
            print(
                f"{n_jobs:4d}{cv:7d}  {name:12s}{N_ITER * cv:7d}{mean[0]:8.1f}"
                f"{mean[1]:9.1f}{mean[2]:7.1f}{mean[3]:8.1f}{mean[4]:9.1f}{mean[5]:7.1f}",
                flush=True,
            )


def compared(args, n_jobs, cv, choices, seed):
    """Fits of the earlier step, and seconds, of each way to send folds."""
    of = n_jobs, cv, choices, seed
    plain, _, _ = searched(args, None, *of)
    with tempfile.TemporaryDirectory() as folder:
        cached, n_fitted, n_apart = searched(args, folder, *of)
    in_order = patch.object(EarlySteps, "first", lambda self, waiting, running: 0)  # noqa: ARG005
    with in_order, tempfile.TemporaryDirectory() as folder:
        slower, n_more, _ = searched(args, folder, *of)
    return n_fitted, n_more, n_apart, cached, slower, plain


if __name__ == "__main__":
    main()
