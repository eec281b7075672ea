"""What a value says of itself, so that a later search knows it again."""

import math
from typing import Any

from skbluetuna._utils._hidden import hides

__all__ = ["Said", "said"]

Said = int | float | str | None

PLAIN = (str, bytes, bool, type(None))
DEEPEST = 3  # levels of containers and estimators that are looked into
LONGEST = 500  # characters


def said(name: str, value: Any) -> Said:
    """A number as it is, any other value as text; None if it has none, or is a secret.

    Nothing of what the text names is ever called or looked up.

    Examples
    --------
    >>> said("C", 0.5), said("kernel", "rbf"), said("max_features", ("sqrt", 2))
    (0.5, "'rbf'", "('sqrt', 2)")
    >>> said("api_key", "sesame") is None
    True
    """
    if hides(name, value):
        return None
    if type(value) in (int, float):
        return value if math.isfinite(value) else repr(value)
    text = _told(value, 0)
    return None if text is None or len(text) > LONGEST else text


def _told(value: Any, depth: int) -> str | None:
    if isinstance(value, PLAIN) or type(value) in (int, float):
        return ascii(value)
    if isinstance(value, type):
        return value.__qualname__
    if depth >= DEEPEST:
        return None
    if type(value) in (list, tuple):
        parts = [_told(one, depth + 1) for one in value]
        ends = "[]" if type(value) is list else "()"
        return (
            None if None in parts else f"{ends[0]}{', '.join(map(str, parts))}{ends[1]}"
        )
    if hasattr(value, "get_params"):
        return _told_estimator(value, depth)
    return None


def _told_estimator(value: Any, depth: int) -> str | None:
    """Class and parameters; None if a parameter has no text or is a secret."""
    parts = []
    for name, own in sorted(value.get_params(deep=False).items()):
        text = None if hides(name, own) else _told(own, depth + 1)
        if text is None:
            return None
        parts.append(f"{name}={text}")
    return f"{type(value).__qualname__}({', '.join(parts)})"
