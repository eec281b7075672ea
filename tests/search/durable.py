"""Searches and estimators of the tests of what a search keeps."""

import math
import os
import pickle
import time
import warnings
from functools import wraps
from itertools import count

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skbluetuna import BlueTunaSearchCV, Classic
from skbluetuna._utils._files import seal, unseal

X, y = load_iris(return_X_y=True)
SPACE = {"C": (1e-2, 1e3, "log"), "gamma": (1e-3, 10.0, "log")}
X_SPACE = {"x": (0.0, 1.0)}
SPACES = {"one": SPACE, "two": [SPACE, {"C": [0.1, 1.0], "kernel": ["linear"]}]}
SEARCHED = ["adaptive", Classic(n_epochs=30)]


def search_of(estimator=None, space=SPACE, **kwargs):
    kwargs = {"n_iter": 10, "cv": 3, "random_state": 0} | kwargs
    estimator = Kernel() if estimator is None else estimator
    return BlueTunaSearchCV(estimator, space, **kwargs)


def assert_same_results(first, second, *, times=False, regions=False):
    """Equal in all but times, if not asked for.

    So are regions, which take longer than the search: they are a function of what is
    compared here anyway (tests/explain/test_regions.py), so few tests ask for them.
    """
    assert set(first.cv_results_) == set(second.cv_results_)
    for name, column in first.cv_results_.items():
        if times or not name.endswith("_time"):
            np.testing.assert_array_equal(
                np.asarray(column), np.asarray(second.cv_results_[name]), name
            )
    assert first.best_params_ == second.best_params_
    assert (
        first.tuner_.to_json().split('"events"')[0]
        == (second.tuner_.to_json().split('"events"')[0])
    )
    for table in ("weights_", "interactions_", *["regions_"] * regions):
        for name, column in getattr(first, table).items():
            np.testing.assert_array_equal(column, getattr(second, table)[name])


class Kernel(ClassifierMixin, BaseEstimator):
    """Scores about as an SVC on irises does, ties and folds that differ; in no time."""

    def __init__(self, C=1.0, kernel="rbf", gamma="scale"):
        self.C = C
        self.kernel = kernel
        self.gamma = gamma

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.fold_ = float(X[:, 0].sum())
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        off = (math.log10(self.C) - 1.0) ** 2
        if self.kernel == "rbf" and self.gamma != "scale":
            off += (math.log10(self.gamma) + 1.0) ** 2
        share = 0.96 * math.exp(-0.05 * off) + 0.03 * math.sin(self.fold_ * (1 + off))
        return round(50 * share) / 50


class Logged(ClassifierMixin, BaseEstimator):
    """Appends its parameter to a file at each fit; may sleep, fail or interrupt."""

    def __init__(self, x=0.5, log=None, sleep=0.0, at=None, what="interrupt"):
        self.x = x
        self.log = log
        self.sleep = sleep
        self.at = at
        self.what = what

    def fit(self, X, y):
        time.sleep(self.sleep)
        self.classes_ = np.unique(y)
        if self.log is not None:
            with open(self.log, "a", encoding="utf-8") as log:
                log.write(f"{self.x!r}\n")
            if self.at is not None and len(lines(self.log)) == self.at:
                if self.what == "interrupt":
                    raise KeyboardInterrupt
                raise ValueError("asked to fail")
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return -((self.x - 0.3) ** 2)


def lines(path):
    with open(path, encoding="utf-8") as text:
        return text.read().splitlines()


def clone_state(search):
    return pickle.loads(pickle.dumps(search))


def interrupting(fit, at):
    """The method, with Ctrl-C in its call number `at`."""
    calls = count(1)

    @wraps(fit)  # scikit-learn 1.7 looks at the signature
    def interrupted(*args, **kwargs):
        if next(calls) == at:
            raise KeyboardInterrupt
        return fit(*args, **kwargs)

    return interrupted


def records(path):
    """Lines of a checkpoint as they are read."""
    return [unseal(line) for line in lines(path)]


def write_records(path, found):
    """A checkpoint of these lines."""
    path.write_text("".join(seal(one) + "\n" for one in found))


def cuts(path):
    """A log as kills may leave it: after its head, and after each kind of event.

    Of each kind another one, spread over the log; and without its last line.
    """
    text = path.read_text().splitlines(keepends=True)
    kinds = [unseal(line[:-1]).get("event") for line in text]
    found = sorted({kind for kind in kinds if kind is not None})
    ends = {1, len(text) - 1}
    for i, kind in enumerate(found, start=1):
        own = [n for n, other in enumerate(kinds, start=1) if other == kind]
        ends.add(own[i * len(own) // (len(found) + 1)])
    return ["".join(text[:n]) for n in sorted(ends)]


def of_kind(path, kind):
    """Events of one kind in a checkpoint."""
    return [one for one in records(path) if one.get("event") == kind]


def fork(work):
    """Do the work in a child; its process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
        child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)  # its workers die with it
            work()
        finally:
            os._exit(0)
    return child
