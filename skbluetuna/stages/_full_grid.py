"""Every configuration of a finite space, for budgets that pay for all of them."""

from dataclasses import dataclass

from skbluetuna.history import View
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, PlannedStage, Seed

__all__ = ["FullGrid"]


@dataclass(frozen=True)
class FullGrid(PlannedStage):
    """Exhaustive evaluation in the order of scikit-learn's ``ParameterGrid``."""

    name = "grid"
    needs_scores = False

    def plan(self, space: Space, before: View, seed: Seed) -> FloatArray:  # noqa: ARG002
        """Unit points of the whole grid."""
        points = space.grid_units
        return points[before.is_new(points)]

    def is_done(self, space: Space, view: View, seed: Seed) -> bool:  # noqa: ARG002
        """Whether as many configurations were asked as there are."""
        return view.n_known >= (space.size or 0)
