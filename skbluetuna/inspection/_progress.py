"""Scores in the order of their evaluation, and where they stand in a picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from skbluetuna.history import best_so_far
from skbluetuna.model import within_reach

__all__ = [
    "AGAINST",
    "OTHER_COLOR",
    "STAGE_COLORS",
    "AUTO",
    "PointColumns",
    "axis_for",
    "band",
    "costs_of",
    "evaluations_of",
    "folds_of",
    "limit_scores",
    "mark_at_edge",
    "metric_of",
    "score_ceiling",
    "score_floor",
    "told_trials",
]

PointColumns = dict[str, NDArray[Any]]
AUTO = "auto"
AGAINST = {
    "evaluations": "Evaluations",
    "cost": "Cost in full evaluations",
    "seconds": "Seconds of fitting and scoring",
}

STAGE_COLORS = {  # Okabe and Ito's, which the colour-blind tell apart
    "initial": "#000000",
    "scan": "#E69F00",
    "learn": "#56B4E9",
    "climb": "#D55E00",
    "grid": "#009E73",
    "hyperband": "#CC79A7",
}
OTHER_COLOR = "#0072B2"


def axis_for(searches: Sequence[Any], against: str) -> str:
    """What evaluations of fitted searches are shown against.

    Parameters
    ----------
    searches : sequence of fitted searches
        What will be shown together.
    against : {"auto", "evaluations", "cost", "seconds"}
        ``"auto"``: cost if one of them has a resource, else evaluations.

    Raises
    ------
    NotFittedError
        If one is not fitted.
    ValueError
        If `against` is unknown.
    """
    if against != AUTO and against not in AGAINST:
        known = [AUTO, *AGAINST]
        raise ValueError(f"against must be one of {known}; got {against!r}.")
    for search in searches:
        check_is_fitted(search, ["cv_results_"])
    if against != AUTO:
        return against
    is_any = any("n_resources" in search.cv_results_ for search in searches)
    return "cost" if is_any else "evaluations"


def evaluations_of(search: Any, against: str) -> tuple[PointColumns, str]:
    """Each evaluation of a fitted search, and the name of the metric that guided it.

    Parameters
    ----------
    search : fitted search
        What has ``cv_results_``.
    against : {"evaluations", "cost", "seconds"}
        What ``x`` is.

    Returns
    -------
    points : dict of arrays
        ``x``; ``score``, NaN if it failed, was stopped early or had less than the full
        resource; ``stage`` if the search has stages; ``is_stopped`` if its folds raced;
        ``is_partial`` if it has a resource. With one of the last two ``estimate``: what
        a partial one reached with its resource, and what was expected of a stopped
        one; NaN of all others, and where that is not known.
    name : str
        Name of the metric.
    """
    results = search.cv_results_
    name = metric_of(search)
    score = np.array(results[f"mean_test_{name}"], dtype=np.float64)
    score[~np.isfinite(score)] = np.nan
    points: PointColumns = {"x": _places(search, against), "score": score}
    if "n_folds" in results:
        points["is_stopped"] = results["n_folds"] < search.n_splits_
    if "n_resources" in results:
        points["is_partial"] = costs_of(search) < 1.0
    if points.keys() & {"is_stopped", "is_partial"}:
        is_partial = points.get("is_partial", np.zeros(len(score), dtype=bool))
        points["estimate"] = np.where(is_partial, score, _expected(search))
        score[is_partial] = np.nan
    if "stage" in results:
        points["stage"] = np.asarray(results["stage"], dtype=object)
    return points, name


def _places(search: Any, against: str) -> NDArray[np.float64]:
    """Where evaluations stand on the horizontal axis, shape (n,)."""
    if against == "cost":
        return np.cumsum(costs_of(search))
    results = search.cv_results_
    if against == "seconds":
        took = np.asarray(results["mean_fit_time"]) + results["mean_score_time"]
        return np.cumsum(folds_of(search) * np.nan_to_num(took))
    return np.arange(1.0, len(results["mean_fit_time"]) + 1.0)


def costs_of(search: Any) -> NDArray[np.float64]:
    """What each evaluation cost, in full ones, as budgets count it, shape (n,).

    Of scikit-learn's halving searches the full resource is the most that was spent.
    """
    results = search.cv_results_
    if "n_resources" not in results:
        return np.ones(len(results["mean_fit_time"]))
    amounts = np.asarray(results["n_resources"], dtype=np.float64)
    ladder = getattr(getattr(search, "tuner_", None), "ladder", None)
    return np.asarray(amounts / (amounts.max() if ladder is None else ladder.full))


def _expected(search: Any) -> NDArray[np.float64]:
    """What was expected of stopped evaluations, shape (n,); NaN of all others."""
    expected = np.full(len(search.cv_results_["mean_fit_time"]), np.nan)
    for row, trial in enumerate(told_trials(search)):
        if trial.state == "stopped":
            expected[row] = trial.values[0]
    return expected


def told_trials(search: Any) -> list[Any]:
    """The trial of each row of ``cv_results_``; none where rows are not the trials."""
    tuner = getattr(search, "tuner_", None)
    told = [trial for trial in getattr(tuner, "trials", ()) if trial.state != "asked"]
    return told if len(told) == len(search.cv_results_["params"]) else []


def folds_of(search: Any) -> NDArray[np.intp]:
    """How many folds each evaluation of a search has, shape (n,)."""
    results = search.cv_results_
    every = np.full(len(results["mean_fit_time"]), search.n_splits_, dtype=np.intp)
    return np.asarray(results.get("n_folds", every))


def metric_of(search: Any) -> str:
    """Name of the metric that guided a fitted search, as in ``cv_results_``."""
    prefix = "mean_test_"
    names = [k.removeprefix(prefix) for k in search.cv_results_ if k.startswith(prefix)]
    refit = getattr(search, "refit", None)
    return refit if isinstance(refit, str) and refit in names else names[0]


def band(runs: Sequence[PointColumns]) -> PointColumns:
    """Quantiles over runs of the best score so far, wherever one of them changes.

    NaN until each run has a score; a run that has ended keeps its best.
    """
    x = np.unique(np.concatenate([run["x"] for run in runs]))
    best = np.full((len(runs), len(x)), np.nan)
    for row, run in zip(best, runs, strict=True):
        so_far = best_so_far(run["score"])
        last = np.searchsorted(run["x"], x, side="right") - 1
        row[last >= 0] = so_far[last[last >= 0]]
    levels = ("min", "lower", "median", "upper", "max")
    quantiles = np.full((len(levels), len(x)), np.nan)
    is_known = ~np.isnan(best).any(axis=0)
    if is_known.any():
        steps = np.linspace(0.0, 1.0, len(levels))
        quantiles[:, is_known] = np.quantile(best[:, is_known], steps, axis=0)
    return {"x": x, **dict(zip(levels, quantiles, strict=True))}


def score_floor(scores: NDArray[np.float64]) -> float:
    """Score below which a few bad ones would leave no room for the others.

    Three interquartile ranges below the first quartile, as for far outliers in a box
    plot; the worst score if none lies so low, NaN if there is no score.
    """
    known = scores[np.isfinite(scores)]
    if not len(known):
        return np.nan
    first, third = np.quantile(known, [0.25, 0.75])
    floor = first - 3.0 * (third - first)
    return float(known[known >= floor].min())


def score_ceiling(scores: NDArray[np.float64]) -> float:
    """Score above which an enormous one would leave no room for the others (eq. 11).

    The best score if none is enormous, NaN if there is no score.
    """
    known = scores[np.isfinite(scores)]
    return float(within_reach(known).max()) if len(known) else np.nan


def mark_at_edge(
    ax: Any,
    x: NDArray[np.float64],
    marker: str,
    color: str,
    label: str | None = None,
    *,
    at: float = 0.02,
) -> None:
    """Mark evaluations at the lower edge of the axes, or at another height."""
    if len(x) or label:
        where = ax.get_xaxis_transform()
        y = np.full(len(x), at)
        ax.scatter(x, y, s=24, marker=marker, color=color, label=label, transform=where)
        # Marks that stand at an edge count for the limits of the other axis too.
        ax.update_datalim(np.column_stack([x, y]), updatey=False)
        ax.autoscale_view(scaley=False)


def limit_scores(ax: Any, floor: float, scores: NDArray[np.float64]) -> None:
    """Set the range of scores, with room for what stands at the lower edge."""
    if not np.isnan(floor):
        top = score_ceiling(scores)
        span = (top - floor) or max(abs(top), 1.0) * 0.01
        ax.set_ylim(floor - 0.08 * span, top + 0.08 * span)
