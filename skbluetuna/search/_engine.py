"""The engine: folds of open candidates on the workers, and what comes back of them.

It sends folds as the workers have room for them, those of the earliest candidate first
(one that has to fit the earlier steps that another one is fitting may be passed by).
A worker that is lost costs the folds that it had, which are sent again. One that is
lost over the same fold again and again is tried with that fold alone: so it is known
whether the candidate is to blame.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, cast

from skbluetuna._utils._hidden import masked
from skbluetuna.history import Trial
from skbluetuna.search._deadlines import Deadlines
from skbluetuna.search._evaluator import Evaluator, FoldOf, Outcome
from skbluetuna.search._executor_failures import (
    ExecutorLostError,
    first_line,
    is_death,
    is_executor_failure,
)
from skbluetuna.search._workers import Workers

__all__ = ["Engine", "Result"]

logger = logging.getLogger("skbluetuna")

RESTART = (0.5, 1.0, 2.0, 0.0)  # seconds to wait where no worker is left

Key = tuple[int, int]


class Result(NamedTuple):
    """What came of one fold of a trial."""

    trial: Trial
    fold: int
    outcome: Outcome


class Engine:
    """Evaluates folds of trials, many at a time; a context.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    evaluator : Evaluator
        Makes the tasks.
    workers : Workers
        Who does them.
    context : callable
        From a trial and a fold, where its callbacks are called, or None.
    renewed : callable
        What is done when the workers were lost.
    has_time : callable
        Whether there is time for another try.
    """

    def __init__(
        self,
        search: Any,
        evaluator: Evaluator,
        workers: Workers,
        *,
        context: Callable[[Trial, int], Any],
        renewed: Callable[[], None],
        has_time: Callable[[], bool],
    ) -> None:
        self._evaluator, self._workers = evaluator, workers
        self._context, self._renewed, self._has_time = context, renewed, has_time
        self._n_retries = search.n_retries
        self._may_blame = search.error_score != "raise"
        self._deadlines = Deadlines(search.candidate_timeout, workers)
        self._queue: deque[FoldOf] = deque()
        self._sent: dict[Key, FoldOf] = {}
        self._lost: list[FoldOf] = []  # since the workers were whole
        self._error: BaseException | None = None  # by which they were
        self._n_lost: Counter[Key] = Counter()
        self._suspects: deque[FoldOf] = deque()
        self._on_trial: FoldOf | None = None
        # With a limit of time the folds of a candidate come together: which of them
        # were done when it ran out depends on how many run at once.
        self._held: dict[int, list[Result]] = {}
        self._n_folds: Counter[int] = Counter()  # of these how many there are
        self._over: dict[int, str] = {}  # candidates that are given up, and why
        self._ready: list[Result] = []  # folds of theirs that were added after that

    def __enter__(self) -> "Engine":
        self._try(self._workers.__enter__)
        return self

    def __exit__(self, *error: object) -> None:
        self._workers.__exit__(*error)
        self._deadlines.close()

    @property
    def n_jobs(self) -> int:
        """How many folds are evaluated at once."""
        return self._workers.n_jobs

    @property
    def _awaited(self) -> list[FoldOf]:
        """Folds that were sent and not given up."""
        return [o for o in self._sent.values() if not self._deadlines.is_given_up(o)]

    def add(self, folds: Iterable[FoldOf], spent: float) -> None:
        """Evaluate these folds of a trial, of which others took so many seconds."""
        for one in folds:
            number = one.trial.number
            if number in self._over:
                self._ready += self._failed([one], self._over[number])
                continue
            self._deadlines.begin(number, spent)
            self._n_folds[number] += 1
            self._queue.append(one)
        # Where folds race, one of an earlier candidate may come later.
        self._queue = deque(sorted(self._queue, key=lambda one: one.trial.number))

    def receive(self, timeout: float | None) -> Sequence[Result]:
        """What came back: at least one result, unless the timeout is over first.

        Parameters
        ----------
        timeout : float or None
            Seconds; None for no limit.

        Raises
        ------
        ExecutorLostError
            If the workers are lost, and new ones are lost too.
        TimeoutError
            If a candidate takes too long, and errors are to be raised.
        Exception
            What a fit or a scorer raises, if errors are to be raised.
        """
        ready, self._ready = self._ready, []
        found = ready or self._overdue() or self._mend()
        if found:
            return found
        self._send()
        done = self._workers.receive(self._deadlines.soonest(timeout))
        if done is None:
            return []
        one = self._sent.pop(cast("Key", done.key))
        is_on_trial, self._on_trial = one == self._on_trial, None
        if self._deadlines.is_given_up(one):
            return []
        if done.error is None:
            return self._taken(one, done.result)
        self._fail(one, done.error, is_on_trial=is_on_trial)
        return []

    # --- sending ----------------------------------------------------------------------

    def _send(self) -> None:
        """Send what the workers have room for; a suspect is sent alone."""
        if self._error is not None or self._on_trial is not None:
            return
        if self._suspects:
            if not self._awaited:
                self._on_trial = self._suspects.popleft()
                self._submit(self._on_trial)
            return
        while self._queue and self._workers.has_room and self._deadlines.has_room:
            if not self._submit(self._evaluator.next(self._queue, self._sent.values())):
                return

    def _submit(self, one: FoldOf) -> bool:
        """Send one fold; whether the workers took it."""
        limit = self._deadlines.limit(one)
        task = self._evaluator.task(one, self._context(one.trial, one.fold), limit)
        try:
            self._workers.submit(one.key, task)
        except Exception as error:
            is_on_trial, self._on_trial = one == self._on_trial, None
            self._fail(one, error, is_on_trial=is_on_trial)
            return False
        self._sent[one.key] = one
        return True

    # --- what comes back --------------------------------------------------------------

    def _taken(self, one: FoldOf, outcome: Outcome | None) -> Sequence[Result]:
        """The result of a fold, or of all that are left if the time is up."""
        if outcome is None or self._deadlines.has_run_out(one, outcome):
            return self._give_up([one])
        result, number = Result(one.trial, one.fold, outcome), one.trial.number
        if not self._deadlines.are_set:
            return [result]
        self._held.setdefault(number, []).append(result)
        if len(self._held[number]) < self._n_folds[number]:
            return []
        del self._n_folds[number]
        return self._held.pop(number)

    def _overdue(self) -> Sequence[Result]:
        """Give up the folds that are long over their time, with their workers."""
        late = [self._sent[key] for key in self._deadlines.overdue(self._sent)]
        if not late:
            return []
        new = [one for one in late if not self._deadlines.is_given_up(one)]
        found = self._give_up(new)
        open_ = self._awaited
        if not self._workers.are_processes:  # who can not be ended
            if len(self._sent) - len(open_) < self._workers.n_jobs:
                return found
            if not self._workers.are_of_this_machine:
                raise ExecutorLostError("every worker has a fit that does not end")
        self._queue.extendleft(sorted(open_, key=_by_key, reverse=True))
        self._on_trial = None
        self._renew()
        return found

    def _give_up(self, late: Sequence[FoldOf]) -> Sequence[Result]:
        """Results of all that is left of the candidates of these folds."""
        found: list[Result] = []
        for trial in {one.trial.number: one.trial for one in late}.values():
            reason = self._deadlines.reason
            if not self._may_blame:
                raise TimeoutError(f"evaluation {trial.number + 1}: {reason}.")
            logger.warning(
                "evaluation %d is recorded as failed (%s): %s",
                trial.number + 1, reason, masked(trial.params),
            )  # fmt: skip
            left = [one for one in late if one.trial.number == trial.number]
            left += [o for o in self._sent.values() if o.trial.number == trial.number]
            self._deadlines.give_up(left)
            if self._on_trial in left:
                self._on_trial = None
            left += [FoldOf(trial, r.fold) for r in self._held.pop(trial.number, [])]
            found += self._failed({one.key: one for one in left}.values(), reason)
        return found

    def _failed(self, folds: Iterable[FoldOf], reason: str) -> list[Result]:
        """Failures of these folds, and of those of their candidates not yet sent."""
        rest = list(folds)
        numbers = {one.trial.number for one in rest}
        self._over |= dict.fromkeys(numbers, reason)
        for waiting in (self._queue, self._suspects, self._lost):
            rest += [one for one in waiting if one.trial.number in numbers]
            own = [one for one in waiting if one.trial.number not in numbers]
            waiting.clear()
            waiting.extend(own)
        outcome = self._evaluator.failure
        return [Result(one.trial, one.fold, outcome(reason)) for one in rest]

    # --- workers that are lost --------------------------------------------------------

    def _fail(
        self, one: FoldOf, error: BaseException, *, is_on_trial: bool = False
    ) -> None:
        """Note that a fold was lost with its worker; raise what is a fit's own."""
        if not is_executor_failure(error):
            raise error
        if is_on_trial and not is_death(error):
            raise ExecutorLostError(first_line(error)) from error
        self._error = error
        self._n_lost[one.key] += 1
        if is_on_trial:
            self._on_trial = one
        else:
            self._lost.append(one)

    def _mend(self) -> Sequence[Result]:
        """Go on with new workers; failures of a candidate that has ended its own."""
        error, culprit = self._error, self._on_trial
        if error is None or self._awaited:
            return []
        over = [one for one in self._lost if self._n_lost[one.key] > self._n_retries]
        is_hopeless = over and not (self._may_blame and is_death(error))
        if is_hopeless or not self._has_time():
            raise ExecutorLostError(first_line(error)) from error
        if self._lost and not over:
            n_left = self._n_retries - max(self._n_lost[one.key] for one in self._lost)
            logger.warning(
                "the executor failed (%s); %d folds are evaluated again, %d times more "
                "at most", first_line(error), len(self._lost), n_left + 1,
            )  # fmt: skip
        self._renew()
        if self._workers.are_here and is_death(error):  # it would end this process
            raise ExecutorLostError(first_line(error)) from error
        if over or culprit is not None:  # does it do anything else?
            self._probe(error)
        again = sorted(set(self._lost) - set(over), key=_by_key)
        self._queue.extendleft(reversed(again))
        self._suspects.extend(sorted(over, key=_by_key))
        self._lost.clear()
        self._error = self._on_trial = None
        return [] if culprit is None else self._blame(culprit, error)

    def _blame(self, one: FoldOf, error: BaseException) -> Sequence[Result]:
        """Failures of a candidate that ends its worker, which does all else."""
        why = first_line(error)
        logger.warning(
            "evaluation %d is recorded as failed, as it ended its worker in each try "
            "(%s): %s", one.trial.number + 1, why, masked(one.trial.params),
        )  # fmt: skip
        held = self._held.pop(one.trial.number, [])
        return held + self._failed([one], f"the worker ended in each try ({why})")

    def _renew(self) -> None:
        self._renewed()
        self._sent.clear()
        self._deadlines.forget()
        n_jobs = self._workers.n_jobs
        for wait in RESTART:  # a cluster may need a while for another worker
            self._try(self._workers.renew)
            if n_jobs == 1 or not self._workers.are_here or not self._has_time():
                return
            time.sleep(wait)

    def _probe(self, error: BaseException) -> None:
        """See the workers do a task that harms none; else the error has lost them."""
        try:
            self._workers.probe()
        except Exception as other:
            if not is_executor_failure(other):
                raise
            raise ExecutorLostError(first_line(error)) from error

    def _try(self, start: Callable[[], object]) -> None:
        """Start workers, again if they fail to."""
        n_left = self._n_retries
        while True:
            try:
                start()
                return
            except Exception as error:
                if not is_executor_failure(error):
                    raise
                if n_left == 0 or not self._has_time():
                    raise ExecutorLostError(first_line(error)) from error
                logger.warning(
                    "the executor failed (%s); it is started again, %d times more at "
                    "most", first_line(error), n_left,
                )  # fmt: skip
                start = self._workers.renew
            n_left -= 1


def _by_key(one: FoldOf) -> Key:
    return one.key
