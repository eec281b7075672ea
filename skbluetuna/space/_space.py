"""Named dimensions in their order: dicts of native values <-> rows of the unit cube."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.space._dimensions import Dimension
from skbluetuna.space._parse import parse_dimension

__all__ = ["Space", "grid", "parse_spaces"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, init=False, eq=True)
class Space:
    """A search space: one dimension for each named hyperparameter.

    Parameters
    ----------
    param_space : mapping of str to range, choices, distribution or dimension
        What may be asked, as in `BlueTunaSearchCV`.

    Attributes
    ----------
    names : tuple of str
        The hyperparameters, in the order of the mapping.
    dimensions : tuple
        One `Real`, `Integer`, `Categorical` or distribution for each.

    Raises
    ------
    ValueError, TypeError
        If the mapping is empty or a value is no dimension; the message names it.

    Examples
    --------
    >>> space = Space({"C": (0.01, 100.0, "log"), "kernel": ["rbf", "linear"]})
    >>> space.from_unit([[0.5, 0.9]])
    [{'C': 1.0, 'kernel': 'linear'}]
    >>> space.to_unit([{"C": 100.0, "kernel": "rbf"}])
    array([[1.  , 0.25]])
    """

    names: tuple[str, ...]
    dimensions: tuple[Dimension, ...]

    def __init__(self, param_space: "Mapping[str, Any] | Space") -> None:
        if isinstance(param_space, Space):
            items = list(zip(param_space.names, param_space.dimensions, strict=True))
        elif isinstance(param_space, Mapping):
            items = [(n, parse_dimension(n, s)) for n, s in param_space.items()]
        else:
            raise TypeError(
                "param_space must be a dict of names and values; "
                f"got {type(param_space).__name__}."
            )
        if not items:
            raise ValueError("param_space must name at least one parameter; got {}.")
        object.__setattr__(self, "names", tuple(name for name, _ in items))
        object.__setattr__(self, "dimensions", tuple(dim for _, dim in items))

    def __len__(self) -> int:
        return len(self.names)

    @property
    def size(self) -> int | None:
        """Number of configurations; None if there is a continuum."""
        counts = [dim.n_values for dim in self.dimensions]
        return None if None in counts else math.prod(c or 0 for c in counts)

    def to_unit(self, params: Iterable[Mapping[str, Any]]) -> FloatArray:
        """Unit points of configurations.

        Parameters
        ----------
        params : iterable of n mappings
            Configurations, each with a value of every dimension.

        Returns
        -------
        U : ndarray of shape (n, d)
            Points in the unit cube.

        Raises
        ------
        ValueError
            If a name is missing or unknown, or a value is outside its dimension.
        """
        rows = [[*map(float, self._row(p))] for p in params]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self))

    def _row(self, params: Mapping[str, Any]) -> Iterable[float]:
        if set(params) != set(self.names):
            raise ValueError(
                f"a configuration must name {list(self.names)}; got {list(params)}."
            )
        for name, dim in zip(self.names, self.dimensions, strict=True):
            if not dim.contains(params[name]):
                raise ValueError(
                    f"the value of {name!r} must lie in {dim!r}; got {params[name]!r}."
                )
            yield dim.to_unit(params[name])

    def from_unit(self, U: Any) -> list[dict[str, Any]]:
        """Configurations at unit points: the inverse of `to_unit`.

        Parameters
        ----------
        U : array-like of shape (n, d)
            Points in the unit cube.

        Returns
        -------
        params : list of n dicts
            Native Python values, in the order of the names.
        """
        return [
            {
                name: dim.from_unit(float(u))
                for name, dim, u in zip(self.names, self.dimensions, row, strict=True)
            }
            for row in np.asarray(U, dtype=np.float64)
        ]

    def snap(self, U: FloatArray) -> FloatArray:
        """Move points onto what would be evaluated there.

        Integers and choices move to the middle of their part of the interval; a
        continuum stays. Two rows that snap alike are one configuration.

        Parameters
        ----------
        U : ndarray of shape (n, d)
            Points in the unit cube.

        Returns
        -------
        snapped : ndarray of shape (n, d)
            The same points, moved.
        """
        snapped = np.array(U, dtype=np.float64)
        for j, dim in enumerate(self.dimensions):
            if dim.n_values is not None:
                snapped[:, j] = [dim.to_unit(dim.from_unit(u)) for u in snapped[:, j]]
        return snapped

    def centre(self) -> dict[str, Any]:
        """Return the configuration in the middle of every dimension."""
        return {n: d.centre for n, d in zip(self.names, self.dimensions, strict=True)}


def parse_spaces(param_space: Any) -> tuple[Space, ...]:
    """Read a `param_space` as its alternatives.

    Parameters
    ----------
    param_space : mapping, Space, or sequence of these
        One space, or several alternatives of which each trial belongs to one.

    Returns
    -------
    spaces : tuple of Space
        The alternatives; one for a single mapping.

    Raises
    ------
    ValueError, TypeError
        If it is empty or not readable; the message says which alternative.

    Examples
    --------
    >>> [space.names for space in parse_spaces([{"C": [1, 2]}, {"gamma": (0.1, 1.0)}])]
    [('C',), ('gamma',)]
    """
    if isinstance(param_space, Mapping | Space):
        return (Space(param_space),)
    if not isinstance(param_space, Sequence) or isinstance(param_space, str):
        raise TypeError(
            "param_space must be a dict or a list of dicts; "
            f"got {type(param_space).__name__}."
        )
    if not param_space:
        raise ValueError("param_space must hold at least one alternative; got [].")
    spaces = []
    for i, alternative in enumerate(param_space):
        try:
            spaces.append(Space(alternative))
        except (TypeError, ValueError) as error:
            raise type(error)(f"alternative {i}: {error}") from error
    return tuple(spaces)


def grid(space: Space) -> list[dict[str, Any]]:
    """List every configuration of a finite space, as scikit-learn's ParameterGrid does.

    Names are sorted and the last one varies fastest.
    """
    dims = dict(zip(space.names, space.dimensions, strict=True))
    names = sorted(dims)
    rows = product(*(dims[name].values() for name in names))
    return [dict(zip(names, row, strict=True)) for row in rows]
