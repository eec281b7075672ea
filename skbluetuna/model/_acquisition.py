"""The gain expected of a trial, as a logarithm that does not underflow (eq. 15)."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, log_ndtr, ndtr

__all__ = ["log_augmented_improvement", "log_h"]

FloatArray = NDArray[np.float64]

LOG_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)
FAR = 1e5  # beyond it 1 - |z| R(|z|) is lost to rounding, and 1 / z^2


def log_h(z: FloatArray) -> FloatArray:
    """log(phi(z) + z Phi(z)) for any z, without underflow.

    Parameters
    ----------
    z : ndarray
        Standardised improvement.

    Returns
    -------
    value : ndarray of the same shape
        The logarithm.

    Notes
    -----
    For z < -1, phi + z Phi = phi (1 - |z| R(|z|)) with Mills' ratio
    R(x) = sqrt(pi / 2) erfcx(x / sqrt 2).

    References
    ----------
    S. Ament et al., Unexpected improvements to expected improvement for Bayesian
    optimization, NeurIPS 2023.
    """
    z = np.asarray(z, dtype=np.float64)
    log_phi = -0.5 * z * z - LOG_SQRT_2PI
    near = np.maximum(z, -1.0)
    value = np.log(np.exp(-0.5 * near * near - LOG_SQRT_2PI) + near * ndtr(near))
    far = np.maximum(-z, 1.0)
    mills = np.sqrt(0.5 * np.pi) * erfcx(far / np.sqrt(2.0))
    tail = np.where(far < FAR, 1.0 - far * mills, 1.0 / far**2)
    return np.asarray(np.where(z > -1.0, value, log_phi + np.log(tail)))


def log_augmented_improvement(
    mean: FloatArray, std: FloatArray, incumbent: float, noise: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log augmented expected improvement, with its derivatives (eq. 15).

    Expected improvement over the incumbent, times what one more evaluation there can
    teach: where the model is surer than an evaluation is, little is left to learn.

    Parameters
    ----------
    mean, std : ndarray of shape (m,)
        Posterior mean and standard deviation of the noise-free score, the latter
        positive.
    incumbent : float
        Value to improve on; larger is better.
    noise : float
        Variance of an evaluation about the noise-free score, positive. Towards 0 this
        is expected improvement.

    Returns
    -------
    value : ndarray of shape (m,)
        ``log(std h(z)) + log(1 - s / r)``, z = (mean - incumbent) / std, s the root of
        the noise, r^2 = std^2 + s^2.
    by_mean, by_std : ndarray of shape (m,)
        Its derivatives: Phi(z) / (std h(z)), and phi(z) / (std h(z))
        + s (r + s) / (std r^2).

    References
    ----------
    D. Huang et al., Global optimization of stochastic black-box systems via sequential
    kriging meta-models, J. Global Optimization 34 (2006), with the best score seen as
    the incumbent.
    """
    z = (mean - incumbent) / std
    log_h_z = log_h(z)
    s = np.sqrt(noise)
    r = np.hypot(std, s)
    # 1 - s / r = std^2 / (r (r + s)), without cancellation.
    value = log_h_z + 3.0 * np.log(std) - np.log(r) - np.log(r + s)
    by_mean = np.exp(log_ndtr(z) - log_h_z) / std
    by_std = np.exp(-0.5 * z * z - LOG_SQRT_2PI - log_h_z) / std
    return value, by_mean, by_std + s * (r + s) / (std * r * r)
