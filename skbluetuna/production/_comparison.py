"""Two models on the same rows: how much one is better, and whether chance explains it.

Predictions are made once. The models answer from them on rows that are drawn anew, the
same for both (bootstrap: the interval), or trade them row by row (permutation: p). Both
work with any scorer that looks at predictions alone.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from skbluetuna.production._losses import METRICS, losses_of

__all__ = ["Comparison", "compared"]

N_FAST = 1999  # draws of a score that is a mean over rows
N_DRAWN = 499
N_REAL = 199  # where each draw predicts again
N_TRIED = 2
SEED = 0
LEVEL = 0.95
Answers = tuple[NDArray[np.intp], NDArray[np.intp]]


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
        95 % interval of ``new - old``: percentiles of paired bootstrap draws (1999 of a
        score that is a mean over rows, otherwise 499, or 199 that predict anew).
    p : float
        Chance of a gain as large if both were alike, by as many permutations that trade
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

    @available_if(_have("predict"))  # type: ignore[untyped-decorator]
    def predict(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Predictions made before."""
        return self._answer("predict", rows)

    @available_if(_have("predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Probabilities made before."""
        return self._answer("predict_proba", rows)

    @available_if(_have("decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Decisions made before."""
        return self._answer("decision_function", rows)


class Means(NamedTuple):
    """Of a score that is the mean over rows: its values, the old model's first."""

    values: NDArray[np.float64]

    def scores(self, answers: Answers, y: Any) -> tuple[float, float]:
        """Scores of two lists of answers; the target is in the values already."""
        del y
        return self.values[answers[0]].mean(), self.values[answers[1]].mean()


class Memories(NamedTuple):
    """Of any other score: remembered predictions, and the scorer."""

    memory: Remembering
    scorer: Any

    def scores(self, answers: Answers, y: Any) -> tuple[float, float]:
        """Scores of two lists of answers."""
        old, new = (self.scorer(self.memory, one, y) for one in answers)
        return old, new


class Models(NamedTuple):
    """The models themselves, where a scorer looks at more than predictions."""

    old: Any
    new: Any
    scorer: Any
    X: Any

    def scores(self, answers: Answers, y: Any) -> tuple[float, float]:
        """Scores on some rows; the models can not trade their answers."""
        part = taken(self.X, answers[0])
        return self.scorer(self.old, part, y), self.scorer(self.new, part, y)


def compared(old: Any, new: Any, scorers: Sequence[Any], X: Any, y: Any) -> Comparison:
    """Compare two fitted models.

    Parameters
    ----------
    old, new : fitted estimators
        The models.
    scorers : sequence of callables
        Of (model, X, y). The last is the scorer; others may give the same.
    X, y : array-like of n rows
        Rows that neither was fitted to.
    """
    y = np.asarray(y)
    n, rng = len(y), np.random.default_rng(SEED)
    models = Models(old, new, scorers[-1], X)
    every = np.arange(n)
    with warnings.catch_warnings(), config_context(skip_parameter_validation=True):
        warnings.simplefilter("ignore")  # a draw may lack a class
        one, other = models.scores((every, every + n), y)
        ways = _ways(old, new, scorers, X, y)
        way = next((one for one in ways if _is_same(one, models, y, rng)), models)
        n_drawn = N_DRAWN if isinstance(way, Memories) else N_REAL
        n_drawn = N_FAST if isinstance(way, Means) else n_drawn
        draws = (rng.integers(n, size=n) for _ in range(n_drawn))
        drawn = [way.scores((rows, rows + n), y[rows]) for rows in draws]
        p = np.nan if way is models else _permuted(way, y, n_drawn, rng)
    ends = [50.0 * (1.0 - LEVEL), 50.0 * (1.0 + LEVEL)]
    low, high = np.nanpercentile(np.diff(np.array(drawn, dtype=float))[:, 0], ends)
    return Comparison(n, float(one), float(other), float(low), float(high), p)


def _ways(old: Any, new: Any, scorers: Sequence[Any], X: Any, y: Any) -> Iterator[Any]:
    """What may give the scores without predicting anew, the quickest first."""
    for metric in METRICS:
        with suppress(Exception):  # probabilities of a model that has none, say
            losses = [losses_of(one, metric, X, y) for one in (old, new)]
            values = 1.0 * (metric == "zero_one") - np.concatenate(losses)
            yield Means(values)
            yield Means(-(values**2))
    mine, theirs = (np.asarray(getattr(one, "classes_", 0)) for one in (old, new))
    if np.array_equal(mine, theirs):
        for scorer in scorers:
            yield Memories(Remembering(old, new, X), scorer)


def _is_same(way: Any, models: Models, y: Any, rng: np.random.Generator) -> bool:
    """Whether it gives the scores of the models, on all rows and on some draws.

    So a scorer is known by what it does: one of the user's may look at the rows.
    """
    n = len(y)
    for rows in (np.arange(n), *rng.integers(n, size=(N_TRIED, n))):
        answers = rows, rows + n
        try:
            scores = way.scores(answers, y[rows])
        except Exception:
            return False
        true = models.scores(answers, y[rows])
        if not np.allclose(scores, true, rtol=1e-9, atol=1e-12, equal_nan=True):
            return False
    return True


def _permuted(way: Any, y: Any, n_drawn: int, rng: np.random.Generator) -> float:
    """Chance of such a gain if the two predictions of each row may be traded."""
    n = len(y)
    places = [np.arange(n) + n * (rng.random(n) < 0.5) for _ in range(n_drawn)]
    pairs = [
        way.scores((mine, (mine + n) % (2 * n)), y) for mine in [np.arange(n), *places]
    ]
    gains = np.diff(np.array(pairs, dtype=float))[:, 0]
    return float((gains >= gains[0] - 1e-12).mean())


def taken(X: Any, rows: Any) -> Any:
    """Rows of an array, a sparse array, a data frame or a list."""
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    return X[rows] if hasattr(X, "shape") else [X[i] for i in np.arange(len(X))[rows]]
