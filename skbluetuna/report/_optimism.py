"""How much the score of the chosen configuration flatters, from the search itself.

Its choice is repeated on folds drawn anew with replacement, and each time the chosen
configuration is scored on the folds that were not drawn. What it scores less there than
the best does on all folds is what choosing added: Tsamardinos, Greasidou and Borboudakis
(2018), Bootstrapping the out-of-sample predictions for efficient and accurate
cross-validation, Machine Learning 107, with folds in the place of rows.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["optimism"]

N_DRAWN = 2000
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
