"""What the tests of the displays share: searches of every kind, and closed figures.

``bowl`` fits an estimator that scores its own parameters, ``iris`` real ones; a search
that is asked for by its kind is fitted once.
"""

from functools import cache

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, Categorical, Classic, when

STRATEGIES = {"classic": Classic(n_epochs=30), "adaptive": "adaptive"}
BOWL_SPACES = {
    "log": {"a": (0.01, 1.0, "log"), "b": (1, 100, "log")},
    "linear": {"a": (0.0, 1.0), "b": (1, 9), "c": ["one", "three"]},
    "narrow log": {"a": (0.5, 0.6, "log"), "b": (30, 40, "log")},
    "ordered": {"b": [1, 5, 50], "d": Categorical([1, 2, None])},
    "choices": {"a": (0.0, 1.0), "c": [StandardScaler(), MinMaxScaler(), "none"]},
    "conditional": {"c": ["one", "other"], "a": when("c", "one", (0.1, 1.0, "log"))},
    "one": {"a": (0.1, 1.0)},
    "fixed": {"a": (0.1, 1.0), "c": ["one"]},
}
PIPELINE = Pipeline([("scaler", StandardScaler()), ("clf", SVC())])
IRIS_SPACES = {
    "one": (KNeighborsClassifier(), {"n_neighbors": (1, 40)}),
    "mixed": (
        KNeighborsClassifier(),
        {"n_neighbors": (1, 40, "log"), "p": (1.0, 3.0), "leaf_size": [10, 20, 40]},
    ),
    "objects": (
        PIPELINE,
        {
            "scaler": [StandardScaler(), MinMaxScaler(), PCA(2), PCA(3)],
            "clf__C": loguniform(1e-2, 1e2),
        },
    ),
    "conditional": (
        SVC(),
        {
            "kernel": ["linear", "rbf", "poly"],
            "gamma": when("kernel", ["rbf", "poly"], (1e-3, 1e1, "log")),
            "degree": when("kernel", "poly", (2, 4)),
        },
    ),
    "alternatives": (
        PIPELINE,
        [
            {"clf": [SVC()], "clf__C": (1e-2, 1e2, "log"), "clf__tol": (1e-4, 1e-2)},
            {"clf": [LogisticRegression()], "clf__C": (1e-2, 1e2, "log")},
        ],
    ),
}


FLATTERY = 90.0  # so much higher is a score the less of the resource it had


class Bowl(BaseEstimator):
    """Scores its own parameters, so that nothing is fitted."""

    def __init__(self, a=0.5, b=10, c="one", d=None, offset=2.0, n=81):
        self.a, self.b, self.c, self.d, self.offset, self.n = a, b, c, d, offset, n

    def fit(self, X, y):
        return self

    def score(self, X, y):
        extra = 0.0 if self.d is None else 0.1
        shape = (self.a - 0.3) ** 2 + 0.1 * np.log(self.b) ** 2 + 0.1 * len(str(self.c))
        return self.offset - shape + extra + FLATTERY * (1.0 / self.n - 1.0 / 81)


@pytest.fixture(autouse=True)
def _closed_figures():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    yield
    from matplotlib import pyplot

    pyplot.close("all")


@pytest.fixture(params=STRATEGIES)
def strategy(request):
    """Name of each strategy in turn."""
    return request.param


@pytest.fixture(params=BOWL_SPACES)
def bowl_kind(request):
    """Name of each of the bowl's spaces in turn."""
    return request.param


@pytest.fixture(params=IRIS_SPACES)
def iris_kind(request):
    """Name of each of the other spaces in turn."""
    return request.param


@pytest.fixture(scope="session")
def bowl():
    """Fit the bowl over a space, or over one of `BOWL_SPACES` by its name."""
    X, y = np.arange(12.0).reshape(-1, 1), np.tile([0, 1], 6)

    def make(space, strategy="adaptive", n_iter=12, *, fitted=True, **own):
        search = BlueTunaSearchCV(
            Bowl(**own), space, n_iter=n_iter, strategy=STRATEGIES[strategy], cv=2,
            random_state=0,
        )  # fmt: skip
        return search.fit(X, y) if fitted else search

    @cache
    def known(kind, strategy="adaptive", n_iter=12):
        return make(BOWL_SPACES[kind], strategy, n_iter)

    def search(space, *args, **settings):
        return (known if isinstance(space, str) else make)(space, *args, **settings)

    return search


@pytest.fixture(scope="session")
def iris():
    """Fit one of `IRIS_SPACES` by its name."""
    X, y = load_iris(return_X_y=True)

    @cache
    def search(kind, strategy="adaptive"):
        estimator, space = IRIS_SPACES[kind]
        own = BlueTunaSearchCV(
            estimator, space, n_iter=10, cv=2, strategy=STRATEGIES[strategy],
            random_state=0,
        )  # fmt: skip
        return own.fit(X, y)

    return search


@pytest.fixture(scope="session")
def climbed():
    """Fit the bowl with a resource, of which less flatters."""
    X, y = np.arange(12.0).reshape(-1, 1), np.tile([0, 1], 6)

    @cache
    def search(strategy="adaptive", **settings):
        own = BlueTunaSearchCV(
            Bowl(), {"a": (0.0, 1.0), "b": (1, 99, "log")}, resource="n", n_iter=8,
            cv=2, strategy=strategy, random_state=0, **settings,
        )  # fmt: skip
        return own.fit(X, y)

    return search
