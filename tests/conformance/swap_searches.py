"""A pytest plugin: scikit-learn's searches are thin subclasses of ours.

Loaded with ``-p`` before scikit-learn's own test modules are imported, in a process of
its own (see ``test_sklearn_conformance.py``).
"""

from typing import Any, ClassVar

import numpy as np
from sklearn import model_selection
from sklearn.model_selection import _search

from skbluetuna import BlueTunaSearchCV


class GridSearchCV(BlueTunaSearchCV):
    """Ours, with the constructor of scikit-learn's."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **_search.BaseSearchCV._parameter_constraints,
        "param_grid": [dict, list],
    }

    def __init__(
        self, estimator, param_grid, *, scoring=None, n_jobs=None, refit=True, cv=None,
        verbose=0, pre_dispatch="2*n_jobs", error_score=np.nan,
        return_train_score=False,
    ):  # fmt: skip
        super().__init__(
            estimator, None, n_iter=10**6, scoring=scoring, n_jobs=n_jobs, refit=refit,
            cv=cv, verbose=verbose, pre_dispatch=pre_dispatch, error_score=error_score,
            return_train_score=return_train_score, random_state=0,
        )  # fmt: skip
        self.param_grid = param_grid

    def fit(self, X, y=None, **params):
        self.param_space = self.param_grid
        return super().fit(X, y, **params)


class RandomizedSearchCV(BlueTunaSearchCV):
    """Ours, with the constructor of scikit-learn's."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **_search.BaseSearchCV._parameter_constraints,
        "param_distributions": [dict, list],
        "n_iter": BlueTunaSearchCV._parameter_constraints["n_iter"],
        "random_state": ["random_state"],
    }

    def __init__(
        self, estimator, param_distributions, *, n_iter=10, scoring=None, n_jobs=None,
        refit=True, cv=None, verbose=0, pre_dispatch="2*n_jobs", random_state=None,
        error_score=np.nan, return_train_score=False,
    ):  # fmt: skip
        super().__init__(
            estimator, None, n_iter=n_iter, scoring=scoring, n_jobs=n_jobs,
            refit=refit, cv=cv, verbose=verbose, pre_dispatch=pre_dispatch,
            random_state=random_state, error_score=error_score,
            return_train_score=return_train_score,
        )  # fmt: skip
        self.param_distributions = param_distributions

    def fit(self, X, y=None, **params):
        self.param_space = self.param_distributions
        return super().fit(X, y, **params)


def pytest_configure():
    """Swap, in the process that loads this file as a plugin and in no other."""
    for search in (GridSearchCV, RandomizedSearchCV):
        for module in (model_selection, _search):
            setattr(module, search.__name__, search)
