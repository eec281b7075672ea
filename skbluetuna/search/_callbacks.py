"""Callbacks of scikit-learn: they are told of folds, and may stop a search."""

from collections.abc import Callable
from typing import Any, Protocol

from skbluetuna.history import Trial
from skbluetuna.search._sklearn import (
    HAS_CALLBACKS,
    FitData,
    backend_name,
    begin_callbacks,
    callbacks_set_on,
    for_worker,
    forget_subtask,
    runs_here,
)

__all__ = ["Callbacks", "NoCallbacks", "SearchCallbacks", "callbacks_of"]

FOLD = "candidate-split-evaluation"  # scikit-learn's name of a fold's task
LOCAL_BACKENDS = (
    "SequentialBackend", "ThreadingBackend", "LokyBackend", "MultiprocessingBackend",
)  # fmt: skip


class Callbacks(Protocol):
    """Whom a fit tells how far it has come."""

    def begin_search(self, n_candidates: int, n_splits: int) -> None:
        """Begin the search, of so many candidates at most."""
        ...

    def begin(self, trial: Trial) -> None:
        """Begin a candidate."""
        ...

    def context(self, trial: Trial, fold: int) -> Any:
        """Context in which a fold is evaluated, or None."""
        ...

    def fold_ends(self, trial: Trial, fold: int) -> None:
        """Hear that a fold is evaluated."""
        ...

    def end(self, trial: Trial) -> bool:
        """End a candidate; return whether a callback asks to stop."""
        ...

    def stay_here(self) -> None:
        """Send no contexts from now on, as if workers were elsewhere."""
        ...

    def report(self, results: Callable[[], Any]) -> None:
        """Tell callbacks that want to know of all rows so far."""
        ...

    def end_search(self) -> None:
        """End the search."""
        ...

    def refit(self, estimator: Any, fit: Callable[[], None]) -> None:
        """Refit the best estimator, and tell its callbacks."""
        ...

    def end_fit(self) -> None:
        """End the fit."""
        ...


def callbacks_of(search: Any, data: FitData) -> Callbacks:
    """Begin a fit, where scikit-learn has callbacks (from 1.9 on).

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    data : FitData
        What it is fitted to.
    """
    return SearchCallbacks(search, data) if HAS_CALLBACKS else NoCallbacks()


class NoCallbacks:
    """Callbacks of a scikit-learn that has none."""

    def begin_search(self, n_candidates: int, n_splits: int) -> None:
        """Nobody is told."""

    def begin(self, trial: Trial) -> None:
        """Nobody is told."""

    def context(self, trial: Trial, fold: int) -> Any:  # noqa: ARG002
        """No context for any fold."""
        return None

    def fold_ends(self, trial: Trial, fold: int) -> None:
        """Nobody is told."""

    def end(self, trial: Trial) -> bool:  # noqa: ARG002
        """Nobody asks to stop."""
        return False

    def stay_here(self) -> None:
        """Nothing is sent."""

    def report(self, results: Callable[[], Any]) -> None:
        """Nobody wants to know."""

    def end_search(self) -> None:
        """Nobody is told."""

    def refit(self, estimator: Any, fit: Callable[[], None]) -> None:  # noqa: ARG002
        """Refit."""
        fit()

    def end_fit(self) -> None:
        """Nobody is told."""


class SearchCallbacks:
    """Tasks as in ``GridSearchCV``: one for the search, below it one for each fold.

    In one process the folds' contexts go to scikit-learn, which ignores their requests
    to stop; they are noted here. Contexts also travel to workers on this machine, whose
    requests do not come back: a further task for each candidate asks here. Other hosts
    are not sent any, as scikit-learn's callbacks break there: each of their folds is
    reported from here when it is done.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    data : FitData
        What it is fitted to.
    """

    def __init__(self, search: Any, data: FitData) -> None:
        weight = data.params.get("sample_weight")
        metadata = None if weight is None else {"sample_weight": weight}
        self._search = search
        self._told = {
            "estimator": search, "X": data.X, "y": data.y, "metadata": metadata,
        }  # fmt: skip
        self._root = begin_callbacks(search).call_on_fit_task_begin(**self._told)
        self._candidates: dict[int, Any] = {}  # tasks of those that have begun
        self._told_there: set[tuple[int, int]] = set()  # folds, by their own contexts
        self._stops: list[bool] = []

    def begin_search(self, n_candidates: int, n_splits: int) -> None:
        """Begin the search, of so many candidates at most."""
        self._n_splits = n_splits
        self._is_local = backend_name() in LOCAL_BACKENDS
        self._is_here = runs_here(self._search.n_jobs)
        with_candidate = self._is_local and not self._is_here
        self._n_tasks = n_splits + with_candidate  # of a candidate
        self._task = self._root.subcontext(
            task_name="search",
            max_subtasks=n_candidates * self._n_tasks,
            sequential_subtasks=False,
        ).call_on_fit_task_begin(estimator=self._search)

    def begin(self, trial: Trial) -> None:
        """Begin a candidate."""
        self._candidates[trial.number] = None
        if self._n_tasks > self._n_splits:
            task = self._leaf(trial, self._n_splits, trial.stage)
            task.call_on_fit_task_begin(estimator=self._search)
            self._candidates[trial.number] = task

    def context(self, trial: Trial, fold: int) -> Any:
        """Context in which a fold is evaluated; None where workers are elsewhere."""
        if not self._is_local:
            return None
        leaf = self._leaf(trial, fold, FOLD)
        self._told_there.add((trial.number, fold))
        return HeardContext(leaf, self._stops) if self._is_here else for_worker(leaf)

    def stay_here(self) -> None:
        """Send no contexts and callbacks from now on, as if workers were elsewhere.

        A worker that dies while it calls on a scikit-learn callback may take the thread
        along that answers here, and all that call later would wait for ever. Contexts
        of folds that were not evaluated are given up, as there is one place for each.
        """
        self._is_local = False
        for number, fold in self._told_there:
            forget_subtask(self._task, number * self._n_tasks + fold)
        self._told_there = set()

    def fold_ends(self, trial: Trial, fold: int) -> None:
        """Report a fold that was not evaluated under a context of its own."""
        place = trial.number, fold
        if place in self._told_there:
            self._told_there.remove(place)
            return
        leaf = self._leaf(trial, fold, FOLD)
        leaf.call_on_fit_task_begin(estimator=self._search)
        self._stops.append(leaf.call_on_fit_task_end(estimator=self._search))

    def end(self, trial: Trial) -> bool:
        """End a candidate; return whether a callback asks to stop."""
        task = self._candidates.pop(trial.number)
        if task is not None:
            self._stops.append(task.call_on_fit_task_end(estimator=self._search))
        return any(self._stops)

    def report(self, results: Callable[[], Any]) -> None:
        """Tell callbacks that want to know, such as trackers, of all rows so far."""
        hear = [
            callback.on_evaluations
            for callback in callbacks_set_on(self._search)
            if hasattr(callback, "on_evaluations")
        ]
        if hear:
            rows = results()
            for one in hear:
                one(self._search, rows)

    def end_search(self) -> None:
        """End the search's task."""
        self._task.call_on_fit_task_end(estimator=self._search)

    def refit(self, estimator: Any, fit: Callable[[], None]) -> None:
        """Refit the best estimator, and tell its callbacks."""
        task = self._root.subcontext(task_name="refit-with-best-params")
        with task.propagate_callback_context(estimator):
            task.call_on_fit_task_begin(**self._told)
            fit()
        task.call_on_fit_task_end(**self._told)

    def end_fit(self) -> None:
        """End the fit's task."""
        self._root.call_on_fit_task_end(**self._told)

    def _leaf(self, trial: Trial, place: int, name: str) -> Any:
        """A leaf of the search's task, at its own place."""
        return self._task.subcontext(
            task_name=name, task_id=trial.number * self._n_tasks + place
        )


class HeardContext:
    """A callback context whose requests to stop are noted.

    Parameters
    ----------
    context : CallbackContext
        The context.
    stops : list of bool
        Where they are noted.
    """

    def __init__(self, context: Any, stops: list[bool]) -> None:
        self._context, self._stops = context, stops

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def call_on_fit_task_begin(
        self, *, estimator: Any, X: Any = None, y: Any = None, metadata: Any = None
    ) -> "HeardContext":
        """Pass the beginning on."""
        self._context.call_on_fit_task_begin(
            estimator=estimator, X=X, y=y, metadata=metadata
        )
        return self

    def call_on_fit_task_end(
        self, *, estimator: Any, X: Any = None, y: Any = None, metadata: Any = None
    ) -> Any:
        """Pass the end on, and note the answer."""
        stop = self._context.call_on_fit_task_end(
            estimator=estimator, X=X, y=y, metadata=metadata
        )
        self._stops.append(stop)
        return stop
