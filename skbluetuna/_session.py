"""One fit of a search: ask, recall or evaluate, record, tell, until something ends it.

Everything here happens in the main process. The tuner decides what is evaluated, and
scikit-learn evaluates it; the session sees to it that what was paid for is kept.
"""

import logging
import math
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.exceptions import FitFailedWarning

from skbluetuna._clock import Clock
from skbluetuna._executor import ExecutorLostError, Retries, is_death
from skbluetuna._ledger import Trial
from skbluetuna._progress_log import ProgressLog
from skbluetuna._record import Record
from skbluetuna._scoring import cause_of, metric_name, note_reasons
from skbluetuna._sklearn_compat import (
    LiveRows,
    SearchContext,
    Workers,
)
from skbluetuna._tuner import BlueTuner

__all__ = ["Session", "quiet_failures"]

logger = logging.getLogger("skbluetuna")

FIRST = ("initial", "scan", "grid")  # stages that are never cut short
MIN_TO_GIVE_UP = 5  # evaluations


class Session:
    """The loop of one fit.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    tuner : BlueTuner
        What it asks.
    rows : LiveRows
        What scikit-learn collects.
    evaluate : callable
        scikit-learn's ``evaluate_candidates``.
    workers : Workers
        What it evaluates with.
    context : SearchContext
        Where callbacks are told.
    record : Record
        What it has behind it; its checkpoint is where evaluations are recorded.
    log : ProgressLog
        Where it says how far it has come.
    """

    def __init__(
        self,
        search: Any,
        tuner: BlueTuner,
        rows: LiveRows,
        evaluate: Any,
        workers: Workers,
        context: SearchContext,
        record: Record,
        log: ProgressLog,
    ) -> None:
        self._search, self._tuner, self._rows = search, tuner, rows
        self._evaluate_candidates, self._context = evaluate, context
        self._workers = workers
        self._checkpoint, self._log = record.checkpoint, log
        self._clock = Clock(search.max_time)
        self._retries = Retries(
            search.n_retries, self._mend, self._has_time, workers.probe
        )
        self._causes: list[str | None] = []  # of each row: why it has no score
        self._stop_asked = False

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
            self._tell()
            if not self._has_score:
                raise
            logger.warning("interrupted: %d evaluations are kept", self._n_rows)
            reason = "interrupted"
        except ExecutorLostError as error:
            self._tell()
            if not self._has_score:
                raise error.__cause__ or error from None
            logger.warning(
                "the executor failed for good (%s): %d evaluations are kept",
                error, self._n_rows,
            )  # fmt: skip
            reason = "executor" if self._has_time() else "max_time"
        self._log.end(reason)
        return reason

    def _run(self) -> str:
        self._note_causes()  # of what the last fit left
        while True:
            reason = self._reason_to_stop()
            trials = [] if reason else self._next()
            if not trials:
                self._check_hope()
                return reason or "exhausted"
            for chunk in self._chunks(trials):
                if not any(trial.stage in FIRST for trial in chunk):
                    self._check_hope()
                self._settle(chunk)

    @property
    def _n_rows(self) -> int:
        return len(self._rows.fits) // max(1, self._search.n_splits_)

    def _fits(self, row: int) -> list[dict[str, Any]]:
        """Outcomes of a row's fits."""
        k = self._search.n_splits_
        fits: list[dict[str, Any]] = self._rows.fits[row * k : (row + 1) * k]
        return fits

    def _metric(self) -> str:
        """Metric that guides the search, as far as its name is known."""
        results = self._rows.results
        return self._search._guiding_metric(results) if results else "score"

    def _note_causes(self) -> None:
        """Find out which rows have no score, and say so of the first."""
        for row in range(len(self._causes), self._n_rows):
            cause = cause_of(self._fits(row), self._metric())
            self._causes.append(cause)
            if cause is not None:
                self._log.failed(row, cause)

    @property
    def _has_score(self) -> bool:
        return None in self._causes

    def _check_hope(self) -> None:
        """Stop where many were evaluated, and none has a score to go by."""
        if self._has_score or len(self._causes) < MIN_TO_GIVE_UP:
            return
        name = metric_name(self._search.scoring, self._search.refit, self._metric())
        raise ValueError(
            f"none of the first {len(self._causes)} candidates has a finite score by "
            f"{name}, so the search has nothing to go by. What the first one says: "
            f"{self._causes[0]}\nAll are kept in cv_results_. Set "
            'error_score="raise" to see where it fails.'
        )

    def _next(self) -> list[Trial]:
        """What to evaluate now: first what was interrupted."""
        pending = [trial for trial in self._tuner.trials if trial.state == "asked"]
        trials = pending or self._tuner.ask(self._search.batch_size)
        # The clock cuts what is evaluated, never what is asked: 1 if nothing was yet.
        return trials[: self._clock.room(len(trials)) or 1]

    def _reason_to_stop(self) -> str | None:
        n_iter = self._search.n_iter
        if self._tuner.finished:
            trials = self._tuner.trials
            is_spent = trials[0].stage != "grid" if n_iter is None else (
                len(trials) >= n_iter
            )  # fmt: skip
            return "n_iter" if is_spent else "exhausted"
        if self._stop_asked:
            return "callback"
        if self._rows.fits and self._clock.room(None) == 0:
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
        scores = [self._guiding_score(fit) for fit in self._fits(best.number)]
        error = math.sqrt(1.0 / k + 1.0 / (k - 1)) * float(np.std(scores, ddof=1))
        return self._tuner.regret_bound() < error

    def _guiding_score(self, fit: dict[str, Any]) -> float:
        scores = fit["test_scores"]
        return float(
            scores[self._search._guiding_metric(self._rows.results)]
            if isinstance(scores, dict)
            else scores
        )

    def _chunks(self, trials: list[Trial]) -> Iterator[list[Trial]]:
        """Pieces of a batch, each of them safe before the next one starts.

        No smaller than keeps all jobs busy; a grid without a file is evaluated at once,
        as by ``GridSearchCV``. What is evaluated does not depend on it.
        """
        size = len(trials)
        if self._checkpoint is not None or trials[0].stage != "grid":
            # Dask counts its workers, and may find none.
            jobs = self._retries.run(lambda: effective_n_jobs(self._search.n_jobs))
            size = (
                max(1, math.ceil(2 * jobs / self._search.n_splits_)) if jobs > 1 else 1
            )
        for start in range(0, len(trials), size):
            yield trials[start : start + size]

    def _settle(self, trials: list[Trial]) -> None:
        """Recall or evaluate trials, record and tell them."""
        log = self._checkpoint
        for is_known, run in groupby(
            trials, lambda t: log is not None and t.number in log
        ):
            group = list(run)
            if is_known and log is not None:
                self._recall(group, [log.recall(trial.number) for trial in group])
            else:
                self._evaluate(group)
        self._tell()
        if self._rows.results:
            self._context.report(self._rows.results)

    def _recall(self, trials: list[Trial], known: list[Any]) -> None:
        """Append the rows of trials that are on record."""
        recalled = [
            self._tuner.recast(trial, own.alternative, own.stage, own.unit, own.values)
            for trial, own in zip(trials, known, strict=True)
        ]
        fits = [fit for own in known for fit in own.fits]
        params = [trial.params for trial in recalled]
        self._rows.append(params, fits, self._columns(recalled))
        self._log.recalled(recalled)
        self._context.begin(recalled)
        self._stop_asked |= self._context.end(is_reported=False)

    def _evaluate(self, trials: list[Trial]) -> None:
        """Cross-validate trials and record them."""
        start = time.monotonic()
        self._log.begins(trials)
        self._context.begin(trials)
        try:
            self._retries.run(lambda: self._fit(trials))
            self._record(trials)
        except ExecutorLostError as lost:
            if not is_death(lost.__cause__) or self._search.error_score == "raise":
                raise
            try:
                self._evaluate_one_by_one(trials)
            except ExecutorLostError:
                raise lost from lost.__cause__  # which tells more than the last
        self._stop_asked |= self._context.end()
        self._clock.record(len(trials), time.monotonic() - start)
        self._log.ends()

    def _evaluate_one_by_one(self, trials: list[Trial]) -> None:
        """Find out which of them kills its worker; that one has failed."""
        for trial in trials:
            why = self._retries.run_suspect(lambda trial=trial: self._fit([trial]))
            if why is not None:
                logger.warning(
                    "evaluation %d is recorded as failed, as it ended its worker in "
                    "each try (%s): %s", trial.number + 1, why, trial.params,
                )  # fmt: skip
                reason = f"the worker ended in each try ({why})"
                k = self._search.n_splits_
                fits = [self._rows.failure(reason) for _ in range(k)]
                self._rows.append([trial.params], fits, self._columns([trial]))
            self._record([trial])

    def _fit(self, trials: list[Trial]) -> None:
        """Append the rows of trials, also of a batch of which all fits fail."""
        params, columns = [trial.params for trial in trials], self._columns(trials)
        try:
            self._evaluate_candidates(
                params, more_results=columns, callback_ctx=self._context.folds()
            )
        except ValueError as error:
            fits = self._rows.failed(error, len(trials) * self._search.n_splits_)
            if fits is None:
                raise
            self._rows.append(params, fits, columns)

    def _record(self, trials: list[Trial]) -> None:
        """Put the last rows, which are these trials', on file."""
        fits = self._rows.fits[-len(trials) * self._search.n_splits_ :]
        note_reasons(fits)
        if self._checkpoint is not None:
            values = [self._tuner.encode(trial) for trial in trials]
            self._checkpoint.record(trials, values, fits)

    def _mend(self) -> None:
        self._context.stay_here()
        self._workers.renew()

    def _has_time(self) -> bool:
        return self._clock.room(None) != 0

    def _columns(self, trials: list[Trial]) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {"stage": [trial.stage for trial in trials]}
        if len(self._tuner.spaces) > 1:
            columns["alternative"] = [trial.alternative for trial in trials]
        return columns

    def _tell(self) -> None:
        """Tell the tuner every row that it does not know; row i is trial i."""
        results, before = self._rows.results, self._tuner.best
        means = results[f"mean_test_{self._metric()}"] if results else None
        for trial in self._tuner.trials[: self._n_rows]:
            if trial.state == "asked":
                fits, row = self._fits(trial.number), trial.number
                seconds = sum(fit["fit_time"] + fit["score_time"] for fit in fits)
                score = math.nan if means is None else float(means[row])
                self._tuner.tell(trial, score, seconds=float(seconds))
        self._note_causes()
        if self._tuner.best != before:
            self._log.improved(self._tuner.best)


@contextmanager
def quiet_failures() -> Iterator[None]:
    """Hold back scikit-learn's warnings of each batch; the search warns once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitFailedWarning)
        warnings.filterwarnings("ignore", "One or more of the .* scores are non-finite")
        yield
