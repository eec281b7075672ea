"""Stage 1 of the adaptive strategy: a boundary scan that moves with the incumbent.

One parameter at a time is tried at a boundary of its range (a choice at another value)
while all others stand where the best configuration so far has them. Of all such moves
the model chooses the one that promises most; the best configuration may move each time.
"""

import numpy as np

from skbluetuna._ledger import Ledger
from skbluetuna.model import EvidenceModel
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, any_fresh_point
from skbluetuna.stages._moves import most_promising_of, single_moves
from skbluetuna.stages._surrogate import Choice, OneByOne

__all__ = ["Sweep"]

BOUNDARIES = (0.0, 0.15, 0.85, 1.0)  # where an ordered parameter is tried


class Sweep(OneByOne):
    """Boundary moves of one parameter, the most promising first."""

    name = "scan"

    def chooser(self, space: Space, ledger: Ledger, rng: np.random.Generator) -> Choice:
        """Choose the most promising move that was never asked."""
        moves = single_moves(space, ledger, lambda *_: np.array(BOUNDARIES))

        def choose(
            asked: Ledger, model: EvidenceModel, incumbent: float
        ) -> FloatArray | None:
            best = most_promising_of(moves, space, asked, model, incumbent)
            return any_fresh_point(space, asked, rng) if best is None else best

        return choose
