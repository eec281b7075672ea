"""Values of a parameter at which its axis is labelled, and these as text."""

import math
from typing import Any

import numpy as np

from skbluetuna.inspection._axes import is_log, label
from skbluetuna.space import Categorical

__all__ = ["Ticks", "choice_ticks", "log_values", "ticks_of"]

Ticks = list[tuple[float, str]]

MOST_TICKS = 6
MOST_CHOICES = 10
LONGEST = 12  # characters


def ticks_of(dimension: Any) -> Ticks:
    """Units of some values of a parameter, and these values as text."""
    if isinstance(dimension, Categorical):
        values = dimension.values()
        found = choice_ticks(dimension, MOST_CHOICES, LONGEST)
        return [(float(dimension.to_unit(values[i])), text) for i, text in found]
    if is_log(dimension):
        numbers = [dimension.native(value) for value in log_values(dimension)]
        values = [min(dimension.high, max(dimension.low, v)) for v in numbers]
    elif dimension.n_values is not None and dimension.n_values <= MOST_TICKS:
        values = dimension.values()
    else:
        values = [dimension.from_unit(unit) for unit in np.linspace(0.0, 1.0, 5)]
    return [(float(dimension.to_unit(v)), label(v, most=LONGEST)) for v in values]


def choice_ticks(dimension: Any, most: int, longest: int) -> list[tuple[int, str]]:
    """Positions of as many choices as can be shown, and these as text."""
    texts = [label(value, most=longest) for value in dimension.values()]
    # Two objects of a class look alike: their position tells them apart.
    texts = [
        f"{text} #{i + 1}" if texts.count(text) > 1 else text
        for i, text in enumerate(texts)
    ]
    step = math.ceil(len(texts) / most)
    return [(i, texts[i]) for i in range(0, len(texts), step)]


def log_values(dimension: Any, most: int = MOST_TICKS) -> list[float]:
    """Few powers of ten, or rounder numbers between where there are hardly any."""
    low, high = float(dimension.low), float(dimension.high)
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    powers = [10.0**k for k in exponents if low * 0.999 <= 10.0**k <= high * 1.001]
    if len(powers) >= 3:
        return _thinned(powers, most)
    values = [m * 10.0**k for k in exponents for m in (1, 2, 5)]
    values = [value for value in values if low * 0.999 <= value <= high * 1.001]
    if len(values) < 2:
        values = [low, math.sqrt(low) * math.sqrt(high), high]
        if dimension.n_values is not None:
            values = sorted({float(round(value)) for value in values})
    return _thinned(values, most)


def _thinned(values: list[float], most: int) -> list[float]:
    """Every few of many values, as few as can be shown."""
    return values[:: math.ceil(len(values) / most)]
