"""MLflow: read back what was logged through its own client."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks from 1.9 on")

if any(
    importlib.util.find_spec(name) is None
    for name in ("mlflow", "sqlalchemy", "alembic")
):
    pytest.skip("mlflow with its SQL store is not installed", allow_module_level=True)

from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV
from skbluetuna.callbacks import MLflowTracker

# MLflow's own.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One store for all tests, as to make one takes seconds."""
    return tmp_path_factory.mktemp("mlflow") / "runs"


@pytest.fixture
def client(folder):
    from mlflow.tracking import MlflowClient

    return MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")


def test_a_search_is_a_run_with_a_run_for_each_candidate(make, fit, folder, client):
    search = fit(make(n_iter=4), MLflowTracker(folder, "irises"))
    results = search.cv_results_
    experiment = client.get_experiment_by_name("irises")
    runs = client.search_runs([experiment.experiment_id])
    children = {
        int(run.info.run_name): run
        for run in runs
        if "mlflow.parentRunId" in run.data.tags
    }
    (parent,) = [run for run in runs if run not in children.values()]

    assert sorted(children) == [0, 1, 2, 3]
    for i, run in children.items():
        assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert run.data.tags["stage"] == results["stage"][i]
        params = results["params"][i]
        assert run.data.params == {name: str(value) for name, value in params.items()}
        for name, value in run.data.metrics.items():
            assert value == results[name][i]
        is_failed = bool(np.isnan(results["mean_test_acc"][i]))
        assert is_failed == (params["mode"] == "fails")
        assert run.info.status == ("FAILED" if is_failed else "FINISHED")
        spread = {"mean_test_acc", "std_test_acc", "mean_test_recall", "std_fit_time"}
        assert is_failed or spread <= set(run.data.metrics)

    assert parent.info.status == "FINISHED"
    assert parent.data.tags["stop_reason"] == "n_iter"
    assert parent.data.metrics["best_score"] == search.best_score_
    assert parent.data.params["best_mode"] == "mean"
    assert "Threshold" in parent.data.params["estimator"]
    curve = client.get_metric_history(parent.info.run_id, "mean_test_acc")
    assert {m.step: m.value for m in curve} == {
        i: v for i, v in enumerate(results["mean_test_acc"]) if np.isfinite(v)
    }


def test_a_stopped_candidate_is_no_failed_run(fit, folder, client):
    """Its mean is NaN as that of a failure, but nothing failed."""
    space = {"C": (1e-4, 1e2, "log"), "gamma": (1e-4, 1e2, "log")}
    search = BlueTunaSearchCV(SVC(), space, n_iter=7, cv=5, racing=0.3, random_state=0)
    fit(search, MLflowTracker(folder, "raced"))
    experiment = client.get_experiment_by_name("raced").experiment_id
    runs = client.search_runs([experiment], "tags.stage != ''")
    whole = search.cv_results_["n_folds"] == 5
    assert not whole.all()
    for run in runs:
        is_whole = whole[int(run.info.run_name)]
        assert run.info.status == ("FINISHED" if is_whole else "KILLED")
        assert run.data.tags["state"] == ("complete" if is_whole else "stopped")


def test_the_report_and_the_pictures_are_artifacts(make, fit, folder, client, tmp_path):
    pytest.importorskip("matplotlib").use("Agg")
    fit(make(n_iter=4), MLflowTracker(folder, "drawn"))
    experiment = client.get_experiment_by_name("drawn").experiment_id
    (parent,) = client.search_runs([experiment], "attribute.run_name = 'Threshold'")
    names = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert {"report.html", "convergence.png", "influence.png"} <= names
    path = client.download_artifacts(parent.info.run_id, "report.html", str(tmp_path))
    assert "What the search learned of Threshold" in Path(path).read_text("utf-8")
    assert (folder / "artifacts").is_dir()  # and nothing beside the store


def test_a_search_that_raises_is_a_failed_run(make, fit, folder, client):
    with pytest.raises(ValueError, match="asked to fail"):
        fit(make(error_score="raise"), MLflowTracker(folder))
    experiment = client.get_experiment_by_name("skbluetuna").experiment_id
    (parent,) = client.search_runs([experiment], "attribute.run_name = 'Threshold'")
    assert parent.info.status == "FAILED"


def test_the_users_own_tracking_stays_as_it_is(make, fit, folder):
    import mlflow

    before = mlflow.get_tracking_uri()
    fit(make(n_iter=2), MLflowTracker(folder, "own"))
    assert mlflow.get_tracking_uri() == before
    assert mlflow.active_run() is None
