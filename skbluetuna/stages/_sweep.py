"""Stage 1 of the adaptive strategy: a boundary scan that moves with the incumbent.

Each parameter in turn is tried far from where the best configuration so far has it; the
best configuration may move at every step.
"""

from dataclasses import dataclass

import numpy as np

from skbluetuna._ledger import Ledger
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Seed, active, fresh_points

__all__ = ["Sweep"]


@dataclass(frozen=True)
class Sweep:
    """One trial for each parameter, for a choice one for each other value.

    Parameters
    ----------
    n_trials : int
        At most so many trials, the first parameters first.
    edge : float, default=0.15
        Distance of a boundary from the end of the range, in the unit interval.
    """

    n_trials: int
    edge: float = 0.15

    name = "scan"

    def is_done(self, space: Space, ledger: Ledger, seed: Seed) -> bool:  # noqa: ARG002
        """Whether every step was asked."""
        start = ledger.before(self.name)
        if start.has_pending:
            return False
        return ledger.count(self.name) >= len(self._steps(space, start))

    def propose(
        self, space: Space, ledger: Ledger, n: int | None, seed: Seed
    ) -> FloatArray:
        """Next steps from the best configuration so far, shape (k, d)."""
        start = ledger.before(self.name)
        if start.has_pending:
            return np.empty((0, len(space)))
        done = ledger.count(self.name)
        steps = self._steps(space, start)[done:][:n]
        rng = np.random.default_rng([*seed, len(ledger)])
        best = _incumbent(space, ledger)
        points = []
        for j, value in steps:
            point = best.copy()
            if value is None:
                value = self.edge if best[j] > 0.5 else 1.0 - self.edge  # noqa: PLW2901
            point[j] = value
            points.append(point)
        whole = [np.array([[0.0, 1.0]])] * len(space)
        first = np.array(points).reshape(len(points), len(space))
        return fresh_points(space, ledger, len(points), rng, whole, first)

    def _steps(self, space: Space, start: Ledger) -> list[tuple[int, float | None]]:
        """Parameter and value of each step; None for the far side of a range."""
        best = space.snap(_incumbent(space, start)[None])[0]
        steps: list[tuple[int, float | None]] = []
        for j in active(space):
            dim = space.dimensions[j]
            if dim.is_ordered:
                steps.append((int(j), None))
                continue
            values = (np.arange(dim.n_values or 0) + 0.5) / (dim.n_values or 1)
            steps += [(int(j), float(v)) for v in values if abs(v - best[j]) > 1e-9]
        return steps[: self.n_trials]


def _incumbent(space: Space, ledger: Ledger) -> FloatArray:
    """The best point so far; before there is a score, the first."""
    if ledger.best is not None:
        return np.array(ledger.best.unit, dtype=np.float64)
    if len(ledger):
        return np.array(ledger[0].unit, dtype=np.float64)
    return space.to_unit([space.centre()]).ravel()
