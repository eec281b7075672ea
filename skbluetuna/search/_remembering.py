"""Past searches of an estimator: what a fit asks of their store, and writes into it."""

import logging
import warnings
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier

from skbluetuna._tuner import BlueTuner
from skbluetuna.exceptions import HistoryWarning
from skbluetuna.history import Trial
from skbluetuna.past import Notebook, class_names, notebook_of
from skbluetuna.search._problem import choice_key
from skbluetuna.search._results import Rows
from skbluetuna.space import Categorical, Space

__all__ = ["notebook_for", "remember", "say_lessons"]

logger = logging.getLogger("skbluetuna")


def notebook_for(search: Any, data: Any, spaces: tuple[Space, ...]) -> Notebook | None:
    """The store that `history` names, and what the search is of; None without one."""
    notebook = notebook_of(search.history)
    if notebook is None:
        return None
    shape = tuple(getattr(data.X, "shape", None) or (len(data.X),))
    n_classes = None
    if data.y is not None and is_classifier(search.estimator):
        n_classes = len(np.unique(np.asarray(data.y)))
    rows, columns = (*shape, None)[:2]
    return notebook._replace(
        classes=tuple(_classes_in(search.estimator, space) for space in spaces),
        scorer=_scorer(search),
        shape=(int(rows), None if columns is None else int(columns), n_classes),
    )


def _classes_in(estimator: Any, space: Space) -> tuple[str, ...]:
    """Classes of the estimator, with the parts that an alternative fixes."""
    pairs = zip(space.names, space.dimensions, space.conditions, strict=True)
    fixed = {
        name: dim.choices[0]
        for name, dim, conditions in pairs
        if isinstance(dim, Categorical) and dim.n_values == 1 and not conditions
        if hasattr(dim.choices[0], "get_params")
    }
    own = clone(estimator)
    if fixed:
        own.set_params(**clone(fixed, safe=False))
    return class_names(own)


def _scorer(search: Any) -> str:
    """What guides the search, as text; "" for the estimator's own score."""
    scoring = search.scoring
    if scoring is None:
        return ""
    if isinstance(scoring, dict | list | tuple | set) and len(scoring):
        refit = search.refit
        named = isinstance(refit, str) and refit in scoring
        name = refit if named else next(iter(scoring))
        scoring = scoring[name] if isinstance(scoring, dict) else name
    if isinstance(scoring, str):
        return scoring
    return str(choice_key(scoring) or "a scorer of its own")


def remember(notebook: Notebook | None, tuner: BlueTuner, rows: Rows) -> None:
    """Append what a fit has found to its store; nothing if no candidate has a score."""
    if notebook is None:
        return

    def spread(trial: Trial) -> float | None:
        scores = list(rows.scores(trial).values())
        found = float(np.std(scores)) if scores else np.nan
        return found if np.isfinite(found) else None

    try:
        if notebook.write(tuner.spaces, tuner.trials, tuner.seed, spread):
            logger.info("remembered in %s", notebook.store.path)
    except OSError as error:  # it is no reason to lose the search
        warnings.warn(
            f"history: the search can not be written to {notebook.store.path} "
            f"({error}); all else is there.",
            HistoryWarning,
            stacklevel=2,
        )


def say_lessons(notebook: Notebook | None, tuner: BlueTuner) -> None:
    """Log what is learned from past searches."""
    if notebook is None:
        return
    table = tuner.past_searches
    n_starts = sum(len(one.starts) for one in tuner.lessons if one.searches)
    if not len(table["search"]):
        logger.info("history has no search of this estimator with 20 scores or more")
        return
    logger.info(
        "history: learned from %d past searches (%d by the same metric), %d of their "
        "configurations come first: %s",
        len(table["search"]), int(np.sum(table["same_metric"])), n_starts,
        ", ".join(table["search"]),
    )  # fmt: skip
