"""The log of JSON lines, and what holds for every tracker."""

import json
import pickle
import warnings

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV
from skbluetuna.callbacks import JSONLinesTracker
from skbluetuna.exceptions import TrackerWarning

pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks from 1.9 on")


def lines(path):
    def refuse(constant):
        raise ValueError(f"{constant} is no JSON")

    text = path.read_text(encoding="utf-8")
    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


def assert_is_log_of(search, logged):
    results = search.cv_results_
    begin, *rows, end = logged
    assert begin["event"] == "begin"
    assert begin["settings"]["seed"] == "0"
    assert [row["number"] for row in rows] == list(range(len(results["params"])))
    for row in rows:
        i = row["number"]
        assert row["event"] == "evaluation"
        assert row["stage"] == results["stage"][i]
        assert row["params"] == results["params"][i]
        measured = {
            name for name in results
            if name.startswith(("mean_", "std_"))
        }  # fmt: skip
        assert set(row["metrics"]) == measured
        for name, value in row["metrics"].items():
            if value is None:
                assert row["params"]["mode"] == "fails"
            else:
                assert value == results[name][i]
    assert end == {
        "event": "end", "run": begin["run"], "is_complete": True,
        "stop_reason": search.stop_reason_,
    }  # fmt: skip
    assert {line["run"] for line in logged} == {begin["run"]}


@pytest.mark.parametrize("backend", ["sequential", "threading"])
def test_every_evaluation_is_a_line(make, fit, tmp_path, backend):
    path = tmp_path / "log.jsonl"
    with parallel_config(backend, n_jobs=1 if backend == "sequential" else 2):
        search = fit(make(), JSONLinesTracker(path))
    logged = lines(path)
    assert {row["params"]["mode"] for row in logged[1:-1]} == {"mean", "fails"}
    assert_is_log_of(search, logged)


def test_each_fit_is_a_run(make, fit, tmp_path):
    path = tmp_path / "log.jsonl"
    search = make()
    for k in range(2):
        fit(search, JSONLinesTracker(path))
        logged = lines(path)
        assert len(logged) == (k + 1) * 8
        assert_is_log_of(search, logged[k * 8 :])
    assert logged[0]["run"] != logged[8]["run"]


def test_what_is_recalled_is_logged_too(make, fit, tmp_path):
    log = tmp_path / "log.jsonl"
    fit(make(n_iter=4, checkpoint=tmp_path / "search.jsonl"))
    search = fit(
        make(checkpoint=tmp_path / "search.jsonl"), JSONLinesTracker(log)
    )  # fmt: skip
    assert_is_log_of(search, lines(log))
    log.unlink()
    search = fit(make(n_iter=4, warm_start=True))
    fit(search.set_params(n_iter=6), JSONLinesTracker(log))
    assert_is_log_of(search, lines(log))


def test_what_json_can_not_hold_is_text(fit, tmp_path):
    path = tmp_path / "log.jsonl"
    space = {"clf": [GaussianNB(), SVC(C=2.0)], "scale__with_mean": [True]}
    pipeline = Pipeline([("scale", StandardScaler()), ("clf", SVC())])
    fit(BlueTunaSearchCV(pipeline, space, n_iter=2), JSONLinesTracker(path))
    params = [row["params"] for row in lines(path)[1:-1]]
    assert [p["clf"] for p in params] == ["GaussianNB()", "SVC(C=2.0)"]
    assert [p["scale__with_mean"] for p in params] == [True, True]


def test_what_utf_8_can_not_hold_is_written_out(fit, tmp_path):
    """JSON has escapes for half a character, which hardly any reader takes."""
    path, odd = tmp_path / "log.jsonl", "\x1b\n\ud800"
    pipeline = Pipeline([(odd, StandardScaler()), ("clf", SVC())])
    space = {odd: [odd, "passthrough"]}
    search = BlueTunaSearchCV(pipeline, space, n_iter=2, cv=2)
    fit(search, JSONLinesTracker(path))
    logged = lines(path)
    assert len(logged) == 4
    shown = "\x1b\n\\ud800"
    assert [row["params"] for row in logged[1:3]] == [
        {shown: shown}, {shown: "passthrough"},
    ]  # fmt: skip
    assert json.dumps(logged, ensure_ascii=False).encode("utf-8")


def test_a_search_that_raises_is_not_complete(make, fit, tmp_path):
    path = tmp_path / "log.jsonl"
    with pytest.raises(ValueError, match="asked to fail"):
        fit(make(error_score="raise"), JSONLinesTracker(path))
    end = lines(path)[-1]
    assert (end["event"], end["is_complete"]) == ("end", False)


def test_bad_input_begins_no_run(make, fit, tmp_path):
    with pytest.raises(ValueError, match="n_iter"):
        fit(make(n_iter=0), JSONLinesTracker(tmp_path / "log.jsonl"))
    assert not (tmp_path / "log.jsonl").exists()


@pytest.mark.parametrize("n_failures", ["all", "one"])
def test_a_tracker_that_fails_is_warned_of_once(make, fit, tmp_path, n_failures):
    class Failing(JSONLinesTracker):
        tried = 0

        def _log(self, run, evaluation):
            self.tried += 1
            if n_failures == "all" or self.tried == 3:
                raise OSError("disk full")
            super()._log(run, evaluation)

    broken, sound = (
        Failing(tmp_path / "a.jsonl"),
        JSONLinesTracker(tmp_path / "b.jsonl"),
    )
    with pytest.warns(TrackerWarning, match="Failing failed.*OSError: disk full") as w:
        search = fit(make(), broken, sound)
    assert len(w) == 1
    assert search.stop_reason_ == "n_iter"
    assert_is_log_of(search, lines(tmp_path / "b.jsonl"))
    assert broken.tried == (1 if n_failures == "all" else 3)


def test_a_tracker_stops_no_search_where_warnings_are_errors(
    make, fit, tmp_path, caplog
):
    tracker = JSONLinesTracker(tmp_path / "no such folder" / "log.jsonl")
    with warnings.catch_warnings():
        warnings.simplefilter("error", TrackerWarning)
        search = fit(make(), tracker)
    assert search.stop_reason_ == "n_iter"
    (record,) = caplog.records
    assert "the search goes on. FileNotFoundError" in record.getMessage()


def test_the_next_fit_is_tried_again(make, fit, tmp_path):
    tracker = JSONLinesTracker(tmp_path / "later" / "log.jsonl")
    with pytest.warns(TrackerWarning):
        fit(make(), tracker)
    (tmp_path / "later").mkdir()
    assert_is_log_of(fit(make(), tracker), lines(tmp_path / "later" / "log.jsonl"))


@pytest.mark.parametrize("backend", ["sequential", "threading"])
def test_clones_share_a_tracker_and_not_their_runs(tmp_path, backend):
    path = tmp_path / "log.jsonl"
    search = BlueTunaSearchCV(GaussianNB(), {"var_smoothing": (1e-9, 1.0)}, n_iter=4)
    search.set_callbacks(JSONLinesTracker(path))
    with parallel_config(backend, n_jobs=1 if backend == "sequential" else 2):
        cross_val_score(search, *load_iris(return_X_y=True), cv=3)
    logged = lines(path)
    runs = {line["run"] for line in logged}
    assert len(runs) == 3
    for run in runs:
        own = [line for line in logged if line["run"] == run]
        assert [line["event"] for line in own] == ["begin", *["evaluation"] * 4, "end"]
        assert own[-1]["is_complete"]


def test_trackers_are_pickled_with_their_search(fit, tmp_path):
    path = tmp_path / "log.jsonl"
    search = BlueTunaSearchCV(GaussianNB(), {"var_smoothing": (1e-9, 1.0)}, n_iter=2)
    search = fit(search, JSONLinesTracker(path))
    again = pickle.loads(pickle.dumps(search))
    assert clone(again)._skl_callbacks[0].path == path


def test_a_path_is_a_path():
    with pytest.raises(TypeError, match="path must be a str or path-like; got 3"):
        JSONLinesTracker(3)


class Cheap(BaseEstimator):
    """Scores the higher the less of its resource it had."""

    def __init__(self, x=0.5, n=81):
        self.x, self.n = x, n

    def fit(self, X, y):
        return self

    def score(self, X, y):
        return self.x - self.n


def test_a_score_at_less_than_the_full_resource_has_another_name(fit, tmp_path):
    """Charts and sortings would take it for one of the search."""
    search = BlueTunaSearchCV(
        Cheap(), {"x": (0.0, 1.0)}, resource="n", n_iter=4, cv=2, random_state=0
    )
    fit(search, JSONLinesTracker(tmp_path / "log.jsonl"))
    _, *rows, _ = lines(tmp_path / "log.jsonl")
    results = search.cv_results_
    states = {"complete", "partial"}
    assert {row["state"] for row in rows} == states
    for row, mean, n in zip(
        rows, results["mean_test_score"], results["n_resources"], strict=True
    ):
        is_partial = n < 81
        assert row["metrics"]["n_resources"] == n
        assert row["state"] == ("partial" if is_partial else "complete")
        name, other = "mean_test_score", "partial_mean_test_score"
        assert row["metrics"][other if is_partial else name] == mean
        assert (name if is_partial else other) not in row["metrics"]
    scores = [row["metrics"].get("mean_test_score", -np.inf) for row in rows]
    assert max(scores) == search.best_score_


def test_what_was_stopped_early_did_not_fail(fit, tmp_path):
    """Its means are none, and say nothing of a failure."""
    search = BlueTunaSearchCV(
        SVC(), {"C": (1e-4, 1e2, "log"), "gamma": (1e-4, 1e2, "log")}, n_iter=12, cv=5,
        racing=0.2, random_state=0,
    )  # fmt: skip
    fit(search, JSONLinesTracker(tmp_path / "log.jsonl"))
    _, *rows, _ = lines(tmp_path / "log.jsonl")
    assert {row["state"] for row in rows} == {"complete", "stopped"}
    for row in rows:
        is_stopped = row["metrics"]["n_folds"] < 5
        assert (row["state"] == "stopped") == is_stopped
        assert (row["metrics"]["mean_test_score"] is None) == is_stopped
