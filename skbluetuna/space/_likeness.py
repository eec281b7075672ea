"""When two values are one choice, and how a value is handed out and shown."""

from typing import Any

import numpy as np

from skbluetuna.space._dimensions import is_number

__all__ = ["identity", "is_alike", "native"]

DEEPEST = 50  # levels of containers in a choice; one that holds itself has no end
PLAIN = (str, int, float, bool, bytes)
NATIVE_KINDS = "biufcSU"  # of numpy's scalars; its dates are no dates of Python


def native(choice: Any, depth: int = 0) -> Any:
    """The choice with Python's own numbers and strings in place of numpy's.

    Containers that hold none of numpy's are handed back as they are.

    Raises
    ------
    ValueError
        If containers are nested too deep, or hold themselves.
    """
    if isinstance(choice, np.generic):
        return _native_scalar(choice)
    if type(choice) is dict:
        own: Any = [(_inside(k, depth), _inside(v, depth)) for k, v in choice.items()]
        return _rebuilt(choice, own, [*choice.items()])
    if type(choice) in (list, tuple, set, frozenset):
        return _rebuilt(choice, [_inside(v, depth) for v in choice], [*choice])
    if isinstance(choice, np.ndarray) and choice.dtype.kind == "O":
        for item in choice.flat:
            _inside(item, depth)
    return choice


def _inside(item: Any, depth: int) -> Any:
    if depth >= DEEPEST:
        raise ValueError(
            f"a choice must not hold itself, nor be nested deeper than {DEEPEST} "
            "levels."
        )
    return native(item, depth + 1)


def _rebuilt(choice: Any, own: list[Any], before: list[Any]) -> Any:
    """A container of the same type, or the very same if nothing in it is another."""
    pairs = zip(own, before, strict=True)
    if type(choice) is dict:
        is_same = all(k is a and v is b for (k, v), (a, b) in pairs)
    else:
        is_same = all(item is old for item, old in pairs)
    return choice if is_same else type(choice)(own)


def _native_scalar(value: np.generic) -> Any:
    if value.dtype.kind not in NATIVE_KINDS:
        return value
    own = value.item()
    if not isinstance(own, np.generic):
        return own
    # A long double, which numpy keeps; beyond Python's floats it stays one.
    plain = complex(own) if value.dtype.kind == "c" else float(own)
    is_lost = plain != own and (plain == 0.0 or abs(plain) == np.inf)
    return value if is_lost else plain


def identity(choice: Any) -> Any:
    """What makes a choice itself: type and value of a plain one, else the object.

    NaN equals NaN: it is another object after each pickling.
    """
    if isinstance(choice, tuple):
        return tuple, *(identity(item) for item in choice)
    if isinstance(choice, float) and choice != choice:  # noqa: PLR0124 (NaN)
        return type(choice), "nan"
    return (type(choice), choice) if type(choice) in PLAIN else (object, id(choice))


def is_alike(a: Any, b: Any) -> bool:
    """Whether one may stand for the other: clones, copies, numbers of another type."""
    a, b = (_native_scalar(v) if isinstance(v, np.generic) else v for v in (a, b))
    if is_number(a) and is_number(b):
        return bool(a == b) or _are_nan(a, b)
    if type(a) is not type(b) or isinstance(a, type):
        return a is b
    if isinstance(a, np.ndarray):
        return _are_alike_arrays(a, b)
    if hasattr(a, "get_params"):
        a, b = a.get_params(deep=False), b.get_params(deep=False)
    if isinstance(a, dict):
        return len(a) == len(b) and all(_holds(b, k, v) for k, v in a.items())
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(is_alike, a, b))
    return a is b or bool(identity(a) == identity(b)) or _are_equal(a, b)


def _holds(own: dict[Any, Any], key: Any, value: Any) -> bool:
    if key in own:
        return is_alike(own[key], value)
    return any(is_alike(k, key) and is_alike(v, value) for k, v in own.items())


def _are_nan(a: Any, b: Any) -> bool:
    return bool(a != a) and bool(b != b)  # noqa: PLR0124


def _are_alike_arrays(a: Any, b: Any) -> bool:
    if a.dtype.kind == "O":
        return a.shape == b.shape and all(map(is_alike, a.flat, b.flat))
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in b.dtype.kind in "fcmM"))


def _are_equal(a: Any, b: Any) -> bool:
    """Whether objects of one class that has an equality of its own are equal."""
    own: Any = type(a).__eq__
    if own is object.__eq__:
        return False
    try:
        return bool(a == b) or _are_nan(a, b)
    except Exception:  # tables compare entry by entry, a signalling NaN not at all
        return False
