"""The log of searches on disk, so that no fold is evaluated twice.

A checkpoint is a text file of JSON lines. A header opens a section: the problem (what
is scored, on which data, and how it is searched) and the seed. Each other line is one
event of a section. Lines are only appended, those of one moment in one write that is on
disk before the search goes on. Each ends with a checksum; one that is damaged, or says
what this search can not have written, is named and counts as not there.
"""

import logging
import math
import os
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from skbluetuna._utils._files import (
    Json,
    append_lines,
    check_fields,
    is_budget,
    is_count,
    is_text,
    read_file,
    seal,
    unseal,
)
from skbluetuna._utils._hidden import brief_error, masked, sealed_secret
from skbluetuna._version import __version__
from skbluetuna.exceptions import CheckpointWarning
from skbluetuna.history import (
    Asked,
    Event,
    Failed,
    Imported,
    Reported,
    Trial,
    encode_event,
)
from skbluetuna.past import are_lessons
from skbluetuna.search._problem import Problem
from skbluetuna.search._scoring import REASONS
from skbluetuna.space import Space

__all__ = ["POINT", "Checkpoint", "Section", "point_of"]

FORMAT = 5
MARK = "skbluetuna checkpoint"  # key of the format's number in a header
POINT = "point"  # key of what `point_of` says, in the line of a fold
MOST_NAMED = 20  # lines of one fault

logger = logging.getLogger("skbluetuna")


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


def _are_positions(value: Any) -> bool:
    return _is_list(value) and all(map(is_count, value))


def _are_splits(value: Any) -> bool:
    """Whether they are None, or pairs of lists of positions."""
    return value is None or (
        _is_list(value)
        and all(
            _is_list(pair) and len(pair) == 2 and all(map(_are_positions, pair))
            for pair in value
        )
    )


def _are_choices(value: Any) -> bool:
    """Whether they are pairs of a name and a list or None, of each alternative."""
    return _is_list(value) and all(
        _is_list(own)
        and all(
            _is_list(pair)
            and len(pair) == 2
            and is_text(pair[0])
            and (pair[1] is None or _is_list(pair[1]))
            for pair in own
        )
        for own in value
    )


HEADER: dict[str, Any] = {
    MARK: lambda value: value == FORMAT,
    "section": is_text,
    "version": is_text,
    "seed": is_count,
    "n_iter": is_budget,
    "max_concurrent": lambda value: is_count(value) and value > 0,
    "scores": _is_dict,
    "settings": _is_dict,
    "data": _is_dict,
    "choices": _are_choices,
    "splits": _are_splits,
    "history": are_lessons,
    "hidden": is_text,
    "hidden_settings": is_text,
}


class Section(NamedTuple):
    """What the file has of one search."""

    header: Json
    line: int  # number of the header's line
    rows: dict[int, Json]  # events as JSON values, by the number of their line

    @property
    def name(self) -> str:
        """Name of the section."""
        name: str = self.header["section"]
        return name


class Checkpoint:
    """A checkpoint file.

    Parameters
    ----------
    path : path-like
        The file; made with the first evaluation if it is not there.

    Attributes
    ----------
    name : str
        The file's name.
    sections : list of Section
        What it has, in the order in which they were begun.

    Raises
    ------
    ValueError
        If the file is no checkpoint.
    OSError
        If the file can not be read, or its folder is not there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name, self._path = str(path), Path(path)
        self._faults: dict[str, list[int]] = {}  # lines of each
        lines = self._read()
        found: dict[str, Section] = {}
        for number, line in lines.items():
            if MARK in line:
                found.setdefault(line["section"], Section(line, number, {}))
        for number, line in lines.items():
            if line["section"] not in found:
                self.note(number, "the header of its section is not there")
            elif MARK not in line:
                found[line["section"]].rows[number] = line
        self.sections = list(found.values())

    def note(self, line: int, fault: str) -> None:
        """Remember that a line counts as not there, and why."""
        self._faults.setdefault(fault.rstrip("."), []).append(line)

    def note_section(self, section: Section, fault: str) -> None:
        """Remember that a header counts as not there, and why; so do its lines."""
        self.note(section.line, fault)
        for line in section.rows:
            self.note(line, "the header of its section is not there")

    def warn(self) -> None:
        """Warn of all lines that count as not there."""
        if self._faults:
            warnings.warn(self._complaint(), CheckpointWarning, stacklevel=2)
            self._faults = {}

    def begin(
        self,
        problem: Problem,
        seed: int,
        n_iter: int | None,
        window: int,
        splits: Any,
        lessons: Sequence[Any] = (),
    ) -> tuple[str, Json]:
        """Name and header of a new section, for `append`."""
        taken = {section.name for section in self.sections}
        while (name := os.urandom(8).hex()) in taken:
            continue
        return name, {
            MARK: FORMAT,
            "section": name,
            "version": __version__,
            "seed": seed,
            "n_iter": n_iter,
            "max_concurrent": window,
            "scores": problem.scores,
            "settings": problem.settings,
            "data": problem.data,
            "choices": problem.choices,
            "splits": splits and [[part.tolist() for part in pair] for pair in splits],
            "history": list(lessons),
            "hidden": sealed_secret(problem.secret),
            "hidden_settings": sealed_secret(problem.settings_secret),
        }

    def append(
        self,
        section: str,
        events: Sequence[Event],
        spaces: Sequence[Space],
        trials: Mapping[int, Trial],
        *,
        header: Json | None = None,
    ) -> None:
        """Write events of a section in one write; on return they are on disk.

        Parameters
        ----------
        section : str
            Its name.
        events : sequence of Event
            What happened.
        spaces : sequence of Space
            The alternatives.
        trials : mapping
            The trials by their numbers. Errors may quote their parameters' names.
        header : dict or None, default=None
            Written first, if the section is new.
        """
        records = [] if header is None else [header]
        for event in events:
            row = encode_event(_brief(event, trials), spaces)
            if isinstance(event, Asked | Imported):
                row["params"] = _readable(trials[event.number].params)
            if isinstance(event, Reported):
                row[POINT] = point_of(trials[event.number])
            records.append({"section": section} | row)
        append_lines(self._path, [seal(record) for record in records])

    def _read(self) -> dict[int, Json]:
        """Lines of the file that are what they were when they were written."""
        text, found = self._text(), {}
        lines = text.split("\n")
        for number, line in enumerate(lines, start=1):
            try:
                record = unseal(line)
                if MARK in record:
                    check_fields(record, HEADER)
                elif not is_text(record.get("section")):
                    raise ValueError("it is of no section")
                found[number] = record
            except ValueError as error:
                if line and number < len(lines):
                    self.note(number, str(error))
                elif line:  # as a crash leaves it, or another process that writes now
                    logger.info("%s: line %d is not complete", self.name, number)
        if not found:
            self._check_format(text)
        return found

    def _text(self) -> str:
        """What the file holds; nothing if it is not there and can be made."""
        if "\0" in self.name:
            raise ValueError(f"checkpoint must be a path; got {self.name!r}.")
        if self._path.exists():
            return read_file(self._path, "checkpoint")
        if not self._path.parent.is_dir():
            raise FileNotFoundError(
                f"checkpoint must lie in a folder that exists; got {self.name!r}."
            )
        return ""

    def _check_format(self, text: str) -> None:
        """Refuse a file that has no line of ours, but for the beginning of one."""
        beginning = f'{{"{MARK}": {FORMAT},'
        if text[: len(beginning)] == beginning[: len(text)]:
            return
        other = re.match(rf'\{{"{MARK}": (\d+),', text)
        of = f", of format {other[1]}: give another file" if other else ""
        raise ValueError(
            f"checkpoint must be a new file or one that a search wrote (format "
            f"{FORMAT}); got {self.name!r}{of}."
        )

    def _complaint(self) -> str:
        """Which lines count as not there, and why."""
        n = sum(map(len, self._faults.values()))
        faults = "; ".join(
            f"{', '.join(map(str, numbers[:MOST_NAMED]))}"
            f"{', ..' if len(numbers) > MOST_NAMED else ''}: {fault}"
            for fault, numbers in self._faults.items()
        )
        return (
            f"checkpoint={self.name!r}: {n} of its lines count as not there, what they "
            f"held is evaluated again. Line {faults}."
        )


def point_of(trial: Trial) -> str:
    """Short text that tells a configuration from others.

    A fold's line has it, so that a fold is never taken for that of another one.
    """
    place: tuple[Any, ...] = (trial.alternative, *trial.unit)
    if trial.resource is not None:
        place = (*place, trial.resource)
    return f"{crc32(repr(place).encode()):08x}"


def _brief(event: Event, trials: Mapping[int, Trial]) -> Event:
    """The event without data in its errors."""
    if not isinstance(event, Reported | Failed):
        return event
    names = trials[event.number].params
    known = {word for name in names for word in (name, name.rpartition("__")[2])}
    if isinstance(event, Failed):
        reason = event.reason
        return replace(event, reason=reason and brief_error(reason, known))
    outcome = dict(event.outcome)
    if outcome["fit_error"] is not None:
        outcome["fit_error"] = brief_error(outcome["fit_error"], known)
    if REASONS in outcome:
        errors = outcome[REASONS].items()
        outcome[REASONS] = {name: brief_error(why, known) for name, why in errors}
    return replace(event, outcome=outcome)


def _readable(params: Mapping[str, Any]) -> Json:
    """A configuration for human readers."""
    return {name: _plain(value) for name, value in masked(dict(params)).items()}


def _plain(value: Any) -> Any:
    is_plain = value is None or isinstance(value, str | int | float)
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return value if is_plain and not is_odd else repr(value)[:80]
