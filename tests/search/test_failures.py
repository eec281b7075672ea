"""Candidates that fail never win and never stop a search."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.tree import DecisionTreeClassifier

from tests.search.searches import QUICK, X, search_of, y


class Fragile(ClassifierMixin, BaseEstimator):
    """Breaks on one side of its range."""

    def __init__(self, a=0.5, b=0.5):
        self.a = a
        self.b = b

    def fit(self, X, y):
        if self.a > 0.8:
            raise ValueError("a is too large")
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return np.nan if self.b > 0.9 else self.a * self.b


def two_fragile_scores(estimator, X, y):
    return {"both": estimator.score(X, y), "one": 1.0}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the t.* scores are non-finite")
def test_failing_candidates_never_win_and_never_stop_the_search():
    search = search_of(Fragile(), {"a": (0.0, 1.0), "b": (0.0, 1.0)}, n_iter=40)
    search.fit(X, y)
    failed = [trial.state == "failed" for trial in search.tuner_.trials]
    assert 0 < sum(failed) < 40
    np.testing.assert_array_equal(
        np.isnan(search.cv_results_["mean_test_score"]), failed
    )
    assert search.best_params_["a"] <= 0.8
    assert search.best_params_["b"] <= 0.9


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the t.* scores are non-finite")
@pytest.mark.parametrize("error_score", [np.nan, -1.0])
@pytest.mark.parametrize("scoring", [None, two_fragile_scores])
def test_a_batch_that_fails_as_a_whole_is_recorded_and_not_raised(error_score, scoring):
    """scikit-learn raises there, and would lose every earlier evaluation."""
    search = search_of(
        Fragile(a=0.5),
        {"a": (0.0, 1.0), "b": (0.0, 0.9)},
        n_iter=30,
        max_concurrent=1,
        error_score=error_score,
        scoring=scoring,
        refit="both" if scoring else True,
        return_train_score=True,
    ).fit(X, y)
    metric = "both" if scoring else "score"
    results = search.cv_results_
    failed = np.array([params["a"] > 0.8 for params in results["params"]])
    assert 0 < failed.sum() < 30
    assert {len(column) for column in results.values()} == {30}
    for column in (f"mean_test_{metric}", f"split1_train_{metric}"):
        np.testing.assert_array_equal(
            results[column][failed], np.full(failed.sum(), error_score)
        )
    assert [t.params for t in search.tuner_.trials] == list(results["params"])
    assert [t.stage for t in search.tuner_.trials] == list(results["stage"])
    assert search.best_params_["a"] <= 0.8
    assert search.best_params_ == search.tuner_.best.params
    assert not {"_open", "_kept"} & set(vars(search))


def test_everything_failing_is_scikit_learns_error():
    with pytest.raises(ValueError, match=r"All the .* fits failed"):
        search_of(DummyClassifier(strategy="constant"), {"constant": ["no such"]}).fit(
            X, y
        )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the:UserWarning")
@pytest.mark.parametrize("strategy", ["adaptive", QUICK], ids=str)
@pytest.mark.parametrize("scoring", [None, two_fragile_scores])
def test_failures_are_judged_over_the_whole_search(strategy, scoring):
    """The estimator's own parameters fail, alone in their batch; others do not."""
    tree = DecisionTreeClassifier(min_samples_leaf=0, random_state=0)
    search = search_of(
        tree,
        {"min_samples_leaf": [0, 1, 2, 3], "ccp_alpha": (0.0, 0.1)},
        strategy=strategy,
        max_concurrent=1,
        scoring=scoring,
        refit="both" if scoring else True,
    ).fit(X, y)
    metric = "both" if scoring else "score"
    assert np.isnan(search.cv_results_[f"mean_test_{metric}"][0])
    assert search.best_params_["min_samples_leaf"] > 0
    assert len(search.cv_results_["params"]) == 12
