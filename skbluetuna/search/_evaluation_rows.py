"""Rows of a training part that tell boosting when to stop: arrays in, arrays out."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["split_training_part"]

RowNumbers = NDArray[np.intp]


def split_training_part(
    train: RowNumbers,
    labels: Any,
    groups: Any,
    fraction: float,
    seed: Sequence[int],
    *,
    shuffle: bool = True,
) -> tuple[RowNumbers, RowNumbers]:
    """Split the training part of a fold into rows to fit and rows to evaluate on.

    Every class keeps a row to fit, as boosting knows no other class of the others.

    Parameters
    ----------
    train : ndarray of int, shape (n_train,)
        Numbers of its rows.
    labels : array-like of shape (n_rows,) or None
        Classes to stratify by, of all rows of the data; None for none.
    groups : array-like of shape (n_rows,) or None
        Groups that stay together, of all rows of the data; None for none.
    fraction : float
        Share of the rows that is set apart: one at least; of groups as many as have so
        many rows.
    seed : sequence of int
        Seed of the draw.
    shuffle : bool, default=True
        Whether rows are drawn; else they are the last ones.

    Returns
    -------
    fitted, evaluation : ndarray of int
        Numbers of the rows, in the order of `train`.

    Raises
    ------
    ValueError
        If no row can be set apart.
    """
    codes = np.zeros(len(train), dtype=np.intp)
    if labels is not None:
        codes = np.unique(np.asarray(labels)[train], return_inverse=True)[1]
    n_wanted = max(1, round(fraction * len(train)))
    rng = np.random.default_rng(seed) if shuffle else None
    is_apart = np.zeros(len(train), dtype=bool)
    if groups is None:
        is_apart[_rows(codes, n_wanted, rng)] = True
    else:
        own = np.unique(np.asarray(groups)[train], return_inverse=True)[1]
        for rows in _groups(codes, own, n_wanted, rng):
            is_apart[rows] = True
    if not is_apart.any():
        what = "rows" if groups is None else "whole groups"
        raise ValueError(
            f"early_stopping needs {what} of each fold's training part to evaluate on, "
            f"and a row of each class that is left; a fold has {len(train)} rows to "
            "learn from, and none can be set apart. Leave early_stopping out."
        )
    return train[~is_apart], train[is_apart]


def _rows(
    codes: RowNumbers, n_wanted: int, rng: np.random.Generator | None
) -> RowNumbers:
    """Positions of rows, of each class its share."""
    place = np.empty(len(codes))
    for code in range(codes.max() + 1):
        own = np.flatnonzero(codes == code)
        if rng is None:
            place[own] = len(codes) - own
            place[own[0]] = np.inf  # stays
            continue
        at = (np.arange(len(own)) + rng.random()) / len(own)
        at[-1] = np.inf
        place[rng.permutation(own)] = at
    order = np.argsort(place, kind="stable")[:n_wanted]
    return np.asarray(order[np.isfinite(place[order])])


def _groups(
    codes: RowNumbers,
    groups: RowNumbers,
    n_wanted: int,
    rng: np.random.Generator | None,
) -> Iterable[RowNumbers]:
    """Positions of the rows of whole groups."""
    by_group = np.argsort(groups, kind="stable")
    rows_of = np.split(by_group, np.cumsum(np.bincount(groups))[:-1])
    if rng is None:
        order = np.argsort([-rows[-1] for rows in rows_of], kind="stable")
    else:
        order = rng.permutation(len(rows_of))
    left, n_apart = np.bincount(codes), 0
    for rows in (rows_of[group] for group in order):
        own = np.bincount(codes[rows], minlength=len(left))
        if n_apart >= n_wanted:
            return
        if (left > own).all():  # every class has a row that is left
            left, n_apart = left - own, n_apart + len(rows)
            yield rows
