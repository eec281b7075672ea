"""Analysis of variance: what of a function each parameter and each pair explains.

Equation 20 of ``doc/notation.md``: first-order and pair Sobol indices over the unit
cube, by a fit of polynomials.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import helmert, lstsq, qr

from skbluetuna.model._features import pairs

__all__ = ["Basis", "Effects", "analysis", "basis"]

FloatArray = NDArray[np.float64]

DEGREE = 6  # of the polynomials of one parameter
# Of each factor of a pair's, up to so many parameters: many pairs, few functions each.
PAIR_DEGREES = {10: 3, 20: 2}


class Effects(NamedTuple):
    """Of s functions, by d parameters and m = d (d - 1) / 2 pairs."""

    slope: FloatArray  # (d, s): coefficient of z; of a choice the spread of its levels
    product: FloatArray  # (m, s): coefficient of z_i z_j; with a choice the spread
    main: FloatArray  # (d, s): variance explained by a parameter alone
    pair: FloatArray  # (m, s): variance explained by a pair beyond its two parameters
    main_error: FloatArray  # (d, s): standard error of main, the sample being finite
    pair_error: FloatArray  # (m, s)
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
        between the levels of a choice that the sample has. None where u does not vary.
    """
    if np.ptp(u) == 0.0:
        return Basis(np.empty((len(u), 0)), 0.0)
    if levels:
        level = np.minimum((u * levels).astype(np.intp), levels - 1)
        there, level = np.unique(level, return_inverse=True)
        raw = helmert(len(there)).T[level] * np.sqrt(len(there))
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
    Everything is fitted together by least squares; where that would be more than a
    third of N functions (choices of many values), single parameters are, and pairs are
    projections of what these leave. The square of a coefficient is larger than the
    truth by its variance, which is taken off, so that many pairs without effect do not
    add up to one; a variance may come out just below zero.

    References
    ----------
    I. Sobol, Global sensitivity indices for nonlinear mathematical models,
    Mathematics and Computers in Simulation 55 (2001); B. Sudret, Global sensitivity
    analysis using polynomial chaos expansions, Reliability Engineering and System
    Safety 93 (2008).
    """
    N = len(F)
    F = F - F.mean(axis=0)
    both = list(zip(*pairs(len(bases)), strict=True))
    single = [one.values for one in bases]
    inner = [one.values[:, : _pair_width(one, len(bases))] for one in bases]
    n_inner = sum(inner[i].shape[1] * inner[j].shape[1] for i, j in both)
    products = (_products(inner[i], inner[j]) for i, j in both)
    if sum(values.shape[1] for values in single) + n_inner <= N // 3:
        parts, left = _fitted([*single, *products], F)
        of_single, of_pairs = parts[: len(bases)], parts[len(bases) :]
    else:
        of_single, left = _fitted(single, F)
        of_pairs = [values.T @ left / N for values in products]
        n_inner = 0
    freedom = N - 1 - n_inner - sum(values.shape[1] for values in single)
    chance = np.sum(left**2, axis=0) / max(1, freedom) / N
    main, main_error = zip(*(_explained(c, chance) for c in of_single), strict=True)
    known = [_explained(c, chance) for c in of_pairs]
    pair, pair_error = zip(*known, strict=True) if known else ((), ())
    scales = [one.scale for one in bases]
    slope = [
        _weight(c, scale, v)
        for c, scale, v in zip(of_single, scales, main, strict=True)
    ]
    product = [
        _weight(c, scales[i] * scales[j], v)
        for c, (i, j), v in zip(of_pairs, both, pair, strict=True)
    ]
    shape = (-1, F.shape[1])
    return Effects(
        np.reshape(slope, shape),
        np.reshape(product, shape),
        np.reshape(main, shape),
        np.reshape(pair, shape),
        np.reshape(main_error, shape),
        np.reshape(pair_error, shape),
        np.mean(F**2, axis=0),
    )


def _pair_width(one: Basis, d: int) -> int:
    """How many functions of one of d parameters enter its pairs."""
    width: int = one.values.shape[1]
    if not one.scale:
        return width
    return next((k for most, k in PAIR_DEGREES.items() if d <= most), 1)


def _products(a: FloatArray, b: FloatArray) -> FloatArray:
    """All products of two parameters' functions, shape (N, k * l)."""
    return (a[:, :, None] * b[:, None, :]).reshape(len(a), -1)


def _fitted(
    blocks: list[FloatArray], F: FloatArray
) -> tuple[list[FloatArray], FloatArray]:
    """Coefficients of each block by least squares, and what they leave."""
    joint = np.hstack(blocks)
    joint -= joint.mean(axis=0)  # of products it is not quite zero; F has none
    C = lstsq(joint, F)[0]
    ends = np.cumsum([block.shape[1] for block in blocks])[:-1]
    return np.split(C, ends), F - joint @ C


def _explained(c: FloatArray, chance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variance of coefficients of shape (k, s), less what chance gives; its error."""
    explained = np.sum(c**2, axis=0) - len(c) * chance
    known = np.maximum(explained, 0.0)
    error = np.sqrt(4.0 * chance * known + 2.0 * len(c) * chance**2)
    return explained, error


def _weight(c: FloatArray, scale: float, explained: FloatArray) -> FloatArray:
    """Coefficient of the linear function, or the spread where there is none."""
    return scale * c[0] if scale else np.sqrt(np.maximum(explained, 0.0))
