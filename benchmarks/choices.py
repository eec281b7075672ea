r"""Spaces of many unordered choices: drawn landscapes, ours, random search and TPE.

    OMP_NUM_THREADS=1 python benchmarks/choices.py

Landscapes are drawn at random, all of choices with five values:

- ``pairs``: six choices, the sum of a table for each pair of them;
- ``singles``: the same with half of it, and a larger table for each choice alone;
- ``cells``: six choices as operations on the edges of a small network, whose score
  follows from the paths that reach its end, saturates, and ruins where none does;
- ``mixed``: two choices as in ``singles``, and a quadratic of four numbers.

Printed is the mean regret after 5, 10, 25 and 50 evaluations, 0 at the best
configuration and 1 at the median of all, with the standard error over the landscapes
of the one after 10. ``one by one`` is ours without the Latin design of the choices.
TPE is left out where Optuna is not installed.
"""

import argparse
import importlib.util
from contextlib import nullcontext
from itertools import combinations
from unittest.mock import patch

import numpy as np

from skbluetuna import BlueTuner
from skbluetuna.strategies import _adaptive

CHECKPOINTS = (5, 10, 25, 50)
N_VALUES = 5
NAMES = [f"v{k}" for k in range(N_VALUES)]
PATHS = [(3,), (0, 4), (1, 5), (0, 2, 5)]  # edges from the input to the output
STRENGTHS = np.array([0.0, 0.2, 0.25, 0.6, 1.0])  # of the five operations


class Landscape:
    """A space, its score, and what the score of a configuration is worth."""

    def __init__(self, space, score, sample):
        self.space, self.score = space, score
        self.best, self.median = sample.max(), np.median(sample)

    def regret(self, score):
        """0 at the best configuration, 1 at the median."""
        return (self.best - score) / (self.best - self.median)


def tables(draw, n, single, pair):
    """Score of rows of value numbers: single and pairwise tables, shape (m, n)."""
    rng = np.random.default_rng(draw)
    singles = single * rng.standard_normal((n, N_VALUES))
    pairs = pair * rng.standard_normal((n, n, N_VALUES, N_VALUES))

    def score(V):
        alone = sum(singles[i, V[:, i]] for i in range(n))
        return alone + sum(
            pairs[i, j, V[:, i], V[:, j]] for i, j in combinations(range(n), 2)
        )

    return score


def cells(draw):
    """Score of rows of operations, shape (m, 6): what comes through, saturating."""
    rng = np.random.default_rng(draw)
    factors = np.exp(0.3 * rng.standard_normal((6, N_VALUES)))
    strength = np.array([rng.permutation(STRENGTHS * f) for f in factors])
    noise = tables([draw, 1], 6, 0.0, 0.05)

    def score(V):
        edge = [strength[e, V[:, e]] for e in range(6)]
        through = sum(np.prod([edge[e] for e in path], axis=0) for path in PATHS)
        signal = np.maximum(through + noise(V), 0.0)
        return np.where(through > 0.0, 1.0 - np.exp(-2.0 * signal), -1.0)

    return score


def drawn(kind, draw):
    """Draw a landscape of a kind."""
    n = 2 if kind == "mixed" else 6
    single, pair = (0.0, 1.0) if kind == "pairs" else (1.0, 0.5)
    of_choices = cells(draw) if kind == "cells" else tables(draw, n, single, pair)
    names = [f"c{i}" for i in range(n)]
    rng = np.random.default_rng([draw, 2])
    n_numbers = 4 if kind == "mixed" else 0
    top = rng.uniform(0.1, 0.9, n_numbers)
    width = 8.0 * rng.exponential(size=n_numbers)
    numbers = [f"x{i}" for i in range(n_numbers)]

    def score(params):
        V = np.array([[NAMES.index(params[name]) for name in names]])
        x = np.array([params[name] for name in numbers])
        return float(of_choices(V)[0] - width @ (x - top) ** 2)

    sample = of_choices(np.indices((N_VALUES,) * n).reshape(n, -1).T)
    space = dict.fromkeys(names, NAMES) | dict.fromkeys(numbers, (0.0, 1.0))
    land = Landscape(space, score, sample)
    if numbers:
        found = score_at_random(land, 4000, draw)
        land.median = np.median(found)
    return land


def score_at_random(land, n, seed):
    """Scores of random configurations."""
    rng = np.random.default_rng([seed, 3])
    return [
        land.score(
            {
                name: values[rng.integers(N_VALUES)]
                if isinstance(values, list)
                else rng.uniform(*values)
                for name, values in land.space.items()
            }
        )
        for _ in range(n)
    ]


def ours(land, n, seed, *, design=True):
    """Scores in the order in which our tuner asks."""
    limit = patch.object(_adaptive, "FEW_UNSEEN", np.inf)
    with nullcontext() if design else limit:
        tuner = BlueTuner(land.space, n_iter=max(n, 20), random_state=seed)
        scores = []
        while not tuner.finished and len(scores) < n:
            for trial in tuner.ask():
                scores.append(land.score(trial.params))
                tuner.tell(trial, scores[-1])
    return scores[:n]


def tpe(land, n, seed):
    """Scores of Optuna's TPE, the first configuration enqueued as ours has it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial):
        return land.score(
            {
                name: trial.suggest_categorical(name, values)
                if isinstance(values, list)
                else trial.suggest_float(name, *values)
                for name, values in land.space.items()
            }
        )

    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.enqueue_trial(BlueTuner(land.space, random_state=0).ask()[0].params)
    study.optimize(objective, n_trials=n)
    return [trial.value for trial in study.trials]


SEARCHES = {
    "ours": ours,
    "one by one": lambda *args: ours(*args, design=False),
    "random": score_at_random,
    "TPE": tpe,
}


def regrets(kind, draw, name, seed, n=CHECKPOINTS[-1]):
    """Regret of the best configuration after each checkpoint."""
    land = drawn(kind, draw)
    best = np.maximum.accumulate(SEARCHES[name](land, n, seed))
    return [land.regret(best[k - 1]) for k in CHECKPOINTS if k <= n]


def main():
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = ["pairs", "singles", "cells", "mixed"]
    parser.add_argument("--kinds", nargs="+", default=kinds, choices=kinds)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    names = [n for n in SEARCHES if n != "TPE" or importlib.util.find_spec("optuna")]
    draws = range(args.first, args.first + args.draws)
    print(f"{args.draws} landscapes, {args.seeds} seeds; after {CHECKPOINTS}")
    for kind in args.kinds:
        for name in names:
            runs = [
                [regrets(kind, draw, name, seed) for seed in range(args.seeds)]
                for draw in draws
            ]
            found = np.mean(runs, axis=1)  # (draws, checkpoints)
            error = found[:, 1].std(ddof=1) / np.sqrt(len(found))
            cells_ = "  ".join(f"{v:.3f}" for v in found.mean(axis=0))
            print(f"{kind:10s}{name:12s}{cells_}   +- {error:.3f}", flush=True)


if __name__ == "__main__":
    main()
