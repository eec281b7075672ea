"""Whatever is given at the border: a search, or an error that names what is wrong."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin

from skbluetuna import (
    Adaptive,
    BlueTunaSearchCV,
    BlueTuner,
    Categorical,
    Classic,
    Integer,
    Real,
    when,
)

_spec = importlib.util.spec_from_file_location(
    "laws_strategies", Path(__file__).parent / "laws" / "strategies.py"
)
laws = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(laws)

TRIED = 1_000

odd_numbers = st.one_of(
    st.integers(-3, 12),
    st.floats(-10, 10, width=16),
    st.sampled_from(
        [0, 1, -1, 10**6, 2**40, -(2**70), 1e-300, 1e300, math.inf, -math.inf, math.nan]
    ),
    st.booleans(),
    st.sampled_from([np.int64(3), np.float32(0.5), np.nan, True]),
)
odd_values = st.one_of(
    odd_numbers,
    st.none(),
    st.sampled_from(["log", "linear", "a", "", "auto", b"x", int, len, object(), {}]),
    st.lists(odd_numbers, max_size=3),
)


def made(kind, *arguments):
    """A dimension, or its arguments where it refuses them."""
    try:
        return kind(*arguments)
    except (TypeError, ValueError):
        return arguments


dimensions = st.one_of(
    st.tuples(odd_numbers, odd_numbers),
    st.tuples(odd_numbers, odd_numbers, st.sampled_from(["log", "lin", 3, 0, None])),
    st.tuples(odd_numbers, odd_numbers, odd_values, st.sampled_from(["log", "x"])),
    st.lists(odd_values, max_size=5),
    st.lists(odd_numbers, max_size=5).map(lambda v: np.array(v, dtype=object)),
    odd_values,
    st.tuples(odd_values),
    st.builds(lambda a, b: made(Real, a, b), odd_numbers, odd_numbers),
    st.builds(lambda a, b: made(Integer, a, b), odd_numbers, odd_numbers),
    st.builds(lambda v: made(Categorical, v), st.lists(odd_values, max_size=4)),
    st.builds(
        scipy.stats.uniform,
        st.floats(-5, 5),
        st.floats(0.1, 5),
    ),
    st.sampled_from(
        [scipy.stats.norm(), scipy.stats.expon(), scipy.stats.randint(1, 5)]
    ),
)
# Also under conditions, that fit and that do not.
dimensions = dimensions | st.builds(
    lambda parent, values, spec: made(when, parent, values, spec),
    st.sampled_from(["x", "y", "w", 3]),
    odd_values | st.sampled_from([1, [1, 2], "a", ["a", "auto"]]),
    dimensions,
)
names = st.sampled_from(["x", "y", "model__depth", "", 3, None])
spaces = st.one_of(
    st.dictionaries(st.sampled_from(["x", "y", "z"]), dimensions, max_size=3),
    st.dictionaries(names, dimensions, max_size=2),
    st.lists(
        st.dictionaries(st.sampled_from(["x", "y"]), dimensions, max_size=2), max_size=3
    ),
    odd_values,
)
budgets = st.one_of(st.integers(1, 6), odd_values)
strategies = st.one_of(
    st.sampled_from(
        ["adaptive", "classic", Adaptive(n_lhs=2), Classic(n_epochs=2, n_lhs=2)]
    ),
    st.sampled_from(["Adaptive", None, Classic, 3]),
)
settings_of = {"suppress_health_check": list(HealthCheck), "deadline": None}


def assert_names_something(error):
    """The message is a sentence of ours: it says which parameter, and what it got."""
    text = str(error)
    assert len(text) > 15
    assert any(
        word in text
        for word in (
            "param_space", "n_iter", "strategy", "random_state", "initial_params",
            "reference", "max_concurrent", "max_time", "stopping", "checkpoint",
            "warm_start", "n_retries", "Real", "Integer", "Categorical", "low", "high",
            "choices",
        )
    ), text  # fmt: skip


@pytest.mark.slow
@settings(max_examples=TRIED // 2, **settings_of)
@given(spaces, budgets, strategies, odd_values)
def test_a_tuner_searches_or_says_what_is_wrong(space, n_iter, strategy, seed):
    try:
        tuner = BlueTuner(space, n_iter=n_iter, strategy=strategy, random_state=seed)
    except (TypeError, ValueError) as error:
        assert_names_something(error)
        return
    for k in range(3):
        for trial in tuner.ask(2):
            tuner.tell(trial, float(k))
    assert tuner.trials


class Anything(ClassifierMixin, BaseEstimator):
    """Has every parameter and learns nothing."""

    def __init__(self, x=None, y=None, z=None, p0=None, p1=None, p2=None, p3=None):
        self.x = x
        self.y = y
        self.z = z
        self.p0 = p0
        self.p1 = p1
        self.p2 = p2
        self.p3 = p3

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return 0.5


X, Y = np.zeros((6, 1)), np.array([0, 1, 0, 1, 0, 1])
options = st.fixed_dictionaries(
    {},
    optional={
        "n_iter": budgets,
        "strategy": strategies,
        "max_concurrent": odd_values,
        "initial_params": st.one_of(
            odd_values, st.lists(st.dictionaries(names, odd_values, max_size=2))
        ),
        "random_state": odd_values,
        "max_time": odd_values,
        "stopping": odd_values,
        "n_retries": odd_values,
        "warm_start": odd_values,
        "checkpoint": st.one_of(
            st.none(), odd_numbers, st.just("/no/such/folder/search.jsonl")
        ),
    },
)


def is_long(n_iter):
    """Whether a search of so many evaluations would be right, and take hours."""
    return n_iter is None or (isinstance(n_iter, int | np.integer) and n_iter > 100)


@pytest.mark.slow
@settings(max_examples=TRIED // 2, **settings_of)
@given(spaces, options)
def test_a_search_searches_or_says_what_is_wrong(space, given_options):
    search = BlueTunaSearchCV(
        Anything(), space, **({"n_iter": 2, "cv": 2, "refit": False} | given_options)
    )
    if is_long(given_options.get("n_iter", 2)):
        return
    try:
        search.fit(X, Y)
    except (TypeError, ValueError) as error:
        if "Invalid parameter" not in str(error):  # scikit-learn's, of set_params
            assert_names_something(error)
    except FileNotFoundError as error:
        assert_names_something(error)


sound_spaces = laws.spaces | st.lists(laws.spaces, min_size=1, max_size=2)
sound_options = st.fixed_dictionaries(
    {
        "n_iter": st.integers(2, 5),  # at least one for each alternative
        "strategy": st.sampled_from(["adaptive", Classic(n_epochs=2, n_lhs=2)]),
    },
    optional={
        "max_concurrent": st.integers(1, 3),
        "initial_params": st.just([{}]),
        "random_state": st.integers(0, 2**32 - 1),
        "max_time": st.sampled_from([None, 1e9, 3600]),
        "n_retries": st.integers(0, 2),
        "warm_start": st.booleans(),
    },
)
# One argument more, whose value is as good as any.
odd_option = st.tuples(
    st.sampled_from(
        ["n_iter", "max_concurrent", "initial_params", "random_state", "max_time",
         "stopping", "n_retries", "warm_start"]
    ),
    odd_values,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=15, **settings_of)
@given(sound_spaces, sound_options)
def test_what_is_sound_is_searched(space, given_options):
    search = BlueTunaSearchCV(Anything(), space, cv=2, refit=False, **given_options)
    search.fit(X, Y)
    assert 1 <= len(search.cv_results_["params"]) <= given_options["n_iter"]
    assert search.best_score_ == 0.5


@pytest.mark.slow
@settings(max_examples=15, **settings_of)
@given(sound_spaces, sound_options, odd_option)
def test_one_odd_option_among_sound_ones_is_named(space, given_options, odd):
    name, value = odd
    search = BlueTunaSearchCV(
        Anything(), space, **{"cv": 2, "refit": False} | given_options | {name: value}
    )
    if is_long(search.n_iter):
        return
    try:
        search.fit(X, Y)
    except (TypeError, ValueError) as error:
        assert name in str(error), str(error)  # noqa: PT017
    else:
        assert search.best_score_ == 0.5


def test_what_a_message_says():
    with pytest.raises(ValueError, match=r"param_space\['x'\].*low.*got \(5, 1\)|5"):
        BlueTuner({"x": (5, 1)})


@pytest.mark.parametrize("alternative", [1, -1, 0.0, "0", True])
def test_an_alternative_that_is_none_is_named(alternative):
    tuner = BlueTuner({"x": (0.0, 1.0)}, random_state=0)
    with pytest.raises(ValueError, match="alternative must be below 1, an int"):
        tuner.add({"x": 0.5}, 1.0, alternative=alternative)
    with pytest.raises(ValueError, match="alternative must be below 1, an int"):
        tuner.predict([{"x": 0.5}], alternative=alternative)


@pytest.mark.parametrize("seconds", ["1", [1.0], {}])
def test_seconds_that_are_no_number_are_named(seconds):
    tuner = BlueTuner({"x": (0.0, 1.0)}, random_state=0)
    with pytest.raises(TypeError, match="seconds must be a real number"):
        tuner.add({"x": 0.5}, 1.0, seconds=seconds)
    with pytest.raises(TypeError, match="seconds must be a real number"):
        tuner.tell(tuner.ask()[0], 1.0, seconds=seconds)


def test_a_configuration_that_lacks_values_is_told_which():
    tuner = BlueTuner({"x": (0.0, 1.0), "k": ["a", "b"]}, n_iter=5, random_state=0)
    with pytest.raises(ValueError, match=r"must have a value; \['k'\] have none"):
        tuner.add({"x": 0.5}, 1.0)
    assert not tuner.trials
