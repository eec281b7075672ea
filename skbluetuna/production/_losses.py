"""One loss for each row: what the test of the score looks at."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier, is_regressor

__all__ = ["METRICS", "losses_of", "row_metric"]

METRICS = ("zero_one", "log_loss", "absolute_error")
LEAST = np.finfo(np.float64).eps  # a probability of 0 would cost all


def row_metric(model: Any, metric: Any) -> Any:
    """The metric that is meant, of a model.

    Raises
    ------
    ValueError
        If there is no such metric, or none by itself for a model of this kind.
    """
    if callable(metric) or (isinstance(metric, str) and metric in METRICS):
        return metric
    names = ", ".join(map(repr, METRICS))
    if metric is not None:
        raise ValueError(
            f"metric must be one of {names}, or a function of (model, X, y) that "
            f"returns a loss for each row; got {metric!r}. Metrics that no row has of "
            "its own, such as F1 or AUC, can not be tested row by row: take "
            "'zero_one' or 'log_loss' for them."
        )
    if is_classifier(model):
        return "zero_one"
    if is_regressor(model):
        return "absolute_error"
    raise ValueError(
        f"metric must be given for {type(model).__name__}, which is neither a "
        f"classifier nor a regressor: one of {names}, or a function of (model, X, y)."
    )


def losses_of(model: Any, metric: Any, X: Any, y: Any) -> NDArray[np.float64]:
    """Loss of each row, shape (n,); larger is worse.

    Raises
    ------
    ValueError
        If a metric of the user's returns anything but a finite loss for each row, or
        `y` has another length than `X`.
    """
    y = np.asarray(y)
    n = X.shape[0] if hasattr(X, "shape") else len(X)
    if y.ndim != 1 or len(y) != n:
        raise ValueError(
            f"y must have one value for each of the {n} rows of X; its shape is "
            f"{y.shape}."
        )
    if metric == "zero_one":
        losses = np.asarray(model.predict(X)) != y
    elif metric == "absolute_error":
        losses = np.abs(np.asarray(model.predict(X)) - y)
    elif metric == "log_loss":
        losses = _log_losses(model, X, y)
    else:
        losses = np.asarray(metric(model, X, y))
    losses = np.asarray(losses, dtype=np.float64)
    if losses.shape != (n,) or not np.isfinite(losses).all():
        raise ValueError(
            f"metric must give a finite loss for each of the {n} rows; it gave "
            f"shape {losses.shape} with {int((~np.isfinite(losses)).sum())} not finite."
        )
    return losses


def _log_losses(model: Any, X: Any, y: NDArray[Any]) -> NDArray[np.float64]:
    """Minus the logarithm of the probability of the class; most for an unknown one."""
    chance, classes = np.asarray(model.predict_proba(X)), np.asarray(model.classes_)
    own = np.array([chance[:, classes == label].sum(axis=1) for label in set(y)])
    known = dict(zip(set(y), own, strict=True))
    given = np.array([known[label][i] for i, label in enumerate(y)])
    return np.asarray(-np.log(np.clip(given, LEAST, 1.0)))
