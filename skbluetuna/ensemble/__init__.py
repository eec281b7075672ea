"""One estimator of several candidates, from predictions that the folds have paid for.

``_selection`` and ``_stacked`` are arrays in, arrays out; ``_metrics`` asks
scikit-learn's scorers; ``_choice`` is what was chosen, ``_estimators`` what predicts.
"""

from skbluetuna.ensemble._choice import EnsembleChoice
from skbluetuna.ensemble._estimators import (
    SearchEnsembleClassifier,
    SearchEnsembleRegressor,
)

__all__ = ["EnsembleChoice", "SearchEnsembleClassifier", "SearchEnsembleRegressor"]
