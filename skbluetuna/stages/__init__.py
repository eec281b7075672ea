"""What to ask next: stages as pure functions of (space, view, seed).

``_classic_scan``, ``_hypercube`` and ``_classic_climb`` are the three stages as
published. The adaptive strategy has ``_adaptive_scan`` and ``_adaptive_climb`` in place
of the first and the last, and ``_latin_choices`` in place of the second where choices
have many values. ``_brackets`` is Hyperband's, ``_full_grid`` serves finite spaces,
``_past_starts`` asks what past searches began well with. No
other stage imports another one.
"""

from skbluetuna.stages._adaptive_climb import AdaptiveClimb
from skbluetuna.stages._adaptive_scan import AdaptiveScan
from skbluetuna.stages._base import (
    FloatArray,
    OpenStage,
    PlannedStage,
    Proposal,
    Seed,
    Stage,
    active,
    any_fresh_point,
    open_stages,
)
from skbluetuna.stages._brackets import Brackets, bracket_rung
from skbluetuna.stages._classic_climb import ClassicClimb
from skbluetuna.stages._classic_scan import ClassicScan
from skbluetuna.stages._feasible import nearest_feasible
from skbluetuna.stages._full_grid import FullGrid
from skbluetuna.stages._hypercube import Hypercube
from skbluetuna.stages._latin_choices import LatinChoices, n_unseen
from skbluetuna.stages._past_starts import PastStarts
from skbluetuna.stages._surrogate import agreement, past_weights

__all__ = [
    "agreement",
    "Brackets",
    "bracket_rung",
    "AdaptiveClimb",
    "AdaptiveScan",
    "ClassicClimb",
    "ClassicScan",
    "FloatArray",
    "FullGrid",
    "Hypercube",
    "LatinChoices",
    "OpenStage",
    "PastStarts",
    "PlannedStage",
    "Proposal",
    "Seed",
    "Stage",
    "active",
    "any_fresh_point",
    "n_unseen",
    "nearest_feasible",
    "open_stages",
    "past_weights",
]
