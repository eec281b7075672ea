"""Linear algebra on one thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]


@cache
def _controller() -> ThreadpoolController:
    """Made once, as it looks for the libraries that are loaded (2 ms)."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Context, or decorator, in which linear algebra runs on one thread.

    The matrices are small, so that more threads take longer; and their number would
    change the last digits of what is asked.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield
