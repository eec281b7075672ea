"""Scores as they come: numbers that are none, and why a candidate has none.

scikit-learn puts ``error_score`` where a score could not be had, and drops the reason
where the fit was sound and its scorer was not. Here the reason travels with the number,
also from a worker of another host.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from traceback import format_exc
from typing import Any

import numpy as np

from skbluetuna.objectives import FitTime
from skbluetuna.search._sklearn import ROUNDS, MultimetricScorer, scorers_of

__all__ = [
    "REASONS",
    "cause_of",
    "failure",
    "fill_fit_times",
    "for_table",
    "last_error",
    "metric_name",
    "metric_names",
    "note_reasons",
    "score_of",
    "scoring_failures",
    "telling",
]

REASONS = "score_errors"  # key of a fit's outcome: why, by the metric's name
Fit = dict[str, Any]


class FailedScore(float):
    """A number in the place of a score that could not be had, and why.

    Parameters
    ----------
    value : float
        The number, ``error_score``.
    reason : str
        The last line of what the scorer raised.
    """

    reason: str

    def __new__(cls, value: float, reason: str) -> "FailedScore":
        self = super().__new__(cls, value)
        self.reason = reason
        return self

    def __getnewargs__(self) -> tuple[float, str]:  # type: ignore[override]
        return float(self), self.reason


class UntimedScore(float):
    """A number in the place of a score that the time of its fit will be."""


class LaterFitTime(FitTime):
    """Fit time as a worker scores it: the outcome of its fit knows the time."""

    def __call__(self, *_args: Any, **_kwargs: Any) -> float:
        """Leave the score open."""
        return UntimedScore(math.nan)


class ComplexScore:
    """A complex number, which scikit-learn would take for a score."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        return f"the complex number {self._value}"


class TellingScorer:
    """A scorer whose failures are numbers that say why.

    Parameters
    ----------
    scorer : callable
        The scorer: of one metric, or of several as a dict.
    error_score : "raise" or float
        As in ``GridSearchCV``.
    """

    def __init__(self, scorer: Any, error_score: Any) -> None:
        self._scorer, self._error_score = scorer, error_score

    def __repr__(self) -> str:
        return repr(self._scorer)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Score as the scorer does."""
        try:
            scores = self._scorer(*args, **kwargs)
        except Exception:
            if self._error_score == "raise":
                raise
            return FailedScore(self._error_score, last_error(format_exc()))
        if isinstance(scores, dict):
            return {name: _checked(score) for name, score in scores.items()}
        return _checked(scores)


class TellingScorers(MultimetricScorer):  # type: ignore[misc]
    """The same of several scorers, of which scikit-learn must know that they are."""

    def __init__(self, scorers: Any, error_score: Any) -> None:
        super().__init__(scorers=scorers, raise_exc=error_score == "raise")
        self._error_score = error_score

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Score as the scorers do."""
        scores = super().__call__(*args, **kwargs)
        return {
            name: FailedScore(self._error_score, last_error(score))
            if isinstance(score, str)  # the traceback, where it is not raised
            else _checked(score)
            for name, score in scores.items()
        }


def telling(scorer: Any, error_score: Any) -> Any:
    """The scorer of a search, or the scorers of several metrics, with reasons."""
    several = scorers_of(scorer)
    if several is not None:
        later = {name: _later(one) for name, one in several.items()}
        return TellingScorers(later, error_score)
    return TellingScorer(_later(scorer), error_score)


def fill_fit_times(fits: Sequence[Fit]) -> None:
    """Write scores by the time of the fit into the outcomes of their fits."""
    for fit in fits:
        for part in ("test_scores", "train_scores"):
            scores = fit.get(part)
            if isinstance(scores, dict):
                fit[part] = {k: _timed(s, fit["fit_time"]) for k, s in scores.items()}
            elif scores is not None:
                fit[part] = _timed(scores, fit["fit_time"])


def note_reasons(fits: Sequence[Fit]) -> None:
    """Write what failed scores say into the outcomes of their fits, as plain text."""
    for fit in fits:
        reasons = {
            name: score.reason
            for name, score in _by_name(fit["test_scores"]).items()
            if isinstance(score, FailedScore)
        }
        if reasons:
            fit[REASONS] = reasons


def for_table(fits: Sequence[Fit]) -> list[Fit]:
    """Outcomes of fits as scikit-learn makes its table of, all of the same keys.

    A callable scorer shows the names of its metrics where it succeeds; scores that
    failed are given these names, here and in what was passed.
    """
    every = [fit["test_scores"] for fit in fits]
    names = next((list(scores) for scores in every if isinstance(scores, dict)), [])
    for fit in fits if names else ():
        for part in ("test_scores", "train_scores"):
            if part in fit and not isinstance(fit[part], dict):
                fit[part] = dict.fromkeys(names, fit[part])
    ours = {REASONS, ROUNDS}
    return [{key: fit[key] for key in fit if key not in ours} for fit in fits]


def cause_of(fits: Sequence[Fit], metric: str) -> str | None:
    """Why a candidate has no score of its own.

    A number that stands for failures (``error_score=0.0``) is a score to the search
    where some fold has one of its own.

    Parameters
    ----------
    fits : sequence of dicts
        Outcomes of its fits.
    metric : str
        Name of the metric.

    Returns
    -------
    cause : str or None
        The first reason, in one line or a few; None if it has a score.
    """
    reasons = [_reason(fit, metric) for fit in fits]
    scores = [_score(fit, metric) for fit in fits]
    if all(map(math.isfinite, scores)) and not all(reasons):
        return None
    odd = next((score for score in scores if not math.isfinite(score)), math.nan)
    return next((why for why in reasons if why), f"the score of a fold is {odd}")


def metric_name(scoring: Any, refit: Any, metric: str) -> str:
    """What to call the metric that guides a search, in a message.

    Parameters
    ----------
    scoring, refit : as in ``GridSearchCV``
        Those of the search.
    metric : str
        Its name in ``cv_results_``, or "score" before it is known.
    """
    if scoring is None:
        return "the estimator's own score"
    if metric != "score":
        return repr(metric)
    if callable(scoring):
        return str(getattr(scoring, "__name__", repr(scoring)))
    if isinstance(scoring, str):
        return repr(scoring)
    is_named = isinstance(refit, str) and refit in scoring
    return repr(refit if is_named else next(iter(scoring)))


def scoring_failures(fits: Sequence[Fit]) -> list[str]:
    """Reasons of all folds whose scorer failed, one for each fold."""
    return [next(iter(fit[REASONS].values())) for fit in fits if fit.get(REASONS)]


def last_error(text: str) -> str:
    """What an error says, of the text of its traceback.

    Parameters
    ----------
    text : str
        As by ``traceback.format_exc``, or the error alone.

    Returns
    -------
    error : str
        Its type and message, without the places in the code.
    """
    lines = text.strip().splitlines()
    frames = [i for i, line in enumerate(lines) if line.startswith('  File "')]
    if not frames:
        return "\n".join(lines)
    below = range(frames[-1] + 1, len(lines))
    start = next((i for i in below if not lines[i].startswith(" ")), len(lines) - 1)
    return "\n".join(lines[start:])


def failure(search: Any, scorer: Any, reason: str) -> Fit:
    """Outcome of a fit that failed, and left nothing but the reason."""
    scores = search.error_score
    several = scorers_of(scorer)
    if several is not None:
        scores = dict.fromkeys(several, scores)
    row: Fit = {"fit_time": 0.0, "score_time": 0.0, "n_test_samples": 0}
    row |= {"fit_error": reason, "test_scores": scores}
    if search.return_train_score:
        row["train_scores"] = scores
    return row


def metric_names(fits: Iterable[Mapping[str, Any]]) -> list[str] | None:
    """Names of several metrics, none of one, as the first score of its own shows them.

    A callable scorer that failed shows nothing: then it is None, for not known yet.
    """
    for fit in fits:
        scores = fit["test_scores"]
        if fit["fit_error"] is None and isinstance(scores, dict):
            return list(scores)
        if fit["fit_error"] is None and REASONS not in fit:
            return []
    return None


def score_of(fit: Fit, metric: str) -> float:
    """Score of a fold by one metric."""
    return _score(fit, metric)


def _reason(fit: Fit, metric: str) -> str | None:
    if fit["fit_error"] is not None:
        return last_error(fit["fit_error"])
    reasons = fit.get(REASONS, {})
    reason: str | None = reasons.get(metric, reasons.get("score"))
    return reason


def _score(fit: Fit, metric: str) -> float:
    scores = _by_name(fit["test_scores"])
    return float(scores.get(metric, next(iter(scores.values()))))


def _by_name(scores: Any) -> dict[str, Any]:
    return scores if isinstance(scores, dict) else {"score": scores}


def _later(scorer: Any) -> Any:
    """The scorer as workers get it."""
    return LaterFitTime() if isinstance(scorer, FitTime) else scorer


def _timed(score: Any, fit_time: float) -> Any:
    """A score, by the time of its fit where that was left open."""
    is_open = isinstance(score, UntimedScore)
    return FitTime().score_of_fit(fit_time) if is_open else score


def _checked(score: Any) -> Any:
    """A score that float64 holds; scikit-learn refuses what is no number."""
    if np.iscomplexobj(score):
        return ComplexScore(score)
    if isinstance(score, int | Fraction):
        try:
            float(score)
        except OverflowError:
            return math.inf if score > 0 else -math.inf
    return score
