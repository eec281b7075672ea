"""Generated spaces with relations, and whether a search stays within them."""

import numpy as np

from skbluetuna import (
    Adaptive,
    BlueTuner,
    Classic,
    Hyperband,
    Integer,
    at_most,
    forbid,
    less,
    when,
)

__all__ = ["Problem", "odd", "outside"]

CHOICES = (["a", "b", "c"], [None, "x"], [True, False], [1, 10, 100], ["u", ("v", 1)])
STRATEGIES = (
    Adaptive(),
    Adaptive(n_lhs=4, n_scan=2),
    Classic(n_lhs=4, tune_reps=4, n_epochs=5),
    Classic(n_lhs=3, tune_reps=5, n_epochs=5, grad_nudge=1.0),
    Hyperband(),
    Hyperband("surrogate"),
)


def odd(params):
    """A relation that is a function: an odd number of large values, or none at all."""
    numbers = [v for v in params.values() if isinstance(v, float | int)]
    n = sum(value > 1 for value in numbers)
    return n == 0 or n % 2 == 1


class Problem:
    """A space with one to three relations, drawn by a seed.

    Parameters
    ----------
    seed : int
        The seed.

    Attributes
    ----------
    space : dict
        Of two to five parameters, some of which apply under a condition.
    constraints : list
        The relations.
    checks : list of callables
        The same in plain Python, from a configuration to a bool.
    """

    def __init__(self, seed):
        self.rng = rng = np.random.default_rng([seed, 29])
        self.seed, self.space = seed, {}
        for i in range(rng.integers(2, 6)):
            spec = self._spec()
            parents = [n for n, own in self.space.items() if isinstance(own, list)]
            if parents and rng.random() < 0.4:
                parent = parents[rng.integers(len(parents))]
                options = self.space[parent]
                spec = when(parent, [options[rng.integers(len(options))]], spec)
            self.space[f"p{i}"] = spec
        self.constraints, self.checks = [], []
        for _ in range(rng.integers(1, 4)):
            self._relate()
        if not self.constraints:
            self._add(odd, odd)

    def _spec(self):
        rng = self.rng
        kind = rng.integers(5)
        low = float(rng.choice([-3.0, 0.01, 0.5, 1.0]))
        if kind == 0:
            return (low, low + float(rng.uniform(0.5, 20.0)))
        if kind == 1:
            return (abs(low), abs(low) * float(rng.uniform(2.0, 100.0)), "log")
        if kind == 2:
            return Integer(int(low), int(low) + int(rng.integers(1, 60)))
        if kind == 3:
            return Integer(1, 1 + int(rng.integers(1, 200)), log=True)
        return list(CHOICES[rng.integers(len(CHOICES))])

    def _add(self, relation, check):
        self.constraints.append(relation)
        self.checks.append(check)

    def _relate(self):
        rng = self.rng
        bare = {n: getattr(own, "spec", own) for n, own in self.space.items()}
        numbers = [n for n, own in bare.items() if own not in CHOICES or 10 in own]
        choices = [n for n, own in bare.items() if isinstance(own, list)]
        kind = rng.integers(4)
        if kind < 2 and len(numbers) < 2:
            kind = 2
        if kind == 0:
            a, b = rng.choice(numbers, 2, replace=False).tolist()
            eq = bool(rng.integers(2))
            self._add(
                less(a, b, or_equal=eq),
                lambda p: not {a, b} <= {*p} or p[a] < p[b] or (eq and p[a] == p[b]),
            )
        elif kind == 1:
            names = rng.choice(numbers, min(len(numbers), 3), replace=False).tolist()
            total = float(rng.choice([0.5, 3.0, 20.0, 400.0]))
            is_sum = bool(rng.integers(2))
            own = {"sum" if is_sum else "product": tuple(names)}
            of = np.sum if is_sum else np.prod
            self._add(
                at_most(total, **own),
                lambda p: not {*names} <= {*p} or of([p[n] for n in names]) <= total,
            )
        elif kind == 2 and choices:
            n = int(rng.integers(1, min(2, len(choices)) + 1))
            names = rng.choice(choices, n, replace=False).tolist()
            values = {m: bare[m][int(rng.integers(len(bare[m])))] for m in names}
            self._add(
                forbid(**{m: [value] for m, value in values.items()}),
                lambda p: any(m not in p or p[m] != v for m, v in values.items()),
            )
        else:
            self._add(odd, odd)


def outside(seed, n_iter=7):
    """Search a generated space.

    Parameters
    ----------
    seed : int
        Of the space, the relations, the strategy and the search.
    n_iter : int, default=7
        Number of trials.

    Returns
    -------
    found : dict
        ``"n"`` trials, ``"n_outside"`` of them that break a relation, whether the
        tuner said that nothing is within (``"is_empty"``) and was ``"wrong"`` in that,
        and the ``"share"`` of random configurations that lie within.
    """
    problem = Problem(seed)
    rng = np.random.default_rng(seed)
    strategy = STRATEGIES[seed % len(STRATEGIES)]
    resource = (1, 3) if isinstance(strategy, Hyperband) else None
    plain = BlueTuner(problem.space, n_iter=1, random_state=0).spaces[0]
    drawn = plain.from_unit(plain.snap(rng.random((500, len(plain)))))
    share = float(np.mean([all(c(p) for c in problem.checks) for p in drawn]))
    found = {"n": 0, "n_outside": 0, "is_empty": False, "wrong": False, "share": share}
    try:
        tuner = BlueTuner(
            problem.space, constraints=problem.constraints, n_iter=n_iter,
            strategy=strategy, random_state=seed, resource=resource,
        )  # fmt: skip
    except ValueError as error:
        if "must leave something" not in str(error):
            raise
        return found | {"is_empty": True, "wrong": share > 0.0}
    while not tuner.finished:
        for trial in tuner.ask(int(rng.integers(1, 4))):
            found["n"] += 1
            found["n_outside"] += not all(c(trial.params) for c in problem.checks)
            tuner.tell(trial, float(rng.normal()))
    return found
