"""Frozen scipy distributions: read as ranges, or searched through their quantiles."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rv_discrete

from skbluetuna.space._dimensions import (
    LARGEST_INT,
    N_SPLITS,
    NO_LIST,
    check_n_splits,
    integers_beside,
    is_finite,
    is_integer,
    is_number,
    range_spec,
)

__all__ = ["Distribution", "check_on_integers", "rv_text", "is_discrete"]

MOST_TERMS = 10**6  # of a sum that scipy takes over the integers, in one array
TAIL = 0.01  # an unbounded distribution is searched between its 1 % and 99 % quantiles


def is_discrete(rv: Any) -> bool:
    """Whether a frozen distribution has a mass function in place of a density."""
    return hasattr(getattr(rv, "dist", rv), "pmf")


def rv_text(rv: Any) -> str:
    """A frozen scipy distribution as it was written."""
    if not hasattr(rv, "dist"):
        return repr(rv)
    values = [repr(a) for a in rv.args] + [f"{k}={v!r}" for k, v in rv.kwds.items()]
    return f"{rv.dist.name}({', '.join(values)})"


def check_on_integers(rv: Any) -> None:
    """Refuse a discrete distribution whose values are not integers."""
    support = getattr(rv, "support", None)
    ends = [end for end in (support() if callable(support) else ()) if is_finite(end)]
    values = ends or [quantile(rv, q) for q in (0.1, 0.5, 0.9)]
    if not ends and has_no_formula(rv):  # then the quantiles are integers anyway
        values = [v + 0.5 for v in values if rv.cdf(v) != rv.cdf(v + 0.5)]
    if any(v != round(v) for v in values):
        raise ValueError(
            f"a discrete distribution must be on the integers; got {rv_text(rv)}."
        )


def has_no_formula(rv: Any) -> bool:
    """Whether scipy searches for the quantiles of a discrete distribution."""
    own = getattr(type(getattr(rv, "dist", rv)), "_ppf", None)
    return own is rv_discrete._ppf


def quantile(rv: Any, q: float) -> Any:
    """The q-quantile.

    Where scipy knows no formula for a discrete one it searches among sums of
    probabilities, over as many integers as memory holds, and may end in an error. Here
    the search has bounds, and is of integers only.
    """
    if not has_no_formula(rv):
        return rv.ppf(q)
    return _smallest(rv, q, *map(float, rv.support()))


def _smallest(rv: Any, q: float, start: float, end: float) -> Any:
    """Smallest integer up to which the probability is at least q; NaN for nonsense."""
    if np.isnan(start) or np.isnan(rv.cdf(max(start, 0.0))):
        return np.nan
    low, step = int(max(start, -10.0)), 10
    while low > start and rv.cdf(low) >= q:
        low, step = int(max(start, low - step)), 2 * step
    high, step = low + 10, 10
    while high < end and rv.cdf(high) < q:
        if high - low > MOST_TERMS:
            return np.inf
        high, step = high + step, 2 * step
    low -= 1  # whose probability is below q
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rv.cdf(middle) < q else (low, middle)
    return high


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
    ValueError
        If the quantiles are not finite, or too large to be told apart.

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
            ends = [float(quantile(self.rv, q)) for q in (TAIL, 1.0 - TAIL)]
        if not all(is_finite(end) for end in ends):
            raise ValueError(
                "a distribution must have finite quantiles at 1 % and 99 %"
                + (f", within some {MOST_TERMS} integers" if self._is_discrete else "")
                + f"; got {ends} from {rv_text(self.rv)}. A range such as "
                "(1, 1000, 'log') has no tail."
            )
        if self._is_discrete:
            check_on_integers(self.rv)
            if max(map(abs, ends)) > LARGEST_INT:
                raise ValueError(
                    "a discrete distribution must lie within -2**32 and 2**32, but for "
                    f"its tails; got {ends} from {rv_text(self.rv)}. Use a float "
                    "range for larger numbers."
                )
        object.__setattr__(self, "n_splits", check_n_splits(self.n_splits))

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
        share = self._share(value)
        if self._is_discrete:  # the middle of the step
            share = 0.5 * (share + self._share(value - 1))
        return min(1.0, max(0.0, (share - TAIL) / (1.0 - 2.0 * TAIL)))

    def from_unit(self, unit: float) -> Any:
        """Quantile at a unit."""
        share = TAIL + unit * (1.0 - 2.0 * TAIL)
        if self._steps is None:
            return self.native(self.rv.ppf(share))
        place = int(np.searchsorted(self._steps[1], share, side="left"))
        return self._steps[0] + min(place, len(self._steps[1]) - 1)

    def _share(self, value: Any) -> float:
        """How much probability lies up to a value; a sum is remembered."""
        if self._steps is None:
            return float(self.rv.cdf(value))
        if value not in self._sums:
            self._sums[value] = float(self.rv.cdf(value))
        return self._sums[value]

    @cached_property
    def _sums(self) -> dict[Any, float]:
        return {}

    @cached_property
    def _steps(self) -> tuple[int, NDArray[np.float64]] | None:
        """First integer, and how much probability lies up to each from there.

        Made once where scipy would sum up for each quantile.
        """
        if not has_no_formula(self.rv):
            return None
        low, high = (int(quantile(self.rv, q)) for q in (TAIL, 1.0 - TAIL))
        mass = self.rv.pmf(np.arange(low, high + 1))
        return low, float(self.rv.cdf(low - 1)) + np.cumsum(mass)

    def __getstate__(self) -> dict[str, Any]:
        return {"rv": self.rv, "n_splits": self.n_splits}

    def values(self) -> list[Any]:
        """Every integer between the two quantiles, if discrete."""
        if not self._is_discrete:
            raise TypeError(NO_LIST)
        return list(range(self.from_unit(0.0), self.from_unit(1.0) + 1))

    def neighbours(self, value: Any, n: int) -> list[Any]:
        """At most n integers on either side; none in a continuum."""
        return integers_beside(self, value, n) if self._is_discrete else []

    def narrowed(self, low: Any, high: Any) -> Any:
        """The distribution if nothing was cut, else what is left as a range."""
        if (low, high) == (self.from_unit(0.0), self.from_unit(1.0)):
            return self.rv if self.n_splits == N_SPLITS else self
        if low == high:
            return [low]
        return range_spec(low, high, False, self.n_splits)
