"""Where landscapes have their maxima: each drawn function is climbed by itself.

Equation 21 of ``doc/notation.md``. Its maximum is looked for from the best of many
points, one coordinate after the other over a grid, so that integers, choices and
conditions need no rules of their own.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model._paths import Paths

__all__ = ["maxima"]

FloatArray = NDArray[np.float64]

N_CLIMBS = 3  # starts of each function
N_SWEEPS = 5  # over all coordinates, at most


def maxima(
    paths: Paths,
    starts: FloatArray,
    grid: dict[int, FloatArray],
    seen: Callable[[FloatArray], FloatArray],
    is_allowed: Callable[[FloatArray], NDArray[np.bool_]] | None = None,
) -> FloatArray:
    """Where each of n functions is largest, as far as climbs find it.

    Parameters
    ----------
    paths : Paths
        The functions.
    starts : ndarray of shape (N, d)
        Points from which to climb: the best few of each function.
    grid : dict of int to ndarray
        Coordinates that are moved, and their values.
    seen : callable
        From points of shape (m, d) to the unit points at which a function is looked at.
    is_allowed : callable or None, default=None
        From points of shape (m, d), as `starts`, to which of them there are; None: all.

    Returns
    -------
    tops : ndarray of shape (n, d)
        The points, not passed through `seen`.
    """
    F = paths(seen(starts))
    first = np.argsort(-F, axis=0, kind="stable")[:N_CLIMBS].T  # (n, S)
    at, value = starts[first], np.take_along_axis(F.T, first, axis=1)
    for _ in range(N_SWEEPS):
        before = value
        for j, values in grid.items():
            at, value = _moved(paths, at, value, j, values, seen, is_allowed)
        if np.array_equal(value, before):
            break
    own = np.arange(len(at)), np.argmax(value, axis=1)
    return np.asarray(at[own])


def _moved(
    paths: Paths,
    at: FloatArray,
    value: FloatArray,
    j: int,
    values: FloatArray,
    seen: Callable[[FloatArray], FloatArray],
    is_allowed: Callable[[FloatArray], NDArray[np.bool_]] | None,
) -> tuple[FloatArray, FloatArray]:
    """Points (n, S, d) with coordinate j where it is best, and what they are worth."""
    n, S, d = at.shape
    moved = np.repeat(at[:, :, None], len(values), axis=2)
    moved[..., j] = values
    shown = seen(moved.reshape(-1, d))
    found = paths.each(shown.reshape(n, S * len(values), -1)).reshape(n, S, -1)
    if is_allowed is not None:
        is_out = ~is_allowed(moved.reshape(-1, d)).reshape(found.shape)
        found = np.where(is_out, -np.inf, found)
    best = np.argmax(found, axis=2)
    new = np.take_along_axis(found, best[..., None], axis=2)[..., 0]
    at = at.copy()
    at[..., j] = np.where(new > value, values[best], at[..., j])
    return at, np.maximum(new, value)
