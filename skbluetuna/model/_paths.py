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
    Columns,
    Evidence,
    EvidenceModel,
    covariance,
    encode,
    fit_theta,
    scaled,
)

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
    # In units of the prior's deviations, where its own curvature is one.
    curvature, axes = eigh(prior.sd[:, None] * (H + H.T) / 2.0 * prior.sd)
    spread = 1.0 / np.sqrt(np.maximum(curvature, 1.0))
    draws = (rng.standard_normal((n, len(best))) * spread) @ axes.T
    reach = BOUND * prior.sd
    thetas = np.clip(best + prior.sd * draws, prior.mean - reach, prior.mean + reach)
    return [EvidenceModel.condition(X, t, columns, theta) for theta in thetas]


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
    d, q = len(columns.levels), model.X.shape[1]
    ell, s_g = np.exp(theta[:d]), np.exp(theta[d])
    a = np.exp(theta[d + 2 :] / 2.0)
    waves = rng.standard_normal((q, N_WAVES))
    # The spectrum of Matern-5/2 is Student's t with 5 degrees of freedom.
    waves /= np.sqrt(rng.chisquare(5.0, N_WAVES) / 5.0)
    phase = rng.uniform(0.0, 2.0 * np.pi, N_WAVES)
    size = np.sqrt(s_g * 2.0 / N_WAVES) * rng.standard_normal((N_WAVES, n))
    base, curve = a[0] * rng.standard_normal((q, n)), a[1] * rng.standard_normal((q, n))
    both = np.triu(a[2] * rng.standard_normal((n, q, q)))
    both *= columns.owner[:, None] != columns.owner

    def prior(X: FloatArray) -> FloatArray:
        """Functions of the prior (eq. 12), shape (N, n)."""
        wave = np.cos(scaled(X, ell, columns) @ waves + phase) @ size
        products = [np.sum((X @ W) * X, axis=1) for W in both]
        squares = X[:, columns.ordered] ** 2 @ curve[columns.ordered]
        return np.asarray(wave + X @ base + squares + np.transpose(products))

    noise = np.sqrt(model.noise) * rng.standard_normal((len(model.t), n))
    missed = model.t[:, None] - prior(model.X) - noise
    update = cho_solve((model.L, True), missed, check_finite=False)
    X = encode(U, columns)
    k = covariance(X, model.X, columns, theta)[0]
    return k @ model.alpha, prior(X) + k @ update
