"""The evidence-fitted perceptron: weights and a Gaussian-process residual, jointly.

Equations 12 and 13 of ``doc/notation.md``. With Gaussian weights the perceptron is
itself a Gaussian process, whose kernel needs inner products alone; so its weights are
never fitted one by one.

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
theta      log of (ell, s_g, s, a)                                     (d + 5,)
K          prior covariance of the targets                             (n, n)
L, alpha   its Cholesky factor, K^-1 t                                 (n, n), (n,)
=========  ==========================================================  ==============
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri
from scipy.optimize import Bounds, minimize

__all__ = [
    "Columns",
    "Evidence",
    "EvidenceModel",
    "Posterior",
    "covariance",
    "encode",
    "fit_theta",
    "scaled",
]

FloatArray = NDArray[np.float64]
SQRT5 = np.sqrt(5.0)
NOISE_FLOOR = 1e-6
BOUND = 4.0  # log-hyperparameters stay within so many prior standard deviations


NO_SLOPE: FloatArray = np.empty((0, 0))
NO_SLOPE.setflags(write=False)


class Columns(NamedTuple):
    """How the parameters of a space become columns."""

    levels: NDArray[np.intp]  # (d,) number of levels of a choice; 0 if ordered
    owner: NDArray[np.intp]  # (q,) parameter of each column

    @classmethod
    def of(cls, levels: "list[int] | NDArray[np.intp]") -> "Columns":
        """Columns of parameters with so many levels each (0: ordered)."""
        counts = np.asarray(levels, dtype=np.intp)
        owner = np.repeat(np.arange(len(counts)), np.maximum(counts, 1))
        return cls(counts, owner)

    @property
    def ordered(self) -> NDArray[np.bool_]:
        """Which columns belong to ordered parameters, shape (q,)."""
        return np.asarray(self.levels[self.owner] == 0)


def encode(U: FloatArray, columns: Columns) -> FloatArray:
    """Encode unit points of shape (n, d) as columns of shape (n, q)."""
    parts = []
    for j, k in enumerate(columns.levels):
        if k == 0:
            parts.append(2.0 * U[:, j : j + 1] - 1.0)
        else:
            level = np.minimum((U[:, j] * k).astype(np.intp), k - 1)
            # A choice that does not apply stands at 1, and has no level.
            parts.append(np.eye(k)[level] * (U[:, j : j + 1] < 1.0))
    return np.hstack(parts)


def _gram(X: FloatArray, Y: FloatArray, columns: Columns) -> list[FloatArray]:
    """Inner products of the three feature blocks, each of shape (n, m) (eq. 12).

    Base: x . y. Curvature: sum of x_i^2 y_i^2 over ordered columns. Pairs: the sum of
    x_i x_j y_i y_j over pairs of columns of different parameters; with s_g the inner
    product of parameter g's columns, sum_{g < h} s_g s_h
    = ((sum_g s_g)^2 - sum_g s_g^2) / 2.
    """
    ordered = columns.ordered
    base = X @ Y.T
    curvature = X[:, ordered] ** 2 @ Y[:, ordered].T ** 2
    # A choice's s_g is 0 or 1, its own square.
    own = curvature + X[:, ~ordered] @ Y[:, ~ordered].T
    return [base, curvature, 0.5 * (base**2 - own)]


def scaled(X: FloatArray, ell: FloatArray, columns: Columns) -> FloatArray:
    """Columns in units of their length scale; two levels of a choice are 1 apart."""
    unit = np.where(columns.ordered, 0.5, np.sqrt(0.5))
    return X * (unit / ell[columns.owner])


def _distance(A: FloatArray, B: FloatArray) -> FloatArray:
    """Euclidean distances of scaled points, shape (n, m)."""
    squared = np.sum(A**2, 1)[:, None] + np.sum(B**2, 1)[None] - 2.0 * A @ B.T
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def _matern(r: FloatArray) -> FloatArray:
    """Matern-5/2 correlation at scaled distance r."""
    return np.asarray((1.0 + SQRT5 * r + (5.0 / 3.0) * r * r) * np.exp(-SQRT5 * r))


class Prior(NamedTuple):
    """Normal prior of theta (eq. 13)."""

    mean: FloatArray
    sd: FloatArray

    @classmethod
    def of(cls, d: int) -> "Prior":
        """Prior for d parameters."""
        mean = [*[0.25 * np.sqrt(d)] * d, 1.0, 0.01, 0.3, 0.1, 0.1]
        return cls(np.log(mean), np.array([*[1.0] * d, 1.0, 1.5, 1.0, 1.0, 1.0]))


class Evidence:
    """Negative log posterior of theta and its gradient; holds what no theta changes.

    Everything is symmetric, so only pairs of points below the diagonal are kept: p of
    them, p = n (n - 1) / 2.
    """

    def __init__(self, X: FloatArray, t: FloatArray, columns: Columns) -> None:
        n, self.t, self.d = len(t), t, len(columns.levels)
        i, j = np.tril_indices(n, -1)
        self.below = i * n + j  # places of the pairs in a flat (n, n) array
        blocks = np.stack([g.ravel() for g in _gram(X, X, columns)])
        self.blocks = blocks[:, self.below]  # (3, p)
        self.diagonals = blocks[:, :: n + 1]  # (3, n)
        Z = scaled(X, np.ones(self.d), columns)
        first = np.searchsorted(columns.owner, np.arange(self.d))
        # Squared differences summed over each parameter's columns: (p, d).
        self.D = np.add.reduceat((Z[i] - Z[j]) ** 2, first, axis=1)
        self.prior = Prior.of(self.d)

    def __call__(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Value and gradient at theta, shape (d + 5,) (eq. 13)."""
        n, d = len(self.t), self.d
        inv_ell2 = np.exp(-2.0 * theta[:d])
        s_g, s = np.exp(theta[d]), np.exp(theta[d + 1])
        a = np.exp(theta[d + 2 :])
        r = np.sqrt(self.D @ inv_ell2)
        decay = np.exp(-SQRT5 * r)
        matern = (1.0 + SQRT5 * r + (5.0 / 3.0) * r * r) * decay
        K = np.zeros(n * n)
        K[self.below] = s_g * matern + a @ self.blocks
        K[:: n + 1] = s_g + s + NOISE_FLOOR + a @ self.diagonals
        try:
            L = cholesky(K.reshape(n, n), lower=True, check_finite=False)
        except np.linalg.LinAlgError:
            return 1e25, np.zeros_like(theta)
        alpha = cho_solve((L, True), self.t, check_finite=False)
        # d value / d K = (K^-1 - alpha alpha') / 2; each pair stands there twice.
        slope = (dpotri(L, lower=1)[0] - np.outer(alpha, alpha)).ravel()
        pairs, diagonal = slope[self.below], 0.5 * slope[:: n + 1]
        off = (theta - self.prior.mean) / self.prior.sd
        value = 0.5 * self.t @ alpha + np.sum(np.log(np.diag(L))) + 0.5 * off @ off
        # d Matern / d log ell_j = (5/3) (1 + sqrt5 r) exp(-sqrt5 r) D_j / ell_j^2
        shrink = pairs * (s_g * (5.0 / 3.0) * (1.0 + SQRT5 * r) * decay)
        trace = diagonal.sum()
        gradient = np.concatenate(
            [
                (shrink @ self.D) * inv_ell2,
                [s_g * (pairs @ matern + trace), s * trace],
                a * (self.blocks @ pairs + self.diagonals @ diagonal),
            ]
        )
        return float(value), gradient + off / self.prior.sd


def fit_theta(
    X: FloatArray, t: FloatArray, columns: Columns, *, n_steps: int = 50
) -> FloatArray:
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
    theta : ndarray of shape (d + 5,)
        Log of length scales, residual variance, noise variance, block variances.
    """
    evidence = Evidence(X, t, columns)
    prior = evidence.prior
    reach = BOUND * prior.sd
    found = minimize(
        evidence,
        prior.mean,
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(prior.mean - reach, prior.mean + reach),
        options={"maxiter": n_steps},
    )
    return np.asarray(found.x)


class Posterior(NamedTuple):
    """Posterior mean and standard deviation at m points, with gradients if asked."""

    mean: FloatArray  # (m,)
    std: FloatArray  # (m,)
    mean_slope: FloatArray = NO_SLOPE  # (m, d) by u; 0 for choices
    std_slope: FloatArray = NO_SLOPE


@dataclass(frozen=True)
class EvidenceModel:
    """The model at given hyperparameters and data.

    Parameters
    ----------
    X : ndarray of shape (n, q)
        Encoded points.
    t : ndarray of shape (n,)
        Targets.
    columns : Columns
        How the parameters became columns.
    theta : ndarray of shape (d + 5,)
        Hyperparameters, see `fit_theta`.
    L : ndarray of shape (n, n)
        Cholesky factor of K.
    alpha : ndarray of shape (n,)
        ``K^-1 t``.
    """

    X: FloatArray
    t: FloatArray
    columns: Columns
    theta: FloatArray
    L: FloatArray
    alpha: FloatArray

    @classmethod
    def condition(
        cls, X: FloatArray, t: FloatArray, columns: Columns, theta: FloatArray
    ) -> "EvidenceModel":
        """Condition the prior at theta on targets t at points X."""
        K = covariance(X, X, columns, theta)[0]
        jitter = np.exp(theta[len(columns.levels) + 1]) + NOISE_FLOOR
        K[np.diag_indices(len(X))] += jitter
        L = cholesky(K, lower=True, check_finite=False)
        alpha = cho_solve((L, True), t, check_finite=False)
        return cls(X, t, columns, theta, L, alpha)

    @property
    def noise(self) -> float:
        """Variance of the noise."""
        return float(np.exp(self.theta[len(self.columns.levels) + 1])) + NOISE_FLOOR

    def predict(self, U: FloatArray, *, gradient: bool = False) -> Posterior:
        """Posterior of the noise-free score at unit points of shape (m, d)."""
        X = encode(U, self.columns)
        k, r = covariance(X, self.X, self.columns, self.theta)  # (m, n)
        mean = k @ self.alpha
        V = solve_triangular(self.L, k.T, lower=True, check_finite=False)  # (n, m)
        prior = _prior_variance(X, self.columns, self.theta)
        std = np.sqrt(np.maximum(prior - np.sum(V * V, axis=0), 1e-12))
        if not gradient:
            return Posterior(mean, std)
        W = solve_triangular(self.L, V, lower=True, trans=1, check_finite=False)
        mean_slope = self._slope(X, r, np.broadcast_to(self.alpha, k.shape))
        by_variance = _prior_slope(X, self.columns, self.theta) - 2.0 * self._slope(
            X, r, W.T
        )
        return Posterior(mean, std, mean_slope, by_variance / (2.0 * std[:, None]))

    def with_fantasy(self, u: FloatArray) -> "EvidenceModel":
        """The model as if its mean at u, shape (d,), had been observed (eq. 16)."""
        row = encode(u[None], self.columns)
        t = np.append(self.t, self.predict(u[None]).mean)
        X = np.vstack([self.X, row])
        return EvidenceModel.condition(X, t, self.columns, self.theta)

    def _slope(self, X: FloatArray, r: FloatArray, C: FloatArray) -> FloatArray:
        """Derivative of sum_i C[:, i] k(x, x_i) by u, shape (m, d); C is held."""
        d, ordered = len(self.columns.levels), self.columns.ordered
        inv_ell2 = np.exp(-2.0 * self.theta[:d])
        s_g, a = np.exp(self.theta[d]), np.exp(self.theta[d + 2 :])
        Z, Zi = X[:, ordered], self.X[:, ordered]
        # Base and pairs: (a_1 + a_3 s) z_i', less a_3 z_i z_i'^2 of the own column.
        CS = C * (a[0] + a[2] * (X @ self.X.T))
        slope = CS @ Zi + (2.0 * a[1] - a[2]) * Z * (C @ Zi**2)
        slope *= 2.0  # z = 2 u - 1
        decay = C * (-(5.0 / 3.0) * s_g * (1.0 + SQRT5 * r) * np.exp(-SQRT5 * r))
        numeric = self.columns.levels == 0
        matern = 0.5 * (Z * decay.sum(1)[:, None] - decay @ Zi) * inv_ell2[numeric]
        result = np.zeros((len(X), d))
        result[:, numeric] = slope + matern
        return result


def covariance(
    X: FloatArray, Y: FloatArray, columns: Columns, theta: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Prior covariance of shape (n, m), and scaled distances."""
    d = len(columns.levels)
    ell, s_g, a = np.exp(theta[:d]), np.exp(theta[d]), np.exp(theta[d + 2 :])
    r = _distance(scaled(X, ell, columns), scaled(Y, ell, columns))
    base, curvature, pairs = _gram(X, Y, columns)
    return s_g * _matern(r) + a[0] * base + a[1] * curvature + a[2] * pairs, r


def _prior_variance(X: FloatArray, columns: Columns, theta: FloatArray) -> FloatArray:
    """Prior variance at each point, shape (n,)."""
    d = len(columns.levels)
    s_g, a = np.exp(theta[d]), np.exp(theta[d + 2 :])
    ordered = columns.ordered
    base = np.sum(X**2, axis=1)
    curvature = np.sum(X[:, ordered] ** 4, axis=1)
    own = curvature + np.sum(X[:, ~ordered], axis=1)
    pairs = 0.5 * (base**2 - own)
    return np.asarray(s_g + a[0] * base + a[1] * curvature + a[2] * pairs)


def _prior_slope(X: FloatArray, columns: Columns, theta: FloatArray) -> FloatArray:
    """Derivative of the prior variance by u, shape (m, d); 0 for choices."""
    d, ordered = len(columns.levels), columns.ordered
    a = np.exp(theta[d + 2 :])
    Z = X[:, ordered]
    base = np.sum(X**2, axis=1)[:, None]
    slope = 2.0 * Z * (a[0] + a[2] * base) + (4.0 * a[1] - 2.0 * a[2]) * Z**3
    result = np.zeros((len(X), d))
    result[:, columns.levels == 0] = 2.0 * slope
    return result
