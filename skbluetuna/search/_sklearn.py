"""The only file that touches private names of scikit-learn and joblib.

`PRIVATE` lists every one of them; a test looks each up, so that a release that moves
one breaks that test and not users.
"""

import math
import warnings
from collections.abc import Callable
from copy import copy
from functools import partial
from numbers import Integral, Real
from typing import Any, NamedTuple

from joblib import effective_n_jobs
from joblib._parallel_backends import LokyBackend
from joblib._utils import eval_expr
from joblib.parallel import BatchedCalls, get_active_backend
from sklearn import get_config
from sklearn.base import _fit_context
from sklearn.metrics._scorer import _MultimetricScorer as MultimetricScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._validation import (
    _fit_and_score,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.parallel import _with_config_and_warning_filters, delayed
from sklearn.utils.validation import _check_method_params, indexable

from skbluetuna.search._growing import GROWN, FitGrown, Growing
from skbluetuna.search._predicting import PREDICTIONS, Predictor
from skbluetuna.search._time_limit import within

__all__ = [
    "HAS_CALLBACKS",
    "PRIVATE",
    "PRIVATE_OF_CALLBACKS",
    "ROUNDS",
    "BaseSearchCV",
    "FitData",
    "MultimetricScorer",
    "at_least_one",
    "backend_name",
    "backend_of",
    "batch_of_one",
    "begin_callbacks",
    "callbacks_set_on",
    "fold_task",
    "for_worker",
    "forget_subtask",
    "has_methods",
    "keep_rounds",
    "hear_of_lost_data",
    "most_sent",
    "not_negative",
    "one_of",
    "positive",
    "positive_finite",
    "runs_here",
    "scorers_by_name",
    "scorers_of",
    "search_fit",
    "warn_or_raise_of_failures",
    "with_config",
    "two_or_more",
    "without_tuner",
]

ROUNDS = "early_stopping"  # key of a fit's outcome: what came of a fit that stops early

# scikit-learn 1.9 has callbacks; before it a fit has none.
HAS_CALLBACKS = hasattr(BaseSearchCV, "_init_callback_context")

# Module and name of each. What follows a class may be set on its instances alone.
PRIVATE: tuple[str, ...] = (
    "joblib._dask:DaskDistributedBackend._to_func_args",
    "joblib._parallel_backends:LokyBackend._workers",
    "joblib._utils:eval_expr",
    "joblib.executor:MemmappingExecutor._temp_folder_manager",
    "joblib.parallel:BatchedCalls",
    "joblib.parallel:Parallel._backend",
    "joblib.parallel:Parallel._calling",
    "joblib.parallel:Parallel._id",
    "joblib.parallel:get_active_backend",
    "sklearn.base:_fit_context",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting:"
    "BaseHistGradientBoosting._predictors",
    "sklearn.metrics._scorer:_MultimetricScorer._scorers",
    "sklearn.model_selection._search:BaseSearchCV._check_refit_for_multimetric",
    "sklearn.model_selection._search:BaseSearchCV._format_results",
    "sklearn.model_selection._search:BaseSearchCV._get_routed_params_for_fit",
    "sklearn.model_selection._search:BaseSearchCV._get_scorers",
    "sklearn.model_selection._search:BaseSearchCV._parameter_constraints",
    "sklearn.model_selection._search:BaseSearchCV._select_best_index",
    "sklearn.model_selection._validation:_fit_and_score",
    "sklearn.model_selection._validation:_warn_or_raise_about_fit_failures",
    "sklearn.utils._param_validation:HasMethods",
    "sklearn.utils._param_validation:Interval",
    "sklearn.utils._param_validation:StrOptions",
    "sklearn.utils.metaestimators:_safe_split",
    "sklearn.utils.parallel:_with_config_and_warning_filters",
    "sklearn.utils.validation:_check_method_params",
)
PRIVATE_OF_CALLBACKS = (  # where there are any
    "sklearn.callback:CallbackContext._children_map",
    "sklearn.model_selection._search:BaseSearchCV._callback_fit_ctx",
    "sklearn.model_selection._search:BaseSearchCV._init_callback_context",
    "sklearn.model_selection._search:BaseSearchCV._skl_callbacks",
)


def search_fit(method: Any) -> Any:
    """Decorate the ``fit`` of a search as scikit-learn decorates its own."""
    return _fit_context(prefer_skip_nested_validation=False)(method)


def fold_task(
    estimator: Any,
    data: "FitData",
    fold: tuple[Any, Any],
    params: dict[str, Any],
    *,
    search: Any,
    callback_ctx: Any,
    progress: tuple[tuple[int, int], tuple[int, int]],
    limit: tuple[float, str | None] | None = None,
    predictor: Predictor | None = None,
    growing: Growing | None = None,
    stopped: Any = None,
) -> Any:
    """One candidate on one fold, as a task for joblib.

    Parameters
    ----------
    estimator : estimator object
        A clone of its own.
    data : FitData
        What ``fit`` was given.
    fold : tuple of (train, test)
        The indices of the fold.
    params : dict
        The candidate.
    search : BlueTunaSearchCV
        Its settings apply. It is sent along only where callbacks are called.
    callback_ctx : CallbackContext or None
        Where the fold's callbacks are called.
    progress : pair of pairs of int
        Number and count of the fold, and of the candidate, for what is printed.
    limit : tuple of (seconds, mark) or None, default=None
        As `within` takes them; None for no limit.
    predictor : Predictor or None, default=None
        What predicts the fold's test rows; None for no predictions.
    growing : Growing or None, default=None
        From which model the fit goes on, and where it leaves its own; None: neither.
    stopped : StoppedFit or None, default=None
        How the fit stops early; then the fold's training part are the rows to fit.

    Returns
    -------
    task : tuple
        What ``joblib.delayed`` makes of a call of scikit-learn's own function.
    """
    own = {}
    if callback_ctx is not None:
        own = {"caller": search, "callback_ctx": callback_ctx}
    call: tuple[Any, ...] = (_fit_and_score,)
    if any(more is not None for more in (predictor, growing, stopped)):
        call = fit_score_and_more, predictor, growing, stopped
    if limit is not None:
        call = within, *limit, *call
    return delayed(call[0])(
        *call[1:],
        estimator,
        data.X,
        data.y,
        scorer=data.scorers,
        train=fold[0],
        test=fold[1],
        verbose=search.verbose,
        parameters=params,
        fit_params=data.routed.estimator.fit,
        score_params=data.routed.scorer.score,
        return_train_score=search.return_train_score,
        return_n_test_samples=True,
        return_times=True,
        error_score=search.error_score,
        split_progress=progress[0],
        candidate_progress=progress[1],
        **own,
    )


def fit_score_and_more(
    predictor: Predictor | None,
    growing: Growing | None,
    stopped: Any,
    estimator: Any,
    X: Any,
    y: Any,
    **kwargs: Any,
) -> Any:
    """Outcome of a fold, and what else is wanted of the model that was scored.

    Parameters
    ----------
    predictor : Predictor or None
        What predicts the test rows.
    growing : Growing or None
        From which model the fit goes on, and where it leaves its own.
    stopped : StoppedFit or None
        How the fit stops early.
    estimator, X, y, **kwargs : as scikit-learn's own function takes them
        Of `kwargs` it looks at the fold and the parameters.
    """
    if stopped is not None:
        return stopped_early(predictor, stopped, estimator, X, y, **kwargs)
    fit, is_continued = partial(_fit_and_score, return_estimator=True), False
    if growing is None:
        outcome = fit(estimator, X, y, **kwargs)
    else:
        outcome, is_continued = growing.fitted(fit, estimator, X, y, kwargs)
    fitted = outcome.pop("estimator")
    if outcome["fit_error"] is not None:
        return outcome
    if predictor is not None:
        rows, _ = _safe_split(fitted, X, None, kwargs["test"], kwargs["train"])
        outcome[PREDICTIONS] = predictor(fitted, rows)
    if growing is not None:
        n_bytes = growing.keep(fitted, len(kwargs["train"]))
        outcome[GROWN] = FitGrown(is_continued, n_bytes)
    return outcome


def stopped_early(
    predictor: Predictor | None,
    stopped: Any,
    estimator: Any,
    X: Any,
    y: Any,
    **kwargs: Any,
) -> Any:
    """Outcome of a fold whose fit stops early; arguments as above."""

    def rows() -> Any:
        given = _check_method_params(
            X, params=kwargs["fit_params"], indices=stopped.rows
        )
        return *_safe_split(estimator, X, y, stopped.rows, kwargs["train"]), given

    stop = stopped.of(estimator, rows)
    outcome = fit_score_and_more(predictor, None, None, estimator, X, y, **kwargs)
    if outcome["fit_error"] is None:
        outcome[ROUNDS] = stop.found
    return outcome


def keep_rounds(model: Any, n: int) -> None:
    """Drop the rounds of a fitted boosting of histograms after the first n."""
    del model._predictors[n:]


class FitData(NamedTuple):
    """What ``fit`` was given, as scikit-learn's own ``fit`` prepares it."""

    X: Any
    y: Any
    params: dict[str, Any]  # what else was passed
    routed: Any  # the same, by who takes it
    scorers: Any

    @classmethod
    def of(cls, search: Any, X: Any, y: Any, params: dict[str, Any]) -> "FitData":
        """Prepare what was passed to ``search.fit``."""
        scorers, _ = search._get_scorers()
        X, y = indexable(X, y)
        checked = _check_method_params(X, params=params)
        return cls(X, y, checked, search._get_routed_params_for_fit(checked), scorers)

    @property
    def split_params(self) -> dict[str, Any]:
        """What the splitter takes."""
        own: dict[str, Any] = self.routed.splitter.split
        return own


def scorers_by_name(scorers: Any) -> Any:
    """The scorers as ``scorer_`` has them: a dict where there are several."""
    return scorers._scorers if isinstance(scorers, MultimetricScorer) else scorers


def without_tuner(search: Any) -> Any:
    """A copy of a search that is being fitted, to be sent along with each fold.

    Its tuner knows every evaluation so far; scikit-learn's searches have nothing like
    it while they are being fitted. The context of its fit knows every task so far.
    """
    sent = copy(search)
    for name in ("tuner_", "_kept", "_callback_fit_ctx"):
        sent.__dict__.pop(name, None)
    return sent


def begin_callbacks(search: Any) -> Any:
    """Set the callbacks of a search up; return the context of its fit."""
    n_tasks = 1 + (search.refit is not False)  # the search and the refit
    return search._init_callback_context(max_subtasks=n_tasks)


def callbacks_set_on(search: Any) -> list[Any]:
    """The callbacks of a search."""
    return getattr(search, "_skl_callbacks", [])


def for_worker(context: Any) -> Any:
    """A copy of a context, and of those above it, that knows no other task.

    The tasks of all candidates hang on the search's, and are added while joblib pickles
    what it sends.
    """
    own = copy(context)
    own._children_map = {}
    if own.parent is not None:
        own.parent = for_worker(own.parent)
        own.parent._children_map = {own.task_id: own}
    return own


def forget_subtask(context: Any, task_id: int) -> None:
    """Let a context's subtask begin anew, if it has begun."""
    context._children_map.pop(task_id, None)


def warn_or_raise_of_failures(fits: Any, error_score: Any) -> None:
    """Say once what scikit-learn says of failed fits."""
    _warn_or_raise_about_fit_failures(fits, error_score)


def scorers_of(scorer: Any) -> Any:
    """The scorers of several metrics by their names; None of a single metric."""
    return scorer._scorers if isinstance(scorer, MultimetricScorer) else None


def backend_name() -> str:
    """Name of the class of joblib's active backend."""
    return type(get_active_backend()[0]).__name__


def runs_here(n_jobs: int | None) -> bool:
    """Whether fits run in this process."""
    return backend_name() == "ThreadingBackend" or effective_n_jobs(n_jobs) == 1


def backend_of(parallel: Any) -> tuple[Any, int]:
    """Backend of a ``Parallel`` within its context, and how many jobs it runs at once.

    It takes tasks if these are more than one.
    """
    backend = parallel._backend
    n_jobs: int = backend.effective_n_jobs(parallel.n_jobs)
    if n_jobs == 0:
        raise RuntimeError(f"{type(backend).__name__} has no active worker.")
    if n_jobs > 1:
        backend.start_call()
        parallel._calling = True  # so that the end of the context ends the call
    return backend, n_jobs


def batch_of_one(call: Any, parallel: Any, pickled: dict[Any, Any]) -> Any:
    """A call as ``Parallel`` sends it: it sets what is parallel within it.

    Parameters
    ----------
    call : tuple of (function, args, kwargs)
        The call.
    parallel : Parallel
        Within its context.
    pickled : dict
        Where joblib keeps functions that it has pickled.
    """
    backend, note = parallel._backend, None
    if isinstance(backend, LokyBackend):  # whose arrays on disk live as long as we do
        folders = backend._workers._temp_folder_manager
        note = partial(folders.set_current_context, parallel._id)
    return BatchedCalls([call], backend.get_nested_backend(), note, pickled)


def hear_of_lost_data(backend: Any, tell: Callable[[Any, Exception], None]) -> None:
    """Let Dask's backend tell of tasks whose data it could not send, as it does not.

    Parameters
    ----------
    backend : ParallelBackendBase
        Any backend; others are left alone.
    tell : callable
        Is told the task's ``key`` and the error.
    """
    send = getattr(type(backend), "_to_func_args", None)
    if send is None:
        return

    async def sending(batch: Any) -> Any:
        try:
            return await send(backend, batch)
        except Exception as error:
            tell(batch.key, error)
            raise

    backend._to_func_args = sending


def with_config(task: Any) -> Any:
    """A delayed call that is made under scikit-learn's configuration as it is here."""
    function, args, kwargs = task
    # Free-threaded Python keeps the filters of a context elsewhere.
    filters = getattr(warnings, "_get_filters", lambda: warnings.filters)()
    own = _with_config_and_warning_filters(function, get_config(), filters)
    return own, args, kwargs


def most_sent(pre_dispatch: int | str, n_jobs: int) -> float:
    """How many tasks ``pre_dispatch`` lets be sent before one of them is done."""
    if pre_dispatch == "all":
        return math.inf
    if isinstance(pre_dispatch, str):
        pre_dispatch = eval_expr(pre_dispatch.replace("n_jobs", str(n_jobs)))
    return max(1, int(pre_dispatch))


def at_least_one() -> Any:
    """Constraint of a parameter that counts something."""
    return Interval(Integral, 1, None, closed="left")


def not_negative() -> Any:
    """Constraint of a parameter that counts something there may be none of."""
    return Interval(Integral, 0, None, closed="left")


def positive() -> Any:
    """Constraint of a parameter that is a number above 0; infinity is one."""
    return Interval(Real, 0, float("inf"), closed="right")


def below_half() -> Any:
    """Constraint of a parameter that is a number from 0 on, less than one half."""
    return Interval(Real, 0, 0.5, closed="left")


def two_or_more() -> Any:
    """Constraint of a parameter that says how many times more something is."""
    return Interval(Real, 2, float("inf"), closed="left")


def positive_finite() -> Any:
    """Constraint of a parameter that is a finite number above 0."""
    return Interval(Real, 0, float("inf"), closed="neither")


def has_methods(*names: str) -> Any:
    """Constraint of a parameter that must have these methods."""
    return HasMethods(list(names))


def one_of(*names: str) -> Any:
    """Constraint of a parameter that is one of these words."""
    return StrOptions(set(names))
