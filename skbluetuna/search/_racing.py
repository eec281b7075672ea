"""The race: which candidates are not worth their remaining folds.

Folds are evaluated in one order, drawn once. After each a candidate is compared with
the best one, fold by fold; it is stopped where it is too improbable that the folds that
are left would bring it above. Candidate i is judged by the complete ones that were
imported and those up to i - w, w the window, all of which are told before it is asked.
So nothing here depends on time, on the number of workers, or on when a search was
stopped and taken up again. As nobody is judged by fewer than three, no search ends
without a complete candidate, unless all have failed.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from skbluetuna.history import IMPORTED, Trial, best_first, best_of
from skbluetuna.search._results import Rows

__all__ = ["Race", "Rivals", "can_win", "rivals_of"]

FloatArray = NDArray[np.float64]
MIN_COMPLETE = 3  # candidates before anyone is stopped
MIN_CLOSE = 3  # of which the spread of differences is learned, if there are as many
MIN_DIFFERENT = 2  # from the best one


class Rivals(NamedTuple):
    """What a candidate is judged by."""

    best: FloatArray  # scores of the best one, of shape (k,)
    spread: float  # tau^2: variance over folds of a difference to it


def rivals_of(scores: FloatArray) -> Rivals | None:
    """The best of complete candidates, and how much others differ from it by fold.

    Parameters
    ----------
    scores : ndarray of shape (n, k)
        Their scores on each fold.

    Returns
    -------
    rivals : Rivals or None
        None if they are too few to judge by.
    """
    n, k = scores.shape
    if n < MIN_COMPLETE or k < 2:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        first = best_of(scores.mean(axis=1)) or 0
        differences = scores - scores[first]
        differences = differences[np.any(differences != 0.0, axis=1)]
        n_close = max(MIN_CLOSE, math.ceil(len(differences) / 2))
        close = differences[best_first(differences.mean(axis=1))[:n_close]]
        if len(close) < MIN_DIFFERENT:
            return None
        return Rivals(scores[first], float(close.var(axis=1, ddof=1).mean()))


def can_win(differences: FloatArray, n_left: int, spread: float, level: float) -> bool:
    """Whether a candidate is probable enough to come above the best one.

    Parameters
    ----------
    differences : ndarray of shape (j,)
        Its scores less those of the best one, on the folds so far.
    n_left : int
        Number of folds that are left, at least 1.
    spread : float
        tau^2, as in `Rivals`.
    level : float
        Probability below which it is stopped.
    """
    # The mean of those left is about mean(d), and has to be above -sum(d) / n_left.
    gain = differences.mean() + differences.sum() / n_left
    error = math.sqrt(spread * (1.0 / len(differences) + 1.0 / n_left))
    return bool(level == 0.0 or not gain < ndtri(level) * error)


class Race:
    """Which folds of a candidate are evaluated next, and what is told of a stopped one.

    Parameters
    ----------
    rows : Rows
        What was evaluated.
    level : float or None
        `racing` of the search; None or 0: every fold of every candidate is evaluated.
    window : int
        How many candidates may be open.
    seed : int
        Seed of the search.
    """

    def __init__(self, rows: Rows, level: float | None, window: int, seed: int) -> None:
        self._rows, self._level, self._window = rows, level or 0.0, window
        rng = np.random.default_rng([seed, rows.n_splits])
        self._order: list[int] = rng.permutation(rows.n_splits).tolist()
        self._judges: dict[int, Rivals | None] = {}
        self._scores: dict[int, list[float]] = {}  # of complete candidates

    @property
    def is_on(self) -> bool:
        """Whether candidates may be stopped at all; at level 0 none is."""
        return self._level > 0.0

    def next_folds(self, trial: Trial) -> list[int]:
        """Folds of a trial that are evaluated next; none if it is whole or stopped."""
        missing = self._rows.missing(trial)
        if not missing or self._rivals(trial) is None or self._rows.has_failed(trial):
            return missing
        if self.estimate(trial) is not None:
            return []
        return [fold for fold in self._order if fold in missing][:1]

    def estimate(self, trial: Trial) -> float | None:
        """What is expected of a trial that is stopped; None if it is not."""
        rivals, missing = self._rivals(trial), self._rows.missing(trial)
        if rivals is None or not missing or self._rows.has_failed(trial):
            return None
        scores, best = self._rows.scores(trial), rivals.best
        n_known = next(j for j, fold in enumerate(self._order) if fold in missing)
        known = self._order[:n_known]
        with np.errstate(over="ignore", invalid="ignore"):
            differences = np.array([scores[fold] - best[fold] for fold in known])
            for j in range(1, n_known + 1):
                d, n_left = differences[:j], len(self._order) - j
                value = float(best.mean() + d.mean())
                is_over = not can_win(d, n_left, rivals.spread, self._level)
                if is_over and math.isfinite(value):
                    return value
        return None

    def _rivals(self, trial: Trial) -> Rivals | None:
        """Whom a trial is judged by; None if it is not, or they are not known yet."""
        if not self.is_on or trial.stage == IMPORTED:
            return None
        if not self._rows.history.is_full(trial):  # others were given more
            return None
        if trial.number not in self._judges:
            judges = self._judges_of(trial)
            if any(one.state == "asked" or self._lacks(one) for one in judges):
                return None
            complete = [self._scores_of(t) for t in judges if t.state == "complete"]
            k = self._rows.n_splits
            self._judges[trial.number] = rivals_of(np.array(complete).reshape(-1, k))
        return self._judges[trial.number]

    def _judges_of(self, trial: Trial) -> list[Trial]:
        last = trial.number - self._window
        before = self._rows.history.trials[: trial.number]
        return [one for one in before if one.stage == IMPORTED or one.number <= last]

    def _lacks(self, trial: Trial) -> bool:
        """Whether a fold of a complete trial is not known."""
        return trial.state == "complete" and bool(self._rows.missing(trial))

    def _scores_of(self, trial: Trial) -> list[float]:
        if trial.number not in self._scores:
            known = self._rows.scores(trial)
            self._scores[trial.number] = [known[k] for k in range(self._rows.n_splits)]
        return self._scores[trial.number]
