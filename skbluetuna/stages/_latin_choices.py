"""A Latin design of the choices without order: every value is seen early.

Such values tell nothing of one another. Where there are many, moves of one parameter
show them one at a time; here each trial shows new values of all choices at once.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history import View
from skbluetuna.space import Space
from skbluetuna.stages._base import (
    FloatArray,
    PlannedStage,
    Seed,
    active,
    fresh_points,
    reference_of,
)
from skbluetuna.stages._feasible import repaired

__all__ = ["LatinChoices", "n_unseen", "unordered"]


@dataclass(frozen=True)
class LatinChoices(PlannedStage):
    """Values of the choices without order, in each trial those seen least.

    All else stands at the reference; what does not apply there, at its centre.

    Parameters
    ----------
    n_trials : int
        How many trials.
    reference : tuple of d floats or None, default=None
        Unit point of the reference, if it was asked; else the first row is it.
    """

    n_trials: int
    reference: tuple[float, ...] | None = None

    name = "learn"
    needs_scores = False

    def extended(self, n_trials: int) -> Self:
        """The stage with so many trials."""
        return replace(self, n_trials=n_trials)

    def plan(self, space: Space, before: View, seed: Seed) -> FloatArray:
        """Points of the design; random ones where two are alike."""
        rng = np.random.default_rng([*seed, len(before)])
        whole = [np.array([[0.0, 1.0]])] * len(space)
        first = self._design(space, before, rng)
        return fresh_points(space, before, self.n_trials, rng, whole, first)

    def _design(
        self, space: Space, before: View, rng: np.random.Generator
    ) -> FloatArray:
        if not self.n_trials:
            return np.empty((0, len(space)))
        known = before.X if len(before) else space.to_unit([space.centre()])
        seen = {j: _counts(space, known, j) for j in unordered(space)}
        order = {j: rng.permutation(len(own)) for j, own in seen.items()}
        centre = np.array([dim.to_unit(dim.centre) for dim in space.dimensions])
        first = reference_of(space, before, self.reference)
        rest = np.where(space.applies(first[None])[0], first, centre)
        points = []
        for _ in range(self.n_trials):
            point = rest.copy()
            for j, own in seen.items():
                least = order[j][np.argmin(own[order[j]])]
                point[j] = (least + 0.5) / len(own)
            point = space.snap(point[None])
            if not space.feasible(point)[0]:
                point, _ = repaired(space, point, rng)
            points.append(point[0])
            for j, own in seen.items():  # where they apply
                np.add(own, _counts(space, points[-1][None], j), out=own)
        return np.array(points)


def unordered(space: Space) -> list[int]:
    """Choices without order that can vary."""
    return [int(j) for j in active(space) if not space.dimensions[j].is_ordered]


def n_unseen(space: Space, known: FloatArray) -> list[int]:
    """Of each choice without order, how many values stand in no row of (n, d)."""
    return [int(np.sum(_counts(space, known, j) == 0)) for j in unordered(space)]


def _counts(space: Space, U: FloatArray, j: int) -> NDArray[np.intp]:
    """How often each value of a choice stands in rows of (n, d) in which it applies."""
    k = space.dimensions[j].n_values or 1
    level = (U[space.applies(U)[:, j], j] * k).astype(np.intp)
    return np.bincount(np.minimum(level, k - 1), minlength=k)
