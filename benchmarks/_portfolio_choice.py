"""From the runs of a classifier to its portfolio, and what that is worth elsewhere."""

from typing import Any, NamedTuple

import numpy as np

from benchmarks._statistics import mean_interval
from skbluetuna.model import warp
from skbluetuna.past._portfolio import greedy_starts, past_regrets

__all__ = ["Choice", "choose", "is_worth_it"]

N_STARTS = 5
N_DRAWS = 200  # of configurations at random
FIRST, FILLING = 0, 2  # columns: what a search begins with; those that fill the space


class Choice(NamedTuple):
    """A portfolio of one classifier.

    Parameters
    ----------
    rows : list of int
        Numbers of the chosen configurations among those that fill the space.
    chosen : list of float
        Mean regret after none, one, two, ... of them, on the tables that they were
        chosen by.
    left_out : list of float
        The same, on each table of those that were chosen by the others.
    at_random : list of float
        The same, of as many configurations at random.
    lead : list of float
        By how much the regret after three is lower than at random, on tables left out:
        the mean over tables, and its 95 % interval.
    gains : dict of str to float
        For each metric how much better, in its own units, the best of the first three
        is than what the search begins with, on tables left out.
    """

    rows: list
    chosen: list
    left_out: list
    at_random: list
    lead: list
    gains: dict[str, Any]


def choose(scores, metrics):
    """Choose from scores of shape (tables, configurations, metrics)."""
    regrets = np.array([_regrets(one) for one in scores])  # (tables, metrics, m)
    n_tables, _, m = regrets.shape
    rows = _greedy(regrets)
    lefts, gains = [], []
    for t in range(n_tables):
        others = _greedy(np.delete(regrets, t, axis=0))
        lefts.append(_trace(regrets[t], others))
        best = scores[t][[FIRST, *others[:3]]].max(axis=0)
        gains.append(best - scores[t][FIRST])
    rng = np.random.default_rng(0)
    starts = [rng.permutation(np.arange(FILLING, m))[:N_STARTS] for _ in range(N_DRAWS)]
    drawn = np.mean([[_trace(one, rows) for one in regrets] for rows in starts], axis=0)
    leads = drawn[:, 3] - np.array(lefts)[:, 3]
    return Choice(
        [row - FILLING for row in rows],
        _rounded(_trace(np.concatenate(regrets), rows)),
        _rounded(np.mean(lefts, axis=0)),
        _rounded(np.mean(drawn, axis=0)),
        _rounded(mean_interval(leads)),
        dict(zip(metrics, _rounded(np.mean(gains, axis=0), 4), strict=True)),
    )


def is_worth_it(choice):
    """Whether three are better than three at random beyond chance, on other tables."""
    return choice.lead[1] > 0.0


def _regrets(scores):
    """Regret by each metric, shape (metrics, m): 0 is the best, 1 the median."""
    columns = list(scores.T)
    return past_regrets(np.array([warp(column) for column in columns]), columns)


def _greedy(regrets):
    """Columns of the portfolio, chosen by all tables and metrics alike."""
    flat = np.concatenate(regrets)  # (tables * metrics, m)
    weights = np.full(len(flat), 1.0 / len(flat))
    found = greedy_starts(flat[:, FILLING:], flat[:, FIRST], weights, N_STARTS)
    return [FILLING + row for row in found]


def _trace(regrets, rows):
    """Mean least regret with the first and none, one, two, ... of these."""
    seen = np.minimum.accumulate(regrets[:, [FIRST, *rows]], axis=1).mean(axis=0)
    return np.append(seen, np.repeat(seen[-1], 1 + N_STARTS - len(seen)))


def _rounded(values, decimals=3):
    return np.round(values, decimals).tolist()
