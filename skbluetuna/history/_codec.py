"""Events as JSON values, and back; what is read is checked."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from skbluetuna.history._events import (
    Asked,
    Budgeted,
    Event,
    Failed,
    Finished,
    Imported,
    Reported,
    Stopped,
)
from skbluetuna.space import Space, decode_params, decode_unit, encode_params

__all__ = ["decode_event", "encode_event"]

Json = dict[str, Any]
Alternatives = Sequence[Space]


def encode_event(event: Event, spaces: Alternatives) -> Json:
    """JSON value of an event.

    Parameters
    ----------
    event : Event
        The event.
    spaces : sequence of Space
        The alternatives; a choice is stored by its position.

    Returns
    -------
    row : dict
        Key ``event`` names its kind.
    """
    kind = type(event).__name__.lower()
    match event:
        case Asked() | Imported():
            return {"event": kind, **_encode_trial(event, spaces)}
        case Reported():
            outcome = _encode(event.outcome)
            return {"event": kind, "number": event.number, "part": event.part,
                    "outcome": outcome}  # fmt: skip
        case Finished() | Stopped():
            row = {"event": kind, "number": event.number,
                   "values": list(event.values), "seconds": event.seconds}  # fmt: skip
            spent = event.resource if isinstance(event, Finished) else None
            return row if spent is None else row | {"resource": spent}
        case Failed():
            return {"event": kind, "number": event.number, "reason": event.reason,
                    "seconds": event.seconds}  # fmt: skip
        case Budgeted():
            return {"event": kind, "n_iter": event.n_iter}


def decode_event(row: Any, spaces: Alternatives) -> Event:
    """Event that `encode_event` stored.

    Parameters
    ----------
    row : object
        A JSON value.
    spaces : sequence of Space
        The alternatives.

    Returns
    -------
    event : Event
        The event.

    Raises
    ------
    ValueError
        If it is not what `encode_event` writes for these spaces; the message says why.
    """
    if not isinstance(row, Mapping):
        raise ValueError("an event must be an object.")
    kind = row.get("event")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise ValueError(f"event must be one of {sorted(READERS)}.")
    try:
        return reader(row, spaces)
    except KeyError as error:
        raise ValueError(f"{error.args[0]} is missing.") from None
    except (TypeError, OverflowError, RecursionError, IndexError) as error:
        raise ValueError(str(error)) from None


def _encode_trial(event: Asked | Imported, spaces: Alternatives) -> Json:
    space = spaces[event.alternative]
    params = event.params
    if params is None:
        (params,) = space.from_unit(np.array([event.unit]))
    row = {
        "number": event.number,
        "alternative": event.alternative,
        "unit": list(event.unit),
        "choice": encode_params(space, params),
        "resource": event.resource,
    }
    if isinstance(event, Asked):
        return row | {"stage": event.stage}
    return row | {"values": list(event.values), "seconds": event.seconds}


def _trial(row: Mapping[str, Any], spaces: Alternatives) -> Json:
    """Fields that `Asked` and `Imported` have in common."""
    alternative = _count(row, "alternative")
    if alternative >= len(spaces):
        raise ValueError(f"alternative must be below {len(spaces)}.")
    space = spaces[alternative]
    params = decode_params(space, row["choice"])
    # Where numbers round otherwise, the last digits of a unit point need not be those
    # of its value.
    unit = decode_unit(space, params, row["unit"])
    resource = None if row["resource"] is None else _resource(row)
    return {
        "number": _count(row, "number"),
        "unit": unit,
        "alternative": alternative,
        "resource": resource,
        "params": _beyond_unit(space, unit, params),
    }


def _beyond_unit(space: Space, unit: Any, params: Json) -> Json | None:
    (own,) = space.from_unit(np.array([unit]))
    return None if repr(own) == repr(params) else params


def _asked(row: Mapping[str, Any], spaces: Alternatives) -> Asked:
    return Asked(stage=_word(row, "stage"), **_trial(row, spaces))


def _imported(row: Mapping[str, Any], spaces: Alternatives) -> Imported:
    return Imported(
        values=_values(row, least=0), seconds=_seconds(row), **_trial(row, spaces)
    )


def _reported(row: Mapping[str, Any], spaces: Alternatives) -> Reported:  # noqa: ARG001
    outcome = row["outcome"]
    if not isinstance(outcome, Mapping):
        raise ValueError("outcome must be an object.")
    return Reported(_count(row, "number"), _count(row, "part"), _decode(outcome))


def _finished(row: Mapping[str, Any], spaces: Alternatives) -> Finished:  # noqa: ARG001
    spent = _resource(row) if "resource" in row else None
    return Finished(_count(row, "number"), _values(row, least=1), _seconds(row), spent)


def _stopped(row: Mapping[str, Any], spaces: Alternatives) -> Stopped:  # noqa: ARG001
    return Stopped(_count(row, "number"), _values(row, least=1), _seconds(row))


def _failed(row: Mapping[str, Any], spaces: Alternatives) -> Failed:  # noqa: ARG001
    reason = row["reason"]
    if reason is not None and not isinstance(reason, str):
        raise ValueError("reason must be a text or null.")
    return Failed(_count(row, "number"), reason, _seconds(row))


def _budgeted(row: Mapping[str, Any], spaces: Alternatives) -> Budgeted:  # noqa: ARG001
    n_iter = None if row["n_iter"] is None else _count(row, "n_iter")
    if n_iter == 0:
        raise ValueError("n_iter must be at least 1.")
    return Budgeted(n_iter)


READERS: dict[str, Callable[[Mapping[str, Any], Alternatives], Event]] = {
    "asked": _asked,
    "imported": _imported,
    "reported": _reported,
    "finished": _finished,
    "failed": _failed,
    "stopped": _stopped,
    "budgeted": _budgeted,
}


def _count(row: Mapping[str, Any], name: str) -> int:
    value = row[name]
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(f"{name} must be a whole number, 0 or more.")
    return value


def _is_float(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _number(row: Mapping[str, Any], name: str) -> float:
    if not _is_float(row[name]):
        raise ValueError(f"{name} must be a finite number.")
    return float(row[name])


def _resource(row: Mapping[str, Any]) -> float:
    """An amount of a resource: an int stays one."""
    number, value = _number(row, "resource"), row["resource"]
    if number <= 0.0:
        raise ValueError("resource must be above 0.")
    return value if type(value) is int else number


def _seconds(row: Mapping[str, Any]) -> float | None:
    return None if row["seconds"] is None else _number(row, "seconds")


def _word(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be a text.")
    return value


def _values(row: Mapping[str, Any], *, least: int) -> tuple[float, ...]:
    values = row["values"]
    if not isinstance(values, list) or len(values) < least:
        raise ValueError(f"values must be a list of {least} numbers or more.")
    if not all(_is_float(value) for value in values):
        raise ValueError("values must be finite numbers.")
    return tuple(float(value) for value in values)


def _encode(value: Any) -> Any:
    """JSON value of what was reported; numbers that JSON lacks as texts."""
    if isinstance(value, Mapping):
        return {str(name): _encode(own) for name, own in value.items()}
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else {"float": repr(number)}


def _decode(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"float"}:
            if value["float"] not in ("nan", "inf", "-inf"):
                raise ValueError("a number that is not finite must be nan or inf.")
            return float(value["float"])
        return {name: _decode(own) for name, own in value.items()}
    if value is None or isinstance(value, str) or _is_float(value):
        return value
    raise ValueError("an outcome must hold numbers and texts.")
