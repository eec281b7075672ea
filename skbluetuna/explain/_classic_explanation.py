"""What the classic strategy has learned: the scan's regions, the perceptron."""

import numpy as np

from skbluetuna.explain._boxes import near_box
from skbluetuna.explain._explanation import Explanation
from skbluetuna.history import View
from skbluetuna.model import (
    Influence,
    no_influence,
    perceptron_influence,
    perceptron_scores,
)
from skbluetuna.space import Space
from skbluetuna.stages import ClassicClimb, ClassicScan, FloatArray, Seed, active
from skbluetuna.stages._base import Regions

__all__ = ["classic_explanation"]


def classic_explanation(scan: ClassicScan, climb: ClassicClimb) -> Explanation:
    """Explanation by the stages that took part.

    Parameters
    ----------
    scan : ClassicScan
        Its regions and boundaries.
    climb : ClassicClimb
        Its perceptron.

    Returns
    -------
    explanation : Explanation
        The rules.
    """

    def regions(space: Space, view: View, seed: Seed) -> Regions:  # noqa: ARG001
        return scan.regions(space, view)

    def weights(space: Space, view: View, seed: Seed) -> tuple[FloatArray, Influence]:
        return _influence(climb, space, view, seed)

    def predict(space: Space, view: View, seed: Seed, U: FloatArray) -> FloatArray:
        return _predict(climb, space, view, seed, U)

    return Explanation(regions, weights, scan.boundaries, predict)


def _influence(
    climb: ClassicClimb, space: Space, view: View, seed: Seed
) -> tuple[FloatArray, Influence]:
    """Initial weights and tables of the active parameters, as the climb saw them.

    Before there is a score, all but the initial weights are zero.
    """
    before = view.before(climb.name)
    U = before.told()[0]
    weights, d = climb.initial_weights(space, before), len(active(space))
    if before.best_row is None or d == 0:
        return weights, no_influence(d, with_ratio=True)
    near = near_box(space, view, np.random.default_rng(seed)).evaluated
    model = climb.fit(space, before, seed)
    return weights, perceptron_influence(model, U[:, active(space)], near)


def _predict(
    climb: ClassicClimb, space: Space, view: View, seed: Seed, U: FloatArray
) -> FloatArray:
    """The perceptron's score at unit points; it knows no limits: shape (n, 3)."""
    before, varying = view.before(climb.name), active(space)
    scores = np.full((len(U), 3), np.nan)
    if before.best_row is not None and len(varying):
        fitted = climb.fit(space, before, seed)
        output = fitted.predict(space.snap(U)[:, varying])
        scores[:, 0] = perceptron_scores(output, before.told()[1], climb.activation)
    return scores
