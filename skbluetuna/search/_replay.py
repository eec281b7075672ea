"""Events of the past, given to a tuner as if they happened now."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from skbluetuna._tuner import BlueTuner
from skbluetuna.history import (
    IMPORTED,
    Asked,
    Budgeted,
    Event,
    Failed,
    Finished,
    Imported,
    Reported,
    Trial,
)
from skbluetuna.search._checkpoint import point_of
from skbluetuna.search._event_checks import agree

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
    search : BlueTunaSearchCV
        Its `batch_size` and `refit` count.
    asked : mapping
        Events by which trials came to be, by number, wherever in the file they stand.
    """

    def __init__(
        self,
        tuner: BlueTuner,
        n_splits: int,
        search: Any,
        asked: Mapping[int, Asked | Imported],
    ) -> None:
        self._tuner, self._n_splits = tuner, n_splits
        self._batch_size, self._refit = search.batch_size, search.refit
        self._asked = asked
        self._ends: dict[int, Finished | Failed] = {}

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
        """Ask the rest of the last batch, if the past ends within its lines.

        A batch is asked before any of it is told, so its rest does not depend on that.
        """
        events = self._tuner.history.events
        n = next(
            (n for n, e in enumerate(reversed(events)) if not isinstance(e, Asked)),
            len(events),
        )
        if n:
            for trial in self._rest_of_batch(len(self._tuner.history) - n):
                self._ask(trial)

    def _take_trial(self, event: Asked | Imported) -> None:
        history = self._tuner.history
        self._fill(event.number)
        if event.number == len(history):
            history.append(event)
        trial = history.trial(event.number)
        if (trial.unit, trial.alternative) != (event.unit, event.alternative):
            raise ValueError("has the number of another trial")

    def _take_outcome(
        self, event: Reported | Finished | Failed, point: str | None
    ) -> None:
        self._fill(event.number + 1)
        trial = self._tuner.history.trial(event.number)
        if point is not None and point != point_of(trial):
            raise ValueError("is of another configuration than the trial's")
        if isinstance(event, Reported):
            self._report(event)
        else:
            self._ends.setdefault(event.number, event)
        self._settle(event.number)

    def _fill(self, n: int) -> None:
        """See to it that there are n trials."""
        history = self._tuner.history
        while (
            len(history)
            < n
            <= self._tuner.n_iter + history.n_imported + len(self._asked)
        ):
            event = self._asked.get(len(history))
            if event is not None:
                history.append(event)
            elif not self._ask_again():
                break
        if len(history) < n:
            raise ValueError("is of a trial that the search does not have")

    def _ask_again(self) -> bool:
        """Ask the next trial as it was asked: in a batch, before any of that was told.

        Whether there is one.
        """
        states = [trial.state for trial in self._tuner.history.trials]
        start = len(states)
        while start and states[start - 1] == "asked":
            start -= 1
        rest = self._rest_of_batch(start)
        for trial in rest[:1]:
            self._ask(trial)
        return bool(rest or self._tuner.ask(1))

    def _rest_of_batch(self, start: int) -> list[Trial]:
        """What was asked together with the trials from a number on, beyond them."""
        history = self._tuner.history
        then = self._tuner.with_events(
            e for e in history.events if isinstance(e, Budgeted) or e.number < start
        )
        batch, known = then.ask(self._batch_size), history.trials[start:]
        if any(a.unit != b.unit for a, b in zip(batch, known, strict=False)):
            return []
        return batch[len(known) :]

    def _ask(self, trial: Trial) -> None:
        unit = np.array(trial.unit)
        self._tuner.history.ask(
            trial.alternative, trial.stage, unit, params=trial.params
        )

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
        if end is None or trial.state != "asked" or len(known) < self._n_splits:
            return
        fits = [dict(known[fold]) for fold in sorted(known)]
        values = end.values if isinstance(end, Finished) else ()
        if not agree(fits, values, self._refit):
            del self._ends[number]
            raise ValueError("has another score than its folds")
        history.append(end)
