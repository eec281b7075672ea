"""Hyperparameter search for scikit-learn in three readable stages: scan, learn, climb.

`BlueTunaSearchCV` takes the place of ``GridSearchCV``; `BlueTuner` is the same search
as ask and tell, for any objective.
"""

from skbluetuna.search._search import BlueTunaSearchCV
from skbluetuna.space._suggest import suggest_space
from skbluetuna._tuner import BlueTuner
from skbluetuna._version import __version__
from skbluetuna.space import Categorical, Integer, Real, Space, when
from skbluetuna.stages import Adaptive, Classic

__all__ = [
    "BlueTunaSearchCV",
    "BlueTuner",
    "Adaptive",
    "Classic",
    "Space",
    "Real",
    "Integer",
    "Categorical",
    "suggest_space",
    "when",
    "__version__",
]
