"""The hyperparameters of the Gaussian process: by name, and as the vector theta.

The only file that knows the order of theta. Equations 12 and 13 of
``doc/notation.md``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["BOUND", "NOISE_FLOOR", "Hyperparameters", "Prior"]

FloatArray = NDArray[np.float64]
NOISE_FLOOR = 1e-6
BOUND = 4.0  # log-hyperparameters stay within so many prior standard deviations


class Hyperparameters(NamedTuple):
    """Natural logarithms of the hyperparameters, in which their prior is normal.

    Parameters
    ----------
    log_length_scales : ndarray of shape (d,)
        Of the residual, in units of u.
    log_residual : float
        Of the residual's variance.
    log_noise : float
        Of the noise's variance less its floor.
    log_blocks : ndarray of shape (3,)
        Of the prior variances of the weights of base, curvature and pairs.
    """

    log_length_scales: FloatArray
    log_residual: float
    log_noise: float
    log_blocks: FloatArray

    @classmethod
    def of(cls, theta: FloatArray) -> "Hyperparameters":
        """Read the vector theta, shape (d + 5,)."""
        return cls(theta[:-5], theta[-5], theta[-4], theta[-3:])

    @property
    def theta(self) -> FloatArray:
        """All of them as one vector, shape (d + 5,)."""
        variances = [self.log_residual, self.log_noise]
        return np.concatenate([self.log_length_scales, variances, self.log_blocks])

    @property
    def length_scales(self) -> FloatArray:
        """Length scales of the residual, in units of u, shape (d,)."""
        return np.exp(self.log_length_scales)

    @property
    def inverse_squares(self) -> FloatArray:
        """One over the squares of the length scales, shape (d,)."""
        return np.exp(-2.0 * self.log_length_scales)

    @property
    def residual(self) -> float:
        """Variance of the residual."""
        return float(np.exp(self.log_residual))

    @property
    def noise(self) -> float:
        """Variance of the noise, less its floor."""
        return float(np.exp(self.log_noise))

    @property
    def blocks(self) -> FloatArray:
        """Prior variances of the weights of base, curvature and pairs, shape (3,)."""
        return np.exp(self.log_blocks)

    @property
    def block_deviations(self) -> FloatArray:
        """Square roots of `blocks`."""
        return np.exp(self.log_blocks / 2.0)

    def without_pairs(self) -> "Hyperparameters":
        """The same, with no variance left to the weights of pairs."""
        base, curvature, _ = self.log_blocks
        return self._replace(log_blocks=np.array([base, curvature, -np.inf]))


class Prior(NamedTuple):
    """Normal prior of theta (eq. 13)."""

    mean: FloatArray
    sd: FloatArray

    @classmethod
    def of(cls, d: int) -> "Prior":
        """Prior for d parameters."""
        mean = Hyperparameters(
            np.full(d, np.log(0.25 * np.sqrt(d))),
            0.0,
            np.log(0.01),
            np.log([0.3, 0.1, 0.1]),
        )
        return cls(mean.theta, Hyperparameters(np.ones(d), 1.0, 1.5, np.ones(3)).theta)
