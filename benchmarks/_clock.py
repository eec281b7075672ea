"""Many evaluations at a time, with a simulated clock: who knew what, and when.

A search that is told in order of number knows the same whatever the clock says. It
runs without one, and when it would have run is worked out afterwards, for any times and
any number of workers. One that is told as results come in needs the clock.
"""

import heapq
from collections import deque
from dataclasses import dataclass

import numpy as np

__all__ = ["Run", "as_they_come", "clocked", "in_order"]


@dataclass(frozen=True)
class Run:
    """Evaluations of one search, in the order of asking."""

    scores: list
    seconds: list
    starts: list
    ends: list

    @property
    def wall(self):
        """When the last one ended."""
        return max(self.ends)

    def busy(self, n_workers):
        """Share of their time that the workers were busy, the end included."""
        return sum(self.seconds) / (n_workers * self.wall)

    def best_at(self, time):
        """Best score of what had ended by a time, and of the first one."""
        ended = np.asarray(self.ends) <= time
        return max(np.asarray(self.scores)[ended].max(initial=-np.inf), self.scores[0])


def in_order(search, score, window, *, in_batches=False):
    """Evaluate one by one: trial i is asked when all up to i - window are told.

    Parameters
    ----------
    search : object
        ``ask(room)`` returns trials, each with ``params``, ``tell(trial, score)``.
    score : callable
        Of a configuration.
    window : int
        How many trials may be open.
    in_batches : bool, default=False
        Whether so many are asked together, when all before them are told.

    Returns
    -------
    scores : list
        One for each trial.
    knew : list of int
        How many results were told when each was asked.
    """
    waiting, scores, knew = deque(), [], []
    while True:
        if not (waiting and in_batches):
            new = search.ask(window - len(waiting))
            knew += [len(scores)] * len(new)
            waiting.extend(new)
        if not waiting:
            return scores, knew
        trial = waiting.popleft()
        scores.append(score(trial.params))
        search.tell(trial, scores[-1])


def clocked(knew, seconds, n_workers):
    """When trials start and end that waited for the first so many results.

    A worker that comes free takes the open trial of the lowest number. Trial i waits
    for the results of the first ``knew[i]`` trials, a count that never falls.
    """
    starts, ends, running = [], [], [0.0] * n_workers
    released = np.zeros(len(seconds) + 1)  # when the first k were all told
    for i, (known, own) in enumerate(zip(knew, seconds, strict=True)):
        starts.append(max(heapq.heappop(running), released[known]))
        ends.append(starts[-1] + own)
        heapq.heappush(running, ends[-1])
        released[i + 1] = max(released[i], ends[-1])
    return starts, ends


def as_they_come(search, evaluate, n_workers):
    """Ask whenever a worker is free, tell whatever ends first.

    Parameters
    ----------
    search : object
        As in `in_order`.
    evaluate : callable
        From the number of a trial and its configuration, its score and its seconds.
    n_workers : int
        How many run at once.

    Returns
    -------
    run : Run
        What came of it.
    """
    run, running, waiting, clock = Run([], [], [], []), [], deque(), 0.0
    while True:
        waiting.extend(search.ask(n_workers - len(running) - len(waiting)))
        while waiting and len(running) < n_workers:
            trial, number = waiting.popleft(), len(run.scores)
            score, seconds = evaluate(number, trial.params)
            run.scores.append(score)
            run.seconds.append(seconds)
            run.starts.append(clock)
            run.ends.append(clock + seconds)
            heapq.heappush(running, (run.ends[-1], number, trial))
        if not running:
            return run
        clock, number, trial = heapq.heappop(running)
        search.tell(trial, run.scores[number])
