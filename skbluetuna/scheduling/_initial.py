"""What each alternative asks first, within the relations of its space."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from skbluetuna.history import row_keys
from skbluetuna.space import Relation, Space, broken_by
from skbluetuna.stages import nearest_feasible

__all__ = ["as_references", "check_own_values", "initial_rows"]

Params = dict[str, Any]


def initial_rows(
    spaces: tuple[Space, ...],
    reference: Any,
    initial_params: Sequence[Mapping[str, Any]] | None,
    name: str = "initial_params",
) -> list[list[Params]]:
    """Complete configurations that each alternative asks first, its reference leading.

    Parameters
    ----------
    spaces : tuple of k Space
        The alternatives.
    reference : mapping, sequence of k mappings, or None
        Where each scan looks around; what is missing or outside its dimension (None
        is, unless it is a choice) stands at the centre, or where that breaks a
        relation, near to it.
    initial_params : sequence of mappings or None
        More configurations. Each goes to the first alternative that holds it; what it
        does not name stands at the reference's value.
    name : str, default="initial_params"
        What messages call them.

    Returns
    -------
    rows : list of k lists of dicts
        Native values; no configuration twice.

    Raises
    ------
    ValueError, TypeError
        If a configuration belongs to no alternative, or breaks a relation.
    """
    references = as_references(spaces, reference)
    rows = [
        [_within_relations(space, own, _called("reference", k, len(spaces)))]
        for k, (space, own) in enumerate(zip(spaces, references, strict=True))
    ]
    given: object = initial_params  # whatever its annotation promises
    if isinstance(given, Mapping) or not isinstance(given, Iterable | None):
        raise TypeError(f"{name} must be a list of dicts; got {initial_params!r}.")
    for i, params in enumerate(initial_params or ()):
        k = _home(spaces, [own[0] for own in rows], params, f"{name}[{i}]")
        rows[k].append(spaces[k].filled(rows[k][0] | dict(params)))
    return [_distinct(s, own) for s, own in zip(spaces, rows, strict=True)]


def check_own_values(
    spaces: Sequence[Space], owns: Sequence[Mapping[str, Any]], what: str
) -> None:
    """Refuse values, such as an estimator's own, that no configuration may have.

    Raises
    ------
    ValueError
        If those that lie in their dimensions break a relation; the message names it,
        the values, and a configuration that satisfies all.
    """
    for k, (space, own) in enumerate(zip(spaces, owns, strict=True)):
        _within_relations(space, own, _called(what, k, len(spaces)))


def _called(what: str, k: int, n: int) -> str:
    return what if n == 1 else f"{what} (alternative {k})"


def _within_relations(space: Space, own: Mapping[str, Any], what: str) -> Params:
    """A reference; what was not given is moved where the centre breaks a relation."""
    filled = space.filled(own)
    relation = space.broken(filled)
    if relation is None:
        return filled
    dims = dict(zip(space.names, space.dimensions, strict=True))
    fixed = {n: v for n, v in filled.items() if n in own and dims[n].contains(own[n])}
    unit = space.to_unit([filled])[0]
    free = np.array([name not in fixed for name in space.names])
    point = nearest_feasible(space, unit, free)
    if point is None:
        raise ValueError(_no_reference(space, what, relation, filled, unit))
    return space.filled({**space.from_unit(point[None])[0], **fixed})


def _no_reference(
    space: Space, what: str, relation: Relation, filled: Params, unit: Any
) -> str:
    """What is wrong with a reference, and one that is right, if any is found."""
    point = nearest_feasible(space, unit, np.ones(len(space), dtype=np.bool_))
    if point is None:
        return (
            f"constraints {[*space.relations]} must leave something of param_space; no "
            "configuration that satisfies them was found. Loosen them, or let "
            f"{what} be one that does."
        )
    # Units are compared: a value that has been one and is read back may be another.
    is_moved = dict(zip(space.names, point != space.snap(unit[None])[0], strict=True))
    near = space.from_unit(point[None])[0]
    changed = {n: v for n, v in near.items() if n not in filled or is_moved[n]}
    return f"{what}: {broken_by(relation, filled)} Set others, say {changed}."


def as_references(
    spaces: tuple[Space, ...], reference: Any
) -> Sequence[Mapping[str, Any]]:
    """One configuration for each alternative, as `BlueTuner` takes them.

    Raises
    ------
    ValueError, TypeError
        If they are not as many as alternatives, or no dicts.
    """
    if reference is None:
        reference = [{}] * len(spaces)
    references = [reference] if isinstance(reference, Mapping) else reference
    if not isinstance(references, Sequence) or not all(
        isinstance(one, Mapping) for one in references
    ):
        raise TypeError(
            f"reference must be a dict or a list of dicts; got {reference!r}."
        )
    if len(references) != len(spaces):
        raise ValueError(
            f"reference must hold one configuration for each of {len(spaces)} "
            f"alternatives; got {len(references)}."
        )
    return references


def _home(
    spaces: tuple[Space, ...], references: list[Params], params: Any, what: str
) -> int:
    """Number of the first alternative that holds a configuration."""
    if not isinstance(params, Mapping):
        raise TypeError(f"{what} must be a dict; got {params!r}.")
    pairs = zip(spaces, references, strict=True)
    faults = [space.fault(params, reference) for space, reference in pairs]
    if None not in faults:
        own = [s.names for s in spaces]  # one that has all the names is meant
        meant = [
            f for f, names in zip(faults, own, strict=True) if {*params} <= {*names}
        ]
        raise ValueError(f"{what}: {(meant or faults)[0]}")
    return faults.index(None)


def _distinct(space: Space, rows: list[Params]) -> list[Params]:
    keys = row_keys(space.snap(space.to_unit(rows)))
    first: dict[bytes, Params] = {}
    for key, row in zip(keys, rows, strict=True):
        first.setdefault(key, row)
    return list(first.values())
