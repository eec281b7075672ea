"""Every configuration of a finite space, for budgets that pay for all of them."""

from dataclasses import dataclass

from skbluetuna._ledger import Ledger
from skbluetuna.space import Space, grid
from skbluetuna.stages._base import FloatArray, PlannedStage, Seed

__all__ = ["Grid"]


@dataclass(frozen=True)
class Grid(PlannedStage):
    """Exhaustive evaluation in the order of scikit-learn's ``ParameterGrid``."""

    name = "grid"
    needs_scores = False

    def plan(self, space: Space, before: Ledger, seed: Seed) -> FloatArray:  # noqa: ARG002
        """Unit points of the whole grid."""
        points = space.to_unit(grid(space))
        return points[before.is_new(points)]

    def is_done(self, space: Space, ledger: Ledger, seed: Seed) -> bool:  # noqa: ARG002
        """Whether as many configurations were asked as there are."""
        return ledger.n_known >= (space.size or 0)
