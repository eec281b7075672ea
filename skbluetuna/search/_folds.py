"""Folds drawn once."""

from typing import Any

import numpy as np

__all__ = ["Folds"]


class Folds:
    """Splits drawn once, so that every candidate is scored on the same folds.

    An unseeded shuffling splitter draws others each time it is asked (scikit-learn
    issue 15149).

    Parameters
    ----------
    cv : cross-validator
        The splitter to draw from.
    X, y : array-like
        The data.
    split_params : dict
        What metadata routing passes to ``split``, e.g. ``groups``.
    is_checked : bool, default=False
        Whether to draw twice, to learn if the splitter draws the same again.

    Attributes
    ----------
    cv : cross-validator
        The splitter.
    splits : list of (train, test) index arrays
        What was drawn.
    n_splits : int
        How many.
    is_repeatable : bool
        Whether the splitter draws the same again, if that was checked.

    Raises
    ------
    ValueError
        If the splitter draws another number of folds than it says, or none.
    """

    def __init__(
        self,
        cv: Any,
        X: Any,
        y: Any,
        split_params: dict[str, Any],
        *,
        is_checked: bool = False,
    ) -> None:
        self.cv = cv
        self.splits = list(cv.split(X, y, **split_params))
        again = list(cv.split(X, y, **split_params)) if is_checked else self.splits
        self.is_repeatable = len(again) == len(self.splits) and all(
            np.array_equal(own, other)
            for pair in zip(self.splits, again, strict=True)
            for own, other in zip(*pair, strict=True)
        )
        self.n_splits: int = cv.get_n_splits(X, y, **split_params)
        if len(self.splits) != self.n_splits:
            raise ValueError(
                "cv.split and cv.get_n_splits return inconsistent results. Expected "
                f"{self.n_splits} splits, got {len(self.splits)}"
            )
        if not self.splits:
            raise ValueError(
                "No fits were performed. Was the CV iterator empty? Were there no "
                "candidates?"
            )
