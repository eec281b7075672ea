"""Searches in which a strategy must obey the laws: spaces, scores, and their course."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from skbluetuna import BlueTuner, Space, less, when
from skbluetuna.history import Trial
from skbluetuna.strategies import Schedule

__all__ = [
    "SPACES",
    "Ask",
    "asked",
    "expect",
    "is_ladder_needed",
    "run",
    "same_in_another_unit",
    "smooth_score",
    "started",
]

SPACES: dict[str, dict[str, Any] | Space] = {
    "ranges": {"x": (0.0, 1.0), "y": (1e-3, 1e3, "log"), "k": (1, 40)},
    "choices": {"a": ["u", "v", None], "b": [0.1, 1.0, 10.0], "x": (-5.0, 5.0)},
    "condition": {
        "kernel": ["linear", "rbf"],
        "gamma": when("kernel", "rbf", (1e-4, 1.0, "log")),
    },
    "finite": {"k": (1, 4), "c": ["a", "b"]},
    "relation": Space(
        {"low": (0.0, 1.0), "high": (0.0, 1.0), "c": ["a", "b"]}
    ).related_by((less("low", "high"),)),
}
RESOURCE = (1, 9)  # of strategies that are of no use without one

Ask = tuple[int, str, int, tuple[float, ...], str, float | None]


def expect(holds: bool, sentence: str) -> None:
    """Raise an AssertionError that says what does not hold."""
    if not holds:
        raise AssertionError(sentence)


def is_ladder_needed(strategy: Any) -> bool:
    """Whether the strategy evaluates with a part of a resource, or not at all."""
    space = Space(SPACES["ranges"])
    schedule = strategy.schedule(space, np.full((1, len(space)), 0.5), 12)
    expect(
        isinstance(schedule, Schedule),
        f"schedule() must return a Schedule((stage, ...)); got {schedule!r}.",
    )
    return bool(schedule.needs_resource)


def started(strategy: Any, space: Any, n_iter: int = 12, seed: int = 0) -> BlueTuner:
    """A tuner that has asked nothing."""
    resource = RESOURCE if is_ladder_needed(strategy) else None
    return BlueTuner(
        space, n_iter=n_iter, strategy=strategy, random_state=seed, resource=resource
    )


def smooth_score(trial: Trial) -> float:
    """A smooth score of the configuration alone."""
    u = np.array(trial.unit)
    return float(np.sum(np.sin(3.0 * u + np.arange(len(u)))) - u[0] * u[-1])


def run(
    tuner: BlueTuner,
    score: Callable[[Trial], float] = smooth_score,
    n: int | None = None,
) -> Sequence[Trial]:
    """Drive a tuner to its end and return its trials."""
    while not tuner.finished:
        batch = tuner.ask(n)
        expect(
            bool(batch),
            "ask() must name a trial while the budget lasts and no score is awaited: "
            "propose() returned none, and is_done() said that the stage is not over.",
        )
        for trial in batch:
            tuner.tell(trial, score(trial))
    return tuner.trials


def asked(trials: Sequence[Trial]) -> list[Ask]:
    """What was asked, without what came of it."""
    return [
        (t.number, t.stage, t.alternative, t.unit, repr(t.params), t.resource)
        for t in trials
    ]


def same_in_another_unit(trial: Trial) -> float:
    """The same score in another unit; a power of two rounds nothing."""
    return math.ldexp(smooth_score(trial), 40)
