"""Statistics of the comparisons: golden numbers from Demšar (2006)."""

import numpy as np
import pytest

from benchmarks._statistics import (
    band,
    best_so_far,
    critical_difference,
    hierarchical_interval,
    holm,
    mean_interval,
    mean_ranks,
    signed_rank_p,
)

# Demšar (2006), table 6: AUC of C4.5, +m, +cf and +m+cf on 14 data sets.
AUC = [
    [0.763, 0.768, 0.771, 0.798],
    [0.599, 0.591, 0.590, 0.569],
    [0.954, 0.971, 0.968, 0.967],
    [0.628, 0.661, 0.654, 0.657],
    [0.882, 0.888, 0.886, 0.898],
    [0.936, 0.931, 0.916, 0.931],
    [0.661, 0.668, 0.609, 0.685],
    [0.583, 0.583, 0.563, 0.625],
    [0.775, 0.838, 0.866, 0.875],
    [1.000, 1.000, 1.000, 1.000],
    [0.940, 0.962, 0.965, 0.962],
    [0.619, 0.666, 0.614, 0.669],
    [0.972, 0.981, 0.9751, 0.975],
    [0.957, 0.978, 0.946, 0.970],
]


def test_mean_ranks_are_demsars():
    """Ties share their ranks; the published averages of the example."""
    assert mean_ranks(AUC) == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)


@pytest.mark.parametrize(
    ("n_methods", "q"), [(2, 1.960), (3, 2.343), (4, 2.569), (7, 2.949), (10, 3.164)]
)
def test_the_critical_difference_is_nemenyis(n_methods, q):
    """Demšar's table 5 of q at 0.05, and his CD of 1.25 for 4 methods on 14 sets."""
    n_tasks = n_methods * (n_methods + 1) / 6
    assert critical_difference(n_methods, n_tasks) == pytest.approx(q, abs=2e-3)
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=5e-3)


def test_holm_multiplies_by_what_is_left():
    """By hand: 5 x .005, 4 x .01, 3 x .03, then 2 x .04 held at .09, 1 x .5."""
    p = [0.01, 0.04, 0.03, 0.005, 0.5]
    assert holm(p) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.5])


def test_holm_never_lowers_a_p_and_keeps_their_order():
    """A correction can only make claims weaker."""
    p = np.random.default_rng(0).uniform(size=40)
    corrected = holm(p)
    assert (corrected >= p).all()
    assert (np.diff(corrected[np.argsort(p)]) >= 0.0).all()


def test_nothing_differs_has_p_one():
    """Ties are no evidence, and rounding of the last digit is a tie."""
    assert signed_rank_p(np.zeros(20)) == 1.0
    assert signed_rank_p([0.1 + 0.2 - 0.3, 0.0, 0.0]) == 1.0


def test_the_signed_rank_p_is_exact_for_few():
    """Of 2**5 signs only two are as extreme as five gains: p = 2 / 32."""
    assert signed_rank_p([0.1, 0.2, 0.3, 0.4, 0.5]) == pytest.approx(2 / 32)


def test_an_interval_holds_its_mean_and_turns_with_the_sign():
    """What we gain is what they lose."""
    gains = np.random.default_rng(1).normal(0.3, 1.0, 20)
    mean, low, high = mean_interval(gains)
    assert low < mean < high
    assert mean == pytest.approx(gains.mean())
    # The standard error's interval is near for twenty nearly normal values.
    width = 2 * 1.96 * gains.std(ddof=1) / np.sqrt(20)
    assert high - low == pytest.approx(width, rel=0.2)


def test_equal_values_have_no_interval():
    """Resampling constants gives the constant, without warnings."""
    assert mean_interval([0.5] * 5) == (0.5, 0.5, 0.5)


def test_seeds_of_one_task_are_not_independent():
    """Many seeds of tasks that differ do not make the mean surer than the tasks do."""
    rng = np.random.default_rng(2)
    effect = rng.normal(size=(8, 1))
    values = effect + 0.01 * rng.normal(size=(8, 50))
    _, low, high = hierarchical_interval(values)
    width = 2 * 1.96 * effect.std() / np.sqrt(8)
    assert high - low == pytest.approx(width, rel=0.15)


def test_failures_and_short_runs_keep_what_was_best():
    """A failed evaluation is not a better one; who stopped keeps the best."""
    way = best_so_far([0.1, np.nan, 0.3, 0.2])
    assert list(way) == [0.1, 0.1, 0.3, 0.3]
    drawn = band([way, np.array([0.5])])
    assert list(drawn["max"]) == [0.5] * 4
    assert list(drawn["min"]) == [0.1, 0.1, 0.3, 0.3]
