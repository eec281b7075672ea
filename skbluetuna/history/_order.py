"""What "better" means: larger, and of equals earlier; NaN is no score."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model import reach

__all__ = ["best_first", "best_of", "best_so_far", "is_better", "worst_of"]

FloatArray = NDArray[np.float64]


def is_better(score: float | None, other: float | None) -> bool:
    """Whether a score is better than another one; None and NaN are no scores."""
    if score is None or not np.isfinite(score):
        return False
    return other is None or not np.isfinite(other) or score > other


def best_first(scores: Any) -> NDArray[np.intp]:
    """Positions of the finite scores, shape (k,), the best first, earlier of equals."""
    scores = np.asarray(scores, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(scores))
    return known[np.argsort(-scores[known], kind="stable")]


def best_of(scores: Any) -> int | None:
    """Position of the best finite score, the earliest of equals; None without one."""
    order = best_first(scores)
    return int(order[0]) if len(order) else None


def best_so_far(scores: Any) -> FloatArray:
    """Best finite score up to each position, shape (n,); NaN before the first one."""
    scores = np.asarray(scores, dtype=np.float64)
    best = np.maximum.accumulate(np.where(np.isfinite(scores), scores, -np.inf))
    return np.where(np.isneginf(best), np.nan, best)


def worst_of(scores: FloatArray) -> float:
    """Worst of finite scores that is not beyond the reach of the others (eq. 11).

    0 if there are none.
    """
    return float(scores[scores >= reach(scores)[0]].min()) if len(scores) else 0.0
