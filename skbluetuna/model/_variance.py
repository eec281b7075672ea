"""Analysis of variance: what of a function each parameter and each pair explains.

Equation 20 of ``doc/notation.md``: first-order and pair Sobol indices over the unit
cube, by projection on polynomials.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import helmert, lstsq, qr

from skbluetuna.model._features import pairs

__all__ = ["Basis", "Effects", "analysis", "basis"]

FloatArray = NDArray[np.float64]

DEGREE = 6  # of the polynomials of one parameter
PAIR_DEGREE = 3  # of each factor of a pair's


class Effects(NamedTuple):
    """Of s functions, by d parameters and m = d (d - 1) / 2 pairs."""

    slope: FloatArray  # (d, s): coefficient of z; of a choice the spread of its levels
    product: FloatArray  # (m, s): coefficient of z_i z_j; with a choice the spread
    main: FloatArray  # (d, s): variance explained by a parameter alone
    pair: FloatArray  # (m, s): variance explained by a pair beyond its two parameters
    total: FloatArray  # (s,): variance


class Basis(NamedTuple):
    """Functions of one parameter over a sample, of mean 0 and variance 1."""

    values: FloatArray  # (N, k)
    scale: float  # coefficient of z for each unit of the first; 0 for a choice


def basis(u: FloatArray, levels: int) -> Basis:
    """Orthonormal functions of one parameter, given its values in a sample.

    Parameters
    ----------
    u : ndarray of shape (N,)
        Its values in the unit interval.
    levels : int
        Number of levels of a choice; 0 if ordered.

    Returns
    -------
    basis : Basis
        Polynomials in z = 2 u - 1 up to degree 6, the first of them linear; contrasts
        between the levels of a choice. None where u does not vary.
    """
    if np.ptp(u) == 0.0:
        return Basis(np.empty((len(u), 0)), 0.0)
    if levels:
        level = np.minimum((u * levels).astype(np.intp), levels - 1)
        raw = helmert(levels).T[level] * np.sqrt(levels)
    else:
        degree = min(DEGREE, len(np.unique(u)) - 1)
        raw = np.polynomial.legendre.legvander(2.0 * u - 1.0, degree)[:, 1:]
    Q, R = qr(raw - raw.mean(axis=0), mode="economic")
    values = Q * np.sign(np.diag(R)) * np.sqrt(len(u))
    spread = abs(R[0, 0]) / np.sqrt(len(u))  # of z in the sample
    return Basis(values, 0.0 if levels else 1.0 / spread)


def analysis(F: FloatArray, bases: list[Basis]) -> Effects:
    """Effects of functions known on a sample that fills the cube evenly.

    Parameters
    ----------
    F : ndarray of shape (N, s)
        Values of s functions; N well above the number of all functions of `bases`.
    bases : list of d Basis
        Functions of each parameter on the same sample.

    Returns
    -------
    effects : Effects
        What each parameter and each pair explains.

    Notes
    -----
    All parameters are fitted together by least squares. The square of a coefficient is
    larger than the truth by its variance, which is taken off, so that many pairs
    without effect do not add up to one; a variance may come out just below zero.

    References
    ----------
    I. Sobol, Global sensitivity indices for nonlinear mathematical models,
    Mathematics and Computers in Simulation 55 (2001); B. Sudret, Global sensitivity
    analysis using polynomial chaos expansions, Reliability Engineering and System
    Safety 93 (2008).
    """
    N = len(F)
    F = F - F.mean(axis=0)
    joint = np.hstack([one.values for one in bases])
    C = lstsq(joint, F)[0]
    left = F - joint @ C
    chance = np.sum(left**2, axis=0) / max(1, N - joint.shape[1] - 1) / N
    ends = np.cumsum([one.values.shape[1] for one in bases])[:-1]
    slope, main = [], []
    for one, c in zip(bases, np.split(C, ends), strict=True):
        main.append(_explained(c, chance))
        slope.append(_weight(c, one.scale, main[-1]))
    product, pair = [], []
    for i, j in zip(*pairs(len(bases)), strict=True):
        a, b = (_of_pair(bases[g]) for g in (i, j))
        c = (a[:, :, None] * b[:, None, :]).reshape(N, -1).T @ left / N
        pair.append(_explained(c, chance))
        product.append(_weight(c, bases[i].scale * bases[j].scale, pair[-1]))
    shape = (-1, F.shape[1])
    return Effects(
        np.reshape(slope, shape),
        np.reshape(product, shape),
        np.reshape(main, shape),
        np.reshape(pair, shape),
        np.mean(F**2, axis=0),
    )


def _of_pair(one: Basis) -> FloatArray:
    """Functions of one parameter that enter its pairs."""
    return one.values[:, :PAIR_DEGREE] if one.scale else one.values


def _explained(c: FloatArray, chance: FloatArray) -> FloatArray:
    """Variance of coefficients of shape (k, s), less what chance gives."""
    return np.asarray(np.sum(c**2, axis=0) - len(c) * chance)


def _weight(c: FloatArray, scale: float, explained: FloatArray) -> FloatArray:
    """Coefficient of the linear function, or the spread where there is none."""
    return scale * c[0] if scale else np.sqrt(np.maximum(explained, 0.0))
