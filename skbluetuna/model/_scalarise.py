"""Several objectives as one score, for a weight of each (eq. 24)."""

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model._warp import warp

__all__ = ["scalarised", "worst_scalar"]

FloatArray = NDArray[np.float64]
AUGMENT = 0.05


def scalarised(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Augmented Chebyshev scalarisation of warped objectives.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Finite values of m objectives, larger is better.
    weights : ndarray of shape (m,)
        Weights, not negative, of sum 1.

    Returns
    -------
    s : ndarray of shape (n,)
        ``min_j w_j z_j + 0.05 sum_j w_j z_j``, z_j being the warped objective from -1
        (its worst) to 0 (its best); 0 where it is constant.

    References
    ----------
    J. Knowles, ParEGO: a hybrid algorithm with on-line landscape approximation for
    expensive multiobjective optimization problems, IEEE Trans. Evolutionary Computation
    10 (2006).
    """
    if not len(values):
        return np.empty(0)
    warped = np.column_stack([warp(own) for own in values.T])
    top, low = warped.max(axis=0), warped.min(axis=0)
    width = np.where(top > low, top - low, 1.0)
    weighted = weights * (warped - top) / width
    return np.asarray(weighted.min(axis=1) + AUGMENT * weighted.sum(axis=1))


def worst_scalar(weights: FloatArray) -> float:
    """The same of the worst value of every objective."""
    return float(-weights.max() - AUGMENT * weights.sum())
