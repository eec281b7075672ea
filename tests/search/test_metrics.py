"""Which metric guides a search, and which candidate is refitted."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.metrics import f1_score, make_scorer
from sklearn.tree import DecisionTreeRegressor

from tests.search.searches import X, search_of, y


def test_regressors_with_negative_scores():
    Xd, yd = load_diabetes(return_X_y=True)
    search = search_of(
        DecisionTreeRegressor(random_state=0),
        {"max_depth": (1, 12), "min_samples_leaf": (1, 50, "log")},
        scoring="neg_mean_squared_error",
        n_iter=20,
    ).fit(Xd, yd)
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()
    assert search.tuner_.best.params == search.best_params_


def two_scores(estimator, X, y):
    labels = estimator.predict(X)
    return {"wrong": -np.mean(labels != y), "right": np.mean(labels == y) ** 2}


@pytest.mark.parametrize(
    ("scoring", "refit", "guide"),
    [
        (["accuracy", "f1_macro"], "f1_macro", "f1_macro"),
        (["accuracy", "f1_macro"], False, "accuracy"),
        ({"b": "f1_macro", "a": "accuracy"}, lambda r: 0, "b"),
        (two_scores, "right", "right"),
        (two_scores, False, "wrong"),
    ],
)
def test_several_metrics_are_guided_by_refit_or_else_the_first(scoring, refit, guide):
    search = search_of(scoring=scoring, refit=refit).fit(X, y)
    told = [trial.score for trial in search.tuner_.trials]
    np.testing.assert_array_equal(told, search.cv_results_[f"mean_test_{guide}"])
    assert len(search.weights_["param"]) == 2


def test_a_wrong_refit_of_a_callable_scorer_is_said_after_the_first_candidate():
    search = search_of(scoring=two_scores, refit="f1", n_iter=50, max_concurrent=1)
    with pytest.raises(ValueError, match="refit must be set to a scorer key"):
        search.fit(X, y)
    assert {trial.state for trial in search.tuner_.trials} == {"asked"}


def test_scoring_and_refit_may_be_callables():
    search = search_of(scoring=make_scorer(f1_score, average="macro"))
    assert search.fit(X, y).score(X, y) > 0.9
    last = search_of(refit=lambda results: len(results["params"]) - 1).fit(X, y)
    assert last.best_index_ == 11
    none = search_of(refit=False).fit(X, y)
    assert none.best_params_
    assert not hasattr(none, "predict")


def test_an_infinite_score_never_wins():
    def infinite(estimator, X, y):
        return np.inf if estimator.max_depth > 30 else estimator.score(X, y)

    with pytest.warns(UserWarning, match="non-finite"):
        search = search_of(scoring=infinite, n_iter=20).fit(X, y)
    assert np.isinf(search.cv_results_["mean_test_score"]).any()
    assert search.best_params_ == search.tuner_.best.params
    assert np.isfinite(search.best_score_)
