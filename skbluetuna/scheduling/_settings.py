"""Settings of a search, and a whole search as text: everything a tuner knows."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from skbluetuna._utils._files import (
    Json,
    check_fields,
    is_count,
    is_text,
    seal,
    unseal,
)
from skbluetuna._version import __version__
from skbluetuna.history import Event, History, Ladder, decode_event, encode_event
from skbluetuna.past import Lessons, are_lessons, decode_lessons, encode_lessons
from skbluetuna.scheduling._several import as_objectives
from skbluetuna.space import (
    Space,
    check_same_names,
    constrained,
    decode_params,
    decode_relation,
    decode_space,
    encode_params,
    encode_relation,
    encode_space,
    parse_spaces,
    read_spaces,
)
from skbluetuna.strategies import Strategy, decode_strategy, encode_strategy

__all__ = ["Settings", "from_text", "new_history", "to_text", "with_spaces"]

FORMAT = 6  # of the JSON text


def _is_list(value: Any, is_right: Any = lambda _: True) -> bool:
    return isinstance(value, list) and all(map(is_right, value))


def _is_positive(value: Any) -> bool:
    return type(value) in (int, float) and 0.0 < value < math.inf


FIELDS: dict[str, Any] = {
    "format": lambda value: value == FORMAT,
    "version": is_text,
    "seed": is_count,
    "strategy": lambda value: value is None or isinstance(value, dict),
    "names": lambda value: _is_list(value, lambda own: _is_list(own, is_text)),
    "spaces": lambda value: value is None or _is_list(value),
    "constraints": lambda value: value is None or _is_list(value, _is_list),
    "initial": lambda value: _is_list(value, _is_list),
    "rungs": lambda value: value is None or _is_list(value, _is_positive),
    "objectives": lambda value: value is None or _is_list(value, is_text),
    "history": are_lessons,
    "events": lambda value: _is_list(value, lambda own: isinstance(own, dict)),
}


class Settings(NamedTuple):
    """What a search was given; what it asks follows from this and its history."""

    spaces: tuple[Space, ...]
    initial: list[list[dict[str, Any]]]  # of each space, native values
    strategy: Strategy
    seed: int
    ladder: Ladder | None = None
    objectives: tuple[str, ...] | None = None
    lessons: tuple[Lessons, ...] = ()  # of each space, or none at all


def to_text(settings: Settings, history: History) -> str:
    """Settings and history as JSON text."""
    spaces = [encode_space(space) for space in settings.spaces]
    relations = [[encode_relation(r) for r in own.relations] for own in settings.spaces]
    is_text_of_all = not any(None in own for own in relations)
    return seal(
        {
            "format": FORMAT,
            "version": __version__,
            "seed": settings.seed,
            "strategy": encode_strategy(settings.strategy),
            "names": [space.names for space in settings.spaces],
            "spaces": None if None in spaces else spaces,
            "constraints": relations if is_text_of_all else None,
            "initial": [
                [encode_params(space, params) for params in rows]
                for space, rows in zip(settings.spaces, settings.initial, strict=True)
            ],
            "rungs": None if settings.ladder is None else list(settings.ladder.rungs),
            "objectives": settings.objectives and list(settings.objectives),
            "history": encode_lessons(settings.lessons),
            "events": [encode_event(one, settings.spaces) for one in history.events],
        }
    )


def from_text(
    text: str,
    space: Any,
    strategy: str | Strategy | None,
    constraints: Sequence[Any] | None = None,
) -> tuple[Settings, History]:
    """Settings and history of a JSON text, with what the text could not hold.

    Raises
    ------
    ValueError
        If the text is not one that `to_text` wrote, or lacks what the arguments must
        supply.
    """
    stored = _opened(text)
    if space is None:
        if stored["spaces"] is None:
            raise ValueError(
                "space must be given: the stored one has choices that JSON cannot hold."
            )
        space = [decode_space(one) for one in stored["spaces"]]
    spaces = parse_spaces(space)
    check_same_names(spaces, stored["names"])
    spaces = read_spaces(spaces, _values(spaces, stored))
    spaces = _related(spaces, stored["constraints"], constraints)
    initial = [
        [decode_params(own, row) for row in rows]
        for own, rows in zip(spaces, stored["initial"], strict=True)
    ]
    settings = Settings(
        spaces,
        initial,
        decode_strategy(stored["strategy"], strategy),
        stored["seed"],
        None if stored["rungs"] is None else Ladder(tuple(stored["rungs"])),
        None if stored["objectives"] is None else as_objectives(stored["objectives"]),
        _lessons_of(stored["history"], spaces),
    )
    return settings, _history_of(stored["events"], settings)


def _related(
    spaces: tuple[Space, ...], stored: Any, constraints: Sequence[Any] | None
) -> tuple[Space, ...]:
    """The spaces with their relations, stored or given."""
    if constraints is not None:
        return constrained(spaces, constraints)
    if stored is None:
        raise ValueError(
            "constraints must be given: a stored one is a function, or has values that "
            "JSON cannot hold."
        )
    if len(stored) != len(spaces):
        raise ValueError("text: its constraints can not be those of these spaces.")
    found: list[Space] = []
    for space, own in zip(spaces, stored, strict=True):
        try:
            relations = [decode_relation(one) for one in own]
            found += constrained((space,), relations)
        except (TypeError, ValueError) as error:
            raise ValueError(f"text: a constraint: {error}") from error
    return tuple(found)


def _lessons_of(stored: Any, spaces: tuple[Space, ...]) -> tuple[Lessons, ...]:
    try:
        return decode_lessons(stored, spaces)
    except ValueError as error:
        raise ValueError(f"text: its history {error}.") from error


def with_spaces(
    settings: Settings, history: History, spaces: tuple[Space, ...]
) -> tuple[Settings, History]:
    """Settings and history with other choices in the places of their own."""
    own = settings.spaces
    initial = [
        [decode_params(new, encode_params(old, row)) for row in rows]
        for old, new, rows in zip(own, spaces, settings.initial, strict=True)
    ]
    events = [decode_event(encode_event(e, own), spaces) for e in history.events]
    new = settings._replace(spaces=spaces, initial=initial)
    return new, new_history(new, events)


def new_history(settings: Settings, events: Iterable[Event] = ()) -> History:
    """A history of a search with these settings."""
    n_values = len(settings.objectives or "1")
    return History(settings.spaces, events, settings.ladder, n_values)


def _history_of(rows: list[Json], settings: Settings) -> History:
    """History of stored events, every one of them checked."""
    history = new_history(settings)
    for number, row in enumerate(rows):
        try:
            history.append(decode_event(row, settings.spaces))
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"text: event {number}: {error}") from error
    if not history.budgets:
        raise ValueError("text: the search must have a budget.")
    return history


def _opened(text: Any) -> Json:
    """Fields of a text, each of its own kind."""
    if not isinstance(text, str):
        raise TypeError(f"text must be a str; got {type(text).__name__}.")
    try:
        stored = unseal(text)
        check_fields(stored, FIELDS)
    except ValueError as error:
        raise ValueError(
            f"text must be what BlueTuner.to_json wrote (JSON format {FORMAT}), "
            f"unchanged: {error}."
        ) from error
    return stored


def _values(spaces: tuple[Space, ...], stored: Json) -> list[dict[str, Any]]:
    """A value of each parameter, from which its range is read as it was before.

    One that never applied has none that matters.
    """
    rows = list(enumerate(stored["initial"]))
    rows += [(row.get("alternative"), [row.get("choice")]) for row in stored["events"]]
    found = []
    for k, space in enumerate(spaces):
        values: dict[str, Any] = dict.fromkeys(space.names, 0)
        own = [row for at, group in rows if at == k for row in group]
        for row in filter(_is_list, own):  # what is none is refused where it is read
            known = zip(space.names, row, strict=False)
            values |= {name: value for name, value in known if value is not None}
        found.append(values)
    return found
