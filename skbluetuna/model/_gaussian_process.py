"""The Gaussian process with perceptron features: mean and residual, jointly.

Equations 12 and 13 of ``doc/notation.md``. The mean is a sum of features times weights.
The weights are normal, so the mean is a Gaussian process too, and its kernel needs
inner products of features alone. No weight is fitted by itself.

=========  ==========================================================  ==============
symbol     meaning                                                     shape
=========  ==========================================================  ==============
q          encoded columns: one for an ordered parameter, one for each
           level of a choice
X          encoded points: z = 2 u - 1 of ordered parameters, 0 or 1
           for levels                                                  (n, q)
owner      parameter of each column                                    (q,)
G_b        Phi_b Phi_b' of block b: base, curvature, pairs             (n, n)
ell        length scales of the residual, in units of u                (d,)
a          prior variances of the three blocks' weights                (3,)
s_g, s     variance of the residual, variance of the noise             scalars
theta      log of (ell, s_g, s, a), see `Hyperparameters`              (d + 5,)
K          prior covariance of the targets                             (n, n)
L, alpha   its Cholesky factor, K^-1 t                                 (n, n), (n,)
=========  ==========================================================  ==============
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs, dtrtrs
from scipy.optimize import Bounds, minimize

from skbluetuna.model._columns import Columns, encode, in_columns
from skbluetuna.model._hyperparameters import (
    BOUND,
    NOISE_FLOOR,
    Hyperparameters,
    Prior,
)
from skbluetuna.model._kernel import (
    Kernel,
    covariance,
    gram,
    matern_parts,
    squared_differences,
)

__all__ = [
    "GaussianProcess",
    "NegativeLogPosterior",
    "Posterior",
    "fit_hyperparameters",
]

FloatArray = NDArray[np.float64]

NO_SLOPE: FloatArray = np.empty((0, 0))
NO_SLOPE.setflags(write=False)


class NegativeLogPosterior:
    """Negative log posterior of theta, and its gradient (eq. 13).

    It holds what no theta changes. Everything is symmetric, so only pairs of points
    below the diagonal are kept: p of them, p = n (n - 1) / 2.

    Parameters
    ----------
    X : ndarray of shape (n, q)
        Encoded points.
    t : ndarray of shape (n,)
        Targets.
    columns : Columns
        How the parameters became columns.
    """

    def __init__(self, X: FloatArray, t: FloatArray, columns: Columns) -> None:
        n, self.t = len(t), t
        self.i, self.j = np.tril_indices(n, -1)
        blocks = np.stack([g.ravel() for g in gram(X, X, columns)])
        self.blocks = blocks[:, self.i * n + self.j]  # (3, p)
        self.diagonals = blocks[:, :: n + 1]  # (3, n)
        # Places of the pairs in a flat (n, n) array, column by column as LAPACK has it.
        self.below = self.j * n + self.i
        self.D = squared_differences(X, columns, self.i, self.j)  # (p, d)
        self.prior = Prior.of(len(columns.levels))

    def __call__(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Value and gradient at theta, shape (d + 5,) (eq. 13)."""
        n, known = len(self.t), Hyperparameters.of(theta)
        inv_ell2 = known.inverse_squares
        s_g, s, a = known.residual, known.noise, known.blocks
        r = self.D @ inv_ell2
        matern, linear, decay = matern_parts(np.sqrt(r, out=r))
        K = np.zeros(n * n)
        K[self.below] = s_g * matern + a @ self.blocks
        K[:: n + 1] = s_g + s + NOISE_FLOOR + a @ self.diagonals
        L, info = dpotrf(K.reshape(n, n).T, lower=1, overwrite_a=1)
        if info:
            return 1e25, np.zeros_like(theta)
        alpha = dpotrs(L, self.t, lower=1)[0]
        off = (theta - self.prior.mean) / self.prior.sd
        value = 0.5 * self.t @ alpha + np.sum(np.log(np.diag(L))) + 0.5 * off @ off
        # d value / d K = (K^-1 - alpha alpha') / 2; each pair stands there twice.
        inverse = dpotri(L, lower=1, overwrite_c=1)[0].T.ravel()
        pairs = inverse[self.below] - alpha[self.i] * alpha[self.j]
        diagonal = 0.5 * (inverse[:: n + 1] - alpha * alpha)
        # d Matern / d log ell_j = (5/3) (1 + sqrt5 r) exp(-sqrt5 r) D_j / ell_j^2
        linear *= s_g * (5.0 / 3.0)
        linear *= decay
        linear *= pairs
        trace = diagonal.sum()
        gradient = Hyperparameters(
            (linear @ self.D) * inv_ell2,
            s_g * (pairs @ matern + trace),
            s * trace,
            a * (self.blocks @ pairs + self.diagonals @ diagonal),
        )
        return float(value), gradient.theta + off / self.prior.sd


def fit_hyperparameters(
    X: FloatArray, t: FloatArray, columns: Columns, *, n_steps: int = 50
) -> Hyperparameters:
    """Most probable hyperparameters of the model (eq. 13).

    Parameters
    ----------
    X : ndarray of shape (n, q)
        Encoded points.
    t : ndarray of shape (n,)
        Targets, warped.
    columns : Columns
        How the parameters became columns.
    n_steps : int, default=50
        At most so many steps of L-BFGS from the prior's centre.

    Returns
    -------
    hyperparameters : Hyperparameters
        Of the largest posterior probability that was found.
    """
    loss = NegativeLogPosterior(X, t, columns)
    prior = loss.prior
    reach = BOUND * prior.sd
    found = minimize(
        loss,
        prior.mean,
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(prior.mean - reach, prior.mean + reach),
        options={"maxiter": n_steps},
    )
    return Hyperparameters.of(np.asarray(found.x))


class Posterior(NamedTuple):
    """Posterior mean and standard deviation at m points, with gradients if asked."""

    mean: FloatArray  # (m,)
    std: FloatArray  # (m,)
    mean_slope: FloatArray = NO_SLOPE  # (m, d) by u; 0 for choices
    std_slope: FloatArray = NO_SLOPE


@dataclass(frozen=True)
class GaussianProcess:
    """A Gaussian process with a mean of features, conditioned on data (eq. 12).

    The prior covariance is that of a linear function of features (base, curvature,
    pairs) with normal weights, plus a Matern residual, plus noise.

    Parameters
    ----------
    X : ndarray of shape (n, q)
        Encoded points.
    t : ndarray of shape (n,)
        Targets.
    columns : Columns
        How the parameters became columns.
    hyperparameters : Hyperparameters
        See `fit_hyperparameters`.
    L : ndarray of shape (n, n)
        Cholesky factor of K.
    alpha : ndarray of shape (n,)
        ``K^-1 t``.
    """

    X: FloatArray
    t: FloatArray
    columns: Columns
    hyperparameters: Hyperparameters
    L: FloatArray
    alpha: FloatArray

    @classmethod
    def condition(
        cls,
        X: FloatArray,
        t: FloatArray,
        columns: Columns,
        hyperparameters: Hyperparameters,
    ) -> "GaussianProcess":
        """Condition the prior on targets t at points X."""
        K = covariance(X, X, columns, hyperparameters)
        K[np.diag_indices(len(X))] += hyperparameters.noise + NOISE_FLOOR
        L, info = dpotrf(K, lower=1)
        if info:
            raise np.linalg.LinAlgError("the covariance is not positive definite")
        return cls(X, t, columns, hyperparameters, L, dpotrs(L, t, lower=1)[0])

    @property
    def noise(self) -> float:
        """Variance of the noise."""
        return float(self.hyperparameters.noise) + NOISE_FLOOR

    @cached_property
    def _kernel(self) -> Kernel:
        return Kernel(self.X, self.columns, self.hyperparameters)

    def predict(self, U: FloatArray, *, gradient: bool = False) -> Posterior:
        """Posterior of the noise-free score at unit points of shape (m, d)."""
        if not self.columns.is_wide:
            return self._predict(U, gradient)
        rows, which = self.columns.distinct(U)
        found = self._predict(U[rows], gradient)
        return Posterior(*(part[which] if len(part) else part for part in found))

    def _predict(self, U: FloatArray, gradient: bool) -> Posterior:
        X, kernel = encode(U, self.columns), self._kernel
        at = kernel.at(X)
        mean = at.k @ self.alpha
        V = _solved(self.L, at.k.T)  # (n, m)
        std = np.sqrt(np.maximum(kernel.variance(X) - np.sum(V * V, axis=0), 1e-12))
        if not gradient:
            return Posterior(mean, std)
        W = _solved(self.L, V, trans=1)
        mean_slope = kernel.slope(at, np.broadcast_to(self.alpha, at.k.shape))
        by_variance = kernel.variance_slope(X) - 2.0 * kernel.slope(at, W.T)
        return Posterior(mean, std, mean_slope, by_variance / (2.0 * std[:, None]))

    def with_fantasy(self, u: FloatArray) -> "GaussianProcess":
        """The model as if its mean at u, shape (d,), had been observed (eq. 16).

        The factor gets one more row, L^-1 k(u). Such an observation tells the mean
        nothing, so alpha gets a zero.
        """
        x, n = encode(u[None], self.columns), len(self.t)
        k = self._kernel.at(x).k
        mean = k @ self.alpha
        row = _solved(self.L, k.T)[:, 0]
        left = float(self._kernel.variance(x)[0] - row @ row)
        L = np.zeros((n + 1, n + 1), order="F")
        L[:n, :n], L[n, :n] = self.L, row
        L[n, n] = np.sqrt(max(left, 0.0) + self.noise)
        columns = self.columns.knowing(u[None])
        before = in_columns(self.X, self.columns, columns)
        X = np.vstack([before, encode(u[None], columns)])
        t, alpha = np.append(self.t, mean), np.append(self.alpha, 0.0)
        return GaussianProcess(X, t, columns, self.hyperparameters, L, alpha)


def _solved(L: FloatArray, B: FloatArray, trans: int = 0) -> FloatArray:
    """Solve L x = B, or L' x = B; B, shape (n, m) column by column, is used up."""
    if not B.size:
        return B
    x: FloatArray = dtrtrs(L, B, lower=1, trans=trans, overwrite_b=1)[0]
    return x
