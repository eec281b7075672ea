"""Evenly filled boxes over which the tables take their shares."""

import numpy as np
from scipy.stats import qmc

from skbluetuna._ledger import Ledger
from skbluetuna.model import Cube
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, active

__all__ = ["near_box", "whole_box"]

N_POINTS = 1024
REACH = 0.25  # to either side of the best trial, in units of a parameter's range


def whole_box(space: Space, rng: np.random.Generator) -> Cube:
    """The whole space; columns are those of its active dimensions."""
    return _filled(space, np.zeros(len(space)), 1.0, rng)


def near_box(space: Space, ledger: Ledger, rng: np.random.Generator) -> Cube:
    """Half of each range about the best trial, and all values of each choice."""
    best = ledger.best
    centre = np.full(len(space), 0.5) if best is None else np.array(best.unit)
    low = np.clip(centre - REACH, 0.0, 1.0 - 2.0 * REACH)
    return _filled(space, low, 2.0 * REACH, rng)


def _filled(
    space: Space, low: FloatArray, width: float, rng: np.random.Generator
) -> Cube:
    U = qmc.Sobol(len(space), rng=rng).random(N_POINTS)
    ordered = np.array([dim.is_ordered for dim in space.dimensions])
    at = space.rounded(np.where(ordered, low + width * U, U))
    varying = active(space)
    return Cube(at[:, varying], space.snap(at)[:, varying])
