"""Output warping: scores are made nearly normal (eq. 11)."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import yeojohnson

from skbluetuna.model._reach import within_reach

__all__ = ["standardised", "unwarp", "warp"]

FloatArray = NDArray[np.float64]

POWERS = (-2.0, 6.0)  # where the transform's parameter is looked for


def warp(y: FloatArray) -> FloatArray:
    """Bring within reach, standardise, Yeo-Johnson, standardise again (eq. 11).

    Parameters
    ----------
    y : ndarray of shape (n,)
        Finite scores of any size.

    Returns
    -------
    warped : ndarray of shape (n,)
        The same in the same order, of mean 0 and standard deviation 1; zeros where the
        scores are constant.

    Notes
    -----
    The transform is increasing, so the best stays the best (enormous scores are alike,
    see `reach`). Its parameter maximises the profile likelihood; multiplying scores by
    a power of two leaves every bit unchanged.

    References
    ----------
    I. Yeo, R. Johnson, A new family of power transformations, Biometrika 87 (2000).
    """
    inner = _standardise(_scaled(within_reach(y))[0])
    if not inner.any():
        return inner
    return _standardise(np.asarray(yeojohnson(inner, _power(inner))))


def unwarp(t: FloatArray, y: FloatArray, *, bounded: bool = True) -> FloatArray:
    """Send warped values back to scores, by the transform that `warp(y)` made.

    Parameters
    ----------
    t : ndarray of shape (m,)
        Warped values, also outside the range of ``warp(y)``.
    y : ndarray of shape (n,)
        The scores that were warped.
    bounded : bool, default=True
        Whether none may lie farther beyond those in y than their range: there the
        inverse soon leaves all measure.

    Returns
    -------
    scores : ndarray of shape (m,)
        Not bounded, infinite where no score, however large, is warped so far.
    """
    scaled, exponent = _scaled(within_reach(y))
    inner = _standardise(scaled)
    if not inner.any():
        return np.full_like(t, y.mean())
    power = _power(inner)
    outer = np.asarray(yeojohnson(inner, power))
    x = _inverse(outer.mean() + outer.std() * t, power)
    if bounded:
        reach = np.ptp(inner)
        x = np.clip(x, inner.min() - reach, inner.max() + reach)
    return np.asarray(np.ldexp(scaled.mean() + scaled.std() * x, exponent))


def standardised(y: FloatArray) -> tuple[FloatArray, float]:
    """Scores within reach, of mean 0 and deviation 1, and what the latter was.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Finite scores of any size.

    Returns
    -------
    inner : ndarray of shape (n,)
        Zeros where the scores are constant.
    spread : float
        Standard deviation of the scores.
    """
    scaled, exponent = _scaled(within_reach(y))
    return _standardise(scaled), float(np.ldexp(scaled.std(), exponent))


def _scaled(y: FloatArray) -> tuple[FloatArray, int]:
    """Scores within 1 and the power of two that was taken out: nothing overflows."""
    exponent = int(np.frexp(np.abs(y).max())[1])
    return np.ldexp(y, -exponent), exponent


def _power(inner: FloatArray) -> float:
    """Most likely parameter of the transform; 1, which changes nothing, for two."""
    if len(inner) < 3:
        return 1.0
    # What scipy.stats.yeojohnson_llf computes, to the last bit; that one takes most of
    # its time to look at what it is given, an eighth of a whole proposal.
    jacobian = float(np.sum(np.sign(inner) * np.log1p(np.abs(inner))))

    def minus_log_likelihood(power: float) -> float:
        spread = np.log(np.var(yeojohnson(inner, power)))
        return float(len(inner) / 2 * spread - (power - 1.0) * jacobian)

    best = minimize_scalar(
        minus_log_likelihood,
        bounds=POWERS,
        method="bounded",
        options={"xatol": 1e-3},
    )
    return float(best.x)


def _inverse(t: FloatArray, power: float) -> FloatArray:
    """Inverse of the Yeo-Johnson transform."""
    above, below = np.maximum(t, 0.0), np.maximum(-t, 0.0)
    return np.asarray(
        np.where(t >= 0.0, _grown(above, power), -_grown(below, 2.0 - power))
    )


def _grown(t: FloatArray, power: float) -> FloatArray:
    """Solve ((1 + x)^power - 1) / power = t for x, t not negative."""
    if abs(power) < 1e-8:
        return np.expm1(t)
    base = 1.0 + power * t
    with np.errstate(over="ignore"):
        grown = np.maximum(base, 1e-300) ** (1.0 / power) - 1.0
    return np.asarray(np.where(base > 0.0, grown, np.inf))


def _standardise(y: FloatArray) -> FloatArray:
    centred = y - y.mean()
    spread = centred.std()
    # Differences at the rounding of the scores themselves carry nothing.
    if not spread > 1e-13 * max(1e-300, float(np.abs(y).max())):
        return np.zeros_like(y)
    return np.asarray(centred / spread)
