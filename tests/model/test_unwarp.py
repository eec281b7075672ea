"""Warped values go back to scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import PowerTransformer

from skbluetuna.model import unwarp, warp, within_reach
from skbluetuna.model._warp import _inverse

scores = st.lists(st.floats(-1e3, 1e3, width=32), min_size=3, max_size=30)


@given(scores, st.integers(-40, 40))
def test_unwarping_undoes_warping(values, exponent):
    y = np.ldexp(np.array(values, dtype=float), exponent)
    spread = np.ptp(y)
    if spread <= 1e-6 * np.abs(y).max():
        return
    np.testing.assert_allclose(unwarp(warp(y), y), within_reach(y), atol=1e-6 * spread)


@given(scores)
def test_unwarping_is_increasing_beyond_the_scores_too(values):
    y = np.array(values, dtype=float)
    for bounded in (True, False):
        back = unwarp(np.linspace(-8.0, 8.0, 50), y, bounded=bounded)
        assert not np.isnan(back).any()
        assert np.all(back[1:] >= back[:-1])


@given(scores)
def test_nothing_goes_farther_beyond_the_scores_than_their_range(values):
    """Yeo-Johnson's inverse has poles: a mean a little below the worst score may be
    sent to minus infinity."""
    y = np.array(values, dtype=float)
    reach = np.ptp(y) * (1.0 + 1e-9) + 1e-9 * np.abs(y).max()
    back = unwarp(np.linspace(-50.0, 50.0, 50), y)
    assert back.min() >= y.min() - reach
    assert back.max() <= y.max() + reach


def test_constant_scores_stay_constant():
    np.testing.assert_array_equal(
        unwarp(np.array([-1.0, 0.0, 3.0]), np.full(4, 0.7)), np.full(3, 0.7)
    )


@pytest.mark.parametrize("power", [-2.0, -0.5, 0.0, 0.7, 1.0, 2.0, 3.5, 6.0])
def test_the_inverse_is_scikit_learns(power):
    theirs = PowerTransformer(standardize=False)
    theirs.lambdas_ = np.array([power])
    theirs.n_features_in_ = 1
    x = np.linspace(-3.0, 3.0, 61)
    t = theirs.transform(x[:, None])
    np.testing.assert_allclose(
        _inverse(t.ravel(), power), theirs.inverse_transform(t).ravel(), atol=1e-10
    )
    np.testing.assert_allclose(_inverse(t.ravel(), power), x, atol=1e-10)
