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
    Ladder,
    Reported,
    decode_event,
    row_key,
)
from skbluetuna.search._event_checks import agree
from skbluetuna.search._problem import choice_key
from skbluetuna.search._trade_off import Guide
from skbluetuna.space import Categorical, Space

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
    spaces: Sequence[Space], events: Sequence[Event], ladder: Ladder | None
) -> list[PastEvaluation]:
    """Evaluations in memory, those with the full resource."""
    history = History(spaces, events, ladder)
    return [
        PastEvaluation(
            {name: choice_key(value) for name, value in trial.params.items()},
            trial.values, trial.seconds, history.parts(trial.number),
        )
        for trial in history.trials
        if trial.state != "asked" and history.is_full(trial)
    ]  # fmt: skip


def of_rows(
    choices: list[list[Any]],
    rows: Mapping[int, Json],
    check: Callable[[Event], None],
    full: float | None = None,
) -> list[PastEvaluation]:
    """Evaluations on file; rows that do not fit together are left out.

    So are those at less than the full resource.

    Parameters
    ----------
    choices : list
        Name and choices of each parameter of each alternative, from the header.
    rows : mapping
        Events as JSON values.
    check : callable
        Raises ValueError for an event that no evaluation can have left.
    full : float or None, default=None
        The full resource of the search that wrote them; None: it had none.
    """
    keys: dict[int, Keys] = {}
    ends: dict[int, Finished | Failed] = {}
    parts: dict[int, dict[int, Mapping[str, Any]]] = {}
    for row in rows.values():
        number, own = row.get("number"), _keys(choices, row)
        is_full = row.get("resource") in (None, full)
        if type(number) is int and own is not None and is_full:
            keys.setdefault(number, own)
        event = _outcome(row)
        if isinstance(event, Reported) and _passes(event, check):
            parts.setdefault(event.number, {})[event.part] = event.outcome
        elif isinstance(event, Finished | Failed):
            ends[event.number] = event  # the last word, as a fold may have been lost
    return [
        PastEvaluation(keys[n], _values(ends[n]), ends[n].seconds, parts.get(n, {}))
        for n in sorted(keys)
        if n in ends
    ]


def add_imports(
    history: History,
    spaces: Sequence[Space],
    found: Sequence[PastEvaluation],
    own: Mapping[str, Any],
    *,
    n_splits: int,
    guide: Guide,
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
    guide : tuple of str, or as `refit` in ``GridSearchCV``
        The objectives, or which of several metrics guides the search.
    """
    places = [Place(space, own) for space in spaces]
    seen: set[tuple[int, bytes]] = set()
    for one in found:
        if set(one.parts) != set(range(n_splits)):
            continue
        fits = [dict(one.parts[fold]) for fold in range(n_splits)]
        k, params = _first_of(places, one.keys)
        if params is None or not agree(fits, one.values, guide):
            continue
        (unit,) = spaces[k].to_unit([params])
        if (k, row_key(unit)) in seen:
            continue
        seen.add((k, row_key(unit)))
        trial = history.add(k, params, one.values, seconds=one.seconds)
        for fold in range(n_splits):
            history.append(Reported(trial.number, fold, one.parts[fold]))


class Place:
    """Where configurations of another search lie in a space.

    Parameters
    ----------
    space : Space
        The space.
    own : mapping
        The estimator's own values.
    """

    def __init__(self, space: Space, own: Mapping[str, Any]) -> None:
        self._space, self._own = space, own
        self._dims = dict(zip(space.names, space.dimensions, strict=True))
        self._choices = {
            name: [(choice_key(choice), choice) for choice in dim.choices]
            for name, dim in self._dims.items()
            if isinstance(dim, Categorical)
        }

    def find(self, keys: Keys) -> dict[str, Any] | None:
        """The configuration with these keys; None if it does not lie in the space."""
        known = {name: key for name, key in keys.items() if name in self._dims}
        names = {*self._dims, *keys}
        others = keys.keys() - known.keys()
        if not all(self._is_own(name, keys[name], names) for name in others):
            return None
        found = {name: self._value(name, key) for name, key in known.items()}
        if any(value is None for value in found.values()):
            return None
        params = {name: value[0] for name, value in found.items() if value}
        for name in self._space.names:
            if name in params or name not in self._space.filled(params):
                continue
            value = None if name not in self._own else self._own_value(name, names)
            if value is None:
                return None
            params[name] = value[0]
        ordered = {name: params[name] for name in self._space.names if name in params}
        return ordered if self._space.holds(ordered) else None

    def _own_value(self, name: str, names: set[str]) -> tuple[Any] | None:
        """The estimator's own value of a parameter, if it is one of the dimension's."""
        key = choice_key(self._own[name])
        return self._value(name, key) if self._is_own(name, key, names) else None

    def _is_own(self, name: str, key: Any, names: set[str]) -> bool:
        """Whether a parameter that is not searched would have this value.

        What belongs to a part that is searched itself may have any.
        """
        if any(name.startswith(f"{other}__") for other in names) or key is None:
            return False
        return name in self._own and _is_same(choice_key(self._own[name]), key)

    def _value(self, name: str, key: Any) -> tuple[Any] | None:
        """The value that a key stands for, in a tuple; None if there is none."""
        if name in self._choices:
            pairs = self._choices[name]
            return next(((own,) for k, own in pairs if _is_same(k, key)), None)
        dim = self._dims[name]
        if type(key) not in (int, float) or not dim.contains(key):
            return None
        value = dim.native(key)  # of many parameters 1 says another thing than 1.0
        return (value,) if _is_same(value, key) else None


def _first_of(places: Sequence[Place], keys: Keys) -> tuple[int, dict[str, Any] | None]:
    """The first space that has the configuration, and what it is there."""
    for k, place in enumerate(places):
        params = place.find(keys)
        if params is not None:
            return k, params
    return 0, None


def _is_same(one: Any, other: Any) -> bool:
    return one is not None and type(one) is type(other) and one == other


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


def _keys(choices: list[list[Any]], row: Json) -> Keys | None:
    """What a stored configuration says of itself; None if that is not known."""
    alternative, values = row.get("alternative"), row.get("choice")
    if type(alternative) is not int or not 0 <= alternative < len(choices):
        return None
    names = choices[alternative]
    if not isinstance(values, list) or len(values) != len(names):
        return None
    keys = {}
    for (name, known), value in zip(names, values, strict=True):
        if value is None:  # it does not apply
            continue
        if known is None:
            keys[name] = value
        elif type(value) is int and 0 <= value < len(known):
            keys[name] = known[value]
        else:
            return None
    return keys
