"""Events: frozen facts about a search, in the order in which they became known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Asked",
    "Budgeted",
    "Ended",
    "Event",
    "Failed",
    "Finished",
    "Imported",
    "Reported",
    "Stopped",
]


@dataclass(frozen=True, slots=True)
class Asked:
    """A trial was asked.

    Attributes
    ----------
    number : int
        Its number, from 0 in the order of asking.
    unit : tuple of d floats
        Its configuration as a point of the unit cube.
    stage : str
        The stage that asked.
    alternative : int
        The alternative space it belongs to.
    resource : float or None
        How much it may spend, in the resource's own units; None: no limit.
    params : dict or None
        The configuration where its unit point does not give it back exactly.
    """

    number: int
    unit: tuple[float, ...]
    stage: str
    alternative: int = 0
    resource: float | None = None
    params: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """An evaluation made elsewhere was added as a trial.

    Attributes are those of `Asked`, and the trial's `values` (one for each objective;
    none if it failed).
    """

    number: int
    unit: tuple[float, ...]
    values: tuple[float, ...]
    alternative: int = 0
    resource: float | None = None
    params: Mapping[str, Any] | None = field(default=None, hash=False)
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """A part of a trial, such as a fold, was evaluated.

    Attributes
    ----------
    number : int
        The trial.
    part : int
        Which part of it, from 0.
    outcome : dict
        Scores and times by name.
    """

    number: int
    part: int
    outcome: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Finished:
    """A trial has its values.

    Attributes
    ----------
    number : int
        The trial.
    values : tuple of float
        One finite number for each objective, larger is better. At less than the full
        resource they are no scores, and never win.
    seconds : float or None
        What the evaluation took, where it is known.
    resource : float or None
        What it spent, where that is less than it was given.
    """

    number: int
    values: tuple[float, ...]
    seconds: float | None = None
    resource: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A trial has no values.

    Attributes
    ----------
    number : int
        The trial.
    reason : str or None
        Why, in one line, where it is known.
    seconds : float or None
        What the attempt took, where it is known.
    """

    number: int
    reason: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A trial was stopped before all of its parts were evaluated.

    Attributes
    ----------
    number : int
        The trial.
    values : tuple of float
        What is expected of it, one finite number for each objective. The search learns
        from them; they are no scores, and never win.
    seconds : float or None
        What its parts took, where it is known.
    """

    number: int
    values: tuple[float, ...]
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Budgeted:
    """The search was given a budget.

    Attributes
    ----------
    n_iter : int or None
        Number of trials in all, those imported apart; None for the strategy's own.
    """

    n_iter: int | None


Ended = Finished | Failed | Stopped
Event = Asked | Imported | Reported | Ended | Budgeted
