"""A member as the mean of the models of its folds, none of which saw all rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import cross_validate
from sklearn.utils.metaestimators import available_if

__all__ = ["FoldModels"]

Array = NDArray[Any]


def _all_models_have(method: str) -> Any:
    return available_if(
        lambda self: all(hasattr(model, method) for model in self.models)
    )


class FoldModels:
    """Fitted models of one configuration, which predict by their mean.

    Parameters
    ----------
    models : sequence of estimators
        Each fitted to the training part of a fold.
    classes : array or None
        Labels of all classes; a fold may lack some. None for regressors.
    """

    def __init__(self, models: Sequence[Any], classes: Array | None) -> None:
        self.models, self.classes = list(models), classes
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.models[0], name):
                setattr(self, name, getattr(self.models[0], name))

    @classmethod
    def fitted(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        params: dict[str, Any],
        *,
        cv: Any,
        classes: Array | None,
    ) -> "FoldModels":
        """Fit an estimator to the training part of each fold."""
        own = dict(params)
        groups = own.pop("groups", None)
        found = cross_validate(
            estimator, X, y, groups=groups, cv=cv, params=own or None,
            scoring=_no_score, return_estimator=True, error_score="raise",
        )  # fmt: skip
        return cls(found["estimator"], classes)

    @_all_models_have("predict_proba")  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Array:
        """Mean probabilities; of a class that a fold lacks they are 0 there."""
        total = np.zeros(())
        for model in self.models:
            total = total + self._columns(model, model.predict_proba(X))
        return np.asarray(total / len(self.models))

    @_all_models_have("decision_function")  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> Array:
        """Mean decision values."""
        found = [np.asarray(model.decision_function(X)) for model in self.models]
        if len({one.shape for one in found}) > 1:
            raise ValueError(
                "Fold models can not be averaged, as some folds lack classes: their "
                f"decision values have shapes {sorted({one.shape for one in found})}. "
                "Write members='refit', or a cv with all classes in each fold."
            )
        return np.asarray(np.mean(found, axis=0))

    def predict(self, X: Any) -> Array:
        """Mean of numbers; of classes the one that most models predict."""
        found = [np.asarray(model.predict(X)) for model in self.models]
        if self.classes is None:
            return np.asarray(np.mean(found, axis=0))
        votes = sum((one[:, None] == self.classes).astype(int) for one in found)
        return np.asarray(self.classes[np.argmax(votes, axis=1)])

    def _columns(self, model: Any, values: Array) -> Array:
        """Probabilities with a column for every class."""
        if self.classes is None or len(model.classes_) == len(self.classes):
            return values
        every = np.zeros((len(values), len(self.classes)))
        every[:, np.searchsorted(self.classes, model.classes_)] = values
        return every


def _no_score(_estimator: Any, _X: Any, _y: Any) -> float:
    return 0.0
