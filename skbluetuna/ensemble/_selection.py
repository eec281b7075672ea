"""Which candidates an ensemble takes, and how often: greedy forward selection.

P holds the out-of-fold predictions of k candidates, shape (k, n, ...), the best
candidate first. A score takes a stack of predictions, shape (m, n, ...), and returns m
numbers, larger is better. Arrays in, arrays out: nothing here fits anything.

    Caruana et al. (2004), Ensemble Selection from Libraries of Models, ICML.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_WEIGHT", "StackScore", "bagged", "greedy", "mixed", "scores_along"]

Array = NDArray[Any]
StackScore = Callable[[Array], Array]

N_START = 5  # of the best candidates the selection starts from as many as help
N_PATIENCE = 10  # additions that bring nothing, after which no others are tried
LEAST_WEIGHT = 0.01  # a member below costs its prediction and moves nothing
MOST_AT_ONCE = 2**22  # numbers of one stack: 32 MiB


def greedy(P: Array, score: StackScore, max_size: int, n_start: int = N_START) -> Array:
    """Weights by forward selection with replacement.

    It starts from the best one, or the mean of up to `n_start` best ones if that is
    better, and adds whichever candidate makes the mean the best, again and again, until
    ten additions have made nothing better. Of the ensembles on the way the best counts,
    of equals the smallest. So none of the candidates is better than it, on these rows.

    Parameters
    ----------
    P : array of shape (k, n, ...)
        Predictions of the candidates.
    score : callable
        From a stack of predictions to their scores, larger is better.
    max_size : int
        How many candidates are added at most, each as often as it is.
    n_start : int, default=5
        How many of the best to start from at most.

    Returns
    -------
    weights : array of shape (k,)
        Not negative; they sum to one.
    """
    total, counts, best = _start(P, score, min(n_start, max_size))
    found, last = counts.copy(), int(counts.sum())
    for size in range(int(counts.sum()), max_size):
        scores = _with_one_more(P, total, size, score)
        i = _best(scores)
        if not scores[i] > -np.inf or size - last >= N_PATIENCE:
            break
        total = total + P[i]
        counts[i] += 1
        if scores[i] > best:
            best, found, last = scores[i], counts.copy(), size + 1
    return np.asarray(found / found.sum())


def bagged(
    P: Array,
    score: StackScore,
    max_size: int,
    n_bags: int,
    rng: np.random.Generator,
) -> Array:
    """Mean weights of greedy selections, each from a random half of the candidates.

    A candidate that is taken by luck is not taken from every half, so the mean follows
    these rows less closely. Small weights are dropped.

    Parameters
    ----------
    P, score, max_size
        As of `greedy`; of more members than `max_size` the heaviest stay.
    n_bags : int
        How many halves; 0 selects once, from all candidates.
    rng : Generator
        Draws the halves.

    Returns
    -------
    weights : array of shape (k,)
        Not negative; they sum to one.
    """
    plain = _without_small(greedy(P, score, max_size), max_size)
    k = len(P)
    if n_bags == 0 or k < 3:
        return plain
    weights = np.zeros(k)
    for _ in range(n_bags):
        half = np.sort(rng.permutation(k)[: (k + 1) // 2])
        weights[half] += greedy(P[half], score, max_size)
    weights = _without_small(weights / n_bags, max_size)
    singles = _in_parts(P, score)
    merged = score(mixed(P, weights)[None])[0]
    return weights if merged >= singles[_best(singles)] else plain


def mixed(P: Array, weights: Array) -> Array:
    """Weighted mean of the candidates' predictions, shape (n, ...)."""
    chosen = np.flatnonzero(weights)
    w = weights[chosen] / weights[chosen].sum()
    return np.asarray(np.tensordot(w, P[chosen].astype(np.float64), axes=1))


def scores_along(P: Array, weights: Array, score: StackScore) -> tuple[Array, Array]:
    """Score of the heaviest member, of the two heaviest, and so on.

    Returns
    -------
    order : int array of shape (m,)
        The members, the heaviest first.
    scores : array of shape (m,)
        Score of the first one, of the first two by their weights, ...
    """
    order = np.argsort(-weights, kind="stable")[: np.count_nonzero(weights)]
    first = [np.where(np.isin(np.arange(len(P)), order[: j + 1]), weights, 0.0)
             for j in range(len(order))]  # fmt: skip
    return order, np.array([score(mixed(P, w)[None])[0] for w in first])


def _start(P: Array, score: StackScore, n_start: int) -> tuple[Array, Array, Any]:
    """Sum, counts and score of the best ones, of as many as score best."""
    order = np.argsort(-_finite(_in_parts(P, score)), kind="stable")[:n_start]
    sums = np.cumsum(P[order], axis=0, dtype=np.float64)
    sizes = np.arange(1.0, len(order) + 1.0).reshape(-1, *[1] * (P.ndim - 1))
    scores = _finite(_in_parts(sums / sizes, score))
    j = _best(scores)
    counts = np.zeros(len(P), dtype=np.int64)
    counts[order[: j + 1]] = 1
    return sums[j], counts, scores[j]


def _with_one_more(P: Array, total: Array, size: int, score: StackScore) -> Array:
    """Score of the mean with each of the candidates added."""
    n_at_once = max(1, MOST_AT_ONCE // max(1, total.size))
    parts = [
        score((P[i : i + n_at_once] + total) / (size + 1.0))
        for i in range(0, len(P), n_at_once)
    ]
    return _finite(np.concatenate(parts))


def _in_parts(P: Array, score: StackScore) -> Array:
    """Scores of a stack, a part at a time."""
    n_at_once = max(1, MOST_AT_ONCE // max(1, P[0].size))
    parts = [
        score(P[i : i + n_at_once].astype(np.float64))
        for i in range(0, len(P), n_at_once)
    ]
    return np.concatenate(parts)


def _without_small(weights: Array, max_size: int) -> Array:
    """The heaviest weights, none below one percent, again with sum one."""
    kept = np.zeros_like(weights)
    heaviest = np.argsort(-weights, kind="stable")[:max_size]
    kept[heaviest] = weights[heaviest]
    least = min(LEAST_WEIGHT, float(kept.max()))
    kept[kept < least] = 0.0
    return np.asarray(kept / kept.sum())


def _best(scores: Array) -> int:
    """The first of the best."""
    return int(np.argmax(_finite(scores)))


def _finite(scores: Array) -> Array:
    return np.where(np.isfinite(scores), scores, -np.inf)
