"""Features of the perceptron and their derivative by the hyperparameters."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import approx_fprime

from skbluetuna.model import pairs, perceptron_features, perceptron_jacobian

unit = st.floats(0.0, 1.0)
points = st.integers(1, 6).flatmap(
    lambda d: st.integers(1, 5).flatmap(
        lambda n: arrays(np.float64, (n, d), elements=unit)
    )
)


@pytest.mark.parametrize("d", range(8))
def test_pairs_are_each_i_below_j_once_row_by_row(d):
    i, j = pairs(d)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [
        (a, b) for a in range(d) for b in range(a + 1, d)
    ]


@given(U=points)
def test_features_are_base_terms_then_products_then_log_ratios(U):
    d = U.shape[1]
    expected = []
    for row in U:
        a = [0.1 + 0.9 * float(u) for u in row]
        both = [(a[i], a[j]) for i in range(d) for j in range(i + 1, d)]
        products = [x * y for x, y in both]
        ratios = [math.log(x) - math.log(y) for x, y in both]
        expected.append(a + products + ratios)
    Phi = perceptron_features(U)
    assert Phi.shape == (len(U), d + d * (d - 1))
    np.testing.assert_allclose(Phi, expected, rtol=1e-13, atol=1e-15)


def test_features_are_finite_on_the_faces_of_the_cube():
    """The scaling a = 0.1 + 0.9 u is there so that the logarithm exists at u = 0."""
    Phi = perceptron_features(np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]))
    assert np.isfinite(Phi).all()
    np.testing.assert_allclose(Phi[:, 3], np.log([1.0, 0.1, 10.0]), atol=1e-15)


@given(U=points)
def test_jacobian_is_the_finite_difference_of_the_features(U):
    u = U[0]
    numeric = approx_fprime(u, lambda x: perceptron_features(x[None])[0], 1e-7)
    expected = numeric.reshape(-1, len(u))
    J = perceptron_jacobian(u)
    assert J.shape == expected.shape
    np.testing.assert_allclose(J, expected, rtol=1e-4, atol=2e-5)
