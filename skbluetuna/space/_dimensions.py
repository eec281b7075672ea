"""One hyperparameter: its native values, and where they lie in the unit interval.

Every dimension is frozen and answers the same five questions: which unit a value has
(`to_unit`), which value a unit has (`from_unit`), whether a value belongs
(`contains`), where its centre is (`centre`), and how many values there are
(`n_values`, ``None`` for a continuum; `values` lists them). Values outside are always
native Python (``int``, ``float``, the user's own objects); units are floats in [0, 1].
"""

import math
from dataclasses import dataclass
from numbers import Integral
from numbers import Real as RealNumber
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Dimension", "Integer", "Real"]

N_SPLITS = 3  # interior scan lines where the user names none
MOST_SPLITS = 1000
MOST_LINES = 50  # more in a tuple of three numbers look like the last of three choices
LONGEST = 200  # of a value in a message
EPSILON = math.ulp(1.0)
FINE = 1e-13  # of the unit interval, a tenth of what tells configurations apart
CLOSE = 1e-13  # relative distance within which exponentials may round to either side
LARGEST_INT = 2**32  # up to it the units of neighbours differ by more than 1e-12
NO_LIST = "the values of a continuum cannot be listed."


class Dimension(Protocol):
    """What the rest of the package may ask of one hyperparameter."""

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring units are neighbouring values."""
        ...

    @property
    def n_values(self) -> int | None:
        """How many values there are; None for a continuum."""
        ...

    @property
    def n_splits(self) -> int:
        """Number of interior lines that the boundary scan draws."""
        ...

    @property
    def centre(self) -> Any:
        """The value that stands for the whole range."""
        ...

    def contains(self, value: Any) -> bool:
        """Whether the value belongs to this dimension."""
        ...

    def native(self, value: Any) -> Any:
        """The value as it is handed out: ``int``, ``float``, or the choice itself."""
        ...

    def to_unit(self, value: Any) -> float:
        """Unit in [0, 1] of a native value."""
        ...

    def from_unit(self, unit: float) -> Any:
        """Native value of a unit in [0, 1]."""
        ...

    def values(self) -> list[Any]:
        """Every value of a finite dimension, in order."""
        ...

    def neighbours(self, value: Any, n: int) -> list[Any]:
        """At most n values on either side of one; none in a continuum."""
        ...

    def narrowed(self, low: Any, high: Any) -> Any:
        """The part of this dimension between two values, as `param_space` takes it."""
        ...


def is_number(value: Any) -> bool:
    """Whether a value is a real number (booleans are not)."""
    return isinstance(value, RealNumber) and not isinstance(value, bool | np.bool_)


def is_integer(value: Any) -> bool:
    """Whether a value is an integer (booleans are not)."""
    return isinstance(value, Integral) and not isinstance(value, bool | np.bool_)


def quoted(value: Any) -> str:
    """A value for a message: short, also where it is long or cannot be written."""
    try:
        text = str(value) if is_number(value) else repr(value)
    except Exception:  # an int of over 4300 digits, an object of the user's own
        return f"a {type(value).__name__}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def check_n_splits(n_splits: Any) -> int:
    if not is_integer(n_splits):
        raise TypeError(f"n_splits must be an int; got {quoted(n_splits)}.")
    if n_splits < 1:
        raise ValueError(f"n_splits must be at least 1; got {quoted(n_splits)}.")
    if n_splits > MOST_SPLITS:
        raise ValueError(
            f"n_splits must be at most {MOST_SPLITS}; got {quoted(n_splits)}."
        )
    return int(n_splits)


def is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond the floats
        return False


def _log_ratio(low: float, high: float) -> float:
    """log(high / low), also where the quotient leaves the floats or is next to one."""
    ratio = high / low
    return math.log(ratio) if ratio < math.inf else math.log(high) - math.log(low)


def _check_bounds(low: Any, high: Any, log: Any) -> None:
    for name, bound in (("low", low), ("high", high)):
        if not is_number(bound):
            raise TypeError(f"{name} must be a number; got {quoted(bound)}.")
        if not is_finite(bound):
            raise ValueError(f"{name} must be finite; got {quoted(bound)}.")
    if not isinstance(log, bool | np.bool_):
        raise TypeError(f"log must be True or False; got {log!r}.")
    if float(low) >= float(high):  # numpy's small floats would overflow
        raise ValueError(
            f"low must be smaller than high; got low={quoted(low)}, "
            f"high={quoted(high)}. Choices are a list, a fixed value is a list of one."
        )
    if log and float(low) <= 0.0:  # a fraction may be above 0 and below all floats
        raise ValueError(f"a log scale needs low > 0; got low={quoted(low)}.")


def range_spec(low: Any, high: Any, log: bool, n_splits: int) -> Any:
    """Spell a range as the shortest thing that `param_space` reads back the same."""
    is_whole = is_integer(low)
    if (is_whole and high - low == 1) or (n_splits > MOST_LINES and not log):
        return (Integer if is_whole else Real)(low, high, log, n_splits)
    splits = () if n_splits == N_SPLITS else (n_splits,)
    return (low, high, *splits, *(("log",) if log else ()))


def integers_beside(dim: Dimension, value: int, n: int) -> list[Any]:
    near = [*range(value - n, value), *range(value + 1, value + n + 1)]
    return [other for other in near if dim.contains(other)]


@dataclass(frozen=True)
class Real:
    """A range of floats.

    Parameters
    ----------
    low, high : float
        Bounds, both included; finite, ``low < high``.
    log : bool, default=False
        Search on a log scale; needs ``low > 0``.
    n_splits : int, default=3
        Interior lines that the boundary scan draws.

    Raises
    ------
    ValueError, TypeError
        If a bound or `n_splits` breaks the rules above.

    Examples
    --------
    >>> Real(0.01, 1.0, log=True).from_unit(0.5)
    0.1
    """

    low: float
    high: float
    log: bool = False
    n_splits: int = N_SPLITS

    def __post_init__(self) -> None:
        _check_bounds(self.low, self.high, self.log)
        object.__setattr__(self, "n_splits", check_n_splits(self.n_splits))
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        object.__setattr__(self, "log", bool(self.log))
        if not self.low < self.high or not math.isfinite(self.high - self.low):
            raise ValueError(
                "the width high - low must be a finite float above 0; "
                f"got low={self.low}, high={self.high}."
            )

    @property
    def is_ordered(self) -> bool:
        """Always: floats have an order."""
        return True

    @property
    def n_values(self) -> int | None:
        """None: a continuum."""
        return None

    @property
    def centre(self) -> float:
        """Middle of the range on its own scale."""
        return self.from_unit(0.5)

    def contains(self, value: Any) -> bool:
        """Whether the value is a number within the bounds."""
        return is_number(value) and self.low <= value <= self.high

    def native(self, value: Any) -> float:
        """The value as a float."""
        return float(value)

    @property
    def is_coarse(self) -> bool:
        """Whether its floats are so few that several units are one value."""
        if self.log:
            return FINE * _log_ratio(self.low, self.high) < EPSILON
        largest = max(abs(self.low), abs(self.high))
        return math.ulp(largest) > FINE * (self.high - self.low)

    def to_unit(self, value: Any) -> float:
        """Unit of a float within the bounds."""
        if self.log:
            unit = _log_ratio(self.low, value) / _log_ratio(self.low, self.high)
        else:
            unit = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, unit))

    def from_unit(self, unit: float) -> float:
        """Float at a unit; the ends are the bounds to the last bit."""
        unit = float(unit)  # a numpy scalar would make the value one too
        if unit <= 0.0 or unit >= 1.0:
            return self.low if unit <= 0.0 else self.high
        if self.log:
            value = math.pow(self.low, 1.0 - unit) * math.pow(self.high, unit)
        else:
            value = self.low * (1.0 - unit) + self.high * unit
        return min(self.high, max(self.low, value))

    def values(self) -> list[Any]:
        """Not for a continuum."""
        raise TypeError(NO_LIST)

    def neighbours(self, value: float, n: int) -> list[Any]:  # noqa: ARG002
        """None: between two floats there are others."""
        return []

    def narrowed(self, low: float, high: float) -> Any:
        """``(low, high)`` as a range, or a single choice where nothing is left."""
        if low == high:
            return [low]
        return range_spec(low, high, self.log, self.n_splits)


@dataclass(frozen=True)
class Integer:
    """A range of integers.

    Each integer owns the part of the unit interval between its half-integers (on a log
    scale, between their logarithms), so that uniform units give uniform integers.

    Parameters
    ----------
    low, high : int
        Bounds, both included; ``low < high``, at most 2**32 in size.
    log : bool, default=False
        Search on a log scale; needs ``low > 0``.
    n_splits : int, default=3
        Interior lines that the boundary scan draws.

    Raises
    ------
    ValueError, TypeError
        If a bound or `n_splits` breaks the rules above.

    Examples
    --------
    >>> [Integer(2, 10).from_unit(u) for u in (0.0, 0.25, 0.5, 0.75, 1.0)]
    [2, 4, 6, 8, 10]
    """

    low: int
    high: int
    log: bool = False
    n_splits: int = N_SPLITS

    def __post_init__(self) -> None:
        _check_bounds(self.low, self.high, self.log)
        for name in ("low", "high"):
            bound = getattr(self, name)
            if not is_integer(bound):
                raise TypeError(f"{name} must be an int; got {bound!r}.")
            if abs(int(bound)) > LARGEST_INT:
                raise ValueError(
                    f"{name} must lie within -2**32 and 2**32; got {quoted(bound)}. "
                    "Use a float range for larger numbers."
                )
            object.__setattr__(self, name, int(bound))
        object.__setattr__(self, "n_splits", check_n_splits(self.n_splits))
        object.__setattr__(self, "log", bool(self.log))

    @property
    def is_ordered(self) -> bool:
        """Always: integers have an order."""
        return True

    @property
    def n_values(self) -> int | None:
        """Number of integers in the range."""
        return self.high - self.low + 1

    @property
    def centre(self) -> int:
        """Middle of the range on its own scale."""
        return self.from_unit(0.5)

    def contains(self, value: Any) -> bool:
        """Whether the value is an integer within the bounds."""
        return is_integer(value) and self.low <= value <= self.high

    def native(self, value: Any) -> int:
        """The value as an int."""
        return int(value)

    def _log_edges(self) -> tuple[float, float]:
        return math.log(self.low - 0.5), math.log(self.high + 0.5)

    def to_unit(self, value: Any) -> float:
        """Unit in the middle of the integer's own part of the interval."""
        if self.log:
            low, high = self._log_edges()
            return (math.log(value) - low) / (high - low)
        return (int(value) - self.low + 0.5) / (self.high - self.low + 1)

    def from_unit(self, unit: float) -> int:
        """Integer that owns this unit."""
        if self.log:
            low, high = self._log_edges()
            value = math.floor(math.exp(low + unit * (high - low)) + 0.5)
        else:
            value = self.low + math.floor(unit * (self.high - self.low + 1))
        return min(self.high, max(self.low, value))

    def snapped(self, units: NDArray[np.float64]) -> NDArray[np.float64]:
        """Units of the integers that own these units."""
        if self.log:
            return self._log_snapped(units)
        n = self.high - self.low + 1
        return np.asarray((np.clip(np.floor(units * n), 0.0, n - 1.0) + 0.5) / n)

    def _log_snapped(self, units: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same on a log scale, to the last bit of `from_unit` and `to_unit`.

        numpy's exponentials may round otherwise than Python's, which decides next to a
        half-integer; and so may its logarithms.
        """
        low, high = self._log_edges()
        ends = np.exp(low + units * (high - low)) + 0.5
        values = np.clip(np.floor(ends), self.low, self.high)
        for k in np.flatnonzero(np.abs(ends - np.rint(ends)) < CLOSE * ends):
            values[k] = self.from_unit(float(units[k]))
        distinct, place = np.unique(values, return_inverse=True)
        return np.array([self.to_unit(value) for value in distinct.tolist()])[place]

    def values(self) -> list[Any]:
        """Every integer of the range."""
        return list(range(self.low, self.high + 1))

    def neighbours(self, value: int, n: int) -> list[Any]:
        """At most n integers on either side."""
        return integers_beside(self, value, n)

    def narrowed(self, low: int, high: int) -> Any:
        """``(low, high)`` as a range, or a single choice where nothing is left."""
        if low == high:
            return [low]
        return range_spec(low, high, self.log, self.n_splits)
