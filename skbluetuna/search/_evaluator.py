"""Evaluations as tasks: one candidate on one fold, by scikit-learn's own function."""

from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from skbluetuna.history import Trial
from skbluetuna.search._early_steps import EarlySteps
from skbluetuna.search._folds import Folds
from skbluetuna.search._grown_models import GrownModels
from skbluetuna.search._predicting import Predictor
from skbluetuna.search._resource import Resource, strata
from skbluetuna.search._scoring import failure
from skbluetuna.search._sklearn import FitData, fold_task, runs_here, without_tuner
from skbluetuna.search._stopped_fit import StoppedFits

__all__ = ["Evaluator", "FoldOf", "Outcome"]

Outcome = dict[str, Any]  # of one fit: scores, times, the error if there was one


class FoldOf(NamedTuple):
    """One fold of a trial, by its number."""

    trial: Trial
    fold: int

    @property
    def key(self) -> tuple[int, int]:
        """The two numbers."""
        return self.trial.number, self.fold


class Evaluator:
    """Makes tasks of folds.

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
    resource : Resource or None, default=None
        What they may spend; None: each is evaluated in full.
    predictor : Predictor or None, default=None
        What predicts the test rows of folds; None for no predictions.
    grown : GrownModels or None, default=None
        Models that fits go on from; None: each begins anew.
    early : EarlySteps or None, default=None
        Which folds have earlier steps of a pipeline in common.
    """

    def __init__(
        self,
        search: Any,
        data: FitData,
        folds: Folds,
        n_trials: int,
        resource: Resource | None = None,
        predictor: Predictor | None = None,
        grown: GrownModels | None = None,
        early: EarlySteps | None = None,
    ) -> None:
        self._search, self._data, self._folds = search, data, folds
        self._n_trials, self._predictor = n_trials, predictor
        self._resource, self._grown, self._early = resource, grown, early
        self._stopped: StoppedFits | None = None
        stopping, every = search.early_stopping, np.arange(search._data_shape[0])
        if stopping is not None or resource is not None:
            y, seed = strata(search, data.y), search.tuner_.seed
            # A list of numbers, or a mask, as numbers.
            self._trains = [every[np.asarray(train)] for train, _ in folds.splits]
        if stopping is not None:
            groups = data.split_params.get("groups")
            self._stopped = StoppedFits(stopping, self._trains, y, groups, seed)
        if resource is not None:
            self._orders = [
                resource.order(train, y, (seed, fold))
                for fold, train in enumerate(self._trains)
            ]
        self._estimator = clone(search.estimator)
        self._caller = search if runs_here(search.n_jobs) else without_tuner(search)

    def failure(self, reason: str) -> Outcome:
        """Outcome of a fit that failed, and left nothing but the reason."""
        return failure(self._search, self._data.scorers, reason)

    def next(self, waiting: deque[FoldOf], running: Iterable[FoldOf]) -> FoldOf:
        """Take the fold that is best sent next out of those that wait."""
        at = 0 if self._early is None else self._early.first(waiting, running)
        one = waiting[at]
        del waiting[at]
        return one

    def task(
        self, one: FoldOf, context: Any, limit: tuple[float, str | None] | None
    ) -> Any:
        """A fold as a task for joblib.

        Parameters
        ----------
        one : FoldOf
            Which candidate on which fold.
        context : CallbackContext or None
            Where its callbacks are called.
        limit : tuple of (seconds, mark) or None
            As `within` takes them; None for no limit.
        """
        train, test = self._folds.splits[one.fold]
        params, resource, is_full = one.trial.params, self._resource, True
        stopped = None
        if self._stopped is not None:
            train, stopped = self._stopped.of(one.fold)
        growing = None if self._grown is None else self._grown.growing(*one)
        if self._early is not None:
            self._early.sends(*one)
        if resource is not None:
            is_full = resource.ladder.is_full(one.trial.resource)
            own = self._trains[one.fold]
            train = resource.train(one.trial, self._orders[one.fold], own)
            params = resource.params(one.trial)
        return fold_task(
            clone(self._estimator),
            self._data,
            (train, test),
            params,
            search=self._caller,
            callback_ctx=context,
            progress=(
                (one.fold, self._folds.n_splits), (one.trial.number, self._n_trials),
            ),
            limit=limit,
            predictor=self._predictor if is_full else None,
            growing=growing,
            stopped=stopped,
        )  # fmt: skip
