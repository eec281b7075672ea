"""Values of a parameter at which its axis is labelled."""

import math
from typing import Any

import numpy as np

from skbluetuna.inspection._axes import is_log, label
from skbluetuna.space import Categorical

__all__ = ["Ticks", "ticks_of"]

Ticks = list[tuple[float, str]]

MOST_TICKS = 6
MOST_CHOICES = 10


def ticks_of(dimension: Any) -> Ticks:
    """Units of some values of a parameter, and these values as text."""
    if isinstance(dimension, Categorical):
        values = _thinned(dimension.values(), MOST_CHOICES)
    elif is_log(dimension) and dimension.high / dimension.low >= 100:
        values = _decades(dimension)
    elif dimension.n_values is not None and dimension.n_values <= MOST_TICKS:
        values = dimension.values()
    else:
        values = [dimension.from_unit(unit) for unit in np.linspace(0.0, 1.0, 5)]
    texts = [label(value, most=12) for value in values]
    # Two objects of a class look alike: their position tells them apart.
    texts = [
        f"{text} #{i + 1}" if texts.count(text) > 1 else text
        for i, text in enumerate(texts)
    ]
    return [
        (float(dimension.to_unit(v)), t) for v, t in zip(values, texts, strict=True)
    ]


def _decades(dimension: Any) -> list[Any]:
    """Powers of ten within a range on a log scale."""
    low = math.ceil(math.log10(dimension.low) - 1e-9)
    high = math.floor(math.log10(dimension.high) + 1e-9)
    powers = _thinned(list(range(low, high + 1)), MOST_TICKS)
    values = [dimension.native(10.0**power) for power in powers]
    return [min(dimension.high, max(dimension.low, value)) for value in values]


def _thinned(values: list[Any], most: int) -> list[Any]:
    """Every few of many values, as few as can be shown."""
    return values[:: math.ceil(len(values) / most)]
