"""The front of several objectives, its volume, and who is chosen of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model import warp

__all__ = [
    "dominated_volume",
    "front_of",
    "knee",
    "meets_limits",
    "non_dominated",
    "shortfall",
]

FloatArray = NDArray[np.float64]
PREFIX = "mean_test_"  # of the columns of cv_results_ that hold scores


def non_dominated(values: FloatArray) -> NDArray[np.bool_]:
    """Which candidates are on the front.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Scores by each objective, larger is better.

    Returns
    -------
    is_on_front : ndarray of bool, shape (n,)
        True where no other row is at least as large in every column and larger in one.
        Of equal rows all are, or none. A row that is not finite is not: it has failed.
    """
    values = np.asarray(values, dtype=np.float64)
    left = np.flatnonzero(np.isfinite(values).all(axis=1))
    # Those of a large sum of ranks dominate most others: the rest is soon a small one.
    ranks = np.argsort(np.argsort(values[left], axis=0), axis=0).sum(axis=1)
    left = left[np.argsort(-ranks, kind="stable")]
    at = 0
    while at < len(left):
        one = values[left[at]]
        others = values[left]
        stays = (others > one).any(axis=1) | (others == one).all(axis=1)
        at = int(stays[:at].sum()) + 1
        left = left[stays]
    is_on_front = np.zeros(len(values), dtype=np.bool_)
    is_on_front[left] = True
    return is_on_front


def front_of(values: FloatArray) -> NDArray[np.intp]:
    """Positions of the front, the best by the first objective first.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Scores by each objective, larger is better.

    Returns
    -------
    front : ndarray of int, shape (k,)
        In order of the first objective, of equals by the second and so on; of equal
        rows the earlier first.
    """
    values = np.asarray(values, dtype=np.float64)
    front = np.flatnonzero(non_dominated(values))
    return front[np.lexsort(-values[front].T[::-1])]


def dominated_volume(values: FloatArray, reference: FloatArray) -> float:
    """Volume that the front dominates above a reference point, exactly.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Scores by each objective, larger is better. Rows that are not finite, or not
        above the reference in every column, add nothing.
    reference : ndarray of shape (m,)
        Point from which it is measured.

    Returns
    -------
    volume : float
        In the product of the objectives' units; 0 if no row is above the reference.

    Notes
    -----
    Two objectives are swept; of more, the volume is cut into slices at the values of
    the last one. That is quick for two and three; with four and a front of 100 it takes
    about a second.
    """
    above = np.asarray(values, dtype=np.float64) - np.asarray(reference, np.float64)
    above = above[(above > 0.0).all(axis=1) & np.isfinite(above).all(axis=1)]
    return _volume(above[non_dominated(above)])


def _volume(sides: FloatArray) -> float:
    """Volume of the union of boxes from 0 to each row, none of which is in another."""
    if not len(sides):
        return 0.0
    if sides.shape[1] == 1:
        return float(sides.max())
    sides = sides[np.argsort(-sides[:, -1], kind="stable")]
    heights = sides[:, -1] - np.append(sides[1:, -1], 0.0)
    if sides.shape[1] == 2:
        return float(heights @ np.maximum.accumulate(sides[:, 0]))
    volume = 0.0
    for k in np.flatnonzero(heights):
        base = sides[: k + 1, :-1]
        volume += heights[k] * _volume(base[non_dominated(base)])
    return float(volume)


def meets_limits(values: FloatArray, limits: FloatArray) -> NDArray[np.bool_]:
    """Which candidates are at or above every limit.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Scores by each objective, larger is better.
    limits : ndarray of shape (m,)
        Least value of each; minus infinity where there is none.

    Returns
    -------
    meets : ndarray of bool, shape (n,)
        False where a row is not finite: it has failed.
    """
    values = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(values).all(axis=1)
    return np.asarray(finite & (values >= limits).all(axis=1))


def shortfall(values: FloatArray, limits: FloatArray) -> FloatArray:
    """By how much candidates miss their limits, the worst of them counts.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Scores by each objective, larger is better.
    limits : ndarray of shape (m,)
        Least value of each; minus infinity where there is none.

    Returns
    -------
    worst : ndarray of shape (n,)
        In warped units (eq. 11, the limit warped together with the scores), so that
        objectives can be compared. 0 for those that meet the limits, and for no others;
        infinity where a row is not finite.
    """
    values = np.asarray(values, dtype=np.float64)
    limits = np.asarray(limits, dtype=np.float64)
    worst = np.full(len(values), np.inf)
    known = np.isfinite(values).all(axis=1)
    if not known.any():
        return worst
    # What misses by less than the warp can tell still misses.
    worst[known] = np.finfo(np.float64).tiny
    for j in np.flatnonzero(np.isfinite(limits)):
        warped = warp(np.append(values[known, j], limits[j]))
        worst[known] = np.maximum(worst[known], warped[-1] - warped[:-1])
    worst[meets_limits(values, limits)] = 0.0
    return worst


def knee(cv_results: Mapping[str, Any], objectives: Sequence[str] | None = None) -> int:
    """Choose the candidate of the front that is good by all objectives.

    It is the one whose smallest normalised score is largest. Give it as `refit`.

    Parameters
    ----------
    cv_results : dict of arrays
        ``cv_results_`` of a search with several metrics.
    objectives : sequence of str, default=None
        Names of the metrics that count. None: all of them.

    Returns
    -------
    best_index : int
        Its row. Of equals the one with the largest sum counts, then the first.

    Raises
    ------
    ValueError
        If a metric is not there, or no candidate has a score by each.

    Notes
    -----
    Scores are warped (eq. 11), as the search learns them, so that a cost over several
    decades counts by its decades; then 0 is the worst on the front and 1 the best. Of a
    front of two both have a 0.

    Examples
    --------
    >>> from skbluetuna.objectives import knee
    >>> knee({
    ...     "mean_test_accuracy": [0.80, 0.90, 0.91, 0.70],
    ...     "mean_test_neg_latency": [-1.0, -2.0, -30.0, -2.0],
    ... })
    1
    """
    values = _scores(cv_results, objectives)
    front = front_of(values)
    if not len(front):
        raise ValueError("knee must have a candidate with a score by each objective.")
    front = np.sort(front)
    known = np.isfinite(values).all(axis=1)
    place = np.cumsum(known)[front] - 1
    normalised = np.ones((len(front), values.shape[1]))
    for j in range(values.shape[1]):
        warped = warp(values[known, j])[place]
        span = np.ptp(warped)
        if span > 0.0:
            normalised[:, j] = (warped - warped.min()) / span
    order = np.lexsort((-normalised.sum(axis=1), -normalised.min(axis=1)))
    return int(front[order[0]])


def _scores(
    cv_results: Mapping[str, Any], objectives: Sequence[str] | None
) -> FloatArray:
    """Mean scores by each objective, shape (n, m)."""
    there = [k.removeprefix(PREFIX) for k in cv_results if k.startswith(PREFIX)]
    for name in objectives or ():
        if name not in there:
            raise ValueError(f"objectives must be names of {there}; got {name!r}.")
    names = there if objectives is None else objectives
    return np.column_stack(
        [np.asarray(cv_results[PREFIX + name], dtype=np.float64) for name in names]
    )
