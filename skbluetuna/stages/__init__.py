"""What to ask next: stages as pure functions of (space, ledger, seed).

``_scan``, ``_learn`` and ``_climb`` are the three stages as published, ``_sweep`` and
``_ascent`` what the adaptive strategy has in place of the first and the last; they
ignore one another. ``_grid`` serves finite spaces. ``_classic`` and ``_adaptive`` say
which stages run with which settings, ``_strategy`` finds them by name,
``_alternatives`` says which share of the budget each of several spaces gets.
"""

from skbluetuna.stages._adaptive import Adaptive
from skbluetuna.stages._alternatives import (
    Alternative,
    Plan,
    as_references,
    choose_open,
    initial_rows,
    plan,
)
from skbluetuna.stages._base import (
    FloatArray,
    Schedule,
    Seed,
    Stage,
    any_fresh_point,
    open_stages,
)
from skbluetuna.stages._classic import Classic
from skbluetuna.stages._gain import MIN_SCORES, gain_bounds
from skbluetuna.stages._strategy import (
    NAMED,
    Strategy,
    decode_strategy,
    encode_strategy,
    resolve_strategy,
)
from skbluetuna.stages._tables import (
    at_ends,
    boundary_table,
    interaction_table,
    narrowed_space,
    region_table,
    weight_table,
)

__all__ = [
    "MIN_SCORES",
    "Adaptive",
    "Alternative",
    "Classic",
    "FloatArray",
    "NAMED",
    "Plan",
    "Schedule",
    "Seed",
    "Stage",
    "Strategy",
    "any_fresh_point",
    "as_references",
    "at_ends",
    "boundary_table",
    "choose_open",
    "decode_strategy",
    "encode_strategy",
    "initial_rows",
    "interaction_table",
    "narrowed_space",
    "open_stages",
    "plan",
    "region_table",
    "gain_bounds",
    "resolve_strategy",
    "weight_table",
]
