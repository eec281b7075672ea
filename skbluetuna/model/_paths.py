"""Landscapes that the scores allow: draws of the model's posterior, as whole functions.

Equation 19 of ``doc/notation.md``. A table's number (say, the share of the variance
that a parameter explains) is no linear function of the landscape, and its uncertainty
has no closed form. So it is computed for each of many landscapes drawn from the
posterior, under hyperparameters that are drawn too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, eigh

from skbluetuna.model._columns import Columns, encode
from skbluetuna.model._gaussian_process import (
    GaussianProcess,
    NegativeLogPosterior,
    fit_hyperparameters,
)
from skbluetuna.model._hyperparameters import BOUND, Hyperparameters, Prior
from skbluetuna.model._kernel import covariance, scaled

__all__ = [
    "Paths",
    "Spread",
    "drawn_models",
    "posterior_spread",
    "redrawn_models",
    "sparse_paths",
]

FloatArray = NDArray[np.float64]

STEP = 1e-3  # of the finite differences of the posterior's gradient
N_WAVES = 64  # random Fourier features of the residual's prior
N_SWEEPS = 20  # of Gibbs sampling, from equal variances of all pairs
# Of the horseshoe's global variance to that of the model's weights: about half of the
# weights then lie within the model's standard deviation.
WIDTH = 3.0
# A variance of a pair's weights, at most, where no trial tells: five deviations of
# standardised targets.
WIDEST = 25.0


def drawn_models(
    X: FloatArray,
    t: FloatArray,
    columns: Columns,
    n: int,
    rng: np.random.Generator,
) -> list[GaussianProcess]:
    """Models under n hyperparameters drawn from their posterior.

    The posterior of theta is taken as normal about its most probable value, with the
    curvature of the log posterior there (Laplace), and no wider than the prior.

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
    models : list of n GaussianProcess
        Conditioned on the data.
    """
    best = fit_hyperparameters(X, t, columns)
    model = GaussianProcess.condition(X, t, columns, best)
    return redrawn_models(model, n, rng)


class Spread(NamedTuple):
    """How far hyperparameters may lie from their most probable values.

    In units of the prior's deviations, a normal distribution about these.
    """

    axes: FloatArray  # (d + 5, d + 5), one axis a column
    deviations: FloatArray  # (d + 5,), along each


def posterior_spread(
    X: FloatArray, t: FloatArray, columns: Columns, known: Hyperparameters
) -> Spread:
    """Spread of theta by the curvature of (13) at `known`, at most that of the prior.

    Parameters
    ----------
    X, t, columns
        As in `drawn_models`.
    known : Hyperparameters
        The most probable ones.
    """
    best, loss = known.theta, NegativeLogPosterior(X, t, columns)
    prior = loss.prior
    steps = STEP * np.eye(len(best))
    H = np.array([loss(best + e)[1] - loss(best - e)[1] for e in steps]) / (2 * STEP)
    # In units of the prior's deviations its own curvature is one.
    curvature, axes = eigh(prior.sd[:, None] * (H + H.T) / 2.0 * prior.sd)
    return Spread(axes, 1.0 / np.sqrt(np.maximum(curvature, 1.0)))


def redrawn_models(
    model: GaussianProcess,
    n: int,
    rng: np.random.Generator,
    spread: Spread | None = None,
) -> list[GaussianProcess]:
    """As `drawn_models`, of the data of a model and about its hyperparameters.

    Their spread is that of the model's own data, if no other is given.
    """
    X, t, columns, best = model.X, model.t, model.columns, model.hyperparameters.theta
    axes, deviations = spread or posterior_spread(X, t, columns, model.hyperparameters)
    prior = Prior.of(len(columns.levels))
    # The symmetric root: of equal curvatures, axes are any, and turn by rounding.
    draws = rng.standard_normal((n, len(best))) @ (axes * deviations) @ axes.T
    reach = BOUND * prior.sd
    thetas = np.clip(best + prior.sd * draws, prior.mean - reach, prior.mean + reach)
    drawn = map(Hyperparameters.of, thetas)
    return [GaussianProcess.condition(X, t, columns, one) for one in drawn]


@dataclass(frozen=True)
class Paths:
    """Functions drawn from a model's posterior, to be looked at anywhere.

    Each is a function of the prior (its residual made of random waves), corrected by
    what it misses at the data.

    Parameters
    ----------
    model : GaussianProcess
        The model.
    smooth : callable
        The prior's functions without their pairs: from columns of shape (N, q) to
        values of shape (N, n).
    pairs : ndarray of shape (n, q, q)
        Weights of their pairs.
    update : ndarray of shape (m, n)
        Correction of each, for each of the m trials.

    References
    ----------
    J. Wilson et al., Efficiently sampling functions from Gaussian process posteriors,
    ICML 2020, eq. 9; A. Rahimi, B. Recht, Random features for large-scale kernel
    machines, NeurIPS 2007.
    """

    model: GaussianProcess
    smooth: Callable[[FloatArray], FloatArray]
    pairs: FloatArray
    update: FloatArray

    @classmethod
    def drawn(cls, model: GaussianProcess, n: int, rng: np.random.Generator) -> "Paths":
        """Draw n functions."""
        columns, X = model.columns, model.X
        smooth = _prior_without_pairs(model, n, rng)
        q = X.shape[1]
        deviation = model.hyperparameters.block_deviations[2]
        pairs = deviation * rng.standard_normal((n, q, q))
        pairs = np.triu(pairs) * (columns.owner[:, None] != columns.owner)
        noise = np.sqrt(model.noise) * rng.standard_normal((len(X), n))
        prior = cls(model, smooth, pairs, np.empty((0, n)))._prior(X)
        missed = model.t[:, None] - prior - noise
        return cls(
            model, smooth, pairs,
            cho_solve((model.L, True), missed, check_finite=False),
        )  # fmt: skip

    def __call__(self, U: FloatArray) -> FloatArray:
        """Values at unit points of shape (N, d), without noise: (N, n)."""
        X = encode(U, self.model.columns)
        return np.asarray(self._prior(X) + self._covariance(X) @ self.update)

    def mean(self, U: FloatArray) -> FloatArray:
        """Mean of the posterior at unit points of shape (N, d): (N,)."""
        X = encode(U, self.model.columns)
        return np.asarray(self._covariance(X) @ self.model.alpha)

    def each(self, U: FloatArray) -> FloatArray:
        """Values of each function at points of its own, shape (n, N, d): (n, N)."""
        n, N, d = U.shape
        X = encode(U.reshape(n * N, d), self.model.columns)
        own = np.repeat(np.arange(n), N)
        parts = zip(np.split(X, n), self.pairs, strict=True)
        of_pairs = np.stack([_bilinear(part, W) for part, W in parts])
        update = np.sum(self._covariance(X) * self.update.T[own], axis=1)
        smooth = self.smooth(X)[np.arange(n * N), own]
        return np.asarray((smooth + update).reshape(n, N) + of_pairs)

    def _prior(self, X: FloatArray) -> FloatArray:
        """Functions of the prior (eq. 12) at columns, shape (N, n)."""
        of_pairs = np.transpose([_bilinear(X, W) for W in self.pairs])
        return np.asarray(self.smooth(X) + of_pairs)

    def _covariance(self, X: FloatArray) -> FloatArray:
        model = self.model
        return covariance(X, model.X, model.columns, model.hyperparameters)


def sparse_paths(
    model: GaussianProcess, U: FloatArray, n: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw n functions as `Paths` does, under a prior by which few pairs matter much.

    The weight of a pair is normal with a variance of its own, in units of a common one
    the square of a half-Cauchy variable (the horseshoe): most are next to nothing, and
    any may be large. These variances are drawn in turn with the weights. All level
    combinations of a pair with a choice share one.

    Parameters
    ----------
    model : GaussianProcess
        The model.
    U : ndarray of shape (N, d)
        Unit points.
    n : int
        How many functions: consecutive ones of one chain.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    mean : ndarray of shape (N,)
        The posterior's mean as the model has it, all pairs alike.
    values : ndarray of shape (N, n)
        Values of the functions, without noise.

    References
    ----------
    C. Carvalho, N. Polson, J. Scott, The horseshoe estimator for sparse signals,
    Biometrika 97 (2010); E. Makalic, D. Schmidt, A simple sampler for the horseshoe
    estimator, IEEE Signal Processing Letters 23 (2016).
    """
    columns, scale = model.columns, model.hyperparameters.blocks[2]
    without_pairs = model.hyperparameters.without_pairs()  # they are kept apart
    X, at = model.X, encode(U, columns)
    i, j = np.nonzero(_pairs_of(np.vstack([X, at]), columns))
    Phi = X[:, i] * X[:, j]
    pair = columns.owner[i] * len(columns.levels) + columns.owner[j]
    _, pair, size = np.unique(pair, return_inverse=True, return_counts=True)
    K, k = (covariance(Z, X, columns, without_pairs) for Z in (X, at))
    K[np.diag_indices(len(X))] += model.noise
    smooth = _prior_without_pairs(model, N_SWEEPS + n, rng)
    at_trials, elsewhere = smooth(X), smooth(at)

    def of_pairs(weights: FloatArray) -> FloatArray:
        W = np.zeros((X.shape[1], X.shape[1]))
        W[i, j] = weights
        return _bilinear(at, W)

    mean = k @ model.alpha + of_pairs(scale * (Phi.T @ model.alpha))
    common = WIDTH * scale
    variance, mixing, values = np.full(len(i), scale), np.ones(len(size)), []
    for sweep in range(N_SWEEPS + n):
        w = np.sqrt(variance) * rng.standard_normal(len(i))
        noise = np.sqrt(model.noise) * rng.standard_normal(len(X))
        missed = model.t - at_trials[:, sweep] - Phi @ w - noise
        factor = cho_factor(K + (Phi * variance) @ Phi.T, check_finite=False)
        update = cho_solve(factor, missed, check_finite=False)
        w += variance * (Phi.T @ update)
        if sweep >= N_SWEEPS:
            values.append(elsewhere[:, sweep] + k @ update + of_pairs(w))
        # Given the m weights of a pair, its variance (in units of the common one) is
        # inverse gamma of (m + 1) / 2, mixed by another, inverse gamma of 1.
        square = np.bincount(pair, w**2, minlength=len(size)) / (2.0 * common)
        own = (1.0 / mixing + square) / rng.standard_gamma((size + 1.0) / 2.0)
        mixing = (1.0 + 1.0 / own) / rng.standard_gamma(1.0, len(size))
        variance = np.minimum(common * own, WIDEST)[pair]
    return mean, np.transpose(values)


def _pairs_of(X: FloatArray, columns: Columns) -> NDArray[np.bool_]:
    """Which two columns i < j belong to different parameters.

    Of choices of many levels, of which most never meet, those that do in a row of X.
    """
    is_pair = np.triu(columns.owner[:, None] != columns.owner)
    if columns.is_wide:
        is_used = (X != 0.0).astype(np.float64)
        is_pair &= is_used.T @ is_used > 0.0
    return np.asarray(is_pair)


def _prior_without_pairs(
    model: GaussianProcess, n: int, rng: np.random.Generator
) -> Callable[[FloatArray], FloatArray]:
    """Draw n functions of the prior; what they are at columns X has shape (N, n)."""
    columns, known, q = model.columns, model.hyperparameters, model.X.shape[1]
    ell, a = known.length_scales, known.block_deviations
    waves = rng.standard_normal((q, N_WAVES))
    # The spectrum of Matern-5/2 is Student's t with 5 degrees of freedom.
    waves /= np.sqrt(rng.chisquare(5.0, N_WAVES) / 5.0)
    phase = rng.uniform(0.0, 2.0 * np.pi, N_WAVES)
    size = np.sqrt(known.residual * 2.0 / N_WAVES) * rng.standard_normal((N_WAVES, n))
    base, curve = a[0] * rng.standard_normal((q, n)), a[1] * rng.standard_normal((q, n))

    def values(X: FloatArray) -> FloatArray:
        wave = np.cos(scaled(X, ell, columns) @ waves + phase) @ size
        squares = X[:, columns.ordered] ** 2 @ curve[columns.ordered]
        return np.asarray(wave + X @ base + squares)

    return values


def _bilinear(X: FloatArray, W: FloatArray) -> FloatArray:
    """Sum of W_ij x_i x_j at each of the points X, shape (N,)."""
    return np.asarray(np.sum((X @ W) * X, axis=1))
