"""A search as text and as a pickle: everything a tuner knows, in and out."""

from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._files import (
    Json,
    check_fields,
    is_budget,
    is_count,
    is_float,
    is_text,
    seal,
    unseal,
)
from skbluetuna._ledger import Ledger, Trial
from skbluetuna._version import __version__
from skbluetuna.space import (
    Space,
    check_same_names,
    decode_params,
    decode_space,
    decode_unit,
    encode_params,
    encode_space,
    parse_spaces,
    read_spaces,
)
from skbluetuna.stages import Strategy, decode_strategy, encode_strategy

__all__ = ["State", "from_text", "packed", "to_text", "unpacked", "with_spaces"]

FORMAT = 3  # of the JSON text


FIELDS: dict[str, Any] = {
    "format": lambda value: value == FORMAT,
    "version": is_text,
    "budgets": lambda value: bool(value) and _is_list(value, is_budget),
    "seed": is_count,
    "strategy": lambda value: value is None or isinstance(value, dict),
    "names": lambda value: _is_list(value, lambda own: _is_list(own, is_text)),
    "spaces": lambda value: value is None or _is_list(value),
    "initial": lambda value: _is_list(value, _is_list),
    "trials": lambda value: _is_list(value, lambda own: isinstance(own, dict)),
}
OF_TRIAL: dict[str, Any] = {
    "number": is_count,
    "params": lambda _: True,  # these are read as a configuration of the space
    "unit": lambda _: True,
    "stage": is_text,
    "alternative": is_count,
    "state": lambda value: value in ("asked", "complete", "failed"),
    "score": lambda value: value is None or is_float(value),
    "seconds": lambda value: value is None or is_float(value),
}


class State(NamedTuple):
    """Everything from which a tuner goes on."""

    spaces: tuple[Space, ...]
    initial: list[list[dict[str, Any]]]  # of each space, native values
    strategy: Strategy
    seed: int
    budgets: tuple[int | None, ...]  # one after the other
    ledger: Ledger


def to_text(state: State) -> str:
    """Return the state as JSON text."""
    spaces = [encode_space(space) for space in state.spaces]
    return seal(
        {
            "format": FORMAT,
            "version": __version__,
            "budgets": state.budgets,
            "seed": state.seed,
            "strategy": encode_strategy(state.strategy),
            "names": [space.names for space in state.spaces],
            "spaces": None if None in spaces else spaces,
            "initial": [
                [encode_params(space, params) for params in rows]
                for space, rows in zip(state.spaces, state.initial, strict=True)
            ],
            "trials": [
                {name: getattr(trial, name) for name in Trial.__slots__}
                | {"params": encode_params(state.spaces[trial.alternative],
                                           trial.params)}
                for trial in state.ledger
            ],
        }
    )  # fmt: skip


def from_text(text: str, space: Any, strategy: str | Strategy | None) -> State:
    """Return the state of a JSON text, with what the text could not hold.

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
    initial = [
        [decode_params(own, row) for row in rows]
        for own, rows in zip(spaces, stored["initial"], strict=True)
    ]
    ledger = Ledger(
        _decode_trial(row, number, spaces)
        for number, row in enumerate(stored["trials"])
    )
    return State(
        spaces, initial, decode_strategy(stored["strategy"], strategy), stored["seed"],
        tuple(stored["budgets"]), ledger,
    )  # fmt: skip


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


def _is_list(value: Any, is_right: Any = lambda _: True) -> bool:
    return isinstance(value, list) and all(map(is_right, value))


def _decode_trial(row: Json, number: int, spaces: tuple[Space, ...]) -> Trial:
    """The trial of that number, every field of it checked."""
    try:
        check_fields(row, OF_TRIAL)
        if row["number"] != number or row["alternative"] >= len(spaces):
            raise ValueError("has another number, or an alternative that is not there")
        if (row["state"] == "complete") != (row["score"] is not None):
            raise ValueError("must have a score if it is complete, and only then")
        own = spaces[row["alternative"]]
        params = decode_params(own, row["params"])
        unit = decode_unit(own, params, row["unit"])
    except ValueError as error:
        raise ValueError(f"text: trial {number}: {error}") from error
    return Trial(**row | {"params": params, "unit": unit})


def _values(spaces: tuple[Space, ...], stored: dict[str, Any]) -> list[dict[str, Any]]:
    """A value of each parameter, from which its range is read as it was before.

    One that never applied has none that matters.
    """
    rows = list(enumerate(stored["initial"]))
    rows += [(t.get("alternative"), [t.get("params")]) for t in stored["trials"]]
    found = []
    for k, space in enumerate(spaces):
        values: dict[str, Any] = dict.fromkeys(space.names, 0)
        own = [row for at, group in rows if at == k for row in group]
        for row in filter(_is_list, own):  # what is none is refused where it is read
            known = zip(space.names, row, strict=False)
            values |= {name: value for name, value in known if value is not None}
        found.append(values)
    return found


def with_spaces(state: State, spaces: tuple[Space, ...]) -> State:
    """The state with other choices in the places of its own."""

    def moved(k: int, params: dict[str, Any]) -> dict[str, Any]:
        return decode_params(spaces[k], encode_params(state.spaces[k], params))

    rows = [
        replace(trial, params=moved(trial.alternative, trial.params))
        for trial in state.ledger
    ]
    initial = [[moved(k, own) for own in rows] for k, rows in enumerate(state.initial)]
    return state._replace(spaces=spaces, initial=initial, ledger=Ledger(rows))


def packed(ledger: Ledger, spaces: tuple[Space, ...]) -> dict[str, Any]:
    """A ledger in few bytes: configurations only where their units do not give them."""
    rows = list(ledger)
    return {
        "numbers": np.array(
            [
                *(np.nan if t.score is None else t.score for t in rows),
                *(np.nan if t.seconds is None else t.seconds for t in rows),
                *(u for t in rows for u in t.unit),
            ]
        ),
        "params": {
            t.number: t.params
            for t in rows
            if repr(_decoded(t.unit, spaces[t.alternative])) != repr(t.params)
        },
        "runs": [
            (*run, len(list(of)))
            for run, of in groupby(rows, lambda t: (t.stage, t.alternative, t.state))
        ],
    }


def unpacked(columns: dict[str, Any], spaces: tuple[Space, ...]) -> Ledger:
    """The ledger that was packed."""
    ledger, numbers = Ledger(), columns["numbers"].tolist()
    n = sum(length for *_, length in columns["runs"])
    start = 2 * n
    runs = (run for *run, length in columns["runs"] for _ in range(length))
    for number, (stage, alternative, state) in enumerate(runs):
        space = spaces[alternative]
        end = start + len(space)
        unit = tuple(numbers[start:end])
        params = columns["params"].get(number) or _decoded(unit, space)
        score, seconds = numbers[number], numbers[n + number]
        ledger.append(
            Trial(
                number,
                params,
                unit,
                stage,
                alternative,
                state,
                None if np.isnan(score) else score,
                None if np.isnan(seconds) else seconds,
            )
        )
        start = end
    return ledger


def _decoded(unit: tuple[float, ...], space: Space) -> dict[str, Any]:
    (params,) = space.from_unit(np.array([unit]))
    return dict(params)
