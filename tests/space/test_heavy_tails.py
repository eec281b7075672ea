"""Distributions on the integers with long tails: searched or refused at little cost."""

import re
import tracemalloc

import numpy as np
import pytest
import scipy.stats

from skbluetuna import BlueTuner
from skbluetuna.space import Integer, parse_dimension


def parse(rv):
    return parse_dimension("x", rv)


@pytest.mark.parametrize(
    ("rv", "words"),
    [
        (scipy.stats.zipf(1.01), "finite quantiles at 1 % and 99 %"),
        (scipy.stats.zipf(1.1, loc=-3), "finite quantiles at 1 % and 99 %"),
        (scipy.stats.logser(1 - 1e-9), "finite quantiles at 1 % and 99 %"),
        (scipy.stats.betanbinom(5, 0.1, 0.1), "finite quantiles at 1 % and 99 %"),
        (scipy.stats.zipf(0.5), "finite quantiles at 1 % and 99 %"),
        (scipy.stats.pareto(1e-4), "finite quantiles at 1 % and 99 %"),
        (scipy.stats.geom(1e-12), "within -2**32 and 2**32"),
        (scipy.stats.dlaplace(1e-12), "within -2**32 and 2**32"),
        (scipy.stats.binom(10**12, 0.5), "within -2**32 and 2**32"),
        (scipy.stats.zipf(2, loc=0.5), "on the integers"),
        (scipy.stats.skellam(5, 3, loc=0.5), "on the integers"),
    ],
    ids=lambda v: getattr(getattr(v, "dist", None), "name", ""),
)
def test_a_tail_without_an_end_is_refused_in_little_memory(rv, words):
    """Scipy sums over all integers up to the quantile: 1.4 GB for one, then no end."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=re.escape(words)) as told:
            parse(rv)
        assert tracemalloc.get_traced_memory()[1] < 2e8
    finally:
        tracemalloc.stop()
    assert str(told.value).startswith("param_space['x']: ")


def test_a_support_that_is_long_and_bounded_is_a_range_without_a_sum():
    tracemalloc.start()
    try:
        assert parse(scipy.stats.betabinom(10**9, 1, 1)) == Integer(0, 10**9)
        assert tracemalloc.get_traced_memory()[1] < 1e7
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "rv",
    [
        scipy.stats.zipf(1.5), scipy.stats.zipf(3, loc=-20), scipy.stats.logser(0.99),
        scipy.stats.skellam(5, 3), scipy.stats.skellam(5, 300),
        scipy.stats.yulesimon(0.8),
    ],
    ids=lambda rv: f"{rv.dist.name}{rv.args}",
)  # fmt: skip
def test_a_quantile_is_the_first_integer_with_so_much_probability(rv):
    """Scipy's own search for it may end in "endless loop"."""
    dim = parse(rv)
    units = np.linspace(0.0, 1.0, 101)
    values = np.array([dim.from_unit(u) for u in units])
    shares = 0.01 + 0.98 * units
    assert (rv.cdf(values) >= shares - 1e-12).all()
    assert (rv.cdf(values - 1) < shares + 1e-12).all()
    assert all(type(dim.from_unit(u)) is int for u in (0.0, 0.5))


def test_a_search_over_a_long_tail_runs_to_its_end():
    tuner = BlueTuner({"k": scipy.stats.zipf(1.5)}, n_iter=15, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, -abs(np.log(trial.params["k"]) - 3.0))
    assert len(tuner.trials) == 15
