"""Cross-validation of candidates on joblib's active backend."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from sklearn.base import clone
from sklearn.utils.parallel import Parallel

from skbluetuna.search._folds import Folds
from skbluetuna.search._sklearn import FitData, fold_task

__all__ = ["Evaluator", "Outcome"]

Outcome = dict[str, Any]  # of one fit: scores, times, the error if there was one


class Evaluator:
    """Fits and scores candidates, each on every fold; a context of its workers.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    data : FitData
        What it is fitted to.
    folds : Folds
        The folds.
    """

    def __init__(self, search: Any, data: FitData, folds: Folds) -> None:
        self._search, self._data, self._folds = search, data, folds
        self._estimator = clone(search.estimator)
        self._parallel = self._new_parallel()

    def __enter__(self) -> "Evaluator":
        self._parallel.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._parallel.__exit__(*error)

    def renew(self) -> None:
        """Evaluate with new workers from now on.

        Where the executor failed joblib keeps tasks that it had cut off but not sent,
        and would evaluate them as the first of the next batch.
        """
        self._parallel.__exit__(None, None, None)
        self._parallel = self._new_parallel()
        self._parallel.__enter__()

    def evaluate(
        self,
        candidates: Sequence[tuple[int, dict[str, Any]]],
        n_candidates: int,
        contexts: Sequence[Any],
    ) -> list[Outcome]:
        """Fit and score candidates on every fold.

        Parameters
        ----------
        candidates : sequence of n pairs (number, params)
            The candidates, with their places in the search.
        n_candidates : int
            How many there will be in the whole search.
        contexts : sequence of n k callback contexts or None
            Where the k folds of each in turn are heard.

        Returns
        -------
        outcomes : list of n k dicts
            What came of the k fits of each in turn.
        """
        folds = list(enumerate(self._folds.splits))
        pairs = list(product(candidates, folds))
        outcomes: list[Outcome] = self._parallel(
            fold_task(
                clone(self._estimator),
                self._data,
                (fold, train, test),
                params,
                search=self._search,
                callback_ctx=context,
                progress=((fold, len(folds)), (number, n_candidates)),
            )
            for ((number, params), (fold, (train, test))), context in zip(
                pairs, contexts, strict=True
            )
        )
        return outcomes

    def _new_parallel(self) -> Any:
        search = self._search
        return Parallel(n_jobs=search.n_jobs, pre_dispatch=search.pre_dispatch)
