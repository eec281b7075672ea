"""Scorers of costs: what they measure, and that every search takes them."""

import pickle
import threading
import time

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from scipy.sparse import csr_matrix
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV
from skbluetuna.objectives import FitTime, ModelSize, PredictTime, _scorers

X, y = load_iris(return_X_y=True)
TREE = DecisionTreeClassifier(random_state=0).fit(X, y)
SCORING = {
    "accuracy": "accuracy",
    "neg_latency": PredictTime(n_repeats=1),
    "neg_size": ModelSize(),
}
SEARCHES = {
    "grid": lambda model, **own: GridSearchCV(model, {"max_depth": [1, 4]}, **own),
    "ours": lambda model, **own: BlueTunaSearchCV(model, {"max_depth": [1, 4]}, **own),
}


class Recorder(ClassifierMixin, BaseEstimator):
    """Keeps what it is asked to predict."""

    def __init__(self):
        self.asked = []

    def predict(self, X):
        self.asked.append(X)


class Ticking:
    """A clock that each reading takes on by the next of some steps."""

    def __init__(self, *steps):
        self.now, self.steps = 0.0, iter(steps)

    def __call__(self):
        self.now += next(self.steps, 0.0)
        return self.now


@pytest.mark.parametrize("scorer", [PredictTime(8, 3, "wall"), ModelSize(), FitTime()])
def test_a_scorer_is_a_value(scorer):
    """Searches clone it, send it to workers, and name it in a report."""
    assert eval(repr(scorer)) == scorer
    assert pickle.loads(pickle.dumps(scorer)) == scorer
    search = GridSearchCV(TREE, {}, scoring={"cost": scorer})
    assert clone(search).scoring == {"cost": scorer}
    assert hash(scorer) == hash(clone(search).scoring["cost"])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1; got 0"),
        ({"batch_size": 1.5}, TypeError, "batch_size must be an int; got 1.5"),
        ({"n_repeats": True}, TypeError, "n_repeats must be an int; got True"),
        ({"clock": "gpu"}, ValueError, "clock must be one of .*; got 'gpu'"),
    ],
)
def test_wrong_settings_are_refused_when_they_are_written(settings, error, message):
    """Not by a worker, for each fold."""
    with pytest.raises(error, match=message):
        PredictTime(**settings)


def test_the_time_is_the_least_of_its_repeats(monkeypatch):
    """Others on the machine only make it longer; the first call is not timed."""
    clock = Ticking(0.0, 5.0, 0.0, 2.0, 0.0, 4.0)
    monkeypatch.setitem(_scorers.CLOCKS, "cpu", clock)
    model = Recorder()
    assert PredictTime(n_repeats=3)(model, X, y) == -2.0
    assert len(model.asked) == 4


def test_a_clock_that_stands_still_is_read_around_more_calls(monkeypatch):
    """No model predicts in no time; one that does ends all the same."""
    clock = Ticking(0.0, 0.0, 0.0, 4.0)
    monkeypatch.setitem(_scorers.CLOCKS, "cpu", clock)
    assert PredictTime(n_repeats=1)(Recorder(), X, y) == -0.5
    assert PredictTime(n_repeats=1)(Recorder(), X, y) == 0.0


@pytest.mark.parametrize("kind", [np.asarray, pd.DataFrame, csr_matrix, list])
def test_a_call_has_its_rows_from_any_table(kind):
    """Over again where the fold has fewer."""
    model = Recorder()
    PredictTime(batch_size=5, n_repeats=1)(model, kind(X[:3]), y[:3])
    rows = model.asked[-1]
    rows = rows.toarray() if kind is csr_matrix else np.asarray(rows)
    assert (rows == X[[0, 1, 2, 0, 1]]).all()


def test_the_processor_s_clock_does_not_count_waiting():
    """And the wall's does: on a busy machine a process waits for its turn."""

    class Waiting(Recorder):
        def predict(self, X):
            time.sleep(0.02)

    cpu, wall = (
        PredictTime(n_repeats=1, clock=clock)(Waiting(), X, y)
        for clock in ("cpu", "wall")
    )
    assert wall <= -0.02 < cpu


def test_the_thread_s_clock_does_not_count_other_threads():
    """The processor's does, so folds on threads would count one another."""
    stop, started = threading.Event(), threading.Event()

    def work():
        started.set()
        while not stop.is_set():
            sum(range(1000))

    class Waiting(Recorder):
        def predict(self, X):
            before = time.process_time()
            while time.process_time() < before + 0.02:  # others' work
                time.sleep(0.001)

    other = threading.Thread(target=work)
    other.start()
    started.wait()
    try:
        cpu, own = (
            PredictTime(n_repeats=1, clock=clock)(Waiting(), X, y)
            for clock in ("cpu", "thread")
        )
    finally:
        stop.set()
        other.join()
    assert cpu <= -0.02
    assert own > 0.5 * cpu


def test_a_model_that_predicts_nothing_is_named():
    with pytest.raises(TypeError, match="which PCA does not have"):
        PredictTime()(PCA().fit(X), X)


def test_the_size_is_that_of_the_pickle():
    """Large arrays are written apart, and count too."""
    for model in (TREE, LogisticRegression().set_params(C=np.ones((300, 300)))):
        assert ModelSize()(model, X, y) == -len(pickle.dumps(model, protocol=5))


@pytest.mark.parametrize("kind", SEARCHES)
def test_every_search_takes_costs(kind):
    """Beside any metric, and as what chooses: the smaller tree is the cheaper one."""
    search = SEARCHES[kind](
        TREE, scoring=SCORING, refit="neg_size", cv=2, return_train_score=True
    ).fit(X, y)
    assert search.best_params_ == {"max_depth": 1}
    for name in ("neg_latency", "neg_size"):
        assert (search.cv_results_[f"mean_test_{name}"] < 0.0).all()
    assert search.score(X, y) == -len(pickle.dumps(search.best_estimator_, protocol=5))
    single = SEARCHES[kind](TREE, scoring=ModelSize(), cv=2).fit(X, y)
    assert single.best_params_ == {"max_depth": 1}


@pytest.mark.parametrize("kind", SEARCHES)
@pytest.mark.parametrize("routing", [False, True])
def test_weights_of_samples_pass_them_by(kind, routing):
    """Warnings are errors here: none says that a time needs weights."""
    weight = np.linspace(1.0, 2.0, len(y))
    with config_context(enable_metadata_routing=routing):
        model, scoring = (
            clone(TREE),
            {"neg_size": ModelSize(), "neg_time": PredictTime()},
        )
        if routing:
            model = model.set_fit_request(sample_weight=True)
        else:
            scoring["accuracy"] = "accuracy"
        search = SEARCHES[kind](model, scoring=scoring, refit="neg_size", cv=2)
        search.fit(X, y, sample_weight=weight)
    assert search.best_params_ == {"max_depth": 1}


def test_a_fit_that_is_over_cannot_be_timed():
    """Of other searches the error says where the time stands."""
    search = GridSearchCV(TREE, {}, scoring=FitTime(), error_score="raise", cv=2)
    with pytest.raises(TypeError, match="read mean_fit_time of cv_results_"):
        search.fit(X, y)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_search_fills_in_the_time_of_the_fit(n_jobs):
    """It is the fold's own, as the table has it; also as the only metric."""
    own = {"cv": 2, "n_jobs": n_jobs, "error_score": "raise", "refit": False}
    scoring = {"accuracy": "accuracy", "neg_fit": FitTime()}
    with parallel_config("threading"):
        search = SEARCHES["ours"](
            TREE, scoring=scoring, return_train_score=True, **own
        ).fit(X, y)
        single = SEARCHES["ours"](TREE, scoring=FitTime(), **own).fit(X, y)
    for found, name in ((search, "neg_fit"), (single, "score")):
        results = found.cv_results_
        assert (results[f"mean_test_{name}"] == -results["mean_fit_time"]).all()
        assert (results[f"mean_test_{name}"] < 0.0).all()
    trained = search.cv_results_["mean_train_neg_fit"]
    assert (trained == search.cv_results_["mean_test_neg_fit"]).all()
