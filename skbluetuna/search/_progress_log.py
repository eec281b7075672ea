"""What a search says while it runs: at its beginning, on its way, at its end.

Everything is logged to ``"skbluetuna"`` at level INFO. Evaluations count from 1, as in
the report. A thread says every ten seconds how far the search has come, as one fit may
take minutes; it only reads.
"""

import logging
import math
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from joblib import effective_n_jobs

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._hidden import masked
from skbluetuna.history import IMPORTED, Trial
from skbluetuna.search._window import usual_window

__all__ = ["ProgressLog", "visible_log"]

logger = logging.getLogger("skbluetuna")

EVERY = 10.0  # seconds between two lines, at most


class ProgressLog:
    """Log of one fit; a context within which the search is watched.

    Parameters
    ----------
    tuner : BlueTuner
        The search.
    max_time : float or None, default=None
        Seconds that evaluations may take.
    n_iter : int or None, default=None
        How many evaluations there will be at most; None for all the tuner's.
    n_kept : int, default=0
        How many it has in memory from the last fit; what it has more is on file.
    """

    def __init__(
        self,
        tuner: BlueTuner,
        max_time: float | None = None,
        n_iter: int | None = None,
        *,
        n_kept: int = 0,
    ) -> None:
        self._spaces, self._history = tuner.spaces, tuner.history
        self._objectives, self._tuner = tuner.objectives or (), tuner
        told = [
            trial
            for trial in tuner.history.trials
            if trial.state != "asked" and trial.stage != IMPORTED
        ]
        self._n_total = tuner.n_iter if n_iter is None else n_iter
        self._n_imported, self._best = tuner.history.n_imported, tuner.best
        self._n_kept = min(n_kept, len(told))
        self._n_recalled = len(told) - self._n_kept
        self._n_evaluated = self._n_failed = 0
        self._known: set[int] = set()  # trials that were evaluated by an earlier fit
        self._stage = told[-1].stage if told else ""
        self._began, self._spent = time.monotonic(), 0.0
        self._end = math.inf if max_time is None else self._began + max_time
        self._running: dict[int, float] = {}  # since when, by their numbers
        self._waits_since: float | None = None
        self._first = math.inf  # when the first evaluation began, after those recalled
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "ProgressLog":
        self._begin()
        if logger.isEnabledFor(logging.INFO):
            self._watcher.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._fall_silent()

    def fills(self, window: int, n_jobs: int | None, n_splits: int) -> None:
        """Say how many candidates may be open, where there are workers to fill."""
        n = effective_n_jobs(n_jobs)
        if max(window, n) > 1:
            logger.info(
                "max_concurrent=%d: %s evaluated at a time, on %d workers; for this "
                "number the search is the same for any n_jobs",
                window,
                "one candidate is" if window == 1 else f"up to {window} candidates are",
                n,
            )  # fmt: skip
        usual = usual_window(n, n_splits)
        if window * n_splits < n:
            logger.info(
                "%d of %d workers have nothing to do: max_concurrent=%d would keep "
                "them busy", n - window * n_splits, n, usual,
            )  # fmt: skip

    def begins(self, trial: Trial, *, is_known: bool = False) -> None:
        """Say what is evaluated now, if it is of a new stage."""
        if trial.stage != self._stage:
            self._stage = trial.stage
            logger.info("stage %s begins, evaluation %d", trial.stage, trial.number + 1)
        if is_known:
            self._known.add(trial.number)
        else:
            self._running[trial.number] = time.monotonic()
            self._first = min(self._first, self._running[trial.number])

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Note that fits run and nothing else does."""
        self._waits_since = time.monotonic()
        try:
            yield
        finally:
            since, self._waits_since = self._waits_since, None
            self._spent += time.monotonic() - since

    def ends(self, trial: Trial) -> None:
        """Note that a trial is told."""
        self._running.pop(trial.number, None)
        self._n_recalled += trial.number in self._known
        self._n_evaluated += trial.number not in self._known

    def failed(self, number: int, cause: str) -> None:
        """Count an evaluation without a score; the first one says why."""
        self._n_failed += 1
        if self._n_failed == 1:
            logger.info(
                "evaluation %d has no score, the first that failed: %s",
                number + 1, cause,
            )  # fmt: skip

    def improved(self, best: Trial | None) -> None:
        """Say that there is a better score."""
        self._best = best
        if best is not None:
            n_total = f"of {self._n_total + self._n_imported}"
            if self._history.ladder is not None:
                n_total = f"({self._cost()})"
            of = f" {self._objectives[0]}" if self._objectives else ""
            logger.info(
                "evaluation %d %s to %.6g: %s",
                best.number + 1, f"{n_total} improves{of}", best.score,
                masked(best.params),
            )  # fmt: skip

    def end(
        self,
        reason: str,
        n_stopped: int = 0,
        n_saved: int = 0,
        *,
        n_continued: int = 0,
        n_cached: int = 0,
    ) -> None:
        """Say what was found, and which work was spared."""
        self._fall_silent()
        now = time.monotonic()
        took = now - self._began
        counts = [f"{self._n_evaluated} evaluated in {duration(took)}"]
        counts += [f"{self._n_recalled} recalled"] if self._n_recalled else []
        counts += [f"{self._n_kept} kept"] if self._n_kept else []
        counts += [f"{self._n_failed} without a score"] if self._n_failed else []
        saved = f"{n_stopped} stopped early, which saved {n_saved} fits"
        counts += [saved] if n_stopped else []
        went_on = f"{n_continued} fits went on from those with less"
        counts += [went_on] if n_continued else []
        cached = f"{n_cached} fits had their earlier steps from the pipeline's memory"
        counts += [cached] if n_cached else []
        logger.info(
            "search ends (%s) after %d evaluations: %s; own time %s",
            reason, self._n_done, ", ".join(counts), duration(took - self._spent),
        )  # fmt: skip
        if self._best is not None:
            logger.info(
                "best%s is evaluation %d with %.6g: %s",
                self._by_first, self._best.number + 1, self._best.score,
                masked(self._best.params),
            )  # fmt: skip

        if self._objectives:
            front = [str(trial.number + 1) for trial in self._tuner.front]
            logger.info(
                "front of %d by %s: evaluations %s",
                len(front), " and ".join(self._objectives), ", ".join(front),
            )  # fmt: skip

    def _begin(self) -> None:
        """Say what is searched."""
        widths = " or ".join(str(len(space.names)) for space in self._spaces)
        ladder = self._history.ladder
        full = "" if ladder is None else " full"
        logger.info(
            "up to %d%s evaluations, parameters: %s", self._n_total, full, widths
        )
        if ladder is not None:
            rungs = ", ".join(f"{rung:g}" for rung in ladder.rungs)
            logger.info("an evaluation spends one of %s; the last one is full", rungs)
        if self._n_kept:
            logger.info("%d evaluations are kept from the last fit", self._n_kept)
        if self._n_recalled:
            logger.info(
                "recalled %d evaluations from the checkpoint%s",
                self._n_recalled, self._so_far(),
            )  # fmt: skip

    def _fall_silent(self) -> None:
        self._is_over.set()
        if self._watcher.is_alive():
            self._watcher.join()

    def _watch(self) -> None:
        """Say every few seconds how far it has come, until it is over."""
        while not self._is_over.wait(EVERY):
            logger.info("%s", self._state())

    def _state(self) -> str:
        """How far it has come, in one line."""
        now, running = time.monotonic(), list(self._running.values())
        spent, parts = self._spent, [f"{self._n_done} of {self._n_total} evaluations"]
        if self._history.ladder is not None:
            parts = [f"{self._n_done} evaluations ({self._cost()})"]
        if running:
            longest = duration(now - min(running))
            parts.append(f"{len(running)} running for {longest}")
        since = self._waits_since
        if since is not None:
            spent += now - since
        took = now - self._began
        own = f"{duration(took)}, own time {duration(took - spent)}"
        left = self._left(now)
        end = "" if left is None else f", about {duration(left)} left"
        return ", ".join(parts) + self._so_far() + f"; {own}{end}"

    def _left(self, now: float) -> float | None:
        """Seconds to the end at the pace so far; None before the first evaluation."""
        if not self._n_evaluated:
            return None
        since = min(self._running.values(), default=now)
        pace = (since - self._first) / self._n_evaluated
        n_left = self._n_total - self._n_done
        if self._history.ladder is not None:
            n_left = round(self._n_total - self._history.spent)
        left = pace * n_left - (now - since)
        return max(0.0, min(left, self._end - now))

    def _cost(self) -> str:
        """What was spent of the budget, where evaluations cost unlike."""
        return f"cost {self._history.spent:.1f} of {self._n_total} full ones"

    @property
    def _n_done(self) -> int:
        return self._n_kept + self._n_recalled + self._n_evaluated

    def _so_far(self) -> str:
        best = self._best
        if best is None:
            return ", none with a score"
        return (
            f", best{self._by_first} {best.score:.6g} by evaluation {best.number + 1}"
        )

    @property
    def _by_first(self) -> str:
        """What best means of several objectives; nothing of one."""
        return f" by {self._objectives[0]}" if self._objectives else ""


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 10.0:
        return f"{max(0.0, seconds):.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60.0), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@contextmanager
def visible_log(verbose: int) -> Iterator[None]:
    """Let the log's INFO lines through if `verbose` asks for them.

    To standard error; in a notebook to standard output, as it shows errors in red.
    Where the application has set up logging for itself, its handlers are used.
    """
    if verbose <= 0:
        yield
        return
    level, handler = logger.level, None
    if not logger.hasHandlers():
        handler = logging.StreamHandler(sys.stdout if is_notebook() else sys.stderr)
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


def is_notebook() -> bool:
    """Whether this runs in a kernel of IPython; in its terminal there is none."""
    module: Any = sys.modules.get("IPython")
    shell = module.get_ipython() if hasattr(module, "get_ipython") else None
    return getattr(shell, "kernel", None) is not None
