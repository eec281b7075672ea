"""What the tests of trackers share: a search with failures and two metrics."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold

from skbluetuna import BlueTunaSearchCV

X, y = load_iris(return_X_y=True)
SCORING = {"acc": "accuracy", "recall": "recall_macro"}


class Threshold(ClassifierMixin, BaseEstimator):
    """Fails where its mode says so; the cheaper the better."""

    __module__ = "__main__"  # so it travels as code

    def __init__(self, x=0.5, mode="mean", depth=None):
        self.x = x
        self.mode = mode
        self.depth = depth

    def fit(self, X, y):
        if self.mode == "fails":
            raise ValueError("asked to fail")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.classes_[np.digitize(X[:, 2], [2.5, 4 + self.x])]


def make_search(n_iter=6, **kwargs):
    kwargs = {"scoring": SCORING, "refit": "acc"} | kwargs
    space = {"x": (0.0, 2.0), "mode": ["mean", "fails"], "depth": [None, 2]}
    return BlueTunaSearchCV(
        Threshold(), space, n_iter=n_iter, random_state=0,
        cv=StratifiedKFold(3, shuffle=True, random_state=0), **kwargs,
    )  # fmt: skip


@pytest.fixture
def make():
    return make_search


@pytest.fixture
def fit():
    """Fit without scikit-learn's warnings of the candidates that fail."""
    import warnings

    from sklearn.exceptions import FitFailedWarning

    def fit(search, *trackers):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitFailedWarning)
            warnings.filterwarnings("ignore", "One or more of the .* non-finite")
            return search.set_callbacks(*trackers).fit(X, y)

    return fit
