"""Evaluations on disk: what was paid for once is never paid for again.

A checkpoint is a text file of JSON lines. A header opens a section: the problem (what
was searched, and how), the data it was searched on, and the seed. Each other line is
one evaluated candidate of a section with the outcome of its fits, or a budget that the
search was given. Lines are only appended, each batch in one write that is on disk
before the search goes on. Each ends with a checksum; one that is damaged, or says what
this search can not have written, is named and counts as not there. The search itself
is not stored: it is a function of its seed, budgets and scores, so it is asked again
and its evaluations are recalled.
"""

import json
import logging
import math
import os
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._utils._files import Json, append_lines, read_file, seal, unseal
from skbluetuna._utils._hidden import brief_error, masked, same_secret, sealed_secret
from skbluetuna._ledger import Trial
from skbluetuna.search._line_checks import FORMAT, MARK, check_header, check_line
from skbluetuna.exceptions import CheckpointWarning

__all__ = ["Checkpoint", "check_same_problem", "check_same_secret"]

MOST_NAMED = 20  # lines of one fault

logger = logging.getLogger("skbluetuna")


class Recalled(NamedTuple):
    """What is on record of a trial."""

    alternative: int
    stage: str
    unit: tuple[float, ...]
    values: list[Any]  # its configuration as JSON values
    fits: list[Json]


class Checkpoint:
    """One section of a checkpoint file.

    Parameters
    ----------
    path : path-like
        The file; made with the first evaluation if it is not there.
    problem : dict
        Field by field, as JSON values, what every section of the file has in common.
    data : dict
        The same of the data; other data have a section of their own. Field ``folds``
        must agree where all others do.
    n_splits : int
        Number of folds.
    secret : str, default=""
        What of the problem is not written down; a salted hash of it is.

    Attributes
    ----------
    name : str
        The file's name.
    seed : int or None
        Seed of the section; None if it is new.
    budgets : list of int or None
        Those that the search of the section has had, one after the other.
    splits : list of (train, test) index arrays, or None
        Its folds, if they can not be drawn again.

    Raises
    ------
    ValueError
        If the file is no checkpoint or one of another problem; the message names the
        field that differs.
    OSError
        If the file can not be read, or its folder is not there.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        problem: Json,
        data: Json,
        n_splits: int,
        secret: str = "",
    ) -> None:
        self.name, self._path = str(path), Path(path)
        self._problem, self._data = _as_json(problem), _as_json(data)
        self._secret = secret
        self._faults: dict[str, list[int]] = {}  # lines of each
        lines = self._read()
        header = self._header(lines, n_splits)
        self._section = header["section"] if header else _section_name(lines.values())
        self.seed: int | None = header["seed"] if header else None
        splits = header["splits"] if header else None
        self.splits = splits and [tuple(map(np.array, pair)) for pair in splits]
        own = {k: r for k, r in lines.items() if r["section"] == self._section}
        self.budgets = [line["n_iter"] for line in own.values() if "n_iter" in line]
        self._found = {k: r for k, r in own.items() if "fits" in r}
        self._rows: dict[int, Json] = {}  # by the trial's number, once checked

    def check(self, check: Callable[[Json], None]) -> None:
        """Take up the evaluations that pass a check; warn of all that count as lost.

        Parameters
        ----------
        check : callable
            Raises ValueError for a row that can not be this search's.
        """
        for number, row in self._found.items():
            try:
                check(row)
            except ValueError as error:
                self._note(number, str(error))
            else:
                self._rows[row["number"]] = row
        if self._faults:
            warnings.warn(self._complaint(), CheckpointWarning, stacklevel=2)

    def __contains__(self, number: int) -> bool:
        return number in self._rows

    def start(self, seed: int, n_iter: int | None, splits: Any) -> None:
        """Open the section if it is new; splits are stored unless they are None."""
        if self.seed is not None:
            return
        self.seed, self.budgets = seed, [n_iter]
        header = {
            MARK: FORMAT,
            "section": self._section,
            "seed": seed,
            "n_iter": n_iter,
            "problem": self._problem,
            "data": self._data,
            "splits": splits and [[part.tolist() for part in pair] for pair in splits],
            "hidden": sealed_secret(self._secret),
        }
        self._append([header])

    def add_budgets(self, budgets: Sequence[int | None]) -> None:
        """Write budgets that the search was given."""
        if budgets:
            self._append([{"section": self._section, "n_iter": n} for n in budgets])
            self.budgets += budgets

    def recall(self, number: int) -> Recalled:
        """What is on record of a trial that the section contains."""
        row = self._rows[number]
        fits = [_decoded(fit) for fit in row["fits"]]
        return Recalled(
            row["alternative"], row["stage"], tuple(row["unit"]), row["values"], fits
        )

    def record(
        self,
        trials: Sequence[Trial],
        values: Sequence[list[Any]],
        fits: Sequence[Json],
    ) -> None:
        """Write evaluated trials; on return they are on disk.

        Parameters
        ----------
        trials : sequence of n Trial
            The trials.
        values : sequence of n lists
            Their configurations as JSON values.
        fits : sequence of n k dicts
            Outcomes of the k fits of each in turn.
        """
        k = len(fits) // max(1, len(trials))
        self._append(
            [
                {
                    "section": self._section,
                    "number": trial.number,
                    "stage": trial.stage,
                    "alternative": trial.alternative,
                    "params": _readable(trial.params),
                    "unit": list(trial.unit),
                    "values": values[i],
                    "fits": [
                        _encoded(fit, trial.params) for fit in fits[i * k : (i + 1) * k]
                    ],
                }
                for i, trial in enumerate(trials)
            ]
        )

    def _header(self, lines: dict[int, Json], n_splits: int) -> Json | None:
        """The header of this search's section; None if it has none yet."""
        what, found = f"checkpoint={self.name!r}", None
        headers = {k: line for k, line in lines.items() if MARK in line}
        for header in headers.values():
            check_same_problem(what, header["problem"], self._problem)
            check_same_secret(what, header["hidden"], self._secret)
        for number, header in headers.items():
            if not _same_data(header["data"], self._data):
                continue
            check_same_problem(what, header["data"], self._data)
            try:
                check_header(header, self._data["shape"][0][0], n_splits)
                found = found or header
            except ValueError as error:
                self._note(number, str(error))
        known = {header["section"] for header in headers.values()}
        for number, line in lines.items():
            if line["section"] not in known:
                self._note(number, "the header of its section is not there")
        return found

    def _read(self) -> dict[int, Json]:
        """Lines of the file that are what they were when they were written."""
        text, found = self._text(), {}
        lines = text.split("\n")
        for number, line in enumerate(lines, start=1):
            try:
                record = unseal(line)
                check_line(record)
                found[number] = record
            except ValueError as error:
                if line and number < len(lines):
                    self._note(number, str(error))
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

    def _note(self, number: int, fault: str) -> None:
        self._faults.setdefault(fault.rstrip("."), []).append(number)

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

    def _append(self, records: Sequence[Json]) -> None:
        append_lines(self._path, [seal(record) for record in records])


def check_same_problem(what: str, stored: Json, given: Json) -> None:
    """Refuse to go on with another problem, and name the field that differs."""
    for field in given:
        if stored.get(field) != given[field]:
            raise ValueError(
                f"{what} belongs to another search: its {field} is "
                f"{stored.get(field)!r}, here it is {given[field]!r}."
            )


def check_same_secret(what: str, sealed: str, secret: str) -> None:
    """Refuse to go on with other values of what is not written down."""
    if not same_secret(secret, sealed):
        raise ValueError(
            f"{what} belongs to another search: a value that is not written down, as "
            "the name of its parameter says that it is a secret, is another here."
        )


def _same_data(stored: Json, given: Json) -> bool:
    return all(stored.get(k) == v for k, v in given.items() if k != "folds")


def _section_name(records: Iterable[Json]) -> str:
    """Name that no section has; random, as other processes may open theirs now."""
    taken = {record["section"] for record in records}
    while (name := os.urandom(8).hex()) in taken:
        continue
    return name


def _as_json(value: Json) -> Json:
    """The value as it will be read back."""
    decoded: Json = json.loads(json.dumps(value, allow_nan=False))
    return decoded


def _readable(params: Mapping[str, Any]) -> Json:
    """A configuration for human readers."""
    return {name: _plain(value) for name, value in masked(dict(params)).items()}


def _plain(value: Any) -> Any:
    is_plain = value is None or isinstance(value, str | int | float)
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return value if is_plain and not is_odd else repr(value)[:80]


def _encoded(fit: Mapping[str, Any], params: Mapping[str, Any]) -> Json:
    """Outcome of a fit without what JSON can not hold, and without data in errors."""
    error = fit["fit_error"]
    if error is not None:
        known = {word for name in params for word in (name, name.rpartition("__")[2])}
        error = brief_error(error, known)
    return {name: _encode(value) for name, value in fit.items()} | {"fit_error": error}


def _encode(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _encode(own) for name, own in value.items()}
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else {"float": repr(number)}


def _decoded(fit: Json) -> Json:
    return {name: _decode(value) for name, value in fit.items()}


def _decode(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {"float"}:
        return float(value["float"])
    return {name: _decode(own) for name, own in value.items()}
