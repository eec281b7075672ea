"""One hyperparameter: its native values, and where they lie in the unit interval.

Every dimension is frozen and answers the same five questions: which unit a value has
(`to_unit`), which value a unit has (`from_unit`), whether a value belongs
(`contains`), where its centre is (`centre`), and how many values there are
(`n_values`, ``None`` for a continuum; `values` lists them). Values outside are always
native Python (``int``, ``float``, the user's own objects); units are floats in [0, 1].
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from numbers import Integral
from numbers import Real as RealNumber
from typing import Any, Protocol

import numpy as np

__all__ = ["Categorical", "Dimension", "Distribution", "Integer", "Real"]

N_SPLITS = 3  # interior scan lines where the user names none
LARGEST_INT = 2**32  # up to it the units of neighbours differ by more than 1e-12
NO_LIST = "the values of a continuum cannot be listed."
TAIL = 0.01  # an unbounded distribution is searched between its 1 % and 99 % quantiles


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

    def narrowed(self, low: Any, high: Any) -> Any:
        """The part of this dimension between two values, as `param_space` takes it."""
        ...


def is_number(value: Any) -> bool:
    """Whether a value is a real number (booleans are not)."""
    return isinstance(value, RealNumber) and not isinstance(value, bool | np.bool_)


def is_integer(value: Any) -> bool:
    """Whether a value is an integer (booleans are not)."""
    return isinstance(value, Integral) and not isinstance(value, bool | np.bool_)


def _check_n_splits(n_splits: Any) -> int:
    if not is_integer(n_splits):
        raise TypeError(f"n_splits must be an int; got {n_splits!r}.")
    if n_splits < 1:
        raise ValueError(f"n_splits must be at least 1; got {n_splits}.")
    return int(n_splits)


def _is_finite(value: Any) -> bool:
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
            raise TypeError(f"{name} must be a number; got {bound!r}.")
        if not _is_finite(bound):
            raise ValueError(f"{name} must be finite; got {bound}.")
    if not isinstance(log, bool | np.bool_):
        raise TypeError(f"log must be True or False; got {log!r}.")
    if low >= high:
        raise ValueError(
            f"low must be smaller than high; got low={low}, high={high}. "
            "A fixed value is a list of one choice."
        )
    if log and low <= 0:
        raise ValueError(f"a log scale needs low > 0; got low={low}.")


def _range_spec(low: Any, high: Any, log: bool, n_splits: int) -> tuple[Any, ...]:
    """Spell a range as the shortest tuple that `param_space` reads back the same."""
    splits = () if n_splits == N_SPLITS else (n_splits,)
    return (low, high, *splits, *(("log",) if log else ()))


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
        object.__setattr__(self, "n_splits", _check_n_splits(self.n_splits))
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

    def narrowed(self, low: float, high: float) -> Any:
        """``(low, high)`` as a range, or a single choice where nothing is left."""
        if low == high:
            return [low]
        return _range_spec(low, high, self.log, self.n_splits)


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
                    f"{name} must lie within -2**32 and 2**32; got {bound}. "
                    "Use a float range for larger numbers."
                )
            object.__setattr__(self, name, int(bound))
        object.__setattr__(self, "n_splits", _check_n_splits(self.n_splits))
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

    def values(self) -> list[Any]:
        """Every integer of the range."""
        return list(range(self.low, self.high + 1))

    def narrowed(self, low: int, high: int) -> Any:
        """``(low, high)`` as a range, or a single choice where nothing is left."""
        if low == high:
            return [low]
        return _range_spec(low, high, self.log, self.n_splits)


@dataclass(frozen=True)
class Categorical:
    """A choice among given objects.

    Values are handed out as exactly these objects, by identity. A value is recognised
    if it is one of them, or else if it is alike: equal plain values or arrays, equal
    numbers of another type, lists and dicts of such, estimators of one class with
    alike parameters. So a cloned search still knows its own choices.

    Parameters
    ----------
    choices : sequence
        Any Python objects, at least one.
    ordered : bool or None, default=None
        Whether neighbours in the list are alike. None: a strictly increasing or
        decreasing list of numbers is ordered, anything else is not.
    n_splits : int, default=3
        Interior lines that the boundary scan draws if the choices are ordered.

    Raises
    ------
    ValueError
        If there are no choices.
    TypeError
        If `choices` is a string or no sequence.

    Examples
    --------
    >>> Categorical(["gini", "entropy"]).from_unit(0.9)
    'entropy'
    >>> Categorical([1, 10, 100]).is_ordered
    True
    """

    choices: tuple[Any, ...]
    ordered: bool | None = None
    n_splits: int = N_SPLITS
    is_ordered: bool = field(init=False, repr=False, compare=False, default=False)

    def __post_init__(self) -> None:
        choices = _as_choices(self.choices)
        if not choices:
            raise ValueError("a choice needs at least one value; got an empty list.")
        object.__setattr__(self, "choices", choices)
        object.__setattr__(self, "n_splits", _check_n_splits(self.n_splits))
        is_ordered = _is_monotone(choices)
        if self.ordered is not None:
            is_ordered = bool(self.ordered)
            object.__setattr__(self, "ordered", is_ordered)
        object.__setattr__(self, "is_ordered", is_ordered)

    @property
    def n_values(self) -> int | None:
        """Number of choices."""
        return len(self.choices)

    @property
    def centre(self) -> Any:
        """The middle of an ordered choice; the first of any other."""
        return self.choices[(len(self.choices) - 1) // 2 if self.is_ordered else 0]

    def index(self, value: Any) -> int | None:
        """Position of a value among the choices; None if it is not one of them."""
        for same in (_is_same, _is_equal, _is_alike):
            for i, choice in enumerate(self.choices):
                if same(choice, value):
                    return i
        return None

    def _position(self, value: Any) -> int:
        index = self.index(value)
        if index is None:
            raise ValueError(f"{value!r} is not one of the choices {self.choices!r}.")
        return index

    def contains(self, value: Any) -> bool:
        """Whether the value is one of the choices."""
        return self.index(value) is not None

    def native(self, value: Any) -> Any:
        """The choice that equals the value."""
        return self.choices[self._position(value)]

    def to_unit(self, value: Any) -> float:
        """Unit in the middle of the choice's own part of the interval."""
        return (self._position(value) + 0.5) / len(self.choices)

    def from_unit(self, unit: float) -> Any:
        """Choice that owns this unit."""
        size = len(self.choices)
        return self.choices[min(size - 1, max(0, math.floor(unit * size)))]

    def values(self) -> list[Any]:
        """Every choice."""
        return list(self.choices)

    def narrowed(self, low: Any, high: Any) -> Any:
        """The choices from one to another, in their order."""
        return self.only(self.choices[self._position(low) : self._position(high) + 1])

    def only(self, choices: tuple[Any, ...]) -> Any:
        """Some of the choices: a list, or a `Categorical` where a list says less."""
        if self.ordered is None and self.n_splits == N_SPLITS:
            return list(choices)
        return Categorical(choices, self.ordered, self.n_splits)


def _as_choices(choices: Any) -> tuple[Any, ...]:
    if isinstance(choices, str | bytes) or not isinstance(
        choices, Sequence | np.ndarray
    ):
        raise TypeError(f"choices must be a list, tuple or array; got {choices!r}.")
    if isinstance(choices, np.ndarray):
        if choices.ndim != 1:
            raise ValueError(f"an array of choices must be 1-D; got {choices.ndim}-D.")
        choices = choices.tolist()  # native Python values, not numpy scalars
    distinct: dict[Any, Any] = {}
    for choice in choices:
        distinct.setdefault(_identity(choice), choice)
    return tuple(distinct.values())


def _is_same(a: Any, b: Any) -> bool:
    return a is b


def _identity(choice: Any) -> Any:
    """What makes a choice itself: type and value of a plain one, else the object."""
    if isinstance(choice, tuple):
        return tuple, *(_identity(item) for item in choice)
    plain = type(choice) in (str, int, float, bool, bytes)
    return (type(choice), choice) if plain else (object, id(choice))


def _is_equal(a: Any, b: Any) -> bool:
    """Whether both are the same choice."""
    return bool(_identity(a) == _identity(b))


def _is_alike(a: Any, b: Any) -> bool:
    """Whether one may stand for the other: clones, copies, numbers of another type."""
    a, b = (v.item() if isinstance(v, np.generic) else v for v in (a, b))
    if (is_number(a) and is_number(b)) or (
        isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    ):
        return bool(np.array_equal(a, b))
    if type(a) is not type(b) or isinstance(a, type):
        return a is b
    if hasattr(a, "get_params"):
        a, b = a.get_params(deep=False), b.get_params(deep=False)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_is_alike(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_is_alike, a, b))
    return _is_equal(a, b)


def _is_monotone(choices: tuple[Any, ...]) -> bool:
    if len(choices) < 2 or not all(is_number(c) for c in choices):
        return False
    values = [c.item() if isinstance(c, np.generic) else c for c in choices]
    rises = [a < b for a, b in pairwise(values)]
    falls = [a > b for a, b in pairwise(values)]
    return all(rises) or all(falls)


def is_discrete(rv: Any) -> bool:
    """Whether a frozen distribution has a mass function in place of a density."""
    return hasattr(getattr(rv, "dist", rv), "pmf")


def describe(rv: Any) -> str:
    """A frozen scipy distribution as it was written."""
    if not hasattr(rv, "dist"):
        return repr(rv)
    values = [repr(a) for a in rv.args] + [f"{k}={v!r}" for k, v in rv.kwds.items()]
    return f"{rv.dist.name}({', '.join(values)})"


def check_on_integers(rv: Any) -> None:
    """Refuse a discrete distribution whose values are not integers."""
    quantiles = rv.ppf(np.linspace(TAIL, 1.0 - TAIL, 9))
    if np.any(quantiles != np.round(quantiles)):
        raise ValueError(
            f"a discrete distribution must be on the integers; got {describe(rv)}."
        )


@dataclass(frozen=True)
class Distribution:
    """A frozen scipy distribution without two finite bounds, through its quantiles.

    The unit interval is the distribution's probability between its 1 % and 99 %
    quantiles, so that a uniform unit follows the distribution.

    Parameters
    ----------
    rv : frozen scipy distribution
        Continuous or discrete; must have ``ppf`` and ``cdf``.
    n_splits : int, default=3
        Interior lines that the boundary scan draws.

    Raises
    ------
    TypeError
        If `rv` lacks ``ppf`` or ``cdf``.

    Examples
    --------
    >>> from scipy.stats import norm
    >>> Distribution(norm(5, 2)).from_unit(0.5)
    5.0
    """

    rv: Any
    n_splits: int = N_SPLITS

    def __post_init__(self) -> None:
        for method in ("ppf", "cdf"):
            if not callable(getattr(self.rv, method, None)):
                raise TypeError(
                    "a distribution must be bounded or have ppf and cdf "
                    f"(a frozen scipy.stats distribution has); got {self.rv!r}."
                )
        with np.errstate(all="ignore"):  # nonsense parameters are told below
            ends = self.rv.ppf(TAIL), self.rv.ppf(1.0 - TAIL)
        if not all(_is_finite(end) for end in ends):
            raise ValueError(
                "a distribution must have finite quantiles at 1 % and 99 %; "
                f"got {ends} from {describe(self.rv)}."
            )
        if self._is_discrete:
            check_on_integers(self.rv)
        object.__setattr__(self, "n_splits", _check_n_splits(self.n_splits))

    @property
    def _is_discrete(self) -> bool:
        return is_discrete(self.rv)

    @property
    def is_ordered(self) -> bool:
        """Always: numbers have an order."""
        return True

    @property
    def n_values(self) -> int | None:
        """Integers between the two quantiles; None for a continuum."""
        if not self._is_discrete:
            return None
        return int(self.from_unit(1.0) - self.from_unit(0.0)) + 1

    @property
    def centre(self) -> Any:
        """The median."""
        return self.from_unit(0.5)

    def contains(self, value: Any) -> bool:
        """Whether the value is a number between the two quantiles."""
        if not is_number(value) or (self._is_discrete and not is_integer(value)):
            return False
        return bool(self.from_unit(0.0) <= value <= self.from_unit(1.0))

    def native(self, value: Any) -> Any:
        """The value as a float, or an int if discrete."""
        return int(value) if self._is_discrete else float(value)

    def to_unit(self, value: Any) -> float:
        """Unit of a value: where its probability lies between the two quantiles."""
        share = float(self.rv.cdf(value))
        if self._is_discrete:  # the middle of the step
            share = 0.5 * (share + float(self.rv.cdf(value - 1)))
        return min(1.0, max(0.0, (share - TAIL) / (1.0 - 2.0 * TAIL)))

    def from_unit(self, unit: float) -> Any:
        """Quantile at a unit."""
        return self.native(self.rv.ppf(TAIL + unit * (1.0 - 2.0 * TAIL)))

    def values(self) -> list[Any]:
        """Every integer between the two quantiles, if discrete."""
        if not self._is_discrete:
            raise TypeError(NO_LIST)
        return list(range(self.from_unit(0.0), self.from_unit(1.0) + 1))

    def narrowed(self, low: Any, high: Any) -> Any:
        """The distribution if nothing was cut, else what is left as a range."""
        if (low, high) == (self.from_unit(0.0), self.from_unit(1.0)):
            return self.rv if self.n_splits == N_SPLITS else self
        if low == high:
            return [low]
        return _range_spec(low, high, False, self.n_splits)
