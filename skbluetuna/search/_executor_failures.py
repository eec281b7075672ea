"""Failures of the executor, which are no fault of a fit, and are tried again.

A worker that is killed, a host that is lost or a cluster that goes away costs the
folds that it had, which fresh workers evaluate to the same scores. A fold that kills
its worker each time, while the workers do other tasks, has itself to blame.
"""

import re
import traceback
from concurrent.futures import BrokenExecutor, CancelledError

__all__ = ["ExecutorLostError", "first_line", "is_death", "is_executor_failure"]

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


def first_line(error: BaseException) -> str:
    """What an error says, in one line."""
    return f"{type(error).__name__}: {error}".strip().partition("\n")[0]


def _is_of_a_closed_client(error: BaseException) -> bool:
    """Whether Dask says, by a plain RuntimeError, that it lost its scheduler."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    module = "" if place is None else str(place.tb_frame.f_globals.get("__name__"))
    return isinstance(error, RuntimeError) and module.startswith("distributed.")
