"""The history: events in the order they came, and what is read from them."""

import json
import math
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skbluetuna.exceptions import AlreadyToldError, UnknownTrialError
from skbluetuna.history import (
    Asked,
    Budgeted,
    Failed,
    Finished,
    History,
    Imported,
    Reported,
    Stopped,
    Trial,
    View,
    best_first,
    best_of,
    best_so_far,
    decode_event,
    encode_event,
    is_better,
    row_key,
    row_keys,
)
from skbluetuna.model import reach
from skbluetuna.space import Space, when

modest = settings(max_examples=60, deadline=None)
FAILURES = [math.nan, math.inf, -math.inf]
PLAIN = Space({"a": (0.0, 1.0), "b": (0.0, 1.0)})
RICH = Space(
    {"k": ["u", "v", None], "x": (1e-3, 1.0, "log"), "n": when("k", "u", (1, 9))}
)

scores = st.floats(-1e6, 1e6)
maybe_outcomes = st.lists(
    st.none() | scores | st.sampled_from([*FAILURES, 0.5, 0.5]), max_size=8
)


def asked(n, stage="scan"):
    history = History((PLAIN,))
    for i in range(n):
        history.ask(0, stage, np.array([i / 64, 0.5]))
    return history


def told(scores, order=None):
    """Build a history in which None is awaited, and scores came in this order."""
    history = asked(len(scores))
    for i in range(len(scores)) if order is None else order:
        if scores[i] is not None:
            history.tell(i, [scores[i]])
    return history


def staged(stages, alternatives=1):
    history = History((PLAIN,) * alternatives)
    for i, stage in enumerate(stages):
        history.ask(i % alternatives, stage, np.array([i / 64, 0.5]))
    return history


# Events


EVENTS = [
    Asked(0, (0.5,), "scan"),
    Imported(0, (0.5,), (1.0,)),
    Reported(0, 1, {"score": 1.0}),
    Finished(0, (1.0,)),
    Failed(0, "why"),
    Stopped(0, (1.0,)),
    Budgeted(9),
]


@pytest.mark.parametrize("fact", [*EVENTS, Trial(0, {}, (0.5,), "scan")], ids=str)
def test_facts_cannot_be_changed_and_take_no_further_attributes(fact):
    for name in type(fact).__dataclass_fields__:
        with pytest.raises(FrozenInstanceError):
            setattr(fact, name, None)
    with pytest.raises((AttributeError, TypeError)):
        fact.note = "x"


def test_events_stand_in_the_order_in_which_they_came():
    history = History((PLAIN,))
    events = [
        Budgeted(3),
        Asked(0, (0.1, 0.5), "initial"),
        Asked(1, (0.2, 0.5), "scan"),
        Reported(1, 0, {"score": 2.0}),
        Finished(1, (2.0,), 0.5),
        Imported(2, (0.3, 0.5), (4.0,)),
        Failed(0, "no memory"),
        Budgeted(5),
    ]
    for event in events:
        history.append(event)
    assert list(history.events) == events
    assert history.budgets == (3, 5)
    assert history.since(6) == tuple(events[6:])
    assert [t.state for t in history.trials] == ["failed", "complete", "complete"]
    assert history.best.number == 2
    assert (history.n_asked, history.n_imported) == (2, 1)
    assert history.parts(1) == {0: {"score": 2.0}}
    assert History((PLAIN,), events).trials == history.trials


def test_nothing_that_happened_can_be_removed_or_replaced():
    history = asked(3)
    removers = {"pop", "remove", "clear", "insert", "sort", "reverse", "extend"}
    assert not removers & set(dir(history))
    with pytest.raises(TypeError):
        history.trials[0] = None
    with pytest.raises(TypeError):
        history.parts(0)[0] = {}


def test_a_trial_has_the_next_number():
    with pytest.raises(ValueError, match="must have number 2; got 5"):
        asked(2).append(Asked(5, (0.1, 0.5), "scan"))


def test_a_copy_shares_nothing():
    first = asked(2)
    second = first.copy()
    second.tell(0, [0.5])
    second.ask(0, "scan", np.array([0.9, 0.5]))
    assert first.trials[0].state == "asked"
    assert (len(first), first.n_events) == (2, 2)


@modest
@given(maybe_outcomes)
def test_telling_changes_nothing_but_what_came_of_the_trial(scores):
    before, after = asked(len(scores)).trials, told(scores).trials
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        for name in ("number", "params", "unit", "stage", "alternative"):
            assert getattr(old, name) == getattr(new, name)


# Telling


def test_an_unknown_trial_cannot_be_told():
    history = asked(2)
    for number in (7, -1):
        with pytest.raises(UnknownTrialError, match="never asked; 2 trials"):
            history.tell(number, [0.5])
    assert history.trials == asked(2).trials


@pytest.mark.parametrize("second", [0.5, 0.7, math.nan])
def test_a_trial_cannot_be_told_twice(second):
    history = told([0.5, None])
    with pytest.raises(AlreadyToldError, match=r"trial 0 .* complete with score 0\.5"):
        history.tell(0, [second])
    assert history.trials[0].score == 0.5
    assert history.n_events == 3


def test_a_stopped_trial_is_learned_from_and_never_the_best():
    """Its value is what is expected of it, and no score."""
    history = asked(3)
    history.tell(0, [0.5])
    history.append(Stopped(1, (0.9,), 2.0))
    row = history.trials[1]
    assert (row.state, row.score, row.values) == ("stopped", None, (0.9,))
    assert history.best.number == 0
    assert history.n_pending == 1
    view = history.view(0)
    assert view.scores[1] == 0.9
    assert list(view.is_pending) == [False, False, True]
    with pytest.raises(AlreadyToldError, match="it is stopped"):
        history.tell(1, [1.0])


def test_other_alternatives_learn_of_stopped_trials():
    history = staged(["scan"] * 3, alternatives=2)
    history.append(Stopped(0, (0.2,)))
    history.tell(2, [math.nan])
    (others,) = history.view(1).others
    assert_array_equal(others, [0.2, 0.2])  # a failure is the worst of all


@pytest.mark.parametrize("failure", FAILURES)
def test_a_value_that_is_not_finite_marks_a_failure(failure):
    history = asked(1)
    history.tell(0, [1.0, failure], 2.0)
    row = history.trials[0]
    assert (row.state, row.score, row.seconds) == ("failed", None, 2.0)
    with pytest.raises(AlreadyToldError, match=r"trial 0 .* failed"):
        history.tell(0, [0.5])


def test_the_errors_are_the_builtin_ones_too():
    assert issubclass(UnknownTrialError, ValueError)
    assert issubclass(AlreadyToldError, RuntimeError)


@pytest.mark.parametrize("score", [0.0, -0.0, -1e308, 1e308, 5e-324])
def test_every_finite_score_is_a_result(score):
    row = told([score]).trials[0]
    assert (row.state, row.score) == ("complete", score)


def test_a_trial_has_one_value_for_each_objective():
    history = asked(3)
    history.tell(1, [0.5, -3.0])
    row = history.trials[1]
    assert (row.score, row.values) == (0.5, (0.5, -3.0))
    Y = history.view(0).Y
    assert_array_equal(np.isnan(Y).all(axis=1), [True, False, True])
    assert Y[1].tolist() == [0.5, -3.0]


def test_a_trial_may_have_a_resource():
    history = asked(1)
    history.ask(0, "climb", np.array([0.3, 0.3]), resource=27.0)
    assert [t.resource for t in history.trials] == [None, 27.0]
    assert history.view(0).level.tolist() == [1.0, 1.0]


# What "better" means


@modest
@given(maybe_outcomes)
def test_the_best_is_the_earliest_of_the_largest(scores):
    best = told(scores).best
    finite = [s if s is not None and math.isfinite(s) else -np.inf for s in scores]
    if max(finite, default=-np.inf) == -np.inf:
        assert best is None
        assert told(scores).view(0).best_row is None
    else:
        assert best.number == np.argmax(finite)  # numpy: the first occurrence
        assert told(scores).view(0).best_row == best.number


@modest
@given(st.lists(scores | st.sampled_from([*FAILURES, 0.5, 0.5]), max_size=12))
def test_one_order_is_behind_every_question_of_better(scores):
    order = best_first(scores).tolist()
    known = [i for i, s in enumerate(scores) if math.isfinite(s)]
    assert order == sorted(known, key=lambda i: (-scores[i], i))
    assert best_of(scores) == (order[0] if order else None)
    for i in order:
        assert not any(is_better(scores[j], scores[i]) for j in order[order.index(i) :])
    best = None
    for score, so_far in zip(scores, best_so_far(scores), strict=True):
        best = score if is_better(score, best) else best
        assert so_far == best if best is not None else math.isnan(so_far)


def test_a_score_is_better_than_none_and_none_than_no_score():
    assert is_better(-1e9, None)
    assert is_better(0.0, math.nan)
    assert not is_better(None, -1e9)
    assert not is_better(math.inf, 0.0)
    assert not is_better(0.5, 0.5)


# Views


@modest
@given(maybe_outcomes)
def test_failures_count_as_the_worst_score_seen(scores):
    U, y = told(scores).view(0).told()
    known = [s for s in scores if s is not None and math.isfinite(s)]
    low = reach(np.array(known))[0]  # tests/laws/test_enormous_scores.py
    worst = min((s for s in known if s >= low), default=0.0)
    rows = [i for i, s in enumerate(scores) if s is not None]
    expected = [scores[i] if math.isfinite(scores[i]) else worst for i in rows]
    assert y.tolist() == expected
    assert np.isfinite(y).all()
    assert [tuple(u) for u in U] == [(i / 64, 0.5) for i in rows]


@modest
@given(maybe_outcomes, st.data())
def test_the_order_in_which_scores_are_told_changes_no_view(scores, data):
    order = data.draw(st.permutations(range(len(scores))))
    one, other = told(scores), told(scores, order)
    assert one.trials == other.trials
    for name in ("X", "Y", "level", "is_pending"):
        assert_array_equal(getattr(one.view(0), name), getattr(other.view(0), name))


@modest
@given(maybe_outcomes)
def test_a_trial_is_pending_exactly_while_its_values_are_awaited(scores):
    history = told(scores)
    assert history.has_pending is (None in scores)
    assert history.view(0).is_pending.tolist() == [s is None for s in scores]
    assert [t.number for t in history.pending] == [
        i for i, s in enumerate(scores) if s is None
    ]


@modest
@given(maybe_outcomes)
def test_the_score_at_a_point_is_that_of_its_trial(scores):
    view = told(scores).view(0)
    points = np.array([(i / 64, 0.5) for i in range(len(scores))]).reshape(-1, 2)
    got = view.score_at(points)
    is_told = np.array([s is not None for s in scores], dtype=bool)
    assert_array_equal(np.isnan(got), ~is_told)
    assert_array_equal(got[is_told], view.told()[1])
    assert np.isnan(view.score_at(np.array([[0.9, 0.9]]))).all()


def test_a_view_cannot_be_changed():
    view = told([0.5, None]).view(0)
    for array in (view.X, view.Y, view.level, view.is_pending):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
    with pytest.raises(FrozenInstanceError):
        view.X = None


def test_a_view_is_made_once_for_each_state():
    """Several questions of one ask see the same arrays; an event makes new ones."""
    history = told([0.5, None])
    first = history.view(0)
    assert history.view(0) is first is history.copy().view(0)
    history.tell(1, [0.7])
    later = history.view(0)
    assert later is not first
    assert first.is_pending.tolist() == [False, True]
    fresh = History(history.spaces, history.events).view(0)
    assert_array_equal(later.X, fresh.X)
    assert_array_equal(later.Y, fresh.Y)
    assert_array_equal(later.is_pending, fresh.is_pending)


def test_an_empty_view_knows_its_dimensions():
    view = History((RICH,)).view(0)
    assert view.X.shape == (0, 3)
    assert view.told()[0].shape == (0, 3)
    assert (len(view), view.best_row, view.worst) == (0, None, 0.0)


STAGES = ["initial", "scan", "scan", "learn", "scan", "climb"]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [(["scan"], [1, 2, 4]), (["climb", "initial"], [0, 5]), (["grid"], []), ([], [])],
)
def test_only_keeps_the_rows_of_some_stages_in_order(stages, expected):
    view = staged(STAGES).view(0)
    assert (view.only(*stages).X[:, 0] * 64).tolist() == expected
    assert sum(map(view.count, stages)) == len(expected)


def test_without_keeps_the_rows_of_all_other_stages():
    view = staged(STAGES).view(0)
    assert (view.without("scan").X[:, 0] * 64).tolist() == [0, 3, 5]
    assert len(view.without("grid")) == 6


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (STAGES, [0, 1, 2, 4]),
        (["imported", "imported", "initial", "scan", "learn"], [0, 1, 2, 3]),
        (["imported", "initial", "imported", "scan", "imported"], [0, 1, 3]),
        (["imported", "imported"], [0, 1]),
        (["learn", "imported"], []),
        ([], []),
    ],
)
def test_a_stage_s_beginning_has_what_was_imported_before_the_first_ask(
    stages, expected
):
    """What is imported later does not change what a stage has concluded."""
    view = staged(stages).view(0)
    assert (view.begun("scan").X[:, 0] * 64).tolist() == expected


@pytest.mark.parametrize(
    ("stage", "expected"),
    [("initial", 0), ("scan", 1), ("learn", 3), ("climb", 5), ("grid", 6)],
)
def test_before_keeps_the_rows_up_to_the_first_of_a_stage(stage, expected):
    assert len(staged(STAGES).view(0).before(stage)) == expected


@pytest.mark.parametrize(("alternative", "expected"), [(0, [0, 2, 4]), (1, [1, 3, 5])])
def test_a_view_holds_one_alternative_and_the_scores_of_the_others(
    alternative, expected
):
    history = staged(STAGES, 3 - 1)
    history.tell(0, [4.0])
    history.tell(1, [math.nan])
    history.tell(3, [2.0])
    view = history.view(alternative)
    assert (view.X[:, 0] * 64).tolist() == expected
    (others,) = view.others
    assert others.tolist() == [[2.0, 2.0], [4.0]][alternative]
    assert view.worst == 2.0


def test_with_one_more_asked_the_first_view_stays():
    view = told([0.5]).view(0)
    more = view.with_asked(np.array([0.9, 0.9]), "climb")
    assert (len(view), len(more)) == (1, 2)
    assert np.array([0.9, 0.9]) in more
    assert np.array([0.9, 0.9]) not in view
    assert more.is_pending.tolist() == [False, True]


def test_what_is_excluded_counts_as_asked_though_no_row_has_it():
    view = told([0.5]).view(0)
    without = view.excluding([np.array([0.9, 0.9])])
    assert np.array([0.9, 0.9]) in without
    assert not without.has_row(np.array([0.9, 0.9]))
    assert (view.n_known, without.n_known) == (1, 2)


def test_the_incumbent_is_the_best_or_else_the_first():
    assert told([None, 0.3, 0.7]).view(0).incumbent[0] == 2 / 64
    assert told([None, math.nan]).view(0).incumbent[0] == 0.0


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
    assert other not in View.of([Trial(0, {"n": 5}, tuple(one), "scan")], 1)


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
    view = View.of([Trial(0, {}, tuple(units[2]), "scan")], 3)
    assert view.is_new(units).tolist() == [u not in view for u in units]
    assert row_keys(np.empty((0, 3))) == []


# Imported evaluations


def test_what_was_evaluated_elsewhere_is_a_trial_of_its_own_stage():
    history = History((RICH,))
    trial = history.add(0, {"k": "v", "x": 0.1}, [2.5], seconds=3.0)
    assert (trial.stage, trial.state, trial.score) == ("imported", "complete", 2.5)
    failed = history.add(0, {"k": None, "x": 0.2}, [math.nan])
    assert failed.state == "failed"
    assert history.n_asked == 0
    assert history.n_first_imported == 2
    history.ask(0, "scan", RICH.to_unit([RICH.centre()])[0])
    history.add(0, {"k": None, "x": 0.3}, [1.0])
    assert (history.n_first_imported, history.n_imported) == (2, 3)


# As JSON


def storable():
    history = History((PLAIN, RICH), [Budgeted(None), Budgeted(9)])
    params = {"k": "u", "x": 0.1, "n": 3}
    history.ask(1, "initial", RICH.to_unit([params])[0], params=params)
    history.append(Reported(0, 0, {"fit_time": 0.1, "test_scores": math.nan}))
    history.append(Reported(0, 1, {"fit_error": None, "scores": {"a": 1.5, "b": 2}}))
    history.tell(0, [0.25, 3.0], 0.75)
    history.ask(0, "climb", np.array([0.1, 0.2]), resource=3.0)
    history.tell(1, [math.nan], reason="ValueError: no")
    history.add(1, {"k": None, "x": 0.3}, [1.0])
    return history


def test_an_event_is_read_as_it_was_written():
    history = storable()
    spaces = (PLAIN, RICH)
    rows = json.loads(json.dumps([encode_event(e, spaces) for e in history.events],
                                 allow_nan=False))  # fmt: skip
    read = History(spaces, [decode_event(row, spaces) for row in rows])
    assert repr(read.events) == repr(history.events)
    assert read.trials == history.trials
    assert pickle.loads(pickle.dumps(history.events[:2])) == history.events[:2]


def _mutations():
    rows = [encode_event(e, (PLAIN, RICH)) for e in storable().events]
    odd = [None, -1, 10**30, 1.5, "x", True, [], {}, math.nan, [[]], {"float": "x"}]
    for row in rows:
        for name in row:
            yield {n: v for n, v in row.items() if n != name}
            for value in odd:
                yield row | {name: value}


def test_what_was_not_written_by_us_is_refused_with_a_reason():
    """A wrong line is a ValueError, never another error, and is never half believed."""
    spaces = (PLAIN, RICH)
    n_refused = 0
    for row in _mutations():
        try:
            event = decode_event(row, spaces)
        except ValueError as error:
            n_refused += bool(str(error))
            continue
        # What is believed is something that could have been written.
        again = json.loads(json.dumps(encode_event(event, spaces)))
        assert repr(decode_event(again, spaces)) == repr(event)
    assert n_refused > 400
    for row in (None, 3, "x", [], {}, {"event": []}, {"event": "eval"}):
        with pytest.raises(ValueError, match="event"):
            decode_event(row, spaces)
