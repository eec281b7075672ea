"""Searches of every kind, each fitted and reported once."""

import warnings
from functools import cache

import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ShuffleSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, Classic, when

X, y = load_iris(return_X_y=True)
STEP = '<b>&"$x$'  # what a step may be called
PIPELINE = Pipeline([(STEP, StandardScaler()), ("clf", SVC())])
HALF = ShuffleSplit(2, test_size=0.5, random_state=0)
KINDS = {
    "adaptive": {
        "estimator": PIPELINE,
        "param_space": {
            STEP: [StandardScaler(), MinMaxScaler(), "passthrough"],
            "clf__C": (1e-2, 1e2, "log"),
            "clf__kernel": ["rbf", "linear", "poly", "<script>alert('$1')</script>"],
            "clf__degree": when("clf__kernel", "poly", (2, 4)),
        },
        "n_iter": 14,
    },
    "classic": {  # without refit, of several metrics, as several families
        "estimator": PIPELINE,
        "param_space": [
            {"clf": [SVC()], "clf__C": (1e-2, 1e2, "log"), "clf__tol": (1e-4, 1e-2)},
            {"clf": [LogisticRegression(max_iter=500)], "clf__C": (1e-2, 1e2, "log")},
        ],
        "n_iter": 16,
        "strategy": Classic(n_lhs=4, n_epochs=30, tune_reps=2),
        "scoring": ["recall_macro", "accuracy"],
        "refit": False,
    },
    "grid": {
        "estimator": KNeighborsClassifier(),
        "param_space": {"n_neighbors": [-1, 3, 9], "weights": ["uniform", "distance"]},
    },
    "stopped": {
        "estimator": RandomForestClassifier(n_estimators=2, random_state=0),
        "param_space": {"max_depth": (1, 9)},
        "max_time": 1e-9,
    },
}


@pytest.fixture(autouse=True)
def _no_figures_of_others():
    """Close what examples in docstrings have left open, in the same process."""
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    pyplot.close("all")


@pytest.fixture(scope="session")
def reported(tmp_path_factory):
    """Search of a kind and the file of its report, each made once."""
    import matplotlib as mpl

    mpl.use("Agg")

    @cache
    def make(kind):
        search = BlueTunaSearchCV(cv=HALF, random_state=0, **KINDS[kind])
        with warnings.catch_warnings(action="ignore"):  # of failed fits
            search.fit(X, y)
        return search, search.report(tmp_path_factory.mktemp(kind) / "report.html")

    return make


@pytest.fixture(params=KINDS)
def case(request, reported):
    """Each kind in turn."""
    return reported(request.param)
