"""Predictions of a fold's test rows, made in the worker by the model it has scored."""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.multiclass import type_of_target

__all__ = [
    "METHODS",
    "PREDICTIONS",
    "FoldPredictions",
    "Predictor",
    "Values",
    "classes_of",
]

PREDICTIONS = "predictions"  # key of a fit's outcome, on its way from the worker
METHODS = ("predict_proba", "decision_function", "predict")  # the first that is there
DISCRETE = ("binary", "multiclass", "multilabel-indicator", "multiclass-multioutput")

Values = NDArray[np.float32]  # (n_test,) or (n_test, n_columns)
Classes = list[NDArray[Any]]  # of each output
NOTHING = np.empty(0, dtype=np.float32)


class FoldPredictions(NamedTuple):
    """What a fold's model says of its test rows, or why there is nothing."""

    method: str = ""
    values: Values = NOTHING
    reason: str = ""  # why there is nothing


class Predictor:
    """Predicts with the model of a fold; sent to the workers.

    Parameters
    ----------
    classes : list of arrays, or None
        The classes of each output, as `classes_of` finds them.
    is_strict : bool, default=False
        Whether what predicting raises is raised.
    """

    def __init__(self, classes: Classes | None, *, is_strict: bool = False) -> None:
        self._classes, self._is_strict = classes, is_strict

    def __call__(self, estimator: Any, X: Any) -> FoldPredictions:
        """Predict these rows.

        Parameters
        ----------
        estimator : estimator object
            Fitted.
        X : array-like
            The rows.
        """
        names = ("predict",) if is_regressor(estimator) else METHODS
        method = next((name for name in names if hasattr(estimator, name)), "")
        if not method:
            kind = type(estimator).__name__
            return FoldPredictions(reason=f"{kind} has no {' and no '.join(names)}")
        try:
            values = self._values(estimator, method, getattr(estimator, method)(X))
        except Exception as error:
            if self._is_strict:
                raise
            return FoldPredictions(reason=f"{type(error).__name__}: {error}")
        return FoldPredictions(method, values)

    def _values(self, estimator: Any, method: str, found: Any) -> Values:
        """Predictions as numbers, with columns for all classes."""
        classes = self._classes
        if classes is None or not is_classifier(estimator):
            return _numbers(found)
        if method == "predict":
            return _votes(found, classes)
        own = getattr(estimator, "classes_", None)
        fill = 0.0 if method == "predict_proba" else float(np.finfo(np.float32).min)
        if isinstance(found, list):
            own = classes if own is None else own
            parts = zip(found, own, classes, strict=True)
            return np.hstack([_aligned(_numbers(p), o, c, fill) for p, o, c in parts])
        if len(classes) > 1 or own is None:  # one column for each output
            return _numbers(found)
        return _aligned(_numbers(found), own, classes[0], fill)


def classes_of(y: Any) -> Classes | None:
    """Classes of each output, in order; None where the target is no choice of them."""
    if y is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many classes
            kind = type_of_target(y)
    except ValueError:
        return None
    if kind not in DISCRETE:
        return None
    targets = _dense(y)
    return [np.unique(one) for one in targets.reshape(len(targets), -1).T]


def _numbers(found: Any) -> Values:
    with np.errstate(over="ignore"):  # beyond float32 it is infinite
        return _dense(found).astype(np.float32)


def _dense(found: Any) -> NDArray[Any]:
    is_sparse = sparse.issparse(found)
    return found.toarray() if is_sparse else np.asarray(found)


def _votes(found: Any, classes: Classes) -> Values:
    """Predicted classes as numbers that can be averaged: 1 for the class, else 0."""
    dense = _dense(found)
    labels = dense.reshape(len(dense), -1)
    parts = zip(labels.T, classes, strict=True)
    return np.hstack([label[:, None] == own for label, own in parts]).astype(np.float32)


def _aligned(
    values: Values, own: Sequence[Any], classes: NDArray[Any], fill: float
) -> Values:
    """Columns for all classes, of which the fold's training part may lack some.

    Raises
    ------
    ValueError
        If the values have no column for each class.
    """
    if len(own) == len(classes):
        return values
    if values.ndim != 2 or values.shape[1] != len(own):
        raise ValueError(
            f"{len(own)} of {len(classes)} classes are in the training part of a fold, "
            "and there is no column for each"
        )
    every = np.full((len(values), len(classes)), fill, dtype=np.float32)
    every[:, np.searchsorted(classes, np.asarray(own))] = values
    return every
