"""Influence and interaction tables of a trained perceptron."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbluetuna.model import (
    ROWS,
    FittedPerceptron,
    autoconverge,
    no_influence,
    perceptron_features,
    perceptron_influence,
)


def model_of(rng, d):
    weights, std_error = rng.normal(size=d * d), rng.random(d * d)
    return FittedPerceptron(weights, std_error, 0.3, "sigmoid", 1.0)


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 5), n=st.integers(2, 9))
def test_shares_of_both_tables_together_sum_to_one(seed, d, n):
    rng = np.random.default_rng(seed)
    tables = perceptron_influence(
        model_of(rng, d), rng.random((n, d)), rng.random((4, d))
    )
    for row in (ROWS.index("share"), ROWS.index("local_share")):
        shares = np.concatenate([table[row] for table in tables])
        assert (shares >= 0.0).all()
        assert shares.sum() == pytest.approx(1.0, abs=1e-12)


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 4))
def test_a_share_is_the_variance_that_the_term_explains_over_the_trials(seed, d):
    rng = np.random.default_rng(seed)
    model, U = model_of(rng, d), rng.random((7, d))
    terms = perceptron_features(U) * model.weights  # what each term adds to z
    expected = np.var(terms, axis=0) / np.var(terms, axis=0).sum()
    base, product, ratio = perceptron_influence(model, U, U)
    shares = np.concatenate([base[2], product[2], ratio[2]])
    np.testing.assert_allclose(shares, expected, rtol=1e-9, atol=1e-15)
    local = np.concatenate([base[5], product[5], ratio[5]])
    np.testing.assert_array_equal(local, shares)  # near is where the trials are


def test_rows_are_weight_standard_error_and_share_of_each_block_of_features():
    model = model_of(np.random.default_rng(0), 3)
    U = np.random.default_rng(1).random((5, 3))
    base, product, ratio = perceptron_influence(model, U, U)
    for table, part in ((base, slice(3)), (product, slice(3, 6)), (ratio, slice(6, 9))):
        assert table.shape == (len(ROWS), 3)
        assert table[0].tolist() == model.weights[part].tolist()
        assert table[1].tolist() == model.std_error[part].tolist()


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 10])
@pytest.mark.parametrize("value", [0.0, 0.1, 0.3, 1.0])
def test_shares_are_zero_where_nothing_varies(n, value):
    """Three equal numbers may have a mean that is not one of them."""
    model = model_of(np.random.default_rng(0), 2)
    U = np.full((n, 2), value)
    tables = perceptron_influence(model, U, U)
    assert all((table[2] == 0.0).all() for table in tables)


def test_shares_are_zero_where_every_weight_is():
    model = FittedPerceptron(np.zeros(4), np.zeros(4), 0.0, "sigmoid", 1.0)
    U = np.random.default_rng(0).random((5, 2))
    tables = perceptron_influence(model, U, U)
    assert all((table[2] == 0.0).all() for table in tables)


@pytest.mark.parametrize("seed", range(3))
def test_influence_ranks_a_planted_linear_signal(seed):
    U = np.random.default_rng(seed).random((60, 3))
    model = autoconverge(
        U, U @ np.array([-1.5, 0.0, 3.0]), np.full(3, 1 / 3), np.random.default_rng(0)
    )
    second, none, first = perceptron_influence(model, U, U).base[2]
    assert first > second > none


def test_one_parameter_has_no_interactions_and_all_the_influence():
    model = FittedPerceptron(np.array([2.0]), np.zeros(1), 0.0, "tanh", 1.0)
    U = np.array([[0.1], [0.9]])
    base, product, ratio = perceptron_influence(model, U, U)
    assert base[2].tolist() == [1.0]
    assert product.shape == ratio.shape == (len(ROWS), 0)


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 4))
def test_a_share_lies_in_its_interval_and_the_interval_in_the_shares(seed, d):
    rng = np.random.default_rng(seed)
    for table in perceptron_influence(
        model_of(rng, d), rng.random((7, d)), rng.random((7, d))
    ):
        _, _, share, low, high, _ = table
        assert np.all((low >= 0.0) & (low <= share))
        assert np.all((share <= high + 1e-12) & (high <= 1.0))


def test_a_weight_without_error_has_a_share_without_one():
    model = FittedPerceptron(np.ones(4), np.zeros(4), 0.0, "sigmoid", 1.0)
    U = np.random.default_rng(0).random((6, 2))
    for table in perceptron_influence(model, U, U):
        assert table[2].tolist() == table[3].tolist() == table[4].tolist()


@pytest.mark.slow
def test_the_interval_of_a_share_is_that_of_weights_drawn_within_their_errors():
    rng = np.random.default_rng(0)
    weights = np.array([1.0, -0.6, 0.8, 0.5])
    error, U = 0.05 * np.abs(weights), rng.random((50, 2))

    def rows(w, error):
        tables = perceptron_influence(
            FittedPerceptron(w, error, 0.0, "sigmoid", 1.0), U, U
        )
        return np.hstack(tables)

    drawn = [rows(w, error)[2] for w in weights + error * rng.normal(size=(4000, 4))]
    _, _, _, low, high, _ = rows(weights, error)
    deviation = np.std(drawn, axis=0)
    np.testing.assert_allclose((high - low) / (2.0 * 1.645), deviation, rtol=0.1)


def test_the_only_parameter_has_all_the_share_whatever_its_error():
    model = FittedPerceptron(np.array([2.0]), np.array([0.5]), 0.0, "tanh", 1.0)
    U = np.array([[0.1], [0.9]])
    assert perceptron_influence(model, U, U).base[2:5].ravel().tolist() == [1.0] * 3


@pytest.mark.parametrize("with_ratio", [True, False])
@pytest.mark.parametrize("d", [0, 1, 4])
def test_no_influence_has_the_shapes_of_one(d, with_ratio):
    base, product, ratio = no_influence(d, with_ratio=with_ratio)
    assert base.shape == (len(ROWS), d)
    assert product.shape == (len(ROWS), d * (d - 1) // 2)
    assert (ratio is None) != with_ratio
    assert not base.any()
    assert not product.any()
