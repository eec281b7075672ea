"""What the adaptive strategy has learned: its model's word (eq. 19 to 21)."""

from functools import lru_cache

import numpy as np
from scipy.stats import norm

from skbluetuna.explain._boxes import near_box, whole_box
from skbluetuna.explain._explanation import Explanation
from skbluetuna.explain._regions import likely_regions
from skbluetuna.history import View
from skbluetuna.model import (
    BoxSample,
    Columns,
    DrawnModels,
    Influence,
    drawn_models,
    encode,
    gaussian_process_influence,
    no_influence,
    part_for_tables,
    standardised,
    unwarp,
    warp,
)
from skbluetuna.space import Space
from skbluetuna.stages._base import Boundaries, FloatArray, Seed, active
from skbluetuna.stages._classic_scan import ClassicScan, Lines, sensitivity, stack
from skbluetuna.stages._gain import levels_of
from skbluetuna.stages._moves import moved
from skbluetuna.stages._surrogate import fitted_model, surrogate

__all__ = ["ADAPTIVE"]

# Hyperparameters drawn for the tables, of the scores as they are and of them warped,
# and landscapes of each.
N_MODELS, N_WARPED, N_PATHS = 12, 4, 4
SMALL = 1e-4  # difference of targets by which the slope of the way back is measured


def _boundaries(space: Space, view: View) -> Boundaries:
    """Boundaries through the best trial: the model's median scores, and slopes."""
    known = _boundary_targets(space, view)
    if not known:
        return stack(known)
    _, shift, scale, _ = surrogate(space, view)
    scores = np.concatenate([view.told()[1], *view.others])
    sent_back = {}
    for j, (lines, target, slope) in known.items():
        near = target[:, None] + [0.0, -SMALL, SMALL]
        y, below, above = (unwarp(shift + scale * at, scores) for at in near.T)
        sent_back[j] = lines, y, slope * (above - below) / (2.0 * SMALL)
    return stack(sent_back)


def _predict(
    space: Space,
    view: View,
    seed: Seed,  # noqa: ARG001
    U: FloatArray,
) -> FloatArray:
    """Median of the score at unit points, and its 5 and 95 %, shape (n, 3)."""
    varying = active(space)
    if view.best_row is None or not len(varying):
        return np.full((len(U), 3), np.nan)
    model, shift, scale, _ = surrogate(space, view)
    at = model.predict(space.snap(U)[:, varying])
    targets = at.mean[:, None] + at.std[:, None] * norm.ppf([0.5, 0.05, 0.95])
    scores = np.concatenate([view.told()[1], *view.others])
    return unwarp((shift + scale * targets).ravel(), scores).reshape(-1, 3)


def _influence(space: Space, view: View, seed: Seed) -> tuple[FloatArray, Influence]:
    """Initial weights (eq. 5, of the model's slopes) and the tables (eq. 19, 20)."""
    known, varying = _boundary_scores(space, view), active(space)
    d = len(varying)
    if not known:
        return np.full(d, 1.0 / max(1, d)), no_influence(d, with_ratio=False)
    s = np.array(
        [sensitivity(*known[j]) if j in known else 0.0 for j in varying.tolist()]
    )
    weights = s / s.sum() if s.sum() > 0.0 else np.full(d, 1.0 / d)
    U, y = view.told()
    if not standardised(y)[0].any():
        return weights, no_influence(d, with_ratio=False)
    rng = np.random.default_rng([*seed, len(y), 1])  # 0: the landscapes
    boxes = [*whole_box(space, rng), *near_box(space, view, rng)]
    levels = levels_of(space)
    own = np.ascontiguousarray(U[:, varying])
    sample = np.stack(boxes)
    return weights, _learned(
        own.tobytes(), y.tobytes(), sample.tobytes(), levels, (*seed, len(y), 0)
    )


@lru_cache(maxsize=8)
def _learned(
    U: bytes, y: bytes, boxes: bytes, levels: tuple[int, ...], seed: Seed
) -> Influence:
    """Tables, made once for each distinct view, however often they are asked for."""
    rng = np.random.default_rng(seed)
    t, spread = standardised(np.frombuffer(y))
    own = np.frombuffer(U).reshape(len(t), -1)
    sample = np.frombuffer(boxes).reshape(4, -1, len(levels))
    rows = part_for_tables(own, t, levels)
    columns = Columns.of(levels, np.vstack([own[rows], *sample]))
    X = encode(own[rows], columns)
    models = drawn_models(X, t[rows], columns, N_MODELS, rng)
    warped = DrawnModels(
        drawn_models(X, warp(t)[rows], columns, N_WARPED, rng),
        lambda drawn: unwarp(drawn.ravel(), t).reshape(drawn.shape),
    )
    return gaussian_process_influence(
        models,
        warped,
        BoxSample(*sample[:2]),
        BoxSample(*sample[2:]),
        spread,
        N_PATHS,
        rng,
    )


def _boundary_scores(
    space: Space, view: View
) -> dict[int, tuple[Lines, FloatArray, FloatArray]]:
    """The same as `_boundary_targets`, the worst one of all counting zero."""
    found = _boundary_targets(space, view)
    floor = min((float(target.min()) for _, target, _ in found.values()), default=0.0)
    return {j: (lines, y - floor, slope) for j, (lines, y, slope) in found.items()}


def _boundary_targets(
    space: Space, view: View
) -> dict[int, tuple[Lines, FloatArray, FloatArray]]:
    """Lines of each active dimension with the model's means (warped) and slopes there.

    Of a dimension that applied in no trial nothing is known.
    """
    varying = active(space)
    if view.best_row is None or not len(varying):
        return {}
    units = view.X[view.best_rows]
    applies = space.applies(units)
    model = fitted_model(space, view)
    found = {}
    for column, j in enumerate(int(j) for j in varying):
        if not applies[:, j].any():
            continue
        lines = ClassicScan(None).lines(space, j)
        best = units[np.argmax(applies[:, j])]  # the best one with this parameter
        points = moved(space, best, j, lines.at)
        post = model.predict(points[:, varying], gradient=True)
        found[j] = lines, post.mean, post.mean_slope[:, column]
    return found


ADAPTIVE = Explanation(likely_regions, _influence, _boundaries, _predict)
