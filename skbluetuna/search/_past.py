"""Evaluations of earlier fits: in memory (``warm_start``), in a file (``checkpoint``).

Both hold the same events. A search that differs from the past one only in how it
searches (its space, strategy, seed) imports what lies in its space, and goes on from
that; one that scores something else is refused; other data begin a log of their own.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._hidden import same_secret, sealed_secret
from skbluetuna._version import __version__
from skbluetuna.exceptions import UnknownTrialError
from skbluetuna.history import (
    IMPORTED,
    Asked,
    Budgeted,
    Event,
    Failed,
    Finished,
    Imported,
    Reported,
    decode_event,
)
from skbluetuna.search._checkpoint import Checkpoint, Section
from skbluetuna.search._event_checks import EventCheck, check_header
from skbluetuna.search._imports import PastEvaluation, add_imports, of_history, of_rows
from skbluetuna.search._problem import Problem

__all__ = ["Kept", "Past"]

logger = logging.getLogger("skbluetuna")

WORDS = {
    "estimator": "estimator",
    "scoring": "scoring",
    "refit": "guiding metric (refit)",
    "error_score": "error_score",
    "return_train_score": "return_train_score",
    "shape": "data (number of rows or columns)",
    "fingerprint": "data",
    "fit_params": "parameters of fit, such as sample_weight",
    "folds": "folds (cv, or groups)",
}


class Kept(NamedTuple):
    """What a fit with ``warm_start=True`` keeps for the next one."""

    problem: Problem
    hidden: str
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
        self._search, self._problem, self._folds = search, problem, folds
        self._file: Checkpoint | None = None
        self._section: Section | None = None
        self._kept: Kept | None = None
        self._name, self._n_saved = "", 0
        self._splits: Any = None
        if problem is None:
            return
        if search.warm_start and isinstance(getattr(search, "_kept", None), Kept):
            self._use_last_fit(search._kept)
        if search.checkpoint is not None:
            self._file = Checkpoint(search.checkpoint)
            self._section = self._find(self._file)
        self._fix_folds(folds)

    @property
    def is_on_file(self) -> bool:
        """Whether evaluations are put on disk."""
        return self._file is not None

    @property
    def n_in_memory(self) -> int:
        """How many evaluations the last fit has left in memory."""
        events = () if self._problem is None else self._memory_events
        return sum(isinstance(event, Finished | Failed) for event in events)

    @property
    def _memory_events(self) -> Sequence[Event]:
        return () if self._memory is None else self._memory.events

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
        resumed = self._resumed
        seed, budgets = resumed if resumed is not None else (None, [n_iter])
        tuner = make(seed, budgets[0])
        written: set[Any] = set()
        if resumed is None:
            self._import(tuner)
        else:
            written = self._replay(tuner, budgets)
        if n_iter != tuner.history.budgets[-1]:
            with suppress(ValueError):  # a smaller one ends the search where it stands
                tuner.extend(n_iter)
        self._write_missing(tuner, written)
        return tuner

    def save(self, tuner: BlueTuner) -> None:
        """Put on disk what happened since the last time."""
        if self._file is not None:
            self._write(tuner, tuner.history.since(self._n_saved))
        self._n_saved = tuner.history.n_events

    def for_next_fit(self, tuner: BlueTuner) -> Kept | None:
        """What the next fit needs to go on from this one."""
        if self._problem is None or not self._search.warm_start:
            return None
        sealed = sealed_secret(self._problem.secret)
        problem = self._problem._replace(secret="")
        return Kept(
            problem, sealed, tuner.seed, self._splits, tuner.history.events,
            tuple(tuner.spaces),
        )  # fmt: skip

    # --- which past -------------------------------------------------------------------

    def _use_last_fit(self, kept: Kept) -> None:
        """Go on from the last fit, in memory."""
        what = "warm_start=True: the fitted search"
        stored = kept.problem.scores | kept.problem.data
        self._check_same(what, stored, kept.hidden)
        self._kept, self._splits = kept, kept.splits

    def _find(self, file: Checkpoint) -> Section | None:
        """The section of this search; None if there is none."""
        what, found = f"checkpoint={file.name!r}", None
        problem = self._own
        for section in file.sections:
            header = section.header
            self._check_same(what, header["scores"], header["hidden"])
            if not _is_same_data(header["data"], problem.data):
                continue
            self._check_same(what, header["data"], header["hidden"])
            try:
                check_header(header, self._folds.n_splits)
            except ValueError as error:
                file.note(0, str(error))
                continue
            self._note_version(header["version"])
            if header["course"] == problem.course:
                found = found or section
        if found is not None and self._splits is None:
            splits = found.header["splits"]
            self._splits = splits and [tuple(map(np.array, pair)) for pair in splits]
        return found

    def _note_version(self, version: str) -> None:
        if version != __version__:
            logger.info(
                "the checkpoint was written by version %s, this is %s: what is asked "
                "from now on may differ", version, __version__,
            )  # fmt: skip

    def _check_same(self, what: str, stored: Mapping[str, Any], hidden: str) -> None:
        """Refuse evaluations that score something else; say in words what differs."""
        own = self._own.scores | self._own.data
        for field in stored:
            if field in own and stored[field] != own[field]:
                shown = _shown(stored[field], own[field])
                raise ValueError(
                    f"{what} belongs to another search: its {WORDS[field]} "
                    f"{shown}. Give another file, or the same {WORDS[field]}."
                )
        if not same_secret(self._own.secret, hidden):
            raise ValueError(
                f"{what} belongs to another search: a value that is not written down, "
                "as the name of its parameter says that it is a secret, is another "
                "here."
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
        return kept if kept and kept.problem.course == self._own.course else None

    @property
    def _resumed(self) -> tuple[int, list[int | None]] | None:
        """Seed and budgets of the search that goes on; None if none does."""
        kept, section = self._memory, self._section
        found = []
        if kept is not None:
            found.append((kept.seed, _budgets(kept.events)))
        if section is not None:
            rows = section.rows.values()
            budgets = [r.get("n_iter") for r in rows if r.get("event") == "budgeted"]
            found.append((section.header["seed"], [section.header["n_iter"], *budgets]))
        if not found:
            return None
        # With one seed and the same budgets a search asks the same trials.
        short, long = found[0][1], found[-1][1]
        if len(short) > len(long):
            short, long = long, short
        if found[0][0] != found[-1][0] or long[: len(short)] != short:
            raise ValueError(
                f"checkpoint={self._search.checkpoint!r} holds another course of this "
                "search than the last fit, from which warm_start=True goes on. Give "
                "another file, or fit a new search to go on from this one."
            )
        return found[0][0], long

    def _fix_folds(self, folds: Any) -> None:
        """Use the folds that were kept; keep those that can not be drawn again."""
        if self._splits is not None:
            folds.splits = self._splits
        elif not folds.is_repeatable:
            self._splits = folds.splits

    # --- what happened ----------------------------------------------------------------

    def _replay(self, tuner: BlueTuner, budgets: list[int | None]) -> set[Any]:
        """Give the tuner what happened; return the keys of what is on file."""
        for budget in budgets[1:]:
            tuner.extend(budget)
        replay = Replay(tuner, self._folds.n_splits)
        for event in self._memory_events:
            replay.take(event)
        written: set[Any] = set()
        if self._file is not None and self._section is not None:
            check = EventCheck(tuner.stages, self._folds.n_splits, self._search)
            for line, row in self._section.rows.items():
                try:
                    event = decode_event(row, tuner.spaces)
                    check(event)
                    replay.take(event)
                    written.add(_key(event))
                except (ValueError, UnknownTrialError) as error:
                    self._file.note(line, str(error))
            self._file.warn()
        return written

    def _import(self, tuner: BlueTuner) -> None:
        """Add what a search of other settings has evaluated of this one's space."""
        found: list[PastEvaluation] = []
        if self._kept is not None:
            found += of_history(self._kept.spaces, self._kept.events)
        check = EventCheck((), self._folds.n_splits, self._search)
        for section in self._file.sections if self._file is not None else ():
            if _is_same_data(section.header["data"], self._own.data):
                found += of_rows(section.header["choices"], section.rows, check)
        own = self._search.estimator.get_params(deep=True) if found else {}
        n_splits = self._folds.n_splits
        add_imports(tuner.history, tuner.spaces, found, own, n_splits)
        if tuner.history.n_imported:
            logger.info(
                "%d evaluations of a search with other settings lie in this space and "
                "are learned from", tuner.history.n_imported,
            )  # fmt: skip

    def _write_missing(self, tuner: BlueTuner, written: set[Any]) -> None:
        """Write into the file the events that it does not have."""
        history = tuner.history
        if self._file is not None:
            header = None
            if self._section is None:
                self._name, header = self._file.begin(
                    self._own, tuner.seed, tuner.history.budgets[0], self._splits
                )
            else:
                self._name = self._section.name
            events = [e for e in history.events[1:] if _key(e) not in written]
            budgets = [e for e in history.events[1:] if isinstance(e, Budgeted)]
            n_known = 0 if self._section is None else _n_budgets(self._section)
            events = [e for e in events if not isinstance(e, Budgeted)]
            self._write(tuner, budgets[n_known:] + events, header)
        self._n_saved = history.n_events

    def _write(
        self,
        tuner: BlueTuner,
        events: Sequence[Event],
        header: dict[str, Any] | None = None,
    ) -> None:
        if self._file is not None and (events or header is not None):
            params = {trial.number: trial.params for trial in tuner.history.trials}
            self._file.append(self._name, events, tuner.spaces, params, header=header)


class Replay:
    """Gives a tuner the events of an earlier fit, in their order.

    Parameters
    ----------
    tuner : BlueTuner
        The tuner.
    n_splits : int
        Number of folds.
    """

    def __init__(self, tuner: BlueTuner, n_splits: int) -> None:
        self._tuner, self._n_splits = tuner, n_splits

    def take(self, event: Event) -> None:
        """Let an event happen, unless it has.

        A trial whose line is lost is asked again, as the events before it ask for it.

        Raises
        ------
        ValueError
            If it cannot have happened.
        """
        if isinstance(event, Asked | Imported):
            self._take_trial(event)
        elif not isinstance(event, Budgeted):  # they count from the start, in order
            self._take_outcome(event)

    def _take_trial(self, event: Asked | Imported) -> None:
        history = self._tuner.history
        if event.number > len(history):
            self._tuner.ask(event.number - len(history))
        if event.number > len(history):
            raise ValueError("follows trials that are not there")
        if event.number == len(history):
            history.append(event)
        elif history.trials[event.number].unit != event.unit:
            raise ValueError("has the number of another trial")

    def _take_outcome(self, event: Reported | Finished | Failed) -> None:
        history = self._tuner.history
        if event.number >= len(history):
            raise ValueError("is of a trial that is not there")
        trial, known = history.trials[event.number], history.parts(event.number)
        if isinstance(event, Reported):
            if event.part not in known and (
                trial.state == "asked" or trial.stage == IMPORTED
            ):
                history.append(event)
        elif trial.state == "asked" and len(known) == self._n_splits:
            history.append(event)


def _key(event: Event) -> Any:
    """What an event is about; an event of the same key is the same one."""
    part = event.part if isinstance(event, Reported) else None
    kind = type(event).__name__
    return kind, getattr(event, "number", None), part


def _budgets(events: Iterable[Event]) -> list[int | None]:
    return [event.n_iter for event in events if isinstance(event, Budgeted)]


def _n_budgets(section: Section) -> int:
    return sum(row.get("event") == "budgeted" for row in section.rows.values())


def _is_same_data(stored: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    return all(stored.get(k) == v for k, v in given.items() if k != "folds")


def _shown(stored: Any, given: Any) -> str:
    """How two values differ, in words; hashes say nothing to a reader."""
    if (
        isinstance(stored, str)
        and isinstance(given, str)
        and len(stored) + len(given) < 400
    ):
        return f"is {stored}, here it is {given}"
    return "is another one"
