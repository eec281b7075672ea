"""Whether a trial that runs is worth the rest of its resource."""

import math

import numpy as np

from skbluetuna.history import History, Ladder, Trial, best_first
from skbluetuna.space import is_integer, is_number

__all__ = ["check_report", "is_outdone"]


def check_report(ladder: Ladder | None, trial: Trial, resource: float) -> float:
    """Refuse a report that can not be.

    Returns
    -------
    resource : float
        As Python's own number.

    Raises
    ------
    ValueError, TypeError
        If the search has no resource, or the trial did not have so much, or it is no
        number.
    """
    if ladder is None or trial.resource is None:
        raise ValueError(
            "resource needs a search that has one, of which it says how much was "
            f"spent; got {resource!r}. Write BlueTuner(..., resource=(least, full))."
        )
    if not is_number(resource):
        raise TypeError(
            "resource must be a number, what the trial has spent so far; got "
            f"{resource!r}."
        )
    if not 0.0 < resource <= trial.resource:
        raise ValueError(
            f"resource must be above 0 and at most the trial's own, {trial.resource}; "
            f"got {resource!r}."
        )
    return int(resource) if is_integer(resource) else float(resource)


def is_outdone(history: History, trial: Trial) -> bool:
    """Whether a trial is below the best share of all that came as far as it did.

    At each rung that it has passed, the best 1 / eta of the values known there, its own
    among them, may go on; eta is the ratio of the next rung to this one. Nothing is
    said of a rung where fewer than eta values are known.

    References
    ----------
    L. Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020,
    algorithm 2 (asynchronous successive halving).
    """
    ladder = history.ladder
    if ladder is None:
        return False
    others = [one for one in history.trials if one.number != trial.number]
    for rung, above in zip(ladder.rungs, ladder.rungs[1:], strict=False):
        own = _value_at(history, trial, rung)
        if rung >= (trial.resource or ladder.full) or own is None:
            break
        found = (_value_at(history, one, rung) for one in others)
        values = [own, *(value for value in found if value is not None)]
        most = len(values) * rung / above
        if most >= 1.0 and 0 not in best_first(values)[: math.floor(most + 1e-9)]:
            return True
    return False


def _value_at(history: History, trial: Trial, rung: float) -> float | None:
    """Value of a trial at a rung: the first that was reported there or beyond.

    Of one that was told with no more than this rung, what was told.
    """
    reports = [dict(one) for one in history.parts(trial.number).values()]
    reached = [one for one in reports if one.get("resource", 0.0) >= rung]
    if reached:
        return float(min(reached, key=lambda one: one["resource"])["score"])
    if trial.state == "partial" and trial.resource == rung:
        return trial.values[0]
    return np.nan if trial.state == "failed" and trial.resource == rung else None
