"""The loop of one fit: ask, evaluate, record, release, until something ends it.

Everything here happens in the main process. The tuner decides what is evaluated, the
engine evaluates it, fold by fold and many at a time. What comes back is on record at
once. It is released to the tuner in the order of asking, as the window says.
"""

import logging
import math
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.exceptions import FitFailedWarning

from skbluetuna._tuner import BlueTuner
from skbluetuna.history import IMPORTED, Reported, Stopped, Trial
from skbluetuna.search._callbacks import Callbacks
from skbluetuna.search._clock import Clock
from skbluetuna.search._early_steps import EarlySteps
from skbluetuna.search._engine import Engine
from skbluetuna.search._evaluator import Evaluator, FoldOf, Outcome
from skbluetuna.search._executor_failures import ExecutorLostError
from skbluetuna.search._growing import GROWN
from skbluetuna.search._grown_models import GrownModels
from skbluetuna.search._past import Past
from skbluetuna.search._predicting import PREDICTIONS
from skbluetuna.search._predictions import Predictions
from skbluetuna.search._progress_log import ProgressLog
from skbluetuna.search._results import NOT_FINITE, Rows
from skbluetuna.search._scoring import (
    fill_fit_times,
    metric_name,
    note_reasons,
    score_of,
)
from skbluetuna.search._window import ask_up_to
from skbluetuna.search._workers import Workers

__all__ = ["Loop", "quiet_failures"]

logger = logging.getLogger("skbluetuna")

FIRST = ("initial", "scan", "grid")  # stages that are never cut short
MIN_TO_GIVE_UP = 5  # evaluations
WORTH_A_WRITE = 0.1  # seconds of fits; a write takes some milliseconds


class Loop:
    """One fit, from the first ask to the last tell.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    tuner : BlueTuner
        What it asks.
    rows : Rows
        What was evaluated.
    evaluator : Evaluator
        Makes the tasks.
    callbacks : Callbacks
        Who is told.
    past : Past
        Where evaluations are kept.
    log : ProgressLog
        Where it says how far it has come.
    predictions : Predictions
        Where out-of-fold predictions are kept.
    grown : GrownModels
        Models that fits go on from.
    early : EarlySteps
        Which folds have earlier steps of a pipeline in common.
    """

    def __init__(
        self,
        search: Any,
        tuner: BlueTuner,
        rows: Rows,
        evaluator: Evaluator,
        callbacks: Callbacks,
        past: Past,
        log: ProgressLog,
        predictions: Predictions,
        grown: GrownModels,
        early: EarlySteps,
    ) -> None:
        self._search, self._tuner, self._rows = search, tuner, rows
        self._callbacks, self._past, self._log = callbacks, past, log
        self._predictions, self._grown, self._early = predictions, grown, early
        self._n_again = 0  # folds that the engine has for their predictions alone
        self._race = past.race(rows, tuner)
        self._clock = Clock(search.max_time)
        self._engine = Engine(
            search,
            evaluator,
            Workers(search.n_jobs, search.pre_dispatch),
            context=self._context,
            renewed=callbacks.stay_here,
            has_time=lambda: not self._clock.is_up,
        )
        self._causes: dict[int, str | None] = {}  # of each trial: why it has no score
        self._n_open: Counter[int] = Counter()  # folds that the engine has, by trial
        self._stop_asked = self._has_fit = False
        self._at_risk = 0.0  # seconds of fits that are not on disk yet

    def run(self) -> str:
        """Search; return the reason why it ended.

        Returns
        -------
        reason : str
            As in ``BlueTunaSearchCV.stop_reason_``.
        """
        reason = ""
        try:
            with self._engine:
                reason = self._run()
        except KeyboardInterrupt:
            self._conclude()
            if not self._has_score:
                raise
            logger.warning("interrupted: %d evaluations are kept", len(self._causes))
            reason = "interrupted"
        except ExecutorLostError as error:
            self._conclude()
            if not self._has_score:
                raise error.__cause__ or error from None
            logger.warning(
                "the executor failed for good (%s): %d evaluations are kept",
                error, len(self._causes),
            )  # fmt: skip
            reason = "max_time" if self._clock.is_up else "executor"
        finally:
            # By this rule a search ends after the same evaluations wherever it runs.
            if reason != "regret":
                self._conclude()
        self._log.end(
            reason,
            *self._rows.saved,
            n_continued=self._grown.n_continued,
            n_cached=self._early.n_cached,
        )
        return reason

    def _run(self) -> str:
        self._recall()
        self._predict_again()
        while True:
            reason = self._reason_to_stop()
            if reason is None:
                ask_up_to(self._tuner, self._past.window, is_race=self._race.is_on)
                trials = self._to_evaluate()
                reason = self._release(trials) if trials else "exhausted"
            if reason is not None:
                self._check_any_score()
                return reason

    def _recall(self) -> None:
        """Tell log and callbacks of the evaluations of earlier fits.

        Of imported ones whose folds are not all on file the others are evaluated.
        """
        recalled = self._rows.trials
        for trial in recalled:
            self._note_cause(trial)
            self._callbacks.begin(trial)
            for fold in range(self._search.n_splits_):
                self._callbacks.fold_ends(trial, fold)
            self._stop_asked |= self._callbacks.end(trial)
        if recalled:
            self._callbacks.report(self._rows.cv_results)
        imported = [t for t in self._tuner.trials if t.stage == IMPORTED]
        lacking = [trial for trial in imported if self._rows.missing(trial)]
        self._begin(lacking)
        for trial in lacking:
            while self._rows.missing(trial):
                if self._causes and self._clock.is_up:
                    return
                self._receive(self._clock.left if self._causes else None)
            self._end(trial)

    def _predict_again(self) -> None:
        """Make predictions that an earlier fit has not left, by the folds it had.

        Imported trials come last, as their other folds are evaluated before.
        """
        lacking = self._predictions.lacking()
        for trial, folds in lacking:
            self._engine.add([FoldOf(trial, fold) for fold in folds], 0.0)
            self._n_again += len(folds)
        if lacking:
            logger.info(
                "%d folds are evaluated again, for their predictions", self._n_again
            )
        while self._n_again and not (self._causes and self._clock.is_up):
            self._receive(self._clock.left if self._causes else None)

    def _context(self, trial: Trial, fold: int) -> Any:
        """Where callbacks are told of a fold; they know one that is known."""
        if fold in self._tuner.history.parts(trial.number):
            return None
        return self._callbacks.context(trial, fold)

    def _to_evaluate(self) -> Sequence[Trial]:
        """Open trials that are evaluated, in the order of their numbers.

        Where the budget is less than in an earlier fit these are not all.
        """
        trials, n_iter = self._tuner.pending, self._search.n_iter
        if n_iter is None:
            return trials
        return trials[: max(0, self._tuner.history.n_within(n_iter) - self._n_told)]

    def _release(self, trials: Sequence[Trial]) -> str | None:
        """Evaluate trials, and tell the score of the first one.

        Returns
        -------
        reason : str or None
            Why the search ends before that.
        """
        first = trials[0]
        if first.stage not in FIRST:
            self._check_any_score()
        # Only of these all are told by whom they are judged, whatever a file has lost.
        last = first.number + self._past.window if self._race.is_on else math.inf
        self._begin(
            [t for t in trials if t.number not in self._n_open and t.number < last]
        )
        while self._race.next_folds(first):
            if self._causes and self._clock.is_up:
                return "max_time"
            self._receive(self._clock.left if self._causes else None)
        self._end(first)
        return None

    def _begin(self, trials: Sequence[Trial]) -> None:
        """Hand trials to the engine."""
        for trial in trials:
            self._log.begins(trial, is_known=not self._race.next_folds(trial))
            self._callbacks.begin(trial)
            for fold in self._tuner.history.parts(trial.number):
                self._callbacks.fold_ends(trial, fold)
            self._n_open[trial.number] = 0
            self._hand_over(trial)

    def _hand_over(self, trial: Trial) -> None:
        """Give the engine the next folds of a trial, of which it has none."""
        folds = [FoldOf(trial, fold) for fold in self._race.next_folds(trial)]
        self._n_open[trial.number] += len(folds)
        self._engine.add(folds, self._seconds(trial))

    def _receive(self, timeout: float | None) -> None:
        """Put on record what the engine gives back."""
        with self._log.waiting():
            results = self._engine.receive(timeout)
        for trial, fold, outcome in results:
            predictions = outcome.pop(PREDICTIONS, None)
            grown = outcome.pop(GROWN, None)
            if fold in self._tuner.history.parts(trial.number):
                self._n_again -= 1
            else:
                self._report(trial, fold, outcome)
                self._grown.take(trial, fold, grown)
                self._early.take(trial, fold, outcome["fit_error"])
            self._predictions.take(trial, fold, predictions)
        if self._at_risk > WORTH_A_WRITE:
            self._save()

    def _report(self, trial: Trial, fold: int, outcome: Outcome) -> None:
        note_reasons([outcome])
        fill_fit_times([outcome])
        self._tuner.history.append(Reported(trial.number, fold, outcome))
        self._callbacks.fold_ends(trial, fold)
        self._at_risk += outcome["fit_time"] + outcome["score_time"]
        self._n_open[trial.number] -= 1
        if not self._n_open[trial.number]:
            self._hand_over(trial)

    def _end(self, trial: Trial) -> None:
        """Tell a trial whose folds are all on record, or that is stopped."""
        self._tell(trial)
        self._save()
        self._predictions.ends(self._tuner.history.trial(trial.number))
        self._predictions.save()
        for fold in self._rows.missing(trial):  # nobody waits for them
            self._callbacks.fold_ends(trial, fold)
        self._stop_asked |= self._callbacks.end(trial)
        self._log.ends(trial)
        self._callbacks.report(self._rows.cv_results)

    def _save(self) -> None:
        self._past.save(self._tuner)
        self._at_risk = 0.0

    @property
    def _n_told(self) -> int:
        history = self._tuner.history
        return history.n_asked - history.n_pending

    def _reason_to_stop(self) -> str | None:
        n_iter = self._search.n_iter
        if n_iter is not None and self._is_spent(n_iter):
            return "n_iter"
        if self._tuner.finished:
            is_grid = any(trial.stage == "grid" for trial in self._tuner.trials)
            return "n_iter" if n_iter is None and not is_grid else "exhausted"
        if self._stop_asked:
            return "callback"
        if self._causes and self._clock.is_up:
            return "max_time"
        if self._search.stopping == "regret" and self._nothing_to_gain():
            return "regret"
        return None

    def _is_spent(self, n_iter: int) -> bool:
        """Whether all is told that a budget pays for."""
        history = self._tuner.history
        n_within = history.n_within(n_iter)
        is_all = history.n_asked == n_within and not history.is_spent(n_iter)
        return self._n_told >= n_within and not is_all

    def _nothing_to_gain(self) -> bool:
        """Whether what may be gained is below the error of the best score.

        The error is the standard error of a cross-validated score with the correction
        for overlapping training parts, sqrt(1/k + test/train) times the standard
        deviation over folds (Nadeau and Bengio 2003), as in Makarova et al. 2022.
        """
        best, k = self._tuner.best, self._search.n_splits_
        if best is None or k < 2:
            return False
        metric = self._rows.metric
        scores = [score_of(one, metric) for one in self._rows.outcomes([best])]
        error = math.sqrt(1.0 / k + 1.0 / (k - 1)) * float(np.std(scores, ddof=1))
        return self._tuner.regret_bound() < error

    def _conclude(self) -> None:
        """Keep the past as it is, and tell whatever else is whole.

        A fit that goes on tells that in its turn; this one shows it.
        """
        self._past.close(self._tuner)
        for trial in self._tuner.pending:
            if not self._race.next_folds(trial):
                self._tell(trial)

    def _tell(self, trial: Trial) -> None:
        """Tell the score of a trial."""
        before = self._tuner.best
        self._note_cause(trial)
        if trial.stage == IMPORTED:
            return
        history, seconds = self._tuner.history, self._seconds(trial)
        estimate = self._race.estimate(trial)
        if estimate is not None:
            history.append(Stopped(trial.number, (estimate,), seconds))
            return
        values = self._rows.values(trial) if self._has_fit else [math.nan]
        history.tell(trial.number, values, seconds, self._causes[trial.number])
        if self._tuner.best != before:
            self._log.improved(self._tuner.best)

    def _seconds(self, trial: Trial) -> float:
        """What the folds of a trial took, as far as they are known."""
        known = self._rows.outcomes([trial])
        return float(sum(one["fit_time"] + one["score_time"] for one in known))

    def _note_cause(self, trial: Trial) -> None:
        """Find out why a trial has no score, and say so of the first."""
        outcomes = self._rows.outcomes([trial])
        self._has_fit |= any(one["fit_error"] is None for one in outcomes)
        cause = self._rows.cause(trial)
        is_new = trial.number not in self._causes
        self._causes[trial.number] = cause
        if cause is not None and is_new:
            self._log.failed(trial.number, cause)

    @property
    def _has_score(self) -> bool:
        return None in self._causes.values()

    def _check_any_score(self) -> None:
        """Stop the search where many were evaluated and none has a score."""
        if self._has_score or len(self._causes) < MIN_TO_GIVE_UP:
            return
        name = metric_name(self._search.scoring, self._search.refit, self._rows.metric)
        first = next(iter(self._causes.values()))
        raise ValueError(
            f"none of the first {len(self._causes)} candidates has a finite score by "
            f"{name}, so the search has nothing to go by. What the first one says: "
            f"{first}\nAll are kept in cv_results_. Set "
            'error_score="raise" to see where it fails.'
        )


@contextmanager
def quiet_failures() -> Iterator[None]:
    """Hold back scikit-learn's warnings of each fold; the search warns once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitFailedWarning)
        warnings.filterwarnings("ignore", NOT_FINITE)
        yield
