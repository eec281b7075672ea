"""How much time a search has left."""

import time

import numpy as np

__all__ = ["Clock"]


class Clock:
    """Seconds left, and how many evaluations fit into them.

    Parameters
    ----------
    max_time : float or None
        Seconds that evaluations may take; None for no limit.
    """

    def __init__(self, max_time: float | None) -> None:
        self._end = None if max_time is None else time.monotonic() + max_time
        self._costs: list[float] = []  # wall seconds of each evaluation

    def record(self, n: int, seconds: float) -> None:
        """Note what n evaluations took together."""
        self._costs += [seconds / n] * n

    def room(self, n: int | None) -> int | None:
        """Bound how many to start now so that the last alone ends too late.

        The first evaluation is made alone, to learn what one costs. 0 when time is up.
        """
        if self._end is None:
            return n
        left = self._end - time.monotonic()
        if left <= 0.0:
            return 0
        if not self._costs:
            return 1
        most = int(min(2**31, left / max(1e-9, float(np.median(self._costs))))) + 1
        return most if n is None else min(n, most)
