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
    "PointColumns",
    "band",
    "evaluations_of",
    "folds_of",
    "limit_scores",
    "mark_at_edge",
    "score_ceiling",
    "score_floor",
]

PointColumns = dict[str, NDArray[Any]]
AGAINST = {"evaluations": "Evaluations", "seconds": "Seconds of fitting and scoring"}

STAGE_COLORS = {  # Okabe and Ito's, which the colour-blind tell apart
    "initial": "#000000",
    "scan": "#E69F00",
    "learn": "#56B4E9",
    "climb": "#D55E00",
    "grid": "#009E73",
}
OTHER_COLOR = "#0072B2"


def evaluations_of(search: Any, against: str) -> tuple[PointColumns, str]:
    """Each evaluation of a search, and the name of the metric that guided it.

    Returns
    -------
    points : dict of arrays
        ``x``, ``score`` (NaN if it failed or was stopped early) and, if the search has
        stages, ``stage``; if its folds raced, ``is_stopped``.
    name : str
        Name of the metric.

    Raises
    ------
    NotFittedError
        If the search is not fitted.
    ValueError
        If `against` is unknown.
    """
    if against not in AGAINST:
        raise ValueError(f"against must be one of {[*AGAINST]}; got {against!r}.")
    check_is_fitted(search, ["cv_results_"])
    results = search.cv_results_
    name = _metric(search)
    score = np.array(results[f"mean_test_{name}"], dtype=np.float64)
    score[~np.isfinite(score)] = np.nan
    x = np.arange(1.0, len(score) + 1.0)
    if against == "seconds":
        took = np.asarray(results["mean_fit_time"]) + results["mean_score_time"]
        x = np.cumsum(folds_of(search) * np.nan_to_num(took))
    points = {"x": x, "score": score}
    if "n_folds" in results:
        points["is_stopped"] = results["n_folds"] < search.n_splits_
    if "stage" in results:
        points["stage"] = np.asarray(results["stage"], dtype=object)
    return points, name


def folds_of(search: Any) -> NDArray[np.intp]:
    """How many folds each evaluation of a search has, shape (n,)."""
    results = search.cv_results_
    every = np.full(len(results["mean_fit_time"]), search.n_splits_, dtype=np.intp)
    return np.asarray(results.get("n_folds", every))


def _metric(search: Any) -> str:
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
