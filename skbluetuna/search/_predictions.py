"""Out-of-fold predictions of the best candidates so far.

They come with the outcomes of folds and are kept beside the list of events, which says
whose they are. Those of a candidate whose folds are all there stay while it is among
the k best; so at most k candidates and those in flight are in memory. What an earlier
fit has not left is made again, by the folds that are known.
"""

import logging
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna.exceptions import CheckpointWarning
from skbluetuna.history import Trial, best_first
from skbluetuna.search._checkpoint import point_of
from skbluetuna.search._ensembling import refits_ensemble
from skbluetuna.search._predicting import (
    METHODS,
    FoldPredictions,
    Predictor,
    Values,
)
from skbluetuna.search._predictions_file import OutOfFold, PredictionsFile
from skbluetuna.search._results import Rows

__all__ = ["Predictions", "Published", "n_predictions"]

logger = logging.getLogger("skbluetuna")

USUAL = 25  # candidates, by "auto"
MOST_BYTES = 2**28  # by "auto", of all candidates that are kept
SHARE = 0.05  # of the time that writing may take

Layout = tuple[
    int, int
]  # place of the method among METHODS; columns, 0 if there are none


def n_predictions(search: Any) -> int | Literal["auto"]:
    """How many candidates a search keeps predictions of."""
    wanted: int | Literal["auto"] = search.keep_predictions
    return "auto" if wanted == 0 and refits_ensemble(search) else wanted


class Published(NamedTuple):
    """What a fitted search has."""

    kept: OutOfFold | None  # the best first; None if no candidate has any
    rows: NDArray[np.intp]  # theirs in cv_results_
    reason: str = ""  # why there are none
    classes: Any = None  # an array, of several outputs a list; None if there are none


class Predictions:
    """Predictions of each fold, as they come; of the k best candidates, as they are.

    Parameters
    ----------
    rows : Rows
        What was evaluated.
    n_kept : int or "auto"
        How many candidates, k.
    splits : list of (train, test)
        The folds.
    n_rows : int
        Number of rows of the data.
    predictor : Predictor
        What the workers predict by.
    file : PredictionsFile or None, default=None
        Where they are on disk.
    is_cut_short : bool, default=False
        Whether the search may end before all that was evaluated is told, and not
        count it.

    Attributes
    ----------
    predictor : Predictor or None
        As given; None if nothing is kept.
    """

    def __init__(
        self,
        rows: Rows,
        n_kept: int | Literal["auto"],
        splits: Sequence[Any],
        n_rows: int,
        predictor: Predictor,
        *,
        file: PredictionsFile | None = None,
        is_cut_short: bool = False,
    ) -> None:
        self._rows, self._wanted, self._n_rows = rows, n_kept, n_rows
        self._is_cut_short = is_cut_short
        self.predictor = predictor if n_kept else None
        self._file = file if n_kept else None
        self._tests = [np.arange(n_rows)[np.asarray(test)] for _, test in splits]
        self._parts: dict[int, dict[int, tuple[str, Values]]] = {}
        self._whole: dict[int, Values] = {}
        self._layouts: dict[int, Layout] = {}  # of the same candidates
        self._scores: dict[int, float] = {}
        self._without: dict[int, str] = {}  # candidates that have none, and why
        self._is_changed, self._next_write = False, 0.0

    # --- what comes -------------------------------------------------------------------

    def take(self, trial: Trial, fold: int, found: FoldPredictions | None) -> None:
        """Take what came of a fold that is on record; None if its fit failed."""
        number = trial.number
        if self.predictor is None or number in self._without:
            return
        if not self._rows.history.is_full(trial):  # which has no score
            return
        if found is None or found.reason:
            self._leave_out(number, "its fit failed" if found is None else found.reason)
            return
        method, values, _ = found
        if values.ndim not in (1, 2) or len(values) != len(self._tests[fold]):
            self._leave_out(number, f"{method} gives an array of shape {values.shape}")
            return
        parts = self._parts.setdefault(number, {})
        parts[fold] = method, values
        if len(parts) == self._rows.n_splits:
            del self._parts[number]
            self._join(number, parts)

    def _join(self, number: int, parts: Mapping[int, tuple[str, Values]]) -> None:
        """Put the folds of a candidate together."""
        if len({(method, values.shape[1:]) for method, values in parts.values()}) > 1:
            self._leave_out(number, "its folds have predictions of different layouts")
            return
        method, _ = parts[0]
        values = [parts[fold][1] for fold in range(len(parts))]
        self._add(number, method, _joined(values, self._tests, self._n_rows))
        self._drop_worse()

    def _add(self, number: int, method: str, values: Values) -> None:
        self._whole[number] = values
        n_columns = values.shape[1] if values.ndim > 1 else 0
        self._layouts[number] = METHODS.index(method), n_columns
        self._is_changed = True

    def _leave_out(self, number: int, reason: str) -> None:
        self._without[number] = reason
        self._drop(number)
        self._is_changed = True

    def _drop(self, number: int) -> None:
        self._parts.pop(number, None)
        self._layouts.pop(number, None)
        self._is_changed |= self._whole.pop(number, None) is not None

    def ends(self, trial: Trial) -> None:
        """Hear that a trial was told."""
        if trial.state != "complete":
            self._drop(trial.number)
        self._drop_worse()

    def _drop_worse(self) -> None:
        """Drop what is not of the k best, or can not be averaged with the others."""
        counted = [n for n in self._whole if self._counts(self._trial(n))]
        best = self._best(counted)
        if not best:
            return
        layout = min(self._layouts[number] for number in best)
        for number in best:
            if self._layouts[number] != layout:
                what = METHODS[layout[0]]
                self._leave_out(number, f"others have {what}, or other columns of it")
        best = [number for number in best if number in self._whole]
        for number in set(counted) - set(best[: self._most(layout)]):
            self._drop(number)

    def _counts(self, trial: Trial) -> bool:
        """Whether it is known that a candidate will be one of the search.

        Of those that will, no more than k need be kept, told or not.
        """
        return trial.state == "complete" or not self._is_cut_short

    def _best(self, numbers: Iterable[int]) -> list[int]:
        """Those with a finite score, the best first; of all their folds are known."""
        inside = sorted(numbers)
        for number in inside:
            if number not in self._scores:
                self._scores[number] = self._rows.score(self._trial(number))
        scores = [self._scores[number] for number in inside]
        return [inside[place] for place in best_first(scores)]

    def _most(self, layout: Layout | None) -> int:
        """How many candidates are kept, k."""
        if self._wanted != "auto":
            return self._wanted
        n_bytes = 4 * self._n_rows * max(1, layout[1] if layout else 1)
        return int(min(USUAL, max(1, MOST_BYTES // n_bytes)))

    def _trial(self, number: int) -> Trial:
        return self._rows.history.trial(number)

    # --- what an earlier fit has left -------------------------------------------------

    def recall(self, last: OutOfFold | None) -> None:
        """Take what the last fit has in memory, and what is on file."""
        if self.predictor is None:
            return
        stored = None if self._file is None else self._file.read(self._n_rows)
        for past in (last, stored):
            if past is None:
                continue
            for number, point, values in zip(*past[:2], past.values, strict=True):
                if number not in self._whole and self._is_known(number, point):
                    self._add(int(number), past.method, values.copy())
            for number, point in zip(past.without, past.points_without, strict=True):
                if self._is_known(number, point):
                    self._without[int(number)] = "an earlier fit found none of use"
        self._drop_worse()
        self._is_changed = False

    def _is_known(self, number: int, point: str) -> bool:
        """Whether this is a trial of this search, whose folds are all known."""
        history = self._rows.history
        if not 0 <= number < len(history):
            return False
        trial = history.trial(int(number))
        return point_of(trial) == point and not self._rows.missing(trial)

    def lacking(self) -> list[tuple[Trial, list[int]]]:
        """Folds that are known while their predictions are not, by candidate.

        Those of the k best so far, and of candidates that are open.
        """
        if self.predictor is None:
            return []
        ended = [t.number for t in self._rows.trials if t.state == "complete"]
        best = self._best(n for n in ended if n not in self._without)
        layout = min(self._layouts.values(), default=None)
        numbers = best[: self._most(layout)]
        history = self._rows.history
        numbers += [t.number for t in history.pending if history.is_full(t)]
        found = []
        for number in numbers:
            if number not in self._whole and not self._has_failed_fit(number):
                known = history.parts(number).keys()
                folds = sorted(known - self._parts.get(number, {}).keys())
                found += [(self._trial(number), folds)] if folds else []
        return found

    def _has_failed_fit(self, number: int) -> bool:
        outcomes = self._rows.outcomes([self._trial(number)])
        return any(one["fit_error"] is not None for one in outcomes)

    # --- what leaves ------------------------------------------------------------------

    def save(self, *, is_last: bool = False) -> None:
        """Write them to disk if they have changed, not too often unless it is the last.

        What is not on disk when a search is killed is made again.
        """
        if self._file is None or not self._is_changed:
            return
        start = time.monotonic()
        if not is_last and start < self._next_write:
            return
        try:
            self._file.write(self._out_of_fold(self._ranked()))
        except OSError as error:  # it is no reason to end a search
            self._file = None
            warnings.warn(
                f"predictions can not be written any more ({error}); they are in "
                "memory alone.",
                CheckpointWarning,
                stacklevel=2,
            )
        self._next_write = start + (time.monotonic() - start) / SHARE
        self._is_changed = False

    def _ranked(self) -> list[int]:
        """Candidates that are told and kept, the best first."""
        return self._best(n for n in self._whole if self._trial(n).state == "complete")

    def _out_of_fold(self, numbers: Sequence[int]) -> OutOfFold:
        method = METHODS[self._layouts[numbers[0]][0]] if numbers else METHODS[-1]
        values = [self._whole[number] for number in numbers]
        return OutOfFold(
            np.array(numbers, dtype=np.intp),
            [point_of(self._trial(number)) for number in numbers],
            method,
            np.stack(values) if values else np.empty((0, self._n_rows), np.float32),
            np.array(sorted(self._without), dtype=np.intp),
            [point_of(self._trial(number)) for number in sorted(self._without)],
        )

    def publish(self) -> Published | None:
        """What a fitted search has; None if nothing was to be kept."""
        if self.predictor is None:
            return None
        for trial in self._rows.trials:
            if trial.state != "complete":
                self._drop(trial.number)
        self._drop_worse()
        self.save(is_last=True)
        numbers = self._ranked()
        if not numbers:
            reason = next(iter(self._without.values()), "none is complete")
            return Published(None, np.empty(0, np.intp), reason)
        places = {trial.number: i for i, trial in enumerate(self._rows.trials)}
        index = np.array([places[number] for number in numbers], dtype=np.intp)
        return Published(self._out_of_fold(numbers), index)

    def warn(self) -> None:
        """Say how many of the best candidates are left out, and why."""
        if self.predictor is None:
            return
        ended = [t.number for t in self._rows.trials if t.state == "complete"]
        best, kept = self._best(ended), self._ranked()
        is_full = bool(kept) and len(kept) == self._most(self._layouts[kept[0]])
        last = best.index(kept[-1]) if is_full else len(best)
        lost = [number for number in best[:last] if number not in kept]
        if lost:
            usual = "the search ended before its folds were evaluated again"
            warnings.warn(
                f"{len(lost)} of the {len(lost) + len(kept)} best candidates have no "
                "predictions and are left out of cv_predictions_. What is said of the "
                f"first: {self._without.get(lost[0], usual)}.",
                UserWarning,
                stacklevel=2,
            )


def _joined(
    values: Sequence[Values], tests: Sequence[NDArray[np.intp]], n_rows: int
) -> Values:
    """Predictions of all rows: NaN where there are none, the mean where several are."""
    columns = values[0].shape[1:]
    counts = np.bincount(np.concatenate(tests), minlength=n_rows)
    if counts.max() == 1:
        found = np.full((n_rows, *columns), np.nan, dtype=np.float32)
        for rows, own in zip(tests, values, strict=True):
            found[rows] = own
        return found
    total = np.zeros((n_rows, *columns))
    for rows, own in zip(tests, values, strict=True):
        np.add.at(total, rows, own)
    with np.errstate(invalid="ignore"):
        total /= counts.reshape(-1, *(1 for _ in columns))
    return total.astype(np.float32)
