"""Whose turn it is: budgets, the alternatives' shares of them, and the next trials."""

from skbluetuna.scheduling._budget import Budget, Share, allocate
from skbluetuna.scheduling._halving import check_report, is_outdone
from skbluetuna.scheduling._initial import (
    as_references,
    check_own_values,
    initial_rows,
)
from skbluetuna.scheduling._rungs_of import as_ladder
from skbluetuna.scheduling._scheduler import Scheduler
from skbluetuna.scheduling._settings import (
    Settings,
    from_text,
    new_history,
    to_text,
    with_spaces,
)
from skbluetuna.scheduling._several import MOST_OBJECTIVES, as_objectives

__all__ = [
    "MOST_OBJECTIVES",
    "Budget",
    "Scheduler",
    "Settings",
    "Share",
    "allocate",
    "as_ladder",
    "as_objectives",
    "as_references",
    "check_own_values",
    "check_report",
    "from_text",
    "initial_rows",
    "new_history",
    "is_outdone",
    "to_text",
    "with_spaces",
]
