"""A search as text and as a pickle: everything a tuner knows, in and out."""

import json
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from skbluetuna._ledger import Ledger, Trial
from skbluetuna._version import __version__
from skbluetuna.space import (
    Space,
    check_same_names,
    decode_params,
    decode_space,
    encode_params,
    encode_space,
    parse_spaces,
    read_spaces,
)
from skbluetuna.stages import Strategy, decode_strategy, encode_strategy

__all__ = ["State", "from_text", "packed", "to_text", "unpacked"]

FORMAT = 2  # of the JSON text


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
    return json.dumps(
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
        },
        allow_nan=False,
    )  # fmt: skip


def from_text(text: str, space: Any, strategy: str | Strategy | None) -> State:
    """Return the state of a JSON text, with what the text could not hold.

    Raises
    ------
    ValueError
        If the text is of another format, or lacks what the arguments must supply.
    """
    stored = json.loads(text)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"text must be a BlueTuner in JSON format {FORMAT}.")
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
    ledger = Ledger()
    for row in stored["trials"]:
        params = decode_params(spaces[row["alternative"]], row["params"])
        ledger.append(Trial(**row | {"params": params, "unit": tuple(row["unit"])}))
    return State(
        spaces, initial, decode_strategy(stored["strategy"], strategy), stored["seed"],
        tuple(stored["budgets"]), ledger,
    )  # fmt: skip


def _values(spaces: tuple[Space, ...], stored: dict[str, Any]) -> list[dict[str, Any]]:
    """A value of each parameter, from which its range is read as it was before.

    One that never applied has none that matters.
    """
    rows = [list(own) for own in stored["initial"]]
    for trial in stored["trials"]:
        rows[trial["alternative"]].append(trial["params"])
    found = []
    for space, own in zip(spaces, rows, strict=True):
        values: dict[str, Any] = dict.fromkeys(space.names, 0)
        for row in own:
            known = zip(space.names, row, strict=True)
            values |= {name: value for name, value in known if value is not None}
        found.append(values)
    return found


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
