"""Spaces and configurations as JSON values, without pickles.

Choices that JSON cannot hold (estimators, callables, arrays) make a space unstorable;
configurations are always storable, since a choice is stored as its position.
"""

import math
from collections.abc import Mapping
from typing import Any

import scipy.stats

from skbluetuna.space._categorical import Categorical
from skbluetuna.space._conditional import when
from skbluetuna.space._dimensions import Dimension, Integer, Real
from skbluetuna.space._distribution import Distribution
from skbluetuna.space._space import Space

__all__ = [
    "check_same_names",
    "decode_params",
    "decode_space",
    "encode_params",
    "encode_space",
]


def encode_space(space: Space) -> dict[str, Any] | None:
    """JSON value of a space; None if one of its choices has none."""
    dims = dict(zip(space.names, space.dimensions, strict=True))
    try:
        stored = {name: _encode_dimension(dim) for name, dim in dims.items()}
    except TypeError:
        return None
    for name, conditions in zip(space.names, space.conditions, strict=True):
        if conditions:
            stored[name]["when"] = [
                [one.parent, [_encode_value(dims[one.parent], v) for v in one.values]]
                for one in conditions
            ]
    return stored


def decode_space(stored: Mapping[str, Any]) -> Space:
    """Space that `encode_space` stored."""
    found: dict[str, Any] = {}
    dims: dict[str, Dimension] = {}
    for name, one in stored.items():
        rest = dict(one)
        conditions = rest.pop("when", [])
        found[name] = dims[name] = _decode_dimension(rest)
        for parent, values in reversed(conditions):
            own = [_decode_value(dims[parent], value) for value in values]
            found[name] = when(parent, own, found[name])
    return Space(found)


def encode_params(space: Space, params: Mapping[str, Any]) -> list[Any]:
    """JSON value of a configuration, null for what does not apply."""
    return [
        _encode_value(dim, params[name]) if name in params else None
        for name, dim in zip(space.names, space.dimensions, strict=True)
    ]


def decode_params(space: Space, stored: list[Any]) -> dict[str, Any]:
    """Configuration that `encode_params` stored, with the space's own objects."""
    return {
        name: _decode_value(dim, value)
        for name, dim, value in zip(space.names, space.dimensions, stored, strict=True)
        if value is not None
    }


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
    return dim.choices[stored] if isinstance(dim, Categorical) else stored


def _encode_dimension(dim: Dimension) -> dict[str, Any]:
    if isinstance(dim, Real | Integer):
        kind = "real" if isinstance(dim, Real) else "integer"
        return {
            "type": kind, "low": dim.low, "high": dim.high,
            "log": dim.log, "n_splits": dim.n_splits,
        }  # fmt: skip
    if isinstance(dim, Categorical):
        return {
            "type": "categorical", "choices": [_encode(c) for c in dim.choices],
            "ordered": dim.ordered, "n_splits": dim.n_splits,
        }  # fmt: skip
    if isinstance(dim, Distribution) and _is_scipys(dim.rv):
        return {
            "type": "distribution", "name": dim.rv.dist.name,
            "args": [_encode(float(a)) for a in dim.rv.args],
            "kwds": {k: _encode(float(v)) for k, v in dim.rv.kwds.items()},
            "n_splits": dim.n_splits,
        }  # fmt: skip
    raise TypeError(f"{dim!r} has no JSON form.")


def _is_scipys(rv: Any) -> bool:
    """Whether a frozen distribution is one of scipy's own families."""
    family = getattr(rv, "dist", None)
    own = getattr(scipy.stats, str(getattr(family, "name", "")), None)
    return own is not None and type(own) is type(family)


def _decode_dimension(stored: dict[str, Any]) -> Dimension:
    kind = stored.pop("type")
    if kind == "categorical":
        stored["choices"] = [_decode(choice) for choice in stored["choices"]]
        return Categorical(**stored)
    if kind == "distribution":
        family = getattr(scipy.stats, stored["name"])
        return Distribution(
            family(*stored["args"], **stored["kwds"]), stored["n_splits"]
        )
    return Real(**stored) if kind == "real" else Integer(**stored)


def _encode(value: Any) -> Any:
    """JSON value of a choice; sequences carry their type."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) in (tuple, list):
        return {type(value).__name__: [_encode(item) for item in value]}
    raise TypeError(f"{value!r} has no JSON form.")


def _decode(stored: Any) -> Any:
    if isinstance(stored, dict):
        ((kind, items),) = stored.items()
        return {"tuple": tuple, "list": list}[kind](_decode(item) for item in items)
    return stored
