"""The ledger: rows in the order they were asked, whatever came back when."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skbluetuna._ledger import Ledger, Trial, row_key, row_keys
from skbluetuna.exceptions import AlreadyToldError, UnknownTrialError
from skbluetuna.model import reach
from skbluetuna.space import Space

modest = settings(max_examples=80, deadline=None)
FAILURES = [math.nan, math.inf, -math.inf]

scores = st.floats(-1e6, 1e6)
outcomes = st.lists(scores | st.sampled_from([*FAILURES, 0.5, 0.5]), max_size=8)
maybe_outcomes = st.lists(
    st.none() | scores | st.sampled_from([*FAILURES, 0.5, 0.5]), max_size=8
)


def trial(number, stage="scan", alternative=0, unit=None):
    unit = (number / 64, 0.5) if unit is None else unit
    return Trial(number, {"a": number}, unit, stage, alternative)


def asked(n):
    return Ledger(trial(i) for i in range(n))


def told(scores, order=None):
    """Build a ledger in which None is still awaited, and scores came in this order."""
    ledger = asked(len(scores))
    for i in range(len(scores)) if order is None else order:
        if scores[i] is not None:
            ledger.settle(i, scores[i], None)
    return ledger


# Trials


@pytest.mark.parametrize("name", Trial.__dataclass_fields__)
def test_a_trial_cannot_be_changed(name):
    row = trial(0)
    before = getattr(row, name)
    with pytest.raises(FrozenInstanceError):
        setattr(row, name, None)
    with pytest.raises(FrozenInstanceError):
        delattr(row, name)
    assert getattr(row, name) is before


def test_a_trial_takes_no_further_attributes():
    with pytest.raises((AttributeError, TypeError)):
        trial(0).note = "x"


def test_a_trial_is_asked_until_it_is_told():
    row = trial(3)
    assert (row.state, row.score, row.seconds) == ("asked", None, None)


def test_trials_with_choices_that_cannot_be_hashed_can_be():
    one = Trial(0, {"a": [1]}, (0.5,), "scan")
    assert len({one, Trial(0, {"a": [1]}, (0.5,), "scan")}) == 1


# Append-only


def test_rows_stand_in_the_order_they_were_asked():
    ledger = Ledger()
    rows = [trial(i) for i in (4, 1, 9)]
    for i, row in enumerate(rows):
        ledger.append(row)
        assert len(ledger) == i + 1
    assert list(ledger) == rows
    assert [ledger[i] for i in range(3)] == rows
    assert ledger[-1] is rows[-1]


def test_rows_can_be_neither_removed_nor_replaced():
    ledger = asked(3)
    with pytest.raises(TypeError):
        ledger[0] = trial(7)
    with pytest.raises(TypeError):
        del ledger[0]
    removers = {"pop", "remove", "clear", "insert", "sort", "reverse", "extend"}
    assert not removers & set(dir(ledger))
    with pytest.raises(AttributeError):
        ledger.note = "x"


@modest
@given(maybe_outcomes)
def test_telling_changes_nothing_but_what_came_of_the_trial(scores):
    before = list(asked(len(scores)))
    ledger = told(scores)
    assert len(ledger) == len(before)
    for old, new in zip(before, ledger, strict=True):
        for name in ("number", "params", "unit", "stage", "alternative"):
            assert getattr(old, name) == getattr(new, name)


def test_a_row_that_was_handed_out_stays_as_it_was():
    ledger = asked(1)
    row = ledger[0]
    ledger.settle(0, 0.5, 1.5)
    assert (row.state, row.score) == ("asked", None)
    assert (ledger[0].state, ledger[0].score) == ("complete", 0.5)
    assert ledger[0].seconds == 1.5


def test_two_ledgers_share_no_rows():
    first = asked(2)
    second = Ledger(first)
    second.settle(0, 0.5, None)
    second.append(trial(2))
    assert first[0].state == "asked"
    assert len(first) == 2
    assert len(Ledger()) == 0


# Telling


def test_an_unknown_trial_cannot_be_told():
    ledger = asked(2)
    with pytest.raises(UnknownTrialError, match="trial 7 was never asked; 2 trials"):
        ledger.settle(7, 0.5, None)
    with pytest.raises(UnknownTrialError):
        Ledger().settle(0, 0.5, None)
    assert list(ledger) == list(asked(2))


@pytest.mark.parametrize("second", [0.5, 0.7, math.nan])
def test_a_trial_cannot_be_told_twice(second):
    ledger = told([0.5, None])
    with pytest.raises(AlreadyToldError, match=r"trial 0 .* complete with score 0\.5"):
        ledger.settle(0, second, None)
    assert ledger[0].score == 0.5


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_trial_cannot_be_told_again(failure):
    ledger = told([failure])
    with pytest.raises(AlreadyToldError, match=r"trial 0 .* failed"):
        ledger.settle(0, 0.5, None)
    assert ledger[0].score is None


def test_the_errors_are_the_builtin_ones_too():
    assert issubclass(UnknownTrialError, ValueError)
    assert issubclass(AlreadyToldError, RuntimeError)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_score_that_is_not_finite_marks_a_failure(failure):
    ledger = asked(1)
    ledger.settle(0, failure, 2.0)
    row = ledger[0]
    assert (row.state, row.score, row.seconds) == ("failed", None, 2.0)


@pytest.mark.parametrize("score", [0.0, -0.0, -1e308, 1e308, 5e-324])
def test_every_finite_score_is_a_result(score):
    row = told([score])[0]
    assert (row.state, row.score) == ("complete", score)


def test_trials_are_told_by_number_not_by_row():
    ledger = Ledger([trial(4), trial(1), trial(9)])
    ledger.settle(1, 0.5, None)
    assert [t.score for t in ledger] == [None, 0.5, None]


# What was scored


@modest
@given(maybe_outcomes)
def test_failures_count_as_the_worst_score_seen(scores):
    U, y = told(scores).scored()
    known = [s for s in scores if s is not None and math.isfinite(s)]
    low = reach(np.array(known))[0]  # tests/laws/test_enormous_scores.py
    worst = min((s for s in known if s >= low), default=0.0)
    rows = [i for i, s in enumerate(scores) if s is not None]
    expected = [scores[i] if math.isfinite(scores[i]) else worst for i in rows]
    assert y.tolist() == expected
    assert [tuple(u) for u in U] == [(i / 64, 0.5) for i in rows]
    assert np.isfinite(y).all()


@modest
@given(maybe_outcomes, st.data())
def test_the_order_in_which_scores_are_told_does_not_matter(scores, data):
    order = data.draw(st.permutations(range(len(scores))))
    one, other = told(scores), told(scores, order)
    assert list(one) == list(other)
    assert one.best == other.best
    for a, b in zip(one.scored(), other.scored(), strict=True):
        assert_array_equal(a, b)


@modest
@given(maybe_outcomes)
def test_the_best_is_the_earliest_of_the_largest(scores):
    best = told(scores).best
    finite = [s if s is not None and math.isfinite(s) else -np.inf for s in scores]
    if max(finite, default=-np.inf) == -np.inf:
        assert best is None
    else:
        assert best.number == np.argmax(finite)  # numpy: the first occurrence
        assert best.score == max(finite)


@modest
@given(maybe_outcomes)
def test_a_score_is_pending_exactly_while_one_is_awaited(scores):
    assert told(scores).has_pending is (None in scores)


@modest
@given(maybe_outcomes)
def test_the_score_at_a_point_is_that_of_its_trial(scores):
    ledger = told(scores)
    points = np.array([(i / 64, 0.5) for i in range(len(scores))]).reshape(-1, 2)
    got = ledger.score_at(points)
    is_told = np.array([s is not None for s in scores], dtype=bool)
    assert_array_equal(np.isnan(got), ~is_told)
    assert_array_equal(got[is_told], ledger.scored()[1])


def test_the_score_at_a_point_that_was_never_asked_is_nan():
    ledger = told([0.5, 0.7])
    assert np.isnan(ledger.score_at(np.array([[0.9, 0.9]]))).all()
    assert ledger.score_at(np.empty((0, 2))).shape == (0,)


# Parts


STAGES = ["initial", "scan", "scan", "learn", "scan", "climb"]


def staged():
    return Ledger(trial(i, stage, i % 2) for i, stage in enumerate(STAGES))


def numbers(ledger):
    return [row.number for row in ledger]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (["scan"], [1, 2, 4]),
        (["climb", "initial"], [0, 5]),
        (["grid"], []),
        ([], []),
    ],
)
def test_only_keeps_the_rows_of_some_stages_in_order(stages, expected):
    assert numbers(staged().only(*stages)) == expected
    assert sum(map(staged().count, stages)) == len(expected)


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("initial", []),
        ("scan", [0]),
        ("learn", [0, 1, 2]),
        ("climb", [0, 1, 2, 3, 4]),
        ("grid", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_before_keeps_the_rows_up_to_the_first_of_a_stage(stage, expected):
    assert numbers(staged().before(stage)) == expected


@pytest.mark.parametrize(("alternative", "expected"), [(0, [0, 2, 4]), (1, [1, 3, 5])])
def test_of_keeps_the_rows_of_one_alternative(alternative, expected):
    assert numbers(staged().of(alternative)) == expected
    assert numbers(staged().of(7)) == []


def test_a_part_is_a_ledger_of_its_own():
    whole = staged()
    part = whole.only("scan")
    part.settle(4, 0.5, None)
    assert part.best.number == 4
    assert whole[4].state == "asked"


# Which configurations were asked


def test_a_ledger_contains_the_points_that_were_asked():
    ledger = asked(3)
    assert np.array([1 / 64, 0.5]) in ledger
    assert (1 / 64, 0.5) in ledger
    assert np.array([1 / 64, 0.51]) not in ledger


def test_zero_and_negative_zero_are_one_point():
    assert row_key((0.0, 0.5)) == row_key(np.array([-0.0, 0.5]))
    assert row_key((-1e-17,)) == row_key((0.0,))


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("high", [100, 10**6, 10**8])
def test_neighbouring_integers_are_different_configurations(high, log):
    values = range(high - 20, high + 1)
    space = Space({"n": (1, high, *(("log",) if log else ()))})
    U = space.snap(space.to_unit([{"n": n} for n in values]))
    assert len({row_key(u) for u in U}) == len(values)


def test_neighbouring_integers_of_the_largest_range_are_different_configurations():
    """Room is made for 2**32 integers; the second of two must not count as asked."""
    space = Space({"n": (0, 2**32)})
    one, other = space.snap(space.to_unit([{"n": 5}, {"n": 6}]))
    assert other not in Ledger([Trial(0, {"n": 5}, tuple(one), "scan")])


def test_an_equal_configuration_is_the_same_point_however_it_was_reached():
    space = Space({"n": (1, 9), "kernel": ["rbf", "linear"]})
    one, other = space.snap(np.array([[0.30, 0.1], [0.32, 0.4]]))
    assert row_key(one) == row_key(other)
    assert row_key(tuple(one)) == row_key(one)


def test_keys_of_an_array_are_those_of_its_rows():
    """A configuration is one whether it is looked for alone or among thousands."""
    units = np.random.default_rng(0).random((7, 3))
    units[0, 0], units[1] = -1e-14, units[2] + 1e-14
    keys = row_keys(units)
    assert keys == [row_key(unit) for unit in units]
    assert keys == [row_key(tuple(unit)) for unit in units]
    ledger = Ledger([trial(0, unit=tuple(units[2]))])
    assert ledger.is_new(units).tolist() == [u not in ledger for u in units]
    assert row_keys(np.empty((0, 3))) == []
