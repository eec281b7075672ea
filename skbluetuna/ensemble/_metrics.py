"""From a scorer to scores of predictions that are there already.

scikit-learn's scorers take an estimator. They are given a stand-in whose "data" are its
predictions, so that scikit-learn's own rules say what of a prediction a metric sees.
Metrics that are asked for hundreds of times have a form for whole stacks, which counts
only where it says what the scorer says.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, get_scorer, make_scorer

from skbluetuna.ensemble._selection import StackScore
from skbluetuna.ensemble._stacked import STACKED

__all__ = ["ScoreOfPredictions", "scoring_of_predictions"]

Array = NDArray[Any]

OWN_SCORER: Any = type(make_scorer(accuracy_score))  # whose rules need no data
CLOSE = 1e-6  # a stacked form counts where it is as close to the scorer
# Names for what is reported; another scorer's is what it prints.
COMMON = (
    *STACKED, "f1_micro", "average_precision", "roc_auc_ovo", "matthews_corrcoef",
    "precision", "recall", "neg_median_absolute_error",
)  # fmt: skip
OF_PROBABILITIES = ("neg_log_loss", "neg_brier_score", "roc_auc_ovr")
NAMES = {repr(get_scorer(name)): name for name in COMMON}


class ScoreOfPredictions(NamedTuple):
    """A score of stacks of predictions.

    Parameters
    ----------
    score : callable
        From predictions of shape (m, n, ...) to m scores, larger is better.
    name : str
        What is scored, as ``scoring`` names it.
    note : str
        Why another metric than the one that was asked for, or "".
    """

    score: StackScore
    name: str
    note: str


class StandInRegressor(RegressorMixin, BaseEstimator):
    """Predicts what it is given."""

    def predict(self, P: Array) -> Array:
        """Return the predictions."""
        return P


class StandInVotes(ClassifierMixin, BaseEstimator):
    """Predicts the class with the most votes of those that it is given."""

    def __init__(self, classes: Array) -> None:
        self.classes = classes

    @property
    def classes_(self) -> Array:
        """Labels of the classes."""
        return self.classes

    def predict(self, P: Array) -> Array:
        """Label of the largest; of one column the second where it is above 0."""
        if P.ndim == 1:
            return np.asarray(self.classes[(P > 0.0).astype(int)])
        return np.asarray(self.classes[np.argmax(P, axis=1)])


class StandInProbabilities(StandInVotes):
    """Predicts the probabilities that it is given."""

    def predict_proba(self, P: Array) -> Array:
        """Return the predictions with rows of sum one, as float32 has them not."""
        return np.asarray(P / P.sum(axis=1, keepdims=True))


class StandInDecisions(StandInVotes):
    """Decides by the values that it is given."""

    def decision_function(self, P: Array) -> Array:
        """Return the predictions."""
        return P


STAND_INS = {
    "predict_proba": StandInProbabilities,
    "decision_function": StandInDecisions,
    "predict": StandInVotes,
}


def scoring_of_predictions(
    scorer: Any,
    y: Array,
    first: Array,
    method: str,
    classes: Array | None,
    params: Mapping[str, Any],
) -> ScoreOfPredictions:
    """Score predictions as a scorer does, or by another metric and say so.

    Parameters
    ----------
    scorer : str, callable or None
        As ``scoring``; None for accuracy or R2, the score of most estimators.
    y : array of shape (n,) or (n, n_outputs)
        The targets.
    first : array of shape (n, ...)
        Predictions of one candidate, to try the scorer on.
    method : {"predict_proba", "decision_function", "predict"}
        What the predictions are.
    classes : array or None
        Labels of the classes, in the order of the predictions' columns; None for
        regressors.
    params : mapping
        What metadata routing passes to the scorer, such as ``sample_weight``.

    Returns
    -------
    found : ScoreOfPredictions
        The score.
    """
    stand_in = StandInRegressor() if classes is None else STAND_INS[method](classes)
    default = "r2" if classes is None else "accuracy"
    asked: Any = get_scorer(default if scorer is None else scorer)
    why = ""
    tries: tuple[Mapping[str, Any], ...] = (params, {})
    for own in tries:  # not every scorer takes the weights that a fit was given
        why = _fault(asked, stand_in, first, y, own) or ""
        if not why:
            score = _stack(asked, stand_in, y, own)
            return ScoreOfPredictions(score, _name(asked), "")
    instead = _instead(method, classes)
    weight = {name: params[name] for name in ("sample_weight",) if name in params}
    score = _stack(get_scorer(instead), stand_in, y, weight)
    try:
        score(first[None])
    except Exception:  # labels of several columns, say: there is no general metric
        raise ValueError(
            f"metric must be one that can be computed from predictions; {why}, and "
            f"{instead}, which would take its place, can not be computed from them "
            "either. Give ensemble a metric, such as metric='neg_log_loss'."
        ) from None
    note = f"selected by {instead}, as {why}"
    return ScoreOfPredictions(score, instead, note)


def _instead(method: str, classes: Array | None) -> str:
    if classes is None:
        return "neg_mean_squared_error"
    return "neg_log_loss" if method == "predict_proba" else "accuracy"


def _fault(
    scorer: Any, stand_in: Any, first: Array, y: Array, params: Mapping[str, Any]
) -> str:
    """Why a scorer can not be computed from predictions; nothing if it can."""
    if not isinstance(scorer, OWN_SCORER):
        return "the search's metric is a function of the estimator and its data"
    try:
        value = scorer(stand_in, first, y, **params)
    except Exception as error:
        return f"{_name(scorer)} can not be computed from predictions ({error})"
    if not np.isscalar(value) or not np.isfinite(value):
        return f"{_name(scorer)} of the best candidate is {value}"
    return ""


def _name(scorer: Any) -> str:
    """The name that scikit-learn has for a scorer, or how it prints."""
    return NAMES.get(repr(scorer), repr(scorer))


def _stack(
    scorer: Any, stand_in: Any, y: Array, params: Mapping[str, Any]
) -> StackScore:
    """A scorer of stacks; the form for whole stacks where it says the same."""

    def one_by_one(P: Array) -> Array:
        with config_context(assume_finite=True, skip_parameter_validation=True):
            return np.array([scorer(stand_in, p, y, **params) for p in P], float)

    stacked = _stacked_form(scorer, stand_in, y, params)
    if stacked is None:
        return one_by_one

    checked: list[bool] = []

    def score(P: Array) -> Array:
        if not checked:
            own, others = stacked(P[:1]), one_by_one(P[:1])
            checked.append(bool(np.allclose(own, others, rtol=CLOSE, atol=CLOSE)))
        return stacked(P) if checked[0] else one_by_one(P)

    return score


def _stacked_form(
    scorer: Any, stand_in: Any, y: Array, params: Mapping[str, Any]
) -> StackScore | None:
    """The form of a metric for whole stacks, if there is one for these targets."""
    function = STACKED.get(_name(scorer))
    if function is None or y.ndim > 1 or set(params) - {"sample_weight"}:
        return None
    weight = params.get("sample_weight")
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    if isinstance(stand_in, StandInRegressor):
        targets: Array = np.asarray(y, dtype=np.float64)
    else:
        targets = np.searchsorted(stand_in.classes, y)
        has_columns = isinstance(stand_in, StandInProbabilities)
        if _name(scorer) in OF_PROBABILITIES and not has_columns:
            return None
        if _name(scorer) == "roc_auc" and len(stand_in.classes) != 2:
            return None
    return lambda P: function(P, targets, w)
