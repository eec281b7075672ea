"""A search as scalars and hyperparameters of TensorBoard."""

import math
import time
import uuid
from os import PathLike
from pathlib import Path
from typing import Any

from skbluetuna._utils._optional import import_optional
from skbluetuna.callbacks._tracker import Evaluation, Tracker, text_or_number

__all__ = ["TensorBoardTracker"]

PURPOSE = {"extra": "tensorboard", "purpose": "TensorBoardTracker"}


class TensorBoardRun:
    """Files of a search: its own scalars, and a folder for each candidate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scalars = _writer(folder)

    def log(self, evaluation: Evaluation) -> None:
        """Write an evaluation: on the search's curves, and as a trial of its own."""
        hparams = import_optional("tensorboard.plugins.hparams.summary_v2", **PURPOSE)
        name = f"{evaluation.number:04d}"
        params = {key: text_or_number(v) for key, v in evaluation.params.items()}
        metrics = {k: v for k, v in evaluation.metrics.items() if math.isfinite(v)}
        trial = _writer(self._folder / name)
        try:
            about = params | {"stage": evaluation.stage}
            _write(trial, hparams.hparams_pb(about, trial_id=name), 0)
            _write(trial, _scalars(metrics), 0)
        finally:
            trial.close()
        _write(self._scalars, _scalars(metrics), evaluation.number)
        self._scalars.flush()

    def close(self) -> None:
        """Write what is left."""
        self._scalars.close()


def _writer(folder: Path) -> Any:
    module = import_optional("tensorboard.summary.writer.event_file_writer", **PURPOSE)
    return module.EventFileWriter(str(folder))


def _scalars(values: dict[str, float]) -> Any:
    protos = import_optional("tensorboard.compat.proto.summary_pb2", **PURPOSE)
    return protos.Summary(
        value=[
            protos.Summary.Value(tag=name, simple_value=value)
            for name, value in values.items()
        ]
    )


def _write(writer: Any, summary: Any, step: int) -> None:
    protos = import_optional("tensorboard.compat.proto.event_pb2", **PURPOSE)
    event = protos.Event(wall_time=time.time(), step=step, summary=summary)
    writer.add_event(event)


class TensorBoardTracker(Tracker):
    """Log a search to TensorBoard: scalars, and a table of hyperparameters.

    Each fit has a folder. In it are the means and standard deviations of
    ``cv_results_`` against the number of the evaluation, and a folder for each
    candidate, which the HPARAMS page shows with its parameters and its stage. Look at
    it with ``tensorboard --logdir FOLDER``.

    Parameters
    ----------
    folder : path-like
        Where the folders of searches are; made if it is not there.

    Raises
    ------
    MissingDependencyError
        If tensorboard is not installed.
    TypeError
        If `folder` is no path.

    Examples
    --------
    >>> from skbluetuna.callbacks import TensorBoardTracker
    >>> tracker = TensorBoardTracker("runs")  # doctest: +SKIP
    >>> search.set_callbacks(tracker).fit(X, y)  # doctest: +SKIP
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        super().__init__()
        import_optional("tensorboard", **PURPOSE)
        if not isinstance(folder, str | PathLike):
            raise TypeError(f"folder must be a str or path-like; got {folder!r}.")
        self.folder = folder

    def _begin(self, search: Any) -> TensorBoardRun:
        name = type(search.estimator).__name__
        when = time.strftime("%Y%m%d-%H%M%S")
        return TensorBoardRun(
            Path(self.folder) / f"{name}-{when}-{uuid.uuid4().hex[:6]}"
        )

    def _log(self, run: TensorBoardRun, evaluation: Evaluation) -> None:
        run.log(evaluation)

    def _end(self, run: TensorBoardRun, search: Any, *, is_complete: bool) -> None:  # noqa: ARG002
        run.close()
