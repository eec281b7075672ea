"""Evaluations of a search with other settings, as far as they lie in this one's space.

A configuration is known again by the names of its parameters and, of choices, by what
they say of themselves; a parameter that only one of the two searches has must stand at
the estimator's own value.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from skbluetuna.history import (
    Event,
    Failed,
    Finished,
    History,
    Reported,
    decode_event,
)
from skbluetuna.search._problem import choice_key
from skbluetuna.space import Categorical, Dimension, Space

__all__ = ["PastEvaluation", "add_imports", "of_history", "of_rows"]

Json = dict[str, Any]
Keys = dict[str, Any]  # of each parameter a number, or what a choice says of itself


class PastEvaluation(NamedTuple):
    """A configuration, and what came of it elsewhere."""

    keys: Keys
    values: tuple[float, ...]  # none if it failed
    seconds: float | None
    parts: Mapping[int, Mapping[str, Any]]


def of_history(
    spaces: Sequence[Space], events: Sequence[Event]
) -> list[PastEvaluation]:
    """Evaluations in memory."""
    history = History(spaces, events)
    return [
        PastEvaluation(
            {name: choice_key(value, []) for name, value in trial.params.items()},
            trial.values, trial.seconds, history.parts(trial.number),
        )
        for trial in history.trials
        if trial.state != "asked"
    ]  # fmt: skip


def of_rows(
    choices: list[list[Any]],
    rows: Mapping[int, Json],
    check: Callable[[Event], None],
) -> list[PastEvaluation]:
    """Evaluations on file; rows that do not fit together are left out.

    Parameters
    ----------
    choices : list
        Name and choices of each parameter of each alternative, from the header.
    rows : mapping
        Events as JSON values.
    check : callable
        Raises ValueError for an event that no evaluation can have left.
    """
    keys: dict[Any, Keys] = {}
    ends: dict[int, Finished | Failed] = {}
    parts: dict[int, dict[int, Mapping[str, Any]]] = {}
    for row in rows.values():
        if row.get("event") in ("asked", "imported"):
            own = _keys(choices, row)
            if own is not None:
                keys.setdefault(row.get("number"), own)
        event = _outcome(row)
        if isinstance(event, Reported) and _passes(event, check):
            parts.setdefault(event.number, {})[event.part] = event.outcome
        elif isinstance(event, Finished | Failed):
            ends.setdefault(event.number, event)
    return [
        PastEvaluation(keys[n], _values(ends[n]), ends[n].seconds, parts.get(n, {}))
        for n in keys
        if n in ends
    ]


def _outcome(row: Json) -> Event | None:
    """What a row says came of a trial; None if it says nothing of it."""
    kind = row.get("event")
    if kind == "imported":
        kind = "finished" if row.get("values") else "failed"
        row = row | {"event": kind, "reason": None}
    if kind not in ("reported", "finished", "failed"):
        return None
    try:
        return decode_event(row, ())
    except ValueError:
        return None


def _passes(event: Event, check: Callable[[Event], None]) -> bool:
    try:
        check(event)
    except ValueError:
        return False
    return True


def _values(end: Finished | Failed) -> tuple[float, ...]:
    return end.values if isinstance(end, Finished) else ()


def add_imports(
    history: History,
    spaces: Sequence[Space],
    found: Sequence[PastEvaluation],
    own: Mapping[str, Any],
    n_splits: int,
) -> None:
    """Add evaluations of which every fold is known and that lie in a space.

    Parameters
    ----------
    history : History
        Where they are added, each configuration once.
    spaces : sequence of Space
        The alternatives; the first that holds a configuration gets it.
    found : sequence of PastEvaluation
        The evaluations.
    own : mapping
        The estimator's own values.
    n_splits : int
        Number of folds.
    """
    for one in found:
        if set(one.parts) != set(range(n_splits)):
            continue
        places = ((k, _placed(space, one.keys, own)) for k, space in enumerate(spaces))
        place = next(((k, params) for k, params in places if params is not None), None)
        if place is None:
            continue
        k, params = place
        (unit,) = spaces[k].to_unit([params])
        if history.view(k).has_row(unit):
            continue
        trial = history.add(k, params, one.values, seconds=one.seconds)
        for part, outcome in sorted(one.parts.items()):
            history.append(Reported(trial.number, part, outcome))


def _keys(choices: list[list[Any]], row: Json) -> Keys | None:
    """What a stored configuration says of itself; None if that is not known."""
    alternative, values = row.get("alternative"), row.get("choice")
    if not isinstance(alternative, int) or not 0 <= alternative < len(choices):
        return None
    names = choices[alternative]
    if not isinstance(values, list) or len(values) != len(names):
        return None
    keys = {}
    for (name, known), value in zip(names, values, strict=True):
        if value is None:
            continue
        if known is None:
            keys[name] = value
        elif type(value) is int and 0 <= value < len(known):
            keys[name] = known[value]
        else:
            return None
    return keys


def _placed(space: Space, keys: Keys, own: Mapping[str, Any]) -> dict[str, Any] | None:
    """The configuration in a space; None if it does not lie there."""
    dims = dict(zip(space.names, space.dimensions, strict=True))
    params = {}
    for name, key in keys.items():
        if name in dims:
            value = _value(dims[name], key)
            if value is None:
                return None
            params[name] = value[0]
        elif name not in own or choice_key(own[name], []) != key:
            return None
    for name in space.filled(params):
        if name not in params:
            if name not in own or not dims[name].contains(own[name]):
                return None
            params[name] = dims[name].native(own[name])
    ordered = {name: params[name] for name in space.names if name in params}
    return ordered if space.holds(ordered) else None


def _value(dim: Dimension, key: Any) -> tuple[Any] | None:
    """The value of a dimension that a key stands for, in a tuple; None if none does."""
    if isinstance(dim, Categorical):
        same = (choice for choice in dim.choices if choice_key(choice, []) == key)
        return next(((choice,) for choice in same), None)
    is_number = type(key) in (int, float)
    return (dim.native(key),) if is_number and dim.contains(key) else None
