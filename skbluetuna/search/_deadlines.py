"""How long candidates may take: the folds of each share ``candidate_timeout``."""

import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from skbluetuna.search._evaluator import FoldOf, Outcome
from skbluetuna.search._workers import Workers

__all__ = ["Deadlines"]

# Seconds after which an alarm that rang is not heeded: where the beginning of the fit
# is known, and where only that it was sent is known.
GRACE, GRACE_AFAR = 1.0, 30.0
LOOK = 0.25  # seconds between two looks

Key = tuple[int, int]


class Deadlines:
    """Time that candidates have spent, and which folds are over it.

    Parameters
    ----------
    seconds : float or None
        What all fits and scorings of a candidate may take together; None: no limit.
    workers : Workers
        Where they run.
    """

    def __init__(self, seconds: float | None, workers: Workers) -> None:
        self._seconds, self._workers = seconds, workers
        self._spent: dict[int, float] = {}
        self._sent: dict[Key, tuple[float, float]] = {}  # when, and with what limit
        self._given_up: set[Key] = set()  # which still hold a worker
        self._folder: str | None = None
        self._n_marks, self._looked = 0, 0.0
        self._marks: dict[Key, Path] = {}

    @property
    def are_set(self) -> bool:
        """Whether there is a limit."""
        return self._seconds is not None

    @property
    def reason(self) -> str:
        """What is said of a candidate that is over its time."""
        return f"it took longer than candidate_timeout={self._seconds:g} seconds"

    @property
    def has_room(self) -> bool:
        """Whether a fold that is sent now begins now, as far as is known."""
        return self._seconds is None or self._workers.n_open < self._workers.n_jobs

    def begin(self, number: int, spent: float) -> None:
        """Note what a trial has spent before its first fold is sent."""
        if self._seconds is not None:
            self._spent[number] = spent

    def limit(self, one: FoldOf) -> tuple[float, str | None] | None:
        """Seconds that a fold may take from now on, and where it says that it began."""
        if self._seconds is None:
            return None
        left = max(1e-3, self._seconds - self._spent[one.trial.number])
        self._sent[one.key] = time.time(), left
        if not self._workers.are_processes or not self._workers.are_of_this_machine:
            return left, None
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="skbluetuna-")
        self._n_marks += 1
        self._marks[one.key] = Path(self._folder) / str(self._n_marks)
        return left, str(self._marks[one.key])

    def has_run_out(self, one: FoldOf, outcome: Outcome) -> bool:
        """Whether a candidate has no time left, now that this fold is done."""
        if self._seconds is None:
            return False
        self._spent[one.trial.number] += outcome["fit_time"] + outcome["score_time"]
        return self._spent[one.trial.number] > self._seconds

    def soonest(self, timeout: float | None) -> float | None:
        """How long to wait until the next look at what is overdue."""
        if self._seconds is None or self._workers.are_here:
            return timeout
        return LOOK if timeout is None else min(LOOK, timeout)

    def overdue(self, sent: Mapping[Key, Any]) -> list[Key]:
        """Folds that do not heed their alarm, also those given up."""
        if self._seconds is None or time.time() < self._looked + LOOK:
            return []
        self._looked = time.time()
        return [key for key in sent if time.time() > self._end(key)]

    def give_up(self, folds: Iterable[FoldOf]) -> None:
        """Expect nothing of folds any more; they may still hold a worker."""
        self._given_up |= {one.key for one in folds}

    def is_given_up(self, one: FoldOf) -> bool:
        """Whether nothing is expected of a fold."""
        return one.key in self._given_up

    def forget(self) -> None:
        """Forget what was sent: there are new workers."""
        self._sent.clear()
        self._marks.clear()

    def close(self) -> None:
        """Remove the files by which folds said that they began."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _end(self, key: Key) -> float:
        """When a fold should have ended."""
        sent, left = self._sent[key]
        if key not in self._marks:
            return sent + left + GRACE_AFAR
        try:
            return self._marks[key].stat().st_mtime + left + GRACE
        except FileNotFoundError:  # it has not begun
            return float("inf")
