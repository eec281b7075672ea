"""Landscapes drawn from the posterior have its mean and its variance."""

import numpy as np
import pytest
from scipy.special import exp1
from scipy.stats import qmc

from skbluetuna.model import (
    BoxSample,
    Columns,
    DrawnModels,
    GaussianProcess,
    drawn_models,
    encode,
    fit_hyperparameters,
    gaussian_process_influence,
    pairs,
    standardised,
    unwarp,
    warp,
)
from skbluetuna.model._hyperparameters import (
    BOUND,
    NOISE_FLOOR,
    Hyperparameters,
    Prior,
)
from skbluetuna.model._paths import WIDTH, Paths, sparse_paths


def data(levels, n=30, seed=0):
    rng = np.random.default_rng(seed)
    U = rng.random((n, len(levels)))
    for j, k in enumerate(levels):
        if k:
            U[:, j] = (np.floor(U[:, j] * k) + 0.5) / k
    y = np.sin(4.0 * U[:, 0]) + U[:, -1] ** 2 + 0.1 * rng.standard_normal(n)
    columns = Columns.of(levels)
    return U, encode(U, columns), (y - y.mean()) / y.std(), columns


def centre(d):
    """Hyperparameters at the prior's centre."""
    return Hyperparameters.of(Prior.of(d).mean)


@pytest.mark.parametrize("levels", [[0], [0, 0, 0], [0, 3, 2]])
def test_drawn_landscapes_have_the_posterior_s_mean_and_deviation(levels):
    _, X, t, columns = data(levels, n=12)
    model = GaussianProcess.condition(X, t, columns, centre(len(levels)))
    points = data(levels, n=20, seed=1)[0]
    rng = np.random.default_rng(0)
    F = np.hstack(
        [Paths.drawn(model, 25, rng)(points) for _ in range(200)]
    )  # new waves each
    expected = model.predict(points)
    error = expected.std / np.sqrt(F.shape[1])
    assert np.all(np.abs(F.mean(axis=1) - expected.mean) < 6.0 * error)
    np.testing.assert_allclose(F.std(axis=1), expected.std, rtol=0.1)


def test_a_landscape_is_one_function():
    """What is drawn at a point does not depend on where else it is looked at."""
    _, X, t, columns = data([0, 0])
    model = GaussianProcess.condition(X, t, columns, fit_hyperparameters(X, t, columns))
    points = data([0, 0], seed=1)[0]
    whole, part = (
        Paths.drawn(model, 3, np.random.default_rng(0))(U)
        for U in (points, points[4:9])
    )
    np.testing.assert_allclose(whole[4:9], part, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("levels", [[0], [5]])
def test_of_one_parameter_sparse_landscapes_are_the_others(levels):
    """There is no pair to be sparse: mean and deviation are the posterior's."""
    _, X, t, columns = data(levels, n=12)
    model = GaussianProcess.condition(X, t, columns, centre(1))
    points = data(levels, n=20, seed=1)[0]
    rng = np.random.default_rng(0)
    F = np.hstack([sparse_paths(model, points, 25, rng)[1] for _ in range(200)])
    expected = model.predict(points)
    error = expected.std / np.sqrt(F.shape[1])
    assert np.all(np.abs(F.mean(axis=1) - expected.mean) < 6.0 * error)
    np.testing.assert_allclose(F.std(axis=1), expected.std, rtol=0.1)


def pairs_alone(d, scale, noise):
    """Hyperparameters by which nothing but weights of pairs and noise varies."""
    nothing, known = -60.0, np.log(noise - NOISE_FLOOR)
    blocks = np.array([nothing, nothing, np.log(scale)])
    return Hyperparameters(np.zeros(d), nothing, known, blocks)


def horseshoe(w, scale):
    """Density of the horseshoe up to a factor: Carvalho et al. 2010, integrated."""
    x = w**2 / (2.0 * WIDTH * scale)
    return exp1(x) * np.exp(x)


@pytest.mark.slow
def test_the_weight_of_a_pair_is_drawn_under_a_horseshoe_prior():
    """Against quadrature: t = w z_0 z_1 + noise, everything else switched off."""
    rng = np.random.default_rng(1)
    U, columns = rng.random((6, 2)), Columns.of([0, 0])
    X = encode(U, columns)
    phi, scale, noise = X[:, 0] * X[:, 1], 0.3, 0.04
    t = 1.0 * phi + np.sqrt(noise) * rng.standard_normal(6)
    model = GaussianProcess.condition(X, t, columns, pairs_alone(2, scale, noise))
    corner = np.ones((1, 2))  # z_0 z_1 = 1: the landscape is the weight
    w = np.sort(sparse_paths(model, corner, 8000, rng)[1].ravel())
    grid = np.linspace(-20.0, 20.0, 400_000)  # not at 0, where the density has a pole
    fit = np.sum((t - grid[:, None] * phi) ** 2, axis=1) / noise
    density = np.exp(-0.5 * fit) * horseshoe(grid, scale)
    exact = np.cumsum(density) / density.sum()
    tails = [0.05, 0.25, 0.5, 0.75, 0.95]
    ours = np.searchsorted(w, np.interp(tails, exact, grid)) / len(w)
    np.testing.assert_allclose(ours, tails, atol=0.03)


@pytest.mark.slow
def test_the_weights_of_several_pairs_are_drawn_together():
    """Against a grid over all three weights, which four scores do not tell apart."""
    rng = np.random.default_rng(3)
    U, columns = rng.random((4, 3)), Columns.of([0, 0, 0])
    X, (i, j) = encode(U, columns), pairs(3)
    Phi, scale, noise = X[:, i] * X[:, j], 0.1, 0.04
    t = Phi @ [1.0, 0.0, -0.5] + np.sqrt(noise) * rng.standard_normal(4)
    model = GaussianProcess.condition(X, t, columns, pairs_alone(3, scale, noise))
    # Where one parameter stands in the middle the landscape is the others' weight.
    middle = np.array([[1.0, 1.0, 0.5], [1.0, 0.5, 1.0], [0.5, 1.0, 1.0]])
    drawn = sparse_paths(model, middle, 10_000, rng)[1]
    grid = np.linspace(-5.0, 5.0, 200)
    W = np.stack(np.meshgrid(grid, grid, grid, indexing="ij"))
    fit = sum((t[k] - np.tensordot(Phi[k], W, 1)) ** 2 for k in range(4)) / noise
    one = horseshoe(grid, scale)
    density = np.exp(-0.5 * fit) * np.einsum("i,j,k->ijk", one, one, one)
    tails = [0.05, 0.25, 0.5, 0.75, 0.95]
    for k in range(3):
        others = tuple({0, 1, 2} - {k})
        mass = density.sum(axis=others)
        exact = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
        at = np.interp(tails, exact, grid)
        ours = np.searchsorted(np.sort(drawn[k]), at) / drawn.shape[1]
        np.testing.assert_allclose(ours, tails, atol=0.03)


def test_the_mean_of_sparse_landscapes_comes_as_the_model_has_it():
    _, X, t, columns = data([0, 3, 0, 2])
    model = GaussianProcess.condition(X, t, columns, fit_hyperparameters(X, t, columns))
    points = data([0, 3, 0, 2], seed=1)[0]
    mean = sparse_paths(model, points, 1, np.random.default_rng(0))[0]
    np.testing.assert_allclose(mean, model.predict(points).mean, atol=1e-9)


def test_hyperparameters_are_drawn_about_the_best_and_within_bounds():
    _, X, t, columns = data([0, 0, 3], n=60)
    drawn = drawn_models(X, t, columns, 200, np.random.default_rng(0))
    thetas = np.array([model.hyperparameters.theta for model in drawn])
    prior, best = Prior.of(3), fit_hyperparameters(X, t, columns)
    assert np.all(np.abs(thetas - prior.mean) <= BOUND * prior.sd + 1e-12)
    # Of a bounded normal: the noise variance, known best, is hardly moved by bounds.
    noise = np.array([model.hyperparameters.log_noise for model in drawn])
    assert noise.mean() == pytest.approx(best.log_noise, abs=0.2)
    assert 0.02 < noise.std() < 1.0
    again = drawn_models(X, t, columns, 200, np.random.default_rng(0))
    np.testing.assert_array_equal(
        thetas, [model.hyperparameters.theta for model in again]
    )


def test_no_hyperparameter_is_drawn_wider_than_its_prior():
    """Three scores say almost nothing; the prior's deviations are 1 and 1.5."""
    _, X, t, columns = data([0, 0, 0], n=3)
    drawn = drawn_models(X, t, columns, 400, np.random.default_rng(0))
    deviation = np.std([model.hyperparameters.theta for model in drawn], axis=0)
    assert np.all(deviation <= 1.1 * Prior.of(3).sd)
    assert np.all(deviation[:3] >= 0.5)


@pytest.mark.slow
def test_without_a_residual_the_tables_are_the_ridge_solution():
    """Weights and standard errors (eq. 14) against the normal equations."""
    d = 3
    U, X, t, columns = data([0] * d, n=25)
    known = centre(d)._replace(log_residual=-60.0)
    model = GaussianProcess.condition(X, t, columns, known)
    i, j = pairs(d)
    Z = 2.0 * U - 1.0
    Phi = np.hstack([Z, Z**2, Z[:, i] * Z[:, j]])
    prior = np.repeat(known.blocks, d)  # three parameters, three pairs
    noise = np.exp(known.log_noise) + NOISE_FLOOR
    precision = Phi.T @ Phi / noise + np.diag(1.0 / prior)
    mean = np.linalg.solve(precision, Phi.T @ t / noise)
    error = np.sqrt(np.diag(np.linalg.inv(precision)))
    cube = qmc.Sobol(d, rng=np.random.default_rng(0)).random(4096)
    box = BoxSample(cube, cube)
    spread = 7.0
    tables = gaussian_process_influence(
        [model], None, box, box, spread, 1000, np.random.default_rng(0)
    )
    ours = np.hstack([tables.base[:2], tables.product[:2]]) / spread
    keep = [*range(d), *range(2 * d, 3 * d)]  # no table has the curvature's weights
    np.testing.assert_allclose(ours[0], mean[keep], atol=5e-3)
    np.testing.assert_allclose(ours[1], error[keep], rtol=0.1)


def test_shares_find_what_was_planted():
    """f = 3 z_0 + 2 z_1 z_2 over the cube: shares 9/3 and 4/9 of their sum."""
    rng = np.random.default_rng(0)
    U = rng.random((120, 4))
    Z = 2.0 * U - 1.0
    y = 3.0 * Z[:, 0] + 2.0 * Z[:, 1] * Z[:, 2]
    columns = Columns.of([0] * 4)
    X, spread = encode(U, columns), float(y.std())
    models = drawn_models(X, (y - y.mean()) / spread, columns, 6, rng)
    cube = rng.random((2048, 4))
    near = BoxSample(0.5 * cube, 0.5 * cube)
    tables = gaussian_process_influence(
        models, None, BoxSample(cube, cube), near, spread, 8, rng
    )
    total = 9.0 / 3.0 + 4.0 / 9.0
    weight, _, share, low, high, local = tables.base
    assert share[0] == pytest.approx(9.0 / 3.0 / total, abs=0.03)
    assert tables.product[2, 3] == pytest.approx(4.0 / 9.0 / total, abs=0.03)
    assert weight[0] == pytest.approx(3.0, rel=0.05)
    assert share[1:].max() < 0.02
    assert share.sum() + tables.product[2].sum() <= 1.0 + 1e-12
    assert np.all((low <= share) & (share <= high))
    # In the corner z_1 z_2 has slopes of its own: 9/12, 1/12 each, and 1/36 for both.
    corner = np.array([9.0, 1.0, 1.0, 0.0]) / 12.0
    np.testing.assert_allclose(local, corner / (corner.sum() + 1.0 / 36.0), atol=0.04)


def test_what_nothing_is_known_of_widens_the_interval_and_not_the_rank():
    """Scores along one parameter alone: the draws vary in the other, too."""
    columns, rng = Columns.of([0, 0]), np.random.default_rng(0)
    U = np.column_stack([np.linspace(0.0, 1.0, 9), np.full(9, 0.5)])
    X = encode(U, columns)
    model = GaussianProcess.condition(X, U[:, 0] - 0.5, columns, centre(2))
    at = rng.random((2048, 2))
    cube = BoxSample(at, at)
    tables = gaussian_process_influence([model] * 4, None, cube, cube, 1.0, 64, rng)
    _, _, share, _, high, _ = tables.base
    assert share[0] > 0.5
    assert share[1] < 0.01
    assert high[1] > 0.3


def test_another_scale_widens_the_intervals():
    """Of scores with a cliff: on the warped scale it hides less of the rest."""
    rng = np.random.default_rng(0)
    U = rng.random((40, 2))
    y = -np.exp(6.0 * U[:, 0]) / 100.0 + U[:, 1]
    columns = Columns.of([0, 0])
    X, t = encode(U, columns), standardised(y)[0]
    models = drawn_models(X, t, columns, 6, rng)
    warped = DrawnModels(
        drawn_models(X, warp(t), columns, 6, rng), lambda f: unwarp(f, t)
    )
    at = qmc.Halton(2, rng=rng).random(1024)
    cube = BoxSample(at, at)
    width = []
    for other in (None, warped):
        draws = np.random.default_rng(1)
        table = gaussian_process_influence(
            models, other, cube, cube, 1.0, 8, draws
        ).base
        width.append(table[4] - table[3])
        # The truth: variances of exp(6 u) and of u; they do not interact.
        cliff = (np.exp(12.0) - 1.0) / 12.0 - ((np.exp(6.0) - 1.0) / 6.0) ** 2
        cliff /= 100.0**2
        share = np.array([cliff, 1.0 / 12.0]) / (cliff + 1.0 / 12.0)
        # The variance of 1024 values of so steep a function is not quite the truth.
        assert np.all((table[3] - 0.005 <= share) & (share <= table[4] + 0.005))
    assert np.all(width[1] > 1.1 * width[0])


def test_what_comes_back_from_another_scale_is_what_is_analysed():
    """Sent back to nothing, half of the landscapes explain nothing."""
    _, X, t, columns = data([0, 0])
    models = [
        GaussianProcess.condition(X, t, columns, fit_hyperparameters(X, t, columns))
    ] * 2
    at = qmc.Halton(2, rng=np.random.default_rng(0)).random(1024)
    cube = BoxSample(at, at)
    same, flat = (
        gaussian_process_influence(
            models,
            DrawnModels(models, back),
            cube,
            cube,
            1.0,
            8,
            np.random.default_rng(0),
        )
        for back in (np.asarray, np.zeros_like)
    )
    np.testing.assert_allclose(flat.base[3], 0.0, atol=1e-12)
    assert flat.base[2].sum() < 0.6 * same.base[2].sum()
    np.testing.assert_array_equal(flat.base[:2], same.base[:2])  # of the scores alone


def test_noise_counts_as_far_as_it_moves_what_comes_back():
    """On a scale of other units the noise is larger by as much as the landscapes."""
    _, X, t, columns = data([0, 0])
    known = fit_hyperparameters(X, t, columns)._replace(log_noise=np.log(0.5))
    models = [GaussianProcess.condition(X, t, columns, known)] * 2
    at = qmc.Halton(2, rng=np.random.default_rng(0)).random(1024)
    cube = BoxSample(at, at)
    same, tenfold = (
        gaussian_process_influence(
            models,
            DrawnModels(models, back),
            cube,
            cube,
            1.0,
            8,
            np.random.default_rng(0),
        )
        for back in (np.asarray, lambda f: 10.0 * f)
    )
    np.testing.assert_allclose(tenfold.base, same.base, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(tenfold.product, same.product, rtol=1e-9, atol=1e-12)
    assert 1.0 - same.base[2].sum() - same.product[2].sum() > 0.2  # the noise's part


def test_choices_that_do_not_interact_share_no_pair():
    """Sixty-four combinations, most of them never tried."""
    found = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        columns = Columns.of([8, 8, 0])
        U = rng.random((40, 3))
        first, second = rng.normal(size=8), rng.normal(size=8)
        i, j = (8 * U[:, 0]).astype(int), (8 * U[:, 1]).astype(int)
        t = standardised(first[i] + second[j] + U[:, 2])[0]
        models = drawn_models(encode(U, columns), t, columns, 6, rng)
        at = qmc.Halton(3, rng=rng).random(1024)
        cube = BoxSample(at, at)
        found.append(gaussian_process_influence(models, None, cube, cube, 1.0, 4, rng))
    assert np.mean([tables.product[2, 0] for tables in found]) < 0.12
    assert np.mean([tables.base[2, :2].sum() for tables in found]) > 0.6


@pytest.mark.parametrize(("factor", "offset"), [(3.0, 0.0), (100.0, 7.0), (1e-3, -5.0)])
def test_hyperparameters_drawn_do_not_hang_on_the_score_s_units(factor, offset):
    _, X, t, columns = data([0, 0, 3], n=30)
    other = standardised(factor * t + offset)[0]
    drawn = [
        np.array(
            [m.hyperparameters.theta for m in drawn_models(X, y, columns, 8, draws)]
        )
        for y, draws in (
            (t, np.random.default_rng(0)),
            (other, np.random.default_rng(0)),
        )
    ]
    np.testing.assert_allclose(drawn[1], drawn[0], atol=1e-6)
