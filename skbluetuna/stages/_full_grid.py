"""Every configuration of a finite space, for budgets that pay for all of them."""

from dataclasses import dataclass

import numpy as np

from skbluetuna.history import View
from skbluetuna.space import Space, grid
from skbluetuna.stages._base import FloatArray, PlannedStage, Seed

__all__ = ["FullGrid"]


@dataclass(frozen=True)
class FullGrid(PlannedStage):
    """Exhaustive evaluation in the order of scikit-learn's ``ParameterGrid``."""

    name = "grid"
    needs_scores = False

    def plan(self, space: Space, before: View, seed: Seed) -> FloatArray:  # noqa: ARG002
        """Unit points of the whole grid."""
        points = space.to_unit(grid(space))
        return np.array([u for u in points if u not in before]).reshape(-1, len(space))
