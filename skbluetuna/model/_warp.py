"""Output warping: scores to something a Gaussian model can believe (eq. 11)."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import yeojohnson, yeojohnson_llf

__all__ = ["warp"]

FloatArray = NDArray[np.float64]

POWERS = (-2.0, 6.0)  # where the transform's parameter is looked for


def warp(y: FloatArray) -> FloatArray:
    """Standardise, Yeo-Johnson, standardise again (eq. 11).

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
    The transform is increasing, so the best stays the best. Its parameter maximises the
    profile likelihood; multiplying scores by a power of two leaves every bit unchanged.

    References
    ----------
    I. Yeo, R. Johnson, A new family of power transformations, Biometrika 87 (2000).
    """
    y = np.ldexp(y, -np.frexp(np.abs(y).max())[1])  # exact: nothing overflows
    y = _standardise(y)
    if len(y) < 3 or not y.any():
        return y
    best = minimize_scalar(
        lambda power: -float(yeojohnson_llf(power, y)),
        bounds=POWERS,
        method="bounded",
        options={"xatol": 1e-3},
    )
    return _standardise(np.asarray(yeojohnson(y, float(best.x))))


def _standardise(y: FloatArray) -> FloatArray:
    centred = y - y.mean()
    spread = centred.std()
    # Differences at the rounding of the scores themselves carry nothing.
    if not spread > 1e-13 * max(1e-300, float(np.abs(y).max())):
        return np.zeros_like(y)
    return np.asarray(centred / spread)
