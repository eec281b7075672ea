"""The test of the score: a fair game while nothing changes, and quick if it does."""

import numpy as np
import pytest
from scipy.stats import binom, kstest

from skbluetuna.production._evidence import CHUNK, SHARES, SequentialTest, _log_wealth


def ever(test, batches):
    """Most evidence that a stream ever has, as wealth."""
    return np.exp(max(test.update(batch) for batch in batches))


@pytest.mark.parametrize("n", [1, 7, 60])
def test_nobody_can_expect_to_gain_by_bets_on_fair_p(n):
    """The mean wealth over the binomial distribution is 1: all that Ville needs."""
    k = np.arange(n + 1.0)
    wealth = np.exp(_log_wealth(np.full(n + 1, float(n)), np.tile(k[:, None], 5)))
    chances = binom.pmf(k[:, None], n, SHARES)
    assert (chances * wealth).sum(axis=0) == pytest.approx(np.ones(5))


def test_evidence_is_that_of_all_bets_and_of_those_that_have_not_begun():
    """By hand for one batch of one row: 1 / 21 is bet, in five ways, and no more."""
    test = SequentialTest(np.zeros(0), np.random.default_rng(0))
    test.update(np.array([1.0]))
    p = np.random.default_rng(0).random()  # the only row is tied with itself
    own = _log_wealth(np.ones(1), (p <= SHARES)[None, :].astype(float))
    assert np.exp(test.log_evidence) == pytest.approx(np.exp(own).mean() / 21 + 20 / 21)


def test_the_p_of_a_row_is_its_rank_among_all_before_it():
    """By the definition, row by row, ties and chunks included."""
    rng = np.random.default_rng(0)
    reference, values = rng.integers(5, size=40), rng.integers(5, size=CHUNK + 70)
    test = SequentialTest(reference.astype(float), np.random.default_rng(1))
    parts = [test._ranked(values[i : i + CHUNK]) for i in (0, CHUNK)]
    draw, pool, expected = np.random.default_rng(1), [*reference], []
    for value in values:
        pool.append(value)
        larger, equal = np.greater(pool, value).sum(), np.equal(pool, value).sum()
        expected.append((larger + draw.random() * equal) / len(pool))
    assert np.concatenate(parts) == pytest.approx(np.array(expected))


def test_p_are_uniform_also_of_losses_that_are_0_or_1():
    rng = np.random.default_rng(2)
    test = SequentialTest((rng.random(300) < 0.1).astype(float), rng)
    p = test._ranked((rng.random(500) < 0.1).astype(float))
    assert kstest(p, "uniform").pvalue > 0.01


def test_false_alarms_are_as_rare_as_stated():
    """At a level of 20 % of 100 streams 20; 32 would be by chance once in 300 times."""
    found = 0
    for seed in range(100):
        rng = np.random.default_rng([3, seed])
        batches = (rng.random((8, 20)) < 0.2).astype(float)
        found += ever(SequentialTest(1.0 * (rng.random(60) < 0.2), rng), batches) >= 5.0
    assert found <= 31


def test_worse_losses_are_found_and_their_beginning_is():
    rng = np.random.default_rng(4)
    test = SequentialTest(1.0 * (rng.random(400) < 0.1), rng)
    before = ever(test, 1.0 * (rng.random((30, 50)) < 0.1))
    after = ever(test, 1.0 * (rng.random((6, 50)) < 0.3))
    assert before < 20.0
    assert after > 1000.0
    assert 29 <= test.since <= 33


def test_better_losses_raise_no_alarm():
    rng = np.random.default_rng(5)
    test = SequentialTest(rng.exponential(size=300), rng)
    assert ever(test, 0.3 * rng.exponential(size=(20, 50))) < 2.0


def test_only_the_order_of_losses_counts():
    rng = np.random.default_rng(6)
    reference, batch = rng.exponential(size=100), rng.exponential(size=50)
    one = SequentialTest(reference, np.random.default_rng(0)).update(batch)
    other = SequentialTest(reference**3, np.random.default_rng(0)).update(batch**3)
    assert one == other
