"""How a `param_space` is read for an estimator: by its own values and its steps."""

import logging
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from sklearn.base import clone

from skbluetuna.scheduling import check_own_values
from skbluetuna.space import (
    Categorical,
    Relation,
    Space,
    constrained,
    describe,
    is_integer,
    is_number,
    parse_spaces,
    quoted,
    read_number,
    read_spaces,
)
from skbluetuna.space._suggest import suggest_space

__all__ = ["spaces_for"]

logger = logging.getLogger("skbluetuna")

Params = dict[str, Any]


def spaces_for(
    estimator: Any,
    param_space: Any,
    constraints: Any = None,
    taken: Mapping[str, str] | None = None,
) -> tuple[tuple[Space, ...], list[Params]]:
    """Read the alternatives of a `param_space`, and the estimator's own values.

    Parameters
    ----------
    estimator : estimator object
        What is searched.
    param_space : mapping, Space, sequence of these, or None
        None: what `suggest_space` knows of the estimator.
    constraints : list of relations, or None, default=None
        What configurations must satisfy besides.
    taken : mapping of str to str, or None, default=None
        Parameters that the search itself sets, and why no relation can name them. They
        are not suggested.

    Returns
    -------
    spaces : tuple of k Space
        The alternatives.
    owns : list of k dicts
        The estimator's own values of the parameters of each.

    Raises
    ------
    ValueError, TypeError
        If a space cannot be read, or does not fit the estimator, or its own values
        break a relation; the message names the parameter.
    """
    given = param_space
    if given is None:
        known = suggest_space(estimator).items()
        given = {name: spec for name, spec in known if name not in (taken or {})}
    spaces = parse_spaces(given)
    owns, kinds = [], []
    for k, space in enumerate(spaces):
        what = "" if len(spaces) == 1 else f"alternative {k}: "
        values = _values(estimator, space)
        _check_steps(space, values, what)
        owns.append(_own_params(estimator, space, values))
        kinds.append(_kinds(space, values))
        _check_strings(space, kinds[-1], what)
    _check_related(constraints, spaces, taken or {}, param_space is None, estimator)
    spaces = constrained(read_spaces(spaces, kinds), constraints)
    check_own_values(spaces, owns, "the estimator's own values")
    table = describe(spaces).replace("\n", "\n  ")
    logger.info("param_space was read as:\n  %s", table)
    _say_replaced(spaces, owns)
    return spaces, owns


def _check_related(
    constraints: Any,
    spaces: Sequence[Space],
    taken: Mapping[str, str],
    is_suggested: bool,
    estimator: Any,
) -> None:
    """Refuse relations of parameters that can not be searched, or were not suggested.

    What else may be wrong with them `constrained` says.
    """
    given = constraints if isinstance(constraints, list | tuple) else ()
    known = {name for space in spaces for name in space.names}
    named = [
        (f"constraints[{i}]: {one!r}: ", name)
        for i, one in enumerate(given)
        if isinstance(one, Relation)
        for name in one.names
    ]
    for what, name in named:
        if name in taken:
            raise ValueError(
                f"{what}a relation can not name {name!r}, as {taken[name]}. Leave the "
                "relation out, or relate other parameters."
            )
        if name in known or not is_suggested:
            continue
        spec = suggest_space(estimator, search_all=True).get(name)
        if spec is not None:
            raise ValueError(
                f"{what}suggest_space left {name!r} out for what the estimator was "
                f"given; it has {name}={quoted(estimator.get_params().get(name))}. "
                "Search it too, param_space={**suggest_space(estimator), "
                f"{name!r}: {spec!r}}}, or leave the relation out."
            )


def _say_replaced(spaces: tuple[Space, ...], owns: list[Params]) -> None:
    """Log which of the estimator's own values the first candidate can not have."""
    for k, (space, own) in enumerate(zip(spaces, owns, strict=True)):
        what = "" if len(spaces) == 1 else f" of alternative {k}"
        dims = dict(zip(space.names, space.dimensions, strict=True))
        outside = {n: v for n, v in own.items() if not dims[n].contains(v)}
        first = space.filled(own)
        if outside:
            logger.info(
                "the first candidate%s begins elsewhere than the estimator: %s", what,
                "; ".join(
                    f"{name}={quoted(value)} is outside of the space, {name}="
                    f"{quoted(first[name])} stands in"
                    for name, value in outside.items() if name in first
                ) or "parameters that do not apply",
            )  # fmt: skip


def _values(estimator: Any, space: Space) -> Params:
    """All values of the estimator.

    Parts that the space fixes (say, one classifier in a pipeline) come first: the
    values of their own parameters are then theirs.
    """
    own = clone(estimator)
    parents = {_home(name, space.names)[0] for name in space.names}
    columns = zip(space.names, space.dimensions, space.conditions, strict=True)
    fixed = {
        name: dim.choices[0]
        for name, dim, conditions in columns
        if isinstance(dim, Categorical) and dim.n_values == 1 and not conditions
        if name in parents
    }
    if fixed:
        own.set_params(**clone(fixed, safe=False))
    return dict(own.get_params(deep=True))


def _own_params(estimator: Any, space: Space, values: Params) -> Params:
    """The estimator's own values of the parameters in a space.

    Raises
    ------
    ValueError
        If the estimator has no parameter of that name; scikit-learn's message says
        which exist.
    """
    for name in sorted(set(space.names) - set(values)):
        # A choice of objects may bring the name along; if none does, this raises.
        try:
            clone(estimator).set_params(**clone(space.example(name), safe=False))
        except ValueError as error:
            meant = _meant(name, values)
            raise ValueError(f"param_space[{name!r}]: {error}{meant}") from error
    return {name: values[name] for name in space.names if name in values}


def _meant(name: str, values: Params) -> str:
    """What a name is likely to mean: of a step that has it, or spelled nearly so."""
    last = name.rpartition("__")[2]
    nested = [other for other in values if other.rpartition("__")[2] == last]
    near = nested or get_close_matches(name, list(values), 1)
    return f" Write {near[0]!r}." if near else ""


def _home(name: str, known: Any) -> tuple[str, str]:
    """The nearest part that a nested parameter belongs to, and its name there."""
    parts = name.split("__")
    for n in range(len(parts) - 1, 0, -1):
        if (parent := "__".join(parts[:n])) in known:
            return parent, "__".join(parts[n:])
    return "", name


def _beside(
    space: Space, name: str, values: Mapping[str, Any]
) -> tuple[str, list[Any]]:
    """The nearest part of a nested parameter that is searched, and what it may be."""
    parent, _ = _home(name, space.names)
    if not parent:
        return "", []
    choices, is_always = space.values_beside(name, parent)
    own = [] if is_always or parent not in values else [values[parent]]
    return parent, [*choices, *own]


def _has(part: Any, name: str, example: Any) -> bool:
    """Whether a part of the estimator has a parameter."""
    if isinstance(part, type) or not hasattr(part, "set_params"):
        return False
    if name in part.get_params(deep=True):
        return True
    try:  # CatBoost lists only what was set
        clone(part).set_params(**{name: example})
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def _check_steps(space: Space, values: Params, what: str) -> None:
    """Refuse parameters of a step that may be one that has no such parameter."""
    for name in space.names:
        parent, parts = _beside(space, name, values)
        rest = name.removeprefix(f"{parent}__")
        if not parent:
            _check_own_step(name, values, what)
            continue
        example = space.example(name)[name]
        have = [part for part in parts if _has(part, rest, example)]
        lack = [part for part in parts if not any(part is one for one in have)]
        if lack and (have or not any(hasattr(part, "set_params") for part in lack)):
            raise ValueError(
                f"{what}param_space[{name!r}]: {parent!r} may be {quoted(lack[0])}, "
                f"which has no parameter {rest!r}. Write {name!r}: "
                f"when({parent!r}, {quoted(have) if have else '[an estimator]'}, ...), "
                "so that it applies only there."
            )


def _check_own_step(name: str, values: Params, what: str) -> None:
    """Refuse parameters of a step that the estimator leaves out."""
    parent, rest = _home(name, values)
    if name in values or not parent or hasattr(values[parent], "set_params"):
        return
    raise ValueError(
        f"{what}param_space[{name!r}]: the estimator's {parent!r} is "
        f"{quoted(values[parent])}, which has no parameter {rest!r}. Put an estimator "
        f"there, or search it: {parent!r}: [{quoted(values[parent])}, an estimator], "
        f"{name!r}: when({parent!r}, [that estimator], ...)."
    )


def _kinds(space: Space, values: Params) -> Params:
    """A value of each parameter that says what kind of number it is, if any does."""
    kinds = {}
    for name in space.names:
        parent, parts = _beside(space, name, values)
        found = [values.get(name)]
        if parent:
            rest = name.removeprefix(f"{parent}__")
            known = [p.get_params(deep=True) for p in parts if hasattr(p, "get_params")]
            found = [params.get(rest) for params in known]
        numbers = [value for value in found if is_number(value)]
        kinds[name] = min(numbers, key=is_integer, default=None)  # a float is first
    return kinds


def _check_strings(space: Space, kinds: Params, what: str) -> None:
    """Refuse choices that are numbers as strings, where a number is wanted."""
    for name, dim in zip(space.names, space.dimensions, strict=True):
        if kinds[name] is None or not isinstance(dim, Categorical):
            continue
        choices = list(dim.choices)
        read = [read_number(c) if isinstance(c, str) else None for c in choices]
        if any(number is not None for number in read):
            pairs = zip(choices, read, strict=True)
            numbers = [choice if own is None else own for choice, own in pairs]
            raise TypeError(
                f"{what}param_space[{name!r}]: the choices must be numbers, as the "
                f"estimator's own value {kinds[name]!r} is; got {quoted(choices)}. "
                f"Write {quoted(numbers)}."
            )
