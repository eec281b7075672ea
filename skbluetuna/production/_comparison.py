"""Two models on the same rows: how much one is better, and whether chance explains it.

Predictions are made once. A model that answers from them is drawn anew from pairs of
rows (bootstrap: the interval) or trades them row by row with the other (permutation:
p). Both work with any scorer that looks at predictions alone.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

__all__ = ["Comparison", "compared"]

N_DRAWN = 999
N_REAL = 199  # where each draw predicts again
SEED = 0
LEVEL = 0.95


@dataclass(frozen=True)
class Comparison:
    """Scores of two models on the same rows.

    Parameters
    ----------
    n_rows : int
        How many rows.
    old, new : float
        Their scores; larger is better.
    low, high : float
        95 % interval of ``new - old``: percentiles of 999 paired bootstrap draws.
    p : float
        Chance of a gain as large if both were alike, by 999 permutations that trade
        the two predictions of a row: exact. NaN where they can not be traded, as the
        models have other classes, or the scorer looks at more than predictions.

    Attributes
    ----------
    gain : float
        ``new - old``.
    is_better : bool
        Whether the new model is better beyond chance: `low` is above 0, and `p` at most
        .025.
    """

    n_rows: int
    old: float
    new: float
    low: float
    high: float
    p: float

    @property
    def gain(self) -> float:
        """By how much the new score is larger."""
        return self.new - self.old

    @property
    def is_better(self) -> bool:
        """Whether the new model is better beyond chance, by the interval and by p."""
        return self.low > 0.0 and not self.p > (1.0 - LEVEL) / 2.0

    def __str__(self) -> str:
        p = "" if np.isnan(self.p) else f", p {self.p:.3g}"
        return (
            f"{self.new:.4g} against {self.old:.4g} on {self.n_rows} rows: "
            f"{self.gain:+.3g} [{self.low:+.3g}, {self.high:+.3g}]{p}"
        )


def _have(method: str) -> Any:
    """Whether both models have a method; scorers look which there are."""
    return lambda self: all(hasattr(one, method) for one in (self.old, self.new))


class Remembering(BaseEstimator):  # type: ignore[misc]
    """Two models that answer from predictions they made before.

    Row i of the "data" that it is given is a number: below n the old model's answer to
    row i, from n on the new one's to row i - n.
    """

    def __init__(self, old: Any, new: Any, X: Any) -> None:
        self.old, self.new, self.X = old, new, X
        self._known: dict[str, NDArray[Any]] = {}
        if hasattr(old, "classes_"):
            self.classes_ = old.classes_

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.old)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _answer(self, method: str, rows: NDArray[np.intp]) -> NDArray[Any]:
        if method not in self._known:
            answers = [getattr(one, method)(self.X) for one in (self.old, self.new)]
            self._known[method] = np.concatenate([np.asarray(one) for one in answers])
        return self._known[method][rows]

    @available_if(_have("predict"))
    def predict(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Predictions made before."""
        return self._answer("predict", rows)

    @available_if(_have("predict_proba"))
    def predict_proba(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Probabilities made before."""
        return self._answer("predict_proba", rows)

    @available_if(_have("decision_function"))
    def decision_function(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Decisions made before."""
        return self._answer("decision_function", rows)


class Pair(NamedTuple):
    """Two remembered models, and how they are scored."""

    memory: Remembering
    scorer: Any
    n: int

    def scores(self, mine: Any, theirs: Any, y: Any) -> tuple[float, float]:
        """Scores of two lists of answers."""
        return self.scorer(self.memory, mine, y), self.scorer(self.memory, theirs, y)

    def gain(self, rows: NDArray[np.intp], y: Any) -> float:
        """By how much the new model is better on some rows."""
        old, new = self.scores(rows, rows + self.n, y)
        return new - old


def compared(old: Any, new: Any, scorers: Sequence[Any], X: Any, y: Any) -> Comparison:
    """Compare two fitted models.

    Parameters
    ----------
    old, new : fitted estimators
        The models.
    scorers : sequence of callables
        Of (model, X, y). The first that needs predictions alone is taken, otherwise
        the last.
    X, y : array-like of n rows
        Rows that neither was fitted to.
    """
    y = np.asarray(y)
    n, scorer = len(y), scorers[-1]
    true = scorer(old, X, y), scorer(new, X, y)
    rng = np.random.default_rng(SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a draw may lack a class
        both = _remembered(old, new, scorers, X, y, true)
        draws = [rng.integers(n, size=n) for _ in range(N_DRAWN if both else N_REAL)]
        if both is None:
            gains = [
                scorer(new, part, y[rows]) - scorer(old, part, y[rows])
                for rows, part in ((rows, taken(X, rows)) for rows in draws)
            ]
            p = np.nan
        else:
            gains = [both.gain(rows, y[rows]) for rows in draws]
            p = _permuted(both, y, true[1] - true[0], rng)
    ends = [50.0 * (1.0 - LEVEL), 50.0 * (1.0 + LEVEL)]
    low, high = np.nanpercentile(np.asarray(gains, dtype=float), ends)
    return Comparison(n, float(true[0]), float(true[1]), float(low), float(high), p)


def _remembered(
    old: Any, new: Any, scorers: Sequence[Any], X: Any, y: Any, true: tuple[Any, Any]
) -> "Pair | None":
    """Both models as memories, if a scorer gives of these what it gives of the models.

    A scorer of the user's may look at the rows themselves; it is found out so.
    """
    mine, theirs = (np.asarray(getattr(one, "classes_", 0)) for one in (old, new))
    if not np.array_equal(mine, theirs):
        return None
    every = np.arange(len(y))
    for scorer in scorers:
        both = Pair(Remembering(old, new, X), scorer, len(y))
        try:
            scores = both.scores(every, every + len(y), y)
        except Exception:
            continue
        if np.allclose(scores, true, rtol=1e-9, atol=1e-12):
            return both
    return None


def _permuted(both: "Pair", y: Any, gain: float, rng: np.random.Generator) -> float:
    """Chance of such a gain if the two predictions of each row may be traded."""
    every, n = np.arange(len(y)), len(y)
    traded = [every + n * (rng.random(n) < 0.5) for _ in range(N_DRAWN)]
    pairs = [both.scores(mine, (mine + n) % (2 * n), y) for mine in traded]
    gains = [new - old for old, new in pairs]
    n_more = int((np.array(gains) >= gain - 1e-12).sum())
    return (1 + n_more) / (1 + N_DRAWN)


def taken(X: Any, rows: Any) -> Any:
    """Rows of an array, a sparse array, a data frame or a list."""
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    return X[rows] if hasattr(X, "shape") else [X[i] for i in np.arange(len(X))[rows]]
