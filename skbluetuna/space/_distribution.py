"""Frozen scipy distributions: read as ranges, or searched through their quantiles."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skbluetuna.space._dimensions import (
    N_SPLITS,
    NO_LIST,
    check_n_splits,
    integers_beside,
    is_finite,
    is_integer,
    is_number,
    range_spec,
)

__all__ = ["Distribution", "check_on_integers", "describe", "is_discrete"]

TAIL = 0.01  # an unbounded distribution is searched between its 1 % and 99 % quantiles


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
        if not all(is_finite(end) for end in ends):
            raise ValueError(
                "a distribution must have finite quantiles at 1 % and 99 %; "
                f"got {ends} from {describe(self.rv)}."
            )
        if self._is_discrete:
            check_on_integers(self.rv)
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
