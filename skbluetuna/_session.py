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

from skbluetuna._executor import ExecutorLostError, Retries
from skbluetuna._ledger import Trial
from skbluetuna._record import Record
from skbluetuna._sklearn_compat import (
    LiveRows,
    SearchContext,
    Workers,
)
from skbluetuna._tuner import BlueTuner

__all__ = ["Session", "quiet_failures", "visible_log"]

logger = logging.getLogger("skbluetuna")


class Clock:
    """Seconds left, and how many evaluations fit into them.

    Parameters
    ----------
    max_time : float or None
        Seconds that evaluations may take; None for no limit.
    """

    def __init__(self, max_time: float | None) -> None:
        self._end = None if max_time is None else time.monotonic() + max_time
        self._costs: list[float] = []  # wall seconds of each evaluation

    def record(self, n: int, seconds: float) -> None:
        """Note what n evaluations took together."""
        self._costs += [seconds / n] * n

    def room(self, n: int | None) -> int | None:
        """Bound how many to start now so that the last alone ends too late.

        The first evaluation is made alone, to learn what one costs. 0 when time is up.
        """
        if self._end is None:
            return n
        left = self._end - time.monotonic()
        if left <= 0.0:
            return 0
        if not self._costs:
            return 1
        most = int(min(2**31, left / max(1e-9, float(np.median(self._costs))))) + 1
        return most if n is None else min(n, most)


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
    ) -> None:
        self._search, self._tuner, self._rows = search, tuner, rows
        self._evaluate_candidates, self._context = evaluate, context
        self._workers = workers
        self._checkpoint = record.checkpoint
        self._clock = Clock(search.max_time)
        self._retries = Retries(search.n_retries, self._mend, self._has_time)
        self._stage = ""
        self._stop_asked = False

    def run(self) -> str:
        """Search; return the reason why it ended.

        Returns
        -------
        reason : str
            As in ``BlueTunaSearchCV.stop_reason_``.
        """
        try:
            while True:
                reason = self._reason_to_stop()
                trials = [] if reason else self._next()
                if not trials:
                    return reason or "exhausted"
                for chunk in self._chunks(trials):
                    self._settle(chunk)
        except KeyboardInterrupt:
            if not self._rows.results:
                raise
            self._tell()
            n_kept = len(self._rows.fits) // self._search.n_splits_
            logger.warning("interrupted: %d evaluations are kept", n_kept)
            return "interrupted"
        except ExecutorLostError as error:
            if not self._rows.results:
                raise error.__cause__ or error from None
            self._tell()
            n_kept = len(self._rows.fits) // self._search.n_splits_
            logger.warning(
                "the executor failed for good (%s): %d evaluations are kept",
                error, n_kept,
            )  # fmt: skip
            return "executor" if self._has_time() else "max_time"

    def _next(self) -> list[Trial]:
        """What to evaluate now: first what was interrupted."""
        trials = [*self._tuner.pending] or self._tuner.ask(self._search.batch_size)
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
        fits = self._rows.fits[best.number * k : (best.number + 1) * k]
        scores = [self._guiding_score(fit) for fit in fits]
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
        for trial in trials:
            if trial.stage != self._stage:
                self._stage = trial.stage
                logger.info("stage %s begins, trial %d", trial.stage, trial.number)
        log = self._checkpoint
        for is_known, run in groupby(
            trials, lambda t: log is not None and t.number in log
        ):
            group, start = list(run), time.monotonic()
            if is_known and log is not None:
                self._recall(group, [log.recall(trial.number) for trial in group])
                continue
            self._evaluate(group)
            self._clock.record(len(group), time.monotonic() - start)
            if log is not None:
                fits = self._rows.fits[-len(group) * self._search.n_splits_ :]
                values = [self._tuner.encode(trial) for trial in group]
                log.record(group, values, fits)
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
        self._context.begin(recalled)
        self._stop_asked |= self._context.end(is_reported=False)

    def _evaluate(self, trials: list[Trial]) -> None:
        """Cross-validate trials; a batch of which all fits fail is recorded too."""
        params, columns = [trial.params for trial in trials], self._columns(trials)
        self._context.begin(trials)
        try:
            self._retries.run(
                lambda: self._evaluate_candidates(
                    params, more_results=columns, callback_ctx=self._context.folds()
                )
            )
        except ValueError as error:
            fits = self._rows.failed(error, len(trials) * self._search.n_splits_)
            if fits is None:
                raise
            self._rows.append(params, fits, columns)
        self._stop_asked |= self._context.end()

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
        k, results = self._search.n_splits_, self._rows.results
        n_rows = len(self._rows.fits) // k
        metric = self._search._guiding_metric(results) if results else None
        before = self._tuner.best
        for trial in self._tuner.pending:
            if trial.number >= n_rows:
                break
            fits = self._rows.fits[trial.number * k : (trial.number + 1) * k]
            seconds = sum(fit["fit_time"] + fit["score_time"] for fit in fits)
            score = (
                math.nan
                if metric is None
                else float(results[f"mean_test_{metric}"][trial.number])
            )
            self._tuner.tell(trial, score, seconds=float(seconds))
        best = self._tuner.best
        if best is not None and best != before:
            logger.info(
                "trial %d of %d improves to %.6g: %s",
                best.number, self._tuner.n_iter, best.score, best.params,
            )  # fmt: skip


@contextmanager
def quiet_failures() -> Iterator[None]:
    """Hold back scikit-learn's warnings of each batch; the search warns once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitFailedWarning)
        warnings.filterwarnings("ignore", "One or more of the .* scores are non-finite")
        yield


@contextmanager
def visible_log(verbose: int) -> Iterator[None]:
    """Let the log's INFO lines through to standard error if `verbose` asks for them.

    Where the application has set up logging for itself, its handlers are used.
    """
    if verbose <= 0:
        yield
        return
    level, handler = logger.level, None
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        logger.addHandler(handler)
    if logger.getEffectiveLevel() > logging.INFO:
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        if handler is not None:
            logger.removeHandler(handler)
