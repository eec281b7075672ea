"""A strategy's next trial where nobody says how many there will be."""

import numpy as np

from skbluetuna._course import Course
from skbluetuna._ledger import Ledger, Trial
from skbluetuna.space import Space
from skbluetuna.stages import Strategy, any_fresh_point

__all__ = ["next_trial"]

MOST_AHEAD = 8  # others whose choices are foreseen


def next_trial(
    space: Space,
    ledger: Ledger,
    strategy: Strategy,
    n_trials: int | None,
    seed: int,
    ahead: int = 0,
) -> Trial:
    """Choose the next trial after those of a ledger.

    Once the strategy's trials are spent, budgets twice as large follow one another, so
    that its last stage goes on for ever.

    Parameters
    ----------
    space : Space
        The space.
    ledger : Ledger
        What was asked and told; not changed.
    strategy : Strategy
        Makes out the stages.
    n_trials : int or None
        Trials for which it plans; a finite space no larger is asked exhaustively. None
        for its own schedule, with no such grid, as fewer may be run.
    seed : int
        Seed of the search.
    ahead : int, default=0
        How many others are choosing from the same ledger before this one; it takes the
        point after theirs. If they are more than eight, a random one.

    Returns
    -------
    trial : Trial
        The trial, as it would stand in the ledger. A random one, of stage "initial",
        while the stage waits for scores; one that was asked before if all were.
    """
    start = space.centre()
    if n_trials is None:
        n_trials = strategy.n_trials(space, space.to_unit([start]))
        if space.size is not None:
            n_trials = max(1, min(n_trials, space.size - 1))
    budgets = [n_trials]
    while budgets[-1] <= len(ledger) + ahead:
        budgets.append(2 * budgets[-1])
    course = Course((space,), [[start]], strategy, seed, budgets)
    asked = ledger.copy()
    while ahead <= MOST_AHEAD and len(asked) <= len(ledger) + ahead:
        if not course.ask(asked, len(ledger) + ahead + 1 - len(asked)):
            break
    if len(asked) > len(ledger) + ahead:
        return asked[len(ledger) + ahead]
    rng = np.random.default_rng([seed, len(ledger), ahead])
    unit = any_fresh_point(space, ledger, rng)
    if unit is None:
        (unit,) = space.snap(rng.random((1, len(space))))
    (params,) = space.from_unit(unit[None])
    return Trial(len(ledger), params, tuple(unit.tolist()), "initial")
