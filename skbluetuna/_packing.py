"""A ledger in few bytes, for pickles: columns, and of configurations only their units."""

from typing import Any

import numpy as np

from skbluetuna._ledger import Ledger, Trial
from skbluetuna.space import Space

__all__ = ["packed", "unpacked"]


def packed(ledger: Ledger, spaces: tuple[Space, ...]) -> dict[str, Any]:
    """Columns of a ledger; a configuration is kept where its unit does not give it."""
    rows = list(ledger)
    return {
        "unit": np.array([u for t in rows for u in t.unit]),
        "score": _column([t.score for t in rows]),
        "seconds": _column([t.seconds for t in rows]),
        "params": {
            t.number: t.params
            for t in rows
            if repr(_decoded(t.unit, spaces[t.alternative])) != repr(t.params)
        },
        "rest": [(t.stage, t.alternative, t.state) for t in rows],
    }


def unpacked(columns: dict[str, Any], spaces: tuple[Space, ...]) -> Ledger:
    """The ledger that was packed."""
    ledger, start = Ledger(), 0
    for number, (stage, alternative, state) in enumerate(columns["rest"]):
        space = spaces[alternative]
        end = start + len(space)
        unit = tuple(columns["unit"][start:end].tolist())
        params = columns["params"].get(number) or _decoded(unit, space)
        score, seconds = columns["score"][number], columns["seconds"][number]
        ledger.append(
            Trial(
                number,
                params,
                unit,
                stage,
                alternative,
                state,
                None if np.isnan(score) else float(score),
                None if np.isnan(seconds) else float(seconds),
            )  # fmt: skip
        )
        start = end
    return ledger


def _decoded(unit: tuple[float, ...], space: Space) -> dict[str, Any]:
    (params,) = space.from_unit(np.array([unit]))
    return dict(params)


def _column(values: list[float | None]) -> Any:
    return np.array([np.nan if v is None else v for v in values])
