"""What a strategy must provide."""

from typing import NamedTuple, Protocol, cast

from skbluetuna.explain import Explanation
from skbluetuna.space import Space
from skbluetuna.stages import FloatArray, OpenStage, Stage
from skbluetuna.strategies._rungs import RungRule

__all__ = ["Schedule", "Strategy"]


class Schedule(NamedTuple):
    """A strategy made out for one space and one budget.

    Attributes
    ----------
    stages : tuple of Stage
        What asks, one after the other.
    explanation : Explanation or None
        What can be said of what was learned; None: nothing, and the tables are not
        there.
    is_open : bool
        Whether the last stage is an `OpenStage`, so that several alternatives compete
        for each trial; otherwise they share the budget evenly.
    rungs : RungRule or None
        How much of a resource the next trial may spend; None: the strategy evaluates
        everything in full, and takes no resource.
    needs_resource : bool
        Whether it is of no use without a resource.
    """

    stages: tuple[Stage, ...]
    explanation: Explanation | None = None
    is_open: bool = False
    rungs: RungRule | None = None
    needs_resource: bool = False

    @property
    def open_stage(self) -> OpenStage | None:
        """The last stage, if it can compete."""
        return cast("OpenStage", self.stages[-1]) if self.is_open else None

    def extended(self, n_trials: int) -> "Schedule":
        """The schedule whose last stage has so many trials."""
        *before, last = self.stages
        return self._replace(stages=(*before, last.extended(n_trials)))


class Strategy(Protocol):
    """What the tuner asks of a strategy."""

    def n_trials(self, space: Space, initial: FloatArray) -> int:
        """Length of its own schedule in full, the initial trials included."""
        ...

    def schedule(self, space: Space, initial: FloatArray, n_trials: int) -> Schedule:
        """Its stages for a budget, the initial trials included.

        The first initial configuration is the reference.
        """
        ...
