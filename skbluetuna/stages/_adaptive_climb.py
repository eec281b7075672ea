"""Stage 3 of the adaptive strategy: climbs to the largest expected gain.

The log augmented improvement of the Gaussian process is climbed by its gradient. After
30 trials the stage takes turns. One trial is climbed in that way. One is the best
configuration with one parameter moved: near the top, differences are too small for a
model of the whole landscape. One is climbed under other hyperparameters of the model,
as the most probable ones may be wrong about where to look.
"""

import numpy as np
from scipy.optimize import minimize

from skbluetuna.history import View
from skbluetuna.space import Dimension, Space
from skbluetuna.stages._base import (
    FloatArray,
    Proposal,
    Seed,
    active,
    any_fresh_point,
)
from skbluetuna.stages._feasible import climbed_within, walked_points
from skbluetuna.stages._gain import Model, gain_with_slope, log_gain
from skbluetuna.stages._moves import (
    best_of_points,
    replaced_where_new,
    single_moves,
)
from skbluetuna.stages._surrogate import (
    Chooser,
    SequentialStage,
    generator_of,
    one_by_one,
    redrawn,
)

__all__ = ["AdaptiveClimb", "feasible_starts", "starting_points"]

N_RANDOM, N_NEAR = 600, 400  # starting points: anywhere, and near the best trials
N_BEST, N_MOVED = 3, 3  # near so many trials, in at most so many parameters
STEPS = (0.2, 0.04)  # standard deviations of the near ones
N_WITHIN = 100  # at least, where relations leave few of them
N_CLIMBS = 6  # the best starting points climb
N_CLIMB_STEPS = 40
N_BEFORE_TURNS = 30  # told trials of the space, after which they take turns
N_TURNS = 3
ALONG, REDRAWN = 0, 1  # turns of single moves and of redrawn hyperparameters
# How far one parameter is moved from the best configuration, up and down: shares of
# the unit interval, and steps of an integer or an ordered choice.
MOVES, N_STEPS = np.array([0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4]), 3


class AdaptiveClimb(SequentialStage):
    """Climbs the log augmented improvement of the Gaussian process (eq. 15)."""

    name = "climb"

    def chooser(self, space: Space, view: View, rng: np.random.Generator) -> Chooser:
        """Choose by the turn that the next trial has."""

        def choose(asked: View, model: Model, incumbent: float) -> FloatArray | None:
            turn = _turn(asked)
            if turn == ALONG:
                moves = single_moves(space, view, _along)
                best = best_of_points(moves, space, asked, model, incumbent)
                if best is not None:
                    return best
            if turn == REDRAWN:
                model = redrawn(space, view, model, rng)
            return _best_point(space, asked, model, incumbent, rng)

        return choose

    def best_proposal(self, space: Space, view: View, seed: Seed) -> Proposal | None:
        """The next point, and the gain expected of a plain climb, whoever's turn it is.

        So a turn is no reason to prefer another alternative.
        """
        chosen = super().best_proposal(space, view, seed)
        if chosen is None or _turn(view) is None:
            return chosen
        rng = generator_of(view, seed)
        (plain,) = one_by_one(
            space,
            view,
            1,
            lambda asked, model, incumbent: _best_point(
                space, asked, model, incumbent, rng
            ),
        )
        return chosen._replace(log_gain=plain.log_gain)


def _turn(asked: View) -> int | None:
    """What the next trial is for: `ALONG`, `REDRAWN`, or None for a plain climb."""
    turn = len(asked) % N_TURNS
    is_late = asked.n_told >= N_BEFORE_TURNS
    return turn if is_late and turn in (ALONG, REDRAWN) else None


def _along(dim: Dimension, at: float) -> FloatArray:
    """Where an ordered parameter is moved to from where it stands."""
    steps = [dim.to_unit(v) for v in dim.neighbours(dim.from_unit(at), N_STEPS)]
    return np.concatenate([at - MOVES, at + MOVES, steps]).clip(0.0, 1.0)


def _best_point(
    space: Space,
    view: View,
    model: Model,
    incumbent: float,
    rng: np.random.Generator,
) -> FloatArray | None:
    """Point of the largest log augmented improvement that was never asked.

    Or one that may be evaluated one rung higher.
    """
    varying = active(space)

    def value(points: FloatArray) -> FloatArray:
        return log_gain(model, points[:, varying], incumbent)

    starts = feasible_starts(space, view, rng)
    starts = starts[np.argsort(-value(starts), kind="stable")]
    # What would be evaluated is compared: integers and choices as they snap.
    climbed = space.snap(_climb(space, model, incumbent, starts[:N_CLIMBS]))
    out = ~space.feasible(climbed)
    if out.any():
        first = starts[:N_CLIMBS][out]
        climbed[out] = climbed_within(space, value, first, climbed[out], rng)
    points = np.vstack([climbed, starts[: 10 * N_CLIMBS]])
    points = np.vstack([points, view.X[view.partial_rows]])
    may_ask = view.may_ask(points)
    for k in np.argsort(-value(points), kind="stable"):
        if may_ask[k]:
            return np.asarray(points[k])
    return any_fresh_point(space, view, rng)


def starting_points(space: Space, view: View, rng: np.random.Generator) -> FloatArray:
    """Random points, and the best trials moved in a few parameters at two scales."""
    d = len(space)
    anywhere = rng.random((N_RANDOM, d))
    if view.best_row is None:
        return anywhere
    best = view.X[view.best_rows[:N_BEST]]
    near = best[rng.integers(len(best), size=N_NEAR)]
    n_moved = rng.integers(1, min(d, N_MOVED) + 1, size=N_NEAR)
    is_moved = rng.random((N_NEAR, d)).argsort(axis=1) < n_moved[:, None]
    step = rng.choice(STEPS, size=(N_NEAR, 1)) * rng.standard_normal((N_NEAR, d))
    is_ordered = np.array([dim.is_ordered for dim in space.dimensions])
    moved = np.where(is_ordered, np.clip(near + step, 0.0, 1.0), rng.random(near.shape))
    points = replaced_where_new(
        space, near, np.where(is_moved, moved, near), lambda: rng.random(near.shape)
    )
    return np.vstack([anywhere, points])


def feasible_starts(space: Space, view: View, rng: np.random.Generator) -> FloatArray:
    """Starting points within the relations, snapped; more, where they are few."""
    starts = space.snap(starting_points(space, view, rng))
    is_within = space.feasible(starts)
    if is_within.all():
        return starts
    starts = starts[is_within]
    if len(starts) >= N_WITHIN:
        return starts
    more = walked_points(space, N_WITHIN - len(starts), rng, view.X)
    return np.vstack([starts, more, view.X[:1]])


def _climb(
    space: Space, model: Model, incumbent: float, starts: FloatArray
) -> FloatArray:
    """ClassicClimb by L-BFGS in the box, all starts together; choices stay."""
    varying = active(space)
    movable = model.columns.levels == 0
    applies = space.applies(starts)[:, varying[movable]]
    free = np.ix_(range(len(starts)), varying[movable])

    def loss(values: FloatArray) -> tuple[float, FloatArray]:
        points = starts.copy()
        points[free] = values.reshape(len(starts), -1)
        gain, slope = gain_with_slope(model, points[:, varying], incumbent)
        return -float(gain.sum()), -(slope[:, movable] * applies).ravel()

    values = starts[free].ravel()
    if not len(values):
        return starts
    found = minimize(
        loss,
        values,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, 1.0)] * len(values),
        options={"maxiter": N_CLIMB_STEPS},
    )
    climbed = starts.copy()
    climbed[free] = found.x.reshape(len(starts), -1)
    return climbed
