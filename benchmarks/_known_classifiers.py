"""The classifiers that have a portfolio, as a search with no space meets them."""

from typing import Any, NamedTuple

import numpy as np
from scipy.stats import qmc
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import suggest_portfolio, suggest_space, when
from skbluetuna.scheduling import initial_rows
from skbluetuna.search._reading import spaces_for

__all__ = [
    "KNOWN",
    "NO_GAIN",
    "Known",
    "at_table",
    "configurations",
    "estimator_of",
    "first_of",
    "n_rows_of",
    "space_of",
]

GAMMA = "svc__gamma"
GAMMAS = (0.003, 30.0, "log")  # times 1 / n_features; within the suggested range
SEED = 27


# Parameters of HistGradientBoostingClassifier, and what LightGBM calls them.
HISTOGRAM = {
    "max_iter": "n_estimators",
    "learning_rate": "learning_rate",
    "max_leaf_nodes": "num_leaves",
    "min_samples_leaf": "min_child_samples",
    "max_features": "colsample_bytree",
    "l2_regularization": "reg_lambda",
}


class Known(NamedTuple):
    """How one classifier is run.

    Parameters
    ----------
    make : callable
        The estimator; the numbers of trees and so on are the package's defaults.
    n : int
        How many configurations, besides the first two.
    most_values : int
        Of a table at most 1,000 rows, and so many divided by its number of classes, but
        not fewer than 200.
    """

    make: Any
    n: int
    most_values: int


def _xgboost():
    from xgboost import XGBClassifier

    return XGBClassifier(n_jobs=1, random_state=0)


def _lightgbm():
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_jobs=1, random_state=0, verbose=-1)


def _scaled(model):
    return make_pipeline(StandardScaler(), model)


KNOWN = {
    "nearest_neighbours": Known(lambda: _scaled(KNeighborsClassifier()), 40, 10_000),
    "svm": Known(lambda: _scaled(SVC(max_iter=100_000, random_state=0)), 48, 10_000),
    "logistic_regression": Known(
        lambda: _scaled(LogisticRegression(solver="saga", random_state=0)), 20, 3000
    ),
    "lightgbm": Known(_lightgbm, 18, 1000),
    "random_forest": Known(
        lambda: RandomForestClassifier(n_jobs=1, random_state=0), 14, 1000
    ),
    "extra_trees": Known(
        lambda: ExtraTreesClassifier(n_jobs=1, random_state=0), 24, 1000
    ),
    "xgboost": Known(_xgboost, 8, 800),
    "hist_gradient_boosting": Known(
        lambda: HistGradientBoostingClassifier(random_state=0), 5, 800
    ),
}  # the cheap ones first


# On the tables held out.
NO_GAIN = "logistic_regression", "random_forest", "hist_gradient_boosting"


def estimator_of(name):
    """The classifier with its package's defaults."""
    return KNOWN[name].make()


def n_rows_of(name, y):
    """How many rows of a table are used; what is dear has fewer."""
    return min(1000, max(200, KNOWN[name].most_values // len(np.unique(y))))


def space_of(name):
    """What is searched if the space is left out, but gamma as it is drawn."""
    estimator = estimator_of(name)
    spec = suggest_space(estimator)
    if GAMMA in spec:
        spec[GAMMA] = when(spec[GAMMA].parent, list(spec[GAMMA].values), GAMMAS)
    return spaces_for(estimator, spec)[0][0]


def configurations(name):
    """Configurations that fill the space, the same ones for every table.

    Of histogram gradient boosting, the dearest, those of LightGBM's portfolio.
    """
    if name == "hist_gradient_boosting":
        return [_as_histogram(own) for own in suggest_portfolio(_lightgbm())]
    space, n = space_of(name), KNOWN[name].n
    points = qmc.LatinHypercube(len(space), optimization="random-cd", rng=SEED)
    return space.from_unit(points.random(n))


def _as_histogram(params):
    """A configuration of LightGBM for the same algorithm of scikit-learn."""
    space = space_of("hist_gradient_boosting")
    dims = dict(zip(space.names, space.dimensions, strict=True))
    found = {}
    for name, like in HISTOGRAM.items():
        low, high = dims[name].from_unit(0.0), dims[name].from_unit(1.0)
        found[name] = dims[name].native(min(max(params[like], low), high))
    return found


def first_of(name):
    """The configuration that a search asks first, by itself."""
    estimator = estimator_of(name)
    spaces, owns = spaces_for(estimator, None)
    return initial_rows(spaces, owns, None)[0][0]


def at_table(params, n_features):
    """A configuration that fills the space, on a table with so many columns."""
    if GAMMA not in params:
        return params
    low, high, *_ = suggest_space(estimator_of("svm"))[GAMMA].spec
    gamma = min(max(params[GAMMA] / n_features, low), high)
    return params | {GAMMA: gamma}
