"""Pictures of what a search learned: compute first, draw second.

Each display is made by ``from_search``, holds the arrays that it shows, and draws them
again by ``plot``. matplotlib is imported only there.
"""

from skbluetuna.inspection._convergence import ConvergenceDisplay
from skbluetuna.inspection._influence import InfluenceDisplay
from skbluetuna.inspection._interaction import InteractionDisplay
from skbluetuna.inspection._landscape import LandscapeDisplay
from skbluetuna.inspection._objectives import hypervolume
from skbluetuna.inspection._parallel import ParallelDisplay
from skbluetuna.inspection._pareto import ParetoDisplay
from skbluetuna.inspection._rung_lines import RungDisplay
from skbluetuna.inspection._scan import ScanDisplay

__all__ = [
    "ScanDisplay",
    "InfluenceDisplay",
    "InteractionDisplay",
    "ConvergenceDisplay",
    "LandscapeDisplay",
    "ParallelDisplay",
    "ParetoDisplay",
    "hypervolume",
    "RungDisplay",
]
