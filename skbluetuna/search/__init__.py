"""The search as a scikit-learn estimator.

``_search`` is the estimator and ``_fit`` the steps of one fit; ``_loop`` asks,
evaluates, records and tells. ``_past`` and ``_checkpoint`` keep what was paid for,
``_engine`` and ``_workers`` deal with workers, ``_sklearn`` holds every private name
of scikit-learn and joblib.
"""

from skbluetuna.search._early_stopping import EarlyStopping
from skbluetuna.search._search import BlueTunaSearchCV

__all__ = ["BlueTunaSearchCV", "EarlyStopping"]
