"""Where a search goes on from: the last fit in memory, a section of a file, or neither.

Both may be there; then they must be of one past. A past goes on where nothing but the
budget differs; other settings begin anew and import from it.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._utils._hidden import same_secret
from skbluetuna._version import __version__
from skbluetuna.history import Budgeted, Event, Ladder, decode_event
from skbluetuna.search._checkpoint import Checkpoint, Section
from skbluetuna.search._event_checks import check_header
from skbluetuna.search._problem import Problem
from skbluetuna.search._same import check_same

__all__ = ["Kept", "Sources"]

logger = logging.getLogger("skbluetuna")


class Kept(NamedTuple):
    """What a fit with ``warm_start=True`` keeps for the next one."""

    problem: Problem  # without its secrets
    hidden: str  # in their place
    hidden_settings: str
    seed: int
    window: int
    splits: Any
    events: Sequence[Event]
    spaces: tuple[Any, ...]
    ladder: Ladder | None
    lessons: list[Any]  # what it took from past searches, as JSON values


class Sources:
    """What is kept of earlier fits, and which of it goes on.

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
    kept : Kept or None
        The last fit.
    file : Checkpoint or None
        The file.
    sections : list of Section
        Those of the same data and folds.
    section : Section or None
        The one that goes on.
    splits : list of pairs of arrays, or None
        Folds that can not be drawn again.

    Raises
    ------
    ValueError
        If the past is another problem's, or memory and file have different pasts.
    """

    def __init__(self, search: Any, problem: Problem | None, folds: Any) -> None:
        self._search, self._folds = search, folds
        self.kept: Kept | None = None
        self.file: Checkpoint | None = None
        self.sections: list[Section] = []
        self.section: Section | None = None
        self.splits: Any = None
        if problem is not None:
            self._own = problem
            self._look(folds)

    def _look(self, folds: Any) -> None:
        """Look at the last fit and at the file."""
        search = self._search
        if search.warm_start and isinstance(getattr(search, "_kept", None), Kept):
            self._use_last_fit(search._kept)
        if search.checkpoint is not None:
            self.file = Checkpoint(search.checkpoint)
            self._find(self.file)
        if self.splits is not None:
            folds.splits = self.splits
        elif not folds.is_repeatable:
            self.splits = folds.splits

    def _use_last_fit(self, kept: Kept) -> None:
        """Go on from the last fit, in memory."""
        stored = kept.problem.scores | kept.problem.data
        check_same("the last fit", stored, kept.hidden, self._own)
        self.kept, self.splits = kept, kept.splits

    def _find(self, file: Checkpoint) -> None:
        """Find the sections of the same data and folds, and the one that goes on."""
        usable = [one for one in file.sections if self._is_usable(file, one)]
        same = [
            one
            for one in usable
            if self._has_same_settings(
                one.header["settings"],
                one.header["hidden_settings"],
                one.header["max_concurrent"],
            )
        ]
        memory = self.memory
        if memory is not None:  # of several the one that it goes on from
            asked = {"seed": memory.seed, "max_concurrent": memory.window}
            same = [one for one in same if asked.items() <= one.header.items()] or same
        first = next(iter(same or usable), None)
        if first is not None and self.splits is None:
            splits = first.header["splits"]
            self.splits = splits and [tuple(map(np.array, pair)) for pair in splits]
        own = self.splits and [
            [np.asarray(part).tolist() for part in pair] for pair in self.splits
        ]
        self.sections = [one for one in usable if one.header["splits"] == own]
        self.section = next(iter(same), None)
        if self.section is not None and self.section not in self.sections:
            raise self.other_past()

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

    def _has_same_settings(self, settings: Any, hidden: str, window: int) -> bool:
        """Whether a past search asks what this one asks.

        Where this one leaves the window open, that of the past goes on.
        """
        own = self._own
        is_same = self._search.max_concurrent in (None, window)
        is_same = is_same and settings == own.settings
        return is_same and same_secret(own.settings_secret, hidden)

    @property
    def other_settings(self) -> list[str]:
        """Names of the settings in which the past differs from this search."""
        past = [] if self.kept is None else [self.kept.problem.settings]
        past += [section.header["settings"] for section in self.sections]
        own = self._own.settings
        names = [k for k in own if any(one[k] != own[k] for one in past)]
        return names or ["max_concurrent"]  # or a secret, which is not named

    def other_past(self) -> ValueError:
        """The error of a file and a memory that do not go together."""
        return ValueError(
            f"checkpoint={self._search.checkpoint!r} holds another past of this "
            "search than the last fit, from which warm_start=True goes on. Give "
            "another file, or fit a new search to go on from this one."
        )

    @property
    def memory(self) -> Kept | None:
        """The last fit, if it asked by the same settings as this one."""
        kept = self.kept
        if kept is None or not self._has_same_settings(
            kept.problem.settings, kept.hidden_settings, kept.window
        ):
            return None
        return kept

    @property
    def window(self) -> int | None:
        """Window of the past that goes on."""
        if self.memory is not None:
            return self.memory.window
        return None if self.section is None else self.section.header["max_concurrent"]

    @property
    def seed(self) -> int | None:
        """Seed of the past that goes on."""
        memory, section = self.memory, self.section
        if memory is not None:
            return memory.seed
        return None if section is None else section.header["seed"]

    @property
    def lessons(self) -> list[Any] | None:
        """What the past that goes on took from past searches; None if there is none."""
        memory, section = self.memory, self.section
        if memory is not None:
            return memory.lessons
        return None if section is None else section.header["history"]

    @property
    def budgets(self) -> list[int | None]:
        """Budgets of the past that goes on; none if there is none."""
        memory, section = self.memory, self.section
        kept = [] if memory is None else _budgets(memory.events)
        stored = [] if section is None else self.stored_budgets(section)
        short, long = sorted([kept, stored], key=len)
        # With one seed and the same budgets a search asks the same.
        is_other = section is not None and (
            section.header["seed"] != self.seed
            or section.header["max_concurrent"] != self.window
        )
        if is_other or long[: len(short)] != short:
            raise self.other_past()
        return long

    def stored_budgets(self, section: Section) -> list[int | None]:
        """Budgets of a section: its header's, and those that came later."""
        found: list[int | None] = [section.header["n_iter"]]
        for row in section.rows.values():
            if row.get("event") == "budgeted":
                with suppress(ValueError):  # named where all rows are read
                    found += _budgets([decode_event(row, ())])
        return _rising(found)


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
