"""The history: events appended one by one, and the trials that follow from them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.exceptions import AlreadyToldError, UnknownTrialError
from skbluetuna.history._events import (
    Asked,
    Budgeted,
    Event,
    Failed,
    Finished,
    Imported,
    Reported,
    Stopped,
)
from skbluetuna.history._ladder import Ladder
from skbluetuna.history._order import best_of, worst_of
from skbluetuna.history._trial import Trial
from skbluetuna.history._view import IMPORTED, View
from skbluetuna.space import Space

__all__ = ["History"]

FloatArray = NDArray[np.float64]
NOTHING = 1e-9  # full evaluations; sums of parts are not exact


class History:
    """Append-only list of events of a search.

    Parameters
    ----------
    spaces : sequence of Space
        The alternatives, which give unit points their values.
    events : iterable of Event, default=()
        What happened so far.
    ladder : Ladder or None, default=None
        What trials may spend; None: every one is evaluated in full.
    n_values : int or None, default=None
        How many values a trial has, one for each objective; None: not checked.

    Raises
    ------
    UnknownTrialError, AlreadyToldError, ValueError
        If an event cannot follow those before it.
    """

    def __init__(
        self,
        spaces: Sequence[Space],
        events: Iterable[Event] = (),
        ladder: Ladder | None = None,
        n_values: int | None = None,
    ) -> None:
        self._spaces, self._ladder = tuple(spaces), ladder
        self._n_values = n_values
        self._events: list[Event] = []
        self._trials: list[Trial] = []
        self._parts: dict[int, dict[int, Mapping[str, Any]]] = {}
        self._budgets: list[int | None] = []
        self._n_pending = self._n_first_imported = 0
        self._n_asked = [0] * len(self._spaces)
        self._spent = [0.0] * len(self._spaces)
        # The last view of each alternative, and after how many events it was made.
        self._views: dict[tuple[int, bool, int | None], tuple[int, View]] = {}
        for event in events:
            self.append(event)

    def __len__(self) -> int:
        return len(self._trials)

    @property
    def events(self) -> Sequence[Event]:
        """Everything that happened, in order."""
        return tuple(self._events)

    @property
    def n_events(self) -> int:
        """How many events there are."""
        return len(self._events)

    def since(self, n: int) -> Sequence[Event]:
        """The events after the first n."""
        return tuple(self._events[n:])

    @property
    def spaces(self) -> tuple[Space, ...]:
        """The alternatives."""
        return self._spaces

    @property
    def ladder(self) -> Ladder | None:
        """What trials may spend; None: every one is evaluated in full."""
        return self._ladder

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every trial, in the order of asking."""
        return tuple(self._trials)

    def trial(self, number: int) -> Trial:
        """The trial of that number.

        Raises
        ------
        UnknownTrialError
            If there is none.
        """
        return self._known(number)

    @property
    def budgets(self) -> tuple[int | None, ...]:
        """The budgets that were given, in order."""
        return tuple(self._budgets)

    @property
    def has_pending(self) -> bool:
        """Whether values of a trial are awaited."""
        return self._n_pending > 0

    @property
    def n_pending(self) -> int:
        """How many trials await their values."""
        return self._n_pending

    @property
    def pending(self) -> tuple[Trial, ...]:
        """Trials whose values are awaited, in the order of asking."""
        return tuple(t for t in self._trials if t.state == "asked")

    @property
    def n_imported(self) -> int:
        """Number of trials that were evaluated elsewhere."""
        return len(self) - self.n_asked

    @property
    def n_asked(self) -> int:
        """Number of trials that were asked here, which budgets count."""
        return sum(self._n_asked)

    @property
    def n_first_imported(self) -> int:
        """Number of trials imported before the first one was asked."""
        return self._n_first_imported

    @property
    def n_values(self) -> int:
        """How many values a trial has, one for each objective."""
        return self._n_values or 1

    @property
    def best(self) -> Trial | None:
        """The complete trial with the best score; the earliest of equals.

        Of several objectives the first one counts.
        """
        row = best_of([math.nan if t.score is None else t.score for t in self._trials])
        return None if row is None else self._trials[row]

    def n_asked_of(self, alternative: int) -> int:
        """Number of trials that an alternative asked."""
        return self._n_asked[alternative]

    @property
    def spent(self) -> float:
        """What the trials that were asked cost, in full evaluations."""
        return sum(self._spent)

    @property
    def spent_on_partial(self) -> float:
        """The same of those at less than the full resource."""
        return sum(self.cost(t) for t in self._trials if not self.is_full(t))

    def spent_of(self, alternative: int) -> float:
        """What the trials of an alternative cost, in full evaluations."""
        return self._spent[alternative]

    def cost(self, trial: Trial) -> float:
        """What a trial costs, in full evaluations."""
        return 1.0 if self._ladder is None else self._ladder.cost(trial.resource)

    def is_full(self, trial: Trial) -> bool:
        """Whether a trial is evaluated with the full resource."""
        return self._ladder is None or self._ladder.is_full(trial.resource)

    def is_spent(self, budget: int) -> bool:
        """Whether another full evaluation no longer fits into a budget."""
        return budget - self.spent < 1.0 - NOTHING

    def n_within(self, budget: int) -> int:
        """How many of the trials that were asked a budget pays for.

        All of them, if another full evaluation would still fit into it.
        """
        spent, n = 0.0, 0
        for trial in self._trials:
            if trial.stage != IMPORTED:
                if budget - spent < 1.0 - NOTHING:
                    break
                spent, n = spent + self.cost(trial), n + 1
        return n

    def parts(self, number: int) -> Mapping[int, Mapping[str, Any]]:
        """What was reported of a trial's parts, by their number."""
        return MappingProxyType(self._parts.get(number, {}))

    def copy(self) -> "History":
        """A history with the same past, to be appended to."""
        other = History(self._spaces, (), self._ladder, self._n_values)
        other._events, other._trials = list(self._events), list(self._trials)
        other._parts = {number: dict(own) for number, own in self._parts.items()}
        other._budgets, other._n_pending = list(self._budgets), self._n_pending
        other._n_first_imported = self._n_first_imported
        other._n_asked, other._views = list(self._n_asked), dict(self._views)
        other._spent = list(self._spent)
        return other

    def append(self, event: Event) -> None:
        """Add what happened next.

        Raises
        ------
        UnknownTrialError, AlreadyToldError, ValueError
            If it cannot follow what happened before.
        """
        self._check_values(event)
        match event:
            case Asked() | Imported():
                self._add(event)
            case Reported():
                if self._known(event.number).stage != IMPORTED:
                    self._awaited(event.number)
                self._parts.setdefault(event.number, {})[event.part] = event.outcome
            case Finished():
                self._shorten(event)
                is_full = self.is_full(self._known(event.number))
                state = "complete" if is_full else "partial"
                self._settle(event.number, state, event.values, event.seconds)
            case Failed():
                self._settle(event.number, "failed", (), event.seconds)
            case Stopped():
                self._settle(event.number, "stopped", event.values, event.seconds)
            case Budgeted():
                self._budgets.append(event.n_iter)
        self._events.append(event)

    def ask(
        self,
        alternative: int,
        stage: str,
        unit: FloatArray,
        *,
        params: Mapping[str, Any] | None = None,
        resource: float | None = None,
    ) -> Trial:
        """Append that the next trial was asked; return it."""
        place = tuple(unit.tolist())
        given = self._beyond_unit(alternative, place, params)
        number = len(self._trials)
        self.append(Asked(number, place, stage, alternative, resource, given))
        return self._trials[number]

    def tell(
        self,
        number: int,
        values: Sequence[float],
        seconds: float | None = None,
        reason: str | None = None,
        *,
        resource: float | None = None,
    ) -> None:
        """Append what came of a trial; a value that is not finite is a failure."""
        if values and all(math.isfinite(value) for value in values):
            self.append(Finished(number, tuple(values), seconds, resource))
        else:
            self.append(Failed(number, reason, seconds))

    def add(
        self,
        alternative: int,
        params: Mapping[str, Any],
        values: Sequence[float],
        *,
        resource: float | None = None,
        seconds: float | None = None,
    ) -> Trial:
        """Append an evaluation made elsewhere; values not finite are a failure."""
        (unit,) = self._spaces[alternative].to_unit([params])
        place, number = tuple(unit.tolist()), len(self._trials)
        given = self._beyond_unit(alternative, place, params)
        known = tuple(values) if all(math.isfinite(v) for v in values) else ()
        self.append(
            Imported(number, place, known, alternative, resource, given, seconds)
        )
        return self._trials[number]

    def view(
        self, alternative: int, *, is_full: bool = False, objective: int | None = None
    ) -> View:
        """The trials of one alternative, as stages see them.

        Several questions are asked of one state, so it is made once for each.

        Parameters
        ----------
        alternative : int
            Its number.
        is_full : bool, default=False
            Whether only trials with the full resource are wanted.
        objective : int or None, default=None
            Which objective's values are wanted alone; None: all.
        """
        which = None if self.n_values == 1 else objective
        key = alternative, is_full and self._ladder is not None, which
        n_events, last = self._views.get(key, (-1, None))
        if last is None or n_events != self.n_events:
            d = len(self._spaces[alternative])
            own = [
                t
                for t in self._trials
                if t.alternative == alternative and (self.is_full(t) or not key[1])
            ]
            others = self._others(alternative, is_full=key[1], objective=which or 0)
            last = View.of(own, d, others, last, None if key[1] else self._ladder)
            if last.ladder is not None and others:
                full = self._others(alternative, is_full=True)
                last = last.with_full_others(full)
            if which is not None:
                last = replace(last, Y=last.Y[:, which : which + 1])
            self._views[key] = self.n_events, last
        return last

    def _others(
        self, alternative: int, *, is_full: bool, objective: int = 0
    ) -> tuple[FloatArray, ...]:
        """Scores told of each other alternative; failures as the worst of all.

        What is expected of a stopped trial counts as its score, as in a view.
        """
        if len(self._spaces) == 1:
            return ()
        told = [
            t
            for t in self._trials
            if t.state != "asked" and (self.is_full(t) or not is_full)
        ]
        worst = worst_of(np.array([t.values[objective] for t in told if t.values]))
        scores: dict[int, list[float]] = {}
        for t in told:
            if t.alternative != alternative:
                score = t.values[objective] if t.values else worst
                scores.setdefault(t.alternative, []).append(score)
        return tuple(np.array(scores[k]) for k in sorted(scores))

    def _add(self, event: Asked | Imported) -> None:
        if event.number != len(self._trials):
            raise ValueError(
                f"the next trial must have number {len(self._trials)}; "
                f"got {event.number}."
            )
        space = self._spaces[event.alternative]
        params = event.params
        if params is None:
            (params,) = space.from_unit(np.array([event.unit]))
        trial = Trial(
            event.number, dict(params), event.unit, IMPORTED, event.alternative,
            resource=event.resource,
        )  # fmt: skip
        if isinstance(event, Asked):
            trial = replace(trial, stage=event.stage)
            self._n_pending += 1
            self._n_asked[event.alternative] += 1
            self._spent[event.alternative] += self.cost(trial)
        else:
            known = "complete" if self.is_full(trial) else "partial"
            trial = replace(
                trial,
                state=known if event.values else "failed",  # type: ignore[arg-type]
                values=event.values,
                seconds=event.seconds,
            )
            self._n_first_imported += self._n_first_imported == len(self._trials)
        self._trials.append(trial)

    def _check_values(self, event: Event) -> None:
        """Refuse an event with another number of values."""
        if not isinstance(event, Finished | Stopped | Imported):
            return
        n = len(event.values)
        if self._n_values is not None and n not in (0, self._n_values):
            raise ValueError(f"must have {self._n_values} values; got {n}.")

    def _shorten(self, event: Finished) -> None:
        """Give back what a trial did not spend."""
        if event.resource is None:
            return
        trial = self._awaited(event.number)
        shorter = replace(trial, resource=event.resource)
        if self._ladder is None or not 0.0 < event.resource <= (trial.resource or 0.0):
            raise ValueError("must have spent no more of a resource than its trial has")
        self._trials[event.number] = shorter
        self._spent[trial.alternative] += self.cost(shorter) - self.cost(trial)

    def _settle(
        self, number: int, state: Any, values: tuple[float, ...], seconds: float | None
    ) -> None:
        trial = self._awaited(number)
        self._trials[number] = replace(
            trial, state=state, values=values, seconds=seconds
        )
        self._n_pending -= 1

    def _known(self, number: int) -> Trial:
        """The trial of that number."""
        if not 0 <= number < len(self._trials):
            raise UnknownTrialError(
                f"trial {number} was never asked; {len(self)} trials were."
            )
        return self._trials[number]

    def _awaited(self, number: int) -> Trial:
        """The trial of that number, whose values are awaited."""
        trial = self._known(number)
        if trial.state != "asked":
            score = "." if trial.score is None else f" with score {trial.score}."
            raise AlreadyToldError(
                f"trial {number} was told already: it is {trial.state}{score}"
            )
        return trial

    def _beyond_unit(
        self,
        alternative: int,
        unit: tuple[float, ...],
        params: Mapping[str, Any] | None,
    ) -> dict[str, Any] | None:
        """The configuration, if its unit point does not give it back exactly."""
        if params is None:
            return None
        (own,) = self._spaces[alternative].from_unit(np.array([unit]))
        return None if repr(own) == repr(params) else dict(params)
