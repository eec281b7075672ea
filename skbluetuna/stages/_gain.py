"""What a trial is expected to gain, by a model and those of measured constraints."""

import numpy as np

from skbluetuna.history import View
from skbluetuna.model import (
    AtFull,
    Columns,
    GaussianProcess,
    Limit,
    OnPrior,
    WithLimits,
    encode,
    log_augmented_improvement,
    scaled_margins,
)
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, active
from skbluetuna.stages._fits import fitted_to, modelled_rows

__all__ = ["Model", "gain_with_slope", "levels_of", "limits_of", "log_gain"]

Model = GaussianProcess | AtFull | OnPrior | WithLimits


def levels_of(space: Space) -> tuple[int, ...]:
    """Number of levels of each parameter that varies; 0 if it is ordered."""
    dims = [space.dimensions[j] for j in active(space)]
    return tuple(0 if dim.is_ordered else dim.n_values or 0 for dim in dims)


def limits_of(space: Space, view: View) -> tuple[Limit, ...]:
    """Models of the margins of measured constraints that say something."""
    found, levels = [], levels_of(space)
    for margins in np.empty((0, 0)) if view.margins is None else view.margins.T:
        known = ~view.is_pending & ~np.isnan(margins)
        scaled = scaled_margins(margins[known]) if known.sum() > 1 else None
        if scaled is None:
            continue
        own, (t, zero) = np.ascontiguousarray(view.X[known][:, active(space)]), scaled
        fitted = fitted_to(own, margins[known], t, levels, is_alone=False)
        rows = modelled_rows(own, margins[known], levels)
        columns = Columns.of(levels, own[rows])
        X = encode(own[rows], columns)
        model = GaussianProcess.condition(X, t[rows], columns, fitted.hyperparameters)
        found.append(Limit(model, zero))
    return tuple(found)


def log_gain(model: Model, U: FloatArray, incumbent: float) -> FloatArray:
    """Log augmented improvement (eq. 15) at unit points of shape (m, d).

    Where constraints are measured, times the probability that all are met.
    """
    if isinstance(model, WithLimits):
        chance = model.log_chance(U)
        return chance + log_gain(model.rest, U, incumbent) if model.has_best else chance
    at = model.predict(U)
    return log_augmented_improvement(at.mean, at.std, incumbent, model.noise)[0]


def gain_with_slope(
    model: Model, U: FloatArray, incumbent: float
) -> tuple[FloatArray, FloatArray]:
    """The same, and its slope by u, shape (m, d)."""
    if isinstance(model, WithLimits):
        chance = model.log_chance(U, gradient=True)
        if not model.has_best:
            return chance[:, 0], chance[:, 1:]
        gain, slope = gain_with_slope(model.rest, U, incumbent)
        return gain + chance[:, 0], slope + chance[:, 1:]
    post = model.predict(U, gradient=True)
    gain, by_mean, by_std = log_augmented_improvement(
        post.mean, post.std, incumbent, model.noise
    )
    # Chain rule: the acquisition's slope by mean and by deviation, theirs by u.
    slope = by_mean[:, None] * post.mean_slope + by_std[:, None] * post.std_slope
    return gain, slope
