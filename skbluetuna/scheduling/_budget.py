"""A budget, and each alternative's share of it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from skbluetuna.history import row_keys
from skbluetuna.space import Space
from skbluetuna.stages import FloatArray, FullGrid, OpenStage, active
from skbluetuna.strategies import Schedule, Strategy

__all__ = ["Budget", "Share", "allocate"]

Params = dict[str, Any]


class Share(NamedTuple):
    """What one alternative gets of a budget, and its stages."""

    space: Space
    initial: list[Params]
    quota: int
    schedule: Schedule

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
        Units of evaluations that the search begins with. To a strategy they are initial
        trials; the budget does not count them.
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
    units = [space.to_unit(rows) for space, rows in zip(spaces, initial, strict=True)]
    known = list(imported) or [np.empty((0, len(space))) for space in spaces]
    units = [_joined(*pair) for pair in zip(known, units, strict=True)]
    full = [
        max(0, strategy.n_trials(space, own) - len(had))
        for space, own, had in zip(spaces, units, known, strict=True)
    ]
    budget = sum(full) if n_iter is None else n_iter
    sizes = [space.size for space in spaces]
    is_finite = first is None and None not in sizes
    if is_finite and sum(size or 0 for size in sizes) <= budget:
        grids = tuple(
            Share(s, [], s.size or 0, _exhaustive(strategy, s, u))
            for s, u in zip(spaces, units, strict=True)
        )
        return Budget(grids, sum(size or 0 for size in sizes))
    if n_iter is None:
        quotas = [
            n if s is None else min(n, s) for n, s in zip(full, sizes, strict=True)
        ]
    else:
        quotas = _split(n_iter, sizes)
    n_trials = sum(quotas)
    if first is not None:
        return _grown(first, quotas, n_trials)
    schedules = [
        strategy.schedule(space, own, quota + len(had))
        for space, own, quota, had in zip(spaces, units, quotas, known, strict=True)
    ]
    own = tuple(map(Share, spaces, initial, quotas, schedules))
    if len(own) > 1 and all(one.open_stage is not None for one in own):
        own = _competing(own, n_trials)
    return Budget(own, n_trials)


def _joined(known: FloatArray, initial: FloatArray) -> FloatArray:
    """Units of what was imported, and of the initial trials that were not."""
    had = set(row_keys(known))
    is_new = np.array([key not in had for key in row_keys(initial)], dtype=bool)
    return np.vstack([known, initial[is_new]])


def _grown(first: Budget, quotas: list[int], n_trials: int) -> Budget:
    """A larger budget; first looks stay what they were."""
    own = first.shares
    if first.is_open:
        quotas = [one.quota for one in own]
    ends = [_endless(one, q, n_trials) for one, q in zip(own, quotas, strict=True)]
    return Budget(tuple(ends), n_trials)


def _competing(own: tuple[Share, ...], n_trials: int) -> tuple[Share, ...]:
    """The alternatives with a first look each, in place of even shares."""
    looks = [_look(one, n_trials // (2 * len(own))) for one in own]
    if sum(looks) > n_trials:  # more initial configurations than trials
        looks = [min(look, one.quota) for look, one in zip(looks, own, strict=True)]
    ends = [_endless(one, look, n_trials) for one, look in zip(own, looks, strict=True)]
    return tuple(ends)


def _look(share: Share, most: int) -> int:
    """Size of the first look: two trials more than parameters, and all initial ones."""
    look = max(1, min(len(active(share.space)) + 2, most))
    look, size = max(look, len(share.initial)), share.space.size
    return look if size is None else min(look, size)


def _endless(share: Share, quota: int, n_trials: int) -> Share:
    """Give the last stage all of the budget."""
    return share._replace(quota=quota, schedule=share.schedule.extended(n_trials))


def _split(n_iter: int, sizes: list[int | None]) -> list[int]:
    """Even shares, none above its size; what does not divide goes to the first."""
    if n_iter < len(sizes):
        raise ValueError(
            f"n_iter must be at least the number of alternatives, {len(sizes)}; "
            f"got {n_iter}."
        )
    room = np.array([np.inf if size is None else size for size in sizes])
    full = np.zeros(len(sizes), dtype=bool)
    while True:
        left = n_iter - int(room[full].sum())
        share, extra = divmod(left, max(1, int(np.sum(~full))))
        filled = ~full & (room <= share)
        if not filled.any():
            break
        full |= filled
    first = np.cumsum(~full) <= extra
    return [
        int(most) if is_full else share + int(more)
        for most, is_full, more in zip(room, full, first, strict=True)
    ]


def _exhaustive(strategy: Strategy, space: Space, initial: FloatArray) -> Schedule:
    """The whole grid in place of a strategy's stages; its explanation stays."""
    own = strategy.schedule(space, initial, space.size or 0)
    return own._replace(stages=(FullGrid(),))
