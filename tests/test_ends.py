"""A best value at the end of its range is told, so that the range can be widened."""

import logging

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skbluetuna import BlueTunaSearchCV, BlueTuner, Categorical, when
from skbluetuna.inspection._ends import widen


def told(space, scores, params="p"):
    """The column ``at_end`` of parameters after trials of these scores."""
    initial = [one for one, _ in scores]
    tuner = BlueTuner(
        space, n_iter=len(scores), initial_params=initial[1:], reference=initial[0],
        random_state=0,
    )  # fmt: skip
    for trial, (one, score) in zip(tuner.ask(len(scores)), scores, strict=True):
        assert one.items() <= trial.params.items()
        tuner.tell(trial, score)
    weights = tuner.weights
    ends = dict(zip(weights["param"], weights["at_end"], strict=True))
    return [ends[name] for name in params], tuner


OTHER = {"other": (0.0, 1.0)}  # so that no space is asked as a grid


@pytest.mark.parametrize(
    ("spec", "best", "rest", "expected"),
    [
        ((0.0, 2.0), 2.0, 1.0, "high"),
        ((0.0, 2.0), 0.0, 1.0, "low"),
        ((0.0, 2.0), 1.99, 1.0, "high"),
        ((0.0, 2.0), 1.9, 1.0, ""),
        ((1e-3, 1e3, "log"), 1e-3, 1.0, "low"),
        ((1, 30), 30, 15, "high"),
        ((1, 30), 29, 15, ""),
        ((1, 3), 1, 2, "low"),
        ((1, 2), 1, 2, ""),
        ([1, 10, 100], 100, 10, "high"),
        ([100, 10, 1], 100, 10, "high"),
        ([1, 10, 100], 10, 1, ""),
        ([1, 10, None], None, 10, ""),
        ([1, 10, None], 1, 10, "low"),
        ([1, 10], 10, 1, ""),
        (["a", "b", "c"], "c", "a", ""),
        (Categorical(["a", "b", "c"], ordered=True), "c", "a", ""),
    ],
)
def test_the_end_at_which_the_best_value_stands(spec, best, rest, expected):
    scores = [({"p": rest}, 0.0), ({"p": best}, 1.0)]
    assert told({"p": spec} | OTHER, scores)[0] == [expected]


def test_an_end_says_something_only_against_values_elsewhere_that_are_worse():
    space = {"p": (0.0, 1.0)} | OTHER
    at = {value: {"p": value} for value in (0.0, 0.5, 1.0)}
    assert told(space, [(at[1.0], 1.0)])[0] == [""]
    assert told(space, [(at[1.0], 1.0), (at[0.5], np.nan)])[0] == [""]
    assert told(space, [(at[1.0], 1.0), (at[0.5], 1.0)])[0] == [""]
    assert told(space, [(at[1.0], 1.0), (at[0.0], 0.0)])[0] == ["high"]


def test_a_parameter_that_does_not_apply_stands_nowhere():
    space = {"k": ["a", "b"], "p": when("k", "b", (0.0, 1.0))} | OTHER
    scores = [({"k": "b", "p": 1.0}, 0.5), ({"k": "b", "p": 0.5}, 0.0)]
    assert told(space, [*scores, ({"k": "a"}, 1.0)])[0] == [""]
    assert told(space, [*scores, ({"k": "a"}, 0.1)])[0] == ["high"]


def test_one_sentence_names_them_all():
    space = {"p": (0.0, 2.0), "k": (1, 9)} | OTHER
    scores = [({"p": 1.0, "k": 5}, 0.0), ({"p": 2.0, "k": 1}, 1.0)]
    ends, tuner = told(space, scores, ["p", "k", "other"])
    assert ends == ["high", "low", ""]
    assert widen(tuner, tuner.best) == (
        "The best configuration lies at the end of what was searched: p = 2 (the "
        "highest), k = 1 (the lowest). Better ones may lie beyond: widen these ranges "
        "if you can."
    )
    assert widen(tuner, tuner.trials[0]) == widen(tuner, None) == ""


class Slope(BaseEstimator):
    """The larger, the better."""

    def __init__(self, a=0.5):
        self.a = a

    def fit(self, X, y):
        return self

    def score(self, X, y):
        return self.a


def test_it_is_the_last_line_of_the_log(caplog):
    X, y = np.zeros((8, 1)), np.tile([0, 1], 4)
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        search = BlueTunaSearchCV(Slope(), {"a": (0.0, 1.0)}, n_iter=5, cv=2)
        search.fit(X, y)
    assert search.best_params_ == {"a": 1.0}
    assert "a = 1 (the highest)" in caplog.messages[-1]
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        search.set_params(param_space={"a": [0.1, 0.9]}).fit(X, y)
    assert not any("widen" in message for message in caplog.messages)
