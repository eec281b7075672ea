"""The perceptron's inputs, and how they change with the hyperparameters."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["pairs", "perceptron_features", "perceptron_jacobian"]

FloatArray = NDArray[np.float64]

# a = FLOOR + SPAN * u is positive, so that eq. 6 may take its logarithm: one decade.
FLOOR, SPAN = 0.1, 0.9


def pairs(d: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices i < j of the d (d - 1) / 2 pairs, row by row."""
    i, j = np.triu_indices(d, k=1)
    return i, j


def perceptron_features(U: FloatArray) -> FloatArray:
    """Features of the published perceptron (eq. 6).

    Parameters
    ----------
    U : ndarray of shape (n, d)
        Unit points.

    Returns
    -------
    Phi : ndarray of shape (n, p)
        ``[a_i ; a_i a_j ; log a_i - log a_j]`` over pairs i < j, a = 0.1 + 0.9 u.
    """
    A = FLOOR + SPAN * U
    i, j = pairs(U.shape[1])
    return np.hstack([A, A[:, i] * A[:, j], np.log(A[:, i]) - np.log(A[:, j])])


def perceptron_jacobian(u: FloatArray) -> FloatArray:
    """Derivative of the features by the hyperparameters at one point (eq. 9).

    Parameters
    ----------
    u : ndarray of shape (d,)
        Unit point.

    Returns
    -------
    J : ndarray of shape (p, d)
        ``J[k, i]`` is d phi_k / d u_i: 1 for a base term, the partner's value for a
        product, +1/a as numerator and -1/a as denominator, all times da/du.
    """
    a = FLOOR + SPAN * u
    i, j = pairs(len(a))
    rows = np.arange(len(i))
    product, ratio = np.zeros((2, len(i), len(a)))
    product[rows, i], product[rows, j] = a[j], a[i]
    ratio[rows, i], ratio[rows, j] = 1.0 / a[i], -1.0 / a[j]
    return SPAN * np.vstack([np.eye(len(a)), product, ratio])
