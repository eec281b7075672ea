"""A strategy's next trial where the number of trials is not known."""

from collections.abc import Mapping, Sequence

import numpy as np

from skbluetuna.history import History, Trial
from skbluetuna.scheduling import Scheduler
from skbluetuna.space import Space
from skbluetuna.stages import any_fresh_point
from skbluetuna.strategies import Strategy

__all__ = ["next_trial"]

MOST_AHEAD = 8  # others whose choices are foreseen


def next_trial(
    space: Space,
    history: History,
    strategy: Strategy,
    n_trials: int | None,
    seed: int,
    ahead: int = 0,
    objectives: tuple[str, ...] | None = None,
    margins: Mapping[int, Sequence[float]] | None = None,
) -> Trial:
    """Choose the next trial after those of a history.

    Once the strategy's trials are spent, budgets twice as large follow one another, so
    that its last stage goes on for ever.

    Parameters
    ----------
    space : Space
        The space.
    history : History
        What was asked and told; not changed.
    strategy : Strategy
        Makes out the stages.
    n_trials : int or None
        Trials for which it plans; a finite space no larger is asked exhaustively. None
        for its own schedule, with no such grid, as fewer may be run.
    seed : int
        Seed of the search.
    ahead : int, default=0
        How many others are choosing from the same history before this one; it takes the
        point after theirs. If they are more than eight, a random one.
    objectives : tuple of str, default=None
        Names of several objectives; None: there is one.
    margins : mapping of int to tuple of float, default=None
        Margins of measured constraints, see `Scheduler`.

    Returns
    -------
    trial : Trial
        The trial, as it would stand in the history. A random one, of stage "initial",
        while the stage waits for scores; one that was asked before if all were.
    """
    start = space.centre()
    if n_trials is None:
        n_trials = strategy.n_trials(space, space.to_unit([start]))
        if space.size is not None:
            n_trials = max(1, min(n_trials, space.size - 1))
    budgets = [n_trials]
    while budgets[-1] <= len(history) + ahead:
        budgets.append(2 * budgets[-1])
    scheduler = Scheduler(
        (space,), [[start]], strategy, seed, None, objectives, budgets, margins=margins
    )
    asked = history.copy()
    while ahead <= MOST_AHEAD and len(asked) <= len(history) + ahead:
        if not scheduler.ask(asked, len(history) + ahead + 1 - len(asked)):
            break
    if len(asked) > len(history) + ahead:
        return asked.trials[len(history) + ahead]
    rng = np.random.default_rng([seed, len(history), ahead])
    unit = any_fresh_point(space, history.view(0), rng)
    if unit is None:
        (unit,) = space.snap(rng.random((1, len(space))))
    (params,) = space.from_unit(unit[None])
    return Trial(len(history), params, tuple(unit.tolist()), "initial")
