"""An evaluation made elsewhere counts as if it had been asked here."""

import importlib.util
import math
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skbluetuna import Adaptive, BlueTuner, Classic, Space
from skbluetuna.stages import _adaptive_climb

_path = Path(__file__).with_name("strategies.py")
_spec = importlib.util.spec_from_file_location("laws_strategies", _path)
laws = importlib.util.module_from_spec(_spec)
sys.modules["laws_strategies"] = laws
_spec.loader.exec_module(laws)

few = settings(max_examples=3, deadline=None)
QUICK = Classic(n_lhs=5, tune_reps=5, n_epochs=5)
REALS = {"x": (0.0, 1.0, 1), "y": (0.0, 1.0, 1), "c": list("ab")}
CHOICES = {f"c{i}": list("abcde") for i in range(3)} | {"x": (0.0, 1.0)}


@pytest.fixture(scope="module", autouse=True)
def _early_turns():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_adaptive_climb, "N_BEFORE_TURNS", 8)
        yield


def score(trial):
    """A score of the configuration alone; some fail."""
    u = np.array(trial.unit)
    value = float(np.sum(np.sin(3.0 * u + np.arange(len(u)))) - u[0] * u[-1])
    return math.nan if int(1e3 * u.sum()) % 11 == 7 else value


def given_rows(space, n, seed):
    """Configurations to begin with, as native values."""
    own = Space(space)
    return own.from_unit(np.random.default_rng(seed).random((n, len(own))))


def began_with(whole, trials, n_iter):
    """A tuner to which trials of another one were added, less them in its budget."""
    tuner = BlueTuner(
        list(whole.spaces), n_iter=n_iter - len(trials), random_state=whole.seed,
        strategy=whole._settings.strategy,
        reference=[rows[0] for rows in whole._settings.initial],
    )  # fmt: skip
    for trial in trials:
        value = math.nan if trial.score is None else trial.score
        added = tuner.add(trial.params, value, alternative=trial.alternative)
        assert added.unit == trial.unit
    return tuner


def asked(trials, k=0):
    """What was asked of an alternative."""
    return [
        (t.stage, t.unit, repr(t.params))
        for t in trials
        if t.alternative == k and t.stage not in ("initial", "imported")
    ]


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(laws.spaces, st.integers(2, 12), laws.strategies, laws.seeds, st.integers(0, 4))
def test_importing_what_a_search_began_with_asks_what_followed(
    space, n_iter, strategy, seed, n
):
    """The reference among it, in the order of asking: bit for bit."""
    rows = given_rows(space, n, seed)
    whole = laws.make(space, n_iter, strategy, seed, initial_params=rows)
    trials = laws.run(whole, score)
    first = [t for t in trials if t.stage == "initial"]
    assume(first and len(first) < n_iter)
    tuner = began_with(whole, first, n_iter)
    later = laws.run(tuner, score)
    assert asked(later) == asked(trials)
    assert [t.score for t in later] == [t.score for t in trials]
    assert tuner.n_iter == n_iter - len(first)


@pytest.mark.parametrize("strategy", [Adaptive(), Adaptive(n_lhs=4), QUICK], ids=str)
@pytest.mark.parametrize("space", [REALS, CHOICES], ids=["reals", "choices"])
def test_its_tables_are_those_of_the_search_that_asked(space, strategy):
    rows = given_rows(space, 3, 0)
    whole = laws.make(space, 18, strategy, 0, initial_params=rows)
    laws.run(whole, score)
    tuner = began_with(whole, whole.trials[:4], 18)
    laws.run(tuner, score)
    assert asked(tuner.trials) == asked(whole.trials)
    for name in ("regions", "boundaries", "weights", "interactions"):
        one, other = getattr(whole, name), getattr(tuner, name)
        for column in one:
            np.testing.assert_array_equal(one[column], other[column])
    assert tuner.optimized_space == whole.optimized_space


@pytest.mark.parametrize("strategy", [Adaptive(), QUICK], ids=str)
def test_of_several_alternatives_each_goes_on_where_it_was(strategy):
    """Shares, first looks and turns count what each has had."""
    spaces = [REALS, CHOICES, {"z": (1e-3, 1.0, "log")}]
    rows = given_rows(REALS, 4, 0) + given_rows(spaces[2], 1, 1)
    whole = laws.make(spaces, 30, strategy, 0, initial_params=rows)
    trials = laws.run(whole, score)
    first = [t for t in trials if t.stage == "initial"]
    assert [t.alternative for t in first] == [0] * 5 + [1] + [2] * 2
    later = laws.run(began_with(whole, first, 30), score)
    for k in range(3):
        assert asked(later, k) == asked(trials, k)


@pytest.mark.parametrize("strategy", [Adaptive(), Adaptive(n_lhs=4), QUICK], ids=str)
@pytest.mark.parametrize("space", [REALS, CHOICES], ids=["reals", "choices"])
def test_the_reference_stays_what_it_was_if_others_were_evaluated_first(
    space, strategy
):
    """The first evaluation that comes from elsewhere is not what a scan looks around.

    Planned stages ask the same; others, whose models have the same rows in another
    order, as much.
    """
    rows = given_rows(space, 3, 0)
    whole = laws.make(space, 26, strategy, 0, initial_params=rows)
    laws.run(whole, score)
    tuner = began_with(whole, whole.trials[1:4], 26)
    (reference,) = tuner.ask(1)
    assert (reference.stage, reference.params) == ("initial", whole.trials[0].params)
    tuner.tell(reference, score(reference))
    one, other = (asked(laws.run(t, score)) for t in (whole, tuner))
    assert Counter(s for s, *_ in one) == Counter(s for s, *_ in other)
    planned = {"scan", "learn"} if strategy is QUICK else {"learn"}
    assert [a for a in one if a[0] in planned] == [a for a in other if a[0] in planned]


@few
@given(
    laws.spaces, st.integers(1, 12), laws.planned, laws.seeds,
    st.integers(0, 8), st.integers(0, 8),
)  # fmt: skip
def test_budgets_count_new_trials_whenever_others_are_added(
    space, n_iter, strategy, seed, n, when
):
    own, rows = Space(space), given_rows(space, n, seed)
    tuner = laws.make(space, n_iter, strategy, seed)
    while not tuner.finished and len(tuner.trials) < when:
        for trial in tuner.ask(1):
            tuner.tell(trial, score(trial))
    for row in rows:
        tuner.add(row, 0.5)
    laws.run(tuner, score)
    new = [t for t in tuner.trials if t.stage != "imported"]
    known = {t.unit for t in tuner.trials if t.stage == "imported"}
    left = math.inf if own.size is None else own.size
    assert len(new) <= min(n_iter, left)
    assert len({t.unit for t in new}) == len(new)
    if when == 0:
        assert len(new) == min(n_iter, left - len(known))
        assert known.isdisjoint(t.unit for t in new)
    read = BlueTuner.from_json(tuner.to_json())
    assert read.trials == tuner.trials


def test_what_is_left_of_a_finite_space_is_asked_in_full():
    """As many as are left are paid for, so all are asked, in the grid's order."""
    space = {"k": (1, 6), "c": ["a", "b"]}
    tuner = BlueTuner(space, n_iter=9, random_state=0)
    for k in (2, 5, 6):
        tuner.add({"k": k, "c": "b"}, 1.0)
    assert tuner.n_iter == 9
    trials = [t for t in laws.run(tuner) if t.stage != "imported"]
    assert [t.stage for t in trials] == ["grid"] * 9
    assert len({t.unit for t in tuner.trials}) == 12


def test_an_evaluation_that_is_added_twice_counts_once():
    tuner = BlueTuner(REALS, n_iter=10, strategy=QUICK, random_state=0)
    other = BlueTuner(REALS, n_iter=10, strategy=QUICK, random_state=0)
    row = {"x": 0.1, "y": 0.2, "c": "a"}
    for one, times in ((tuner, 1), (other, 3)):
        for _ in range(times):
            one.add(row, 0.5)
        laws.run(one, score)
    stages = [Counter(t.stage for t in one.trials) for one in (tuner, other)]
    assert stages[0] | {"imported": 3} == stages[1]


def test_a_configuration_asked_before_it_is_added_costs_no_other_its_turn():
    rows = [{"x": 0.1}, {"x": 0.2}, {"x": 0.3}]
    tuner = laws.make({"x": (0.0, 1.0)}, 10, Adaptive(), 0, initial_params=rows)
    first = [tuner.ask(1)[0].params["x"] for _ in range(2)]
    tuner.add({"x": 0.1}, 0.5)
    tuner.add({"x": 0.3}, 0.5)
    assert first == [0.5, 0.1]
    assert [t.params["x"] for t in tuner.ask(2) if t.stage == "initial"] == [0.2]
