"""Which events of a file a search can have written."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from skbluetuna._utils._files import check_fields, is_count, is_text
from skbluetuna.history import Asked, Event, Ladder, Reported, Stopped
from skbluetuna.search._scoring import REASONS, metric_names, score_of
from skbluetuna.search._sklearn import ROUNDS
from skbluetuna.search._stopped_fit import FIELDS
from skbluetuna.search._trade_off import Guide

__all__ = ["EventCheck", "agree", "check_header"]

Json = dict[str, Any]


def check_header(header: Json, n_splits: int, *, is_repeatable: bool) -> None:
    """Refuse a header that can not be that of a search of its data.

    Raises
    ------
    ValueError
        The message says why.
    """
    seed = header["settings"].get("random_state")
    if type(seed) is int and header["seed"] != seed:
        raise ValueError("has another seed than random_state")
    if (header["splits"] is None) != is_repeatable:
        raise ValueError("has splits though its folds need none, or none")
    if header["splits"] is None:
        return
    n_rows = header["data"]["shape"][0][0]
    parts = [part for pair in header["splits"] for part in pair]
    if len(parts) != 2 * n_splits or not all(
        part and max(part) < n_rows for part in parts
    ):
        raise ValueError("has splits of other data")


def agree(fits: Sequence[Json], values: Sequence[float], guide: Guide) -> bool:
    """Whether these values, none if it failed, can be what came of a trial's folds.

    Parameters
    ----------
    fits : sequence of dict
        Outcomes of all folds.
    values : sequence of float
        The trial's values.
    guide : tuple of str, or as `refit` in ``GridSearchCV``
        The objectives, or which of several metrics guides the search.
    """
    names = metric_names(fits) or []
    if isinstance(guide, tuple):
        metrics = guide
    else:
        first = names[0] if names else "score"
        metrics = (guide if isinstance(guide, str) and guide in names else first,)
    scores = np.array([[score_of(fit, name) for fit in fits] for name in metrics])
    with np.errstate(invalid="ignore", over="ignore"):
        means = np.average(scores, axis=1)
    if values:
        near = 1e-9 * np.abs(scores).max(axis=1)
        is_same = len(values) == len(means) and (np.abs(values - means) <= near).all()
        return bool(np.isfinite(means).all() and is_same)
    return not np.isfinite(means).all() or all(fit["fit_error"] for fit in fits)


class EventCheck:
    """Refuses events that no evaluation of this search can have left.

    Parameters
    ----------
    stages : collection of str
        Those that may ask.
    n_splits : int
        How many fits an evaluation has.
    search : BlueTunaSearchCV
        Its `scoring`, `return_train_score` and `early_stopping` say what a fit leaves,
        its `racing` if candidates may be stopped.
    ladder : Ladder or None, default=None
        What candidates may spend.
    """

    def __init__(
        self,
        stages: Collection[str],
        n_splits: int,
        search: Any,
        ladder: Ladder | None = None,
    ) -> None:
        self._stages, self._n_splits = stages, n_splits
        self._rungs = (None,) if ladder is None else ladder.rungs
        scoring, self._is_race = search.scoring, search.racing is not None
        self._stops_early = search.early_stopping is not None
        # What a callable returns the first fit shows that did not fail.
        self._is_open = callable(scoring)
        is_one = scoring is None or isinstance(scoring, str) or self._is_open
        self._metrics = None if is_one else set(scoring)
        kinds = ("test_scores", "train_scores")
        self._kinds = kinds if search.return_train_score else kinds[:1]
        self._fields = {
            **dict.fromkeys(self._kinds, _are_scores),
            "fit_error": lambda value: value is None or is_text(value),
            "n_test_samples": is_count,
            "fit_time": _is_number,
            "score_time": _is_number,
        }

    def __call__(self, event: Event) -> None:
        """Check one event.

        Raises
        ------
        ValueError
            The message says why.
        """
        if isinstance(event, Asked) and event.stage not in self._stages:
            raise ValueError("has a stage that is not there")
        if isinstance(event, Asked) and event.resource not in self._rungs:
            raise ValueError("has a resource that is no rung of the search")
        if isinstance(event, Stopped) and not self._is_race:
            raise ValueError("is stopped, though no folds race")
        if isinstance(event, Reported):
            if event.part >= self._n_splits:
                raise ValueError(f"must have a fold below {self._n_splits}")
            self._check_outcome(dict(event.outcome))

    def _check_outcome(self, fit: Json) -> None:
        reasons = fit.pop(REASONS, {})
        if not isinstance(reasons, Mapping) or not all(map(is_text, reasons.values())):
            raise ValueError(f"has {REASONS} that are none")
        if self._stops_early and fit["fit_error"] is None:
            check_fields(fit.pop(ROUNDS, None), dict.fromkeys(FIELDS, is_count))
        check_fields(fit, self._fields)
        for kind in self._kinds:  # scores have the names that the scoring gives them
            scores = fit[kind]
            names = set(scores) if isinstance(scores, Mapping) else None
            if self._is_open and fit["fit_error"] is None:
                self._is_open, self._metrics = False, names
            is_early = self._is_open or (fit["fit_error"] is not None and names is None)
            if names != self._metrics and not is_early:
                raise ValueError(f"has {kind} of other metrics")


def _are_scores(value: Any) -> bool:
    return all(map(_is_number, value.values() if isinstance(value, dict) else [value]))


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)
