"""Constraints of a search: which relation holds in which space; relations as text."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from skbluetuna._utils._files import check_fields
from skbluetuna._utils._hidden import hides
from skbluetuna.space._categorical import Categorical
from skbluetuna.space._describe import reading
from skbluetuna.space._dimensions import Dimension, is_number, quoted
from skbluetuna.space._json import decode_choice, encode_choice
from skbluetuna.space._relations import (
    AtMost,
    Forbid,
    Less,
    Relation,
    at_most,
    forbid,
    less,
)
from skbluetuna.space._satisfies import as_relation
from skbluetuna.space._space import Space, Spaces

__all__ = ["constrained", "decode_relation", "encode_relation"]


def constrained(spaces: Sequence[Space], constraints: Any) -> tuple[Space, ...]:
    """The alternatives with the relations that hold in each.

    Parameters
    ----------
    spaces : sequence of Space
        The alternatives, as they are read.
    constraints : list of relations and functions, or None
        What a search was given. A relation holds in each alternative that has all of
        its parameters, a function in all. None: the spaces keep what they have.

    Returns
    -------
    spaces : tuple of Space
        The same, with relations.

    Raises
    ------
    TypeError, ValueError
        If they are no relations, or one does not fit any alternative.
    """
    if constraints is None:
        return Spaces(spaces)
    if not isinstance(constraints, list | tuple):
        raise TypeError(
            f"constraints must be a list of relations; got {quoted(constraints)}. "
            "Write constraints=[...]."
        )
    named = [(f"constraints[{i}]", one) for i, one in enumerate(constraints)]
    relations = [(what, as_relation(one, what)) for what, one in named]
    for what, relation in relations:
        _check_fits(what, relation, spaces)
    return Spaces(
        space.related_by(
            tuple(one for _, one in relations if {*one.names} <= {*space.names})
        )
        for space in spaces
    )


def _check_fits(what: str, relation: Relation, spaces: Sequence[Space]) -> None:
    """Refuse a relation of parameters, or of values, that no alternative has."""
    homes = [space for space in spaces if {*relation.names} <= {*space.names}]
    if not homes:
        known = sorted({name for space in spaces for name in space.names})
        lacking = [name for name in relation.names if name not in known]
        rule = (
            f"{lacking} are not in param_space, which has {known}. Search them too, a "
            "fixed value as a list of one"
            if lacking
            else "no alternative has all of its parameters"
        )
        raise ValueError(f"{what}: {relation!r}: {rule}.")
    if isinstance(relation, Less | AtMost):
        for name in relation.names:
            for space in homes:
                _check_numbers(what, relation, name, _dimension(space, name))
    if isinstance(relation, Forbid):
        for name, values in relation.values:
            own = [_dimension(space, name) for space in spaces if name in space.names]
            _check_values(what, relation, name, values, own)


def _check_values(
    what: str,
    relation: Relation,
    name: str,
    values: Sequence[Any],
    own: Sequence[Dimension],
) -> None:
    for value in values:
        if not any(dim.contains(value) for dim in own):
            raise ValueError(
                f"{what}: {relation!r}: {name!r} is never {quoted(value)}; it is "
                f"{' or '.join(map(reading, own))}. {_instead(name, value, own)}"
            )


def _instead(name: str, value: Any, own: Sequence[Dimension]) -> str:
    """What to write in place of a value that no configuration has."""
    if isinstance(value, tuple) and all(
        any(dim.contains(one) for dim in own) for one in value
    ):
        return (
            f"Several values stand in a list: {name}={quoted([*value])}; for a range "
            "of values write a function of the configuration."
        )
    return (
        "Leave it out, or write a value that it may have; for a range of values write "
        "a function of the configuration."
    )


def _check_numbers(what: str, relation: Relation, name: str, dim: Dimension) -> None:
    if not isinstance(dim, Categorical):
        return
    others = [c for c in dim.choices if not is_number(c)]
    if others and not (others == [None] and dim.is_ordered):
        instead = "Write a function of the configuration instead."
        if others == [None]:
            last = [*sorted(c for c in dim.choices if c is not None), None]
            if dim.choices != tuple(last) and Categorical(last).is_ordered:
                instead = f"As no limit None stands last: write {quoted(last)}."
        raise TypeError(
            f"{what}: {relation!r}: {name!r} must be numbers; it may be "
            f"{quoted(others[0])}. {instead}"
        )


def _dimension(space: Space, name: str) -> Dimension:
    return space.dimensions[space.names.index(name)]


def encode_relation(relation: Relation) -> dict[str, Any] | None:
    """JSON value of a relation; None for a function, and for values without one."""
    if isinstance(relation, Less | AtMost):
        given, named = relation.arguments()
        named = {k: list(v) if isinstance(v, tuple) else v for k, v in named.items()}
        return {"type": relation.helper, "given": given, "named": named}
    if not isinstance(relation, Forbid):
        return None
    try:
        named = {n: [encode_choice(v) for v in own] for n, own in relation.values}
    except TypeError:
        return None
    if any(hides(name, value) for name, own in relation.values for value in own):
        return None
    return {"type": relation.helper, "given": [], "named": named}


def decode_relation(stored: Any) -> Relation:
    """Relation that `encode_relation` stored.

    Raises
    ------
    ValueError
        If it can not have stored it.
    """
    if not isinstance(stored, dict):
        raise ValueError("a relation must be a dict.")
    check_fields(
        stored,
        {
            "type": lambda value: value in ("less", "at_most", "forbid"),
            "given": lambda value: isinstance(value, list),
            "named": lambda value: isinstance(value, dict),
        },
    )
    try:
        relation = READERS[stored["type"]](stored["given"], stored["named"])
    except (TypeError, RecursionError) as error:
        raise ValueError(f"a relation has other parts: {error}") from error
    if encode_relation(relation) != stored:
        raise ValueError("a relation has other parts than it is stored with.")
    return relation


def _read_at_most(given: Any, named: Any) -> Relation:
    if not all(type(one) in (int, float) and math.isfinite(one) for one in given):
        raise ValueError("a relation has a total that is no number.")
    return at_most(*given, **named)


def _read_forbid(given: Any, named: Any) -> Relation:  # noqa: ARG001
    return forbid(**{n: [decode_choice(v) for v in own] for n, own in named.items()})


READERS: dict[str, Callable[[Any, Any], Relation]] = {
    "less": lambda given, named: less(*given, **named),
    "at_most": _read_at_most,
    "forbid": _read_forbid,
}
