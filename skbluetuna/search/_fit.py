"""One fit of the estimator: scikit-learn's own steps around our loop.

What a fit needs and a fitted search does not keep lives here: data, folds, workers,
callbacks, evaluations of earlier fits.
"""

import time
import warnings
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.model_selection import check_cv
from sklearn.utils import check_random_state, get_tags

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._checks import check_count
from skbluetuna.ensemble._estimators import fit_alike
from skbluetuna.inspection._ends import log_ends
from skbluetuna.past import Notebook, decode_lessons
from skbluetuna.search._callbacks import callbacks_of
from skbluetuna.search._early_steps import EarlySteps
from skbluetuna.search._early_stopping import check_early_stopping, names_of_rounds
from skbluetuna.search._ensembling import (
    check_refit,
    check_target,
    ensemble_of,
    refits_ensemble,
    target_of,
)
from skbluetuna.search._evaluator import Evaluator
from skbluetuna.search._folds import Folds
from skbluetuna.search._grown_models import GrownModels
from skbluetuna.search._loop import Loop, quiet_failures
from skbluetuna.search._past import Past
from skbluetuna.search._predicting import Predictor, classes_of
from skbluetuna.search._predictions import Predictions, Published, n_predictions
from skbluetuna.search._problem import problem_of
from skbluetuna.search._progress_log import ProgressLog, visible_log
from skbluetuna.search._reading import spaces_for
from skbluetuna.search._remembering import notebook_for, remember, say_lessons
from skbluetuna.search._resource import Resource, resource_of
from skbluetuna.search._results import Rows
from skbluetuna.search._rounds import refitted, say_limit, warn_of_limit
from skbluetuna.search._scoring import scoring_failures, telling
from skbluetuna.search._sklearn import (
    FitData,
    scorers_by_name,
    warn_or_raise_of_failures,
)
from skbluetuna.search._starting import known_starts_for, say_portfolio
from skbluetuna.search._trade_off import check_objectives, front_rows, pick

__all__ = ["run_fit"]

OF_RESULTS = (
    "cv_results_", "best_index_", "best_score_", "best_params_", "best_estimator_",
    "refit_time_", "stop_reason_", "_published", "_published_target", "pareto_front_",
    "pareto_params_",
)  # fmt: skip


def run_fit(search: Any, X: Any, y: Any, params: dict[str, Any]) -> None:
    """Fit a search.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search; its fitted attributes are set.
    X, y : array-like
        The data.
    params : dict
        What else was passed to ``fit``.
    """
    data = FitData.of(search, X, y, params)
    callbacks = callbacks_of(search, data)
    with visible_log(search.verbose):
        folds, past, resource, notebook = _begin(search, data)
        rows = Rows(search, search.tuner_.history, folds.n_splits, resource)
        predictions = _predictions(search, data, folds, rows, past)
        for name in OF_RESULTS:  # those of an earlier fit are not this one's
            search.__dict__.pop(name, None)
        try:
            search.stop_reason_ = _loop(
                search, data, folds, rows, callbacks, past, predictions
            )
        finally:
            _publish(search, data, rows, past, predictions)
        remember(notebook, search.tuner_, rows)
    _conclude(search, data, rows, callbacks)
    predictions.warn()


def _begin(
    search: Any, data: FitData
) -> tuple[Folds, Past, Resource | None, Notebook | None]:
    """Make out what is searched, before the first evaluation."""
    cv = check_cv(search.cv, data.y, classifier=is_classifier(search.estimator))
    spaces, owns = spaces_for(
        search.estimator, search.param_space, search.constraints, _taken(search)
    )
    check_early_stopping(search, spaces, data)
    _check_numbers(search)
    check_objectives(search)
    check_target(search, data.y)
    if search.scoring is None and len(spaces) > 1:
        _check_common_score(search.estimator, spaces)
    is_kept = search.warm_start or search.checkpoint is not None
    folds = Folds(cv, data.X, data.y, data.split_params, is_checked=is_kept)
    resource = resource_of(search, spaces, _n_rows(data))
    problem = problem_of(search, spaces, folds, data, resource) if is_kept else None
    past = Past(search, problem, folds)

    rungs = None if resource is None else resource.ladder.ends
    notebook = notebook_for(search, data, spaces)
    known_starts = known_starts_for(search, data, spaces, owns)

    def make(seed: int | None, n_iter: int | None, lessons: Any) -> BlueTuner:
        is_new = lessons is None
        known = notebook if is_new else decode_lessons(lessons, spaces)
        return BlueTuner(
            spaces,
            n_iter=n_iter,
            strategy=search.strategy,
            random_state=_seed(search.random_state) if seed is None else seed,
            reference=owns,
            initial_params=search.initial_params,
            resource=rungs,
            factor=search.factor,
            objectives=search.objectives,
            history=known,
            portfolio=known_starts.configurations if is_new else None,
        )

    search._data_shape = tuple(getattr(data.X, "shape", None) or (len(data.X),))
    search.n_splits_ = folds.n_splits
    search.tuner_ = past.begin(make)
    say_lessons(notebook, search.tuner_)
    say_portfolio(known_starts, search.tuner_)
    return folds, past, resource, notebook


def _taken(search: Any) -> dict[str, str]:
    """Parameters that are set for each evaluation by the search, and why."""
    taken = {}
    if search.early_stopping is not None:
        why = "early stopping decides it in each fold, after the candidate is asked"
        taken = dict.fromkeys(names_of_rounds(search.estimator), why)
    if isinstance(search.resource, str):
        taken[search.resource] = (
            "it is the resource, of which candidates spend less or more"
        )
    return taken


def _n_rows(data: FitData) -> int:
    shape = getattr(data.X, "shape", None)
    return int(shape[0]) if shape else len(data.X)


def _predictions(
    search: Any, data: FitData, folds: Folds, rows: Rows, past: Past
) -> Predictions:
    """Where out-of-fold predictions are kept, with those of an earlier fit."""
    n_kept = n_predictions(search)
    predictions = Predictions(
        rows,
        n_kept,
        folds.splits,
        search._data_shape[0],
        Predictor(
            classes_of(data.y) if n_kept else None,
            is_strict=search.error_score == "raise",
        ),
        file=past.predictions_file,
        is_cut_short=search.stopping is not None,
    )
    last = getattr(search, "_published", None) if past.goes_on_from_memory else None
    predictions.recall(None if last is None else last.kept)
    return predictions


def _loop(
    search: Any,
    data: FitData,
    folds: Folds,
    rows: Rows,
    callbacks: Any,
    past: Past,
    predictions: Predictions,
) -> str:
    """Search; return the reason why it ended."""
    tuner, n_iter = search.tuner_, _n_iter(search, folds.n_splits)
    n_most = n_iter if tuner.ladder is None else tuner.most_trials
    n_trials = n_most + tuner.history.n_imported
    told = data._replace(scorers=telling(data.scorers, search.error_score))
    callbacks.begin_search(n_trials, folds.n_splits)
    with (
        quiet_failures(),
        ProgressLog(tuner, search.max_time, n_iter, n_kept=past.n_in_memory) as log,
        GrownModels(rows.resource, rows.scores, data.scorers) as grown,
    ):
        early = EarlySteps(search.estimator, rows.params, rows.resource)
        evaluator = Evaluator(
            search, told, folds, n_trials, rows.resource, predictions.predictor,
            grown, early,
        )  # fmt: skip
        n_at_once = 1 if search.racing else folds.n_splits  # of one candidate
        log.fills(past.window, search.n_jobs, n_at_once)
        loop = Loop(
            search, tuner, rows, evaluator, callbacks, past, log, predictions,
            grown, early,
        )  # fmt: skip
        reason = loop.run()
        log_ends(tuner)
        say_limit(search, rows)
    callbacks.end_search()
    return reason


def _n_iter(search: Any, n_splits: int) -> int:
    """How many candidates there will be at most, of those that budgets count.

    A fit that goes on may have a smaller budget than what it goes on from.
    """
    tuner, history = search.tuner_, search.tuner_.history
    if search.n_iter is None:
        return int(tuner.n_iter)
    n_open = sum(len(history.parts(t.number)) < n_splits for t in history.pending)
    if tuner.ladder is not None:
        return int(min(tuner.n_iter, search.n_iter))
    n_known = history.n_asked - n_open  # of the others the fit begins by telling
    return int(min(tuner.n_iter, max(search.n_iter, n_known)))


def _publish(
    search: Any, data: FitData, rows: Rows, past: Past, predictions: Predictions
) -> None:
    """Set what the search has found, before anything else can fail."""
    with quiet_failures():  # they are told of where the search ends
        results = rows.cv_results()
    if results:
        search.cv_results_ = results
    kept = past.for_next_fit(search.tuner_)
    search.__dict__.pop("_kept", None)
    if kept is not None:
        search._kept = kept
    search.tuner_ = search.tuner_.without_parts()
    published = predictions.publish()
    if published is not None:
        classes = _classes(search, data, results, published)
        search._published = published._replace(classes=classes)
        if published.kept is not None:
            search._published_target = target_of(search, data, results)


def _classes(search: Any, data: FitData, results: Any, published: Published) -> Any:
    """Classes that columns of predictions stand for; None if they are a regressor's."""
    if published.kept is None:
        return None
    params = clone(results["params"][published.rows[0]], safe=False)
    if not is_classifier(clone(search.estimator).set_params(**params)):
        return None
    classes = classes_of(data.y)
    return classes[0] if classes is not None and len(classes) == 1 else classes


def _conclude(search: Any, data: FitData, rows: Rows, callbacks: Any) -> None:
    """Warn of failures, choose the best, refit it."""
    outcomes = rows.outcomes(rows.trials)
    warn_or_raise_of_failures(outcomes, search.error_score)
    results = rows.cv_results()  # which warns of scores that are not finite
    _warn_of_scoring(outcomes)
    several = [one["test_scores"] for one in outcomes]
    several = [scores for scores in several if isinstance(scores, dict)]
    search.multimetric_ = bool(several)
    metric = "score"
    if several:
        search._check_refit_for_multimetric(several[0])
        metric = search._guiding_metric(results)
    if search.refit or not search.multimetric_:
        search.best_index_ = _choose(search, metric, results)
        if not callable(search.refit):
            search.best_score_ = results[f"mean_test_{metric}"][search.best_index_]
        search.best_params_ = results["params"][search.best_index_]
        warn_of_limit(search, rows)
    if search.refit:
        _refit(search, data, callbacks)
    search.scorer_ = scorers_by_name(data.scorers)
    search.cv_results_ = results
    if search.objectives is not None:
        search.pareto_front_ = front_rows(search, results)
        search.pareto_params_ = [results["params"][i] for i in search.pareto_front_]
    callbacks.end_fit()


def _choose(search: Any, metric: Any, results: Any) -> int:
    """Row of the candidate that is chosen."""
    if search.objectives is None and not search.at_least:
        return int(search._select_best_index(search.refit, metric, results))
    return pick(search, search.refit, metric, results)


def _refit(search: Any, data: FitData, callbacks: Any) -> None:
    """Fit the best candidate to all rows, or an ensemble."""
    start = time.time()
    is_ensemble = refits_ensemble(search)
    best = ensemble_of(search) if is_ensemble else _best_candidate(search)
    search.best_estimator_ = best

    def fit() -> None:
        own = data.routed.estimator.fit
        if is_ensemble:
            fit_alike(best, data.X, data.y, own)
        else:
            best.fit(*((data.X,) if data.y is None else (data.X, data.y)), **own)
        search.refit_time_ = time.time() - start

    callbacks.refit(best, fit)
    if hasattr(best, "feature_names_in_"):
        search.feature_names_in_ = best.feature_names_in_


def _best_candidate(search: Any) -> Any:
    # The parameters are cloned too: some may be estimators.
    best = clone(clone(search.estimator)).set_params(
        **clone(search.best_params_, safe=False)
    )
    return refitted(search, best, search.best_index_)


def _warn_of_scoring(outcomes: list[dict[str, Any]]) -> None:
    """Say once what scikit-learn says of each fold whose scorer failed."""
    reasons = scoring_failures(outcomes)
    if reasons:
        warnings.warn(
            f"Scoring failed on {len(reasons)} train-test partitions out of "
            f"{len(outcomes)}; their scores are set to error_score. The first "
            f"error was:\n{reasons[0]}",
            UserWarning,
            stacklevel=2,
        )


def _check_numbers(search: Any) -> None:
    """Refuse bools, which pass scikit-learn's check of numbers."""
    for name in ("n_iter", "max_concurrent"):
        if getattr(search, name) is not None:
            check_count(name, getattr(search, name))
    kinds = dict.fromkeys(
        ("max_time", "candidate_timeout", "racing", "factor"), "a number"
    )
    kinds |= dict.fromkeys(("min_resources", "max_resources"), 'a number or "auto"')
    kinds |= {"n_retries": "an int", "keep_predictions": 'an int or "auto"'}
    for name, kind in kinds.items():
        if isinstance(getattr(search, name), bool):
            raise TypeError(f"{name} must be {kind}; got {getattr(search, name)}.")
    for name in ("min_resources", "max_resources"):
        if search.resource is None and getattr(search, name) != "auto":
            raise ValueError(
                f"{name} must be left out without a resource; got "
                f'{getattr(search, name)!r}. Write resource="n_samples", or a '
                "parameter of the estimator such as n_estimators."
            )
    check_refit(search)


def _seed(random_state: Any) -> Any:
    """Seed of the search: an int as it is, anything else draws one."""
    if isinstance(random_state, int | np.integer):
        return random_state
    return check_random_state(random_state).randint(np.iinfo(np.int32).max)


def _check_common_score(estimator: Any, spaces: Any) -> None:
    """Refuse alternatives whose own scores are of different kinds."""
    kinds = []
    for space in spaces:
        params = clone(space.centre(), safe=False)
        kinds.append(get_tags(clone(estimator).set_params(**params)).estimator_type)
    if len(set(kinds)) > 1:
        raise ValueError(
            "scoring must be given, as the alternatives of param_space have no common "
            f"score: they are {', '.join(map(str, kinds))}."
        )
