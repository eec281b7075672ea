"""The analysis of variance agrees with formulas, enumeration and scipy."""

import numpy as np
import pytest
from scipy.stats import qmc, sobol_indices, uniform

from skbluetuna.model._variance import analysis, basis


def sample(d, n=4096, seed=0):
    return qmc.Sobol(d, rng=np.random.default_rng(seed)).random(n)


def shares(f, U, levels=None):
    """Shares of each parameter and pair of one function."""
    levels = levels or [0] * U.shape[1]
    bases = [basis(U[:, j], k) for j, k in enumerate(levels)]
    found = analysis(f(U)[:, None], bases)
    return (found.main / found.total)[:, 0], (found.pair / found.total)[:, 0], found


def test_ishigami():
    """First-order .3139, .4424, 0, and .2437 of the first with the third.

    T. Homma, A. Saltelli, Reliability Engineering and System Safety 52 (1996).
    """

    def f(U):
        x, y, z = np.pi * (2.0 * U - 1.0).T
        return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)

    main, pair, _ = shares(f, sample(3))
    # A wave of two periods is not quite a polynomial of degree six.
    np.testing.assert_allclose(main, [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(pair, [0.0, 0.2437, 0.0], atol=0.03)


def test_first_order_shares_are_those_of_scipy():
    a = np.array([0.5, 1.0, 4.0, 9.0])

    def f(U):
        return np.exp(U[:, 0] / a[0]) + np.prod(1.0 + U / a, axis=1)

    theirs = sobol_indices(
        func=lambda x: f(x.T)[None], n=8192, dists=[uniform()] * 4,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    main, _, _ = shares(f, sample(4))
    np.testing.assert_allclose(main, np.ravel(theirs.first_order), atol=0.01)


def test_choices_are_analysed_as_their_table_is():
    """Every mean is known: two choices of three and four levels, and a line."""
    rng = np.random.default_rng(0)
    table, slope = rng.normal(size=(3, 4)), rng.normal(size=3)

    def f(U):
        i, j = (3 * U[:, 0]).astype(int), (4 * U[:, 1]).astype(int)
        return table[i, j] + slope[i] * (2.0 * U[:, 2] - 1.0)

    main, pair, found = shares(f, sample(3, 16384), [3, 4, 0])
    centred = table - table.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    expected = [np.mean(rows**2), np.mean(columns**2), slope.mean() ** 2 / 3.0]
    inner = centred - rows[:, None] - columns
    both = [np.mean(inner**2), slope.var() / 3.0, 0.0]
    total = sum(expected) + sum(both)
    np.testing.assert_allclose(main, np.array(expected) / total, atol=0.005)
    np.testing.assert_allclose(pair, np.array(both) / total, atol=0.005)
    assert found.slope[0, 0] == pytest.approx(rows.std(), rel=0.02)
    assert found.slope[2, 0] == pytest.approx(slope.mean(), rel=0.02)


def test_slopes_and_products_are_the_coefficients_of_a_quadratic():
    rng = np.random.default_rng(1)
    w, v, W = rng.normal(size=(3, 4))
    W = np.append(W, [0.7, -0.2])
    i, j = np.triu_indices(4, 1)

    def f(U):
        Z = 2.0 * U - 1.0
        return 5.0 + Z @ w + Z**2 @ v + (Z[:, i] * Z[:, j]) @ W

    main, pair, found = shares(f, sample(4))
    np.testing.assert_allclose(found.slope[:, 0], w, atol=0.01)
    np.testing.assert_allclose(found.product[:, 0], W, atol=0.02)
    parts = np.concatenate([w**2 / 3.0 + v**2 * 4.0 / 45.0, W**2 / 9.0])
    expected = parts / parts.sum()
    np.testing.assert_allclose(np.concatenate([main, pair]), expected, atol=0.005)


def test_the_weights_of_a_quadratic_have_no_error_of_the_sample_s_own():
    rng = np.random.default_rng(2)
    w, W = rng.normal(size=6), rng.normal(size=15)
    i, j = np.triu_indices(6, 1)
    U = qmc.Halton(6, rng=rng).random(1024)
    Z = 2.0 * U - 1.0
    bases = [basis(U[:, k], 0) for k in range(6)]
    found = analysis((Z @ w + (Z[:, i] * Z[:, j]) @ W)[:, None], bases)
    np.testing.assert_allclose(found.product[:, 0], W, atol=1e-6)
    np.testing.assert_allclose(found.slope[:, 0], w, atol=0.005)


@pytest.mark.slow
@pytest.mark.parametrize("d", [6, 20])
def test_pairs_without_effect_do_not_add_up(d):
    """Three parameters together, and one alone, among many: no pair has a share."""
    n = max(1024, 150 * d)
    sums = []
    for seed in range(3):
        U = qmc.Halton(d, rng=np.random.default_rng(seed)).random(n)
        main, pair, _ = shares(_one_and_three, U)
        sums.append([main.sum(), pair.sum()])
    main, pair = np.mean(sums, axis=0)
    assert main == pytest.approx(0.5, abs=0.04)
    assert pair == pytest.approx(0.0, abs=0.08)


def _one_and_three(U):
    z = 2.0 * U - 1.0
    return np.sqrt(3.0) * z[:, 0] + np.sqrt(27.0) * z[:, 1] * z[:, 2] * z[:, 3]


@pytest.mark.parametrize("levels", [[0, 0], [3, 0], [2, 4]])
def test_a_constant_has_no_effects(levels):
    U = sample(2, 64)
    bases = [basis(U[:, j], k) for j, k in enumerate(levels)]
    for part in analysis(np.full((64, 2), 3.0), bases):
        assert not part.any()


def test_a_parameter_that_stands_still_explains_nothing():
    U = sample(2, 256)
    U[:, 1] = 0.5
    main, pair, found = shares(lambda U: U[:, 0] + U[:, 1], U)
    np.testing.assert_allclose(main, [1.0, 0.0], atol=1e-3)
    assert pair[0] == found.slope[1, 0] == found.product[0, 0] == 0.0


@pytest.mark.parametrize(("values", "k"), [(2, 1), (3, 2), (7, 6), (50, 6)])
def test_integers_have_as_many_functions_as_they_bear(values, k):
    U = sample(1, 1024)[:, 0]
    one = basis((np.floor(values * U) + 0.5) / values, 0)
    assert one.values.shape == (1024, k)
    np.testing.assert_allclose(one.values.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(one.values.T @ one.values / 1024, np.eye(k), atol=1e-9)


@pytest.mark.slow
def test_the_error_of_a_share_is_its_scatter_over_samples():
    """Of a weak pair and of what is nothing, beside a rough function of another three.

    On independent points, which have no more than chance to do with one another.
    """

    def f(U):
        rough = np.prod(np.sign(np.sin(20.0 * U[:, 2:5])), axis=1)
        return rough + (2.0 * U[:, 0] - 1.0) + 2.0 * (U[:, 0] - 0.5) * (U[:, 1] - 0.5)

    found = []
    for seed in range(100):
        U = np.random.default_rng(seed).random((700, 5))
        found.append(analysis(f(U)[:, None], [basis(U[:, j], 0) for j in range(5)]))
    for effect, error in (("main", "main_error"), ("pair", "pair_error")):
        scatter = np.std([getattr(one, effect)[:, 0] for one in found], axis=0)
        stated = np.mean([getattr(one, error)[:, 0] for one in found], axis=0)
        ratio = stated / scatter
        assert np.all((ratio > 0.6) & (ratio < 1.6)), ratio


def test_what_the_functions_fit_has_no_error():
    U = sample(2)
    found = analysis(U[:, :1] * U[:, 1:], [basis(U[:, j], 0) for j in range(2)])
    assert np.all(np.concatenate([found.main_error, found.pair_error]) < 1e-12)
