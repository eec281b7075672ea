"""A search again on new data, from where the last one ended, and what to do then."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone, is_regressor
from sklearn.metrics import get_scorer
from sklearn.utils.validation import check_is_fitted

from skbluetuna._utils._checks import check_count
from skbluetuna.history import best_first
from skbluetuna.inspection._progress import evaluations_of
from skbluetuna.production._comparison import Comparison, compared, taken

__all__ = ["Refresh", "search_again"]

MOST_STARTS = 5  # of the last search's best configurations
LEAST_ROWS = 20  # held back


@dataclass(frozen=True)
class Refresh:
    """What a search on new data found, beside the model in use.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The new search, fitted to all rows but those held back.
    comparison : Comparison
        Its best estimator and the model in use, on the rows held back.

    Attributes
    ----------
    recommendation : {"keep", "replace"}
        ``"replace"`` if the new one is better beyond chance: the 95 % interval of the
        gain is above 0, and p is at most .025.
    """

    search: Any
    comparison: Comparison

    @property
    def recommendation(self) -> str:
        """Keep or replace."""
        return "replace" if self.comparison.is_better else "keep"

    def __str__(self) -> str:
        return f"{self.recommendation}: {self.comparison}"


def search_again(
    search: Any, X: Any, y: Any, *, n_iter: int, holdback: float
) -> Refresh:
    """Search again; see ``BlueTunaSearchCV.refresh``.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The fitted search; it is not changed.
    X, y : array-like
        New rows, the oldest first.
    n_iter : int
        Candidates.
    holdback : float
        Share of the rows, the last ones, that the models are compared on.
    """
    check_is_fitted(search, "best_estimator_")
    points, metric = evaluations_of(search, "evaluations")
    check_count("n_iter", n_iter)
    if not (search.cv is None or hasattr(search.cv, "split") or np.isscalar(search.cv)):
        raise ValueError(
            "cv must be a number or a splitter to search again; got lists of rows, "
            "which are those of the old data."
        )
    n = X.shape[0] if hasattr(X, "shape") else len(X)
    n_held = _n_held(n, holdback)
    y = np.asarray(y)
    if len(y) != n:
        raise ValueError(
            f"y must have one value for each of the {n} rows of X; it has {len(y)}."
        )
    before, held = np.arange(n - n_held), np.arange(n - n_held, n)
    again = clone(search).set_params(
        n_iter=n_iter,
        initial_params=_starts(search, points["score"], n_iter),
        checkpoint=None,
        warm_start=False,
    )
    again.fit(taken(X, before), y[before])
    comparison = compared(
        search.best_estimator_,
        again.best_estimator_,
        _scorers_of(search, metric),
        taken(X, held),
        y[held],
    )
    return Refresh(again, comparison)


def _starts(search: Any, scores: Any, n_iter: int) -> list[dict[str, Any]]:
    """The best configurations of a search, the one that it chose first.

    Up to five, and a quarter of the new budget at most: the rest is for what is new.
    """
    chosen = search.best_index_
    order = [chosen, *(int(i) for i in best_first(scores) if i != chosen)]
    n = max(1, min(MOST_STARTS, n_iter // 4))
    rows = [dict(search.cv_results_["params"][i]) for i in order[:n]]
    resource = getattr(search, "resource", None)  # which is no parameter of the space
    return [{k: v for k, v in row.items() if k != resource} for row in rows]


def _n_held(n: int, holdback: float) -> int:
    if not 0.0 < holdback < 1.0:
        raise ValueError(
            "holdback must be a share of the rows between 0 and 1, neither included; "
            f"got {holdback!r}."
        )
    n_held = round(n * holdback)
    if n_held < LEAST_ROWS:
        raise ValueError(
            f"holdback must leave at least {LEAST_ROWS} rows to compare the models "
            f"on; {holdback:g} of {n} rows are {n_held}. Wait for more rows, or hold "
            "back more of them."
        )
    return n_held


def _scorers_of(search: Any, metric: str) -> list[Any]:
    """The scorer that guided a search, the last; R2 where it is a regressor's own.

    That needs predictions alone; if an estimator's own score is another, it is not
    taken.
    """
    scorer = search.scorer_
    if isinstance(scorer, dict):
        return [scorer[metric]]
    if search.scoring is None and is_regressor(search.best_estimator_):
        return [get_scorer("r2"), scorer]
    return [scorer]
