"""A search as a run of Trackio."""

import math
from typing import Any

from skbluetuna._utils._optional import import_optional
from skbluetuna.callbacks._tracker import (
    Evaluation,
    Tracker,
    settings_of,
    text_or_number,
)

__all__ = ["TrackioTracker"]


class TrackioTracker(Tracker):
    """Log a search to a local Trackio project: one run, one step for each candidate.

    A step holds the means and standard deviations of ``cv_results_``, ``stage``, and
    the parameters, named ``params/...``. The store is Trackio's own: the folder that
    environment variable ``TRACKIO_DIR`` names when trackio is first imported. Look at
    it with ``trackio show --project PROJECT``. A process has one Trackio run at a time:
    the search's takes the place of another that is open.

    Parameters
    ----------
    project : str, default="skbluetuna"
        Name of the project.

    Raises
    ------
    MissingDependencyError
        If trackio is not installed.
    TypeError
        If `project` is no str.

    Examples
    --------
    >>> from skbluetuna.callbacks import TrackioTracker
    >>> tracker = TrackioTracker("wine")  # doctest: +SKIP
    >>> search.set_callbacks(tracker).fit(X, y)  # doctest: +SKIP
    """

    def __init__(self, project: str = "skbluetuna") -> None:
        super().__init__()
        import_optional("trackio", extra="trackio", purpose="TrackioTracker")
        if not isinstance(project, str):
            raise TypeError(f"project must be a str; got {project!r}.")
        self.project = project

    def _begin(self, search: Any) -> Any:
        trackio = import_optional("trackio", extra="trackio", purpose="TrackioTracker")
        return trackio.init(
            project=self.project,
            config=settings_of(search),
            embed=False,
            auto_log_cpu=False,
            auto_log_gpu=False,
        )

    def _log(self, run: Any, evaluation: Evaluation) -> None:
        params = {
            f"params/{k}": text_or_number(v) for k, v in evaluation.params.items()
        }
        metrics = {k: v for k, v in evaluation.metrics.items() if math.isfinite(v)}
        run.log(metrics | params | {"stage": evaluation.stage}, step=evaluation.number)

    def _end(self, run: Any, search: Any, *, is_complete: bool) -> None:
        if is_complete:
            run.log({"stop_reason": search.stop_reason_})
        run.finish()
