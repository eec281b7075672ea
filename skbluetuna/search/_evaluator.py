"""Cross-validation of candidates on joblib's active backend."""

from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from typing import Any, NamedTuple

from joblib import effective_n_jobs
from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed

from skbluetuna.history import Trial
from skbluetuna.search._folds import Folds
from skbluetuna.search._scoring import failure
from skbluetuna.search._sklearn import FitData, fold_task, runs_here, without_tuner

__all__ = ["Evaluator", "FoldOf", "Outcome"]

Outcome = dict[str, Any]  # of one fit: scores, times, the error if there was one


class FoldOf(NamedTuple):
    """One fold of a trial, by its number."""

    trial: Trial
    fold: int


class Evaluator:
    """Fits and scores candidates on the folds; a context of its workers.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    data : FitData
        What it is fitted to.
    folds : Folds
        The folds.
    n_trials : int
        How many candidates there will be at most, for what is printed.
    """

    def __init__(self, search: Any, data: FitData, folds: Folds, n_trials: int) -> None:
        self._search, self._data, self._folds = search, data, folds
        self._n_trials = n_trials
        self._estimator = clone(search.estimator)
        self._caller = search if runs_here(search.n_jobs) else without_tuner(search)
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

    def failure(self, reason: str) -> Outcome:
        """Outcome of a fit that failed, and left nothing but the reason."""
        return failure(self._search, self._data.scorers, reason)

    def probe(self) -> None:
        """Do a task that harms no worker.

        Where joblib finds no worker it does all tasks in this process, which a task
        that kills its worker would end.

        Raises
        ------
        BrokenExecutor
            If there is no worker for it.
        """
        if effective_n_jobs(self._search.n_jobs) == 1:
            raise BrokenExecutor("there is no worker but this process")
        self._parallel([delayed(abs)(0)])

    def evaluate(
        self, wanted: Sequence[FoldOf], context: Callable[[Trial, int], Any]
    ) -> list[Outcome]:
        """Fit and score candidates, each on one fold.

        Parameters
        ----------
        wanted : sequence of n FoldOf
            Which candidates on which folds.
        context : callable
            From a trial and a fold, where its callbacks are called, or None.

        Returns
        -------
        outcomes : list of n dicts
            What came of each fit.
        """
        places = [(one, context(one.trial, one.fold)) for one in wanted]
        outcomes: list[Outcome] = self._parallel(
            self._task(one, where) for one, where in places
        )
        return outcomes

    def _task(self, one: FoldOf, context: Any) -> Any:
        train, test = self._folds.splits[one.fold]
        return fold_task(
            clone(self._estimator),
            self._data,
            (train, test),
            one.trial.params,
            search=self._caller,
            callback_ctx=context,
            progress=(
                (one.fold, self._folds.n_splits), (one.trial.number, self._n_trials),
            ),
        )  # fmt: skip

    def _new_parallel(self) -> Any:
        search = self._search
        return Parallel(n_jobs=search.n_jobs, pre_dispatch=search.pre_dispatch)
