"""Several objectives of a search: which, who is on the front, who is chosen."""

import math
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history import best_of
from skbluetuna.objectives import front_of, knee, meets_limits, shortfall
from skbluetuna.scheduling import as_objectives
from skbluetuna.search._ensembling import refits_ensemble
from skbluetuna.space import is_number

__all__ = [
    "Guide",
    "check_objectives",
    "pick",
    "columns_of",
    "front_rows",
    "guide_of",
]

Guide = tuple[str, ...] | str | Any  # names of objectives, or `refit`
ON_FRONT, MEETS = "on_front", "meets_limits"
N_FRAMES = 7  # from `pick` to the line that called ``fit``


def guide_of(search: Any) -> Guide:
    """What tells the metrics that guide a search: its objectives, or its `refit`."""
    return tuple(search.objectives) if search.objectives is not None else search.refit


def check_objectives(search: Any) -> None:
    """Refuse objectives and limits that can not be.

    Raises
    ------
    ValueError, TypeError
        The message names the parameter.
    """
    scoring, names = search.scoring, search.objectives
    if names is None and not search.at_least:
        return
    known = None if callable(scoring) else scoring
    if isinstance(known, str) or (known is None and not callable(scoring)):
        raise ValueError(
            "scoring must name several metrics where objectives or at_least are "
            'given, such as scoring={"accuracy": "accuracy", "neg_latency": '
            f"PredictTime()}}; got {scoring!r}."
        )
    wanted = list(names or []) + list(search.at_least or {})
    if known is not None:
        missing = [name for name in wanted if name not in set(known)]
        if missing:
            raise ValueError(
                f"objectives and at_least must name metrics of scoring, {list(known)}; "
                f"got {missing[0]!r}."
            )
    if search.at_least is not None:
        _check_limits(search)
    if names is not None:
        as_objectives(names)
        _check_alone(search)


def _check_limits(search: Any) -> None:
    """Refuse limits that are no numbers, and an ensemble that need not keep them."""
    for name, limit in search.at_least.items():
        if not is_number(limit) or math.isnan(limit):
            raise TypeError(
                f"at_least must have a number for {name!r}; got {limit!r}. Larger is "
                "better: of a time of 50 ms it is -0.05."
            )
        known = search.scoring if isinstance(search.scoring, Mapping) else {}
        if limit > 0.0 and hasattr(known.get(name), "unit"):
            raise ValueError(
                f"at_least must be negative for {name!r}, a cost of which the score is "
                f"minus; got {limit}. Write {-limit}."
            )
    if refits_ensemble(search):
        raise ValueError(
            "refit must name a metric (or be a callable) with at_least; got "
            '"ensemble", which takes the time and the size of all its members, so that '
            'no limit need hold for it. Write keep_predictions="auto" too, and ask '
            "search.ensemble() afterwards."
        )


def _check_alone(search: Any) -> None:
    """Refuse what looks at one score."""
    for name, off in (("racing", None), ("stopping", None)):
        if getattr(search, name) is not off:
            raise ValueError(
                f"{name} must be {off} with several objectives, as it compares one "
                f"score; got {getattr(search, name)!r}."
            )


def columns_of(search: Any, results: Mapping[str, Any]) -> dict[str, Any]:
    """Columns ``on_front`` and ``meets_limits``, of those that are asked for."""
    found: dict[str, Any] = {}
    if search.objectives is not None:
        on_front = np.zeros(len(results["params"]), dtype=bool)
        on_front[front_rows(search, results)] = True
        found[ON_FRONT] = on_front
    if search.at_least:
        values, limits = _limited(search, results)
        found[MEETS] = meets_limits(values, limits)
    return found


def front_rows(search: Any, results: Mapping[str, Any]) -> NDArray[np.intp]:
    """Rows of the front, the best by the first objective first."""
    return front_of(_full_scores(results, search.objectives))


def pick(search: Any, refit: Any, metric: str, results: Mapping[str, Any]) -> int:
    """Row of the candidate that is chosen where there are objectives or limits.

    The best by `refit` of those that meet the limits; if none does, the one that misses
    them by the least, with a warning.
    """
    if refit is knee:
        return _knee(search, metric, results)
    if callable(refit):
        return int(refit(results))
    (scores,) = _full_scores(results, [metric]).T
    if not search.at_least:
        return best_of(scores) or 0
    values, limits = _limited(search, results)
    meets = meets_limits(values, limits) & np.isfinite(scores)
    if meets.any():
        return best_of(np.where(meets, scores, np.nan)) or 0
    missed = shortfall(values, limits)
    best = int(np.argmin(np.where(np.isfinite(scores), missed, np.inf)))
    lacking = {
        name: f"{value:.6g} of {limit:.6g}"
        for name, value, limit in zip(
            search.at_least, values[best], limits, strict=True
        )
        if not value >= limit
    }
    told = ", ".join(f"{name} {text}" for name, text in lacking.items())
    warnings.warn(
        f"no candidate meets at_least; the one that misses it by the least is chosen, "
        f"which has {told}.",
        UserWarning,
        stacklevel=N_FRAMES,
    )
    return best


def _knee(search: Any, metric: str, results: Mapping[str, Any]) -> int:
    """Row of the knee of those that meet the limits; if none does as by a metric."""
    choose = partial(knee, objectives=search.objectives)
    if not search.at_least:
        return choose(results)
    prefix = "mean_test_"
    every = [key.removeprefix(prefix) for key in results if key.startswith(prefix)]
    known = np.isfinite(_full_scores(results, search.objectives or every)).all(axis=1)
    meets = meets_limits(*_limited(search, results)) & known
    if not meets.any():
        return pick(search, metric, metric, results)
    keys = [prefix + name for name in every]
    return choose({key: np.where(meets, results[key], np.nan) for key in keys})


def _limited(
    search: Any, results: Mapping[str, Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores that have limits, and the limits."""
    values = _full_scores(results, list(search.at_least))
    return values, np.array(list(search.at_least.values()), dtype=np.float64)


def _full_scores(
    results: Mapping[str, Any], names: Sequence[str]
) -> NDArray[np.float64]:
    """Means by these metrics, shape (n, m); NaN at less than the full resource."""
    for name in names:
        if f"mean_test_{name}" not in results:
            raise ValueError(
                f"objectives and at_least must name metrics of scoring; got {name!r}."
            )
    scores = np.column_stack([results[f"mean_test_{name}"] for name in names])
    scores = scores.astype(np.float64)
    if "n_resources" in results:
        given = np.asarray(results["n_resources"])
        scores[given < given.max()] = np.nan
    return scores
