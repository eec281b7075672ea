"""What to ask next: stages as pure functions of (space, ledger, seed).

``_scan``, ``_learn`` and ``_climb`` are the three stages and ignore one another;
``_grid`` serves finite spaces; ``_strategy`` says which stages run with which settings,
``_alternatives`` which share of the budget each of several spaces gets.
"""

from skbluetuna.stages._alternatives import Alternative, initial_rows, plan
from skbluetuna.stages._base import FloatArray, Schedule, Seed, Stage
from skbluetuna.stages._strategy import Classic, Strategy, resolve_strategy
from skbluetuna.stages._tables import (
    interaction_table,
    narrowed_space,
    region_table,
    weight_table,
)

__all__ = [
    "Alternative",
    "Classic",
    "FloatArray",
    "Schedule",
    "Seed",
    "Stage",
    "Strategy",
    "initial_rows",
    "interaction_table",
    "narrowed_space",
    "plan",
    "region_table",
    "resolve_strategy",
    "weight_table",
]
