"""Configurations of a past search as points of another space."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna.past._keys import Said, said
from skbluetuna.space import Categorical, Space, is_number

__all__ = ["Translated", "Translation"]

FloatArray = NDArray[np.float64]


class Translated(NamedTuple):
    """Configurations of a past search, as far as the space has a place for them."""

    rows: NDArray[np.intp]  # which they are, (n,)
    units: FloatArray  # (n, d), clipped into the ranges
    is_inside: NDArray[np.bool_]  # which lay within them, (n,)
    dimensions: tuple[int, ...]  # what the past search knew of the parameters


class Translation:
    """From parameters by name to points of a space.

    A number outside a range is clipped to its end. A choice is known by what it says of
    itself; a configuration with one that the space has not has no place, nor has one
    that breaks a relation of the space. What the past
    search did not have stands where the reference does, and what does not apply by the
    conditions of the space where such parameters stand.

    Parameters
    ----------
    space : Space
        The space.
    reference : ndarray of shape (d,)
        Where this search begins.
    """

    def __init__(self, space: Space, reference: FloatArray) -> None:
        self._space, self._reference = space, reference
        self._known = [
            {said(name, one): one for one in reversed(dim.choices)}
            if isinstance(dim, Categorical)
            else {}
            for name, dim in zip(space.names, space.dimensions, strict=True)
        ]

    def of(self, names: Sequence[str], rows: Sequence[Sequence[Said]]) -> Translated:
        """Places of configurations, of parameters by these names."""
        columns = {name: k for k, name in enumerate(names)}
        units = np.tile(self._reference, (len(rows), 1))
        inside = np.ones(len(rows), dtype=bool)
        has_place = np.ones(len(rows), dtype=bool)
        known = []
        for j, name in enumerate(self._space.names):
            if name not in columns:
                continue
            keys = [row[columns[name]] for row in rows]
            places = [None if key is None else self._unit(j, key) for key in keys]
            if any(place is not None for place in places):
                known.append(j)
            for i, (key, place) in enumerate(zip(keys, places, strict=True)):
                if place is not None:
                    units[i, j], is_within = place
                    inside[i] &= is_within
                elif key is not None:
                    has_place[i] = False
        found = np.flatnonzero(has_place)
        settled = self._space.snap(units[found]) if len(found) else units[found]
        if self._space.relations:  # what breaks one is no configuration of the space
            holds = self._space.feasible(settled)
            found, settled = found[holds], settled[holds]
        return Translated(found, settled, inside[found], tuple(known))

    def _unit(self, j: int, key: Any) -> tuple[float, bool] | None:
        """Unit of a key, and whether it lay within the range; None without a place."""
        dim: Any = self._space.dimensions[j]
        if isinstance(dim, Categorical):
            return _unit_of_choice(dim, self._known[j], key)
        if not is_number(key):
            return None
        low, high = dim.from_unit(0.0), dim.from_unit(1.0)
        nearest = min(max(key, low), high)
        is_within = nearest == key
        value = round(nearest) if isinstance(low, int) else float(nearest)
        if not dim.contains(value):  # a gap of a discrete distribution
            return None
        return float(dim.to_unit(dim.native(value))), is_within


def _unit_of_choice(
    dim: Categorical, known: Mapping[Said, Any], key: Said
) -> tuple[float, bool] | None:
    if key in known:
        return float(dim.to_unit(known[key])), True
    numbers = [one for one in dim.choices if is_number(one)]
    if not dim.is_ordered or len(numbers) < len(dim.choices) or not is_number(key):
        return None
    nearest = min(numbers, key=lambda one: abs(one - key))
    return float(dim.to_unit(nearest)), min(numbers) <= key <= max(numbers)
