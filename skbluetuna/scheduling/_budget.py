"""A budget, and each alternative's share of it."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from skbluetuna.history import row_keys
from skbluetuna.model import PastScores
from skbluetuna.past import Lessons
from skbluetuna.space import Space
from skbluetuna.stages import FloatArray, FullGrid, OpenStage, PastStarts, active
from skbluetuna.strategies import Schedule, Strategy

__all__ = ["Budget", "Share", "allocate", "with_partial"]

Params = dict[str, Any]


class Share(NamedTuple):
    """What one alternative gets of a budget, and its stages."""

    space: Space
    initial: list[Params]
    quota: int
    schedule: Schedule
    n_begun: int = 0  # configurations it begins with: those it asks first, and
    n_known: int = 0  # those that were evaluated elsewhere, besides the quota
    past: tuple[PastScores, ...] = ()  # what past searches found

    @property
    def open_stage(self) -> OpenStage | None:
        """The stage whose next trial competes with the other alternatives'."""
        return self.schedule.open_stage


class Budget(NamedTuple):
    """A number of trials, and how the alternatives share them."""

    shares: tuple[Share, ...]
    n_trials: int  # those beyond the quotas are open to all alternatives

    @property
    def numbers(self) -> range:
        """Numbers of the alternatives."""
        return range(len(self.shares))

    @property
    def is_grid(self) -> bool:
        """Whether every configuration is asked, in their order."""
        return all(one.schedule.stages[0].name == "grid" for one in self.shares)

    @property
    def is_open(self) -> bool:
        """Whether there are open trials."""
        return sum(one.quota for one in self.shares) < self.n_trials


def allocate(
    spaces: tuple[Space, ...],
    initial: list[list[Params]],
    strategy: Strategy,
    n_iter: int | None,
    *,
    imported: Sequence[FloatArray] = (),
    lessons: Sequence[Lessons] = (),
    first: Budget | None = None,
) -> Budget:
    """Give each alternative its share of the budget and its stages.

    A finite search no larger than the budget is asked exhaustively, in
    ``ParameterGrid`` order, its initial configurations where they stand in the grid.
    Otherwise each alternative has a first look: its initial configurations, and two
    trials more than it has parameters that vary, as far as half of the budget goes
    round. The rest is open, see `Scheduler`. Where a strategy has no open stage the
    budget is split evenly, and what a finite alternative cannot use goes to the others.

    Parameters
    ----------
    spaces : tuple of k Space
        The alternatives.
    initial : list of k lists of dicts
        From `initial_rows`.
    strategy : Strategy
        Makes out the stages of each.
    n_iter : int or None
        Trials of all alternatives together; None for each strategy's own schedule.
    imported : sequence of k ndarrays of shape (n, d), default=()
        Units of evaluations that the search begins with. They are initial trials of
        shares that are so much larger; the budget does not count them.
    lessons : sequence of k Lessons, default=()
        What each takes from past searches: it begins with their starts too.
    first : Budget or None, default=None
        The budget with which the search began, if this one is a later one: unless that
        was a grid its stages remain, and the last has no end but the new budget's.

    Returns
    -------
    budget : Budget
        Alternatives with quotas, and the number of all trials.
    """
    if first is not None and first.is_grid:
        return first
    known = list(imported) or [np.empty((0, len(space))) for space in spaces]
    n_known = [len(set(row_keys(own))) for own in known]
    taken = list(lessons) or [Lessons()] * len(spaces)
    begun = [_begun(*each) for each in zip(spaces, initial, taken, known, strict=True)]
    full = [
        max(0, strategy.n_trials(space, own) - n)
        for space, own, n in zip(spaces, begun, n_known, strict=True)
    ]
    budget = sum(full) if n_iter is None else n_iter
    rooms = [
        None if space.size is None else max(0, space.size - n)
        for space, n in zip(spaces, n_known, strict=True)
    ]
    is_finite = first is None and None not in rooms
    if is_finite and sum(room or 0 for room in rooms) <= budget:
        grids = tuple(
            Share(space, [], room or 0, _exhaustive(strategy, space, own))
            for space, own, room in zip(spaces, begun, rooms, strict=True)
        )
        return Budget(grids, sum(room or 0 for room in rooms))
    if n_iter is None:
        quotas = [
            n if room is None else min(n, room)
            for n, room in zip(full, rooms, strict=True)
        ]
    else:
        quotas = _split(n_iter, rooms, n_known)
    n_trials = sum(quotas)
    if first is not None:
        return _grown(first, quotas, n_trials)
    schedules = [
        _begun_from(one, strategy.schedule(space, own, quota + n))
        for one, space, own, quota, n in zip(
            taken, spaces, begun, quotas, n_known, strict=True
        )
    ]
    sizes = map(len, begun)
    past = (tuple(own.found for own in one.searches) for one in taken)
    own = tuple(map(Share, spaces, initial, quotas, schedules, sizes, n_known, past))
    if len(own) > 1 and all(one.open_stage is not None for one in own):
        own = _competing(own, n_trials)
    return Budget(own, n_trials)


def _begun_from(lessons: Lessons, schedule: Schedule) -> Schedule:
    """The schedule after what past searches began well with."""
    if not lessons.starts:
        return schedule
    first = PastStarts(lessons.starts, lessons.stage)
    return schedule._replace(stages=(first, *schedule.stages))


def _begun(
    space: Space, initial: list[Params], lessons: Lessons, known: FloatArray
) -> FloatArray:
    """What an alternative begins with, none twice: what it asks first, then the rest.

    So the reference leads, whether it is to be asked or was evaluated elsewhere.
    """
    starts = np.array(lessons.starts).reshape(-1, len(space))
    units = np.vstack([space.to_unit(initial), starts, known])
    first: dict[bytes, FloatArray] = {}
    for key, unit in zip(row_keys(units), units, strict=True):
        first.setdefault(key, unit)
    return np.array(list(first.values())).reshape(-1, len(space))


def _grown(first: Budget, quotas: list[int], n_trials: int) -> Budget:
    """A larger budget; first looks stay what they were."""
    own = first.shares
    if first.is_open:
        quotas = [one.quota for one in own]
    ends = [_endless(one, q, n_trials) for one, q in zip(own, quotas, strict=True)]
    return Budget(tuple(ends), n_trials)


def _competing(own: tuple[Share, ...], n_trials: int) -> tuple[Share, ...]:
    """The alternatives with a first look each, in place of even shares."""
    n_all = n_trials + sum(one.n_known for one in own)
    looks = [_look(one, n_all // (2 * len(own))) for one in own]
    if sum(looks) > n_trials:  # more initial configurations than trials
        looks = [min(look, one.quota) for look, one in zip(looks, own, strict=True)]
    ends = [_endless(one, look, n_trials) for one, look in zip(own, looks, strict=True)]
    return tuple(ends)


def _look(share: Share, most: int) -> int:
    """Size of the first look: two trials more than parameters, and all initial ones.

    Less those that it is known to have had before.
    """
    look = max(1, min(len(active(share.space)) + 2, most))
    look, size = max(look, share.n_begun), share.space.size
    look = look if size is None else min(look, size)
    return max(0, look - share.n_known)


def with_partial(budget: Budget, most_trials: int) -> Budget:
    """The budget where trials may cost less than a full one, and so be more.

    The last stage of each alternative has no end but the budget's.
    """
    if budget.is_grid:
        return budget
    ends = (_endless(one, one.quota, most_trials) for one in budget.shares)
    return budget._replace(shares=tuple(ends))


def _endless(share: Share, quota: int, n_trials: int) -> Share:
    """Give the last stage all of the budget."""
    return share._replace(quota=quota, schedule=share.schedule.extended(n_trials))


def _split(
    n_iter: int, rooms: Sequence[int | None], n_known: Sequence[int]
) -> list[int]:
    """Shares that are even with what each had before, none above its room.

    What does not divide goes to the first.
    """
    if n_iter < len(rooms):
        raise ValueError(
            f"n_iter must be at least the number of alternatives, {len(rooms)}; "
            f"got {n_iter}."
        )
    most = [n_iter if room is None else min(n_iter, room) for room in rooms]

    def shares(level: int) -> list[int]:
        pairs = zip(most, n_known, strict=True)
        return [min(max(0, level - n), own) for own, n in pairs]

    levels = range(n_iter + max(n_known) + 1)
    level = bisect_right(levels, n_iter, key=lambda k: sum(shares(k))) - 1
    low, high = shares(level), shares(level + 1)
    left = n_iter - sum(low)
    for k, (own, more) in enumerate(zip(low, high, strict=True)):
        if left and more > own:
            low[k], left = more, left - 1
    return low


def _exhaustive(strategy: Strategy, space: Space, initial: FloatArray) -> Schedule:
    """The whole grid in place of a strategy's stages; its explanation stays."""
    own = strategy.schedule(space, initial, space.size or 0)
    return own._replace(stages=(FullGrid(),))
