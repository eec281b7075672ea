"""Many candidates in flight: a search that can be repeated, wherever it runs."""

import logging
import threading
import time
from functools import cache
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config, register_parallel_backend
from joblib._parallel_backends import ThreadingBackend

from skbluetuna import BlueTuner, Classic
from skbluetuna.history import Asked, Ended, History, Reported
from skbluetuna.search import _callbacks
from skbluetuna.search._window import ask_up_to, usual_window
from tests.search.durable import (
    SPACE,
    SPACES,
    X_SPACE,
    Logged,
    X,
    assert_same_results,
    cuts,
    of_kind,
    records,
    search_of,
    write_records,
    y,
)


class Uneven(ThreadingBackend):
    """Threads whose tasks end in an order that is given, by how long they wait."""

    waits = ()

    def submit(self, func, callback=None):
        wait = self.waits[next(self.tasks) % len(self.waits)]

        def late():
            time.sleep(wait / 1000)
            return func()

        return super().submit(late, callback)

    def start_call(self):
        self.tasks = count()


register_parallel_backend("uneven", Uneven)


def course(search):
    """What was asked and told, in order, and what came of each fold; without times."""
    steps, folds = [], {}
    for event in search._kept.events:
        if isinstance(event, Asked):
            steps.append(("asked", event.number, event.unit, event.stage))
        elif isinstance(event, Ended):
            kind, values = type(event).__name__, getattr(event, "values", ())
            steps.append(("told", event.number, kind, values))
        elif isinstance(event, Reported):
            score = event.outcome["test_scores"]
            folds[event.number, event.part] = score
    return steps, folds


def fitted(backend="sequential", n_jobs=1, space=SPACE, **options):
    options = {"n_iter": 10, "max_concurrent": 4, "refit": False} | options
    search = search_of(space=space, warm_start=True, n_jobs=n_jobs, **options)
    with parallel_config(backend):
        return search.fit(X, y)


WHERE = [
    ("threading", 2), ("threading", 4), ("loky", 2), ("multiprocessing", 2),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("space", "strategy", "where"),
    [
        ("one", "adaptive", WHERE),
        ("two", "adaptive", WHERE[:1]),
        ("one", Classic(n_epochs=3), WHERE[1:2]),
        ("two", Classic(n_epochs=3), WHERE[:1]),
    ],
    ids=str,
)
def test_the_log_is_the_same_for_any_n_jobs_and_backend(space, strategy, where):
    """What is asked does not depend on who evaluates: processes run one of them."""
    options = {"space": SPACES[space], "strategy": strategy}
    first = course(fitted(**options))
    for backend, n_jobs in where:
        assert course(fitted(backend, n_jobs, **options)) == first


@cache
def alone(window):
    return course(fitted(max_concurrent=window))


@settings(max_examples=8, deadline=None)
@given(
    waits=st.lists(st.integers(0, 6), min_size=1, max_size=7),
    n_jobs=st.sampled_from([2, 5]),
    window=st.sampled_from([1, 3, 5]),
)
def test_the_log_is_the_same_in_any_order_of_ending(waits, n_jobs, window):
    Uneven.waits = waits
    found = fitted("uneven", n_jobs, max_concurrent=window)
    assert course(found) == alone(window)


@pytest.mark.parametrize("window", [2, 5])
def test_a_trial_knows_all_but_the_last_ones(window):
    """Trial i is asked once all up to i - w are told, and nothing more is."""
    steps, _ = course(fitted(max_concurrent=window))
    told = -1
    for kind, number, *_ in steps:
        if kind == "told":
            assert number == told + 1  # released in order
            told = number
        else:
            assert told >= number - window
    n_open = np.cumsum([1 if kind == "asked" else -1 for kind, *_ in steps])
    assert max(n_open) == window


@pytest.mark.slow
@pytest.mark.parametrize("n_reports", [1, 7, 22])  # of 30
def test_ctrl_c_with_windows_open_changes_nothing(monkeypatch, n_reports, tmp_path):
    """What is whole is shown, also out of turn; what is kept is what happened."""
    whole = fitted()
    path = tmp_path / "search.jsonl"
    Uneven.waits = (9, 0, 3)
    options = {"max_concurrent": 4, "refit": False, "checkpoint": path}
    search = search_of(n_jobs=3, warm_start=True, **options)
    seen, append = count(1), History.append

    def press(history, event):
        append(history, event)
        if isinstance(event, Reported) and next(seen) == n_reports:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, parallel_config("uneven"):
        patch.setattr(History, "append", press)
        try:
            search.fit(X, y)
        except KeyboardInterrupt:
            assert n_reports < 7  # before the first score
        else:
            assert search.stop_reason_ == "interrupted"
    asked = {one["number"] for one in of_kind(path, "asked")} if path.exists() else ()
    parts = [one["number"] for one in of_kind(path, "reported")] if asked else []
    shown = search.cv_results_["params"] if hasattr(search, "cv_results_") else []
    assert len(shown) == sum(parts.count(number) == 3 for number in asked)
    for again in (search, search_of(warm_start=True, **options)):
        with parallel_config("threading"):
            again.fit(X, y)
        assert course(again) == course(whole)
        assert_same_results(again, whole)


@pytest.mark.slow
@pytest.mark.parametrize("space", SPACES.values(), ids=list(SPACES))
def test_a_file_may_end_anywhere(tmp_path, space):
    """After a kill with windows open the search asks what it would have asked."""
    path = tmp_path / "search.jsonl"
    options = {"space": space, "n_iter": 9, "checkpoint": path}
    whole = fitted(**options)
    for left in cuts(path):
        path.write_text(left)
        assert course(fitted(**options)) == course(whole)


def test_the_window_is_kept_where_the_search_goes_on_elsewhere(tmp_path, caplog):
    path = tmp_path / "search.jsonl"
    options = {"max_concurrent": None, "checkpoint": path, "verbose": 1}
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        first = fitted("threading", 4, n_iter=6, **options)
    assert "max_concurrent=4: up to 4 candidates are evaluated at a time" in caplog.text
    assert records(path)[0]["max_concurrent"] == 4
    resumed = fitted("sequential", 1, n_iter=9, **options)
    assert resumed._kept.window == 4
    whole = fitted(n_iter=6)
    assert course(first) == course(whole)
    assert course(resumed) == course(whole.set_params(n_iter=9).fit(X, y))
    # Another window is another search, which learns from this one.
    other = fitted(**options | {"max_concurrent": 2})
    assert "imported" in other.cv_results_["stage"]


def test_idle_workers_are_told_of(caplog):
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        fitted("threading", 8, n_iter=3, max_concurrent=2)
    assert (
        "2 of 8 workers have nothing to do: max_concurrent=6 would keep them busy"
    ) in caplog.text
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        fitted("threading", 8, n_iter=3, max_concurrent=3)
    assert "nothing to do" not in caplog.text


@pytest.mark.parametrize(
    ("n_jobs", "n_splits", "window"),
    [(1, 5, 1), (5, 5, 1), (6, 5, 4), (16, 5, 8), (64, 5, 26), (2, 1, 4)],
)
def test_the_usual_window(n_jobs, n_splits, window):
    assert usual_window(n_jobs, n_splits) == window


def test_several_fits_of_several_candidates_run_at_once():
    running, most, lock = [], [], threading.Lock()

    class Counted(Logged):
        def fit(self, X, y):
            with lock:
                running.append(1)
                most.append(len(running))
            time.sleep(0.02)
            with lock:
                running.pop()
            return super().fit(X, y)

    search = search_of(Counted(), X_SPACE, n_jobs=8, refit=False)
    with parallel_config("threading"):
        search.fit(X, y)
    assert max(most) > 3  # folds of one candidate


def test_a_budget_is_spent_before_the_next_one_begins():
    """As if the search had ended with the first one, and had been given more."""
    tuner = BlueTuner(X_SPACE, n_iter=6, random_state=0)
    tuner.tell(tuner.ask()[0], 0.0)
    ask_up_to(tuner, 4)
    tuner.extend(12)
    ask_up_to(tuner, 4)
    while tuner.pending:
        assert len(tuner.trials) <= 6
        tuner.tell(tuner.pending[0], 1.0)
        if tuner.pending:
            ask_up_to(tuner, 4)
    assert len(ask_up_to(tuner, 4)) == 4


def test_folds_are_heard_of_as_they_end(monkeypatch):
    """Not when their candidate is released."""
    heard, told = [], []
    monkeypatch.setattr(
        _callbacks.NoCallbacks, "fold_ends", lambda _, t, f: heard.append(t.number)
    )
    monkeypatch.setattr(
        _callbacks.NoCallbacks, "end", lambda _, t: told.append(len(heard)) or False
    )
    monkeypatch.setattr(
        "skbluetuna.search._fit.callbacks_of", lambda *_: _callbacks.NoCallbacks()
    )
    Uneven.waits = (30, *[0] * 11)  # the first of twelve folds is late
    fitted("uneven", 3, space={"C": [0.1, 1, 2, 3, 4, 5]}, n_iter=6)
    assert told[0] > 3  # others were heard of before the first was told
    assert len(heard) == 18


def test_of_several_searches_on_file_the_last_one_goes_on(tmp_path):
    """Where the window is left open the one of the last fit counts."""
    search = search_of(checkpoint=tmp_path / "search.jsonl", warm_start=True)
    search.set_params(refit=False)
    for n_iter, window in ((6, 8), (8, 4), (10, None)):
        search.set_params(n_iter=n_iter, max_concurrent=window).fit(X, y)
    assert search._kept.window == 4


def test_max_time_holds_for_imported_candidates_too(tmp_path):
    path = tmp_path / "search.jsonl"
    options = {"n_iter": 5, "refit": False, "checkpoint": path}
    slow = Logged(sleep=0.04)
    search_of(slow, X_SPACE, **options).fit(X, y)
    kept = [one for one in records(path) if one.get("part") != 2]
    write_records(path, kept)
    began = time.monotonic()
    timed = search_of(slow, X_SPACE, max_time=0.1, **options)
    timed.set_params(random_state=1).fit(X, y)
    assert timed.stop_reason_ == "max_time"
    assert time.monotonic() - began < 1.0
    assert len(of_kind(path, "reported")) < 10 + 10 + 5  # the last of all of them
