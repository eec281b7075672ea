"""Where a parameter's values stand on an axis, and which of them are labelled."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.inspection._axes import is_log, label
from skbluetuna.space import Categorical, Dimension, Space

__all__ = ["Scale", "named"]

FloatArray = NDArray[np.float64]

N_KNOTS = 129  # units at which a continuum is looked up
MOST_TICKS = 4  # legible in a panel of a quarter of a page
MOST_CHOICES = 12  # labelled choices


def named(space: Space, params: str | Sequence[str] | None) -> list[str]:
    """The parameters that were named, each once; all if none was.

    Raises
    ------
    ValueError
        If one of them is not in the space.
    """
    if params is None:
        return list(space.names)
    names = [params] if isinstance(params, str) else list(params)
    for name in names:
        if name not in space.names:
            raise ValueError(
                f"params must be names of {list(space.names)}; got {name!r}."
            )
    return list(dict.fromkeys(names))


@dataclass(frozen=True)
class Scale:
    """One parameter on an axis: numbers as they are, a choice by its position."""

    name: str
    dimension: Dimension

    @property
    def is_categorical(self) -> bool:
        """Whether it is a choice, ordered or not."""
        return isinstance(self.dimension, Categorical)

    def positions(self, values: Iterable[Any]) -> FloatArray:
        """Coordinates of native values."""
        if isinstance(self.dimension, Categorical):
            values = [self.dimension.index(value) for value in values]
        return np.array([float(value) for value in values])

    def grid(self, n: int) -> list[Any]:
        """At most n values that span a range; all of a choice."""
        if self.is_categorical:
            return self.dimension.values()
        values = [self.dimension.from_unit(float(u)) for u in np.linspace(0.0, 1.0, n)]
        return list(dict.fromkeys(values))

    def at_units(self, units: FloatArray) -> FloatArray:
        """Coordinates of units, between the values of an integer or choice too."""
        values = self.grid(N_KNOTS)
        knots = [self.dimension.to_unit(value) for value in values]
        x = self.positions(values)
        x = np.log(x) if is_log(self.dimension) else x
        # Integers and choices stand in the middle of their part of the unit interval:
        # the ends of the interval lie half a step beyond, and do not count.
        found = np.interp(units, knots, x)
        return np.exp(found) if is_log(self.dimension) else found

    def edges(self, positions: FloatArray) -> FloatArray:
        """Borders of the cells around coordinates."""
        x = np.log(positions) if is_log(self.dimension) else positions
        step = 0.5 if self.is_categorical else 0.0
        middles = (x[1:] + x[:-1]) / 2.0
        found = np.concatenate([x[:1] - step, middles, x[-1:] + step])
        return np.exp(found) if is_log(self.dimension) else found

    def dress(self, ax: Any, which: str = "x") -> None:
        """Name an axis ("x" or "y"), and give it its scale and a few ticks."""
        getattr(ax, f"set_{which}label")(self.name)
        if self.is_categorical:
            self._dress_choices(ax, which)
        elif is_log(self.dimension):
            getattr(ax, f"set_{which}scale")("log")
            ticks, labels = _log_ticks(*self.positions(self.grid(2)))
            getattr(ax, f"set_{which}ticks")(ticks, labels)
            getattr(ax, f"set_{which}ticks")([], minor=True)
        else:
            whole = self.dimension.n_values is not None
            ax.locator_params(axis=which, nbins=MOST_TICKS, integer=whole)

    def _dress_choices(self, ax: Any, which: str) -> None:
        values = self.dimension.values()
        step = math.ceil(len(values) / MOST_CHOICES)
        at = list(range(0, len(values), step))
        labels = [label(values[i]) for i in at]
        is_wide = which == "x" and sum(len(text) + 2 for text in labels) > 24
        turned = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
        getattr(ax, f"set_{which}ticks")(at, labels, **(turned if is_wide else {}))


def _log_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Few powers of ten, or rounder numbers between where there are hardly any."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    inside = [k for k in exponents if low * 0.999 <= 10.0**k <= high * 1.001]
    if len(inside) >= 3:
        kept = inside[:: math.ceil(len(inside) / MOST_TICKS)]
        return [10.0**k for k in kept], [_power(k) for k in kept]
    ticks = [m * 10.0**k for k in exponents for m in (1, 2, 5)]
    ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
    if len(ticks) < 2:
        ticks = [low, math.sqrt(low) * math.sqrt(high), high]
    ticks = ticks[:: math.ceil(len(ticks) / MOST_TICKS)]
    return ticks, [f"{float(f'{tick:.3g}'):g}" for tick in ticks]


def _power(k: int) -> str:
    return f"{10.0**k:g}" if -2 <= k <= 3 else f"$10^{{{k}}}$"
