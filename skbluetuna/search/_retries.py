"""Failures of the executor, which are no fault of a fit, and are tried again.

A worker that is killed, a host that is lost or a cluster that goes away costs a batch,
which a fresh set of workers evaluates to the same scores. A task that kills its worker
each time, while the workers do other tasks, has itself to blame.
"""

import logging
import re
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError
from typing import TypeVar

__all__ = ["ExecutorLostError", "Retries", "is_death", "is_executor_failure"]

logger = logging.getLogger("skbluetuna")

Result = TypeVar("Result")

# Dask's FutureCancelledError is a CancelledError; its CommClosedError, and what it
# raises where it finds no scheduler or no worker, are OSErrors.
FAILURES = (BrokenExecutor, CancelledError, OSError)
# Those of packages that are not imported here, by the names of their classes.
NAMED_FAILURES = {
    ("distributed", "ClosedClientError"),
    ("distributed", "KilledWorker"),
    ("distributed", "NoValidWorkerError"),
    ("ray", "LocalRayletDiedError"),
    ("ray", "NodeDiedError"),
    ("ray", "ObjectLostError"),
    ("ray", "OutOfMemoryError"),  # Ray ends a worker before the memory does
    ("ray", "RayActorError"),  # of which ActorDiedError and ActorUnavailableError
    ("ray", "WorkerCrashedError"),
}
# Those that say that a worker died over a task, not that it could not be reached.
DEATHS = {
    ("concurrent", "BrokenExecutor"),  # of which loky's TerminatedWorkerError
    ("distributed", "KilledWorker"),
    ("ray", "OutOfMemoryError"),
    ("ray", "RayActorError"),
    ("ray", "WorkerCrashedError"),
}
IN_A_FIT = re.compile(r", in _fit_and_score$", re.MULTILINE)


class ExecutorLostError(Exception):
    """The executor failed again and again; the cause is its last error."""


class Retries:
    """How often an executor is tried again.

    Parameters
    ----------
    n_retries : int
        Most times that one task is repeated.
    renew_workers : callable
        What is done before that; the executor may fail in it too.
    may_retry : callable
        Whether there is time for it.
    probe : callable
        A harmless task, which fails where there is no executor.
    """

    def __init__(
        self,
        n_retries: int,
        renew_workers: Callable[[], None] = lambda: None,
        may_retry: Callable[[], bool] = lambda: True,
        probe: Callable[[], None] = lambda: None,
    ) -> None:
        self._n_retries, self._may_retry = n_retries, may_retry
        self._renew_workers, self._probe = renew_workers, probe
        self._is_broken = False

    def run(self, task: Callable[[], Result]) -> Result:
        """Do a task, again if the executor fails.

        Parameters
        ----------
        task : callable
            The task.

        Returns
        -------
        result
            What the task returns.

        Raises
        ------
        ExecutorLostError
            If the executor fails in the last try too.
        """
        n_left = self._n_retries
        while True:
            try:
                if self._is_broken:
                    self._renew_workers()
                    self._is_broken = False
                return task()
            except Exception as error:
                if not is_executor_failure(error):
                    raise
                self._is_broken = True
                what = _first_line(error)
                if n_left == 0 or not self._may_retry():
                    raise ExecutorLostError(what) from error
                logger.warning(
                    "the executor failed (%s); the batch is evaluated again, "
                    "%d times more at most", what, n_left,
                )  # fmt: skip
            n_left -= 1

    def run_suspect(self, task: Callable[[], object]) -> str | None:
        """Do a task that may have killed its workers, once, and tell if it does.

        It has itself to blame if the executor does a harmless task before and after.

        Parameters
        ----------
        task : callable
            The task.

        Returns
        -------
        reason : str or None
            What the executor said; None if the task is done.

        Raises
        ------
        ExecutorLostError
            If the executor does nothing else either, or time is up.
        """
        if self._is_broken:
            self._renew()
        try:
            task()
        except Exception as error:
            if not is_executor_failure(error):
                raise
            self._is_broken = True
            if not is_death(error):
                raise ExecutorLostError(_first_line(error)) from error
            self._renew()
            return _first_line(error)
        return None

    def _renew(self) -> None:
        """Mend the executor, and see it do a harmless task."""
        if not self._may_retry():
            raise ExecutorLostError("time is up")
        try:
            self._renew_workers()
            self._probe()
            self._is_broken = False
        except Exception as error:
            if not is_executor_failure(error):
                raise
            raise ExecutorLostError(_first_line(error)) from error


def is_executor_failure(error: BaseException) -> bool:
    """Tell whether an error is the executor's own, such that trying again may help.

    Parameters
    ----------
    error : BaseException
        What came out of the parallel evaluation.

    Returns
    -------
    is_executor_failure : bool
        False for errors that were raised within a fit, here or in a worker, and for
        tasks and results that could not be read where they arrived.
    """
    if isinstance(error, BrokenExecutor) and error.__cause__ is not None:
        return False  # loky breaks over what it cannot read, and names it as the cause
    is_named = isinstance(error, FAILURES) or _names(error) & NAMED_FAILURES
    if not (is_named or _is_of_a_closed_client(error)):
        return False
    # Errors from workers bring the text of their traceback along as their cause.
    return not IN_A_FIT.search("".join(traceback.format_exception(error)))


def is_death(error: BaseException | None) -> bool:
    """Tell whether an executor's failure is that a worker died over its task.

    What else fails (a full disk, a lost scheduler) would fail for every task.
    """
    return error is not None and bool(_names(error) & DEATHS)


def _names(error: BaseException) -> set[tuple[str, str]]:
    """Classes of an error, each by its package and its name."""
    return {
        (cls.__module__.partition(".")[0], cls.__name__) for cls in type(error).__mro__
    }


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".strip().partition("\n")[0]


def _is_of_a_closed_client(error: BaseException) -> bool:
    """Whether Dask says, by a plain RuntimeError, that it lost its scheduler."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    module = "" if place is None else str(place.tb_frame.f_globals.get("__name__"))
    return isinstance(error, RuntimeError) and module.startswith("distributed.")
