"""The ladder: how much of a resource an evaluation may spend, rung by rung."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ladder"]


@dataclass(frozen=True)
class Ladder:
    """Rungs of a resource, from the cheapest to the full one.

    Parameters
    ----------
    rungs : tuple of float
        Amounts of the resource, increasing and positive; the last one is full.

    Raises
    ------
    ValueError
        If they are not.
    """

    rungs: tuple[float, ...]

    def __post_init__(self) -> None:
        is_rising = all(a < b for a, b in zip(self.rungs, self.rungs[1:], strict=False))
        is_finite = all(math.isfinite(one) for one in self.rungs)
        if not (self.rungs and self.rungs[0] > 0.0 and is_rising and is_finite):
            raise ValueError(
                "the rungs of a ladder must be increasing positive numbers; "
                f"got {self.rungs!r}."
            )

    @classmethod
    def between(cls, least: float, full: float, factor: float) -> "Ladder":
        """Rungs full, full / factor, ... as long as they are not below the least.

        Whole numbers where both ends are.
        """
        is_whole = all(type(one) is int for one in (least, full))
        rungs, rung = [full], full / factor
        while rung >= least * (1.0 - 1e-9):
            rungs.append(max(1, round(rung)) if is_whole else rung)
            rung /= factor
        return cls(tuple(sorted(set(rungs))))

    @property
    def full(self) -> float:
        """The full resource."""
        return self.rungs[-1]

    @property
    def least(self) -> float:
        """The resource of the lowest rung."""
        return self.rungs[0]

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the full resource."""
        return self.least, self.full

    def cost(self, resource: float | None) -> float:
        """Cost of an evaluation, in full ones."""
        return 1.0 if resource is None else resource / self.full

    def is_full(self, resource: float | None) -> bool:
        """Whether it is the full resource; None is."""
        return resource is None or resource >= self.full

    def level(self, resource: float | None) -> float:
        """How far up the ladder a resource is, from 0 to 1, on a log scale (eq. 23)."""
        if self.is_full(resource) or len(self.rungs) == 1:
            return 1.0
        ratio = math.log((resource or self.full) / self.least)
        return max(0.0, ratio / math.log(self.full / self.least))

    def resource(self, level: float) -> float:
        """The rung at a level."""
        return self.rungs[int(np.argmin(np.abs(self.levels - level)))]

    @property
    def levels(self) -> NDArray[np.float64]:
        """Levels of all rungs."""
        return np.array([self.level(one) for one in self.rungs])

    def above(self, level: float) -> float:
        """The first rung above a level; the full one if there is none."""
        higher = [r for r in self.rungs if self.level(r) > level + 1e-9]
        return higher[0] if higher else self.full
