"""joblib's own processes: a worker that is killed loses nothing."""

import json
import logging

import pytest
from sklearn.callback import ScoringMonitor

from skbluetuna.callbacks import JSONLinesTracker


# The thread that the killed worker talks to, scikit-learn's, may end by an error.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_killed_worker_loses_nothing(engine, caplog, tmp_path):
    """Even one that calls on a callback here, whose thread may die with it."""
    monitor, path = ScoringMonitor(scoring="accuracy"), tmp_path / "log.jsonl"
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
