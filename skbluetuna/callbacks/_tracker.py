"""What all trackers do: they log evaluations, and never stop the search."""

import logging
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import sklearn

from skbluetuna._utils._hidden import masked
from skbluetuna._utils._text import encodable, printable
from skbluetuna.exceptions import MissingDependencyError, TrackerWarning

__all__ = ["Evaluation", "Tracker", "settings_of", "text_or_number"]

logger = logging.getLogger("skbluetuna")

# Columns of ``cv_results_`` that are no measures: what was tried, and what every later
# evaluation changes.
NO_MEASURES = ("param_", "rank_", "split")
COUNTS = ("n_folds", "n_resources")  # which say what a score is of
MEANS = "mean_test_"
SCORES = (MEANS, "std_test_", "mean_train_", "std_train_")


@dataclass(frozen=True)
class Evaluation:
    """A row of ``cv_results_``.

    Attributes
    ----------
    number : int
        Its place in the search.
    stage : str
        Which stage asked for it.
    params : dict
        What was tried, secrets masked.
    metrics : dict
        Means and standard deviations of scores and of times in seconds, named as in
        ``cv_results_``, and how many folds and how much of a resource it had where
        these differ. A score is NaN where an evaluation failed or was stopped early;
        one at less than the full resource is no score of the search: its name begins
        with ``partial_``, so that no chart and no sorting takes it for one.
    state : {"complete", "partial", "failed", "stopped"}
        What came of it, as of a trial.
    """

    number: int
    stage: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    state: str = "complete"


class Tracker:
    """A scikit-learn callback that is told of each evaluation of a search.

    A subclass says what is done by ``_begin``, ``_log`` and ``_end``. What ``_begin``
    returns is handed to the others: handles live there and not on the tracker, which is
    sent to workers together with the search.

    Raises
    ------
    MissingDependencyError
        If this scikit-learn is older than 1.9, and has no callbacks.
    """

    def __init__(self) -> None:
        if find_spec("sklearn.callback") is None:
            raise MissingDependencyError(
                f"{type(self).__name__} needs scikit-learn 1.9 or newer, which has "
                f"callbacks; this is scikit-learn {sklearn.__version__}."
            )
        # By search: its clones share their callbacks.
        self._runs: dict[int, Any] = {}
        self._counts: dict[int, int] = {}
        self._failed: set[int] = set()

    def setup(self, estimator: Any, context: Any) -> None:  # noqa: ARG002
        """Be ready for a fit; a run begins with its first evaluation."""
        self._forget(estimator)

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Do nothing: this is called for folds, in workers too."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Complete the run when the fit is complete."""
        if context.task_name == "fit":
            self._guard(estimator, lambda: self._finish(estimator, is_complete=True))

    def on_evaluations(self, search: Any, results: Mapping[str, Any]) -> None:
        """Log what is new; `BlueTunaSearchCV` calls this in the main process.

        Parameters
        ----------
        search : BlueTunaSearchCV
            The search that is being fitted.
        results : dict of arrays
            Its ``cv_results_`` so far.
        """
        self._guard(search, lambda: self._log_new(search, results))

    def teardown(self, estimator: Any, context: Any) -> None:  # noqa: ARG002
        """Close a run that was not completed."""
        self._guard(estimator, lambda: self._finish(estimator, is_complete=False))
        self._forget(estimator)

    def __getstate__(self) -> dict[str, Any]:
        # Copies in workers, and stored ones, have no run.
        return self.__dict__ | {"_runs": {}, "_counts": {}, "_failed": set()}

    def _begin(self, search: Any) -> Any:
        """Begin a run; return its handle."""
        raise NotImplementedError

    def _log(self, run: Any, evaluation: Evaluation) -> None:
        """Log an evaluation."""
        raise NotImplementedError

    def _end(self, run: Any, search: Any, *, is_complete: bool) -> None:
        """End a run; the search is fitted if it is complete."""
        raise NotImplementedError

    def _log_new(self, search: Any, results: Mapping[str, Any]) -> None:
        key = id(search)
        if key not in self._runs:
            self._runs[key] = self._begin(search)
        for number in range(self._counts.get(key, 0), len(results["params"])):
            self._log(self._runs[key], _row(search, results, number))
            self._counts[key] = number + 1

    def _finish(self, search: Any, *, is_complete: bool) -> None:
        if id(search) in self._runs:
            run = self._runs.pop(id(search))
            self._end(run, search, is_complete=is_complete)

    def _forget(self, search: Any) -> None:
        self._runs.pop(id(search), None)
        self._counts.pop(id(search), None)
        self._failed.discard(id(search))

    def _guard(self, search: Any, do: Callable[[], None]) -> None:
        """Do it; if it fails, warn once and leave this search alone."""
        if id(search) in self._failed:
            return
        try:
            do()
        except Exception as error:
            self._failed.add(id(search))
            text = (
                f"{type(self).__name__} failed and is given up; the search goes on. "
                f"{type(error).__name__}: {printable(str(error))}"
            )
            try:
                warnings.warn(text, TrackerWarning, stacklevel=2)
            except TrackerWarning:  # where warnings are errors; this may not be one
                logger.warning(text)


def _row(search: Any, results: Mapping[str, Any], number: int) -> Evaluation:
    metrics = {
        encodable(name): float(column[number])
        for name, column in results.items()
        if not name.startswith(NO_MEASURES)
        and isinstance(column, np.ndarray)
        and (np.issubdtype(column.dtype, np.floating) or name in COUNTS)
    }
    state = _state(search, results, number)
    if state == "partial":
        metrics = {
            f"partial_{name}" if name.startswith(SCORES) else name: value
            for name, value in metrics.items()
        }
    stage = str(results["stage"][number]) if "stage" in results else ""
    tried = masked(dict(results["params"][number])).items()
    params = {encodable(name): value for name, value in tried}
    return Evaluation(number, encodable(stage), params, metrics, state)


def _state(search: Any, results: Mapping[str, Any], number: int) -> str:
    """What came of an evaluation, as of a trial."""
    if "n_folds" in results and results["n_folds"][number] < search.n_splits_:
        return "stopped"
    scores = [own[number] for name, own in results.items() if name.startswith(MEANS)]
    if not np.isfinite(scores).all():
        return "failed"
    ladder = search.tuner_.ladder
    is_full = ladder is None or ladder.is_full(results["n_resources"][number])
    return "complete" if is_full else "partial"


def text_or_number(value: Any) -> str | int | float | bool:
    """A hyperparameter's value as what every tracker can hold.

    Parameters
    ----------
    value : object
        The value.

    Returns
    -------
    value : str, int, float or bool
        Numbers as Python's own; all else, also what is not finite, as text that UTF-8
        can hold.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, int | float):
        return value
    return encodable(value if isinstance(value, str) else repr(value))


def settings_of(search: Any) -> dict[str, str]:
    """Constructor parameters of a search that say what it does, as text, masked.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search.

    Returns
    -------
    settings : dict of str
        By parameter.
    """
    names = (
        "estimator", "param_space", "strategy", "n_iter", "cv", "scoring", "refit",
        "objectives", "at_least", "racing", "resource", "min_resources",
        "max_resources", "factor", "early_stopping",
    )  # fmt: skip
    given = search.get_params(deep=False)
    settings = {
        name: encodable(str(masked(given[name]))) for name in names if name in given
    }
    return settings | {"seed": str(search.tuner_.seed)}
