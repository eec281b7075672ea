"""scikit-learn's own searches: grid, random, halving; random for functions."""

import math

import numpy as np
from scipy.stats import loguniform, randint, uniform
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingRandomSearchCV,
    ParameterSampler,
    RandomizedSearchCV,
)

from benchmarks._objective import Call, Trace
from benchmarks._ranges import Choice, LogIntegers, levels, read
from benchmarks.searches._cv import traced

__all__ = ["distributions", "grid", "halving", "maximise_random", "random"]

FACTOR = 3


def distributions(space):
    """The space as ``RandomizedSearchCV`` takes it."""
    found = {}
    for name, spec in read(space).items():
        if isinstance(spec, Choice):
            found[name] = list(spec.values)
        elif spec.is_int and spec.is_log:
            found[name] = LogIntegers(spec.low, spec.high)
        elif spec.is_int:
            found[name] = randint(spec.low, spec.high + 1)
        elif spec.is_log:
            found[name] = loguniform(spec.low, spec.high)
        else:
            found[name] = uniform(spec.low, spec.high - spec.low)
    return found


def common(objective):
    """What the searches share."""
    return {"cv": objective.cv, "scoring": objective.scoring, "refit": False}


def grid(objective, n, seed):
    """GridSearchCV on the finest even grid that the evaluations pay for."""
    del seed  # a grid has none
    values = grid_of(objective.space, n)
    return traced(
        GridSearchCV(objective.estimator, values, **common(objective)), objective
    )


def grid_of(space, n):
    """Levels of each parameter: one more in turn, as long as the product fits."""
    specs = read(space)
    counts = dict.fromkeys(specs, 1)
    grown = True
    while grown:
        grown = False
        for name, spec in specs.items():
            more = counts | {name: counts[name] + 1}
            lengths = [len(levels(specs[k], c)) for k, c in more.items()]
            is_finer = len(levels(spec, more[name])) > len(levels(spec, counts[name]))
            if is_finer and math.prod(lengths) <= n:
                counts, grown = more, True
    return {name: levels(spec, counts[name]) for name, spec in specs.items()}


def random(objective, n, seed):
    """RandomizedSearchCV."""
    space = distributions(objective.space)
    return traced(
        RandomizedSearchCV(
            objective.estimator, space, n_iter=n, random_state=seed, **common(objective)
        ),
        objective,
    )


def maximise_random(space, first, score, n, seed):
    """The same draws for any function, after the first configuration if given."""
    if first is not None:
        score(first)
    drawn = ParameterSampler(
        distributions(space), n - (first is not None), random_state=seed
    )
    for params in drawn:
        score(params)


def halving(objective, n, seed):
    """HalvingRandomSearchCV over numbers of rows, paid by the row.

    As many candidates as n - 1 evaluations of all rows pay for, with its default factor
    and as few rows at first as let its last rung have them all. Its rungs are tested on
    samples too, so their scores compare with nobody's: the last evaluation scores its
    choice on all rows.
    """
    n_rows, n_classes = len(objective.y), len(np.unique(objective.y))
    least = 2 * len(objective.cv) * n_classes  # its least min_resources
    affordable = [
        k for k in range(2, 30 * n) if halving_cost(k, n_rows, least) <= n - 1
    ]
    search = HalvingRandomSearchCV(
        objective.estimator,
        distributions(objective.space),
        n_candidates=max(affordable),
        factor=FACTOR,
        min_resources="exhaust",
        random_state=seed,
        **common(objective),
    )
    trace = traced(search, objective)
    share = np.asarray(search.cv_results_["n_resources"]) / n_rows
    call = Call(objective)
    call(search.best_params_)
    final = call.finish()
    return Trace(
        params=trace.params + final.params,
        scores=[math.nan] * len(share) + final.scores,
        ends=[*trace.ends, trace.wall + final.wall],
        fits=trace.fits + final.fits,
        wall=trace.wall + final.wall,
        cpu=trace.cpu + final.cpu,
        cost=[*np.cumsum(share), float(share.sum()) + 1.0],
    )


def halving_cost(k, n_rows, least):
    """Evaluations of all rows that halving k candidates costs."""
    last = math.floor(math.log(k, FACTOR))
    rows = max(least, n_rows // FACTOR**last)
    rungs = min(last, math.floor(math.log(n_rows // rows, FACTOR))) + 1
    cost = 0.0
    for _ in range(rungs):
        cost += k * min(rows, n_rows) / n_rows
        k, rows = math.ceil(k / FACTOR), rows * FACTOR
    return cost
