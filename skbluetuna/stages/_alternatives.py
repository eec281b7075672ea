"""Several spaces in one search: what each starts from, and its share of the budget."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._ledger import row_key
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Schedule
from skbluetuna.stages._grid import Grid
from skbluetuna.stages._strategy import Strategy

__all__ = ["Alternative", "initial_rows", "plan"]

Params = dict[str, Any]


class Alternative(NamedTuple):
    """One space of the search with its share of the budget."""

    space: Space
    initial: list[Params]
    quota: int
    schedule: Schedule


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
    rows = [[_filled(s, r)] for s, r in zip(spaces, references, strict=True)]
    if isinstance(initial_params, Mapping) or not isinstance(
        initial_params, Iterable | None
    ):
        raise TypeError(
            f"initial_params must be a list of dicts; got {initial_params!r}."
        )
    for i, params in enumerate(initial_params or ()):
        k = _home(spaces, params, f"initial_params[{i}]")
        rows[k].append(_native(spaces[k], rows[k][0] | dict(params)))
    return [_distinct(s, own) for s, own in zip(spaces, rows, strict=True)]


def _filled(space: Space, params: Mapping[str, Any]) -> Params:
    """The values that lie in the space, and the centre for the rest."""
    usable = {
        name: params[name]
        for name, dim in zip(space.names, space.dimensions, strict=True)
        if name in params and dim.contains(params[name])
    }
    return _native(space, space.centre() | usable)


def _native(space: Space, params: Params) -> Params:
    dims = zip(space.names, space.dimensions, strict=True)
    return {name: dim.native(params[name]) for name, dim in dims}


def _home(spaces: tuple[Space, ...], params: Any, what: str) -> int:
    """Number of the first alternative that holds a configuration."""
    if not isinstance(params, Mapping):
        raise TypeError(f"{what} must be a dict; got {params!r}.")
    faults = [_fault(space, params) for space in spaces]
    if None not in faults:
        raise ValueError(f"{what}: {faults[0]}")
    return faults.index(None)


def _fault(space: Space, params: Mapping[str, Any]) -> str | None:
    """Why a configuration does not belong to a space; None if it does."""
    dims = dict(zip(space.names, space.dimensions, strict=True))
    for name, value in params.items():
        if name not in dims:
            return f"{name!r} must be one of {sorted(dims)}."
        if not dims[name].contains(value):
            return f"{name!r} must lie in {dims[name]!r}; got {value!r}."
    return None


def _distinct(space: Space, rows: list[Params]) -> list[Params]:
    keys = [row_key(unit) for unit in space.snap(space.to_unit(rows))]
    return [row for i, row in enumerate(rows) if keys[i] not in keys[:i]]


def plan(
    spaces: tuple[Space, ...],
    initial: list[list[Params]],
    strategy: Strategy,
    n_iter: int | None,
    *,
    is_extended: bool = False,
) -> tuple[Alternative, ...]:
    """Give each alternative its share of the budget and its stages.

    A finite search no larger than the budget is asked exhaustively, in
    ``ParameterGrid`` order, its initial configurations where they stand in the grid.
    Otherwise the budget is split evenly; what a finite alternative cannot use goes to
    the others.

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
    is_extended : bool, default=False
        Whether the search began with a smaller budget: then it has no grid, and its
        last stage has no end but the budget's.

    Returns
    -------
    alternatives : tuple of k Alternative
        The plan.
    """
    units = [space.to_unit(rows) for space, rows in zip(spaces, initial, strict=True)]
    full = [strategy.n_trials(s, u) for s, u in zip(spaces, units, strict=True)]
    budget = sum(full) if n_iter is None else n_iter
    sizes = [space.size for space in spaces]
    is_finite = not is_extended and None not in sizes
    if is_finite and sum(size or 0 for size in sizes) <= budget:
        return tuple(
            Alternative(s, [], s.size or 0, _exhaustive(strategy, s, u))
            for s, u in zip(spaces, units, strict=True)
        )
    if n_iter is None:
        quotas = [
            n if s is None else min(n, s) for n, s in zip(full, sizes, strict=True)
        ]
    else:
        quotas = _split(n_iter, sizes)
    schedules = [
        strategy.schedule(s, u, quota)
        for s, u, quota in zip(spaces, units, quotas, strict=True)
    ]
    if is_extended:
        schedules = [_endless(*pair) for pair in zip(schedules, quotas, strict=True)]
    return tuple(map(Alternative, spaces, initial, quotas, schedules))


def _endless(schedule: Schedule, quota: int) -> Schedule:
    """Give the last stage all of the budget, if it counts its trials."""
    *before, last = schedule.stages
    if not hasattr(last, "n_trials"):
        return schedule
    endless = replace(last, n_trials=quota)  # type: ignore[type-var]
    return schedule._replace(stages=(*before, endless))


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
