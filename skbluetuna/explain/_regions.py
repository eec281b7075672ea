"""Where the best configuration is likely to be: the adaptive strategy's regions.

Equation 21 of ``doc/notation.md``. Landscapes are drawn from the model's posterior, and
each is climbed. A region's probability is the share of landscapes whose maximum lies in
it.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from skbluetuna.history import View
from skbluetuna.model import (
    Columns,
    Paths,
    drawn_models,
    encode,
    maxima,
    part_for_tables,
    standardised,
    warp,
)
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Regions, Seed, active
from skbluetuna.stages._classic_scan import ClassicScan, join
from skbluetuna.stages._gain import levels_of

__all__ = ["fewest", "likely_regions"]

# Hyperparameters drawn, of the scores as they are and of them warped, and landscapes
# of each.
N_MODELS, N_WARPED, N_PATHS = 4, 12, 4
N_STARTS = 512  # points from the best of which a landscape is climbed
PER_REGION, MOST_PLACES = 4, 64  # at which a climb looks; choices: at most so many
TINY = 1e-9  # a value of a choice is looked up to within it
HELD = 0.9  # probability that the kept regions of a parameter hold together


def likely_regions(space: Space, view: View, seed: Seed) -> Regions:
    """Regions with the probability that the best configuration lies there.

    Landscapes that are largest where a parameter does not apply count for none of its
    regions: the sum of their probabilities is that of its applying.
    """
    edges = [ClassicScan(None).lines(space, j).edges for j in range(len(space))]
    U, y = view.told()
    if not len(active(space)) or not len(y) or not standardised(y)[0].any():
        blank = [np.full(len(own) - 1, np.nan) for own in edges]
        return join([_rows(j, edges[j], p, np.isnan(p)) for j, p in enumerate(blank)])
    tops = _tops(_Same(space), U.tobytes(), y.tobytes(), seed)
    best = tops[:0] if view.best_row is None else view.incumbent[None]
    applies, has = space.applies(tops), space.applies(best)
    parts = []
    for j, own in enumerate(edges):
        at = _places(own, tops[applies[:, j], j])
        probability = np.bincount(at, minlength=len(own) - 1) / len(tops)
        if _is_long(space, j):  # what was not tried is all alike
            untried = np.setdiff1d(np.arange(len(probability)), _tried(space, U, j))
            probability[untried] = probability[untried].sum() / max(1, len(untried))
        kept = fewest(probability, _places(own, best[has[:, j], j]))
        parts.append(_rows(j, own, probability, kept))
    return join(parts)


def fewest(probability: FloatArray, always: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Keep the fewest regions that hold 90 % together, some of them always.

    Parameters
    ----------
    probability : ndarray of shape (m,)
        That of each region; 90 % of their sum are to be held.
    always : ndarray of int
        Regions that are kept whatever their probability.

    Returns
    -------
    kept : ndarray of shape (m,)
        All if every probability is zero, as nothing speaks against one.
    """
    if not probability.any():
        return np.ones(len(probability), dtype=np.bool_)
    first = probability.copy()
    first[always] = np.inf
    order = np.argsort(-first, kind="stable")
    # Shares of landscapes add up to within rounding.
    wanted = HELD * probability.sum() - 1e-9
    n = 1 + int(np.searchsorted(np.cumsum(probability[order]), wanted))
    kept = np.zeros(len(probability), dtype=np.bool_)
    kept[order[: max(n, len(always))]] = True
    return kept


class _Same:
    """A space as a key of a memo: the same object, as its choices may be anything."""

    def __init__(self, space: Space) -> None:
        self.space = space

    def __hash__(self) -> int:
        return id(self.space)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.space is other.space


@lru_cache(maxsize=8)
def _tops(same: _Same, units: bytes, scores: bytes, seed: Seed) -> FloatArray:
    """Where the landscapes drawn are largest, made once for each distinct view."""
    space, y = same.space, np.frombuffer(scores)
    U = np.frombuffer(units).reshape(len(y), -1)
    varying, t = active(space), standardised(y)[0]
    rng = np.random.default_rng([*seed, len(y), 2])  # 0, 1: the tables' own
    grid = {j: _looked_at(space, U, j, rng) for j in varying.tolist()}
    long = [j for j in grid if _is_long(space, j)]
    levels = np.array(levels_of(space), dtype=np.intp)
    levels[np.isin(varying, long)] = [len(grid[j]) for j in long]
    columns = Columns.of(levels)

    def seen(points: FloatArray) -> FloatArray:
        """Points as the models have them, with the values looked at for levels."""
        at = space.settled(points).copy()
        for j in long:
            level = np.searchsorted(grid[j], at[:, j] - TINY)
            is_on = at[:, j] < 1.0
            at[is_on, j] = (level[is_on] + 0.5) / len(grid[j])
        return at[:, varying]

    rows = part_for_tables(seen(U), y, levels)
    X, warped = encode(seen(U[rows]), columns), warp(t)[rows]
    models = drawn_models(X, t[rows], columns, N_MODELS, rng)
    models += drawn_models(X, warped, columns, N_WARPED, rng)
    anywhere = qmc.Halton(len(space), rng=rng).random(len(U) + N_STARTS)
    starts = space.rounded(anywhere)
    for j in long:
        starts[:, j] = grid[j][(anywhere[:, j] * len(grid[j])).astype(np.intp)]
    # What does not apply keeps a value of its own, should a climb switch it on.
    starts[: len(U)] = np.where(space.applies(U), U, starts[: len(U)])
    is_within = None
    if space.relations:
        starts = starts[space.feasible(space.settled(starts))]

        def is_within(points: FloatArray) -> NDArray[np.bool_]:
            return space.feasible(space.settled(points))

    found = [
        maxima(Paths.drawn(model, N_PATHS, rng), starts, grid, seen, is_within)
        for model in models
    ]
    return space.settled(np.vstack(found))


def _looked_at(
    space: Space, U: FloatArray, j: int, rng: np.random.Generator
) -> FloatArray:
    """Places in a parameter's range and both ends; values of a choice.

    Of a choice of very many values, what was tried and some others: the models know no
    difference between these.
    """
    dim = space.dimensions[j]
    if dim.is_ordered:
        n = min(MOST_PLACES, PER_REGION * (dim.n_splits + 1))
        return np.unique(space.rounded_one(j, np.array([0.0, *_middles(n), 1.0])))
    middles = _middles(dim.n_values or 1)
    if not _is_long(space, j):
        return middles
    tried = _tried(space, U, j)
    others = rng.permutation(np.setdiff1d(np.arange(len(middles)), tried))
    n = max(MOST_PLACES - len(tried), PER_REGION)
    return np.asarray(middles[np.sort(np.append(tried, others[:n]))])


def _middles(n: int) -> FloatArray:
    """Middles of n equal parts of the unit interval."""
    return (np.arange(n) + 0.5) / n


def _is_long(space: Space, j: int) -> bool:
    """Whether a choice has more values than are looked at."""
    dim = space.dimensions[j]
    return not dim.is_ordered and (dim.n_values or 0) > MOST_PLACES


def _tried(space: Space, U: FloatArray, j: int) -> NDArray[np.intp]:
    """Which values of a choice were tried."""
    own = U[space.applies(U)[:, j], j]
    return np.unique((own * (space.dimensions[j].n_values or 1)).astype(np.intp))


def _places(edges: FloatArray, units: FloatArray) -> NDArray[np.intp]:
    """Which region each unit lies in; a border belongs to the upper one."""
    found = np.searchsorted(edges, units, side="right") - 1
    return np.minimum(found, len(edges) - 2)


def _rows(
    j: int, edges: FloatArray, probability: FloatArray, kept: NDArray[np.bool_]
) -> Regions:
    param = np.full(len(kept), j, dtype=np.intp)
    measures = {"probability": probability}
    return Regions(param, edges[:-1], edges[1:], kept, measures)
