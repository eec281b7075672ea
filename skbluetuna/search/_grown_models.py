"""Models that may grow, between two rungs: files in a folder of the fit's own.

Workers write and read them; here it is known whose they are. They go when their
candidate has a fit with more, when there is no room, and with the end of the fit. What
is not there any more is fitted anew, with the same scores.
"""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from skbluetuna.history import Trial, best_first
from skbluetuna.objectives import FitTime, ModelSize
from skbluetuna.search._growing import FitGrown, Growing
from skbluetuna.search._resource import ROWS, Resource
from skbluetuna.search._sklearn import scorers_of
from skbluetuna.space import is_alike

__all__ = ["GrownModels"]

MOST_BYTES = 2**31  # of all files
SHARE = 0.1  # of what is free on the disk, if that is less

Configuration = tuple[int, tuple[float, ...]]  # alternative and unit point


class ModelFile(NamedTuple):
    """The file of one fold's model."""

    trial: Trial
    path: Path
    n_bytes: int


class GrownModels:
    """Models of lower rungs; a context, at whose end they are gone.

    Parameters
    ----------
    resource : Resource or None
        What evaluations may spend.
    scores : callable
        From a trial the scores of its folds, larger is better; where there is no room
        the worst candidate goes.
    scorer : callable
        The scorer, or the scorers, of the search. Where the fit or the model itself is
        scored, by its time or size, nothing goes on: these would be others.

    Attributes
    ----------
    n_continued : int
        How many fits have gone on from one with less.
    """

    def __init__(
        self,
        resource: Resource | None,
        scores: Callable[[Trial], Mapping[int, float]],
        scorer: Any,
    ) -> None:
        scorers = (scorers_of(scorer) or {"score": scorer}).values()
        is_of_cost = any(isinstance(one, FitTime | ModelSize) for one in scorers)
        is_on = resource is not None and resource.name != ROWS and not is_of_cost
        self._resource = resource if is_on else None
        self._scores = scores
        self._folder: TemporaryDirectory[str] | None = None
        self._files: dict[Configuration, dict[int, ModelFile]] = {}
        self._most = self._n_bytes = self.n_continued = 0

    def __enter__(self) -> "GrownModels":
        if self._resource is not None:
            self._folder = TemporaryDirectory(
                prefix="skbluetuna-", ignore_cleanup_errors=True
            )
            free = shutil.disk_usage(self._folder.name).free
            self._most = min(MOST_BYTES, int(SHARE * free))
        return self

    def __exit__(self, *error: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def growing(self, trial: Trial, fold: int) -> Growing | None:
        """From what the fit of a fold goes on, and what it leaves; None for nothing."""
        if self._resource is None or self._folder is None:
            return None
        file = self._files.get(_key(trial), {}).get(fold)
        source = None
        if file is not None and is_alike(file.trial.params, trial.params):
            source = str(file.path)
        is_full = self._resource.ladder.is_full(trial.resource)
        target = None if is_full else str(self._path(trial, fold))
        if source is None and target is None:
            return None
        name = self._resource.name
        return Growing(name, source, target, self._most)

    def take(self, trial: Trial, fold: int, found: FitGrown | None) -> None:
        """Take what came of a fold that is on record; None if it could not grow."""
        if self._resource is None:
            return
        self._drop(_key(trial), fold)
        if found is None:
            return
        self.n_continued += found.is_continued
        if found.n_bytes:
            file = ModelFile(trial, self._path(trial, fold), found.n_bytes)
            self._files.setdefault(_key(trial), {})[fold] = file
            self._n_bytes += found.n_bytes
        while self._n_bytes > self._most:
            self._drop_worst()

    def _path(self, trial: Trial, fold: int) -> Path:
        folder = "" if self._folder is None else self._folder.name
        return Path(folder, f"{trial.number}-{fold}.pickle")

    def _drop_worst(self) -> None:
        """Drop the models of the candidate that is the least likely to go on."""
        keys = list(self._files)
        trials = [next(iter(own.values())).trial for own in self._files.values()]
        means = [np.mean(list(self._scores(trial).values())) for trial in trials]
        ranked = best_first(means).tolist()  # without those that have no score
        worst = next((i for i in range(len(keys)) if i not in ranked), ranked[-1])
        for fold in list(self._files[keys[worst]]):
            self._drop(keys[worst], fold)

    def _drop(self, key: Configuration, fold: int) -> None:
        """Drop the model of a fold, if there is one."""
        own = self._files.get(key, {})
        file = own.pop(fold, None)
        if not own:
            self._files.pop(key, None)
        if file is not None:
            self._n_bytes -= file.n_bytes
            with suppress(OSError):  # a worker may read it
                file.path.unlink()


def _key(trial: Trial) -> Configuration:
    return trial.alternative, trial.unit
