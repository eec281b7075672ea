"""Influence and interaction tables of a trained perceptron."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbluetuna.model import (
    FittedPerceptron,
    autoconverge,
    influence,
    perceptron_features,
)


def model_of(rng, d):
    weights, std_error = rng.normal(size=d * d), rng.random(d * d)
    return FittedPerceptron(weights, std_error, 0.3, "sigmoid", 1.0)


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 5), n=st.integers(2, 9))
def test_shares_of_both_tables_together_sum_to_one(seed, d, n):
    rng = np.random.default_rng(seed)
    tables = influence(model_of(rng, d), rng.random((n, d)))
    shares = np.concatenate([table[2] for table in tables])
    assert (shares >= 0.0).all()
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 4))
def test_a_share_is_the_variance_that_the_term_explains_over_the_trials(seed, d):
    rng = np.random.default_rng(seed)
    model, U = model_of(rng, d), rng.random((7, d))
    terms = perceptron_features(U) * model.weights  # what each term adds to z
    expected = np.var(terms, axis=0) / np.var(terms, axis=0).sum()
    base, product, ratio = influence(model, U)
    shares = np.concatenate([base[2], product[2], ratio[2]])
    np.testing.assert_allclose(shares, expected, rtol=1e-9, atol=1e-15)


def test_rows_are_weight_standard_error_and_share_of_each_block_of_features():
    model = model_of(np.random.default_rng(0), 3)
    base, product, ratio = influence(model, np.random.default_rng(1).random((5, 3)))
    for table, part in ((base, slice(3)), (product, slice(3, 6)), (ratio, slice(6, 9))):
        assert table.shape == (3, 3)
        assert table[0].tolist() == model.weights[part].tolist()
        assert table[1].tolist() == model.std_error[part].tolist()


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 10])
@pytest.mark.parametrize("value", [0.0, 0.1, 0.3, 1.0])
def test_shares_are_zero_where_nothing_varies(n, value):
    """Three equal numbers may have a mean that is not one of them."""
    model = model_of(np.random.default_rng(0), 2)
    tables = influence(model, np.full((n, 2), value))
    assert all((table[2] == 0.0).all() for table in tables)


def test_shares_are_zero_where_every_weight_is():
    model = FittedPerceptron(np.zeros(4), np.zeros(4), 0.0, "sigmoid", 1.0)
    tables = influence(model, np.random.default_rng(0).random((5, 2)))
    assert all((table[2] == 0.0).all() for table in tables)


@pytest.mark.parametrize("seed", range(3))
def test_influence_ranks_a_planted_linear_signal(seed):
    U = np.random.default_rng(seed).random((60, 3))
    model = autoconverge(
        U, U @ np.array([-1.5, 0.0, 3.0]), np.full(3, 1 / 3), np.random.default_rng(0)
    )
    second, none, first = influence(model, U).base[2]
    assert first > second > none


def test_one_parameter_has_no_interactions_and_all_the_influence():
    model = FittedPerceptron(np.array([2.0]), np.zeros(1), 0.0, "tanh", 1.0)
    base, product, ratio = influence(model, np.array([[0.1], [0.9]]))
    assert base[2].tolist() == [1.0]
    assert product.shape == ratio.shape == (3, 0)
