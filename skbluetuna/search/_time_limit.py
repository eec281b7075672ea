"""A limit on the time of a fit, kept where it runs.

In the main thread of a process, as in joblib's processes, an alarm of the system ends
it. In another thread, as in Dask's workers, Python raises an error there as soon as it
comes to its next instruction. Native code that does not come back heeds neither.
"""

import ctypes
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["within"]


class OutOfTimeError(BaseException):
    """Time is up; not an ``Exception``, which a fit may catch."""


def within(
    seconds: float, mark: str | None, function: Callable[..., Any], *args: Any,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """Call a function, for so long and no longer.

    Parameters
    ----------
    seconds : float
        The limit.
    mark : str or None
        A file that is made when it begins.
    function : callable
        What is called.
    *args, **kwargs : as the function takes them
        Its arguments.

    Returns
    -------
    result : object or None
        What it returns; None if it takes longer.
    """
    if mark is not None:
        Path(mark).touch()

    class OwnError(OutOfTimeError):
        """The end of this time, not of one that holds for more."""

    alarm = _alarm if _has_signals() else _alarm_of_thread
    try:
        with alarm(seconds, OwnError):
            return function(*args, **kwargs)
    except OwnError:
        return None


def _has_signals() -> bool:
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and hasattr(signal, "setitimer")


@contextmanager
def _alarm(seconds: float, error: type[BaseException]) -> Iterator[None]:
    """Raise the error in this thread, the main one, when time is up.

    An alarm of somebody else, such as that of a search around this one, rings when it
    would have.
    """
    began, outer = time.monotonic(), signal.getsignal(signal.SIGALRM)
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0.0)
    is_ours = not left or seconds < left

    def ring(number: int, frame: FrameType | None) -> None:
        if is_ours or not callable(outer):
            raise error
        outer(number, frame)

    signal.signal(signal.SIGALRM, ring)
    first = seconds if is_ours else left
    signal.setitimer(signal.ITIMER_REAL, max(1e-6, first))
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        finally:  # it may have rung here
            signal.signal(signal.SIGALRM, outer)
            if left:
                rest = left - (time.monotonic() - began)
                signal.setitimer(signal.ITIMER_REAL, max(1e-6, rest), interval)


@contextmanager
def _alarm_of_thread(seconds: float, error: type[BaseException]) -> Iterator[None]:
    """Raise the error in this thread when time is up and Python gets round to it."""
    thread, lock = threading.get_ident(), threading.Lock()
    has_rung = is_over = is_heard = False

    def ring() -> None:
        nonlocal has_rung
        with lock:
            if not is_over:
                has_rung = True
                _raise_in(thread, error)

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    except error:
        is_heard = True
        raise
    finally:
        with lock:
            is_over = True
            if has_rung and not is_heard:
                _raise_in(thread, None)
        timer.cancel()


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Let a thread raise an error at its next instruction, or no more."""
    told = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), told)
