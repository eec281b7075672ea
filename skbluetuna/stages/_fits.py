"""When the hyperparameters of a model are fitted, and to which trials (eq. 13, 22).

All of it follows from the trials, so a search that is taken up again has the same
hyperparameters as one that was never stopped. What was fitted is kept by what it was
fitted to.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model import (
    Columns,
    Hyperparameters,
    Spread,
    chosen_part,
    encode,
    fit_hyperparameters,
    posterior_spread,
    warp,
)
from skbluetuna.stages._base import FloatArray

__all__ = ["N_WHOLE", "Fitted", "fitted_to", "modelled_rows"]

REFIT_ALWAYS, REFIT_EVERY = 40, 3  # trials until every fit is new, and how often later
N_WHOLE = 200  # beyond so many trials a fit serves for a tenth of them
GROWTH = 1.1
N_PART = 300  # a model is conditioned on so many trials at most


class Fitted(NamedTuple):
    """Hyperparameters that were fitted, by what they were fitted to."""

    units: bytes
    targets: bytes
    levels: tuple[int, ...]

    @property
    def hyperparameters(self) -> Hyperparameters:
        """Their most probable values."""
        return _fit(*self)

    @property
    def spread(self) -> Spread:
        """How far they may lie from these."""
        return _spread(*self)


def fitted_to(
    own: FloatArray,
    y: FloatArray,
    t: FloatArray,
    levels: tuple[int, ...],
    *,
    is_alone: bool,
    less: Callable[[FloatArray, FloatArray], FloatArray] = lambda own, t: t,  # noqa: ARG005
) -> Fitted:
    """What the hyperparameters of n trials are fitted to.

    Up to 40 trials, to all of them; up to 200, to those up to the last multiple of
    three; then to those up to the last of 200, 220, 242, ... Several alternatives move
    each other's targets: up to 200 trials the fit sees the targets of the day, beyond
    that, as without others, the scores of its own trials, warped by themselves.

    Parameters
    ----------
    own : ndarray of shape (n, d)
        Unit points of the trials.
    y, t : ndarray of shape (n,)
        Their scores and targets.
    levels : tuple of d int
        Number of levels of each choice; 0 if ordered.
    is_alone : bool
        Whether there are no other alternatives.
    less : callable, default=identity
        From units and targets what a prior mean leaves of the targets. Beyond 200
        trials it is not called.
    """
    n = _last_fit(len(y))
    if len(y) > N_WHOLE:
        return _fitted_to_part(own[:n].tobytes(), y[:n].tobytes(), levels)
    target = t[:n] if not is_alone or n == len(y) else warp(y[:n])
    target = less(own[:n], target)
    return Fitted(own[:n].tobytes(), target.tobytes(), levels)


def modelled_rows(
    own: FloatArray, y: FloatArray, levels: tuple[int, ...]
) -> NDArray[np.intp]:
    """Rows of the trials that the model of them is conditioned on."""
    return chosen_part(own, y, levels, N_PART)


def _last_fit(n: int) -> int:
    """Number of trials that the last fit saw."""
    if n <= REFIT_ALWAYS:
        return n
    if n <= N_WHOLE:
        return n - n % REFIT_EVERY
    last, after = N_WHOLE, N_WHOLE
    while after <= n:
        last, after = after, int(GROWTH * after)
    return last


@lru_cache(maxsize=8)
def _fitted_to_part(units: bytes, scores: bytes, levels: tuple[int, ...]) -> Fitted:
    """A part of these trials, their scores warped together."""
    y = np.frombuffer(scores)
    U = np.frombuffer(units).reshape(len(y), -1)
    rows = chosen_part(U, y, levels, N_PART)
    return Fitted(U[rows].tobytes(), warp(y)[rows].tobytes(), levels)


@lru_cache(maxsize=32)
def _fit(units: bytes, targets: bytes, levels: tuple[int, ...]) -> Hyperparameters:
    """Fit once for each distinct view, however often it is asked for."""
    return fit_hyperparameters(*_decoded(units, targets, levels))


@lru_cache(maxsize=8)
def _spread(units: bytes, targets: bytes, levels: tuple[int, ...]) -> Spread:
    X, t, columns = _decoded(units, targets, levels)
    return posterior_spread(X, t, columns, _fit(units, targets, levels))


def _decoded(
    units: bytes, targets: bytes, levels: tuple[int, ...]
) -> tuple[FloatArray, FloatArray, Columns]:
    t = np.frombuffer(targets)
    own = np.frombuffer(units).reshape(len(t), -1)
    columns = Columns.of(levels, own)
    return encode(own, columns), t, columns
