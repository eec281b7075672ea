"""What the tests of engines share: an estimator that tells where it is fitted."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skbluetuna import BlueTunaSearchCV

X, y = load_iris(return_X_y=True)


class Told(ClassifierMixin, BaseEstimator):
    """Notes each fit in a folder, as a file named by process; takes a while."""

    __module__ = "__main__"  # so it travels as code; workers do not know this file

    def __init__(self, x=0.5, folder=None, seconds=0.0):
        self.x = x
        self.folder = folder
        self.seconds = seconds

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.folder is not None:
            name = f"{time.monotonic_ns()}-{os.getpid()}"
            (Path(self.folder) / name).touch()
        time.sleep(self.seconds)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return -((self.x - 0.3) ** 2) + 0.001 * float(np.mean(X[:, 0]))


class Engine:
    """A search on some engine, and the fits that it has begun."""

    def __init__(self, folder):
        self.folder = folder
        self.killed = None

    @staticmethod
    def serial(n_iter=6, **kwargs):
        """Search without any engine."""
        return Engine._search(Told(), n_iter, **kwargs).fit(X, y)

    def search(self, n_iter=6, seconds=0.03, **kwargs):
        """Search whose fits are noted; not fitted yet."""
        told = Told(folder=str(self.folder), seconds=seconds)
        return self._search(told, n_iter, **kwargs)

    @staticmethod
    def _search(estimator, n_iter, **kwargs):
        space = {"x": (0.0, 1.0)}
        return BlueTunaSearchCV(
            estimator, space, n_iter=n_iter, cv=5, random_state=0, **kwargs
        )

    def fit(self, search):
        return search.fit(X, y)

    def fits(self):
        """Process ids of the fits so far, in their order."""
        names = sorted(path.name for path in self.folder.iterdir())
        return [int(name.split("-")[1]) for name in names]

    def after_fits(self, n, do):
        """Do something in a thread as soon as so many fits have begun."""

        def watch():
            end = time.monotonic() + 60.0
            while len(self.fits()) < n and time.monotonic() < end:
                time.sleep(0.002)
            do()

        thread = threading.Thread(target=watch)
        thread.start()
        return thread

    def kill_last(self):
        """Kill the worker that began the last fit."""
        self.killed = self.fits()[-1]
        assert self.killed != os.getpid()
        os.kill(self.killed, signal.SIGKILL)

    @staticmethod
    def assert_same_results(first, second):
        """Equal ``cv_results_`` but for times."""
        assert set(first.cv_results_) == set(second.cv_results_)
        for name, column in first.cv_results_.items():
            if not name.endswith("_time"):
                np.testing.assert_array_equal(
                    np.asarray(column), np.asarray(second.cv_results_[name]), name
                )
        assert first.best_params_ == second.best_params_


@pytest.fixture
def engine(tmp_path):
    """Engine whose fits are noted in a folder of their own."""
    folder = tmp_path / "fits"
    folder.mkdir()
    return Engine(folder)
