"""The file of past searches."""

import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from skbluetuna._utils._files import append_lines, read_file
from skbluetuna.exceptions import HistoryWarning
from skbluetuna.history import Trial
from skbluetuna.past._record import (
    MARK_OF_RECORD,
    Record,
    line_of,
    record_of,
    record_of_line,
)
from skbluetuna.space import Space

__all__ = ["HistoryStore", "Notebook"]

MOST_NAMED = 20  # damaged lines


class HistoryStore:
    """A file of past searches, from which new ones start.

    Each finished or stopped search appends one line: versions, the estimator's class
    (and those of a pipeline's steps), the space, the scorer, numbers of rows, columns
    and classes, configurations, scores and their spread. No data, no pickles, no value
    whose name says that it is a secret. A line is written whole or not at all, and
    several processes may write.

    Parameters
    ----------
    path : path-like
        The file; made when the first search ends.

    Raises
    ------
    TypeError, ValueError
        If `path` is no path.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skbluetuna import BlueTuner, HistoryStore
    >>> with TemporaryDirectory() as folder:
    ...     store = HistoryStore(Path(folder) / "searches.jsonl")
    ...     tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, history=store)
    ...     for _ in range(5):
    ...         (trial,) = tuner.ask(1)
    ...         tuner.tell(trial, -trial.params["x"])
    ...     tuner.remember()
    ...     len(store.records())
    1
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(
                f"history must be a path or a HistoryStore; got {path!r}. Write "
                'history="searches.jsonl".'
            )
        self.path = Path(path)
        if "\0" in str(path) or not self.path.name:
            raise ValueError(f"history must be the path of a file; got {str(path)!r}.")

    def __repr__(self) -> str:
        return f"HistoryStore({str(self.path)!r})"

    def records(self) -> list[Record]:
        """Every search on file, in the order in which they ended.

        Of a search that went on, what it had at last.

        Returns
        -------
        records : list of Record
            None if the file is not there. Lines that are damaged are left out, with a
            `HistoryWarning`.

        Raises
        ------
        ValueError
            If the file has no line of a search, but others.
        FileNotFoundError
            If its folder is not there.
        """
        lines = self._lines()
        found: dict[str, Record] = {}
        damaged: list[int] = []
        for number, line in enumerate(lines, start=1):
            try:
                record = record_of_line(line)
            except ValueError:
                damaged.append(number)
                continue
            found.pop(record.identity, None)
            found[record.identity] = record
        if lines and not found and not lines[0].startswith(f'{{"{MARK_OF_RECORD}"'):
            raise ValueError(
                "history must be a new file or one that searches wrote; got "
                f"{str(self.path)!r}, in which no line is of a search."
            )
        if damaged:
            few = ", ".join(map(str, damaged[:MOST_NAMED]))
            more = ", .." if len(damaged) > MOST_NAMED else ""
            warnings.warn(
                f"history={str(self.path)!r}: {len(damaged)} of its lines are damaged "
                f"and left out, line {few}{more}.",
                HistoryWarning,
                stacklevel=2,
            )
        return list(found.values())

    def append(self, record: Record) -> None:
        """Put one search on disk, whole or not at all."""
        append_lines(self.path, [line_of(record)])

    def _lines(self) -> list[str]:
        """Lines of the file, without the last one if it was never completed."""
        if self.path.exists():
            lines = read_file(self.path, "history").split("\n")
            return [line for line in lines[:-1] if line] or [x for x in lines if x]
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                f"history must lie in a folder that exists; got {str(self.path)!r}."
            )
        return []


class Notebook(NamedTuple):
    """A store, and what the search is of that reads it and writes into it.

    Parameters
    ----------
    store : HistoryStore
        The store.
    classes : tuple of k tuples of str
        Of each alternative the classes, see `class_names`; nothing for a tuner.
    scorer : str
        How it scores.
    shape : tuple of int or None
        Rows, columns and classes of its data.
    """

    store: HistoryStore
    classes: tuple[tuple[str, ...], ...] = ()
    scorer: str = ""
    shape: tuple[int | None, ...] = ()

    def classes_of(self, k: int) -> tuple[str, ...]:
        """Classes of an alternative."""
        return self.classes[k] if self.classes else ()

    def write(
        self,
        spaces: Sequence[Space],
        trials: Sequence[Trial],
        seed: int,
        spread: Callable[[Trial], float | None] = lambda trial: None,  # noqa: ARG005
    ) -> bool:
        """Append what a search has found; whether it had a score."""
        record: Any = record_of(
            spaces,
            trials,
            classes=[self.classes_of(k) for k in range(len(spaces))],
            scorer=self.scorer,
            shape=self.shape,
            seed=seed,
            spread=spread,
        )
        if record is not None:
            self.store.append(record)
        return record is not None
