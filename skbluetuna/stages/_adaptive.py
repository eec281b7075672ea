"""The adaptive strategy: each weak step of the published search replaced."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.stats import norm

from skbluetuna._ledger import Ledger
from skbluetuna.model import (
    Columns,
    Cube,
    EvidenceModel,
    Influence,
    Scale,
    drawn_models,
    encode,
    evidence_influence,
    no_influence,
    standardised,
    unwarp,
    warp,
)
from skbluetuna.space import Space
from skbluetuna.stages._ascent import Ascent
from skbluetuna.stages._base import (
    Boundaries,
    FloatArray,
    Regions,
    Schedule,
    Seed,
    active,
    check_int_option,
)
from skbluetuna.stages._boxes import near_box, whole_box
from skbluetuna.stages._learn import Learn
from skbluetuna.stages._levels import Levels, n_unseen
from skbluetuna.stages._likely import likely_regions
from skbluetuna.stages._moves import moved
from skbluetuna.stages._scan import (
    WHOLE,
    Lines,
    Scan,
    join,
    sensitivity,
    stack,
    unscanned,
)
from skbluetuna.stages._surrogate import evidence_model, levels_of, surrogate
from skbluetuna.stages._sweep import Sweep

__all__ = ["Adaptive"]

# Hyperparameters drawn for the tables, of the scores as they are and of them warped,
# and landscapes of each.
N_MODELS, N_WARPED, N_PATHS = 12, 4, 4
SMALL = 1e-4  # difference of targets by which the slope of the way back is measured
FEW_UNSEEN = 5  # values of choices without order, as many as the scan has trials


@dataclass(frozen=True)
class Adaptive:
    """Stages that follow the evidence.

    A Latin hypercube, if one is asked for, or a Latin design of the choices without
    order, if there are many values of them; a boundary scan that moves with the best
    configuration, its moves chosen by the model; then climbs to where the model
    promises most, which take turns, after 30 trials, with moves of the best
    configuration in one parameter and with climbs under other hyperparameters of the
    model. The model, a perceptron with a Gaussian-process residual, learns from
    every score: it is fitted by evidence to all trials so far.

    Parameters
    ----------
    n_lhs : int, default=0
        Latin-hypercube trials before the scan; at most half of the budget. With many
        the tables are truer of the whole box, and the best score is worse
        (``doc/tables.md``). They take the place of the Latin design, which by default
        is as long as it needs to show every value, at most a quarter of the budget.
    n_scan : int, default=5
        Trials of the scan; at most a quarter of the budget.

    Raises
    ------
    TypeError, ValueError
        If an option is not of its kind or out of its range.

    Notes
    -----
    Its own schedule in full (``n_iter=None``) is ten trials for each parameter after
    the initial ones.

    References
    ----------
    Equations 11 to 21 of ``doc/notation.md``.

    Examples
    --------
    >>> Adaptive(n_lhs=8)
    Adaptive(n_lhs=8, n_scan=5)
    """

    n_lhs: int = 0
    n_scan: int = 5

    name = "adaptive"

    def __post_init__(self) -> None:
        check_int_option(self, "n_lhs", 0)
        check_int_option(self, "n_scan", 0)

    def n_trials(self, space: Space, initial: FloatArray) -> int:
        """Length of its own schedule, the initial trials included."""
        return len(initial) + 10 * max(1, len(active(space)))

    def schedule(
        self,
        space: Space,
        initial: FloatArray,
        n_trials: int,
    ) -> Schedule:
        """Hypercube or Latin design of the choices, scan, and ascent for a budget."""
        left = max(0, n_trials - len(initial))
        first: Learn | Levels
        if self.n_lhs:
            n_learn = min(self.n_lhs, left // 2)
            first = Learn(n_learn, _everywhere, needs_scores=False)
        else:
            n_learn = min(_n_levels(space, initial), n_trials // 4, left)
            first = Levels(n_learn)
        n_scan = min(self.n_scan, n_trials // 4, left - n_learn)
        stages = first, Sweep(n_scan), Ascent(left - n_learn - n_scan)
        return Schedule(stages, likely_regions, _influence, _boundaries, _predict)


def _n_levels(space: Space, initial: FloatArray) -> int:
    """Trials after which every value of the choices without order was seen.

    None where so few are unseen that a scan could show them one by one.
    """
    unseen = n_unseen(space, initial)
    return max(unseen) if sum(unseen) > FEW_UNSEEN else 0


def _everywhere(space: Space, ledger: Ledger) -> Regions:  # noqa: ARG001
    """All of every dimension."""
    return join([unscanned(j, WHOLE) for j in range(len(space))])


def _boundaries(space: Space, ledger: Ledger) -> Boundaries:
    """Boundaries through the best trial: the model's median scores, and slopes."""
    known = _boundary_targets(space, ledger)
    if not known:
        return stack(known)
    _, shift, scale, _ = surrogate(space, ledger)
    scores = np.concatenate([ledger.scored()[1], *ledger.rivals])
    sent_back = {}
    for j, (lines, target, slope) in known.items():
        near = target[:, None] + [0.0, -SMALL, SMALL]
        y, below, above = (unwarp(shift + scale * at, scores) for at in near.T)
        sent_back[j] = lines, y, slope * (above - below) / (2.0 * SMALL)
    return stack(sent_back)


def _predict(
    space: Space,
    ledger: Ledger,
    seed: Seed,  # noqa: ARG001
    U: FloatArray,
) -> FloatArray:
    """Median of the score at unit points, and its 5 and 95 %, shape (n, 3)."""
    varying = active(space)
    if ledger.best is None or not len(varying):
        return np.full((len(U), 3), np.nan)
    model, shift, scale, _ = surrogate(space, ledger)
    at = model.predict(space.snap(U)[:, varying])
    targets = at.mean[:, None] + at.std[:, None] * norm.ppf([0.5, 0.05, 0.95])
    scores = np.concatenate([ledger.scored()[1], *ledger.rivals])
    return unwarp((shift + scale * targets).ravel(), scores).reshape(-1, 3)


def _influence(
    space: Space, ledger: Ledger, seed: Seed
) -> tuple[FloatArray, Influence]:
    """Initial weights (eq. 5, of the model's slopes) and the tables (eq. 19, 20)."""
    known, varying = _boundary_scores(space, ledger), active(space)
    d = len(varying)
    if not known:
        return np.full(d, 1.0 / max(1, d)), no_influence(d, with_ratio=False)
    s = np.array(
        [sensitivity(*known[j]) if j in known else 0.0 for j in varying.tolist()]
    )
    weights = s / s.sum() if s.sum() > 0.0 else np.full(d, 1.0 / d)
    U, y = ledger.scored()
    if not standardised(y)[0].any():
        return weights, no_influence(d, with_ratio=False)
    rng = np.random.default_rng([*seed, len(y), 1])  # 0: the landscapes
    boxes = [*whole_box(space, rng), *near_box(space, ledger, rng)]
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
    """Tables, made once for each distinct ledger, however often they are asked for."""
    rng = np.random.default_rng(seed)
    t, spread = standardised(np.frombuffer(y))
    own = np.frombuffer(U).reshape(len(t), -1)
    sample = np.frombuffer(boxes).reshape(4, -1, len(levels))
    columns = Columns.of(levels, np.vstack([own, *sample]))
    X = encode(own, columns)
    models = drawn_models(X, t, columns, N_MODELS, rng)
    warped = Scale(
        drawn_models(X, warp(t), columns, N_WARPED, rng),
        lambda drawn: unwarp(drawn.ravel(), t).reshape(drawn.shape),
    )
    return evidence_influence(
        models, warped, Cube(*sample[:2]), Cube(*sample[2:]), spread, N_PATHS, rng
    )


def _boundary_scores(
    space: Space, ledger: Ledger
) -> dict[int, tuple[Lines, FloatArray, FloatArray]]:
    """The same as `_boundary_targets`, the worst one of all counting zero."""
    found = _boundary_targets(space, ledger)
    floor = min((float(target.min()) for _, target, _ in found.values()), default=0.0)
    return {j: (lines, y - floor, slope) for j, (lines, y, slope) in found.items()}


def _boundary_targets(
    space: Space, ledger: Ledger
) -> dict[int, tuple[Lines, FloatArray, FloatArray]]:
    """Lines of each active dimension with the model's means (warped) and slopes there.

    Of a dimension that applied in no trial nothing is known.
    """
    varying = active(space)
    complete = [t for t in ledger if t.score is not None]
    if not complete or not len(varying):
        return {}
    complete.sort(key=lambda t: -(t.score or 0.0))  # stable: earliest of equals
    units = np.array([trial.unit for trial in complete])
    applies = space.applies(units)
    model: EvidenceModel = evidence_model(space, ledger)
    found = {}
    for column, j in enumerate(int(j) for j in varying):
        if not applies[:, j].any():
            continue
        lines = Scan(None).lines(space, j)
        best = units[np.argmax(applies[:, j])]  # the best one with this parameter
        points = moved(space, best, j, lines.at)
        post = model.predict(points[:, varying], gradient=True)
        found[j] = lines, post.mean, post.mean_slope[:, column]
    return found
