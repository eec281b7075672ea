"""How much time a search has left."""

import time

__all__ = ["Clock"]


class Clock:
    """Seconds left.

    Parameters
    ----------
    max_time : float or None
        Seconds that evaluations may take; None for no limit.
    """

    def __init__(self, max_time: float | None) -> None:
        self._end = None if max_time is None else time.monotonic() + max_time

    @property
    def left(self) -> float | None:
        """Seconds until the end, 0 after it; None without one."""
        if self._end is None:
            return None
        return max(0.0, self._end - time.monotonic())

    @property
    def is_up(self) -> bool:
        """Whether time is up."""
        return self.left == 0.0
