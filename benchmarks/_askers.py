"""Searches with many open trials: ``ask(room)`` and ``tell(trial, score)``."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import ParameterSampler

from benchmarks.searches._optuna import distributions as optuna_distributions
from benchmarks.searches._optuna import study_of
from benchmarks.searches._sklearn import distributions
from skbluetuna import BlueTuner

__all__ = ["Batches", "OptunaGP", "OptunaTPE", "Random", "Windows"]


class Windows:
    """Ours: what can be named without scores, then one after the other."""

    def __init__(self, space, n, seed):
        self._tuner = BlueTuner(space, n_iter=n, random_state=seed)
        self.tell = self._tuner.tell

    def ask(self, room):
        """As many trials as there is room for."""
        asked = self._tuner.ask()
        while len(asked) < room:
            (*new,) = self._tuner.ask(1)
            if not new:
                break
            asked += new
        return asked


class Batches(Windows):
    """Ours, so many chosen together."""

    def ask(self, room):
        """As many trials as there is room for."""
        return self._tuner.ask(room)


@dataclass(frozen=True)
class Drawn:
    """A configuration drawn at random."""

    params: dict


class Random:
    """Random configurations after the first one; nothing is learned."""

    def __init__(self, space, n, seed):
        (first,) = BlueTuner(space, n_iter=1, random_state=0).ask()
        rng = np.random.RandomState(seed)
        drawn = ParameterSampler(distributions(space), max(1, n - 1), random_state=rng)
        self._left = [first.params, *drawn][:n]

    def ask(self, room):
        """The next ones."""
        asked, self._left = self._left[:room], self._left[room:]
        return [Drawn(params) for params in asked]

    def tell(self, trial, score):
        """Learn nothing."""


class OptunaTPE:
    """TPE that counts what is open as bad (constant liar)."""

    def __init__(self, space, n, seed):
        (first,) = BlueTuner(space, n_iter=1, random_state=0).ask()
        self._study = study_of(self.sampler(seed), first.params)
        self._space, self._left = optuna_distributions(space), n
        self.tell = self._study.tell

    def sampler(self, seed):
        """The sampler."""
        from optuna.samplers import TPESampler

        return TPESampler(seed=seed, constant_liar=True)

    def ask(self, room):
        """The next ones."""
        n = min(room, self._left)
        self._left -= n
        return [self._study.ask(self._space) for _ in range(n)]


class OptunaGP(OptunaTPE):
    """Optuna's Gaussian process, which knows what is open."""

    def sampler(self, seed):
        """The sampler, on one thread as everybody."""
        import torch
        from optuna.samplers import GPSampler

        torch.set_num_threads(1)
        return GPSampler(seed=seed)
