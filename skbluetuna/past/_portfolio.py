"""A few configurations of past searches that are good starts together (eq. 27)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model import warp

__all__ = ["greedy_starts", "past_regrets"]

FloatArray = NDArray[np.float64]

WORST_REGRET = 1.5


def past_regrets(means: FloatArray, scores: Sequence[FloatArray]) -> FloatArray:
    """Regret of points under each past search's surrogate.

    Parameters
    ----------
    means : ndarray of shape (k, m)
        What each surrogate expects of each point.
    scores : sequence of k ndarrays
        What each was fitted to: of its warped scores the best has a regret of 0, the
        median 1.

    Returns
    -------
    regrets : ndarray of shape (k, m)
        From 0 to 1.5.
    """
    found = []
    for mean, own in zip(means, scores, strict=True):
        t = warp(own)
        best, middle = float(t.max()), float(np.median(t))
        gap = best - middle
        regret = (best - mean) / gap if gap > 0.0 else np.zeros(len(mean))
        found.append(np.clip(regret, 0.0, WORST_REGRET))
    return np.array(found).reshape(means.shape)


def greedy_starts(
    regrets: FloatArray, begun: FloatArray, weights: FloatArray, n: int
) -> list[int]:
    """Which candidates to start with, one after the other (eq. 27).

    Each is the one that lowers the mean over past searches of the least regret most;
    there are fewer if none lowers it.

    Parameters
    ----------
    regrets : ndarray of shape (k, m)
        Of each candidate under each past search.
    begun : ndarray of shape (k,)
        Least regret of what is asked before.
    weights : ndarray of shape (k,)
        Of each past search in the mean.
    n : int
        How many at most.
    """
    chosen: list[int] = []
    least = begun
    while len(chosen) < n and regrets.size:
        means = weights @ np.minimum(least[:, None], regrets)
        best = int(np.argmin(means))
        if not means[best] < weights @ least:
            break
        chosen.append(best)
        least = np.minimum(least, regrets[:, best])
    return chosen
