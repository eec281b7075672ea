"""How much of the resource the next evaluation may spend."""

from collections.abc import Callable
from typing import NamedTuple

from skbluetuna.history import Ladder, View
from skbluetuna.space import Space
from skbluetuna.stages import FloatArray, agreement

__all__ = ["RungRule", "Spent", "one_above"]

FIRST_COST = 3.0  # full evaluations; before that cheap ones may be more than half
CHEAP_SHARE = 0.5  # of all cost
CHEAP_UNTIL = 10.0  # full evaluations
AGREEMENT = 0.0  # of cheap scores with full ones, below which cheap ones mislead


class Spent(NamedTuple):
    """What a search has spent, in full evaluations, and for whom it is asked now."""

    total: float
    partial: float  # on evaluations at less than the full resource
    left: float  # of the budget
    stage: str  # that asks now


RungRule = Callable[[Ladder, Space, View, FloatArray, Spent], float]


def one_above(
    ladder: Ladder, space: Space, view: View, unit: FloatArray, spent: Spent
) -> float:
    """One rung above where a configuration stands; in full where cheap is of no use.

    In full: the first configuration; any once cheap evaluations would be more than half
    of all cost, or ten full ones' worth is spent; where no full one could follow; and
    where cheap scores do not tell full ones.

    Parameters
    ----------
    ladder : Ladder
        The rungs.
    space : Space
        The space.
    view : View
        What was asked and told.
    unit : ndarray of shape (d,)
        The configuration.
    spent : Spent
        What the search has spent so far.

    Returns
    -------
    resource : float
        One of the rungs.
    """
    if not len(view) or spent.total >= CHEAP_UNTIL:
        return ladder.full
    level = view.level_of(unit)
    resource = ladder.least if level is None else ladder.above(level)
    cost = ladder.cost(resource)
    if spent.left < 1.0 + cost:
        return ladder.full
    total, partial = spent.total + cost, spent.partial + cost
    if total > FIRST_COST and partial > CHEAP_SHARE * total:
        return ladder.full
    if agreement(space, view) < AGREEMENT:
        return ladder.full
    return resource
