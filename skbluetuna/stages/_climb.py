"""Stage 3, climb: gradient steps on the hyperparameter values, weights fixed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skbluetuna._ledger import Ledger, row_key
from skbluetuna.model import (
    FittedPerceptron,
    Influence,
    autoconverge,
    influence,
    no_influence,
    scores_of,
)
from skbluetuna.space import Space
from skbluetuna.stages._base import (
    FloatArray,
    PlannedStage,
    RegionRule,
    Seed,
    active,
    fresh_points,
    kept_intervals,
)
from skbluetuna.stages._boxes import near_box

__all__ = ["Climb"]

STANDSTILL = 1e-9  # a step shorter than this in every coordinate has arrived
STEPS_PER_TRIAL = 50  # steps that a path may take for each new configuration wanted


@dataclass(frozen=True)
class Climb(PlannedStage):
    """The published climb.

    The weights do not change on the way, so the whole path follows from the rows before
    it and its trials can be evaluated together.

    Parameters
    ----------
    n_trials : int
        How many new configurations to try.
    regions : callable
        Rule that scores the regions of a space from a ledger.
    initial_weights : callable
        Rule for the base weights before training (eq. 5).
    tune_lr : float, default=0.05
        Length of a step for a gradient of one.
    activation : str, default="sigmoid"
        The perceptron's activation.
    n_epochs : int, default=1000
        Its training steps.
    """

    n_trials: int
    regions: RegionRule
    initial_weights: Callable[[Space, Ledger], FloatArray]
    tune_lr: float = 0.05
    activation: str = "sigmoid"
    n_epochs: int = 1000

    name = "climb"

    def plan(self, space: Space, before: Ledger, seed: Seed) -> FloatArray:
        """New configurations on the path up from the best trial (eq. 10).

        A path that arrives before its trials are used up is followed by one from the
        next best trial, and after the last by random points of the kept regions.
        """
        if self.n_trials == 0 or before.best is None:
            first = np.empty((0, len(space)))
        else:
            first = self._paths(space, before, self.fit(space, before, seed))
        rng = np.random.default_rng([*seed, len(before)])
        intervals = kept_intervals(self.regions(space, before), len(space))
        return fresh_points(space, before, self.n_trials, rng, intervals, first)

    def fit(self, space: Space, before: Ledger, seed: Seed) -> FittedPerceptron:
        """Train the perceptron on the rows before the climb (eq. 6 to 8)."""
        U, y = before.scored()
        U = np.ascontiguousarray(U[:, active(space)])
        weights = self.initial_weights(space, before)
        return _train(
            U.tobytes(), y.tobytes(), weights.tobytes(), (*seed, len(before)),
            self.activation, self.n_epochs,
        )  # fmt: skip

    def influence(
        self, space: Space, ledger: Ledger, seed: Seed
    ) -> tuple[FloatArray, Influence]:
        """Initial weights and tables of the active parameters, as the climb saw them.

        Before there is a score, all but the initial weights are zero.
        """
        before = ledger.before(self.name)
        U = before.scored()[0]
        weights, d = self.initial_weights(space, before), len(active(space))
        if before.best is None or d == 0:
            return weights, no_influence(d, with_ratio=True)
        near = near_box(space, ledger, np.random.default_rng(seed)).evaluated
        model = self.fit(space, before, seed)
        return weights, influence(model, U[:, active(space)], near)

    def predict(
        self, space: Space, ledger: Ledger, seed: Seed, U: FloatArray
    ) -> FloatArray:
        """The perceptron's score at unit points; it knows no limits: shape (n, 3)."""
        before, varying = ledger.before(self.name), active(space)
        scores = np.full((len(U), 3), np.nan)
        if before.best is not None and len(varying):
            fitted = self.fit(space, before, seed)
            output = fitted.predict(space.snap(U)[:, varying])
            scores[:, 0] = scores_of(output, before.scored()[1], self.activation)
        return scores

    def _paths(
        self, space: Space, before: Ledger, model: FittedPerceptron
    ) -> FloatArray:
        """New configurations met on the paths up from the best trials, in order."""
        complete = [t for t in before if t.score is not None]
        complete.sort(key=lambda t: -(t.score or 0.0))  # stable: earliest of equals
        movable = np.array([dim.is_ordered for dim in space.dimensions])
        found: dict[bytes, FloatArray] = {}
        budget = STEPS_PER_TRIAL * self.n_trials
        for trial in complete:
            start = np.array(trial.unit)
            free = movable & space.applies(start[None])[0]
            for u in self._path(start, model, active(space), free):
                budget -= 1
                unit = space.snap(u[None])[0]
                if unit not in before:
                    found.setdefault(row_key(unit), unit)
                if len(found) == self.n_trials or budget <= 0:
                    return np.array(list(found.values())).reshape(-1, len(space))
        return np.array(list(found.values())).reshape(-1, len(space))

    def _path(
        self,
        u: FloatArray,
        model: FittedPerceptron,
        varying: NDArray[np.intp],
        movable: NDArray[np.bool_],
    ) -> Iterator[FloatArray]:
        """Steps u <- clip(u + tune_lr * gradient, 0, 1) until they stand still."""
        while True:
            gradient = np.zeros_like(u)
            gradient[varying] = model.gradient(u[varying])
            gradient[~movable] = 0.0  # choices stay, and what does not apply
            ahead = np.clip(u + self.tune_lr * gradient, 0.0, 1.0)  # eq. 10
            if np.all(np.abs(ahead - u) < STANDSTILL):
                return
            u = ahead
            yield u


@lru_cache(maxsize=32)
def _train(
    U: bytes, y: bytes, initial: bytes, seed: Seed, activation: str, n_epochs: int
) -> FittedPerceptron:
    """Train once for each distinct ledger, however often the plan is asked for."""
    scores = np.frombuffer(y)
    return autoconverge(
        np.frombuffer(U).reshape(len(scores), -1),
        scores,
        np.frombuffer(initial),
        np.random.default_rng(seed),
        activation=activation,
        n_epochs=n_epochs,
    )
