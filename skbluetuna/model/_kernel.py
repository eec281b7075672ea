"""The prior covariance of the Gaussian process, and its slopes (eq. 12).

Symbols are those of ``_gaussian_process.py``. Each number is computed once, in an order
that is kept: the search's asks depend on the last bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model._columns import Columns
from skbluetuna.model._hyperparameters import Hyperparameters

__all__ = [
    "Kernel",
    "covariance",
    "gram",
    "matern_parts",
    "scaled",
    "squared_differences",
]

FloatArray = NDArray[np.float64]
SQRT5 = np.sqrt(5.0)
SCALE, LEVEL_SCALE = 0.5, np.sqrt(0.5)  # of z = 2 u - 1, and of a level's 0 or 1


def gram(X: FloatArray, Y: FloatArray, columns: Columns) -> list[FloatArray]:
    """Inner products of the three feature blocks, each of shape (n, m) (eq. 12).

    Base: x . y. Curvature: sum of x_i^2 y_i^2 over ordered columns. Pairs: the sum of
    x_i x_j y_i y_j over pairs of columns of different parameters; with s_g the inner
    product of parameter g's columns, sum_{g < h} s_g s_h
    = ((sum_g s_g)^2 - sum_g s_g^2) / 2.
    """
    ordered = columns.ordered
    base = X @ Y.T
    curvature = X[:, ordered] ** 2 @ Y[:, ordered].T ** 2
    pairs = base**2
    if ordered.all():
        pairs -= curvature
    else:  # a choice's s_g is 0 or 1, its own square
        pairs -= curvature + X[:, ~ordered] @ Y[:, ~ordered].T
    pairs *= 0.5
    return [base, curvature, pairs]


def scaled(X: FloatArray, ell: FloatArray, columns: Columns) -> FloatArray:
    """Columns in units of their length scale; two levels of a choice are 1 apart."""
    unit = np.where(columns.ordered, SCALE, LEVEL_SCALE)
    return X * (unit / ell[columns.owner])


def squared_differences(
    X: FloatArray, columns: Columns, i: NDArray[np.intp], j: NDArray[np.intp]
) -> FloatArray:
    """Squared differences of p pairs of rows in each parameter, shape (p, d)."""
    D = np.empty((len(i), len(columns.levels)))
    for g, (start, width) in enumerate(zip(columns.first, columns.widths, strict=True)):
        own = X[:, start : start + width]
        if columns.levels[g] == 0:
            z = SCALE * own[:, 0]
            D[:, g] = (z[i] - z[j]) ** 2
        else:  # of a choice, how many of the two have a level that the other has not
            has, both = own.sum(axis=1), own @ own.T
            D[:, g] = LEVEL_SCALE**2 * (has[i] + has[j] - 2.0 * both[i, j])
    return D


def matern_parts(r: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Matern-5/2 correlation at scaled distance r, 1 + sqrt5 r, and exp(-sqrt5 r)."""
    linear = SQRT5 * r
    decay = np.negative(linear)
    np.exp(decay, out=decay)
    linear += 1.0
    matern = (5.0 / 3.0) * r
    matern *= r
    matern += linear
    matern *= decay
    return matern, linear, decay


class At(NamedTuple):
    """Covariance of m points with those of a kernel, and what its slope needs."""

    k: FloatArray  # (m, n), and all below
    Z: FloatArray  # (m, number of ordered parameters)
    base: FloatArray
    linear: FloatArray
    decay: FloatArray


class Kernel:
    """Prior covariance with n points, at given hyperparameters.

    Parameters
    ----------
    Y : ndarray of shape (n, q)
        The points, encoded.
    columns : Columns
        How the parameters became columns.
    known : Hyperparameters
        The hyperparameters.
    """

    def __init__(self, Y: FloatArray, columns: Columns, known: Hyperparameters) -> None:
        self.Y, self.columns, self.ordered = Y, columns, columns.ordered
        self.is_numeric = columns.levels == 0
        self.inv_ell2 = known.inverse_squares[self.is_numeric]
        self.s_g, self.a = known.residual, known.blocks
        self._ell = known.length_scales
        self._B = scaled(Y, self._ell, columns)
        self._squares = np.sum(self._B**2, 1)[None]
        self._Z = Y[:, self.ordered]
        self._Z2 = self._Z**2

    def at(self, X: FloatArray) -> At:
        """Covariance with points X of shape (m, q)."""
        A = scaled(X, self._ell, self.columns)
        r = np.sum(A**2, 1)[:, None] + self._squares
        r -= 2.0 * A @ self._B.T
        np.maximum(r, 0.0, out=r)
        k, linear, decay = matern_parts(np.sqrt(r, out=r))
        base, curvature, pairs = gram(X, self.Y, self.columns)
        k *= self.s_g
        k += self.a[0] * base
        curvature *= self.a[1]
        k += curvature
        pairs *= self.a[2]
        k += pairs
        return At(k, X[:, self.ordered], base, linear, decay)

    def variance(self, X: FloatArray) -> FloatArray:
        """Prior variance at points X, shape (m,)."""
        ordered, a = self.ordered, self.a
        base = np.sum(X**2, axis=1)
        curvature = np.sum(X[:, ordered] ** 4, axis=1)
        own = curvature + np.sum(X[:, ~ordered], axis=1)
        pairs = 0.5 * (base**2 - own)
        return np.asarray(self.s_g + a[0] * base + a[1] * curvature + a[2] * pairs)

    def variance_slope(self, X: FloatArray) -> FloatArray:
        """Derivative of the prior variance by u, shape (m, d); 0 for choices."""
        a, Z = self.a, X[:, self.ordered]
        base = np.sum(X**2, axis=1)[:, None]
        slope = 2.0 * Z * (a[0] + a[2] * base) + (4.0 * a[1] - 2.0 * a[2]) * Z**3
        result = np.zeros((len(X), len(self.is_numeric)))
        result[:, self.is_numeric] = 2.0 * slope
        return result

    def slope(self, at: At, C: FloatArray) -> FloatArray:
        """Derivative of sum_i C[:, i] k(x, y_i) by u, shape (m, d); C is held."""
        a, Z = self.a, at.Z
        # Base and pairs: (a_1 + a_3 s) z_i', less a_3 z_i z_i'^2 of the own column.
        CS = C * (a[0] + a[2] * at.base)
        slope = CS @ self._Z + (2.0 * a[1] - a[2]) * Z * (C @ self._Z2)
        slope *= 2.0  # z = 2 u - 1
        decay = C * (-(5.0 / 3.0) * self.s_g * at.linear * at.decay)
        matern = 0.5 * (Z * decay.sum(1)[:, None] - decay @ self._Z) * self.inv_ell2
        result = np.zeros((len(Z), len(self.is_numeric)))
        result[:, self.is_numeric] = slope + matern
        return result


def covariance(
    X: FloatArray, Y: FloatArray, columns: Columns, known: Hyperparameters
) -> FloatArray:
    """Prior covariance of shape (n, m)."""
    return Kernel(Y, columns, known).at(X).k
