"""Stage 3, climb: gradient steps on the hyperparameter values, weights fixed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history import View, row_key
from skbluetuna.model import (
    FittedPerceptron,
    autoconverge,
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

__all__ = ["ClassicClimb"]

STANDSTILL = 1e-9  # a step shorter than this in every coordinate has arrived
STEPS_PER_TRIAL = 50  # steps that a path may take for each new configuration wanted


@dataclass(frozen=True)
class ClassicClimb(PlannedStage):
    """The published climb.

    The weights do not change on the way, so the whole path follows from the rows before
    it and its trials can be evaluated together.

    Parameters
    ----------
    n_trials : int
        How many new configurations to try.
    regions : callable
        Rule that scores the regions of a space from a view.
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
    initial_weights: Callable[[Space, View], FloatArray]
    tune_lr: float = 0.05
    activation: str = "sigmoid"
    n_epochs: int = 1000

    name = "climb"

    def extended(self, n_trials: int) -> Self:
        """The stage with so many trials."""
        return replace(self, n_trials=n_trials)

    def plan(self, space: Space, before: View, seed: Seed) -> FloatArray:
        """New configurations on the path up from the best trial (eq. 10).

        A path that arrives before its trials are used up is followed by one from the
        next best trial, and after the last by random points of the kept regions.
        """
        if self.n_trials == 0 or before.best_row is None:
            first = np.empty((0, len(space)))
        else:
            first = self._paths(space, before, self.fit(space, before, seed))
        rng = np.random.default_rng([*seed, len(before)])
        intervals = kept_intervals(self.regions(space, before), len(space))
        return fresh_points(space, before, self.n_trials, rng, intervals, first)

    def fit(self, space: Space, before: View, seed: Seed) -> FittedPerceptron:
        """Train the perceptron on the rows before the climb (eq. 6 to 8)."""
        U, y = before.told()
        U = np.ascontiguousarray(U[:, active(space)])
        weights = self.initial_weights(space, before)
        return _train(
            U.tobytes(), y.tobytes(), weights.tobytes(), (*seed, len(before)),
            self.activation, self.n_epochs,
        )  # fmt: skip

    def _paths(self, space: Space, before: View, model: FittedPerceptron) -> FloatArray:
        """New configurations met on the paths up from the best trials, in order."""
        movable = np.array([dim.is_ordered for dim in space.dimensions])
        found: dict[bytes, FloatArray] = {}
        budget = STEPS_PER_TRIAL * self.n_trials
        for start in before.X[before.best_rows]:
            free = movable & space.applies(start[None])[0]
            for u in self._path(space, start, model, free):
                budget -= 1
                unit = space.snap(u[None])[0]
                if unit not in before and space.feasible(unit[None])[0]:
                    found.setdefault(row_key(unit), unit)
                if len(found) == self.n_trials or budget <= 0:
                    return np.array(list(found.values())).reshape(-1, len(space))
        return np.array(list(found.values())).reshape(-1, len(space))

    def _path(
        self,
        space: Space,
        u: FloatArray,
        model: FittedPerceptron,
        movable: NDArray[np.bool_],
    ) -> Iterator[FloatArray]:
        """Steps u <- clip(u + tune_lr * gradient, 0, 1) until they stand still."""
        varying = active(space)
        while True:
            gradient = np.zeros_like(u)
            gradient[varying] = model.gradient(u[varying])
            gradient[~movable] = 0.0  # choices stay, and what does not apply
            ahead = np.clip(u + self.tune_lr * gradient, 0.0, 1.0)  # eq. 10
            ahead = _held_within(space, u, ahead)
            if np.all(np.abs(ahead - u) < STANDSTILL):
                return
            u = ahead
            yield u


def _held_within(space: Space, u: FloatArray, ahead: FloatArray) -> FloatArray:
    """A step along the border of the relations, where it would leave them.

    Coordinates follow one another, and one that would break a relation stays.
    """
    if not space.relations or space.feasible(space.snap(ahead[None]))[0]:
        return ahead
    held = u.copy()
    for j in np.flatnonzero(ahead != u):
        tried = held.copy()
        tried[j] = ahead[j]
        if space.feasible(space.snap(tried[None]))[0]:
            held = tried
    return held


@lru_cache(maxsize=32)
def _train(
    U: bytes, y: bytes, initial: bytes, seed: Seed, activation: str, n_epochs: int
) -> FittedPerceptron:
    """Train once for each distinct view, however often the plan is asked for."""
    scores = np.frombuffer(y)
    return autoconverge(
        np.frombuffer(U).reshape(len(scores), -1),
        scores,
        np.frombuffer(initial),
        np.random.default_rng(seed),
        activation=activation,
        n_epochs=n_epochs,
    )
