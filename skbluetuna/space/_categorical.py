"""A choice among given objects, known by identity and recognised by likeness."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.space._dimensions import (
    N_SPLITS,
    check_n_splits,
    is_number,
    quoted,
)
from skbluetuna.space._likeness import identity, is_alike, native
from skbluetuna.space._positions import Positions

__all__ = ["Categorical"]


@dataclass(frozen=True)
class Categorical:
    """A choice among given objects.

    Values are handed out as exactly these objects, by identity; numpy's numbers and
    strings, also within containers, as Python's own. A value is recognised if it is one
    of them, or else if it is alike: equal plain values or arrays, equal numbers of
    another type, lists and dicts of such, estimators of one class with alike
    parameters. NaN is alike to NaN. So a cloned search still knows its own choices.

    Parameters
    ----------
    choices : sequence
        Any Python objects, at least one.
    ordered : bool or None, default=None
        Whether neighbours in the list are alike. None: a strictly increasing or
        decreasing list of numbers is ordered, anything else is not. None may stand at
        its larger end, as "no limit": ``[4, 8, 16, None]``.
    n_splits : int, default=3
        Interior lines that the boundary scan draws if the choices are ordered.

    Raises
    ------
    ValueError
        If there are no choices, or one holds itself.
    TypeError
        If `choices` is a string or no sequence.

    Notes
    -----
    The units of ordered numbers are half by rank and half by value (by logarithm where
    that spaces them more evenly), so that distances count and no choice is lost in a
    corner.

    Examples
    --------
    >>> Categorical(["gini", "entropy"]).from_unit(0.9)
    'entropy'
    >>> Categorical([1, 10, 100]).is_ordered
    True
    """

    choices: Sequence[Any]
    ordered: bool | None = None
    n_splits: int = N_SPLITS
    is_ordered: bool = field(init=False, repr=False, compare=False, default=False)
    _units: tuple[float, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        choices = _as_choices(self.choices)
        if not choices:
            raise ValueError("a choice needs at least one value; got an empty list.")
        object.__setattr__(self, "choices", choices)
        object.__setattr__(self, "n_splits", check_n_splits(self.n_splits))
        is_ordered = _is_monotone(choices)
        if self.ordered is not None:
            is_ordered = bool(self.ordered)
            object.__setattr__(self, "ordered", is_ordered)
        object.__setattr__(self, "is_ordered", is_ordered)
        object.__setattr__(self, "_units", _units(choices, is_ordered))

    def __eq__(self, other: object) -> bool:
        """Whether the choices are alike, one by one; NaN equals NaN."""
        if not isinstance(other, Categorical):
            return NotImplemented
        own = (len(self.choices), self.ordered, self.n_splits)
        return own == (len(other.choices), other.ordered, other.n_splits) and all(
            map(is_alike, self.choices, other.choices)
        )

    def __hash__(self) -> int:
        return hash((len(self.choices), self.ordered, self.n_splits))

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
        return self._positions.find(value)

    @cached_property
    def _positions(self) -> Positions:
        return Positions(tuple(self.choices), identity, is_alike)

    def __getstate__(self) -> dict[str, Any]:
        # Ids of objects are other ones in another process.
        return {own.name: getattr(self, own.name) for own in fields(self)}

    def _position(self, value: Any) -> int:
        index = self.index(value)
        if index is None:
            raise ValueError(
                f"{quoted(value)} is not one of the choices {quoted(self.choices)}."
            )
        return index

    def contains(self, value: Any) -> bool:
        """Whether the value is one of the choices."""
        return self.index(value) is not None

    def native(self, value: Any) -> Any:
        """The choice that equals the value."""
        return self.choices[self._position(value)]

    def to_unit(self, value: Any) -> float:
        """Unit of the choice, within its own part of the interval."""
        return self._units[self._position(value)]

    def from_unit(self, unit: float) -> Any:
        """Choice whose unit is nearest; of two the later one."""
        return self.choices[bisect_right(self._borders, unit)]

    def snapped(self, units: NDArray[np.float64]) -> NDArray[np.float64]:
        """Units of the choices that own these units."""
        own, borders = self._arrays
        return own[np.searchsorted(borders, units, side="right")]

    @cached_property
    def _borders(self) -> tuple[float, ...]:
        return tuple((a + b) / 2.0 for a, b in pairwise(self._units))

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Units and the borders between them."""
        return np.array(self._units), np.array(self._borders)

    def values(self) -> list[Any]:
        """Every choice."""
        return list(self.choices)

    def neighbours(self, value: Any, n: int) -> list[Any]:
        """At most n choices on either side in the list."""
        at = self._position(value)
        return [*self.choices[max(0, at - n) : at], *self.choices[at + 1 : at + 1 + n]]

    def narrowed(self, low: Any, high: Any) -> Any:
        """The choices from one to another, in their order."""
        return self.only(self.choices[self._position(low) : self._position(high) + 1])

    def only(self, choices: Sequence[Any]) -> Any:
        """Some of the choices: a list, or a `Categorical` where a list says less."""
        if self.ordered is None and self.n_splits == N_SPLITS:
            return list(choices)
        return Categorical(choices, self.ordered, self.n_splits)


def _as_choices(choices: Any) -> tuple[Any, ...]:
    if isinstance(choices, str | bytes) or not isinstance(
        choices, Sequence | np.ndarray
    ):
        raise TypeError(
            f"choices must be a list, tuple or array; got {quoted(choices)}."
        )
    if isinstance(choices, np.ndarray) and choices.ndim != 1:
        raise ValueError(f"an array of choices must be 1-D; got {choices.ndim}-D.")
    distinct: dict[Any, Any] = {}
    for choice in map(native, choices):
        distinct.setdefault(identity(choice), choice)
    return tuple(distinct.values())


def _is_monotone(choices: tuple[Any, ...]) -> bool:
    """Whether choices are numbers that rise or fall, None above the largest."""
    if len(choices) > 2 and choices[-1] is None:
        return _is_monotone(choices[:-1]) and bool(choices[0] < choices[-2])
    if len(choices) > 2 and choices[0] is None:
        return _is_monotone(choices[1:]) and bool(choices[1] > choices[-1])
    if len(choices) < 2 or not all(is_number(c) for c in choices):
        return False
    rises = [a < b for a, b in pairwise(choices)]
    falls = [a > b for a, b in pairwise(choices)]
    return all(rises) or all(falls)


def _units(choices: tuple[Any, ...], is_ordered: bool) -> tuple[float, ...]:
    """Unit of each choice: half by rank and half by value where these are numbers."""
    n = len(choices)
    rank = (np.arange(n) + 0.5) / n
    if not is_ordered or n < 3 or not _is_monotone(choices):
        return tuple(rank.tolist())
    gaps = _gaps([c for c in choices if c is not None])
    if gaps is None or gaps.std() < 1e-9 * gaps.mean():  # as good as even
        return tuple(rank.tolist())
    if choices[-1] is None:
        gaps = np.append(gaps, gaps.mean())
    elif choices[0] is None:
        gaps = np.insert(gaps, 0, gaps.mean())
    by_value = np.append(0.0, np.cumsum(gaps)) / gaps.sum()
    spread = (0.5 + (n - 1) * by_value) / n
    return tuple(((rank + spread) / 2.0).tolist())


def _gaps(numbers: list[Any]) -> NDArray[np.float64] | None:
    """Gaps of numbers or of their logarithms, whichever are more even.

    None where float64 does not tell the numbers apart, or for two.
    """
    try:
        steps = [np.array([float(b - a) for a, b in pairwise(numbers)])]
        if min(numbers) > 0:
            steps.append(np.diff(np.log([float(c) for c in numbers])))
    except OverflowError:
        return None
    steps = [np.abs(step) for step in steps]
    usable = [s for s in steps if (s > 0.0).all() and s.max() < 1e300]
    if len(numbers) < 3 or not usable:
        return None
    return min(usable, key=lambda gaps: float(gaps.std() / gaps.mean()))
