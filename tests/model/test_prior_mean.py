"""The prior mean by past searches: its value, its slope, and whom it believes."""

import numpy as np
import pytest

from skbluetuna.model import (
    Columns,
    GaussianProcess,
    OnPrior,
    PastScores,
    encode,
    fit_hyperparameters,
    past_means,
    prior_mean,
    warp,
    weights_by_agreement,
)

LEVELS = (0, 3, 0, 0)
KNOWN = (0, 1, 2, 3), (0, 2), (1, 3)  # what each past search had of the parameters


def points(n, seed=0):
    U = np.random.default_rng(seed).random((n, 4))
    U[:, 1] = (np.floor(3 * U[:, 1]) + 0.5) / 3
    return U


def score(U, k=0):
    return np.sin(3 * U[:, 0]) + U[:, 1] * U[:, 3] + 0.4 * k * U[:, 2]


@pytest.fixture(scope="module")
def past():
    found = []
    for k, dims in enumerate(KNOWN):
        U = points(20 + 4 * k, seed=k)
        found.append(PastScores(U[:, dims].copy(), score(U, k), dims, True))
    return found


@pytest.fixture(scope="module")
def means(past):
    return past_means(past, range(4), LEVELS)


def test_all_means_at_once_are_those_of_each_model(past, means):
    """They are summed as polynomials for speed, of unlike parameters and numbers."""
    U, found = points(9, seed=7), means.each(points(9, seed=7))
    for one, own in zip(past, found, strict=True):
        columns = Columns.of([LEVELS[j] for j in one.dimensions], one.units)
        X, t = encode(one.units, columns), warp(one.scores)
        known = fit_hyperparameters(X, t, columns)
        model = GaussianProcess.condition(X, t, columns, known)
        expected = model.predict(U[:, one.dimensions]).mean
        np.testing.assert_allclose(own, expected, atol=1e-10)


def test_a_choice_of_very_many_levels_has_the_mean_of_its_own_model():
    """Of such a choice a model has columns only for the levels that it knows."""
    U = np.random.default_rng(0).random((20, 2))
    U[:, 1] = (np.floor(100 * U[:, 1]) + 0.5) / 100
    past = PastScores(U, score(np.tile(U, 2)), (0, 1), True)
    columns = Columns.of([0, 100], U)
    X, t = encode(U, columns), warp(past.scores)
    known = fit_hyperparameters(X, t, columns)
    model = GaussianProcess.condition(X, t, columns, known)
    found = past_means([past], [0, 1], [0, 100]).each(U)
    np.testing.assert_allclose(found[0], model.predict(U).mean, atol=1e-10)


def test_the_slope_of_the_model_is_that_of_finite_differences(means):
    """The search climbs by it, so a wrong sign would lead away from the best."""
    U, h = points(6, seed=5), 1e-6
    t = score(U)
    prior = prior_mean(means, U, t, np.ones(3))
    columns = Columns.of(LEVELS, U)
    X, rest = encode(U, columns), t - prior.at(U)[0]
    known = fit_hyperparameters(X, rest, columns)
    model = OnPrior(GaussianProcess.condition(X, rest, columns, known), prior)
    at = points(5, seed=6)
    found = model.predict(at, gradient=True)
    for j in (0, 2, 3):
        step = h * np.eye(4)[j]
        above, below = model.predict(at + step), model.predict(at - step)
        slope = (above.mean - below.mean) / (2 * h)
        np.testing.assert_allclose(found.mean_slope[:, j], slope, atol=1e-6)
    assert np.abs(found.mean_slope[:, 1]).max() == 0.0
    assert np.abs(prior.at(at, gradient=True)[1]).max() > 0.1


def test_a_model_on_a_prior_believes_what_both_say_together(means):
    """A fantasy at its mean moves no mean (eq. 16)."""
    U = points(8, seed=5)
    t = score(U)
    prior = prior_mean(means, U, t, np.ones(3))
    columns = Columns.of(LEVELS, U)
    X, rest = encode(U, columns), t - prior.at(U)[0]
    known = fit_hyperparameters(X, rest, columns)
    model = OnPrior(GaussianProcess.condition(X, rest, columns, known), prior)
    at = points(4, seed=8)
    after = model.with_fantasy(at[0])
    np.testing.assert_allclose(
        after.predict(at).mean, model.predict(at).mean, atol=1e-8
    )
    assert after.predict(at[:1]).std < model.predict(at[:1]).std


def test_who_ranks_wrongly_weighs_less_and_from_two_fifths_on_nothing():
    """Of six pairs: none wrong, one, and all; (1 - (loss / .4)^2), normalised."""
    t = np.array([1.0, 2.0, 3.0, 4.0])
    means = np.array([[1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])
    second = 1.0 - (1.0 / 6.0 / 0.4) ** 2
    expected = np.array([1.0, second, 0.0]) / (1.0 + second)
    np.testing.assert_allclose(weights_by_agreement(means, t, np.ones(3)), expected)


def test_a_search_of_another_metric_counts_less_and_not_before_it_agrees():
    """A prior of another metric can trap a search."""
    t, usual = np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.5])
    means = np.array([t, t])
    np.testing.assert_allclose(weights_by_agreement(means, t, usual), [2 / 3, 1 / 3])
    np.testing.assert_allclose(
        weights_by_agreement(means[:, :2], t[:2], usual), [1.0, 0.0]
    )
    none = weights_by_agreement(means[1:, :2], t[:2], usual[1:])
    np.testing.assert_allclose(none, [0.0])


def test_where_no_past_search_agrees_there_is_no_prior_mean(means):
    """Then the search is what it would be without a store."""
    U = points(12, seed=3)
    assert prior_mean(means, U, -score(U), np.ones(3)) is None
    assert prior_mean(means, U, np.zeros(12), np.ones(3)) is None


def test_the_slope_is_shrunk_and_the_residuals_have_mean_zero(means):
    """b = (n cov + .7 * 3) / (n var + 3), and c = mean(t - b m)."""
    U = points(10, seed=4)
    t = warp(score(U))
    prior = prior_mean(means, U, t, np.ones(3))
    m = weights_by_agreement(means.each(U), t, np.ones(3)) @ means.each(U)
    cov = np.cov(m, t, bias=True)
    slope = (10 * cov[0, 1] + 2.1) / (10 * cov[0, 0] + 3.0)
    np.testing.assert_allclose(prior.blend.weights.sum(), slope)
    rest = t - prior.at(U)[0]
    np.testing.assert_allclose(rest, t - t.mean() - slope * (m - m.mean()), atol=1e-9)
