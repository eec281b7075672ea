"""Stage 3 of the adaptive strategy: ascent on what the next trial may gain.

The evidence-fitted perceptron is the landscape; its weights stand still while the
hyperparameter values climb log augmented improvement by its gradient.
"""

import numpy as np
from scipy.optimize import minimize

from skbluetuna._ledger import Ledger
from skbluetuna.model import EvidenceModel, log_augmented_improvement
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, active, any_fresh_point
from skbluetuna.stages._surrogate import Choice, OneByOne, promised

__all__ = ["Ascent", "starting_points"]

N_RANDOM, N_NEAR = 600, 400  # starting points: anywhere, and near the best trials
N_BEST, N_MOVED = 3, 3  # near so many trials, in at most so many parameters
STEPS = (0.2, 0.04)  # standard deviations of the near ones
N_CLIMBS = 6  # the best starting points climb
N_CLIMB_STEPS = 40


class Ascent(OneByOne):
    """Log augmented improvement of the evidence-fitted perceptron, climbed (eq. 15)."""

    name = "climb"

    def chooser(
        self,
        space: Space,
        ledger: Ledger,  # noqa: ARG002
        rng: np.random.Generator,
    ) -> Choice:
        """Choose the most promising point of the whole cube."""
        return lambda asked, model, incumbent: _most_promising(
            space, asked, model, incumbent, rng
        )


def _most_promising(
    space: Space,
    ledger: Ledger,
    model: EvidenceModel,
    incumbent: float,
    rng: np.random.Generator,
) -> FloatArray | None:
    """Point of the largest log augmented improvement that was never asked."""
    varying = active(space)

    def value(points: FloatArray) -> FloatArray:
        return promised(model, points[:, varying], incumbent)

    starts = space.snap(starting_points(space, ledger, rng))
    by_value = np.argsort(-value(starts), kind="stable")
    climbed = _climb(space, model, incumbent, starts[by_value[:N_CLIMBS]])
    # What would be evaluated is compared: integers and choices as they snap.
    points = np.vstack([space.snap(climbed), starts[by_value[: 10 * N_CLIMBS]]])
    for k in np.argsort(-value(points), kind="stable"):
        if points[k] not in ledger:
            return np.asarray(points[k])
    return any_fresh_point(space, ledger, rng)


def starting_points(
    space: Space, ledger: Ledger, rng: np.random.Generator
) -> FloatArray:
    """Random points, and the best trials moved in a few parameters at two scales."""
    d = len(space)
    anywhere = rng.random((N_RANDOM, d))
    complete = sorted(
        (t for t in ledger if t.score is not None), key=lambda t: -(t.score or 0.0)
    )
    if not complete:
        return anywhere
    best = np.array([trial.unit for trial in complete[:N_BEST]])
    near = best[rng.integers(len(best), size=N_NEAR)]
    n_moved = rng.integers(1, min(d, N_MOVED) + 1, size=N_NEAR)
    is_moved = rng.random((N_NEAR, d)).argsort(axis=1) < n_moved[:, None]
    step = rng.choice(STEPS, size=(N_NEAR, 1)) * rng.standard_normal((N_NEAR, d))
    is_ordered = np.array([dim.is_ordered for dim in space.dimensions])
    moved = np.where(is_ordered, np.clip(near + step, 0.0, 1.0), rng.random(near.shape))
    points = np.where(is_moved, moved, near)
    known = space.applies(near)
    is_new = space.applies(points) & ~known
    while is_new.any():  # what comes to apply by a move starts anywhere
        points = np.where(is_new, rng.random(near.shape), points)
        known |= is_new
        is_new = space.applies(points) & ~known
    return np.vstack([anywhere, points])


def _climb(
    space: Space, model: EvidenceModel, incumbent: float, starts: FloatArray
) -> FloatArray:
    """Climb by L-BFGS in the box, all starts together; choices stay."""
    varying = active(space)
    movable = model.columns.levels == 0
    applies = space.applies(starts)[:, varying[movable]]
    free = np.ix_(range(len(starts)), varying[movable])

    def loss(values: FloatArray) -> tuple[float, FloatArray]:
        points = starts.copy()
        points[free] = values.reshape(len(starts), -1)
        post = model.predict(points[:, varying], gradient=True)
        gain, by_mean, by_std = log_augmented_improvement(
            post.mean, post.std, incumbent, model.noise
        )
        # Chain rule: the acquisition's slope by mean and by deviation, theirs by u.
        slope = by_mean[:, None] * post.mean_slope + by_std[:, None] * post.std_slope
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
