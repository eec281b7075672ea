"""Models that grow, in the worker: a fit with more trees goes on from one with fewer.

scikit-learn's estimators go on by ``warm_start``. Here only those do that were measured
to give the model of a new fit, so that nothing but the time is another.
"""

import os
import pickle
import threading
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.base import clone
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import Pipeline

from skbluetuna.space import is_integer

__all__ = ["GROWN", "GROWS", "FitGrown", "Growing"]

GROWN = "grown"  # key of a fit's outcome, on its way from the worker
MOST_ROWS = 10_000  # beyond which ``early_stopping="auto"`` stops early

Params = dict[str, Any]


class Growth(NamedTuple):
    """By which parameter a kind of model grows, and when it is that of a new fit."""

    resource: str
    is_equal: Callable[[Any, int], bool] = lambda model, n_rows: True  # noqa: ARG005


def stops_never(model: Any, n_rows: int) -> bool:  # noqa: ARG001
    """Whether boosting makes all its trees."""
    return model.n_iter_no_change is None


def stops_never_early(model: Any, n_rows: int) -> bool:
    """The same of boosting of histograms."""
    stops = model.early_stopping
    return stops is False or (stops == "auto" and n_rows <= MOST_ROWS)


def has_no_oob(model: Any, n_rows: int) -> bool:  # noqa: ARG001
    """Whether bagging may go on: with this score it may not."""
    return not model.oob_score


# Measured: predictions are equal bit for bit. Of networks, linear models by stochastic
# descent and those of a solver they are not, as they begin with another step or state.
GROWS: Mapping[type, Growth] = {
    RandomForestClassifier: Growth("n_estimators"),
    RandomForestRegressor: Growth("n_estimators"),
    ExtraTreesClassifier: Growth("n_estimators"),
    ExtraTreesRegressor: Growth("n_estimators"),
    IsolationForest: Growth("n_estimators"),
    BaggingClassifier: Growth("n_estimators", has_no_oob),
    BaggingRegressor: Growth("n_estimators", has_no_oob),
    GradientBoostingClassifier: Growth("n_estimators", stops_never),
    GradientBoostingRegressor: Growth("n_estimators", stops_never),
    HistGradientBoostingClassifier: Growth("max_iter", stops_never_early),
    HistGradientBoostingRegressor: Growth("max_iter", stops_never_early),
}


class FitGrown(NamedTuple):
    """What came of a fit that may grow."""

    is_continued: bool
    n_bytes: int  # of the model that it left; 0 if none


class Growing(NamedTuple):
    """From which model a fit goes on, and where it leaves its own; sent to workers.

    A file that is not there, as on another machine, is no error: then the fit begins
    anew, or leaves nothing.
    """

    resource: str  # parameter of the whole estimator
    source: str | None  # file of the same fold's model with less; None: there is none
    target: str | None  # file of its own; None: nothing comes after it
    most: int  # bytes of a file

    def fitted(
        self, fit: Callable[..., Any], estimator: Any, X: Any, y: Any, kwargs: Params
    ) -> tuple[Any, bool]:
        """Outcome of a fold, and whether its fit went on from another one.

        Where that fails a new fit says whether it was the candidate's fault.

        Parameters
        ----------
        fit : callable
            scikit-learn's own function, which fits and scores.
        estimator, X, y, kwargs : as that takes them
            Of `kwargs` it looks at the fold and the parameters.
        """
        begun = self.begun(estimator, kwargs["parameters"], len(kwargs["train"]))
        if begun is not None:
            outcome = _continued(fit, begun[0], X, y, kwargs | {"parameters": begun[1]})
            if outcome is not None:
                return outcome, True
            told = "caller", "callback_ctx"  # who listens has heard of this fold
            kwargs = {name: kwargs[name] for name in kwargs if name not in told}
        return fit(estimator, X, y, **kwargs), False

    def begun(
        self, estimator: Any, params: Params, n_rows: int
    ) -> tuple[Any, Params] | None:
        """Estimator and parameters with which a fit goes on; None: it begins anew.

        Parameters
        ----------
        estimator : estimator object
            As a new fit takes it; it stays as it is.
        params : dict
            The candidate's parameters, with the resource.
        n_rows : int
            How many rows it learns from.
        """
        if self.source is None:
            return None
        try:
            whole = clone(estimator).set_params(**clone(params, safe=False))
            model, holder = growing_part(whole, self.resource, n_rows)
            if model is None:
                return None
            with open(self.source, "rb") as file:
                former = pickle.load(file)
            former.set_params(**model.get_params(deep=False) | {"warm_start": True})
        except Exception:  # whatever it is, a new fit tells
            return None
        if holder is None:
            return former, params
        holder.steps[-1] = holder.steps[-1][0], former
        return whole, _apart_from(self.resource, params)

    def keep(self, fitted: Any, n_rows: int) -> int:
        """Leave a model for a fit with more.

        Returns
        -------
        n_bytes : int
            How large the file is; 0 if there is none.
        """
        if self.target is None:
            return 0
        own = f"{self.target}.{os.getpid()}.{threading.get_ident()}"
        try:
            model, _ = growing_part(fitted, self.resource, n_rows)
            if model is None:
                return 0
            with open(own, "wb") as file:
                bounded = BoundedFile(file, self.most)
                pickle.Pickler(bounded, protocol=5).dump(model)
            Path(own).replace(self.target)  # so that a file that is there is whole
        except Exception:  # no room, no folder, no way to pickle it
            Path(own).unlink(missing_ok=True)
            return 0
        return bounded.n_bytes


def _continued(fit: Callable[..., Any], *given: Any) -> Any:
    """Outcome of a fold whose fit goes on; None if it fails."""
    *data, kwargs = given
    try:
        with warnings.catch_warnings():
            # They would be wrong for other rows; these are the same.
            warnings.filterwarnings("ignore", message="class_weight presets")
            outcome = fit(*data, **kwargs)
    except Exception:
        return None
    return outcome if outcome["fit_error"] is None else None


class BoundedFile:
    """A file that takes so many bytes and no more.

    Parameters
    ----------
    file : file object
        Where they go.
    most : int
        How many.
    """

    def __init__(self, file: Any, most: int) -> None:
        self._file, self._most, self.n_bytes = file, most, 0

    def write(self, data: Any) -> int:
        """Write, or raise ``OSError`` if there is no room."""
        self.n_bytes += memoryview(data).nbytes
        if self.n_bytes > self._most:
            raise OSError("the model is too large")
        return int(self._file.write(data))


def growing_part(estimator: Any, resource: str, n_rows: int) -> tuple[Any, Any]:
    """The model that grows, and the pipeline it is the last step of; None if not so.

    Parameters
    ----------
    estimator : estimator object
        With the candidate's parameters.
    resource : str
        The parameter by which it may grow.
    n_rows : int
        How many rows it learns from.
    """
    *path, own = resource.split("__")
    model, holder = estimator, None
    for name in path:
        if type(model) is not Pipeline or model.steps[-1][0] != name:
            return None, None
        holder, model = model, model.steps[-1][1]
    growth = GROWS.get(type(model))  # a class of its own may fit otherwise
    if growth is None or growth.resource != own or not growth.is_equal(model, n_rows):
        return None, None
    return (model, holder) if _is_seeded(estimator) else (None, None)


def _is_seeded(estimator: Any) -> bool:
    """Whether two fits of it are the same, each draws the same numbers."""
    return all(
        is_integer(value)
        for name, value in estimator.get_params(deep=True).items()
        if name.rpartition("__")[2] == "random_state"
    )


def _apart_from(resource: str, params: Params) -> Params:
    """Parameters without those that would replace the model, or let it begin anew."""
    own, _, _ = resource.rpartition("__")
    parts = own.split("__")
    replacing = {"__".join(parts[:k]) for k in range(1, len(parts) + 1)}
    replacing |= {f"{own}__warm_start", "steps"}
    return {name: value for name, value in params.items() if name not in replacing}
