"""Of several alternative spaces and objectives the one that a display shows."""

from dataclasses import replace
from typing import Any

import numpy as np

from skbluetuna._utils._table import Table
from skbluetuna.inspection._axes import plain, space_of
from skbluetuna.inspection._progress import metric_of

__all__ = ["chosen", "objective_of", "rows_of", "title_of", "scored_trials"]


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


def objective_of(search: Any, objective: str | None) -> str | None:
    """Name of the objective, by default the one that `refit` names, else the first.

    None where there is one only.

    Raises
    ------
    ValueError
        If there is no such objective.
    """
    names = getattr(search.tuner_, "objectives", None)
    if objective is not None and objective not in (names or ()):
        raise ValueError(
            f"objective must be one of {list(names or ())}; got {objective!r}."
        )
    if names is None or objective is not None:
        return objective
    metric = metric_of(search)
    return metric if metric in names else str(names[0])


def rows_of(table: Table, alternative: int, objective: str | None = None) -> Table:
    """Rows of one alternative and objective; a table without these has only one."""
    for column, wanted in (("alternative", alternative), ("objective", objective)):
        if column in table and wanted is not None:
            own = np.asarray(table[column]) == wanted
            table = Table({name: values[own] for name, values in table.items()})
    return table.copy()


def scored_trials(search: Any, alternative: int, objective: str | None) -> list[Any]:
    """Trials of an alternative, each with its score by that objective alone."""
    own = [t for t in search.tuner_.trials if t.alternative == alternative]
    if objective is None:
        return own
    j = search.tuner_.objectives.index(objective)
    return [replace(trial, values=trial.values[j : j + 1]) for trial in own]


def title_of(search: Any, alternative: int, objective: str | None = None) -> str:
    """What says which alternative and objective is shown; nothing if there is one."""
    n = len(search.tuner_.spaces)
    parts = [f"Alternative {alternative} of 0 to {n - 1}"] if n > 1 else []
    return ", ".join([*parts, *([plain(objective)] if objective else [])])
