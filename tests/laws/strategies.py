"""Hypothesis strategies and helpers shared by the laws."""

import math

import numpy as np
from hypothesis import strategies as st
from scipy.stats import expon, poisson

from skbluetuna import Adaptive, BlueTuner, Classic, Space, when
from skbluetuna.space import Integer, When

finite = st.floats(-1e3, 1e3)


def whole(low, high, n_splits=3, *log):
    """A range of integers; two of them must be spelled out."""
    if high - low > 1:
        return (low, high, n_splits, *log)
    return Integer(low, high, bool(log), n_splits)


dimensions = st.one_of(
    st.tuples(finite, st.floats(0.1, 1e3)).map(lambda b: (b[0], b[0] + b[1])),
    st.tuples(st.integers(-50, 50), st.integers(1, 300)).map(
        lambda b: whole(b[0], b[0] + b[1])
    ),
    st.tuples(st.floats(1e-6, 1.0), st.floats(2.0, 1e3)).map(
        lambda b: (b[0], b[0] * b[1], "log")
    ),
    st.tuples(st.integers(1, 5), st.integers(1, 1000), st.integers(1, 5)).map(
        lambda b: whole(b[0], b[0] + b[1], b[2], "log")
    ),
    st.lists(
        st.sampled_from(["a", "b", None, (1, 2), 0.5, True]), min_size=1, unique=True
    ),
    st.sampled_from([[1, 10, 100], [0.1, 0.2], [3, 2, 1], ["only"]]),
    st.sampled_from([expon(scale=2.0), poisson(4)]),
)


@st.composite
def _spaces(draw):
    """Spaces of one to four parameters, some of which apply under a condition."""
    space = {}
    for i, dim in enumerate(draw(st.lists(dimensions, min_size=1, max_size=4))):
        plain = Space({name: bare(spec) for name, spec in space.items()} or {"-": [0]})
        listable = {
            name: own.values()[:5]
            for name, own in zip(plain.names, plain.dimensions, strict=True)
            if own.n_values is not None and name != "-"
        }
        space[f"p{i}"] = dim
        if listable and draw(st.booleans()):
            parent = draw(st.sampled_from(sorted(listable)))
            some = st.sampled_from(listable[parent])
            values = draw(st.lists(some, min_size=1, unique_by=repr))
            space[f"p{i}"] = when(parent, values, dim)
    return space


def bare(spec):
    """What may be tried, without its condition."""
    return spec.spec if isinstance(spec, When) else spec


spaces = _spaces()
planned = st.sampled_from(
    [
        Classic(n_epochs=20),
        Classic(n_lhs=8, tune_reps=8, n_epochs=20),
        Classic(n_lhs=0, tune_reps=12, n_epochs=20, activation="tanh"),
        Classic(n_lhs=12, tune_reps=0, n_epochs=20),
        Classic(grad_nudge=1.0, n_lhs=5, tune_reps=3, n_epochs=20, activation="relu"),
    ]
)
strategies = planned | st.sampled_from([Adaptive(), Adaptive(2, 12)])
budgets = st.integers(1, 20)
seeds = st.integers(0, 2**31)


def objective(trial):
    """A smooth score that depends on the configuration alone; some trials fail."""
    u = np.array(trial.unit)
    score = float(np.sum(np.sin(3.0 * u + np.arange(len(u)))) - u[0] * u[-1])
    return math.nan if trial.number % 11 == 7 else score


def run(tuner, score=objective, n=None):
    """Drive a tuner to its end; return its trials."""
    while not tuner.finished:
        for trial in tuner.ask(n):
            tuner.tell(trial, score(trial))
    return tuner.trials


def asks(trials):
    """What was asked, without what came of it."""
    return [(t.number, t.stage, t.alternative, t.unit, repr(t.params)) for t in trials]


def make(space, n_iter, strategy, seed, **kwargs):
    return BlueTuner(
        space, n_iter=n_iter, strategy=strategy, random_state=seed, **kwargs
    )
