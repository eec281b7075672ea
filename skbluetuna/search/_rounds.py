"""How many rounds fits found that stopped early: columns, and who reached the limit."""

import logging
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from skbluetuna.history import Trial
from skbluetuna.search._sklearn import ROUNDS
from skbluetuna.search._stopped_fit import BEST, LIMIT, N_FITTED, with_rounds

__all__ = ["REFIT", "refitted", "rounds_of", "say_limit", "warn_of_limit"]

logger = logging.getLogger("skbluetuna")

REFIT = "refit_iterations"  # column: rounds of a fit to all rows


def rounds_of(search: Any, rows: Any, trials: Iterable[Trial]) -> dict[str, Any]:
    """Columns of ``cv_results_`` about rounds; none where nothing stops early.

    A fit to all rows gets the mean over the folds, times the number of all rows over
    the mean number of rows that a fold's fit had; NaN where no fold has a number.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search.
    rows : Rows
        What was evaluated.
    trials : iterable of Trial
        The rows of the table.
    """
    if search.early_stopping is None:
        return {}
    every = [_by_fold(rows, trial, BEST) for trial in trials]
    fitted = [_by_fold(rows, trial, N_FITTED) for trial in trials]
    best, n_fitted = np.array(every), np.array(fitted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a mean of nothing
        mean = np.nanmean(best, axis=1)
        scale = search._data_shape[0] / np.nanmean(n_fitted, axis=1)
    columns = {f"split{k}_{BEST}": best[:, k] for k in range(rows.n_splits)}
    refit = np.maximum(1.0, np.round(mean * scale))
    return columns | {f"mean_{BEST}": mean, REFIT: refit}


def _by_fold(rows: Any, trial: Trial, field: str) -> list[float]:
    """What the fit of each fold found; NaN where it is not known."""
    known = rows.history.parts(trial.number)
    found: list[Mapping[str, float]] = [
        known.get(fold, {}).get(ROUNDS) or {} for fold in range(rows.n_splits)
    ]
    return [one.get(field, np.nan) for one in found]


def refitted(search: Any, estimator: Any, row: int) -> Any:
    """A candidate as it is fitted to all rows: with its rounds, where folds found them.

    Parameters
    ----------
    search : BlueTunaSearchCV
        With ``cv_results_``.
    estimator : estimator object
        Unfitted, with the candidate's parameters.
    row : int
        Its row.
    """
    if search.early_stopping is None:
        return estimator
    return with_rounds(estimator, search.cv_results_[REFIT][row])


def _at_limit(search: Any, rows: Any, trials: Iterable[Trial]) -> tuple[int, int, int]:
    """How many fits were not stopped, of how many, and the largest limit of these."""
    found = [one[ROUNDS] for one in rows.outcomes(trials) if one.get(ROUNDS)]
    rounds = search.early_stopping.rounds
    limits = [one[LIMIT] for one in found if one[BEST] > one[LIMIT] - rounds]
    return len(limits), len(found), max(limits, default=0)


def say_limit(search: Any, rows: Any) -> None:
    """Log how many fits made all their rounds without being stopped."""
    if search.early_stopping is None:
        return
    n, n_all, limit = _at_limit(search, rows, rows.trials)
    logger.info(
        "early stopping: %d of %d fits were not stopped%s", n, n_all,
        f" within the estimator's own limit of {limit} rounds" if n else "",
    )  # fmt: skip


def warn_of_limit(search: Any, rows: Any) -> None:
    """Warn where fits of the best candidate were not stopped."""
    if search.early_stopping is None or not hasattr(search, "best_index_"):
        return
    n, n_all, limit = _at_limit(search, rows, [rows.trials[search.best_index_]])
    if n:
        warnings.warn(
            f"early_stopping: {n} of {n_all} fits of the best candidate were not "
            f"stopped within {limit} rounds, the estimator's own limit, so more may be "
            f"better. Give the estimator more of them (such as {10 * limit}).",
            UserWarning,
            stacklevel=2,
        )
