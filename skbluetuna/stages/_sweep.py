"""Stage 1 of the adaptive strategy: a boundary scan that moves with the incumbent.

One parameter at a time is tried at a boundary of its range (a choice at another value)
while all others stand where the best configuration so far has them. Of all such moves
the model chooses the one that promises most; the best configuration may move each time.
"""

import numpy as np

from skbluetuna._ledger import Ledger
from skbluetuna.model import EvidenceModel
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, active, any_fresh_point
from skbluetuna.stages._surrogate import Choice, OneByOne, promised

__all__ = ["Sweep"]

BOUNDARIES = (0.0, 0.15, 0.85, 1.0)  # where an ordered parameter is tried


class Sweep(OneByOne):
    """Boundary moves of one parameter, the most promising first."""

    name = "scan"

    def chooser(self, space: Space, ledger: Ledger, rng: np.random.Generator) -> Choice:
        """Choose the most promising move that was never asked."""
        moves = _moves(space, ledger)

        def choose(
            asked: Ledger, model: EvidenceModel, incumbent: float
        ) -> FloatArray | None:
            new = np.array([u for u in moves if u not in asked])
            if len(new):
                gain = promised(model, new[:, active(space)], incumbent)
                return np.asarray(new[int(np.argmax(gain))])
            return any_fresh_point(space, asked, rng)

        return choose


def _moves(space: Space, ledger: Ledger) -> FloatArray:
    """The best configuration with one parameter at a boundary or another value."""
    best = np.array((ledger.best or ledger[0]).unit, dtype=np.float64)
    points = []
    for j in active(space):
        dim, k = space.dimensions[j], space.dimensions[j].n_values or 1
        values = BOUNDARIES if dim.is_ordered else (np.arange(k) + 0.5) / k
        for value in values:
            point = best.copy()
            point[j] = value
            points.append(point)
    return space.snap(np.array(points))
