"""A resource as the user writes it, as rungs."""

import math
from collections.abc import Sequence
from typing import Any

from skbluetuna.history import Ladder
from skbluetuna.space import is_number

__all__ = ["as_ladder"]


def as_ladder(resource: Any, factor: Any) -> Ladder:
    """Rungs between the least and the full amount of a resource.

    Raises
    ------
    TypeError, ValueError
        If they are no positive numbers, or there is no rung below the full one.
    """
    is_pair = isinstance(resource, Sequence) and not isinstance(resource, str)
    if not is_pair or len(resource) != 2 or not all(map(is_number, resource)):
        raise TypeError(
            "resource must be a pair of numbers, the least and the full amount, such "
            f"as (1, 81); got {resource!r}."
        )
    if not is_number(factor) or not 2 <= factor < math.inf:
        raise ValueError(
            f"factor must be a finite number of at least 2, such as 3; got {factor!r}."
        )
    least, full = resource
    if not math.isfinite(full):
        raise ValueError(
            "resource must end with a finite amount, such as (1, 81); got "
            f"{resource!r}."
        )
    if not 0 < least <= full / factor:
        raise ValueError(
            "resource must begin above 0, and with at most the full amount divided by "
            f"factor ({full!r} / {factor!r}); got {resource!r}. Write resource="
            f"{_proposed(least, full, factor)!r}."
        )
    return Ladder.between(_native(least), _native(full), factor)


def _native(value: Any) -> float:
    return int(value) if float(value).is_integer() else float(value)


def _proposed(least: Any, full: Any, factor: Any) -> tuple[float, float]:
    """What may have been meant: the two in the other order, or a smaller beginning."""
    if 0 < full <= least / factor:
        return full, least
    smaller = max(1, round(full / factor)) if full > factor else full / factor
    return _native(smaller), full
