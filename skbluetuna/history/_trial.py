"""A trial, as it is read from the events."""

from dataclasses import dataclass
from typing import Any, Literal

from skbluetuna.space import is_alike

__all__ = ["Trial"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration that was asked, and what came of it.

    Attributes
    ----------
    number : int
        Its number, from 0 in the order of asking.
    params : dict
        The configuration, as native Python values.
    unit : tuple of d floats
        The same as a point of the unit cube.
    stage : str
        The stage that asked: "initial", "history", "portfolio", "scan", "learn",
        "climb", "hyperband" or "grid"; or "imported", if it was evaluated elsewhere.
    alternative : int
        Which of several alternative spaces it belongs to; 0 if there is one.
    state : {"asked", "complete", "partial", "failed", "stopped"}
        Whether its values are awaited, known, known at less than the full resource,
        could not be had, or were not worth having: it was stopped before all of its
        parts were evaluated.
    values : tuple of float
        One for each objective, larger is better; empty while awaited, and if failed. Of
        a partial one they are what it reached with its resource, of a stopped one what
        is expected of it: the search learns from them.
    seconds : float or None
        What the evaluation took, where it was told.
    resource : float or None
        How much it may spend, in the units of the search's ladder; None: it has none.
    """

    number: int
    params: dict[str, Any]
    unit: tuple[float, ...]
    stage: str
    alternative: int = 0
    state: Literal["asked", "complete", "partial", "failed", "stopped"] = "asked"
    values: tuple[float, ...] = ()
    seconds: float | None = None
    resource: float | None = None

    @property
    def score(self) -> float | None:
        """The first value; None unless complete."""
        return self.values[0] if self.state == "complete" else None

    def __eq__(self, other: object) -> bool:
        """Whether all is equal; NaN equals NaN, and an object its own copy."""
        if not isinstance(other, Trial):
            return NotImplemented
        rest = (name for name in Trial.__slots__ if name != "params")
        return all(getattr(self, n) == getattr(other, n) for n in rest) and is_alike(
            self.params, other.params
        )

    def __hash__(self) -> int:
        return hash((self.number, self.unit, self.stage, self.alternative))
