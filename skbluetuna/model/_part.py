"""The part of many trials that the Gaussian process is conditioned on (eq. 22)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["chosen_part", "part_for_tables"]

FloatArray = NDArray[np.float64]

BEST, NEAR = 0.25, 0.5  # shares of the part; the rest of it is spread
N_OF_TABLES, NEAR_OF_TABLES = 500, 0.25  # tables say more of the whole space


def chosen_part(
    U: FloatArray,
    y: FloatArray,
    levels: Sequence[int] | NDArray[np.intp],
    n_kept: int,
    near_share: float = NEAR,
) -> NDArray[np.intp]:
    """Rows of the trials that a model of many is conditioned on (eq. 22).

    A quarter of them are the best, then come those nearest to the best one, and the
    rest are spread evenly over the ranks of what is left.

    Parameters
    ----------
    U : ndarray of shape (n, d)
        Unit points.
    y : ndarray of shape (n,)
        Scores, larger is better.
    levels : sequence of d int
        Number of levels of each choice; 0 if ordered.
    n_kept : int
        How many are kept.
    near_share : float, default=0.5
        Which part of these are the nearest ones.

    Returns
    -------
    rows : ndarray of shape (min(n, n_kept),)
        In the order of the trials; of equals the earlier ones count.
    """
    if len(y) <= n_kept:
        return np.arange(len(y))
    by_score = np.argsort(-y, kind="stable")
    n_best, n_near = int(BEST * n_kept), int(near_share * n_kept)
    best, others = by_score[:n_best], by_score[n_best:]
    off = U - U[by_score[0]]
    off = np.where(np.asarray(levels) > 0, off != 0.0, off)  # two levels are 1 apart
    by_distance = np.argsort(np.sum(off**2, axis=1)[others], kind="stable")
    near = others[by_distance[:n_near]]
    rest = others[np.sort(by_distance[n_near:])]
    k = n_kept - n_best - n_near
    spread = rest[np.arange(k) * len(rest) // k]
    return np.sort(np.concatenate([best, near, spread]))


def part_for_tables(
    U: FloatArray, y: FloatArray, levels: Sequence[int] | NDArray[np.intp]
) -> NDArray[np.intp]:
    """Rows of the trials that tables are made of: of 500 at most half are spread."""
    return chosen_part(U, y, levels, N_OF_TABLES, NEAR_OF_TABLES)
