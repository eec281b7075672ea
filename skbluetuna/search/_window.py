"""The window: which candidate is asked when.

Candidate i is asked once all up to i - w are told, whatever else is known by then; so
what it was asked by does not depend on how long evaluations take, nor on how many run
at once. Only with w = 1 what a stage names without scores (a grid, a plan) is asked at
once: the workers would wait for the last fold of each candidate otherwise. In a race of
folds none is: each candidate is judged by those before it.
"""

import math

from skbluetuna._tuner import BlueTuner
from skbluetuna.history import Trial

__all__ = ["ask_up_to", "usual_window"]


def ask_up_to(tuner: BlueTuner, n_open: int, *, is_race: bool = False) -> list[Trial]:
    """Ask until so many trials are open.

    Parameters
    ----------
    tuner : BlueTuner
        Who is asked.
    n_open : int
        The window w.
    is_race : bool, default=False
        Whether folds race.

    Returns
    -------
    asked : list of Trial
        Those that were asked; none while w trials are open.
    """
    if n_open == 1 and not is_race:
        return [] if tuner.history.has_pending else tuner.ask()
    asked: list[Trial] = []
    while tuner.history.n_pending < n_open:
        further = tuner.ask(1)
        if not further:
            break
        asked += further
    return asked


def usual_window(n_jobs: int, n_splits: int) -> int:
    """The window by default: twice as many candidates as run at once.

    One where the folds of one candidate keep all workers busy.
    """
    return 1 if n_jobs <= n_splits else 2 * math.ceil(n_jobs / n_splits)
