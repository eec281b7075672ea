"""Trackio: read back what was logged through its own store."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks from 1.9 on")

if importlib.util.find_spec("trackio") is None:
    pytest.skip("trackio is not installed", allow_module_level=True)

# trackio settles its folder when it is imported, so each test is a process of its own.
CODE = """
import json, sys
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from skbluetuna import BlueTunaSearchCV
from skbluetuna.callbacks import TrackioTracker

search = BlueTunaSearchCV(
    GaussianNB(), {"var_smoothing": (1e-9, 1.0, "log")}, n_iter=5, random_state=0,
    scoring=["accuracy", "f1_macro"], refit="accuracy",
)
search.set_callbacks(TrackioTracker("irises")).fit(*load_iris(return_X_y=True))

import trackio
from trackio.sqlite_storage import SQLiteStorage

(run,) = trackio.Api().runs("irises")
rows = SQLiteStorage.get_logs("irises", run.name, run_id=run.id)
columns = search.cv_results_.items()
results = {k: list(v) for k, v in columns if k[:4] in ("mean", "std_")}
print("RESULT", json.dumps({
    "rows": rows, "config": run.config, "results": results,
    "params": search.cv_results_["params"], "stage": list(search.cv_results_["stage"]),
    "reason": search.stop_reason_,
}, default=str))
"""


def test_a_search_is_a_run_with_a_step_for_each_candidate(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env=os.environ | {"TRACKIO_DIR": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = [x for x in done.stdout.splitlines() if x.startswith("RESULT")]
    found = json.loads(line.removeprefix("RESULT "))
    assert any(tmp_path.iterdir())
    assert found["config"]["seed"] == "0"
    *rows, end = found["rows"]
    assert end["stop_reason"] == found["reason"] == "n_iter"
    assert [row["step"] for row in rows] == list(range(5))
    for i, row in enumerate(rows):
        assert row["stage"] == found["stage"][i]
        assert row["params/var_smoothing"] == found["params"][i]["var_smoothing"]
        for name, column in found["results"].items():
            assert row[name] == column[i]
