"""joblib's own processes: a worker that is killed loses nothing."""

import json
import logging
import os

import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor
from sklearn.base import BaseEstimator, ClassifierMixin

from skbluetuna import BlueTunaSearchCV
from skbluetuna.callbacks import JSONLinesTracker
from tests.engines.conftest import Told


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    """Where joblib makes files for workers, which all tests here share."""
    path = tmp_path_factory.mktemp("joblib")
    get_reusable_executor().shutdown()  # whose folder is another one
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JOBLIB_TEMP_FOLDER", str(path))
        yield path


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
    assert len(engine.fits()) <= 6 * 5 + 1 + 4  # the refit, and what was in flight
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


class Counts(Told):
    """Notes how many large files joblib has made for its workers."""

    __module__ = "__main__"

    def fit(self, X, y):
        Told.fit(self, X, y)
        root = os.environ["JOBLIB_TEMP_FOLDER"]
        files = [os.path.join(top, one) for top, _, own in os.walk(root) for one in own]
        large = [one for one in files if os.path.getsize(one) > 2**20]
        with open(os.path.join(self.folder, "large"), "a", encoding="utf-8") as file:
            file.write(f"{len(large)}\n")
        return self


def test_large_data_are_sent_to_workers_once(tmp_path):
    wide = np.random.default_rng(0).random((3_000, 100))  # 2.4 MB
    search = BlueTunaSearchCV(
        Counts(folder=str(tmp_path)), {"x": (0.0, 1.0)}, n_iter=8, cv=3, n_jobs=2,
        max_concurrent=4, random_state=0, refit=False,
    )  # fmt: skip
    search.fit(wide, np.arange(3_000) % 2)
    counts = (tmp_path / "large").read_text().split()
    assert len(counts) == 8 * 3
    assert set(counts) == {"1"}


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
