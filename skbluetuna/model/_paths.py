"""Landscapes that the scores allow: draws of the model's posterior, as whole functions.

Equation 19 of ``doc/notation.md``. A table's number (say, the share of the variance
that a parameter explains) is no linear function of the landscape, and its uncertainty
has no closed form. So it is computed for each of many landscapes drawn from the
posterior, under hyperparameters that are drawn too.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, eigh

from skbluetuna.model._evidence import (
    BOUND,
    NOISE_FLOOR,
    Columns,
    Evidence,
    EvidenceModel,
    covariance,
    encode,
    fit_theta,
    scaled,
)
from skbluetuna.model._features import pairs

__all__ = ["drawn_models", "paths"]

FloatArray = NDArray[np.float64]

STEP = 1e-3  # of the finite differences of the evidence's gradient
N_WAVES = 64  # random Fourier features of the residual's prior


def drawn_models(
    X: FloatArray,
    t: FloatArray,
    columns: Columns,
    n: int,
    rng: np.random.Generator,
) -> list[EvidenceModel]:
    """Models under n hyperparameters drawn from their posterior.

    The posterior of theta is taken as normal about its most probable value, with the
    curvature of the evidence there (Laplace), and no wider than the prior.

    Parameters
    ----------
    X : ndarray of shape (m, q)
        Encoded points.
    t : ndarray of shape (m,)
        Targets.
    columns : Columns
        How the parameters became columns.
    n : int
        How many.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    models : list of n EvidenceModel
        Conditioned on the data.
    """
    best, slope = fit_theta(X, t, columns), Evidence(X, t, columns)
    prior = slope.prior
    steps = STEP * np.eye(len(best))
    H = np.array([slope(best + e)[1] - slope(best - e)[1] for e in steps]) / (2 * STEP)
    curvature, axes = eigh((H + H.T) / 2.0)
    spread = 1.0 / np.sqrt(np.maximum(curvature, 1.0 / np.max(prior.sd) ** 2))
    draws = best + (rng.standard_normal((n, len(best))) * spread) @ axes.T
    reach = BOUND * prior.sd
    draws = np.clip(draws, prior.mean - reach, prior.mean + reach)
    return [EvidenceModel.condition(X, t, columns, theta) for theta in draws]


def paths(
    model: EvidenceModel, U: FloatArray, n: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw n functions from the posterior and evaluate them at U.

    Each is a function of the prior (its residual made of random waves), corrected by
    what it misses at the data.

    Parameters
    ----------
    model : EvidenceModel
        The model.
    U : ndarray of shape (N, d)
        Unit points.
    n : int
        How many functions.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    mean : ndarray of shape (N,)
        The posterior's mean.
    values : ndarray of shape (N, n)
        Values of the functions, without noise.

    References
    ----------
    J. Wilson et al., Efficiently sampling functions from Gaussian process posteriors,
    ICML 2020, eq. 9; A. Rahimi, B. Recht, Random features for large-scale kernel
    machines, NeurIPS 2007.
    """
    columns, theta = model.columns, model.theta
    d = len(columns.levels)
    X = encode(U, columns)
    waves = rng.standard_normal((X.shape[1], N_WAVES))
    # The spectrum of Matern-5/2 is Student's t with 5 degrees of freedom.
    waves /= np.sqrt(rng.chisquare(5.0, N_WAVES) / 5.0)
    phase = rng.uniform(0.0, 2.0 * np.pi, N_WAVES)
    ell, s_g, s = np.exp(theta[:d]), np.exp(theta[d]), np.exp(theta[d + 1])
    sizes = np.sqrt([s_g * 2.0 / N_WAVES, *np.exp(theta[d + 2 :])])

    def features(X: FloatArray) -> FloatArray:
        wave = np.cos(scaled(X, ell, columns) @ waves + phase)
        blocks = [wave, *_perceptron(X, columns)]
        return np.hstack([a * f for a, f in zip(sizes, blocks, strict=True)])

    known = features(model.X)
    w = rng.standard_normal((known.shape[1], n))
    noise = np.sqrt(s + NOISE_FLOOR) * rng.standard_normal((len(known), n))
    missed = model.t[:, None] - known @ w - noise
    update = cho_solve((model.L, True), missed, check_finite=False)
    k = covariance(X, model.X, columns, theta)[0]
    return k @ model.alpha, features(X) @ w + k @ update


def _perceptron(X: FloatArray, columns: Columns) -> list[FloatArray]:
    """Features of the three blocks of eq. 12."""
    i, j = pairs(X.shape[1])
    apart = columns.owner[i] != columns.owner[j]
    return [X, X[:, columns.ordered] ** 2, X[:, i[apart]] * X[:, j[apart]]]
