"""Several objectives: what a front is, and scorers of what a model costs.

An objective is a score, so larger is better: costs are negative. A candidate is on the
front if no other is at least as good by every objective and better by one.
"""

from skbluetuna.objectives._front import (
    dominated_volume,
    front_of,
    knee,
    meets_limits,
    non_dominated,
    shortfall,
)
from skbluetuna.objectives._scorers import FitTime, ModelSize, PredictTime

__all__ = [
    "PredictTime",
    "ModelSize",
    "FitTime",
    "knee",
    "dominated_volume",
    "front_of",
    "meets_limits",
    "non_dominated",
    "shortfall",
]
