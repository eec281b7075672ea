"""How much the score of the chosen configuration flatters, from the search itself.

Its choice is repeated on folds drawn anew with replacement, and each time the chosen
configuration is scored on the folds that were not drawn. What it scores less there than
the best does on all folds is what choosing added. This is the method of Tsamardinos,
Greasidou and Borboudakis (2018), Bootstrapping the out-of-sample predictions for
efficient and accurate cross-validation, Machine Learning 107, with folds for rows.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.report._scores import Scores, scores_of

__all__ = ["known_optimism", "optimism", "optimism_of"]

N_DRAWN = 2000
LEAST_FOLDS = 3  # fewer leave one to choose by
SEED = 0


def optimism(folds: NDArray[np.float64]) -> float:
    """By how much the best mean score is above what it would be on other rows.

    Parameters
    ----------
    folds : ndarray of shape (n, k)
        Scores of n configurations on k folds, three or more; larger is better.

    Returns
    -------
    gap : float
        Right on average over searches to within half a standard error of a mean over
        the folds: too large of candidates that were drawn, too small of those that an
        adaptive search chose by noisy scores. Of one search it is as uncertain as its
        best score itself. It may come out below 0. ``doc/nested_cv.md`` has figures.
    """
    k = folds.shape[1]
    drawn = np.random.default_rng(SEED).multinomial(k, np.full(k, 1.0 / k), N_DRAWN)
    drawn = drawn[(drawn == 0).any(axis=1)]
    chosen = np.argmax(folds @ drawn.T, axis=0)  # the earlier of equals
    is_out = drawn == 0
    outside = (folds[chosen] * is_out).sum(axis=1) / is_out.sum(axis=1)
    return float(folds.mean(axis=1).max() - outside.mean())


def optimism_of(search: Any) -> float | None:
    """By how much choosing the best configuration has added to its mean score.

    Parameters
    ----------
    search : BlueTunaSearchCV
        A fitted search.

    Returns
    -------
    gap : float or None
        In units of the score; subtract it from ``best_score_``. None where it can not
        be told: of less than three folds or two configurations, or where `refit` chose
        another one than the best mean.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.report import optimism_of
    >>> search = BlueTunaSearchCV(SVC(), {"C": (1e-2, 1e3, "log")}, n_iter=10)
    >>> gap = optimism_of(search.fit(*load_iris(return_X_y=True)))
    >>> -0.02 < gap < 0.02
    True
    """
    return known_optimism(scores_of(search))


def known_optimism(scores: Scores) -> float | None:
    """The same of scores that have been read; configurations of all folds count."""
    whole = np.isfinite(scores.folds).all(axis=1) & ~scores.is_partial
    if scores.best is None or scores.folds.shape[1] < LEAST_FOLDS or whole.sum() < 2:
        return None
    folds = scores.folds[whole]
    if not np.isclose(folds.mean(axis=1).max(), scores.mean[scores.best]):
        return None
    return optimism(folds)
