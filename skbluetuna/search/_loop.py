"""The loop of one fit: ask, evaluate, record, tell, until something ends it.

Everything here happens in the main process. The tuner decides what is evaluated, the
evaluator evaluates it; the loop keeps every outcome before it asks again.
"""

import logging
import math
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.exceptions import FitFailedWarning

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._hidden import masked
from skbluetuna.history import IMPORTED, Reported, Trial
from skbluetuna.search._callbacks import Callbacks
from skbluetuna.search._clock import Clock
from skbluetuna.search._evaluator import Evaluator, FoldOf, Outcome
from skbluetuna.search._past import Past
from skbluetuna.search._progress_log import ProgressLog
from skbluetuna.search._results import Rows
from skbluetuna.search._retries import ExecutorLostError, Retries, is_death
from skbluetuna.search._scoring import cause_of, metric_name, note_reasons, score_of

__all__ = ["Loop", "quiet_failures"]

logger = logging.getLogger("skbluetuna")

FIRST = ("initial", "scan", "grid")  # stages that are never cut short
MIN_TO_GIVE_UP = 5  # evaluations


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
        Who evaluates.
    callbacks : Callbacks
        Who is told.
    past : Past
        Where evaluations are kept.
    log : ProgressLog
        Where it says how far it has come.
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
    ) -> None:
        self._search, self._tuner, self._rows = search, tuner, rows
        self._evaluator, self._callbacks = evaluator, callbacks
        self._past, self._log = past, log
        self._clock = Clock(search.max_time)
        self._retries = Retries(
            search.n_retries, self._renew_workers, self._has_time, evaluator.probe
        )
        self._causes: dict[int, str | None] = {}  # of each trial: why it has no score
        self._stop_asked = self._has_fit = False

    def run(self) -> str:
        """Search; return the reason why it ended.

        Returns
        -------
        reason : str
            As in ``BlueTunaSearchCV.stop_reason_``.
        """
        try:
            reason = self._run()
        except KeyboardInterrupt:
            self._tell_what_is_known()
            if not self._has_score:
                raise
            logger.warning("interrupted: %d evaluations are kept", len(self._causes))
            reason = "interrupted"
        except ExecutorLostError as error:
            self._tell_what_is_known()
            if not self._has_score:
                raise error.__cause__ or error from None
            logger.warning(
                "the executor failed for good (%s): %d evaluations are kept",
                error, len(self._causes),
            )  # fmt: skip
            reason = "executor" if self._has_time() else "max_time"
        self._log.end(reason)
        return reason

    def _run(self) -> str:
        self._recall()
        while True:
            reason = self._reason_to_stop()
            trials = [] if reason else self._next()
            if not trials:
                self._check_any_score()
                return reason or "exhausted"
            for chunk in self._chunks(trials):
                if not any(trial.stage in FIRST for trial in chunk):
                    self._check_any_score()
                self._evaluate_and_tell(chunk)

    def _recall(self) -> None:
        """Tell log and callbacks of the evaluations of earlier fits.

        Of imported ones whose folds are not all on file the others are evaluated.
        """
        self._note_causes(self._rows.trials)
        self._tell_what_is_known()
        recalled = self._rows.trials
        if recalled:
            self._callbacks.begin(recalled)
            self._stop_asked |= self._callbacks.end(is_reported=False)
            self._callbacks.report(self._rows.cv_results)
        imported = (t for t in self._tuner.trials if t.stage == IMPORTED)
        lacking = [trial for trial in imported if self._rows.missing(trial)]
        if lacking:
            self._evaluate_and_tell(lacking)

    def _next(self) -> Sequence[Trial]:
        """The next batch: trials asked before that have no score, else new ones."""
        trials = self._tuner.pending or self._tuner.ask(self._search.batch_size)
        room = len(trials)
        if self._search.n_iter is not None:  # which may be less than in an earlier fit
            room = min(room, self._search.n_iter - self._n_told)
        # The clock cuts what is evaluated, never what is asked: 1 if nothing was yet.
        return trials[: self._clock.room(room) or 1]

    @property
    def _n_told(self) -> int:
        history = self._tuner.history
        return history.n_asked - len(history.pending)

    def _reason_to_stop(self) -> str | None:
        n_iter = self._search.n_iter
        if n_iter is not None and self._n_told >= n_iter:
            return "n_iter"
        if self._tuner.finished:
            is_grid = any(trial.stage == "grid" for trial in self._tuner.trials)
            return "n_iter" if n_iter is None and not is_grid else "exhausted"
        if self._stop_asked:
            return "callback"
        if self._causes and self._clock.room(None) == 0:
            return "max_time"
        if self._search.stopping == "regret" and self._nothing_to_gain():
            return "regret"
        return None

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

    def _chunks(self, trials: Sequence[Trial]) -> Iterator[Sequence[Trial]]:
        """Pieces of a batch, each of them safe before the next one starts.

        No smaller than keeps all jobs busy; a grid without a file is evaluated at once,
        as by ``GridSearchCV``. What is evaluated does not depend on it.
        """
        size = len(trials)
        if self._past.is_on_file or trials[0].stage != "grid":
            # Dask counts its workers, and may find none.
            jobs = self._retries.run(lambda: effective_n_jobs(self._search.n_jobs))
            size = (
                max(1, math.ceil(2 * jobs / self._search.n_splits_)) if jobs > 1 else 1
            )
        for start in range(0, len(trials), size):
            yield trials[start : start + size]

    def _evaluate_and_tell(self, trials: Sequence[Trial]) -> None:
        """Evaluate trials, record and tell them."""
        start = time.monotonic()
        self._log.begins(trials)
        self._callbacks.begin(trials)
        try:
            outcomes = self._retries.run(lambda: self._evaluate(trials))
            self._record(trials, outcomes)
        except ExecutorLostError as lost:
            if not is_death(lost.__cause__) or self._search.error_score == "raise":
                raise
            try:
                self._evaluate_one_by_one(trials)
            except ExecutorLostError:
                raise lost from lost.__cause__  # which tells more than the last
        self._stop_asked |= self._callbacks.end()
        self._clock.record(len(trials), time.monotonic() - start)
        self._log.ends()
        self._callbacks.report(self._rows.cv_results)

    def _folds(self, trials: Sequence[Trial]) -> list[FoldOf]:
        """Folds of trials that are still to be evaluated."""
        return [FoldOf(t, fold) for t in trials for fold in self._rows.missing(t)]

    def _evaluate(self, trials: Sequence[Trial]) -> list[Outcome]:
        return self._evaluator.evaluate(self._folds(trials), self._callbacks.context)

    def _evaluate_into(self, outcomes: list[Outcome], trial: Trial) -> None:
        outcomes.extend(self._evaluate([trial]))

    def _evaluate_one_by_one(self, trials: Sequence[Trial]) -> None:
        """Find out which of them kills its worker; that one has failed."""
        for trial in trials:
            outcomes: list[Outcome] = []
            why = self._retries.run_suspect(
                partial(self._evaluate_into, outcomes, trial)
            )
            if why is not None:
                logger.warning(
                    "evaluation %d is recorded as failed, as it ended its worker in "
                    "each try (%s): %s", trial.number + 1, why, masked(trial.params),
                )  # fmt: skip
                reason = f"the worker ended in each try ({why})"
                outcomes = [
                    self._evaluator.failure(reason) for _ in self._rows.missing(trial)
                ]
            self._record([trial], outcomes)

    def _record(self, trials: Sequence[Trial], outcomes: Sequence[Outcome]) -> None:
        """Note what came of the folds, and tell the scores."""
        note_reasons(outcomes)
        for (trial, fold), outcome in zip(self._folds(trials), outcomes, strict=True):
            self._tuner.history.append(Reported(trial.number, fold, outcome))
        self._tell(trials)

    def _tell_what_is_known(self) -> None:
        """Tell trials whose last fold came in just before something ended the loop."""
        self._tell([t for t in self._tuner.pending if not self._rows.missing(t)])

    def _tell(self, trials: Sequence[Trial]) -> None:
        """Tell the scores of trials, and put on file what came of them."""
        before = self._tuner.best
        self._note_causes(trials)
        for trial in trials:
            if trial.stage == IMPORTED:
                continue
            known = self._rows.outcomes([trial])
            seconds = sum(one["fit_time"] + one["score_time"] for one in known)
            score = self._rows.score(trial) if self._has_fit else math.nan
            self._tuner.history.tell(
                trial.number, [score], float(seconds), self._causes[trial.number]
            )
        self._past.save(self._tuner)
        if self._tuner.best != before:
            self._log.improved(self._tuner.best)

    def _note_causes(self, trials: Sequence[Trial]) -> None:
        """Find out which trials have no score, and say so of the first."""
        metric = self._rows.metric
        for trial in trials:
            outcomes = self._rows.outcomes([trial])
            self._has_fit |= any(one["fit_error"] is None for one in outcomes)
            cause = cause_of(outcomes, metric)
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

    def _renew_workers(self) -> None:
        self._callbacks.stay_here()
        self._evaluator.renew()

    def _has_time(self) -> bool:
        return self._clock.room(None) != 0


@contextmanager
def quiet_failures() -> Iterator[None]:
    """Hold back scikit-learn's warnings of each batch; the search warns once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitFailedWarning)
        warnings.filterwarnings("ignore", "One or more of the .* scores are non-finite")
        yield
