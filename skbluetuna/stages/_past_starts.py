"""Stages "history" and "portfolio": what past searches began well with."""

from dataclasses import dataclass

import numpy as np

from skbluetuna.history import View
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, PlannedStage, Seed

__all__ = ["PastStarts"]


@dataclass(frozen=True)
class PastStarts(PlannedStage):
    """Asks what was chosen of past searches when this one began.

    Parameters
    ----------
    points : tuple of tuples of float
        Snapped unit points, in their order.
    name : str, default="history"
        ``"portfolio"`` where they come with the package.
    """

    points: tuple[tuple[float, ...], ...]
    name: str = "history"

    needs_scores = False

    def plan(self, space: Space, before: View, seed: Seed) -> FloatArray:  # noqa: ARG002
        """All points that were not asked before."""
        units = np.array(self.points, dtype=np.float64).reshape(-1, len(space))
        return units[before.is_new(units)]
