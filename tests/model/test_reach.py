"""A few enormous scores do not hide how the others differ."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skbluetuna.model import reach, standardised, unwarp, warp, within_reach

ORDINARY = np.sqrt(np.random.default_rng(0).random(20))  # a range of one, and a skew
POWERS = [4, 5, 9, 21, 100, 300]

quick = settings(max_examples=40, deadline=None)


def with_enormous(*extra):
    """Ordinary scores with others strewn in."""
    return np.insert(ORDINARY, np.arange(len(extra)) * 2, extra)


@quick
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=3))
def test_three_scores_are_what_they_are(values):
    """Of so few nobody knows which is the enormous one."""
    assert reach(np.array(values)) == (-np.inf, np.inf)


@quick
@given(st.integers(0, 1000), st.integers(4, 60), st.floats(-300.0, 300.0))
def test_scores_that_no_gap_parts_stay_to_the_bit(seed, n, far):
    """A gap of some hundred ranges occurs in searches where nothing is wrong."""
    y = np.random.default_rng(seed).random(n)
    y[0] = far * (y[1:].max() - y[1:].min())
    np.testing.assert_array_equal(within_reach(y), y)


@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("factors", [(1,), (1, 3, 0.5), (1, 2, 3, 4, 5, 6, 7, 8, 9)])
def test_enormous_scores_below_count_as_the_worst_of_the_rest(power, factors):
    y = with_enormous(*(-np.array(factors, dtype=float) * 10.0**power))
    as_failed = np.maximum(y, ORDINARY.min())
    np.testing.assert_array_equal(within_reach(y), as_failed)
    np.testing.assert_array_equal(warp(y), warp(as_failed))
    assert np.ptp(warp(y)[y > -1.0]) > 1.0  # of the standard deviation of all


def test_enormous_scores_above_count_as_the_best_of_the_rest():
    y = with_enormous(1e30, 3e30)
    np.testing.assert_array_equal(within_reach(y), np.minimum(y, ORDINARY.max()))
    assert np.ptp(warp(y)[y < 1e30]) > 1.0


def test_both_sides_at_once():
    y = with_enormous(1e30, -1e20, -1e300)
    assert reach(y) == (ORDINARY.min(), ORDINARY.max())


def test_an_enormous_score_hides_no_smaller_one():
    """Beside -1e21 the score -1e10 is none of the rest."""
    y = with_enormous(-1e21, -1e10, -1e5)
    assert reach(y) == (ORDINARY.min(), np.inf)


def test_half_of_the_scores_are_no_exception():
    """Where they are as many as the others, they are the landscape."""
    below = np.concatenate([ORDINARY, ORDINARY - 1e9])
    np.testing.assert_array_equal(within_reach(below), below)
    assert reach(below[:-1])[0] == ORDINARY.min()


def test_a_find_above_a_plateau_is_no_exception():
    """Scores that rise above many alike are what a search is for."""
    y = np.concatenate([0.5 + 1e-5 * ORDINARY, [0.7]])
    np.testing.assert_array_equal(within_reach(y), y)
    many = np.concatenate([0.5 + 1e-9 * ORDINARY, [0.7, 0.8, 0.9]])
    np.testing.assert_array_equal(within_reach(many), many)
    few = np.append(ORDINARY[:8], 1e9)
    np.testing.assert_array_equal(within_reach(few), few)


@pytest.mark.parametrize("rest", [0.0, 1e-17], ids=["alike", "rounding"])
def test_scores_that_differ_by_rounding_are_no_rest(rest):
    y = np.append(np.full(9, 0.9), 0.5)
    y[:3] += rest
    np.testing.assert_array_equal(within_reach(y), y)


@quick
@given(st.integers(0, 50), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_shift_and_unit_do_not_matter(seed, shift, unit):
    rng = np.random.default_rng(seed)
    y = rng.random(12)
    y[rng.integers(12, size=2)] = -1e12, 1e10
    expected = within_reach(y) * unit + shift
    np.testing.assert_allclose(within_reach(y * unit + shift), expected, atol=1e-9)
    np.testing.assert_allclose(warp(y * unit + shift), warp(y), atol=1e-6)


@quick
@given(st.integers(0, 50), st.integers(-200, 200))
def test_powers_of_two_leave_every_bit(seed, exponent):
    y = np.random.default_rng(seed).random(12)
    y[3] = -1e21
    np.testing.assert_array_equal(warp(np.ldexp(y, exponent)), warp(y))


@pytest.mark.parametrize(
    "y",
    [
        [1e308, -1e308, 0.0, 1.0, 2.0],
        [1.79e308, -1.79e308] * 4,
        [-1.79e308, 0.1, 0.2, 0.3, 0.4, 0.5],
        [1.79e308, 0.1, 0.2, 0.3, 0.4, 0.5],
        [1.79e308, 1.78e308, 1.77e308, 1.76e308, -1.79e308],
        [-1.79e308, 1e-308, 2e-308, 3e-308, 5e-324],
    ],
    ids=["both", "all", "below", "above", "near", "tiny"],
)
def test_the_ends_of_floating_point_are_scores_too(y):
    """Warnings are errors here: nothing overflows."""
    y = np.array(y)
    t = warp(y)
    assert np.isfinite(t).all()
    assert t.any()
    assert np.isfinite(within_reach(y)).all()
    assert np.isfinite(standardised(y)[0]).all()
    assert not np.isnan(unwarp(t, y)).any()
    assert np.all(np.diff(t[np.argsort(y)]) >= 0.0)


def test_predictions_come_back_to_where_the_others_are():
    y = with_enormous(-1e21, -1e40)
    np.testing.assert_allclose(unwarp(warp(y), y), within_reach(y), atol=1e-9)


def test_tables_see_the_scores_within_reach():
    inner, spread = standardised(with_enormous(-1e21))
    assert spread < 1.0
    assert np.ptp(np.sort(inner)[1:]) > 1.0
