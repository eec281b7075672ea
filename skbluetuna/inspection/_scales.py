"""Where a parameter's values stand on an axis, and which of them are labelled."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.inspection._axes import folded, is_log, label
from skbluetuna.inspection._ticks import choice_ticks, log_values
from skbluetuna.space import Categorical, Dimension, Space

__all__ = ["Scale", "named"]

FloatArray = NDArray[np.float64]

N_KNOTS = 129  # units at which a continuum is looked up
MOST_TICKS = 4  # legible in a panel of a quarter of a page
LONGEST = 18  # characters of a choice
PLAIN = (-3, 4)  # powers of ten that are written out


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

    def dress(self, ax: Any, which: str = "x", *, room: int = 48) -> None:
        """Name an axis, and give it its scale and a few ticks.

        Parameters
        ----------
        ax : matplotlib Axes
            The axes.
        which : {"x", "y"}, default="x"
            Which axis of them.
        room : int, default=48
            Characters that fit along it.
        """
        getattr(ax, f"set_{which}label")(folded(self.name, room))
        if self.is_categorical:
            self._dress_choices(ax, which, room)
        elif is_log(self.dimension):
            getattr(ax, f"set_{which}scale")("log")
            ticks = log_values(self.dimension, MOST_TICKS)
            getattr(ax, f"set_{which}ticks")(ticks, _number_texts(ticks))
            getattr(ax, f"set_{which}ticks")([], minor=True)
        else:
            whole = self.dimension.n_values is not None
            ax.locator_params(axis=which, nbins=MOST_TICKS, integer=whole)

    def _dress_choices(self, ax: Any, which: str, room: int) -> None:
        """Label choices side by side, or turned where they are too long for that."""
        most, turned = room // 4, {}
        if which == "x":
            longest = max(len(label(value)) for value in self.dimension.values())
            side_by_side = room // (longest + 2)
            # Of numbers a few are enough, of names each is missed.
            enough = min(4, most) if self.dimension.is_ordered else most
            if side_by_side >= min(enough, len(self.dimension.values())):
                most = side_by_side
            else:
                turned = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
        found = choice_ticks(self.dimension, most, LONGEST)
        at, texts = zip(*found, strict=True)
        getattr(ax, f"set_{which}ticks")(at, texts, **turned)


def _number_texts(values: list[float]) -> list[str]:
    """Numbers as text, all of them as powers of ten if one would be long."""
    exponents = [math.log10(value) for value in values]
    if all(PLAIN[0] <= k <= PLAIN[1] for k in exponents) or any(
        abs(k - round(k)) > 1e-9 for k in exponents
    ):
        return [f"{float(f'{value:.3g}'):g}" for value in values]
    return [f"$10^{{{round(k)}}}$" for k in exponents]
