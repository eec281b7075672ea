"""Linear algebra on one thread."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]


@cache
def _controller() -> ThreadpoolController:
    """Made once, as it looks for the libraries that are loaded (2 ms)."""
    return ThreadpoolController()


@cache
def _lock(pid: int) -> RLock:  # noqa: ARG001
    """One lock for each process: a fork must not wait for a thread it does not have."""
    return RLock()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Context, or decorator, in which linear algebra runs on one thread.

    The matrices are small, so that more threads take longer; and their number would
    change the last digits of what is asked.

    The limit is that of the whole process, so one thread of Python is inside at a time:
    of two that overlap the first to leave would lift the limit of the second, and the
    second would put back the limit that it had found.
    """
    with _lock(os.getpid()), _controller().limit(limits=1, user_api="blas"):
        yield
