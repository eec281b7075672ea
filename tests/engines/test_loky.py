"""joblib's own processes: a worker that is killed loses nothing."""

import json
import logging
import os

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from skbluetuna import BlueTunaSearchCV
from skbluetuna.callbacks import JSONLinesTracker


# The thread that the killed worker talks to, scikit-learn's, may end by an error.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_killed_worker_loses_nothing(engine, caplog, tmp_path):
    """Even one that calls on a callback here, whose thread may die with it."""
    callback = pytest.importorskip(
        "sklearn.callback", reason="scikit-learn has callbacks from 1.9 on"
    )
    path = tmp_path / "log.jsonl"
    monitor = callback.ScoringMonitor(scoring="accuracy")
    search = engine.search(n_jobs=2).set_callbacks(monitor, JSONLinesTracker(path))
    thread = engine.after_fits(12, engine.kill_last)
    engine.fit(search)
    thread.join()
    engine.assert_same_results(engine.serial(), search)
    assert search.stop_reason_ == "n_iter"
    assert len(set(engine.fits())) > 2
    (warned,) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert warned.name == "skbluetuna"
    assert "TerminatedWorkerError" in warned.getMessage()
    assert "3 times more at most" in warned.getMessage()
    # A tracker hears of each evaluation once.
    _, *rows, _ = (json.loads(line) for line in path.read_text().splitlines())
    assert [row["params"] for row in rows] == search.cv_results_["params"]


class Deadly(ClassifierMixin, BaseEstimator):
    """Ends the process that fits it, for one of its values."""

    __module__ = "__main__"  # so it travels as code; workers do not know this file

    def __init__(self, x=1):
        self.x = x

    def fit(self, X, y):
        if self.x == 2:
            os._exit(3)
        return self

    def score(self, X, y):
        return float(self.x)


@pytest.mark.filterwarnings("ignore:[\\s\\S]*(fits failed|scores are non-finite)")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_candidate_that_ends_its_worker_is_one_that_failed(engine, caplog):
    """The search goes on, and what was evaluated beside it keeps its score."""
    search = BlueTunaSearchCV(
        Deadly(), {"x": [1, 2, 3]}, cv=2, n_jobs=2, n_retries=0, random_state=0
    )
    engine.fit(search)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], [1.0, np.nan, 3.0]
    )
    assert search.best_params_ == {"x": 3}
    (warned,) = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert warned.startswith("evaluation 2 is recorded as failed")
    assert "TerminatedWorkerError" in warned
