"""Several objectives in a search: who is on the front, and who is chosen."""

import warnings

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin

from skbluetuna.history import History, Reported
from skbluetuna.objectives import FitTime, ModelSize, PredictTime, knee
from tests.search.durable import X_SPACE, X, search_of, y
from tests.search.test_window import course


def good(model, X, y):
    return -((model.x - 0.2) ** 2)


def cheap(model, X, y):
    return -((model.x - 0.8) ** 2)


def watched(model, X, y):
    return model.x


SCORING = {"good": good, "cheap": cheap, "watched": watched}


class Plain(ClassifierMixin, BaseEstimator):
    """Fails above a value."""

    def __init__(self, x=0.5, fails_above=2.0):
        self.x = x
        self.fails_above = fails_above

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.x > self.fails_above:
            raise ValueError("asked to fail")
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def weighed(backend="sequential", n_jobs=1, space=X_SPACE, **options):
    usual = {
        "scoring": SCORING, "objectives": ["good", "cheap"], "refit": "good",
        "warm_start": True, "n_iter": 12,
    }  # fmt: skip
    estimator = options.pop("estimator", Plain())
    search = search_of(estimator, space, n_jobs=n_jobs, **usual | options)
    with parallel_config(backend):
        return search.fit(X, y)


def test_the_front_is_in_the_table_and_in_order():
    search = weighed()
    results = search.cv_results_
    values = np.column_stack([results["mean_test_good"], results["mean_test_cheap"]])
    right = [
        not any((other >= one).all() and (other > one).any() for other in values)
        for one in values
    ]
    assert_array_equal(results["on_front"], right)
    assert set(search.pareto_front_) == set(np.flatnonzero(right))
    assert (np.diff(values[search.pareto_front_, 0]) <= 0).all()
    assert search.pareto_params_ == [results["params"][i] for i in search.pareto_front_]
    assert search.best_index_ == np.argmax(results["mean_test_good"])
    assert "meets_limits" not in results
    assert search.score(X, y) == search.best_score_
    assert len(search.predict(X)) == len(X)
    assert set(search.weights_["objective"]) == {"good", "cheap"}


def test_without_objectives_nothing_is_there():
    search = weighed(objectives=None, n_iter=4)
    assert "on_front" not in search.cv_results_
    assert not hasattr(search, "pareto_front_")


@pytest.mark.parametrize("refit", ["good", "cheap", "watched"])
@pytest.mark.parametrize("objectives", [None, ["good", "cheap"]])
def test_limits_choose_the_best_that_meets_them(refit, objectives):
    limits = {"cheap": -0.16, "watched": 0.3}
    search = weighed(refit=refit, at_least=limits, objectives=objectives)
    results = search.cv_results_
    meets = np.all(
        [results[f"mean_test_{name}"] >= limit for name, limit in limits.items()], 0
    )
    assert_array_equal(results["meets_limits"], meets)
    assert meets.any()
    best = max(np.flatnonzero(meets), key=lambda i: results[f"mean_test_{refit}"][i])
    assert search.best_index_ == best
    if objectives:
        same = weighed(refit=refit).cv_results_
        assert_array_equal(same["mean_test_good"], results["mean_test_good"])


def test_limits_that_nobody_meets_are_warned_of():
    limits = {"good": -0.01, "cheap": -0.01}
    with pytest.warns(UserWarning, match=r"no candidate meets at_least.*of -0.01"):
        search = weighed(at_least=limits)
    x = search.best_params_["x"]
    assert 0.35 < x < 0.65  # the smallest worst shortfall


def test_the_knee_is_chosen_of_the_objectives():
    search = weighed(refit=knee)
    assert search.best_index_ in search.pareto_front_
    assert 0.3 < search.best_params_["x"] < 0.7


@pytest.mark.parametrize("window", [1, 4])
def test_a_search_is_the_same_for_any_n_jobs(window):
    first = weighed(max_concurrent=window)
    other = weighed("threading", 3, max_concurrent=window)
    assert course(other) == course(first)


def test_a_file_may_end_anywhere(tmp_path):
    path = tmp_path / "search.jsonl"
    options = {"checkpoint": path, "space": [X_SPACE, {"x": [0.25, 0.75]}]}
    whole = weighed(**options)
    text = path.read_text().splitlines(keepends=True)
    for n in range(1, len(text), 13):
        path.write_text("".join(text[:n]))
        again = weighed(**options)
        assert course(again) == course(whole)
        assert_array_equal(again.pareto_front_, whole.pareto_front_)
    with pytest.raises(ValueError, match="objectives"):
        weighed(**options | {"objectives": ["good", "watched"]})


def test_ctrl_c_keeps_the_front(monkeypatch):
    whole, seen, append = weighed(), [], History.append

    def press(history, event):
        append(history, event)
        seen.extend([event] if isinstance(event, Reported) else [])
        if len(seen) == 20:
            seen.append(event)
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(History, "append", press)
        search = weighed()
    assert search.stop_reason_ == "interrupted"
    assert len(search.pareto_front_)
    assert course(search.fit(X, y)) == course(whole)


def test_a_failed_candidate_is_on_no_front():
    with pytest.warns(Warning, match=r"fits failed|non-finite"):
        search = weighed(estimator=Plain(fails_above=0.7), error_score=np.nan)
    failed = search.cv_results_["failure"] != ""
    assert failed.any()
    assert not search.cv_results_["on_front"][failed].any()


def test_costs_are_objectives():
    scoring = {"good": good, "size": ModelSize(), "fit": FitTime(),
               "predict": PredictTime(n_repeats=2)}  # fmt: skip
    search = weighed(scoring=scoring, objectives=["good", "size"], n_iter=4, cv=2)
    results = search.cv_results_
    assert (results["mean_test_size"] < 0.0).all()
    assert_array_equal(results["mean_test_fit"], -results["mean_fit_time"])
    assert (results["mean_test_predict"] <= 0.0).all()


def test_a_callable_of_several_metrics_has_objectives():
    def scoring(model, X, y):
        return {name: scorer(model, X, y) for name, scorer in SCORING.items()}

    search = weighed(scoring=scoring)
    assert_array_equal(search.pareto_front_, weighed().pareto_front_)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"scoring": "accuracy"}, "scoring must name several metrics"),
        ({"scoring": None}, "scoring must name several metrics"),
        ({"objectives": ["good", "other"]}, "must name metrics of scoring.*'other'"),
        ({"at_least": {"other": 1.0}}, "must name metrics of scoring.*'other'"),
        ({"racing": 0.005}, "racing must be None with several objectives"),
        ({"stopping": "regret"}, "stopping must be None with several objectives"),
        ({"strategy": "classic"}, "strategy must be one for several objectives"),
        ({"objectives": ["good"]}, "must be two to 4"),
    ],
)
def test_what_can_not_be_is_refused(options, match):
    with pytest.raises(ValueError, match=match):
        weighed(**options)


def test_a_limit_is_a_number():
    with pytest.raises(TypeError, match="must have a number for 'good'"):
        weighed(at_least={"good": "0.9"})


def test_nothing_else_is_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        weighed(at_least={"cheap": -1.0})
