"""Where the best configuration is likely to be: the adaptive strategy's regions.

Equation 21 of ``doc/notation.md``. Landscapes are drawn from what the model believes,
and each is climbed: a region's probability is the share of them whose maximum lies in
it.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from skbluetuna._ledger import Ledger
from skbluetuna.model import Paths, drawn_models, encode, maxima, standardised, warp
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Regions, Seed, active
from skbluetuna.stages._scan import Scan, join
from skbluetuna.stages._surrogate import columns_of

__all__ = ["fewest", "likely_regions"]

# Hyperparameters drawn, of the scores as they are and of them warped, and landscapes
# of each.
N_MODELS, N_WARPED, N_PATHS = 4, 12, 4
N_STARTS = 512  # points from the best of which a landscape is climbed
PER_REGION = 4  # places inside of each at which a climb looks
HELD = 0.9  # probability that the kept regions of a parameter hold together


def likely_regions(space: Space, ledger: Ledger, seed: Seed) -> Regions:
    """Regions with the probability that the best configuration lies there.

    Landscapes that are largest where a parameter does not apply count for none of its
    regions: the sum of their probabilities is that of its applying.
    """
    edges = [Scan(None).lines(space, j).edges for j in range(len(space))]
    U, y = ledger.scored()
    if not len(active(space)) or not len(y) or not standardised(y)[0].any():
        blank = [np.full(len(own) - 1, np.nan) for own in edges]
        return join([_rows(j, edges[j], p, np.isnan(p)) for j, p in enumerate(blank)])
    tops = _tops(_Same(space), U.tobytes(), y.tobytes(), seed)
    best = np.array([ledger.best.unit]) if ledger.best else tops[:0]
    applies, has = space.applies(tops), space.applies(best)
    parts = []
    for j, own in enumerate(edges):
        at = _places(own, tops[applies[:, j], j])
        probability = np.bincount(at, minlength=len(own) - 1) / len(tops)
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
    kept = np.zeros(len(probability), dtype=np.bool_)
    kept[always] = True
    for k in np.argsort(-probability, kind="stable"):
        # Shares of landscapes add up to within rounding.
        if probability[kept].sum() >= HELD * probability.sum() - 1e-9:
            break
        kept[k] = True
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
    """Where the landscapes drawn are largest, made once for each distinct ledger."""
    space, y = same.space, np.frombuffer(scores)
    U = np.frombuffer(units).reshape(len(y), -1)
    varying, columns, t = active(space), columns_of(space), standardised(y)[0]
    rng = np.random.default_rng([*seed, len(y), 2])  # 0, 1: the tables' own
    X = encode(U[:, varying], columns)
    models = drawn_models(X, t, columns, N_MODELS, rng)
    models += drawn_models(X, warp(t), columns, N_WARPED, rng)
    anywhere = qmc.Halton(len(space), rng=rng).random(len(U) + N_STARTS)
    starts = space.rounded(anywhere)
    # What does not apply keeps a value of its own, should a climb switch it on.
    starts[: len(U)] = np.where(space.applies(U), U, starts[: len(U)])
    grid = {j: _looked_at(space, j) for j in varying.tolist()}

    def seen(points: FloatArray) -> FloatArray:
        return space.settled(points)[:, varying]

    found = [
        maxima(Paths.drawn(model, N_PATHS, rng), starts, grid, seen) for model in models
    ]
    return space.settled(np.vstack(found))


def _looked_at(space: Space, j: int) -> FloatArray:
    """Places inside of each region of a parameter, and both ends of its range."""
    lines = Scan(None).lines(space, j)
    if lines.is_choice:
        return lines.at
    inside = (np.arange(PER_REGION) + 0.5) / PER_REGION
    places = lines.edges[:-1, None] + np.diff(lines.edges)[:, None] * inside
    return np.unique(space.rounded_one(j, np.array([0.0, *places.ravel(), 1.0])))


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
