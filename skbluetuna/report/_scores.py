"""The evaluations of a search: scores, their folds and what they took."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history import best_of
from skbluetuna.inspection._progress import costs_of, evaluations_of, folds_of

__all__ = ["Scores", "n_learned_from", "scores_of"]

FloatArray = NDArray[np.float64]


class Scores(NamedTuple):
    """Scores of n evaluations under the metric that guided the search.

    Attributes
    ----------
    name : str
        What the metric is called.
    mean : ndarray of shape (n,)
        Over the folds; NaN for an evaluation that failed, was stopped early or was
        partial, which is at less than the full resource.
    folds : ndarray of shape (n, k)
        On each fold; NaN where it was not evaluated.
    n_folds : ndarray of shape (n,)
        How many were evaluated.
    seconds : ndarray of shape (n,)
        Of fitting and scoring, all folds one after another.
    cost : ndarray of shape (n,)
        In full evaluations, as budgets count it; less than 1 for a partial one.
    best : int or None
        Row of the configuration that is the result; None if there is none.
    """

    name: str
    mean: FloatArray
    folds: FloatArray
    n_folds: NDArray[np.intp]
    seconds: FloatArray
    cost: FloatArray
    best: int | None

    @property
    def is_partial(self) -> NDArray[np.bool_]:
        """Which evaluations had less than the full resource, shape (n,)."""
        return self.cost < 1.0

    def spread(self, row: int) -> float:
        """Standard deviation over the folds, as in ``cv_results_``."""
        return float(np.std(self.folds[row]))

    def gain(self, row: int, other: int) -> tuple[float, float]:
        """Difference of two rows, and its standard error.

        Both were scored on the same folds. The error is that of Nadeau and Bengio
        (2003), as training parts overlap; NaN for a single fold.
        """
        difference, k = self.folds[row] - self.folds[other], self.folds.shape[1]
        if k < 2:
            return float(difference.mean()), np.nan
        scale = np.sqrt(1.0 / k + 1.0 / (k - 1))
        return float(difference.mean()), float(scale * np.std(difference, ddof=1))


def scores_of(search: Any) -> Scores:
    """Read them from a fitted search."""
    points, metric = evaluations_of(search, "evaluations")
    results, k = search.cv_results_, search.n_splits_
    folds = np.array([results[f"split{i}_test_{metric}"] for i in range(k)])
    took = np.asarray(results["mean_fit_time"]) + results["mean_score_time"]
    name, mean = metric, points["score"]
    if metric == "score":
        name = search.scoring if isinstance(search.scoring, str) else "score"
    # A callable `refit` may choose another one than the largest score; without `refit`
    # several metrics have no choice at all.
    best = getattr(search, "best_index_", None)
    if best is None:
        best = best_of(mean)
    n_folds = folds_of(search)
    seconds = n_folds * np.nan_to_num(took)
    cost = costs_of(search)
    return Scores(name, mean, folds.T.astype(float), n_folds, seconds, cost, best)


def n_learned_from(search: Any, alternative: int) -> int:
    """Number of evaluations that an alternative's tables are made from: full ones."""
    history = search.tuner_.history
    own = [t for t in history.trials if t.alternative == alternative]
    return sum(history.is_full(trial) for trial in own)
