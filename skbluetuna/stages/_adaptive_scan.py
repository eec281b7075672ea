"""Stage 1 of the adaptive strategy: a boundary scan that moves with the incumbent.

One parameter at a time is tried at a boundary of its range (a choice at another value)
while all others stand where the best configuration so far has them. Of all such moves
the model chooses the one of largest expected gain. The best configuration may move
each time.
"""

import numpy as np

from skbluetuna.history import View
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, any_fresh_point
from skbluetuna.stages._gain import Model
from skbluetuna.stages._moves import best_of_points, single_moves
from skbluetuna.stages._surrogate import Chooser, SequentialStage

__all__ = ["AdaptiveScan"]

BOUNDARIES = (0.0, 0.15, 0.85, 1.0)  # where an ordered parameter is tried


class AdaptiveScan(SequentialStage):
    """Boundary moves of one parameter, that of largest expected gain first."""

    name = "scan"

    def chooser(self, space: Space, view: View, rng: np.random.Generator) -> Chooser:
        """Choose the move of largest expected gain that was never asked."""
        moves = single_moves(space, view, lambda *_: np.array(BOUNDARIES))

        def choose(asked: View, model: Model, incumbent: float) -> FloatArray | None:
            best = best_of_points(moves, space, asked, model, incumbent)
            return any_fresh_point(space, asked, rng) if best is None else best

        return choose
