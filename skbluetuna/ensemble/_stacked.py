"""Scores of many predictions at once, as scikit-learn's metrics give them one by one.

P holds predictions of m ensembles for the same n rows, shape (m, n) or (m, n, c); y is
numbers, or places of classes; w are the rows' weights. Larger is better.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

__all__ = ["STACKED"]

Array = NDArray[Any]
LEAST_PROBABILITY = float(np.finfo(np.float64).eps)  # as log_loss clips them


def _log_loss(P: Array, y: Array, w: Array) -> Array:
    own = P[:, np.arange(len(y)), y] / P.sum(axis=2)
    own = np.clip(own, LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
    return np.asarray(np.log(own) @ w / w.sum())


def _accuracy(P: Array, y: Array, w: Array) -> Array:
    labels = P > 0.0 if P.ndim == 2 else P.argmax(axis=2)
    return np.asarray((labels == y) @ w / w.sum())


def _squared(P: Array, y: Array, w: Array) -> Array:
    return np.asarray(-((P - y) ** 2) @ w / w.sum())


def _root_squared(P: Array, y: Array, w: Array) -> Array:
    return -np.sqrt(-_squared(P, y, w))


def _absolute(P: Array, y: Array, w: Array) -> Array:
    return np.asarray(-np.abs(P - y) @ w / w.sum())


def _r2(P: Array, y: Array, w: Array) -> Array:
    mean = y @ w / w.sum()
    return np.asarray(1.0 + _squared(P, y, w) / ((y - mean) ** 2 @ w / w.sum()))


def _auc(P: Array, y: Array, w: Array) -> Array:
    """Share of pairs of rows that stand in the right order; ties are halves."""
    if not np.all(w == w[0]):
        return np.full(len(P), np.nan)  # so that the scorer is asked
    ranks = rankdata(P if P.ndim == 2 else P[:, :, 1], axis=1)
    n_positive = int((y == 1).sum())
    least = n_positive * (n_positive + 1) / 2.0
    n_pairs = n_positive * (len(y) - n_positive)
    return np.asarray((ranks[:, y == 1].sum(axis=1) - least) / n_pairs)


def _auc_ovr(P: Array, y: Array, w: Array) -> Array:
    """Mean over classes of the AUC of each against all others."""
    one_by_one = [_auc(P[:, :, c], (y == c).astype(int), w) for c in range(P.shape[2])]
    return np.asarray(np.mean(one_by_one, axis=0))


def _brier(P: Array, y: Array, w: Array) -> Array:
    """Squared distance to what happened; of two classes half of it."""
    own = P / P.sum(axis=2, keepdims=True)
    distances = ((own - np.eye(P.shape[2])[y]) ** 2).sum(axis=2) @ w / w.sum()
    return np.asarray(-distances * (0.5 if P.shape[2] == 2 else 1.0))


def _confusion(P: Array, y: Array, w: Array) -> Array:
    """Weight of the rows of each class that are taken for each, shape (m, c, c)."""
    labels = (P > 0.0).astype(np.int64) if P.ndim == 2 else P.argmax(axis=2)
    c = 2 if P.ndim == 2 else P.shape[2]
    places = (np.arange(len(P))[:, None] * c + y) * c + labels
    weights = np.broadcast_to(w, places.shape)
    counts = np.bincount(places.ravel(), weights.ravel(), minlength=len(P) * c * c)
    return counts.reshape(len(P), c, c)


def _f1_by_class(P: Array, y: Array, w: Array) -> tuple[Array, Array]:
    """F1 of each class, and the weight of its rows."""
    C = _confusion(P, y, w)
    hits = np.diagonal(C, axis1=1, axis2=2)
    both = C.sum(axis=1) + C.sum(axis=2)
    return 2.0 * hits / np.where(both > 0.0, both, 1.0), C.sum(axis=2)


def _f1(P: Array, y: Array, w: Array) -> Array:
    return _f1_by_class(P, y, w)[0][:, 1]


def _f1_macro(P: Array, y: Array, w: Array) -> Array:
    return np.asarray(_f1_by_class(P, y, w)[0].mean(axis=1))


def _f1_weighted(P: Array, y: Array, w: Array) -> Array:
    f1, weights = _f1_by_class(P, y, w)
    return np.asarray((f1 * weights).sum(axis=1) / w.sum())


def _balanced_accuracy(P: Array, y: Array, w: Array) -> Array:
    C = _confusion(P, y, w)
    hits, rows = np.diagonal(C, axis1=1, axis2=2), C.sum(axis=2)
    return np.asarray((hits / np.where(rows > 0.0, rows, 1.0)).mean(axis=1))


STACKED: dict[str, Callable[[Array, Array, Array], Array]] = {
    "neg_log_loss": _log_loss,
    "accuracy": _accuracy,
    "neg_mean_squared_error": _squared,
    "neg_root_mean_squared_error": _root_squared,
    "neg_mean_absolute_error": _absolute,
    "r2": _r2,
    "roc_auc": _auc,
    "roc_auc_ovr": _auc_ovr,
    "neg_brier_score": _brier,
    "f1": _f1,
    "f1_macro": _f1_macro,
    "f1_weighted": _f1_weighted,
    "balanced_accuracy": _balanced_accuracy,
}
