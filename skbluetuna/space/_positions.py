"""Where a value stands among choices, without looking at all of them."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from skbluetuna.space._dimensions import is_number
from skbluetuna.space._likeness import native

__all__ = ["Positions"]

DEEPEST = 3  # levels of containers that a key looks into


class Positions:
    """Positions of choices, by what they are and by what they are like.

    Parameters
    ----------
    choices : tuple
        The choices, no two of one identity.
    identity : callable
        What makes a choice itself; hashable.
    is_alike : callable
        Whether one value may stand for another.
    """

    def __init__(
        self,
        choices: tuple[Any, ...],
        identity: Callable[[Any], Any],
        is_alike: Callable[[Any, Any], bool],
    ) -> None:
        self._choices, self._identity, self._is_alike = choices, identity, is_alike
        self._own = {identity(choice): i for i, choice in enumerate(choices)}
        self._like: dict[Any, list[int]] | None = None  # made when it is needed

    def find(self, value: Any) -> int | None:
        """Position of a choice, or of the first that is alike; None without any."""
        own = self._own.get(self._identity(value))
        if own is not None:
            return own
        if self._like is None:
            self._like = {}
            for i, choice in enumerate(self._choices):
                self._like.setdefault(_key(choice), []).append(i)
        few = self._like.get(_key(value), ())
        return next((i for i in few if self._is_alike(self._choices[i], value)), None)


def _key(value: Any, depth: int = 0) -> Any:
    """A hashable value that is the same for values that are alike.

    Coarse where it must be: of what is alike by rules of its own only the type counts.
    """
    if isinstance(value, np.generic):
        value = native(value)
    if is_number(value):
        return _key_of_number(value)
    if isinstance(value, str | bytes | type):
        return type(value), value
    if depth >= DEEPEST:
        return type(value)
    return type(value), *_keys_within(value, depth + 1)


def _keys_within(value: Any, depth: int) -> Iterable[Any]:
    """What is the same for all values of one type that are alike, part by part."""
    if hasattr(value, "get_params"):
        value = value.get_params(deep=False)
    if isinstance(value, dict):  # whose entries may stand in any order
        return [frozenset(_key(part, depth) for part in value.values())]
    if isinstance(value, list | tuple):
        return [_key(part, depth) for part in value]
    return value.shape if isinstance(value, np.ndarray) else ()


def _key_of_number(value: Any) -> Any:
    try:
        number = float(value)
    except OverflowError:  # an int beyond the floats
        return math.inf
    return "nan" if math.isnan(number) else number
