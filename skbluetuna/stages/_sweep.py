"""Stage 1 of the adaptive strategy: a boundary scan that moves with the incumbent.

One parameter at a time is tried at a boundary of its range (a choice at another value)
while all others stand where the best configuration so far has them. Of all such moves
the model chooses the one that promises most; the best configuration may move each time.
"""

from collections.abc import Callable

import numpy as np

from skbluetuna._ledger import Ledger
from skbluetuna.model import EvidenceModel
from skbluetuna.space import Dimension, Space
from skbluetuna.stages._base import FloatArray, active, any_fresh_point
from skbluetuna.stages._surrogate import Choice, OneByOne, promised

__all__ = ["Sweep", "most_promising_of", "single_moves"]

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


def single_moves(
    space: Space,
    ledger: Ledger,
    ordered: Callable[[Dimension, float], FloatArray],
) -> FloatArray:
    """The best configuration with one parameter moved, a choice to each of its values.

    Parameters
    ----------
    space : Space
        The space.
    ledger : Ledger
        What was asked and told.
    ordered : callable
        From an ordered dimension and where the best one stands in it, in the unit
        interval, where it is moved.

    Returns
    -------
    moves : ndarray of shape (n, d)
        Unit points as they are evaluated; some may be alike.
    """
    best = np.array((ledger.best or ledger[0]).unit, dtype=np.float64)
    moves = []
    for j in active(space):
        dim, k = space.dimensions[j], space.dimensions[j].n_values or 1
        values = ordered(dim, best[j]) if dim.is_ordered else (np.arange(k) + 0.5) / k
        points = np.repeat(best[None], len(values), axis=0)
        points[:, j] = values
        moves.append(points)
    return space.snap(np.vstack(moves))


def most_promising_of(
    points: FloatArray,
    space: Space,
    asked: Ledger,
    model: EvidenceModel,
    incumbent: float,
) -> FloatArray | None:
    """Point of the largest log augmented improvement that was never asked, if any."""
    new = points[[u not in asked for u in points]]
    if not len(new):
        return None
    gain = promised(model, new[:, active(space)], incumbent)
    return np.asarray(new[int(np.argmax(gain))])
