"""Several spaces in one search: what each starts from, and its share of the budget."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._ledger import Ledger, row_keys
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Schedule, Stage, active
from skbluetuna.stages._grid import Grid
from skbluetuna.stages._strategy import Strategy

__all__ = ["Alternative", "Plan", "choose_open", "initial_rows", "plan"]

Params = dict[str, Any]


N_PER_CHANCE = 10  # of so many open trials one goes to who had fewest


class Alternative(NamedTuple):
    """One space of the search with its share of the budget."""

    space: Space
    initial: list[Params]
    quota: int
    schedule: Schedule

    @property
    def last_stage(self) -> Stage:
        """The stage that has open trials."""
        return self.schedule.stages[-1]


class Plan(NamedTuple):
    """What a budget is for."""

    alternatives: tuple[Alternative, ...]
    n_trials: int  # those beyond the quotas are open to all alternatives

    @property
    def numbers(self) -> range:
        """Numbers of the alternatives."""
        return range(len(self.alternatives))

    @property
    def is_grid(self) -> bool:
        """Whether every configuration is asked, in their order."""
        return all(a.schedule.stages[0].name == "grid" for a in self.alternatives)

    @property
    def is_open(self) -> bool:
        """Whether there are open trials."""
        return sum(a.quota for a in self.alternatives) < self.n_trials


def initial_rows(
    spaces: tuple[Space, ...],
    reference: Any,
    initial_params: Sequence[Mapping[str, Any]] | None,
) -> list[list[Params]]:
    """Complete configurations that each alternative asks first, its reference leading.

    Parameters
    ----------
    spaces : tuple of k Space
        The alternatives.
    reference : mapping, sequence of k mappings, or None
        Where each scan looks around; what is missing or outside its dimension (None
        is, unless it is a choice) stands at the centre.
    initial_params : sequence of mappings or None
        More configurations. Each goes to the first alternative that holds it; what it
        does not name stands at the reference's value.

    Returns
    -------
    rows : list of k lists of dicts
        Native values; no configuration twice.

    Raises
    ------
    ValueError, TypeError
        If a configuration belongs to no alternative.
    """
    references = as_references(spaces, reference)
    rows = [[s.filled(r)] for s, r in zip(spaces, references, strict=True)]
    if isinstance(initial_params, Mapping) or not isinstance(
        initial_params, Iterable | None
    ):
        raise TypeError(
            f"initial_params must be a list of dicts; got {initial_params!r}."
        )
    for i, params in enumerate(initial_params or ()):
        k = _home(spaces, [own[0] for own in rows], params, f"initial_params[{i}]")
        rows[k].append(spaces[k].filled(rows[k][0] | dict(params)))
    return [_distinct(s, own) for s, own in zip(spaces, rows, strict=True)]


def as_references(
    spaces: tuple[Space, ...], reference: Any
) -> Sequence[Mapping[str, Any]]:
    """One configuration for each alternative, as `BlueTuner` takes them.

    Raises
    ------
    ValueError, TypeError
        If they are not as many as alternatives, or no dicts.
    """
    if reference is None:
        reference = [{}] * len(spaces)
    references = [reference] if isinstance(reference, Mapping) else reference
    if not isinstance(references, Sequence) or not all(
        isinstance(one, Mapping) for one in references
    ):
        raise TypeError(
            f"reference must be a dict or a list of dicts; got {reference!r}."
        )
    if len(references) != len(spaces):
        raise ValueError(
            f"reference must hold one configuration for each of {len(spaces)} "
            f"alternatives; got {len(references)}."
        )
    return references


def _home(
    spaces: tuple[Space, ...], references: list[Params], params: Any, what: str
) -> int:
    """Number of the first alternative that holds a configuration."""
    if not isinstance(params, Mapping):
        raise TypeError(f"{what} must be a dict; got {params!r}.")
    pairs = zip(spaces, references, strict=True)
    faults = [space.fault(params, reference) for space, reference in pairs]
    if None not in faults:
        raise ValueError(f"{what}: {faults[0]}")
    return faults.index(None)


def _distinct(space: Space, rows: list[Params]) -> list[Params]:
    keys = row_keys(space.snap(space.to_unit(rows)))
    first: dict[bytes, Params] = {}
    for key, row in zip(keys, rows, strict=True):
        first.setdefault(key, row)
    return list(first.values())


def plan(
    spaces: tuple[Space, ...],
    initial: list[list[Params]],
    strategy: Strategy,
    n_iter: int | None,
    *,
    begun: Plan | None = None,
) -> Plan:
    """Give each alternative its share of the budget and its stages.

    A finite search no larger than the budget is asked exhaustively, in
    ``ParameterGrid`` order, its initial configurations where they stand in the grid.
    Otherwise each alternative has a first look: its initial configurations, and two
    trials more than it has parameters that vary, as far as half of the budget goes
    round. The rest is open, see `choose_open`. A strategy that can not say what its
    next trial promises has no open trials: its budget is split evenly, and what a
    finite alternative cannot use goes to the others.

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
    begun : Plan or None, default=None
        The plan with which the search began, if that had a smaller budget: unless it
        was a grid its stages remain, and the last has no end but the new budget's.

    Returns
    -------
    plan : Plan
        Alternatives with quotas, and the number of all trials.
    """
    units = [space.to_unit(rows) for space, rows in zip(spaces, initial, strict=True)]
    full = [strategy.n_trials(s, u) for s, u in zip(spaces, units, strict=True)]
    budget = sum(full) if n_iter is None else n_iter
    sizes = [space.size for space in spaces]
    if begun is not None and begun.is_grid:
        return begun
    is_finite = begun is None and None not in sizes
    if is_finite and sum(size or 0 for size in sizes) <= budget:
        grids = tuple(
            Alternative(s, [], s.size or 0, _exhaustive(strategy, s, u))
            for s, u in zip(spaces, units, strict=True)
        )
        return Plan(grids, sum(size or 0 for size in sizes))
    if n_iter is None:
        quotas = [
            n if s is None else min(n, s) for n, s in zip(full, sizes, strict=True)
        ]
    else:
        quotas = _split(n_iter, sizes)
    n_trials = sum(quotas)
    if begun is not None:
        return _grown(begun, quotas, n_trials)
    schedules = [
        strategy.schedule(s, u, quota)
        for s, u, quota in zip(spaces, units, quotas, strict=True)
    ]
    own = tuple(map(Alternative, spaces, initial, quotas, schedules))
    if len(own) > 1 and all(hasattr(a.last_stage, "promise") for a in own):
        own = _competing(own, n_trials)
    return Plan(own, n_trials)


def _grown(begun: Plan, quotas: list[int], n_trials: int) -> Plan:
    """The plan of a larger budget; first looks stay what they were."""
    own = begun.alternatives
    if begun.is_open:
        quotas = [a.quota for a in own]
    ends = [_endless(a, q, n_trials) for a, q in zip(own, quotas, strict=True)]
    return Plan(tuple(ends), n_trials)


def _competing(own: tuple[Alternative, ...], n_trials: int) -> tuple[Alternative, ...]:
    """The alternatives with a first look each, in place of even shares."""
    looks = [_look(a, n_trials // (2 * len(own))) for a in own]
    if sum(looks) > n_trials:  # more initial configurations than trials
        looks = [min(look, a.quota) for look, a in zip(looks, own, strict=True)]
    ends = [_endless(a, look, n_trials) for a, look in zip(own, looks, strict=True)]
    return tuple(ends)


def _look(alternative: Alternative, most: int) -> int:
    """Size of the first look: two trials more than parameters, and all initial ones."""
    look = max(1, min(len(active(alternative.space)) + 2, most))
    look, size = max(look, len(alternative.initial)), alternative.space.size
    return look if size is None else min(look, size)


def _endless(alternative: Alternative, quota: int, n_trials: int) -> Alternative:
    """Give the last stage all of the budget, if it counts its trials."""
    *before, last = alternative.schedule.stages
    if hasattr(last, "n_trials"):
        last = replace(last, n_trials=n_trials)  # type: ignore[type-var]
    schedule = alternative.schedule._replace(stages=(*before, last))
    return alternative._replace(quota=quota, schedule=schedule)


def choose_open(
    alternatives: tuple[Alternative, ...], ledgers: list[Ledger], seed: int
) -> tuple[int, FloatArray] | None:
    """Choose which alternative gets the next open trial, and its point.

    It goes to where a climb promises the largest augmented improvement over the best
    score of all; every tenth to the alternative that has had the fewest trials, so that
    none is given up on the word of a model that has seen little of it.

    Parameters
    ----------
    alternatives : tuple of k Alternative
        All of them, their quotas asked.
    ledgers : list of k Ledger
        The rows of each.
    seed : int
        Seed of the search.

    Returns
    -------
    choice : (int, ndarray of shape (d,)) or None
        Number of the alternative and its next point; None if there is none.
    """
    n_open = sum(map(len, ledgers)) - sum(a.quota for a in alternatives)
    order = sorted(range(len(alternatives)), key=lambda k: (len(ledgers[k]), k))
    best: tuple[float, int, FloatArray] | None = None
    for k in order:
        space, stage = alternatives[k].space, alternatives[k].last_stage
        promise = None
        if not stage.is_done(space, ledgers[k], (seed, k)):
            promise = stage.promise(space, ledgers[k], (seed, k))  # type: ignore[attr-defined]
        if promise is None:
            continue
        if n_open % N_PER_CHANCE == N_PER_CHANCE - 1:
            return k, promise.unit
        if best is None or promise.log_gain > best[0]:
            best = promise.log_gain, k, promise.unit
    return None if best is None else best[1:]


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
    """The whole grid in place of a strategy's stages; its tables stay."""
    own = strategy.schedule(space, initial, space.size or 0)
    return own._replace(stages=(Grid(),))
