"""A search as runs of MLflow."""

import math
import tempfile
import time
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from skbluetuna._utils._hidden import masked
from skbluetuna._utils._optional import import_optional
from skbluetuna.callbacks._pictures import save_pictures
from skbluetuna.callbacks._tracker import Evaluation, Tracker, settings_of
from skbluetuna.inspection._progress import told_trials

__all__ = ["MLflowTracker"]

STATUS = {"failed": "FAILED", "stopped": "KILLED"}  # of a candidate's run
MOST_CHARACTERS = 500  # of a parameter's value; older stores hold no more


class MLflowRun(NamedTuple):
    """A parent run."""

    client: Any
    experiment: str
    name: str


class MLflowTracker(Tracker):
    """Log a search to MLflow: one run for the search, below it one for each candidate.

    The search's run holds its settings and, once it is fitted, the best candidate's
    parameters and metrics, the report and its pictures (where matplotlib is installed);
    a candidate's run its parameters, all means and standard deviations of
    ``cv_results_``, and tags ``stage`` and ``state``; it is ``FAILED`` if that failed,
    ``KILLED`` if it was stopped early. Scores at less than the full resource are named
    ``partial_mean_test_score`` and so on, so that no chart takes them for others. A
    search that did not come to its end is ``FAILED``. The store is SQLite in a folder;
    look at it with the full mlflow package: ``mlflow ui --backend-store-uri sqlite:///FOLDER/mlflow.db``.

    Parameters
    ----------
    folder : path-like
        Where the store and the artifacts are; made if it is not there.
    experiment : str, default="skbluetuna"
        Name of the experiment.

    Raises
    ------
    MissingDependencyError
        If mlflow is not installed.
    TypeError
        If `folder` is no path.

    Examples
    --------
    >>> from skbluetuna.callbacks import MLflowTracker
    >>> tracker = MLflowTracker("runs")  # doctest: +SKIP
    >>> search.set_callbacks(tracker).fit(X, y)  # doctest: +SKIP
    """

    def __init__(
        self, folder: str | PathLike[str], experiment: str = "skbluetuna"
    ) -> None:
        super().__init__()
        for module in ("mlflow", "sqlalchemy", "alembic"):  # the store needs them
            import_optional(module, extra="mlflow", purpose="MLflowTracker")
        if not isinstance(folder, str | PathLike):
            raise TypeError(f"folder must be a str or path-like; got {folder!r}.")
        self.folder = folder
        self.experiment = experiment

    def _begin(self, search: Any) -> MLflowRun:
        tracking = import_optional(
            "mlflow.tracking", extra="mlflow", purpose="MLflowTracker"
        )
        folder = Path(self.folder).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        # A client of its own: the user's tracking URI and active run stay theirs.
        client = tracking.MlflowClient(f"sqlite:///{(folder / 'mlflow.db').as_posix()}")
        known = client.get_experiment_by_name(self.experiment)
        experiment = (
            client.create_experiment(
                self.experiment, artifact_location=(folder / "artifacts").as_uri()
            )
            if known is None
            else known.experiment_id
        )
        name = type(search.estimator).__name__
        run = client.create_run(experiment, run_name=name).info.run_id
        _log_params(client, run, settings_of(search))
        return MLflowRun(client, experiment, run)

    def _log(self, run: MLflowRun, evaluation: Evaluation) -> None:
        tags = {"mlflow.parentRunId": run.name, "stage": evaluation.stage}
        tags |= {"state": evaluation.state}
        child = run.client.create_run(
            run.experiment, run_name=str(evaluation.number), tags=tags
        ).info.run_id
        _log_params(run.client, child, evaluation.params)
        _log_metrics(run.client, child, evaluation.metrics, 0)
        status = STATUS.get(evaluation.state, "FINISHED")
        run.client.set_terminated(child, status)
        # On the search's run too, where they make its curves.
        _log_metrics(run.client, run.name, evaluation.metrics, evaluation.number)

    def _end(self, run: MLflowRun, search: Any, *, is_complete: bool) -> None:
        try:
            if is_complete:
                self._log_result(run, search)
        finally:
            status = "FINISHED" if is_complete else "FAILED"
            run.client.set_terminated(run.name, status)

    @staticmethod
    def _log_result(run: MLflowRun, search: Any) -> None:
        run.client.set_tag(run.name, "stop_reason", search.stop_reason_)
        best, index = search.tuner_.best, getattr(search, "best_index_", None)
        told = told_trials(search)
        if index is not None and told:
            best = told[index]  # not always the best by the first objective
        if best is not None and best.score is not None:
            found = masked(best.params)
            params = {f"best_{name}": value for name, value in found.items()}
            _log_params(run.client, run.name, params)
            names = search.objectives or ["score"]
            for name, value in zip(names, best.values, strict=True):
                run.client.log_metric(run.name, f"best_{name}", value)
        with tempfile.TemporaryDirectory() as folder:
            for path in save_pictures(search, Path(folder)):
                run.client.log_artifact(run.name, str(path))


def _log_params(client: Any, run: str, params: Any) -> None:
    entities = import_optional("mlflow.entities", extra="mlflow", purpose="A tracker")
    client.log_batch(
        run,
        params=[
            entities.Param(name, str(value)[:MOST_CHARACTERS])
            for name, value in params.items()
        ],
    )


def _log_metrics(client: Any, run: str, metrics: Any, step: int) -> None:
    entities = import_optional("mlflow.entities", extra="mlflow", purpose="A tracker")
    now = int(1000 * time.time())
    client.log_batch(
        run,
        metrics=[
            entities.Metric(name, value, now, step)
            for name, value in metrics.items()
            if math.isfinite(value)
        ],
    )
