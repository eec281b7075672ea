"""Evaluations on disk: what was paid for once is never paid for again.

A checkpoint is a text file of JSON lines. A header opens a section: the problem (what
was searched, and how), the data it was searched on, and the seed. Each other line is
one evaluated candidate of a section with the outcome of its fits, or a budget that the
search was given. Lines are only appended, each batch in one write that is on disk
before the search goes on; a line that a crash cut short is skipped. The search itself
is not stored: it is a function of its seed, budgets and scores, so it is asked again
and its evaluations are recalled.
"""

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._ledger import Trial

__all__ = ["Checkpoint", "check_same_problem"]

FORMAT = 1
MARK = "skbluetuna checkpoint"  # key of the format's number in a header

Json = dict[str, Any]


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

    def __init__(self, path: str | os.PathLike[str], problem: Json, data: Json) -> None:
        self.name, self._path = str(path), Path(path)
        self._problem, self._data = _as_json(problem), _as_json(data)
        lines = self._read()
        headers = [line for line in lines if line.get(MARK) == FORMAT]
        what = f"checkpoint={self.name!r}"
        for header in headers:
            check_same_problem(what, header.get("problem", {}), self._problem)
        mine = [h for h in headers if _same_data(h.get("data", {}), self._data)]
        for header in mine:
            check_same_problem(what, header["data"], self._data)
        self._section = mine[0]["section"] if mine else _section_name(headers)
        self.seed: int | None = mine[0]["seed"] if mine else None
        own = [line for line in lines if line["section"] == self._section]
        self._rows = {line["number"]: line for line in own if "fits" in line}
        self.budgets = [line["n_iter"] for line in own if "n_iter" in line]
        splits = mine[0]["splits"] if mine else None
        self.splits = splits and [tuple(map(np.array, pair)) for pair in splits]

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
                    "fits": [_encoded(fit) for fit in fits[i * k : (i + 1) * k]],
                }
                for i, trial in enumerate(trials)
            ]
        )

    def _read(self) -> list[Json]:
        """Lines of the file; one cut short is skipped."""
        if "\0" in self.name:
            raise ValueError(f"checkpoint must be a path; got {self.name!r}.")
        if self._path.is_dir():
            raise IsADirectoryError(f"checkpoint must be a file; got {self.name!r}.")
        if not self._path.exists():
            if not self._path.parent.is_dir():
                raise FileNotFoundError(
                    f"checkpoint must lie in a folder that exists; got {self.name!r}."
                )
            return []
        found = []
        text = self._path.read_text(encoding="utf-8", errors="replace")
        for line in text.split("\n")[:-1]:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        found = [one for one in found if isinstance(one, dict) and "section" in one]
        beginning = f'{{"{MARK}": {FORMAT},'
        if text[: len(beginning)] != beginning[: len(text)]:
            raise ValueError(
                f"checkpoint must be a new file or one that a search wrote (format "
                f"{FORMAT}); got {self.name!r}."
            )
        return found

    def _append(self, lines: list[Json]) -> None:
        """Append lines in one write, and wait until they are on disk."""
        text = "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines)
        descriptor = os.open(
            self._path,
            os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0),
        )
        try:
            size = os.fstat(descriptor).st_size
            if size:
                os.lseek(descriptor, size - 1, os.SEEK_SET)
                if os.read(descriptor, 1) != b"\n":
                    # A crash cut the last line short, or another process is writing.
                    text = "\n" + text
            remaining = memoryview(text.encode())
            while remaining:
                remaining = remaining[os.write(descriptor, remaining) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def check_same_problem(what: str, stored: Json, given: Json) -> None:
    """Refuse to go on with another problem, and name the field that differs."""
    for field in given:
        if stored.get(field) != given[field]:
            raise ValueError(
                f"{what} belongs to another search: its {field} is "
                f"{stored.get(field)!r}, here it is {given[field]!r}."
            )


def _same_data(stored: Json, given: Json) -> bool:
    return all(stored.get(k) == v for k, v in given.items() if k != "folds")


def _section_name(headers: Sequence[Json]) -> str:
    """Name that no section has; random, as other processes may open theirs now."""
    taken = {header["section"] for header in headers}
    while (name := os.urandom(8).hex()) in taken:
        continue
    return name


def _as_json(value: Json) -> Json:
    """The value as it will be read back."""
    decoded: Json = json.loads(json.dumps(value, allow_nan=False))
    return decoded


def _readable(params: Mapping[str, Any]) -> Json:
    """A configuration for human readers."""
    return {name: _plain(value) for name, value in params.items()}


def _plain(value: Any) -> Any:
    is_plain = value is None or isinstance(value, str | int | float)
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return value if is_plain and not is_odd else repr(value)[:80]


def _encoded(fit: Mapping[str, Any]) -> Json:
    """Outcome of a fit without what JSON can not hold."""
    return {name: _encode(value) for name, value in fit.items()}


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
