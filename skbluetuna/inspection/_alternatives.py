"""Of several alternative spaces the one that a display shows."""

from typing import Any

import numpy as np

from skbluetuna._utils._table import Table
from skbluetuna.inspection._axes import space_of

__all__ = ["chosen", "rows_of", "title_of"]


def chosen(search: Any, alternative: int | None) -> int:
    """Number of the alternative, by default the best configuration's.

    Raises
    ------
    ValueError
        If there is no such alternative.
    """
    if alternative is not None:
        space_of(search, alternative)
        return int(alternative)
    if "alternative" not in search.cv_results_:
        return 0
    # Not always the tuner's best: a callable `refit` may choose another one. Without
    # `refit` a search of several metrics has no best_index_ at all.
    index = getattr(search, "best_index_", None)
    if index is not None:
        return int(search.cv_results_["alternative"][index])
    best = search.tuner_.best
    return 0 if best is None else int(best.alternative)


def rows_of(table: Table, alternative: int) -> Table:
    """Rows of one alternative; a table without that column has only one."""
    if "alternative" not in table:
        return table.copy()
    own = np.asarray(table["alternative"]) == alternative
    return Table({column: values[own] for column, values in table.items()})


def title_of(search: Any, alternative: int) -> str:
    """What says which alternative is shown; nothing if there is one."""
    n = len(search.tuner_.spaces)
    return "" if n == 1 else f"Alternative {alternative} of 0 to {n - 1}"
