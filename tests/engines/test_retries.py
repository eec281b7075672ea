"""What counts as a failure of the executor, and what is done about it."""

import json
import pickle
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from itertools import count

import numpy as np
import pytest
from joblib import parallel_config, register_parallel_backend
from joblib._parallel_backends import ThreadingBackend
from joblib.externals.loky.process_executor import TerminatedWorkerError
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

from skbluetuna import BlueTunaSearchCV
from skbluetuna.search._executor_failures import is_executor_failure

X, y = load_iris(return_X_y=True)


class NoWorkers(ThreadingBackend):
    """Threads that are lost over certain tasks, by number, as processes may be."""

    def __init__(self, lost=(), error=TerminatedWorkerError, **kwargs):
        super().__init__(**kwargs)
        self.lost, self.error, self.tasks = lost, error, count(1)

    def refuse(self, func):
        if next(self.tasks) in self.lost:
            raise self.error("the workers are gone")

    def submit(self, func, callback=None):
        self.refuse(func)
        return super().submit(func, callback)


class DeadlyTasks(NoWorkers):
    """Threads that are lost over the tasks of some candidates, each time."""

    def __init__(self, deadly=frozenset(), **kwargs):
        super().__init__(**kwargs)
        self.deadly = deadly

    def refuse(self, func):
        of = [task.get("parameters", {}) for _, _, task in func.items]
        if any(self.deadly & set(params.values()) for params in of):
            raise self.error("the workers are gone")
        super().refuse(func)


register_parallel_backend("no workers", NoWorkers)
register_parallel_backend("deadly tasks", DeadlyTasks)


def search_of(**kwargs):
    kwargs = {"n_iter": 5, "cv": 2, "n_jobs": 2, "random_state": 0} | kwargs
    space = {"var_smoothing": (1e-9, 1e-1, "log")}
    return BlueTunaSearchCV(GaussianNB(), space, **kwargs)


def fit_where(lost, search, error=TerminatedWorkerError):
    with parallel_config("no workers", lost=lost, error=error):
        return search.fit(X, y)


@pytest.mark.parametrize("lost", [{1}, {3}, {1, 2, 3}, {2, 4, 6}, {1, 2, 4, 6}])
def test_what_is_lost_is_evaluated_again_with_the_same_result(engine, lost, caplog):
    found = fit_where(lost, search_of())
    engine.assert_same_results(search_of().fit(X, y), found)
    assert found.stop_reason_ == "n_iter"
    assert len(caplog.records) == len(lost)


@pytest.mark.parametrize("n_retries", [0, 2])
def test_an_executor_that_fails_for_good_keeps_the_results(caplog, n_retries):
    search = fit_where(range(4, 100), search_of(n_retries=n_retries))
    whole = search_of().fit(X, y)
    assert search.stop_reason_ == "executor"
    n = len(search.cv_results_["params"])
    assert 0 < n < 5
    assert search.cv_results_["params"] == whole.cv_results_["params"][:n]
    assert search.best_estimator_.predict(X).shape == (150,)
    warned = [r.getMessage() for r in caplog.records]
    assert len(warned) == n_retries + 1
    assert warned[-1].endswith(f"{n} evaluations are kept")
    assert pickle.loads(pickle.dumps(search)).n_retries == n_retries


def on_file(path, event):
    """The events of one kind that a checkpoint holds."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if row.get("event") == event]


GRID = {"var_smoothing": [1e-9, 1e-6, 1e-3, 1e-2, 1e-1]}
FAILED = "ignore:[\\s\\S]*(fits failed|scores are non-finite)"


def fit_deadly(deadly, search, **options):
    with parallel_config("deadly tasks", deadly=deadly, **options):
        return search.fit(X, y)


def grid_of(**kwargs):
    # All tasks are submitted by the main thread, which alone hears of errors there.
    kwargs = {"n_retries": 1, "pre_dispatch": "all"} | kwargs
    return search_of(**kwargs).set_params(param_space=GRID)


@pytest.mark.filterwarnings(FAILED)
@pytest.mark.parametrize("deadly", [{1e-9}, {1e-3}, {1e-1}, {1e-6, 1e-2}])
@pytest.mark.parametrize("n_retries", [0, 1])
def test_a_candidate_that_kills_its_worker_fails_alone(
    caplog, tmp_path, deadly, n_retries
):
    """The innocent of its batch keep their scores; all of them are on file."""
    path = tmp_path / "search.jsonl"
    search = grid_of(return_train_score=True, n_retries=n_retries)
    whole = clone(search).fit(X, y)
    for checkpoint in (None, path):  # a grid without a file is one batch
        caplog.clear()
        fit_deadly(deadly, search.set_params(checkpoint=checkpoint))
        assert search.stop_reason_ == "n_iter"
        failed = np.isin(GRID["var_smoothing"], list(deadly))
        for column in ("mean_test_score", "split1_train_score"):
            np.testing.assert_array_equal(
                search.cv_results_[column],
                np.where(failed, np.nan, whole.cv_results_[column]),
            )
        states = ["failed" if one else "complete" for one in failed]
        assert [t.state for t in search.tuner_.trials] == states
        blamed = [r for r in caplog.records if "as failed" in r.getMessage()]
        assert [r.args[2]["var_smoothing"] for r in blamed] == sorted(deadly)
    rows = on_file(path, "failed")
    assert [row["number"] for row in rows] == list(np.flatnonzero(failed))
    assert len(on_file(path, "finished")) == len(failed) - len(rows)
    reasons = [row["outcome"]["fit_error"] for row in on_file(path, "reported")]
    assert [reason is not None for reason in reasons] == list(np.repeat(failed, 2))
    reasons = [row["reason"] for row in rows] + [why for why in reasons if why]
    assert all("TerminatedWorkerError" in reason for reason in reasons)


class Own(ClassifierMixin, BaseEstimator):
    """Scores its parameter."""

    def __init__(self, x=1):
        self.x = x

    def fit(self, X, y):
        return self

    def score(self, X, y):
        return float(self.x)


@pytest.mark.filterwarnings(FAILED)
def test_one_that_ends_its_worker_in_a_race_ends_one_for_all_its_folds(caplog):
    """Those that it would have had next are not tried."""
    search = BlueTunaSearchCV(
        Own(), {"x": [1, 3, 4, 2, 0]}, cv=4, n_jobs=2, n_retries=0, random_state=0,
        racing=0.05, max_concurrent=1, pre_dispatch="all",
    )  # fmt: skip
    fit_deadly({2}, search)
    assert search.best_params_ == {"x": 4}
    assert list(search.cv_results_["n_folds"]) == [4, 4, 4, 4, 1]
    assert "TerminatedWorkerError" in search.cv_results_["failure"][3]
    lost = [r for r in caplog.records if "ended its worker" in r.getMessage()]
    assert len(lost) == 1


@pytest.mark.filterwarnings(FAILED)
def test_a_failure_by_death_is_recalled_and_not_tried_again(caplog, engine, tmp_path):
    path = tmp_path / "search.jsonl"
    first = fit_deadly({1e-6}, grid_of(checkpoint=path))
    caplog.clear()
    again = fit_deadly({1e-6}, grid_of(checkpoint=path))
    engine.assert_same_results(first, again)
    assert not caplog.records


@pytest.mark.filterwarnings(FAILED)
@pytest.mark.parametrize("deadly", [{1e-9}, set()])
def test_several_metrics_of_a_candidate_that_kills_its_worker(deadly):
    scoring = ["accuracy", "f1_macro"]
    search = fit_deadly(deadly, grid_of(scoring=scoring, refit="f1_macro"))
    for metric in scoring:
        failed = np.isnan(search.cv_results_[f"mean_test_{metric}"])
        assert list(failed) == [bool(deadly), False, False, False, False]


@pytest.mark.filterwarnings(FAILED)
@pytest.mark.parametrize("lost", [3, 4])
def test_an_executor_that_is_lost_over_a_suspect_is_no_fault_of_its(lost, tmp_path):
    """Both folds of the first, a harmless task, the suspect (refused), harmless."""
    path = tmp_path / "search.jsonl"
    search = fit_deadly({1e-6}, grid_of(checkpoint=path), lost=range(lost, 100))
    assert search.stop_reason_ == "executor"
    assert search.cv_results_["params"] == [{"var_smoothing": 1e-9}]
    assert len(on_file(path, "finished")) == 1
    assert on_file(path, "failed") == []  # nobody is blamed on file
    resumed = fit_deadly({1e-6}, grid_of(checkpoint=path))
    failed = np.isnan(resumed.cv_results_["mean_test_score"])
    assert list(failed) == [False, True, False, False, False]


def test_what_would_fail_for_every_task_blames_none(tmp_path):
    """A full disk, say, which the harmless task is too small to meet."""
    path = tmp_path / "search.jsonl"
    search = grid_of(checkpoint=path)
    fit_deadly({1e-3}, search, error=OSError)
    assert search.stop_reason_ == "executor"
    assert len(search.cv_results_["params"]) == 2
    assert len(on_file(path, "finished")) == 2
    assert on_file(path, "failed") == []


def test_with_error_score_raise_none_is_recorded_as_failed():
    search = grid_of(error_score="raise", max_concurrent=1)
    fit_deadly({1e-3}, search)
    assert search.stop_reason_ == "executor"
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_suspect_is_not_evaluated_where_only_this_process_is_left(monkeypatch):
    """joblib evaluates here where it finds no worker; the suspect would end us."""
    left = [2]  # workers that it says it has, later none
    monkeypatch.setattr("skbluetuna.search._engine.RESTART", (0.01, 0.02, 0.0))

    def n_jobs(backend, n_jobs):
        return left[0]

    monkeypatch.setattr(DeadlyTasks, "effective_n_jobs", n_jobs)
    monkeypatch.setattr(
        DeadlyTasks, "stop_call", lambda backend: left.__setitem__(0, 1)
    )
    with pytest.raises(TerminatedWorkerError, match="gone"):
        fit_deadly({1e-9}, grid_of(n_retries=0))


def test_before_the_first_score_the_executors_error_is_raised():
    with pytest.raises(TerminatedWorkerError, match="gone"):
        fit_where(range(100), search_of(n_retries=1))


def test_what_was_lost_is_evaluated_by_the_next_fit(engine):
    search = fit_where(range(3, 100), search_of(n_retries=0, warm_start=True))
    assert search.stop_reason_ == "executor"
    engine.assert_same_results(search_of().fit(X, y), search.fit(X, y))


def test_no_try_starts_when_time_is_up():
    search = search_of(max_time=0.3, n_retries=10**9, n_iter=10**6)
    assert fit_where(range(5, 10**9), search).stop_reason_ == "max_time"


def test_another_error_is_raised_at_once(caplog):
    with pytest.raises(RuntimeError, match="gone"):
        fit_where({2}, search_of(), error=RuntimeError)
    assert not caplog.records


class FailsAlike(BaseEstimator):
    """Fails a fit with the error that executors fail with."""

    def __init__(self, x=0.5):
        self.x = x

    def fit(self, X, y):
        raise BrokenProcessPool("a pool of the fit's own")

    def score(self, X, y):
        return 0.0


@pytest.mark.parametrize("backend", ["sequential", "threading"])
def test_a_fit_that_fails_alike_is_a_fit_that_fails(caplog, backend):
    """Its error is scikit-learn's to judge; no fit is repeated."""
    search = BlueTunaSearchCV(
        FailsAlike(), {"x": (0.0, 1.0)}, n_iter=2, cv=2, n_jobs=2,
        error_score="raise", random_state=0,
    )  # fmt: skip
    with (
        parallel_config(backend),
        pytest.raises(BrokenProcessPool, match="of the fit's own"),
    ):
        search.fit(X, y)
    assert not caplog.records


def made_in(module, name, *bases):
    return type(name, bases or (Exception,), {"__module__": module})("lost")


@pytest.mark.parametrize(
    ("error", "is_failure"),
    [
        (TerminatedWorkerError(), True),
        (CancelledError(), True),
        (ConnectionResetError(), True),
        (TimeoutError("DaskDistributedBackend has no worker"), True),
        (made_in("distributed.scheduler", "KilledWorker"), True),
        (made_in("ray.exceptions", "WorkerCrashedError"), True),
        (made_in("mine", "KilledWorker"), False),
        (made_in("ray.exceptions", "RayTaskError"), False),
        (ValueError(), False),
        (MemoryError(), False),
        (KeyboardInterrupt(), False),
    ],
    ids=repr,
)
def test_failures_are_told_by_their_classes(error, is_failure):
    assert is_executor_failure(error) is is_failure


def test_a_fit_that_fails_alike_is_known_by_its_traceback_from_the_worker():
    text = 'File "sklearn/model_selection/_validation.py", line 1, in _fit_and_score\n'
    error = ConnectionResetError("a fit asked a data base")
    error.__cause__ = Exception(text)
    assert not is_executor_failure(error)


@pytest.mark.parametrize("module", ["distributed.core", "mine"])
def test_a_plain_error_counts_where_dask_raises_it(module):
    code = "def ask():\n    raise RuntimeError('ConnectionPool is closed')"
    scope = {"__name__": module}
    exec(code, scope)
    with pytest.raises(RuntimeError) as caught:
        scope["ask"]()
    assert is_executor_failure(caught.value) is (module != "mine")


def test_what_workers_can_not_read_is_no_failure_of_theirs():
    """To send it again would not help."""
    error = BrokenProcessPool("A task has failed to un-serialize.")
    error.__cause__ = ImportError("no such module there")
    assert not is_executor_failure(error)


def test_retries_are_counted_for_each_fold(caplog):
    """Four losses, of which no fold has more than two."""
    found = fit_where({2, 3, 6, 7}, search_of(n_retries=2))
    assert found.stop_reason_ == "n_iter"
    assert len(caplog.records) == 4


@pytest.mark.parametrize(
    ("value", "error", "rule"),
    [
        (-1, ValueError, "int in the range"),
        (1.5, ValueError, "int in the range"),
        (True, TypeError, "n_retries must be an int; got True"),
    ],
)
def test_n_retries_is_checked(value, error, rule):
    with pytest.raises(error, match=rule):
        search_of(n_retries=value).fit(X, y)
