"""How far scores reach: a few enormous ones must not hide how the others differ."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["reach", "within_reach"]

FloatArray = NDArray[np.float64]

LEAST = 3  # scores of the rest
GAP = 1e3  # in ranges of the rest: parts what is enormous below it
ONE_ABOVE, GAP_ABOVE = 10, 1e6  # of so many scores one may be enormous above


def reach(y: FloatArray) -> tuple[float, float]:
    """Ends of the scores that are not enormous (eq. 11).

    Parameters
    ----------
    y : ndarray of shape (n,)
        Finite scores of any size.

    Returns
    -------
    low, high : float
        Worst and best of the rest; infinite on a side without enormous scores.

    Notes
    -----
    Enormous are scores beyond a gap: below of more than 10^3 times the range of the
    rest, less than half of all; above of more than 10^6 times, at most a tenth, as what
    rises above others may be what the search is for. The rest are at least three, and
    of several such rests that of the smallest range.
    """
    n = len(y)
    least = max(LEAST, n // 2 + 1)
    if n <= least:
        return -np.inf, np.inf
    z = np.sort(y)
    below = np.arange(n - least + 1)[:, None]
    above = np.arange(min(n - least, n // ONE_ABOVE) + 1)
    last = n - 1 - above
    quarter = 0.25 * z  # whose differences do not overflow
    gaps = np.concatenate([[np.inf], np.diff(quarter), [np.inf]])
    size = quarter[last] - quarter[below]
    parted = (gaps[below] / GAP > size) & (gaps[last + 1] / GAP_ABOVE > size)
    parted &= (below + above > 0) & (below + above <= n - least)
    # Differences at the rounding of the scores themselves carry nothing.
    largest = np.maximum(np.abs(quarter[last]), np.abs(quarter[below]))
    parted &= size > 1e-13 * largest
    if not parted.any():
        return -np.inf, np.inf
    smallest = int(np.argmin(np.where(parted, size, np.inf)))
    k, m = divmod(smallest, len(above))
    return float(z[k]) if k else -np.inf, float(z[last[m]]) if m else np.inf


def within_reach(y: FloatArray) -> FloatArray:
    """Scores, the enormous ones as the nearest of the rest."""
    return np.clip(y, *reach(y))
