"""Numbers on an even grid, as other packages have them: low, low + step, .."""

from typing import Any, NamedTuple

from skbluetuna.space import LARGEST_INT, Dimension, Integer, Real

__all__ = ["Steps"]


class Steps(NamedTuple):
    """The numbers ``low + k * step`` for k = 0 .. n; their positions are searched."""

    low: Any
    step: Any
    n: int

    @property
    def dimension(self) -> Dimension:
        """The positions, as a dimension."""
        is_int = self.n <= LARGEST_INT
        return Integer(0, self.n) if is_int else Real(0.0, float(self.n))

    def position(self, value: Any) -> int:
        """Position of a number."""
        position: int = round((value - self.low) / self.step)
        return position

    def value(self, position: Any) -> Any:
        """Number at a position, an int if low and step are."""
        return self.low + round(position) * self.step
