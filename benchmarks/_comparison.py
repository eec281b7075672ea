"""Runs of several searches on several tasks, made comparable."""

import numpy as np

from benchmarks._statistics import (
    best_so_far,
    hierarchical_interval,
    holm,
    signed_rank_p,
)

__all__ = ["OURS", "Comparison", "read_way"]

OURS = "skbluetuna"
TIE = 1e-9


def read_way(scores, cost, budget):
    """Best score after 1, 2, ... evaluations; NaN before the first that counts.

    ``cost`` is what had been spent by each score, in evaluations; None: one each. A
    search that ended early keeps its best.
    """
    best = best_so_far(scores)
    spent = np.arange(1.0, len(best) + 1.0) if cost is None else np.asarray(cost)
    last = np.searchsorted(spent, np.arange(1, budget + 1) + TIE, side="right") - 1
    return np.where(last >= 0, best[np.maximum(last, 0)], np.nan)


class Comparison:
    """What the report says about the runs.

    Parameters
    ----------
    records : Records
        The runs, by (task, method, seed).
    ways : dict of tuple to array of shape (budget,)
        Best raw score so far.
    scale : dict of (task, seed) to (zero, one)
        Raw scores that stand for 0 and 1.
    budget : int
        Evaluations.
    absent : dict of str to str
        Peers that could not run, and why.
    """

    def __init__(self, records, ways, scale, budget, absent):
        self.records = records
        self.raw = ways
        self.budget = budget
        self.absent = dict(absent)
        self.ways = {k: self._normalise(w, scale[k[0], k[2]]) for k, w in ways.items()}
        methods = list(dict.fromkeys(m for _, m, _ in ways))
        self.tasks = list(dict.fromkeys(t for t, _, _ in ways))
        self.methods = [OURS, *(m for m in methods if m != OURS)]

    @staticmethod
    def _normalise(way, bounds):
        zero, one = bounds
        if not one - zero > TIE:  # nothing to gain: all that reach it are level
            return np.where(way >= one - TIE, 1.0, 0.0)
        return (way - zero) / (one - zero)

    def seeds(self, *methods):
        """Seeds with which each of the methods has run on every task."""
        every = sorted({s for _, _, s in self.ways})
        return [
            s
            for s in every
            if all((t, m, s) in self.ways for t in self.tasks for m in methods)
        ]

    @property
    def complete(self):
        """Methods that have run on every task with each of our seeds."""
        return [m for m in self.started if set(self.seeds(OURS)) <= set(self.seeds(m))]

    @property
    def started(self):
        """Methods that share at least one seed with ours on every task."""
        return [m for m in self.methods if self.seeds(OURS, m)]

    def at(self, method, n, seeds):
        """Normalised scores after n evaluations, shape (n_tasks, n_seeds)."""
        return np.array(
            [[self.ways[t, method, s][n - 1] for s in seeds] for t in self.tasks]
        )

    def field(self, method, name, seeds):
        """A field of the runs, shape (n_tasks, n_seeds)."""
        rows = self.records.runs
        return np.array(
            [[rows[t, method, s][name] for s in seeds] for t in self.tasks], dtype=float
        )

    def gain(self, peer, what=None):
        """Mean of ours less theirs at the end, and its interval."""
        seeds = self.seeds(OURS, peer)
        return hierarchical_interval(self._differences(peer, what, seeds))

    def _differences(self, peer, what, seeds):
        if what is not None:
            return self.field(OURS, what, seeds) - self.field(peer, what, seeds)
        ends = [self.at(m, self.budget, seeds) for m in (OURS, peer)]
        return ends[0] - ends[1]

    def tests(self, peers):
        """For each peer tasks won, tied and lost, and the corrected p."""
        counts, p_values = [], []
        for peer in peers:
            gain = self._differences(peer, None, self.seeds(OURS, peer)).mean(axis=1)
            won, lost = int((gain > TIE).sum()), int((gain < -TIE).sum())
            counts.append((won, len(gain) - won - lost, lost))
            p_values.append(signed_rank_p(gain))
        return dict(zip(peers, zip(counts, holm(p_values), strict=True), strict=True))

    def to_reach(self, peer):
        """Our evaluations to the peer's final score: median (inf: never), share."""
        needed = []
        for task in self.tasks:
            for seed in self.seeds(OURS, peer):
                goal = self.ways[task, peer, seed][-1]
                reached = np.flatnonzero(self.ways[task, OURS, seed] >= goal - TIE)
                needed.append(reached[0] + 1 if len(reached) else np.inf)
        needed = np.array(needed, dtype=float)
        return float(np.median(needed)), float(np.isfinite(needed).mean())
