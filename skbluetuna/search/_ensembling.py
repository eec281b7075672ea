"""From a search that has ended to an ensemble of its candidates."""

import logging
import time
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier, is_regressor

from skbluetuna.ensemble import SearchEnsembleClassifier, SearchEnsembleRegressor
from skbluetuna.ensemble._choice import EnsembleChoice, choose_members
from skbluetuna.ensemble._metrics import scoring_of_predictions
from skbluetuna.search._rounds import refitted
from skbluetuna.search._sklearn import FitData, scorers_by_name
from skbluetuna.space import is_integer

__all__ = [
    "check_refit",
    "Target",
    "check_target",
    "ensemble_of",
    "refits_ensemble",
    "target_of",
]

logger = logging.getLogger("skbluetuna")

MAX_SIZE, N_BAGS = 20, 0  # of ``BlueTunaSearchCV.ensemble``
SEED = 0  # of the random halves: the same predictions give the same ensemble


class Target(NamedTuple):
    """What predictions of a search's rows are compared with.

    Parameters
    ----------
    y : array of shape (n_rows,) or (n_rows, n_outputs)
        The targets that ``fit`` was given.
    params : dict
        What goes to the scorer, by row, such as ``sample_weight``.
    scorer : callable or None
        The scorer that guides; None for the estimator's own score.
    """

    y: NDArray[Any]
    params: dict[str, Any]
    scorer: Any


def refits_ensemble(search: Any) -> bool:
    """Whether a search ends with an ensemble, and no metric has that name."""
    named = search.scoring if isinstance(search.scoring, list | tuple | dict) else ()
    return isinstance(search.refit, str) and (
        search.refit == "ensemble" and "ensemble" not in named
    )


def check_refit(search: Any) -> None:
    """Refuse a word that is meant to be "ensemble"; scikit-learn takes any.

    Raises
    ------
    ValueError
        If `refit` is nearly that word, and no metric has its name.
    """
    named = search.scoring if isinstance(search.scoring, list | tuple | dict) else ()
    if not isinstance(search.refit, str) or search.refit in ("ensemble", *named):
        return
    if get_close_matches(search.refit.lower(), ["ensemble"]):
        raise ValueError(
            f'refit must be "ensemble", a metric\'s name, a bool or a callable; got '
            f'{search.refit!r}. Write refit="ensemble".'
        )


def target_of(search: Any, data: FitData, results: Any) -> Target | None:
    """What a fitted search must keep so that it can choose an ensemble."""
    if data.y is None:
        return None
    scorer = scorers_by_name(data.scorers)
    if isinstance(scorer, dict):
        scorer = scorer[search._guiding_metric(results)]
    params = {name: np.array(one) for name, one in data.routed.scorer.score.items()}
    own = None if search.scoring is None else scorer
    return Target(np.array(data.y), params, own)


def ensemble_of(
    search: Any,
    max_size: int = MAX_SIZE,
    metric: Any = None,
    n_bags: int = N_BAGS,
) -> Any:
    """An unfitted ensemble of a search's candidates.

    Parameters
    ----------
    search : BlueTunaSearchCV
        Fitted, with predictions.
    max_size, metric, n_bags
        As of ``BlueTunaSearchCV.ensemble``.

    Raises
    ------
    ValueError, TypeError
        If there are no predictions or no single target, or a parameter breaks a rule.
    """
    _check_int("max_size", max_size, least=1)
    _check_int("n_bags", n_bags, least=0)
    P, rows, classes = _kept(search)
    start = time.perf_counter()
    choice = _choice(search, P, rows, classes, metric, max_size, n_bags)
    timed = _timed(choice, search.cv_results_, time.perf_counter() - start)
    if choice.note:
        logger.info("The ensemble is %s.", choice.note)
    return _built(search, timed, has_classes=classes is not None)


def check_target(search: Any, y: Any) -> None:
    """Refuse, before anything is paid for, data of which there can be no ensemble."""
    if not refits_ensemble(search):
        return
    if y is None:
        raise ValueError(
            'refit="ensemble" needs a target; got y=None. Write refit=True.'
        )
    if is_classifier(search.estimator) and np.ndim(y) > 1 and np.shape(y)[1] > 1:
        raise ValueError(
            'refit="ensemble" takes one class for each row; got y of shape '
            f"{np.shape(y)}. Write refit=True."
        )


def _check_int(name: str, value: Any, least: int) -> None:
    """Refuse what is no int, or less than the least."""
    if not is_integer(value):
        raise TypeError(f"{name} must be an int; got {value!r}.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}; got {value}.")


def _kept(search: Any) -> tuple[Any, Any, Any]:
    """Predictions, their rows of ``cv_results_``, and what their columns stand for."""
    try:
        P, rows = search.cv_predictions_, search.cv_predictions_index_
    except AttributeError as error:
        raise ValueError(
            f"An ensemble needs out-of-fold predictions: {error}"
        ) from None
    classes = search.cv_predictions_classes_
    if isinstance(classes, list):
        raise ValueError(
            "An ensemble of classifiers takes one class for each row; this search has "
            f"predicted {len(classes)} outputs."
        )
    return P, rows, classes


def _choice(
    search: Any,
    P: Any,
    rows: Any,
    classes: Any,
    metric: Any,
    max_size: int,
    n_bags: int,
) -> EnsembleChoice:
    """Choose by the rows that every candidate has predicted."""
    target = search._published_target
    if target is None:
        raise ValueError("An ensemble needs a target; the search was fitted without y.")
    known = np.isfinite(P).all(axis=(0, *range(2, P.ndim)))
    if not known.any():
        raise ValueError(
            "An ensemble needs rows that all candidates have predicted out of fold; "
            "here is none."
        )
    own = P if known.all() else P[:, known]
    params = {n: one[known] for n, one in target.params.items()}
    scoring = scoring_of_predictions(
        target.scorer if metric is None else metric, target.y[known],
        own[0].astype(np.float64), search.cv_predictions_method_, classes, params,
    )  # fmt: skip
    return choose_members(
        own, rows, scoring, max_size=max_size, n_bags=n_bags, seed=SEED
    )


def _timed(choice: EnsembleChoice, results: Any, seconds: float) -> EnsembleChoice:
    """The same with what choosing took, and what predicting takes."""
    times = results["mean_score_time"]
    return replace(
        choice,
        seconds=seconds,
        predict_seconds=float(np.sum(times[choice.candidates])),
        best_predict_seconds=float(times[choice.best_candidate]),
    )


def _built(search: Any, choice: EnsembleChoice, *, has_classes: bool) -> Any:
    """The estimator of a choice."""
    kind = SearchEnsembleClassifier if has_classes else SearchEnsembleRegressor
    members = []
    for row in choice.candidates:
        # The parameters are cloned too: some may be estimators.
        params = clone(search.cv_results_["params"][row], safe=False)
        member = clone(search.estimator).set_params(**params)
        members.append((f"candidate_{row}", refitted(search, member, row)))
    if not (is_classifier(members[0][1]) or is_regressor(members[0][1])):
        raise ValueError(
            "An ensemble is of classifiers or regressors; the search's candidates are "
            "neither."
        )
    built = kind(members, weights=choice.weights.tolist(), n_jobs=search.n_jobs)
    built.selection = choice
    return built
