"""Evaluations of earlier fits: in memory (``warm_start``), in a file (``checkpoint``).

Both hold the same events. A search that differs from the past one only in how it
searches (its space, strategy, seed) imports what lies in its space, and goes on from
that. One that scores something else is refused; other data begin their own section.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from joblib import effective_n_jobs

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._hidden import sealed_secret
from skbluetuna.history import (
    Budgeted,
    Ended,
    Event,
    Imported,
    MemoryStore,
    Reported,
    Store,
    decode_event,
)
from skbluetuna.past import encode_lessons
from skbluetuna.search._checkpoint import POINT, Checkpoint
from skbluetuna.search._event_checks import EventCheck
from skbluetuna.search._imports import PastEvaluation, add_imports, of_history, of_rows
from skbluetuna.search._predictions_file import PredictionsFile
from skbluetuna.search._problem import Problem
from skbluetuna.search._racing import Race
from skbluetuna.search._replay import Replay
from skbluetuna.search._results import Rows
from skbluetuna.search._section_store import SectionStore
from skbluetuna.search._sources import Kept, Sources
from skbluetuna.search._trade_off import guide_of
from skbluetuna.search._window import usual_window

__all__ = ["Past"]

logger = logging.getLogger("skbluetuna")


class Past:
    """Evaluations of earlier fits, and where those of this fit are kept.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    problem : Problem or None
        What it evaluates; None if nothing is kept.
    folds : Folds
        Its folds; those of the past take their place if they were drawn at random.

    Attributes
    ----------
    window : int
        How many candidates may be open.

    Raises
    ------
    ValueError
        If the past is another problem's, or memory and file have different pasts.
    """

    def __init__(self, search: Any, problem: Problem | None, folds: Any) -> None:
        self._search, self._problem, self._folds = search, problem, folds
        self._sources = Sources(search, problem, folds)
        self._store: Store = MemoryStore()
        self._n_saved = 0
        self._last: tuple[Event, ...] | None = None  # once nothing more is kept
        self.window: int = (
            self._sources.window
            or search.max_concurrent
            or usual_window(
                effective_n_jobs(search.n_jobs),
                1 if search.racing else folds.n_splits,  # one after another
            )
        )

    @property
    def n_in_memory(self) -> int:
        """How many evaluations the last fit has left in memory."""
        memory = self._sources.memory
        events = memory.events if memory is not None else ()
        return sum(isinstance(event, Ended) for event in events)

    @property
    def goes_on_from_memory(self) -> bool:
        """Whether trials of the last fit have the same numbers in this one."""
        return self._sources.memory is not None

    @property
    def predictions_file(self) -> PredictionsFile | None:
        """Where predictions are kept, once the section is known; None: nowhere."""
        store = self._store
        if not isinstance(store, SectionStore):
            return None
        return PredictionsFile(store.path_of("npz"))

    def begin(self, make: Callable[[int | None, Any, Any], BlueTuner]) -> BlueTuner:
        """Make the tuner, with everything that it has from earlier fits.

        Parameters
        ----------
        make : callable
            From a seed (None: the search's own), a budget, and what it took from past
            searches (None: it takes it now), a new tuner.

        Returns
        -------
        tuner : BlueTuner
            It has had the search's own budget too, unless that is a smaller one.
        """
        n_iter, sources = self._search.n_iter, self._sources
        budgets = sources.budgets
        first = budgets[0] if budgets else n_iter
        tuner = make(sources.seed, first, sources.lessons)
        self._begin_with_imports(tuner)
        for budget in [*budgets[1:], n_iter]:
            if budget != tuner.history.budgets[-1]:
                with suppress(ValueError):  # a smaller one ends the search sooner
                    tuner.extend(budget)
        stored: list[Event] = []
        if budgets:
            stored = self._replay(tuner)
        else:
            self._import(tuner)
        if sources.file is not None:
            sources.file.warn()
            self._store = self._section_store(sources.file, tuner, stored)
        self._store.append(self._missing(tuner))
        self._n_saved = tuner.history.n_events
        return tuner

    def race(self, rows: Rows, tuner: BlueTuner) -> Race:
        """The race of folds in this search."""
        return Race(rows, self._search.racing, self.window, tuner.seed)

    def save(self, tuner: BlueTuner) -> None:
        """Keep what happened since the last time."""
        if self._last is None:
            self._store.append(tuner.history.since(self._n_saved))
            self._n_saved = tuner.history.n_events

    def close(self, tuner: BlueTuner) -> None:
        """Keep what happened until now, and nothing after that."""
        if self._last is None:
            self.save(tuner)
            self._last = tuple(tuner.history.events)

    def for_next_fit(self, tuner: BlueTuner) -> Kept | None:
        """What the next fit needs to go on from this one."""
        if self._problem is None or not self._search.warm_start:
            return None
        own = self._problem
        return Kept(
            own._replace(secret="", settings_secret=""),
            sealed_secret(own.secret), sealed_secret(own.settings_secret),
            tuner.seed, self.window, self._sources.splits,
            tuner.history.events if self._last is None else self._last,
            tuple(tuner.spaces), tuner.ladder, encode_lessons(tuner.lessons),
        )  # fmt: skip

    def _replay(self, tuner: BlueTuner) -> list[Event]:
        """Give the tuner what happened; return what is on file."""
        read = self._read(tuner)
        replay = Replay(
            tuner,
            self._folds.n_splits,
            self.window,
            guide_of(self._search),
            self.race(Rows(self._search, tuner.history, self._folds.n_splits), tuner),
            [event for event, _ in read.values()],
        )
        memory = self._sources.memory
        for event in memory.events if memory is not None else ():
            replay.take(event)
        if replay.is_of_another_past:
            raise self._sources.other_past()
        stored: list[Event] = []
        for line, (event, point) in read.items():
            try:
                replay.take(event, point)
                stored.append(event)
            except ValueError as error:
                self._note(line, error)
        replay.end()
        return stored

    def _begin_with_imports(self, tuner: BlueTuner) -> None:
        """Let happen what the past has imported, which decides what budgets mean."""
        found: list[Event] = []
        memory, section = self._sources.memory, self._sources.section
        if memory is not None:
            found += memory.events
        for row in section.rows.values() if section is not None else ():
            if row.get("event") == "imported":
                with suppress(ValueError):  # named where all rows are read
                    found.append(decode_event(row, tuner.spaces))
        history = tuner.history
        for event in found:
            if isinstance(event, Imported) and event.number == len(history):
                history.append(event)

    def _read(self, tuner: BlueTuner) -> dict[int, tuple[Event, str | None]]:
        """Events of the section by their lines, each checked by itself."""
        found: dict[int, tuple[Event, str | None]] = {}
        section = self._sources.section
        if section is None:
            return found
        check = EventCheck(
            tuner.stages, self._folds.n_splits, self._search, tuner.ladder
        )
        for line, row in section.rows.items():
            try:
                event = decode_event(row, tuner.spaces)
                check(event)
                found[line] = event, row.get(POINT)
            except ValueError as error:
                self._note(line, error)
        return found

    def _note(self, line: int, error: ValueError) -> None:
        if self._sources.file is not None:
            self._sources.file.note(line, str(error))

    def _import(self, tuner: BlueTuner) -> None:
        """Add what a search of other settings has evaluated of this one's space."""
        found: list[PastEvaluation] = []
        n_splits, guide = self._folds.n_splits, guide_of(self._search)
        kept = self._sources.kept
        if kept is not None:
            found += of_history(kept.spaces, kept.events, kept.ladder)
        for section in self._sources.sections:
            check = EventCheck((), n_splits, self._search)
            rungs = (section.header["settings"].get("resource") or [None, [None]])[1]
            choices = section.header["choices"]
            found += of_rows(choices, section.rows, check, rungs[-1])
        own = self._search.estimator.get_params(deep=True) if found else {}
        add_imports(
            tuner.history, tuner.spaces, found, own, n_splits=n_splits, guide=guide
        )
        if found:
            logger.info(
                "%d of %d evaluations of a search with other settings (%s) lie in this "
                "space and are learned from", tuner.history.n_imported, len(found),
                ", ".join(self._sources.other_settings),
            )  # fmt: skip

    def _section_store(
        self, file: Checkpoint, tuner: BlueTuner, stored: Sequence[Event]
    ) -> SectionStore:
        """The section that goes on, or a new one."""
        history, section = tuner.history, self._sources.section
        if section is not None:
            return SectionStore(file, section.name, history, stored)
        if self._problem is None:
            raise RuntimeError("nothing is kept of this search.")
        name, header = file.begin(
            self._problem,
            tuner.seed,
            history.budgets[0],
            self.window,
            self._sources.splits,
            encode_lessons(tuner.lessons),
        )
        return SectionStore(file, name, history, header=header)

    def _missing(self, tuner: BlueTuner) -> list[Event]:
        """What happened and is not in the store; the first budget is the header's."""
        budgets, section = tuner.history.budgets, self._sources.section
        n_known = 1 if section is None else len(self._sources.stored_budgets(section))
        known = {_key(event) for event in self._store.read()}
        events: list[Event] = [Budgeted(n_iter) for n_iter in budgets[n_known:]]
        return events + [
            event
            for event in tuner.history.events
            if not isinstance(event, Budgeted) and _key(event) not in known
        ]


def _key(event: Event) -> Any:
    """What an event is about; an event of the same key is the same one."""
    part = event.part if isinstance(event, Reported) else None
    kind = "end" if isinstance(event, Ended) else type(event).__name__
    return kind, getattr(event, "number", None), part
