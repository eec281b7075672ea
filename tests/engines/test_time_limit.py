"""Candidates that take too long fail, and nothing else does."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skbluetuna import BlueTunaSearchCV
from skbluetuna.search._time_limit import within

X, y = load_iris(return_X_y=True)
pytestmark = pytest.mark.filterwarnings(
    "ignore:[\\s\\S]*(fits failed|scores are non-finite)"
)
SLOW = (3, 4, 8)
needs_alarms = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="the platform has no alarms"
)


class Sleeps(ClassifierMixin, BaseEstimator):
    """Takes long for some of its values; may be deaf to alarms."""

    __module__ = "__main__"  # so it travels as code; workers do not know this file

    def __init__(
        self, x=1, slow=(), seconds=30.0, is_deaf=False, folder=None, rest=0.0
    ):
        self.folder = folder
        self.rest = rest
        self.x = x
        self.slow = slow
        self.seconds = seconds
        self.is_deaf = is_deaf

    def fit(self, X, y):
        if self.folder is not None:
            name = f"{os.getpid()}-{time.monotonic_ns()}"
            (Path(self.folder) / name).touch()
        if self.x in self.slow:
            is_deaf = self.is_deaf and (self.is_deaf != "half" or X[0, 0] < 5.05)
            if is_deaf:
                signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
            end = time.monotonic() + self.seconds
            while time.monotonic() < end:
                try:
                    time.sleep(0.005)
                except Exception:  # as estimators do that go on without a part
                    continue
        else:
            time.sleep(self.rest)
        return self

    def score(self, X, y):
        return float(self.x)


class Known(Sleeps):
    """The same, known by this file."""


Known.__module__ = __name__


def search_of(n=10, estimator=None, **options):
    options = {"cv": 2, "refit": False, "candidate_timeout": 0.3} | options
    estimator = Sleeps(slow=SLOW) if estimator is None else estimator
    return BlueTunaSearchCV(estimator, {"x": list(range(n))}, n_iter=n, **options)


def assert_failed(search, failed=SLOW):
    scores = search.cv_results_["mean_test_score"]
    xs = [params["x"] for params in search.cv_results_["params"]]
    np.testing.assert_array_equal(np.isnan(scores), np.isin(xs, failed))
    assert search.stop_reason_ == "n_iter"
    assert search.best_params_ == {"x": max(set(xs) - set(failed))}


@needs_alarms
@pytest.mark.parametrize(
    ("backend", "n_jobs"),
    [("sequential", 1), ("threading", 3), ("loky", 2), ("multiprocessing", 2)],
)
def test_candidates_that_hang_fail_wherever_they_run(backend, n_jobs, caplog, tmp_path):
    path = tmp_path / "search.jsonl"
    began = time.monotonic()
    # joblib's pool takes no code along, and needs none.
    kind = Known if backend == "multiprocessing" else Sleeps
    estimator = kind(slow=SLOW)
    with parallel_config(backend):
        search = search_of(10, estimator, n_jobs=n_jobs, checkpoint=path).fit(X, y)
    assert time.monotonic() - began < 25.0  # not one of them has ended by itself
    assert_failed(search)
    said = [r.getMessage() for r in caplog.records if r.name == "skbluetuna"]
    assert sorted(text.split()[1] for text in said) == ["4", "5", "9"]
    reason = "it took longer than candidate_timeout=0.3 seconds"
    assert all(reason in text for text in said)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    reasons = [row["reason"] for row in rows if row.get("event") == "failed"]
    assert reasons == [reason] * 3
    told = [why for why in search.cv_results_["failure"] if why]
    assert told == [reason] * 3
    # A search that goes on does not evaluate them again.
    began = time.monotonic()
    assert_failed(search_of(10, estimator, checkpoint=path).fit(X, y))
    assert time.monotonic() - began < 1.0


@needs_alarms
@pytest.mark.slow
def test_a_deaf_fit_is_ended_with_its_process(tmp_path, caplog):
    """Also one beside another that heeds; else it would hold a worker to the end."""
    estimator = Sleeps(slow=(0,), is_deaf="half", folder=str(tmp_path), rest=0.1)
    search = search_of(12, estimator, n_jobs=2, max_concurrent=3)
    with parallel_config("loky"):
        search.fit(X, y)
    assert_failed(search, [0])
    assert len({path.name.split("-")[0] for path in tmp_path.iterdir()}) > 2
    assert len([r for r in caplog.records if r.name == "skbluetuna"]) == 1


def test_a_thread_that_is_deaf_is_left_alone(monkeypatch):
    """It holds its worker; where all are held there are new ones."""
    monkeypatch.setattr("skbluetuna.search._deadlines.GRACE_AFAR", 0.2)
    monkeypatch.setattr("skbluetuna.search._time_limit._raise_in", lambda *_: None)
    estimator = Sleeps(slow=SLOW, seconds=3.0)
    began = time.monotonic()
    with parallel_config("threading"):
        search = search_of(10, estimator, n_jobs=2, candidate_timeout=0.1).fit(X, y)
    assert time.monotonic() - began < 3.0
    assert_failed(search)


@needs_alarms
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_folds_of_a_candidate_share_its_time(n_jobs):
    """Two of .2 seconds are one too many for .3, none of them for 2."""
    estimator = Sleeps(slow=(1,), seconds=0.2)
    options = {"n_jobs": n_jobs, "return_train_score": True}
    with parallel_config("threading"):
        search = search_of(3, estimator, **options).fit(X, y)
        assert_failed(search, [1])
        whole = search_of(3, estimator, candidate_timeout=2.0, **options).fit(X, y)
    assert_failed(whole, [])
    assert whole.cv_results_["mean_train_score"].tolist() == [0.0, 1.0, 2.0]


@needs_alarms
def test_where_errors_are_raised_so_is_this_one():
    search = search_of(error_score="raise")
    with pytest.raises(TimeoutError, match="evaluation 4: it took longer than candi"):
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 3


@needs_alarms
def test_several_metrics_and_numbers_in_place_of_scores():
    search = search_of(scoring={"a": _x, "b": _x}, refit="a", error_score=-1.0)
    search.set_params(refit="a").fit(X, y)
    for name in "ab":
        failed = search.cv_results_[f"mean_test_{name}"] == -1.0
        assert list(np.flatnonzero(failed)) == list(SLOW)


def _x(estimator, X, y):
    return float(estimator.x)


@pytest.mark.parametrize("seconds", [0.0, -1.0, "1"])
def test_it_must_be_a_number_of_seconds(seconds):
    with pytest.raises(ValueError, match="'candidate_timeout' parameter"):
        search_of(candidate_timeout=seconds).fit(X, y)
    with pytest.raises(TypeError, match="candidate_timeout must be a number"):
        search_of(candidate_timeout=True).fit(X, y)


@needs_alarms
def test_an_alarm_of_somebody_else_rings_after_ours():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.15)
        assert within(0.05, None, time.sleep, 5.0) is None
        assert within(5.0, None, sum, [1, 2]) == 3
        assert not rung
        time.sleep(0.3)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@needs_alarms
@pytest.mark.parametrize("is_main", [True, False])
def test_a_limit_within_a_limit_is_the_shorter_of_both(is_main):
    """What a search inside a search must keep to."""
    found = []

    def many():
        for _ in range(200):
            within(20.0, None, Sleeps(2, slow=(2,), seconds=0.01).fit, X, y)
        return "whole"

    def work():
        began = time.monotonic()
        found.append(within(0.2, None, many))
        found.append(time.monotonic() - began < 1.5)
        found.append(within(20.0, None, within, 0.05, None, time.sleep, 0.3))

    thread = threading.Thread(target=work)
    work() if is_main else thread.start()
    if not is_main:
        thread.join(10.0)
    assert found == [None, True, None]


def test_a_limit_holds_in_threads_and_leaves_nothing_behind():
    found = []

    def work():
        found.append(within(0.05, None, Sleeps(2, slow=(2,), seconds=20.0).fit, X, y))
        found.append(within(20.0, None, sum, [1, 2]))
        time.sleep(0.1)
        found.append("whole")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10.0)
    assert found == [None, 3, "whole"]


@needs_alarms
def test_the_report_says_why(tmp_path):
    pytest.importorskip("matplotlib")
    page = search_of(refit=True).fit(X, y).report(tmp_path / "report.html")
    assert (
        "3 of 10 evaluations failed: 3 times it took longer than "
        "candidate_timeout=0.3 seconds."
    ) in page.read_text(encoding="utf-8")
