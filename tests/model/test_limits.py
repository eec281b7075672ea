"""Measured constraints: the probability that all are met."""

import numpy as np
import pytest
from scipy.stats import norm

from skbluetuna.model import (
    Columns,
    GaussianProcess,
    Limit,
    WithLimits,
    encode,
    fit_hyperparameters,
    scaled_margins,
)


def fitted(t, U):
    """A Gaussian process of targets."""
    columns = Columns.of((0,) * U.shape[1], U)
    X = encode(U, columns)
    return GaussianProcess.condition(X, t, columns, fit_hyperparameters(X, t, columns))


def limited():
    """A model with two limits."""
    U = np.random.default_rng(0).random((12, 2))
    score = fitted(np.sin(4.0 * U[:, 0]), U)
    limits = []
    for margins in (U[:, 0] - 0.4, 0.7 - U.sum(axis=1)):
        t, zero = scaled_margins(margins)
        limits.append(Limit(fitted(t, U), zero))
    return WithLimits(score, tuple(limits), has_best=True)


def test_the_chance_is_a_product_of_normal_probabilities():
    model, U = limited(), np.random.default_rng(1).random((5, 2))
    expected = np.zeros(5)
    for own, zero in model.limits:
        at = own.predict(U)
        expected += norm.logsf(zero, at.mean, at.std)
    np.testing.assert_allclose(model.log_chance(U), expected, rtol=1e-9)


def test_its_slope_is_that_of_finite_differences():
    """Climbs follow it."""
    model, U, h = limited(), np.random.default_rng(2).random((5, 2)), 1e-6
    both = model.log_chance(U, gradient=True)
    np.testing.assert_array_equal(both[:, 0], model.log_chance(U))
    for j in range(2):
        step = h * np.eye(2)[j]
        slope = (model.log_chance(U + step) - model.log_chance(U - step)) / (2 * h)
        np.testing.assert_allclose(both[:, 1 + j], slope, rtol=1e-4, atol=1e-6)


def test_the_chance_is_high_where_constraints_were_met_and_low_where_not():
    model = limited()
    inside, outside = np.array([[0.5, 0.1]]), np.array([[0.1, 0.9], [0.9, 0.9]])
    assert model.log_chance(inside)[0] > np.log(0.5)
    assert (model.log_chance(outside) < np.log(0.05)).all()


@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e9])
def test_units_of_a_constraint_do_not_matter(unit):
    """Megabytes or bytes: the target of zero is the same."""
    margins = np.array([-3.0, -0.5, 0.2, 1.0, 400.0])
    t, zero = scaled_margins(margins * unit)
    expected, at = scaled_margins(margins)
    np.testing.assert_allclose(t, expected)
    assert zero == pytest.approx(at)
    assert ((t >= zero) == (margins >= 0.0)).all()


def test_margins_that_are_all_alike_say_nothing():
    assert scaled_margins(np.full(4, -2.0)) is None
