"""Analysis of variance: what of a function each parameter and each pair explains.

Equation 20 of ``doc/notation.md``: first-order and pair Sobol indices over the unit
cube, by projection on polynomials.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import helmert, qr

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
        between the levels of a choice.
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
        Values of s functions.
    bases : list of d Basis
        Functions of each parameter on the same sample.

    Returns
    -------
    effects : Effects
        What each parameter and each pair explains.

    Notes
    -----
    What a coefficient would be by chance alone, ``var / N`` each, is taken off its
    square, so that many pairs without effect do not add up to one.

    References
    ----------
    I. Sobol, Global sensitivity indices for nonlinear mathematical models,
    Mathematics and Computers in Simulation 55 (2001); B. Sudret, Global sensitivity
    analysis using polynomial chaos expansions, Reliability Engineering and System
    Safety 93 (2008).
    """
    N = len(F)
    F = F - F.mean(axis=0)
    total = np.mean(F**2, axis=0)
    left, first = F, []
    for one in bases:
        first.append(one.values.T @ F / N)
        left = left - one.values @ first[-1]
    chance = np.mean(left**2, axis=0) / N
    main = [_explained(c, chance) for c in first]
    slope = [
        one.scale * c[0] if one.scale else np.sqrt(v)
        for c, one, v in zip(first, bases, main, strict=True)
    ]
    product, pair = [], []
    for i, j in zip(*pairs(len(bases)), strict=True):
        a, b = (_of_pair(bases[g]) for g in (i, j))
        both = (a[:, :, None] * b[:, None, :]).reshape(N, -1)
        c = both.T @ left / N
        pair.append(_explained(c, chance))
        scale = bases[i].scale * bases[j].scale
        product.append(scale * c[0] if scale else np.sqrt(pair[-1]))
    shape = (-1, F.shape[1])
    return Effects(
        np.reshape(slope, shape),
        np.reshape(product, shape),
        np.reshape(main, shape),
        np.reshape(pair, shape),
        total,
    )


def _of_pair(one: Basis) -> FloatArray:
    """Functions of one parameter that enter its pairs."""
    return one.values[:, :PAIR_DEGREE] if one.scale else one.values


def _explained(c: FloatArray, chance: FloatArray) -> FloatArray:
    """Variance of coefficients of shape (k, s), less what chance gives."""
    return np.asarray(np.maximum(np.sum(c**2, axis=0) - len(c) * chance, 0.0))
