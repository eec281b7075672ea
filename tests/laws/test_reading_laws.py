"""Whoever reads the log asks what the tuner that wrote it asks next."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skbluetuna import Adaptive, BlueTuner, Classic
from skbluetuna.history import Failed, Finished, History
from skbluetuna.stages import _adaptive_climb

_path = Path(__file__).with_name("strategies.py")
_spec = importlib.util.spec_from_file_location("laws_strategies", _path)
laws = importlib.util.module_from_spec(_spec)
sys.modules["laws_strategies"] = laws
_spec.loader.exec_module(laws)

CUBE = {"x": (0.0, 1.0), "k": (1, 40), "c": ["a", "b", "c"]}
OTHER = {"y": (1e-3, 1.0, "log"), "c": list("pqrstuvwxyz")}
QUICK = Classic(n_lhs=4, tune_reps=6, n_epochs=5)
SEARCHES = {
    "adaptive": (CUBE, Adaptive()),
    "hypercube": (CUBE, Adaptive(n_lhs=4, n_scan=2)),
    "classic": (CUBE, QUICK),
    "grid": ({"k": (1, 4), "c": ["a", "b"]}, Adaptive()),
    "alternatives": ([CUBE, OTHER], Adaptive()),
    "classic alternatives": ([CUBE, OTHER], QUICK),
}
every = pytest.mark.parametrize("name", SEARCHES)
few = settings(max_examples=2, deadline=None)


@pytest.fixture(scope="module", autouse=True)
def _early_turns():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_adaptive_climb, "N_BEFORE_TURNS", 8)
        yield


def started(name, n_iter=12):
    space, strategy = SEARCHES[name]
    return laws.make(space, n_iter, strategy, 0)


def step(tuner, rng):
    """Some asks or some tells; of those that are awaited any may be told first."""
    waiting = list(tuner.pending)
    if not waiting or rng.random() < 0.5:
        n = rng.choice([None, 1, 1, 3])
        return "ask", n, laws.asks(tuner.ask(n))
    rng.shuffle(waiting)
    told = waiting[: rng.randint(1, len(waiting))]
    for trial in told:
        tuner.tell(trial, laws.objective(trial))
    return "tell", [trial.number for trial in told], None


def of_events(tuner, n):
    """The tuner of the first events of another's log."""
    settings, events = tuner.__getstate__()
    read = BlueTuner.__new__(BlueTuner)
    read.__setstate__((settings, events[:n]))
    return read


def answers(tuner, rng):
    """Texts, numbers of events and what was asked next, of a whole session."""
    points = []
    while not tuner.finished:
        text, n_events = tuner.to_json(), tuner.history.n_events
        kind, n, asked = step(tuner, rng)
        if kind == "ask":
            points.append((text, n_events, n, asked))
    return points


def check_at_any_point(tuner, seed):
    points = answers(tuner, random.Random(seed))
    assert any(asked for *_, asked in points)
    for text, n_events, n, asked in points:
        assert laws.asks(of_events(tuner, n_events).ask(n)) == asked
        read = BlueTuner.from_json(text)
        assert read.to_json() == text
        assert laws.asks(read.ask(n)) == asked


@every
@few
@given(st.integers(0, 2**31))
def test_reading_the_log_at_any_point_asks_what_the_original_asked_next(name, seed):
    """Between any two calls, with trials awaited, from text and from events."""
    check_at_any_point(started(name), seed)


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(laws.spaces, st.integers(1, 14), laws.strategies, laws.seeds)
def test_so_it_does_whatever_the_space(space, n_iter, strategy, seed):
    check_at_any_point(laws.make(space, n_iter, strategy, seed), seed)


@every
@few
@given(st.integers(0, 2**31))
def test_results_stand_in_the_log_in_the_order_in_which_they_were_told(name, seed):
    tuner, rng, order, calls = started(name), random.Random(seed), [], []
    while not tuner.finished:
        kind, what, _ = step(tuner, rng)
        calls.append((kind, what))
        order += what if kind == "tell" else []
    ends = [e for e in tuner.history.events if isinstance(e, Finished | Failed)]
    assert [event.number for event in ends] == order
    assert sorted(order) == list(range(len(tuner.trials)))
    # The same calls leave the same log, and so does reading it.
    again = started(name)
    for kind, what in calls:
        if kind == "ask":
            again.ask(what)
        else:
            for number in what:
                again.tell(number, laws.objective(again.trials[number]))
    assert again.to_json() == tuner.to_json()
    read = History(tuner.spaces, tuner.history.events)
    assert read.trials == tuner.history.trials
    assert BlueTuner.from_json(tuner.to_json()).to_json() == tuner.to_json()


@pytest.mark.parametrize("name", ["adaptive", "classic"])
def test_a_log_may_be_read_where_a_budget_was_given(name):
    tuner = started(name, n_iter=8)
    laws.run(tuner)
    n_events = tuner.history.n_events
    tuner.extend(12)
    later = laws.asks(laws.run(tuner))
    read = of_events(tuner, n_events)
    assert read.finished
    read.extend(12)
    assert laws.asks(laws.run(read)) == later
