"""Several objectives in a search: who is on the front, and who is chosen."""

import warnings

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin

from skbluetuna.history import History, Reported
from skbluetuna.inspection import (
    InfluenceDisplay,
    InteractionDisplay,
    LandscapeDisplay,
    ParallelDisplay,
    ScanDisplay,
    hypervolume,
)
from skbluetuna.objectives import FitTime, ModelSize, PredictTime, knee
from tests.search.durable import X_SPACE, X, cuts, search_of, y
from tests.search.test_window import course

plt = pytest.importorskip("matplotlib.pyplot")

BY_OBJECTIVE = [
    InfluenceDisplay, InteractionDisplay, LandscapeDisplay, ParallelDisplay, ScanDisplay
]  # fmt: skip


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
    search = weighed(n_iter=1)
    search.set_params(n_iter=12, at_least=limits)
    with pytest.warns(UserWarning, match=r"no candidate meets.*of -0.01") as warned:
        search.fit(X, y)
    assert [one.filename for one in warned] == [__file__]  # where fit was called
    x = search.best_params_["x"]
    assert 0.35 < x < 0.65  # the smallest worst shortfall


def test_what_had_less_of_a_resource_is_on_no_front():
    """Its scores are of other models, and none of the search."""
    search = weighed(resource="x", space={"fails_above": (2.0, 3.0)}, estimator=Plain(),
                     min_resources=0.1, max_resources=0.9, n_iter=6)  # fmt: skip
    given = search.cv_results_["n_resources"]
    assert set(given) > {0.9}
    front = search.pareto_front_
    assert (given[front] == 0.9).all()
    assert {trial.number for trial in search.tuner_.front} == set(front)
    assert knee(search.cv_results_, ["good", "cheap"]) in front
    above = hypervolume(search, reference=[-1.0, -1.0])
    assert above == pytest.approx((1.0 - 0.7**2) * (1.0 - 0.1**2))


def test_the_log_names_the_objective_of_the_best_and_the_front(caplog):
    caplog.set_level("INFO", "skbluetuna")
    search = weighed()
    said = caplog.text
    assert "improves good to" in said
    assert f"best by good is evaluation {search.best_index_ + 1} with" in said
    front = ", ".join(str(row + 1) for row in search.pareto_front_)
    assert f"by good and cheap: evaluations {front}" in said


@pytest.mark.parametrize("display", BY_OBJECTIVE)
def test_a_display_shows_one_objective(display):
    """The one that refit names, unless another is asked for."""
    space = {"x": (0.0, 1.0), "fails_above": (2.0, 3.0)}
    search = weighed(space=space, refit="cheap", n_iter=8)
    for objective in ("good", "cheap"):
        shown = display.from_search(search, objective=objective)
        assert objective in shown.title
        assert "cheap" in display.from_search(search).title
    with pytest.raises(ValueError, match=r"objective must be one of \['good', 'cheap"):
        display.from_search(search, objective="watched")
    if display is InfluenceDisplay:
        own = search.weights_["objective"] == "cheap"
        shown = display.from_search(search)
        assert sorted(shown.share) == sorted(search.weights_["share"][own])
    plt.close("all")


def test_the_knee_is_chosen_of_the_objectives():
    search = weighed(refit=knee)
    assert search.best_index_ in search.pareto_front_
    assert 0.3 < search.best_params_["x"] < 0.7


@pytest.mark.parametrize("objectives", [None, ["good", "cheap"]])
def test_the_knee_is_one_that_meets_the_limits(objectives):
    search = weighed(refit=knee, objectives=objectives, at_least={"watched": 0.8})
    assert search.cv_results_["meets_limits"][search.best_index_]
    with pytest.warns(UserWarning, match="no candidate meets at_least"):
        weighed(refit=knee, objectives=objectives, at_least={"watched": 2.0})


def test_no_limits_are_none():
    search = weighed(at_least={})
    assert search.best_index_ == weighed().best_index_
    assert "meets_limits" not in search.cv_results_


@pytest.mark.parametrize("window", [1, 4])
def test_a_search_is_the_same_for_any_n_jobs(window):
    first = weighed(max_concurrent=window)
    other = weighed("threading", 3, max_concurrent=window)
    assert course(other) == course(first)


def test_a_file_may_end_anywhere(tmp_path):
    path = tmp_path / "search.jsonl"
    options = {"checkpoint": path, "space": [X_SPACE, {"x": [0.25, 0.75]}]}
    whole = weighed(**options)
    for left in cuts(path):
        path.write_text(left)
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


def test_one_objective_named_twice_is_a_search_for_it():
    search = weighed(objectives=["good", "good"])
    scores = search.cv_results_["mean_test_good"]
    assert_array_equal(search.pareto_front_, np.flatnonzero(scores == scores.max()))
    assert search.best_params_["x"] == pytest.approx(0.2, abs=0.05)


def test_the_limit_of_a_cost_is_negative():
    scoring = {"good": good, "size": ModelSize()}
    with pytest.raises(ValueError, match=r"negative for 'size'.*Write -50"):
        weighed(scoring=scoring, objectives=["good", "size"], at_least={"size": 50})
