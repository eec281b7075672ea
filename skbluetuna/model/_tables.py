"""From weights to the influence and interaction tables."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model._features import pairs, perceptron_features
from skbluetuna.model._perceptron import FittedPerceptron

__all__ = ["Influence", "influence"]

FloatArray = NDArray[np.float64]


class Influence(NamedTuple):
    """What the weights say of d hyperparameters and their m = d (d - 1) / 2 pairs.

    Shares are of the variance that the terms explain over the trials, one term at a
    time, and sum to one over all terms (to zero if nothing varies).
    """

    base: FloatArray  # (3, d): weight, standard error, share
    product: FloatArray  # (3, m): the same of a_i a_j
    ratio: FloatArray  # (3, m): the same of log a_i - log a_j


def influence(model: FittedPerceptron, U: FloatArray) -> Influence:
    """Tables of a trained perceptron over the trials at U of shape (n, d)."""
    d = U.shape[1]
    m = len(pairs(d)[0])
    Phi = perceptron_features(U)
    varies = np.ptp(Phi, axis=0) > 0.0  # the variance of equal floats is not quite 0
    explained = np.where(varies, model.weights**2 * Phi.var(axis=0), 0.0)
    total = explained.sum()
    share = explained / total if total > 0.0 else np.zeros_like(explained)
    rows = np.stack([model.weights, model.std_error, share])
    base, product, ratio = np.split(rows, [d, d + m], axis=1)
    return Influence(base, product, ratio)
