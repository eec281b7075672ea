"""A ledger in few bytes, for pickles: columns, and configurations by their units."""

from itertools import groupby
from typing import Any

import numpy as np

from skbluetuna._ledger import Ledger, Trial
from skbluetuna.space import Space

__all__ = ["packed", "unpacked"]


def packed(ledger: Ledger, spaces: tuple[Space, ...]) -> dict[str, Any]:
    """Columns of a ledger; a configuration is kept where its unit does not give it."""
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
