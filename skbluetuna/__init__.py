"""Hyperparameter search for scikit-learn in three readable stages: scan, learn, climb.

`BlueTunaSearchCV` takes the place of ``GridSearchCV``; `BlueTuner` is the same search
as ask and tell, for any objective.
"""

from skbluetuna._tuner import BlueTuner
from skbluetuna._version import __version__
from skbluetuna.ensemble import SearchEnsembleClassifier, SearchEnsembleRegressor
from skbluetuna.past import HistoryStore
from skbluetuna.search import BlueTunaSearchCV, EarlyStopping
from skbluetuna.space import (
    Categorical,
    Integer,
    Real,
    Space,
    at_most,
    forbid,
    less,
    suggest_portfolio,
    suggest_space,
    when,
)
from skbluetuna.strategies import Adaptive, Classic, Hyperband

__all__ = [
    "BlueTunaSearchCV",
    "BlueTuner",
    "SearchEnsembleClassifier",
    "SearchEnsembleRegressor",
    "EarlyStopping",
    "HistoryStore",
    "Adaptive",
    "Classic",
    "Hyperband",
    "Space",
    "Real",
    "Integer",
    "Categorical",
    "suggest_portfolio",
    "suggest_space",
    "when",
    "less",
    "at_most",
    "forbid",
    "__version__",
]
