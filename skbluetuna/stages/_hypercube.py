"""Stage 2, learn: Latin-hypercube trials over the kept regions."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.stats import qmc

from skbluetuna.history import View
from skbluetuna.space import Space
from skbluetuna.stages._base import (
    FloatArray,
    PlannedStage,
    RegionRule,
    Seed,
    fresh_points,
    kept_intervals,
    sample_intervals,
)
from skbluetuna.stages._feasible import filled_design

__all__ = ["Hypercube"]


@dataclass(frozen=True)
class Hypercube(PlannedStage):
    """Spread trials over the kept regions, stratified in every parameter.

    Parameters
    ----------
    n_trials : int
        How many.
    regions : callable
        Rule that scores the regions of a space from a view.
    needs_scores : bool, default=True
        Whether that rule looks at scores, so that the stage waits for them.
    """

    n_trials: int
    regions: RegionRule
    needs_scores: bool = True

    name = "learn"

    def extended(self, n_trials: int) -> Self:
        """The stage with so many trials."""
        return replace(self, n_trials=n_trials)

    def plan(self, space: Space, before: View, seed: Seed) -> FloatArray:
        """Latin hypercube over the union of the kept regions of each parameter."""
        rng = np.random.default_rng([*seed, len(before)])
        intervals = kept_intervals(self.regions(space, before), len(space))
        sampler = qmc.LatinHypercube(d=len(space), rng=rng)

        def design(n: int) -> FloatArray:
            return sample_intervals(sampler.random(n), intervals)

        first = filled_design(space, design(self.n_trials), design, before.X, rng)
        return fresh_points(space, before, self.n_trials, rng, intervals, first)
