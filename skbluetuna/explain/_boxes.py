"""Evenly filled boxes over which the tables take their shares."""

import numpy as np
from scipy.stats import qmc

from skbluetuna.history import View
from skbluetuna.model import BoxSample
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, active

__all__ = ["near_box", "whole_box"]

LEAST_POINTS, PER_PARAMETER = 1024, 150  # points of a box
REACH = 0.25  # to either side of the best trial, in units of a parameter's range
FEW = 4  # values of a parameter that are all near the best
# Of a choice of many levels some stand for all: to the model its levels are alike, and
# a box in which hardly one is met twice does not tell what the choice explains.
MANY, SOME = 64, 32


def whole_box(space: Space, rng: np.random.Generator) -> BoxSample:
    """The whole space; columns are those of its active dimensions."""
    return _filled(space, np.zeros(len(space)), np.ones(len(space)), rng)


def near_box(space: Space, view: View, rng: np.random.Generator) -> BoxSample:
    """Half of each range about the best trial; of choices and few values all."""
    has_best = view.best_row is not None
    centre = view.incumbent if has_best else np.full(len(space), 0.5)
    low = np.clip(centre - REACH, 0.0, 1.0 - 2.0 * REACH)
    is_range = [
        dim.is_ordered and (dim.n_values is None or dim.n_values > FEW)
        for dim in space.dimensions
    ]
    return _filled(
        space, np.where(is_range, low, 0.0), np.where(is_range, 2.0 * REACH, 1.0), rng
    )


def _filled(
    space: Space, low: FloatArray, width: FloatArray, rng: np.random.Generator
) -> BoxSample:
    varying = active(space)
    n = max(LEAST_POINTS, PER_PARAMETER * len(varying))
    U = qmc.Halton(len(space), rng=rng).random(n)
    at = low + width * U
    for j, dim in enumerate(space.dimensions):
        if not dim.is_ordered and (dim.n_values or 0) > MANY:
            at[:, j] = (np.floor(at[:, j] * SOME) + 0.5) / SOME
    at = space.rounded(at)
    return BoxSample(at[:, varying], space.snap(at)[:, varying])
