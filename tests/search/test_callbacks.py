"""scikit-learn's callbacks hear of a search, and may stop it."""

import os
import pickle

import numpy as np
import pytest
from joblib import parallel_config, register_parallel_backend
from joblib._parallel_backends import ThreadingBackend
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold

from skbluetuna.search._sklearn import FitData, fold_task
from tests.search.searches import QUICK, X, search_of, y

callback = pytest.importorskip(
    "sklearn.callback", reason="scikit-learn has callbacks from 1.9 on"
)


class Heard:
    """Callback that notes what it hears, and may ask to stop."""

    def __init__(self, stop_at=None):
        self.events = []
        self.stop_at = stop_at

    def setup(self, estimator, context):
        self.events.append(("setup", None, os.getpid()))

    def on_fit_task_begin(self, estimator, context):
        name, total = context.task_name, context.max_subtasks
        self.events.append(("begin", (name, context.task_id, total), os.getpid()))

    def on_fit_task_end(self, estimator, context):
        self.events.append(("end", (context.task_name, context.task_id), os.getpid()))
        ends = [e for e in self.events if e[0] == "end"]
        return self.stop_at is not None and len(ends) >= self.stop_at

    def teardown(self, estimator, context):
        self.events.append(("teardown", None, os.getpid()))

    def tasks(self, event):
        return [task for kind, task, _ in self.events if kind == event]


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["adaptive", QUICK], ids=str)
def test_callbacks_hear_of_every_fold_and_the_right_total(strategy, tmp_path):
    heard = Heard()
    search = search_of(n_iter=9, strategy=strategy).set_callbacks(heard).fit(X, y)
    began = heard.tasks("begin")
    (total,) = [total for name, _, total in began if name == "search"]
    folds = [i for name, i, _ in began if name == "candidate-split-evaluation"]
    assert total == len(folds) == len(set(folds)) == 9 * 3
    assert sorted((n, i) for n, i, _ in began) == sorted(heard.tasks("end"))
    assert len(search.cv_results_["params"]) == 9
    # A search that is recalled tells of the same tasks.
    path = tmp_path / "search.jsonl"
    for _ in range(2):
        again = Heard()
        search_of(n_iter=9, strategy=strategy, checkpoint=path).set_callbacks(
            again
        ).fit(X, y)
        assert sorted(again.tasks("begin"), key=str) == sorted(began, key=str)


@pytest.mark.slow
def test_callbacks_hear_of_every_candidate_in_the_main_process():
    heard = Heard()
    search = search_of(n_iter=8, n_jobs=2, strategy="adaptive").set_callbacks(heard)
    search.fit(X, y)
    assert {pid for *_, pid in heard.events} == {os.getpid()}
    began = heard.tasks("begin")
    assert sum(name in ("initial", "scan", "climb") for name, *_ in began) == 8
    (total,) = [total for name, _, total in began if name == "search"]
    assert total == 8 * (3 + 1)  # the folds are heard of where they are evaluated


def test_no_search_is_sent_where_no_callback_is_heard():
    """Workers elsewhere are sent neither contexts nor the search that holds them."""
    search = search_of(n_iter=8).set_callbacks(Heard())
    data = FitData.of(search, X, y, {})
    fold = next(KFold(3).split(X))
    for context in (None, object()):
        _, _, sent = fold_task(
            search.estimator, data, fold, {}, search=search, callback_ctx=context,
            progress=((0, 3), (0, 8)),
        )  # fmt: skip
        assert ("caller" in sent) == (context is not None)


class LokyBackend(ThreadingBackend):
    """Threads that callbacks are sent to as to processes."""


register_parallel_backend("threads in the place of processes", LokyBackend)


class Weighs(Heard):
    """Weighs the search that it is told of with each fold."""

    def __init__(self):
        super().__init__()
        self.sizes, self.contexts = [], []

    def on_fit_task_begin(self, estimator, context):
        if context.task_name == "candidate-split-evaluation":
            assert not hasattr(estimator, "tuner_")
            self.sizes.append(len(pickle.dumps(estimator)))
            self.contexts.append(len(pickle.dumps(context)))
            tasks = [one.task_id for one in context.parent]
            assert len(tasks) == 2  # itself and the search's, no other candidate's

    def on_fit_task_end(self, estimator, context):
        pass

    def __getstate__(self):
        return {"events": [], "sizes": [], "contexts": []}


def test_workers_are_sent_neither_the_folds_nor_what_was_evaluated():
    """A search that is being fitted is sent along with callbacks, once a fold."""
    weighs, wide = Weighs(), np.zeros((20_000, 1))
    grid = {"constant": [0, 1], "strategy": ["constant", "prior"]}
    search = search_of(DummyClassifier(), grid, cv=KFold(5), n_iter=4, max_concurrent=1)
    with parallel_config("threads in the place of processes", n_jobs=2):
        search.set_callbacks(weighs).fit(wide, np.arange(20_000) % 2)
    assert len(weighs.sizes) == 4 * 5
    assert max(weighs.sizes) < 5_000  # the folds alone are 800 kB
    assert max(weighs.contexts) < 5_000


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_callback_that_asks_to_stop_ends_the_search_cleanly(n_jobs):
    stopped = search_of(strategy="adaptive", n_jobs=n_jobs)
    with parallel_config("threading"):
        stopped.set_callbacks(Heard(stop_at=4)).fit(X, y)
    assert stopped.stop_reason_ == "callback"
    done = len(stopped.cv_results_["params"])
    assert 1 < done < 6
    whole = search_of(strategy="adaptive").fit(X, y)
    assert stopped.cv_results_["params"] == whole.cv_results_["params"][:done]
    assert stopped.best_estimator_.predict(X).shape == (150,)


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scikit_learns_scoring_monitor_hears_of_every_fold(n_jobs):
    class_, space = LogisticRegression(max_iter=500), {"C": (0.1, 1.0)}
    monitors = []
    for search in (
        search_of(class_, space, n_iter=6, n_jobs=n_jobs, strategy="adaptive"),
        GridSearchCV(class_, {"C": [0.1, 0.2, 0.3, 0.4, 0.5, 1.0]}, cv=3),
    ):
        monitor = callback.ScoringMonitor(scoring="accuracy")
        search.set_callbacks(monitor).fit(X, y)
        monitors.append(monitor._log)
    assert len(monitors[0]) == len(monitors[1])
