"""Spaces and configurations as JSON values, without pickles.

Choices that JSON cannot hold (estimators, callables, arrays) make a space unstorable;
configurations are always storable, since a choice is stored as its position.
"""

import math
from collections.abc import Callable, Mapping
from reprlib import repr as shortened
from typing import Any

from skbluetuna._utils._files import Json, check_fields, is_count, is_float, is_text
from skbluetuna._utils._hidden import hides
from skbluetuna.space._categorical import Categorical
from skbluetuna.space._conditional import when
from skbluetuna.space._dimensions import Dimension, Integer, Real
from skbluetuna.space._distribution import Distribution
from skbluetuna.space._families import family_name, frozen
from skbluetuna.space._space import Space

__all__ = [
    "check_same_names",
    "decode_choice",
    "decode_params",
    "decode_space",
    "decode_unit",
    "encode_choice",
    "encode_params",
    "encode_space",
]

ALIKE = 1e-6  # units of one value, computed on two machines
DEEPEST = 50  # of choices within choices
SEQUENCES: dict[str, type[tuple[Any, ...]] | type[list[Any]]] = {
    "tuple": tuple, "list": list,
}  # fmt: skip


def _is_flag(value: Any) -> bool:
    return type(value) is bool


def _is_integer(value: Any) -> bool:
    return type(value) is int


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _are_floats(values: Any) -> bool:
    return _is_list(values) and all(map(is_float, values))


# What each type of dimension is stored with.
FIELDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "real": {"low": is_float, "high": is_float, "log": _is_flag},
    "integer": {"low": _is_integer, "high": _is_integer, "log": _is_flag},
    "categorical": {
        "choices": _is_list,
        "ordered": lambda value: value is None or _is_flag(value),
    },
    "distribution": {
        "name": is_text,
        "args": _are_floats,
        "kwds": lambda value: (
            isinstance(value, dict) and _are_floats(list(value.values()))
        ),
    },
}


def encode_space(space: Space) -> dict[str, Any] | None:
    """JSON value of a space; None if one of its choices has none, or is a secret."""
    dims = dict(zip(space.names, space.dimensions, strict=True))
    try:
        stored = {name: _encode_dimension(dim) for name, dim in dims.items()}
        if any(hides(name, dim) for name, dim in dims.items()):
            return None
    except TypeError:
        return None
    for name, conditions in zip(space.names, space.conditions, strict=True):
        if conditions:
            stored[name]["when"] = [
                [one.parent, [_encode_value(dims[one.parent], v) for v in one.values]]
                for one in conditions
            ]
    return stored


def decode_space(stored: Any) -> Space:
    """Space that `encode_space` stored.

    Raises
    ------
    ValueError
        If `encode_space` can not have stored it; the message names the parameter.
    """
    if not isinstance(stored, dict):
        raise ValueError("a space must be a dict of parameters.")
    found: dict[str, Any] = {}
    dims: dict[str, Dimension] = {}
    for name, one in stored.items():
        try:
            dims[name], found[name] = _decode_parameter(one, dims)
        except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise ValueError(f"parameter {name!r} {error}") from error
    return Space(found)


def encode_params(space: Space, params: Mapping[str, Any]) -> list[Any]:
    """JSON value of a configuration, null for what does not apply."""
    return [
        _encode_value(dim, params[name]) if name in params else None
        for name, dim in zip(space.names, space.dimensions, strict=True)
    ]


def decode_params(space: Space, stored: Any) -> dict[str, Any]:
    """Configuration that `encode_params` stored, with the space's own objects.

    Raises
    ------
    ValueError
        If it is none of the space's.
    """
    if not _is_list(stored) or len(stored) != len(space):
        raise ValueError(f"a configuration must be a list of {len(space)} values.")
    params = {
        name: _decode_value(dim, value)
        for name, dim, value in zip(space.names, space.dimensions, stored, strict=True)
        if value is not None
    }
    if not space.holds(params):
        raise ValueError(f"the space has no configuration {shortened(stored)}.")
    return params


def decode_unit(
    space: Space, params: Mapping[str, Any], stored: Any
) -> tuple[float, ...]:
    """Unit point under which a configuration was stored.

    Raises
    ------
    ValueError
        If it is no point, or another configuration's.
    """
    is_point = _is_list(stored) and len(stored) == len(space)
    if not is_point or not all(is_float(u) and 0.0 <= u <= 1.0 for u in stored):
        raise ValueError(
            f"a unit must be a point of the unit cube; got {shortened(stored)}."
        )
    (own,) = space.to_unit([params])
    for j, name in enumerate(space.names):
        is_near = abs(own[j] - stored[j]) <= ALIKE
        # Quantiles of some distributions are far less exact.
        back = None if is_near else space.dimensions[j].from_unit(stored[j])
        if not is_near and repr(params.get(name)) != repr(back):
            raise ValueError(f"the unit of {name!r} is another value's.")
    return tuple(stored)


def check_same_names(spaces: tuple[Space, ...], stored: list[list[str]]) -> None:
    """Refuse a space that cannot be the one of the stored trials."""
    given = [list(space.names) for space in spaces]
    if stored != given:
        raise ValueError(
            f"space must have the stored parameters {stored}; got {given}."
        )


def _encode_value(dim: Dimension, value: Any) -> Any:
    """A number as it is, a choice by its position."""
    return dim.index(value) if isinstance(dim, Categorical) else dim.native(value)


def _decode_value(dim: Dimension, stored: Any) -> Any:
    """Native value of what `_encode_value` stored; whether it lies within is open."""
    if isinstance(dim, Categorical):
        if not is_count(stored) or stored >= len(dim.choices):
            raise ValueError(
                f"a choice must be one of {len(dim.choices)} positions; "
                f"got {shortened(stored)}."
            )
        return dim.choices[stored]
    kind = float if dim.n_values is None else int
    if type(stored) is not kind:
        raise ValueError(f"a value must be of {kind}; got {shortened(stored)}.")
    return stored


def _encode_dimension(dim: Dimension) -> dict[str, Any]:
    if isinstance(dim, Real | Integer):
        kind = "real" if isinstance(dim, Real) else "integer"
        return {
            "type": kind, "low": dim.low, "high": dim.high,
            "log": dim.log, "n_splits": dim.n_splits,
        }  # fmt: skip
    if isinstance(dim, Categorical):
        return {
            "type": "categorical", "choices": [encode_choice(c) for c in dim.choices],
            "ordered": dim.ordered, "n_splits": dim.n_splits,
        }  # fmt: skip
    if isinstance(dim, Distribution) and (family := family_name(dim.rv)):
        return {
            "type": "distribution", "name": family,
            "args": [encode_choice(float(a)) for a in dim.rv.args],
            "kwds": {k: encode_choice(float(v)) for k, v in dim.rv.kwds.items()},
            "n_splits": dim.n_splits,
        }  # fmt: skip
    raise TypeError(f"{dim!r} has no JSON form.")


def _decode_parameter(
    stored: Any, earlier: Mapping[str, Dimension]
) -> tuple[Dimension, Any]:
    """Dimension of a parameter, and the same with its conditions around it."""
    if not isinstance(stored, dict):
        raise ValueError("must be a dict")
    rest = dict(stored)
    conditions = rest.pop("when", [])
    dim = _decode_dimension(rest)
    spec: Any = dim
    if not _is_list(conditions):
        raise ValueError("has a when that is no list")
    for condition in reversed(conditions):
        parent, values = _decode_condition(condition, earlier)
        spec = when(parent, values, spec)
    return dim, spec


def _decode_condition(
    stored: Any, earlier: Mapping[str, Dimension]
) -> tuple[str, list[Any]]:
    is_pair = isinstance(stored, list) and len(stored) == 2
    parent, values = stored if is_pair else ("", [])
    if not isinstance(parent, str) or parent not in earlier or not _is_list(values):
        raise ValueError("has a condition that names no parameter before it")
    return parent, [_decode_value(earlier[parent], value) for value in values]


def _decode_dimension(stored: Json) -> Dimension:
    """Dimension of what `_encode_dimension` may have written, and of nothing else."""
    kind = stored.pop("type", None)
    if not is_text(kind) or kind not in FIELDS:
        raise ValueError(f"must be of a type in {list(FIELDS)}")
    check_fields(stored, FIELDS[kind] | {"n_splits": is_count})
    if kind == "categorical":
        choices = [decode_choice(choice) for choice in stored["choices"]]
        choice = Categorical(tuple(choices), stored["ordered"], stored["n_splits"])
        if len(choice.choices) != len(choices):
            raise ValueError("has a choice twice")
        return choice
    if kind == "distribution":
        rv = frozen(stored["name"], stored["args"], stored["kwds"])
        return Distribution(rv, stored["n_splits"])
    return Real(**stored) if kind == "real" else Integer(**stored)


def encode_choice(value: Any, depth: int = 0) -> Any:
    """JSON value of a choice, sequences with their type; TypeError if it has none."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) in (tuple, list) and depth < DEEPEST:
        return {
            type(value).__name__: [encode_choice(item, depth + 1) for item in value]
        }
    raise TypeError(f"{shortened(value)} has no JSON form.")


def decode_choice(stored: Any, depth: int = 0) -> Any:
    """Choice that `encode_choice` stored; ValueError if it can not have."""
    if isinstance(stored, list) or depth > DEEPEST:
        raise ValueError("has a choice that can not be")
    if not isinstance(stored, dict):
        return stored
    kind, items = next(iter(stored.items()), (None, None))
    if len(stored) != 1 or kind not in SEQUENCES or not isinstance(items, list):
        raise ValueError("has a choice that can not be")
    return SEQUENCES[kind](decode_choice(item, depth + 1) for item in items)
