"""A limit on the time of a fit, kept where it runs.

In the main thread of a process, as in joblib's processes, an alarm of the system ends
it. In another thread, as in Dask's workers, Python raises an error there as soon as it
comes to its next instruction. Native code that does not come back heeds neither.
"""

import ctypes
import signal
import threading
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
    try:
        with _alarm(seconds) if _has_signals() else _alarm_of_thread(seconds):
            return function(*args, **kwargs)
    except OutOfTimeError:
        return None


def _has_signals() -> bool:
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and hasattr(signal, "setitimer")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise OutOfTimeError

    before = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, max(1e-6, seconds))
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        finally:  # it may have rung here
            signal.signal(signal.SIGALRM, before)
            if left:  # somebody else's, which may ring a little late
                signal.setitimer(signal.ITIMER_REAL, left, interval)


@contextmanager
def _alarm_of_thread(seconds: float) -> Iterator[None]:
    thread, lock, is_over = threading.get_ident(), threading.Lock(), False

    def ring() -> None:
        with lock:
            if not is_over:
                _raise_in(thread, OutOfTimeError)

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            is_over = True
            _raise_in(thread, None)  # if it has rung and was not heard yet
        timer.cancel()


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Let a thread raise an error at its next instruction, or no more."""
    told = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), told)
