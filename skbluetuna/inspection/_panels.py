"""Several panels in the place of one axes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.inspection._axes import axes_for

__all__ = ["N_COLUMNS", "panels_for"]

N_COLUMNS = 4


def panels_for(ax: Any, n: int, more: float) -> tuple[Any, NDArray[Any]]:
    """The axes around n panels, and the panels.

    Parameters
    ----------
    ax : matplotlib Axes, array of n Axes, or None
        What is divided, or are the panels; None for a new figure.
    n : int
        Number of panels.
    more : float
        Inches by which each row of a new figure is higher than usual.

    Raises
    ------
    ValueError
        If an array has not n axes.
    """
    if isinstance(ax, Sequence | np.ndarray):
        axes = np.array(ax, dtype=object).ravel()
        if len(axes) != n:
            raise ValueError(
                f"ax must hold one axes for each of {n} panels; got {len(axes)}."
            )
        return axes[0], axes
    n_columns = min(n, N_COLUMNS)
    n_rows = math.ceil(n / n_columns)
    width = 5.0 if n == 1 else 0.8 + 2.4 * n_columns
    height = 3.6 + more if n == 1 else 0.6 + (2.2 + more) * n_rows
    ax = axes_for(ax, width=width, height=height)
    if n == 1:
        return ax, np.array([ax], dtype=object)
    ax.set_axis_off()
    place = ax.get_subplotspec()
    if place is None:  # axes that were put by hand
        box = ax.get_position()
        grid = ax.figure.add_gridspec(
            n_rows, n_columns, left=box.x0, right=box.x1, bottom=box.y0, top=box.y1
        )
    else:
        grid = place.subgridspec(n_rows, n_columns)
    own = [ax.figure.add_subplot(grid[divmod(k, n_columns)]) for k in range(n)]
    return ax, np.array(own, dtype=object)
