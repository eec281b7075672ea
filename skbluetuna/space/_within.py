"""Unit points and configurations of a space beside its relations."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._hidden import HIDDEN, hides
from skbluetuna.space._dimensions import quoted
from skbluetuna.space._relations import KnownValues, Relation

if TYPE_CHECKING:
    from skbluetuna.space._space import Space

__all__ = ["broken_by", "excess", "satisfied"]

FloatArray = NDArray[np.float64]


def satisfied(space: "Space", U: FloatArray) -> NDArray[np.bool_]:
    """Which relations of a space hold at unit points.

    Parameters
    ----------
    space : Space
        The space.
    U : ndarray of shape (n, d)
        Points as `Space.snap` moves them: what counts is what would be evaluated.

    Returns
    -------
    holds : ndarray of shape (n, k), bool
        A column for each relation.
    """
    each = [one.holds_each(own) for one, own in _columns(space, U)]
    return np.array(each, dtype=np.bool_).reshape(len(each), len(U)).T


def excess(space: "Space", U: FloatArray) -> FloatArray:
    """How far relations of a space are from holding at unit points.

    Parameters
    ----------
    space : Space
        The space.
    U : ndarray of shape (n, d)
        Points as `Space.snap` moves them.

    Returns
    -------
    excess : ndarray of shape (n, k)
        A column for each relation, in its own measure; 0 where it holds.
    """
    each = [one.excess_each(own) for one, own in _columns(space, U)]
    return np.array(each, dtype=np.float64).reshape(len(each), len(U)).T


def _columns(
    space: "Space", U: FloatArray
) -> list[tuple[Relation, dict[str, KnownValues]]]:
    """Each relation with the values at unit points that it looks at."""
    on, names = space.applies(U), space.names
    named = {name for one in space.relations for name in one.names or names}
    columns = {
        name: _column(space, j, U[:, j], on[:, j])
        for j, name in enumerate(names)
        if name in named
    }
    return [
        (one, {name: columns[name] for name in one.names or names})
        for one in space.relations
    ]


def _column(
    space: "Space", j: int, units: FloatArray, is_on: NDArray[np.bool_]
) -> KnownValues:
    """Native values of one coordinate; that of 0 where it does not apply."""
    distinct, place = np.unique(np.where(is_on, units, 0.0), return_inverse=True)
    of = space.dimensions[j].from_unit
    return KnownValues([of(unit) for unit in distinct.tolist()], place, is_on)


def broken_by(relation: Relation, params: Mapping[str, Any]) -> str:
    """A sentence on a relation that a configuration breaks: rule and values."""
    names = relation.names or params
    values = {name: params[name] for name in names if name in params}
    shown = ", ".join(
        f"{name!r}: {HIDDEN if hides(name, own) else quoted(own)}"
        for name, own in values.items()
    )
    return f"{relation.rule} (constraints: {relation!r}); got {{{shown}}}."
