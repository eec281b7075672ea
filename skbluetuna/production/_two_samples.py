"""Whether two samples of a column come from one distribution.

P values are exact, as the levels of a test that is repeated are far out in the tail;
only of numbers in samples of more than 10,000 rows scipy's are asymptotic.
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom, ks_2samp

__all__ = ["holm_rejects", "same_categories", "same_numbers"]

RARE = 5  # rows of both samples up to which categories count as one


def same_numbers(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """P of Kolmogorov and Smirnov's test for two samples; ties make it cautious."""
    with warnings.catch_warnings():
        # scipy says so where it has no exact p.
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(ks_2samp(one, other).pvalue)


def same_categories(one: NDArray[Any], other: NDArray[Any]) -> float:
    """P of Fisher's exact test of each category against the rest, the least by Holm.

    Categories that both samples together have at most five times are one. Which these
    are does not depend on which row is in which sample, so the p are exact.
    """
    both = np.concatenate([one, other])
    _, place, counts = np.unique(both, return_inverse=True, return_counts=True)
    is_rare = counts <= RARE
    group = np.where(is_rare, -1, np.arange(len(counts)))[place]
    _, place = np.unique(group, return_inverse=True)
    total = np.bincount(place)
    if len(total) == 1:
        return 1.0
    first = np.bincount(place[: len(one)], minlength=len(total))
    args = len(both), total, len(one)
    lower = hypergeom.cdf(first, *args)
    upper = hypergeom.sf(first - 1, *args)
    p = 2.0 * np.minimum(lower, upper)
    n_tests = 1 if len(total) == 2 else len(total)  # of two one is the other's rest
    return float(min(1.0, n_tests * p.min()))


def holm_rejects(p: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    """Which of several hypotheses Holm's method rejects.

    The chance that any true one is among them is at most `level`, however they depend
    on one another (Holm 1979).
    """
    order = np.argsort(p, kind="stable")
    is_below = p[order] <= level / np.arange(len(p), 0, -1)
    n_rejected = len(p) if is_below.all() else int(np.argmin(is_below))
    rejected = np.zeros(len(p), dtype=bool)
    rejected[order[:n_rejected]] = True
    return rejected
