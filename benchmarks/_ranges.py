"""A space of plain Python values, read once, for the peers to translate."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Choice", "LogIntegers", "Range", "levels", "read"]


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included."""

    low: float
    high: float
    is_log: bool
    is_int: bool

    def at(self, unit):
        """Value at a place in [0, 1], on the scale of the range."""
        if self.is_log:
            value = self.low * (self.high / self.low) ** unit
        else:
            value = self.low + (self.high - self.low) * unit
        return round(value) if self.is_int else float(value)


@dataclass(frozen=True)
class Choice:
    """One of several values."""

    values: tuple


def read(space):
    """Each parameter's `Range` or `Choice` by name."""
    found = {}
    for name, value in space.items():
        if isinstance(value, list):
            found[name] = Choice(tuple(value))
            continue
        low, high, *scale = value
        is_int = isinstance(low, int) and isinstance(high, int)
        found[name] = Range(low, high, scale == ["log"], is_int)
    return found


def levels(spec, n):
    """So many values, in the middles of as many equal parts; a choice's first ones."""
    if isinstance(spec, Choice):
        return list(spec.values[:n])
    return list(dict.fromkeys(spec.at((k + 0.5) / n) for k in range(n)))


class LogIntegers:
    """Log-uniform integers, as scikit-learn's samplers draw them."""

    def __init__(self, low, high):
        self.low = low
        self.high = high

    def rvs(self, random_state=None):
        """Draw one."""
        rng = (
            np.random.default_rng(random_state)
            if random_state is None
            else random_state
        )
        edges = np.log([self.low - 0.5, self.high + 0.5])
        drawn = round(float(np.exp(rng.uniform(*edges))))
        return int(min(max(drawn, self.low), self.high))
