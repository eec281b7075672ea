"""Stage 3 of the adaptive strategy: ascent on what the next trial may gain.

The evidence-fitted perceptron is the landscape; its weights stand still while the
hyperparameter values climb log expected improvement by its gradient.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from skbluetuna._ledger import Ledger, Trial
from skbluetuna.model import (
    Columns,
    EvidenceModel,
    encode,
    fit_theta,
    log_expected_improvement,
    warp,
)
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Seed, active, fresh_points

__all__ = ["Ascent", "evidence_model"]

REFIT_ALWAYS, REFIT_EVERY = 40, 3  # trials until every fit is new, and how often later
N_RANDOM, N_NEAR = 600, 400  # starting points: anywhere, and near the best trials
N_BEST, N_MOVED = 3, 3  # near so many trials, in at most so many parameters
STEPS = (0.2, 0.04)  # standard deviations of the near ones
N_CLIMBS = 6  # the best starting points climb
N_CLIMB_STEPS = 40


@dataclass(frozen=True)
class Ascent:
    """Log expected improvement of the evidence-fitted perceptron, climbed (eq. 15).

    Parameters
    ----------
    n_trials : int
        How many trials.
    """

    n_trials: int

    name = "climb"

    def is_done(self, space: Space, ledger: Ledger, seed: Seed) -> bool:  # noqa: ARG002
        """Whether all trials were asked, or every configuration there is."""
        return ledger.count(self.name) >= self.n_trials or (
            space.size is not None and len(ledger) >= space.size
        )

    def propose(
        self, space: Space, ledger: Ledger, n: int | None, seed: Seed
    ) -> FloatArray:
        """Most promising points, one unless more are asked for, shape (k, d).

        Trials whose scores are awaited, and the points of one batch, count as observed
        at the model's mean (kriging believer, eq. 16).
        """
        n = min(self.n_trials - ledger.count(self.name), 1 if n is None else n)
        if n <= 0 or ledger.before(self.name).has_pending:
            return np.empty((0, len(space)))
        rng = np.random.default_rng([*seed, len(ledger)])
        model = evidence_model(space, ledger)
        incumbent = float(model.at_data().max())
        for trial in ledger:
            if trial.state == "asked":
                model = model.believing(np.array(trial.unit)[active(space)])
        shadow, points = Ledger(tuple(ledger)), []
        for _ in range(n):
            point = _most_promising(space, shadow, model, incumbent, rng)
            if point is None:
                break
            points.append(point)
            shadow.append(Trial(len(shadow), {}, tuple(point), self.name))
            model = model.believing(point[active(space)])
        return np.array(points).reshape(len(points), len(space))


def evidence_model(space: Space, ledger: Ledger) -> EvidenceModel:
    """The evidence-fitted perceptron on every told trial (eq. 11 to 13).

    From 40 trials on the hyperparameters are those of the trials up to the last
    multiple of three, so that they are a function of the ledger alone.
    """
    varying = active(space)
    U, y = ledger.scored()
    columns = _columns(space, varying)
    n = len(y) if len(y) <= REFIT_ALWAYS else len(y) - len(y) % REFIT_EVERY
    own = np.ascontiguousarray(U[:, varying])
    levels = tuple(int(k) for k in columns.levels)
    theta = _fit(own[:n].tobytes(), y[:n].tobytes(), levels)
    return EvidenceModel.condition(encode(own, columns), warp(y), columns, theta)


def _columns(space: Space, varying: NDArray[np.intp]) -> Columns:
    dims = [space.dimensions[j] for j in varying]
    return Columns.of([0 if dim.is_ordered else dim.n_values or 0 for dim in dims])


@lru_cache(maxsize=32)
def _fit(U: bytes, y: bytes, levels: tuple[int, ...]) -> FloatArray:
    """Fit once for each distinct ledger, however often it is asked for."""
    scores, columns = np.frombuffer(y), Columns.of(list(levels))
    X = encode(np.frombuffer(U).reshape(len(scores), -1), columns)
    return fit_theta(X, warp(scores), columns)


def _most_promising(
    space: Space,
    ledger: Ledger,
    model: EvidenceModel,
    incumbent: float,
    rng: np.random.Generator,
) -> FloatArray | None:
    """Point of the largest log expected improvement that was never asked."""
    varying = active(space)

    def value(points: FloatArray) -> FloatArray:
        post = model.predict(points[:, varying])
        return log_expected_improvement(post.mean, post.std, incumbent)[0]

    starts = space.snap(_starting_points(space, ledger, rng))
    by_value = np.argsort(-value(starts), kind="stable")
    climbed = _climb(space, model, incumbent, starts[by_value[:N_CLIMBS]])
    # What would be evaluated is compared: integers and choices as they snap.
    points = np.vstack([space.snap(climbed), starts[by_value[: 10 * N_CLIMBS]]])
    for k in np.argsort(-value(points), kind="stable"):
        if points[k] not in ledger:
            return np.asarray(points[k])
    whole = [np.array([[0.0, 1.0]])] * len(space)
    rest = fresh_points(space, ledger, 1, rng, whole, starts)
    return rest[0] if len(rest) else None


def _starting_points(
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
    return np.vstack([anywhere, np.where(is_moved, moved, near)])


def _climb(
    space: Space, model: EvidenceModel, incumbent: float, starts: FloatArray
) -> FloatArray:
    """Climb by L-BFGS in the box, all starts together; choices stay."""
    varying = active(space)
    movable = model.columns.levels == 0
    free = np.ix_(range(len(starts)), varying[movable])

    def loss(values: FloatArray) -> tuple[float, FloatArray]:
        points = starts.copy()
        points[free] = values.reshape(len(starts), -1)
        post = model.predict(points[:, varying], gradient=True)
        gain, by_mean, by_std = log_expected_improvement(post.mean, post.std, incumbent)
        # Chain rule: the acquisition's slope by mean and by deviation, theirs by u.
        slope = by_mean[:, None] * post.mean_slope + by_std[:, None] * post.std_slope
        return -float(gain.sum()), -slope[:, movable].ravel()

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
