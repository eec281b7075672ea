"""Statistics of comparisons: ranks, corrected tests, resampled intervals.

Scores have shape (n_tasks, n_methods) or (n_tasks, n_seeds, n_methods); larger is
better, rank 1 is the best. Methods follow Demšar (2006), Statistical Comparisons of
Classifiers over Multiple Data Sets, JMLR 7.
"""

import numpy as np
from scipy.stats import bootstrap, rankdata, studentized_range, wilcoxon

__all__ = [
    "band",
    "best_so_far",
    "critical_difference",
    "hierarchical_interval",
    "holm",
    "mean_interval",
    "mean_ranks",
    "signed_rank_p",
]

LEVEL = 0.95
N_RESAMPLES = 9999


def mean_ranks(scores):
    """Mean over tasks of the methods' ranks, ties share theirs; shape (n_methods,)."""
    return rankdata(-np.asarray(scores), axis=1).mean(axis=0)


def critical_difference(n_methods, n_tasks, alpha=0.05):
    """Least difference of two mean ranks that the Nemenyi test calls significant."""
    q = studentized_range.ppf(1.0 - alpha, n_methods, np.inf) / np.sqrt(2.0)
    return q * np.sqrt(n_methods * (n_methods + 1) / (6.0 * n_tasks))


def signed_rank_p(differences):
    """Two-sided p of Wilcoxon's signed-rank test; 1 if nothing differs."""
    differences = np.asarray(differences, dtype=np.float64)
    # Equal scores are read from decimals: what is left of them is rounding.
    differences = np.where(np.abs(differences) < 1e-12, 0.0, differences)
    if not differences.any():
        return 1.0
    return float(wilcoxon(differences, zero_method="zsplit").pvalue)


def holm(p_values):
    """Holm's step-down correction of several p values, in their order."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    steps = p[order] * np.arange(len(p), 0, -1)
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return corrected


def mean_interval(values, seed=0):
    """Mean of independent values, and its bootstrap interval (BCa, 95 %)."""
    values = np.asarray(values, dtype=np.float64)
    mean = float(values.mean())
    if len(values) < 2 or np.ptp(values) == 0.0:
        return mean, mean, mean
    rng = np.random.default_rng(seed)
    interval = bootstrap(
        (values,), np.mean, confidence_level=LEVEL, n_resamples=N_RESAMPLES, rng=rng
    ).confidence_interval
    return mean, float(interval.low), float(interval.high)


def hierarchical_interval(values, seed=0):
    """Mean over tasks and seeds, and its interval when both are drawn anew.

    Parameters
    ----------
    values : array of shape (n_tasks, n_seeds)
        Differences, say. Tasks are resampled, and within each its seeds: seeds of one
        task are not independent, so treating all values alike would be too sure.
    seed : int, default=0
        Seed of the resampling.

    Returns
    -------
    mean, low, high : float
        The mean and the 2.5 % and 97.5 % quantiles of the resampled means.
    """
    values = np.asarray(values, dtype=np.float64)
    n_tasks, n_seeds = values.shape
    rng = np.random.default_rng(seed)
    tasks = rng.integers(n_tasks, size=(N_RESAMPLES, n_tasks, 1))
    seeds = rng.integers(n_seeds, size=(N_RESAMPLES, n_tasks, n_seeds))
    means = values[tasks, seeds].mean(axis=(1, 2))
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(values.mean()), float(low), float(high)


def best_so_far(scores):
    """Running maximum; a failed evaluation (NaN) keeps what was best before it."""
    return np.fmax.accumulate(np.asarray(scores, dtype=np.float64))


def band(curves):
    """Least, quartiles and most of several curves at each evaluation.

    Shorter curves keep their last value. What ``ConvergenceDisplay`` draws.
    """
    longest = max(len(c) for c in curves)
    padded = [np.pad(c, (0, longest - len(c)), mode="edge") for c in curves]
    levels = np.quantile(padded, [0.0, 0.25, 0.5, 0.75, 1.0], axis=0)
    names = ("min", "lower", "median", "upper", "max")
    x = np.arange(1.0, longest + 1.0)
    return {"x": x, **dict(zip(names, levels, strict=True))}
