"""A fit that stops early, in the worker, and what came of it.

scikit-learn's own function fits and scores a fold as ever. Its training part are the
rows to fit; the method ``fit`` of the estimator that it calls is, for this one call,
one that gives the last step its evaluation set. Steps before it are fitted by then, on
the rows to fit alone, and transform that set.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import process_routing

from skbluetuna.search._boosting import BoostingFit, EvaluationSet, boosting_of
from skbluetuna.search._early_stopping import EarlyStopping
from skbluetuna.search._evaluation_rows import split_training_part

__all__ = [
    "BEST",
    "FIELDS",
    "LIMIT",
    "N_FITTED",
    "StoppedFit",
    "StoppedFits",
    "with_rounds",
]

BEST, LIMIT, N_FITTED = FIELDS = ("best_iteration", "limit", "n_fitted")
STREAM = 7  # of random numbers, apart from those of other draws by fold

RowNumbers = NDArray[np.intp]
FitParams = Mapping[str, Any]
EvaluationRows = Callable[[], tuple[Any, Any, FitParams]]  # X, y, what else fit gets


class StoppedFit(NamedTuple):
    """How the fit of a fold stops early; sent to workers."""

    stopping: EarlyStopping
    rows: RowNumbers  # to evaluate on

    def of(self, estimator: Any, rows: EvaluationRows) -> "Stop":
        """Let the next fit of an estimator stop early.

        Parameters
        ----------
        estimator : estimator object
            What is fitted next; its ``fit`` is another one until it is called.
        rows : callable
            Returns X, y and what else ``fit`` is given, of the rows to evaluate on.

        Returns
        -------
        stop : Stop
            What came of it.
        """
        return Stop(self.stopping, estimator, rows)


class Stop:
    """One fit that stops early.

    Parameters
    ----------
    stopping : EarlyStopping
        When.
    estimator : estimator object
        What is fitted next.
    rows : callable
        As `StoppedFit.of` takes it.

    Attributes
    ----------
    found : dict of int, or None
        What came of it by `FIELDS`; None if it failed.
    """

    def __init__(
        self,
        stopping: EarlyStopping,
        estimator: Any,
        rows: EvaluationRows,
    ) -> None:
        self._stopping, self._estimator, self._rows = stopping, estimator, rows
        self.found: dict[str, int] | None = None
        estimator.fit = self._fit

    def _fit(self, X: Any, y: Any, **params: Any) -> None:
        """Fit in the place of the estimator's own method, which is there again."""
        del self._estimator.fit
        *pipes, model = _chain(self._estimator)
        if not pipes:
            self._fit_last(pipes, model, X, y, **params)
            return
        model.fit = partial(self._fit_last, pipes, model)
        try:
            self._estimator.fit(X, y, **params)
        finally:
            del model.fit

    def _fit_last(
        self, pipes: list[Pipeline], model: Any, X: Any, y: Any, **params: Any
    ) -> Any:
        """Fit the last step, once all before it are fitted."""
        boosting = boosting_of(model)
        if boosting is None:
            raise ValueError(f"early_stopping does not know {type(model).__name__}.")
        boosting.check(model)
        X_evaluation, y_evaluation, given = self._rows()
        for pipe in pipes:
            given = _of_last_step(pipe, given)
            if len(pipe.steps) > 1:
                X_evaluation = pipe[:-1].transform(X_evaluation)
        evaluation = EvaluationSet(X_evaluation, y_evaluation, given)
        _, limit = boosting.limit_of(model)
        fit = BoostingFit(model, X, y, params, evaluation, self._stopping)
        best = boosting.fit(fit)
        self.found = dict(zip(FIELDS, (best, limit, len(y)), strict=True))
        return model


class StoppedFits:
    """How the fits of each fold stop early.

    Parameters
    ----------
    stopping : EarlyStopping
        When.
    trains : sequence of ndarray of int
        Row numbers of the folds' training parts.
    labels, groups : array-like of shape (n_rows,) or None
        As `split_training_part` takes them.
    seed : int
        Seed of the search, so that the rows hang on nothing else.
    """

    def __init__(
        self,
        stopping: EarlyStopping,
        trains: Sequence[RowNumbers],
        labels: Any,
        groups: Any,
        seed: int,
    ) -> None:
        self._folds: list[tuple[RowNumbers, StoppedFit]] = []
        for fold, train in enumerate(trains):
            fitted, apart = split_training_part(
                train, labels, groups, stopping.fraction, (seed, fold, STREAM),
                shuffle=stopping.shuffle,
            )  # fmt: skip
            self._folds.append((fitted, StoppedFit(stopping, apart)))

    def of(self, fold: int) -> tuple[RowNumbers, StoppedFit]:
        """Rows that a fold's fit learns from, and how it stops."""
        return self._folds[fold]


def with_rounds(estimator: Any, n_rounds: float) -> Any:
    """A clone that makes so many rounds, and does not stop early.

    Parameters
    ----------
    estimator : estimator object
        Unfitted, with the candidate's parameters.
    n_rounds : float
        How many; NaN: as many as it has.
    """
    own = clone(estimator)
    model = _chain(own)[-1]
    boosting = boosting_of(model)
    if boosting is None or not np.isfinite(n_rounds):
        return own
    name, _ = boosting.limit_of(model)
    model.set_params(**{**boosting.plain, name: int(n_rounds)})
    return own


def _chain(estimator: Any) -> list[Any]:
    """Pipelines, each the last step of the one before, and the last step of all."""
    chain = [estimator]
    while isinstance(chain[-1], Pipeline):
        chain.append(chain[-1].steps[-1][1])
    return chain


def _of_last_step(pipe: Pipeline, params: FitParams) -> FitParams:
    """What the last step's ``fit`` is given of what a pipeline's is."""
    name = pipe.steps[-1][0]
    if get_config()["enable_metadata_routing"]:
        routed = process_routing(pipe, "fit", **params)
        return dict(routed[name].fit)
    prefix = f"{name}__"
    return {
        own.removeprefix(prefix): value
        for own, value in params.items()
        if own.startswith(prefix)
    }
