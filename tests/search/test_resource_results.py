"""What a fit concludes from evaluations at less than the full resource."""

import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skbluetuna import BlueTunaSearchCV

X, y = np.arange(12.0).reshape(-1, 1), np.tile([0, 1], 6)


class FailsInFull(BaseEstimator):
    """Cannot be fitted with the full resource."""

    def __init__(self, a=0.5, n=81):
        self.a, self.n = a, n

    def fit(self, X, y):
        if self.n == 81 and len(X) < 12:  # the refit is none of the search's
            raise ValueError("asked to fail")
        return self

    def score(self, X, y):
        return self.a


def test_a_partial_evaluation_never_wins_though_all_full_ones_failed():
    """As where every candidate failed: the first one, whose score is NaN."""
    search = BlueTunaSearchCV(
        FailsInFull(), {"a": (0.0, 1.0)}, resource="n", n_iter=4, cv=2, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings(action="ignore"):
        search.fit(X, y)
    results = search.cv_results_
    assert np.isfinite(results["mean_test_score"]).any()
    assert search.best_index_ == 0
    assert np.isnan(search.best_score_)
    assert results["n_resources"][0] == 81
    assert search.tuner_.best is None


@pytest.mark.parametrize("strategy", ["adaptive", "hyperband"])
def test_the_best_is_the_best_of_the_full_ones(strategy):
    search = BlueTunaSearchCV(
        Flattered(), {"a": (0.0, 1.0)}, resource="n", n_iter=4, cv=2, random_state=0,
        strategy=strategy,
    ).fit(X, y)  # fmt: skip
    results = search.cv_results_
    is_full = results["n_resources"] == 81
    assert search.best_score_ == results["mean_test_score"][is_full].max()
    assert search.best_score_ == search.tuner_.best.score
    assert results["mean_test_score"].max() > search.best_score_


class Flattered(FailsInFull):
    """Scores the higher the less it had."""

    def fit(self, X, y):
        return self

    def score(self, X, y):
        return self.a - self.n
