"""Events of the past, given to a tuner as if they happened now."""

from collections.abc import Sequence
from math import isclose
from typing import Any

import numpy as np

from skbluetuna._tuner import BlueTuner
from skbluetuna.history import (
    IMPORTED,
    Asked,
    Budgeted,
    Ended,
    Event,
    Finished,
    Imported,
    Reported,
    Stopped,
    Trial,
)
from skbluetuna.search._checkpoint import point_of
from skbluetuna.search._event_checks import agree
from skbluetuna.search._racing import Race
from skbluetuna.search._trade_off import Guide
from skbluetuna.search._window import ask_up_to

__all__ = ["Replay"]


class Replay:
    """Gives a tuner events of the past, in the order in which they were kept.

    A trial whose line is lost is asked again, as the events before it ask for it.

    Parameters
    ----------
    tuner : BlueTuner
        The tuner, with all its budgets.
    n_splits : int
        Number of folds.
    window : int
        How many candidates may be open.
    guide : tuple of str, or as `refit` in ``GridSearchCV``
        The objectives, or which of several metrics guides the search.
    race : Race
        Which candidates are stopped.
    stored : sequence of Event
        All events that the file holds.
    """

    def __init__(
        self,
        tuner: BlueTuner,
        n_splits: int,
        window: int,
        guide: Guide,
        race: Race,
        stored: Sequence[Event],
    ) -> None:
        self._tuner, self._n_splits, self._race = tuner, n_splits, race
        self._window, self._guide = window, guide
        # Events by which trials came to be, wherever in the file they stand.
        self._asked: dict[int, Asked | Imported] = {}
        for event in stored:
            if isinstance(event, Asked | Imported):
                self._asked.setdefault(event.number, event)
        numbers = (e.number for e in stored if not isinstance(e, Budgeted))
        self._last = max(numbers, default=-1)
        self._ends: dict[int, Ended] = {}

    @property
    def is_of_another_past(self) -> bool:
        """Whether the file has asked something else than what has happened."""
        asked = [(t, self._asked.get(t.number)) for t in self._tuner.history.trials]
        return any(
            one is not None and (one.unit, one.resource) != (t.unit, t.resource)
            for t, one in asked
        )

    def take(self, event: Event, point: str | None = None) -> None:
        """Let an event happen, unless it has.

        Parameters
        ----------
        event : Event
            The event.
        point : str or None, default=None
            `point_of` the configuration that a fold was evaluated with, if known.

        Raises
        ------
        ValueError
            If it cannot have happened.
        """
        if isinstance(event, Budgeted):
            return
        if isinstance(event, Asked | Imported):
            self._take_trial(event)
        else:
            self._take_outcome(event, point)

    def end(self) -> None:
        """Ask the rest of what was asked at once, if the past ends within its lines.

        It is asked before any of it is told, so its rest does not depend on that.
        """
        events = reversed(self._tuner.history.events)
        last = next((e for e in events if not isinstance(e, Reported)), None)
        if isinstance(last, Asked):
            self._ask_rest()

    def _take_trial(self, event: Asked | Imported) -> None:
        history = self._tuner.history
        self._fill(event.number)
        if event.number == len(history):
            history.append(event)
        trial = history.trial(event.number)
        if _place(trial) != _place(event):
            raise ValueError("has the number of another trial")

    def _take_outcome(self, event: Reported | Ended, point: str | None) -> None:
        self._fill(event.number + 1)
        trial = self._tuner.history.trial(event.number)
        if point is not None and point != point_of(trial):
            raise ValueError("is of another configuration than the trial's")
        if isinstance(event, Reported):
            self._report(event)
        else:
            self._ask_lost()
            self._ends.setdefault(event.number, event)
        self._settle(event.number)

    def _ask_lost(self) -> None:
        """Ask what was asked before the next trial was told, where its line is lost."""
        history = self._tuner.history
        while history.n_pending < self._window:
            is_lost = len(history) <= self._last and len(history) not in self._asked
            if not (is_lost and self._ask_again()):
                return

    def _fill(self, n: int) -> None:
        """See to it that there are n trials."""
        history = self._tuner.history
        most = self._tuner.most_trials + history.n_imported + len(self._asked)
        while len(history) < n <= most:
            event = self._asked.get(len(history))
            if event is not None:
                history.append(event)
            elif not self._ask_again():
                break
        if len(history) < n:
            raise ValueError("is of a trial that the search does not have")

    def _ask_again(self) -> bool:
        """Ask the next trial as it was asked; whether there is one."""
        return bool(self._ask_rest(1) or self._tuner.ask(1))

    def _ask_rest(self, n: int | None = None) -> list[Trial]:
        """Ask the rest, or n of it, of what was asked since the last trial was told."""
        history = self._tuner.history
        start = len(history)
        for event in reversed(history.events):
            if isinstance(event, Ended):
                break
            start = event.number if isinstance(event, Asked) else start
        known = history.trials[start:]
        then = self._tuner.with_events(
            e for e in history.events if isinstance(e, Budgeted) or e.number < start
        )
        asked = ask_up_to(then, self._window, is_race=self._race.is_on)
        if any(_place(a) != _place(b) for a, b in zip(asked, known, strict=False)):
            return []
        rest = asked[len(known) :][:n]
        for trial in rest:
            unit = np.array(trial.unit)
            history.ask(
                trial.alternative, trial.stage, unit, params=trial.params,
                resource=trial.resource,
            )  # fmt: skip
        return rest

    def _report(self, event: Reported) -> None:
        history = self._tuner.history
        trial, known = history.trial(event.number), history.parts(event.number)
        is_open = trial.state == "asked" or trial.stage == IMPORTED
        if is_open and event.part not in known:
            history.append(event)

    def _settle(self, number: int) -> None:
        """Let a trial end, if its end and all its folds are known."""
        history = self._tuner.history
        trial, known = history.trial(number), history.parts(number)
        end = self._ends.get(number)
        if end is None or trial.state != "asked":
            return
        if isinstance(end, Stopped):
            self._stop(trial, end)
            return
        if len(known) < self._n_splits:
            return
        fits = [dict(known[fold]) for fold in sorted(known)]
        values = end.values if isinstance(end, Finished) else ()
        if not agree(fits, values, self._guide):
            del self._ends[number]
            raise ValueError("has another score than its folds")
        history.append(end)

    def _stop(self, trial: Trial, end: Stopped) -> None:
        """Let a trial be stopped, if its folds say so; else it goes on."""
        estimate = self._race.estimate(trial)
        if estimate is None:
            return
        if len(end.values) != 1 or not isclose(end.values[0], estimate):
            del self._ends[trial.number]
            raise ValueError("is stopped with another value than its folds say")
        self._tuner.history.append(end)


def _place(one: Trial | Asked | Imported) -> tuple[Any, ...]:
    """What tells a trial from others."""
    return one.unit, one.alternative, one.resource
