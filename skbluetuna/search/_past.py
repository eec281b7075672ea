"""Evaluations of earlier fits: in memory (``warm_start``), in a file (``checkpoint``).

Both hold the same events. A search that differs from the past one only in how it
searches (its space, strategy, seed) imports what lies in its space, and goes on from
that. One that scores something else is refused; other data begin their own section.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._hidden import same_secret, sealed_secret
from skbluetuna._version import __version__
from skbluetuna.history import (
    Asked,
    Budgeted,
    Event,
    Failed,
    Finished,
    Imported,
    MemoryStore,
    Reported,
    Store,
    decode_event,
)
from skbluetuna.search._checkpoint import POINT, Checkpoint, Section
from skbluetuna.search._event_checks import EventCheck, check_header
from skbluetuna.search._imports import PastEvaluation, add_imports, of_history, of_rows
from skbluetuna.search._problem import Problem
from skbluetuna.search._replay import Replay
from skbluetuna.search._same import check_same
from skbluetuna.search._section_store import SectionStore

__all__ = ["Kept", "Past"]

logger = logging.getLogger("skbluetuna")


class Kept(NamedTuple):
    """What a fit with ``warm_start=True`` keeps for the next one."""

    problem: Problem  # without its secrets
    hidden: str  # in their place
    hidden_settings: str
    seed: int
    splits: Any
    events: Sequence[Event]
    spaces: tuple[Any, ...]


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

    Raises
    ------
    ValueError
        If the past is another problem's, or memory and file have different pasts.
    """

    def __init__(self, search: Any, problem: Problem | None, folds: Any) -> None:
        self._search, self._folds = search, folds
        self._problem = problem
        self._kept: Kept | None = None
        self._file: Checkpoint | None = None
        self._sections: list[Section] = []  # of the same data and folds
        self._section: Section | None = None  # which goes on
        self._store: Store = MemoryStore()
        self._n_saved = 0
        self._splits: Any = None
        if problem is None:
            return
        if search.warm_start and isinstance(getattr(search, "_kept", None), Kept):
            self._use_last_fit(search._kept)
        if search.checkpoint is not None:
            self._file = Checkpoint(search.checkpoint)
            self._find(self._file)
        self._fix_folds()

    @property
    def is_on_file(self) -> bool:
        """Whether evaluations are put on disk."""
        return self._file is not None

    @property
    def n_in_memory(self) -> int:
        """How many evaluations the last fit has left in memory."""
        events = self._memory.events if self._memory is not None else ()
        return sum(isinstance(event, Finished | Failed) for event in events)

    def begin(self, make: Callable[[int | None, Any], BlueTuner]) -> BlueTuner:
        """Make the tuner, with everything that it has from earlier fits.

        Parameters
        ----------
        make : callable
            From a seed (None: the search's own) and a budget, a new tuner.

        Returns
        -------
        tuner : BlueTuner
            It has had the search's own budget too, unless that is a smaller one.
        """
        n_iter = self._search.n_iter
        budgets = self._budgets
        tuner = make(self._seed, budgets[0] if budgets else n_iter)
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
        if self._file is not None:
            self._file.warn()
            self._store = self._section_store(self._file, tuner, stored)
        self._store.append(self._missing(tuner))
        self._n_saved = tuner.history.n_events
        return tuner

    def save(self, tuner: BlueTuner) -> None:
        """Keep what happened since the last time."""
        self._store.append(tuner.history.since(self._n_saved))
        self._n_saved = tuner.history.n_events

    def for_next_fit(self, tuner: BlueTuner) -> Kept | None:
        """What the next fit needs to go on from this one."""
        if self._problem is None or not self._search.warm_start:
            return None
        own = self._problem
        return Kept(
            own._replace(secret="", settings_secret=""),
            sealed_secret(own.secret), sealed_secret(own.settings_secret),
            tuner.seed, self._splits, tuner.history.events, tuple(tuner.spaces),
        )  # fmt: skip

    def _fix_folds(self) -> None:
        """Use the folds of the past, and keep those that can not be drawn again."""
        if self._splits is not None:
            self._folds.splits = self._splits
        elif not self._folds.is_repeatable:
            self._splits = self._folds.splits

    # --- which past -------------------------------------------------------------------

    def _use_last_fit(self, kept: Kept) -> None:
        """Go on from the last fit, in memory."""
        stored = kept.problem.scores | kept.problem.data
        check_same("the last fit", stored, kept.hidden, self._own)
        self._kept, self._splits = kept, kept.splits

    def _find(self, file: Checkpoint) -> None:
        """Find the sections of the same data and folds, and the one that goes on."""
        usable = [one for one in file.sections if self._is_usable(file, one)]
        same = [
            one
            for one in usable
            if self._has_same_settings(
                one.header["settings"], one.header["hidden_settings"]
            )
        ]
        first = next(iter(same or usable), None)
        if first is not None and self._splits is None:
            splits = first.header["splits"]
            self._splits = splits and [tuple(map(np.array, pair)) for pair in splits]
        own = self._splits and [
            [np.asarray(part).tolist() for part in pair] for pair in self._splits
        ]
        self._sections = [one for one in usable if one.header["splits"] == own]
        self._section = next(iter(same), None)
        if self._section is not None and self._section not in self._sections:
            raise self._other_past()

    def _is_usable(self, file: Checkpoint, section: Section) -> bool:
        """Whether a section is of the same data; one of another problem is refused."""
        header, own = section.header, self._own
        for part in ("scores", "data", "settings"):
            if header[part].keys() != getattr(own, part).keys():
                file.note_section(section, f"has a {part} that can not be")
                return False
        what = f"checkpoint={file.name!r}"
        check_same(what, header["scores"], header["hidden"], own)
        if any(header["data"][k] != own.data[k] for k in own.data if k != "folds"):
            return False
        check_same(what, header["data"], header["hidden"], own)
        try:
            check_header(
                header, self._folds.n_splits, is_repeatable=self._folds.is_repeatable
            )
        except ValueError as error:
            file.note_section(section, str(error))
            return False
        if header["version"] != __version__:
            logger.info(
                "the checkpoint was written by version %s, this is %s: what is asked "
                "from now on may differ", header["version"], __version__,
            )  # fmt: skip
        return True

    def _has_same_settings(self, settings: Any, hidden: str) -> bool:
        """Whether a past search asks what this one asks."""
        own = self._own
        return settings == own.settings and same_secret(own.settings_secret, hidden)

    def _other_past(self) -> ValueError:
        return ValueError(
            f"checkpoint={self._search.checkpoint!r} holds another past of this "
            "search than the last fit, from which warm_start=True goes on. Give "
            "another file, or fit a new search to go on from this one."
        )

    @property
    def _own(self) -> Problem:
        if self._problem is None:
            raise RuntimeError("nothing is kept of this search.")
        return self._problem

    @property
    def _memory(self) -> Kept | None:
        """The last fit, if it asked by the same settings as this one."""
        kept = self._kept
        if kept is None or not self._has_same_settings(
            kept.problem.settings, kept.hidden_settings
        ):
            return None
        return kept

    @property
    def _seed(self) -> int | None:
        """Seed of the past that goes on."""
        memory, section = self._memory, self._section
        if memory is not None:
            return memory.seed
        return None if section is None else section.header["seed"]

    @property
    def _budgets(self) -> list[int | None]:
        """Budgets of the past that goes on; none if there is none."""
        memory, section = self._memory, self._section
        kept = [] if memory is None else _budgets(memory.events)
        stored = [] if section is None else self._stored_budgets(section)
        short, long = sorted([kept, stored], key=len)
        # With one seed and the same budgets a search asks the same.
        is_other = section is not None and section.header["seed"] != self._seed
        if is_other or long[: len(short)] != short:
            raise self._other_past()
        return long

    def _stored_budgets(self, section: Section) -> list[int | None]:
        """Budgets of a section: its header's, and those that came later."""
        found: list[int | None] = [section.header["n_iter"]]
        for row in section.rows.values():
            if row.get("event") == "budgeted":
                with suppress(ValueError):  # named where all rows are read
                    found += _budgets([decode_event(row, ())])
        return _rising(found)

    # --- what happened ----------------------------------------------------------------

    def _replay(self, tuner: BlueTuner) -> list[Event]:
        """Give the tuner what happened; return what is on file."""
        read = self._read(tuner)
        asked: dict[int, Asked | Imported] = {}
        for event, _ in read.values():
            if isinstance(event, Asked | Imported):
                asked.setdefault(event.number, event)
        replay = Replay(tuner, self._folds.n_splits, self._search, asked)
        self._recall(tuner, replay, asked)
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
        if self._memory is not None:
            found += self._memory.events
        for row in self._section.rows.values() if self._section is not None else ():
            if row.get("event") == "imported":
                with suppress(ValueError):  # named where all rows are read
                    found.append(decode_event(row, tuner.spaces))
        history = tuner.history
        for event in found:
            if isinstance(event, Imported) and event.number == len(history):
                history.append(event)

    def _recall(
        self, tuner: BlueTuner, replay: Replay, asked: dict[int, Asked | Imported]
    ) -> None:
        """Let happen what is in memory, unless the file says otherwise."""
        for event in self._memory.events if self._memory is not None else ():
            replay.take(event)
        for trial in tuner.history.trials:
            stored = asked.get(trial.number)
            if stored is not None and stored.unit != trial.unit:
                raise self._other_past()

    def _read(self, tuner: BlueTuner) -> dict[int, tuple[Event, str | None]]:
        """Events of the section by their lines, each checked by itself."""
        found: dict[int, tuple[Event, str | None]] = {}
        if self._section is None:
            return found
        check = EventCheck(tuner.stages, self._folds.n_splits, self._search)
        for line, row in self._section.rows.items():
            try:
                event = decode_event(row, tuner.spaces)
                check(event)
                found[line] = event, row.get(POINT)
            except ValueError as error:
                self._note(line, error)
        return found

    def _note(self, line: int, error: ValueError) -> None:
        if self._file is not None:
            self._file.note(line, str(error))

    def _import(self, tuner: BlueTuner) -> None:
        """Add what a search of other settings has evaluated of this one's space."""
        found: list[PastEvaluation] = []
        n_splits, refit = self._folds.n_splits, self._search.refit
        if self._kept is not None:
            found += of_history(self._kept.spaces, self._kept.events)
        for section in self._sections:
            check = EventCheck((), n_splits, self._search)
            found += of_rows(section.header["choices"], section.rows, check)
        own = self._search.estimator.get_params(deep=True) if found else {}
        add_imports(
            tuner.history, tuner.spaces, found, own, n_splits=n_splits, refit=refit
        )
        if found:
            logger.info(
                "%d of %d evaluations of a search with other settings lie in this "
                "space and are learned from", tuner.history.n_imported, len(found),
            )  # fmt: skip

    def _section_store(
        self, file: Checkpoint, tuner: BlueTuner, stored: Sequence[Event]
    ) -> SectionStore:
        """The section that goes on, or a new one."""
        history = tuner.history
        if self._section is not None:
            return SectionStore(file, self._section.name, history, stored)
        name, header = file.begin(
            self._own, tuner.seed, history.budgets[0], self._splits
        )
        return SectionStore(file, name, history, header=header)

    def _missing(self, tuner: BlueTuner) -> list[Event]:
        """What happened and is not in the store; the first budget is the header's."""
        budgets, section = tuner.history.budgets, self._section
        n_known = 1 if section is None else len(self._stored_budgets(section))
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
    kind = "end" if isinstance(event, Finished | Failed) else type(event).__name__
    return kind, getattr(event, "number", None), part


def _budgets(events: Sequence[Event]) -> list[int | None]:
    return [event.n_iter for event in events if isinstance(event, Budgeted)]


def _rising(budgets: Sequence[int | None]) -> list[int | None]:
    """Budgets without those that are smaller than one before."""
    found: list[int | None] = []
    for n_iter in budgets:
        largest = max((n for n in found if n is not None), default=0)
        if n_iter is None or n_iter >= largest:
            found.append(n_iter)
    return found
