"""The Gaussian process agrees with independent authorities."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.stats import yeojohnson
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Kernel, Matern

from skbluetuna.model import (
    Columns,
    GaussianProcess,
    drawn_models,
    encode,
    fit_hyperparameters,
    log_augmented_improvement,
    log_h,
    warp,
)
from skbluetuna.model._gaussian_process import NegativeLogPosterior
from skbluetuna.model._hyperparameters import NOISE_FLOOR, Hyperparameters, Prior
from skbluetuna.model._kernel import gram
from skbluetuna.model._paths import Paths

SPACES = {
    "numbers": [0, 0, 0],
    "one": [0],
    "mixed": [0, 3, 0, 2],
    "choices": [3, 2],
}


def data(levels, n=25, seed=0):
    """Snapped points, scores, and hyperparameters away from the prior's centre."""
    rng = np.random.default_rng(seed)
    U = rng.random((n, len(levels)))
    for j, k in enumerate(levels):
        if k:
            U[:, j] = (np.floor(U[:, j] * k) + 0.5) / k
    y = np.sin(4.0 * U[:, 0]) + U[:, -1] ** 2 + 0.1 * rng.standard_normal(n)
    theta = Prior.of(len(levels)).mean + 0.4 * rng.standard_normal(len(levels) + 5)
    return U, warp(y), Columns.of(levels), Hyperparameters.of(theta)


def explicit_features(U, levels):
    """The three blocks of features, column by column (eq. 12)."""
    own, of = [], []
    for j, k in enumerate(levels):
        if k == 0:
            own.append(2.0 * U[:, j] - 1.0)
            of.append(j)
        for level in range(k):
            own.append((np.floor(U[:, j] * k) == level) * 1.0)
            of.append(j)
    base = np.array(own).T
    squares = [c**2 for c, j in zip(own, of, strict=True) if levels[j] == 0]
    products = [
        own[a] * own[b]
        for a in range(len(own))
        for b in range(a + 1, len(own))
        if of[a] != of[b]
    ]
    none = np.zeros((len(U), 0))
    return (
        base,
        np.array(squares).T if squares else none,
        np.array(products).T if products else none,
    )


@pytest.mark.parametrize("levels", SPACES.values(), ids=SPACES)
def test_the_slope_of_the_log_posterior_is_its_finite_difference(levels):
    U, t, columns, known = data(levels)
    loss, theta = NegativeLogPosterior(encode(U, columns), t, columns), known.theta
    slope = approx_fprime(theta, lambda at: loss(at)[0], 1e-7)
    np.testing.assert_allclose(loss(theta)[1], slope, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("levels", SPACES.values(), ids=SPACES)
def test_the_slopes_of_the_posterior_are_finite_differences(levels):
    U, t, columns, known = data(levels)
    model = GaussianProcess.condition(encode(U, columns), t, columns, known)
    points = data(levels, n=4, seed=1)[0]
    post = model.predict(points, gradient=True)
    for i, point in enumerate(points):
        for name in ("mean", "std"):
            slope = approx_fprime(
                point, lambda u, n=name: getattr(model.predict(u[None]), n)[0], 1e-7
            )
            slope[np.array(levels) > 0] = 0.0  # a choice has no slope
            got = getattr(post, f"{name}_slope")[i]
            np.testing.assert_allclose(got, slope, rtol=1e-4, atol=1e-5)


class _Products(Kernel):
    """Inner product of explicit pair and square features, for scikit-learn."""

    def __init__(self, levels=(), a=1.0, c=1.0, b=1.0):
        self.levels = levels
        self.a = a
        self.b = b
        self.c = c

    def __call__(self, X, Y=None, eval_gradient=False):
        one, two = (
            explicit_features(Z, self.levels) for Z in (X, X if Y is None else Y)
        )
        weights = (self.b, self.c, self.a)
        return sum(w * p @ q.T for w, p, q in zip(weights, one, two, strict=True))

    def diag(self, X):
        return np.diag(self(X))

    def is_stationary(self):
        return False


def test_the_posterior_is_scikit_learns_gaussian_process():
    levels = SPACES["numbers"]
    U, t, columns, known = data(levels)
    base, curvature, pairs = np.exp(known.log_blocks)
    kernel = ConstantKernel(np.exp(known.log_residual), "fixed") * Matern(
        np.exp(known.log_length_scales), "fixed", nu=2.5
    )
    kernel += _Products(tuple(levels), b=base, c=curvature, a=pairs)
    theirs = GaussianProcessRegressor(
        kernel, alpha=np.exp(known.log_noise) + NOISE_FLOOR, optimizer=None
    ).fit(U, t)
    points = data(levels, n=50, seed=1)[0]
    mean, std = theirs.predict(points, return_std=True)
    ours = GaussianProcess.condition(encode(U, columns), t, columns, known)
    post = ours.predict(points)
    np.testing.assert_allclose(post.mean, mean, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(post.std, std, rtol=1e-8, atol=1e-8)


def test_base_weights_alone_are_a_dot_product_kernel():
    U, t, columns, known = data([0, 0])
    known = known._replace(  # residual, curvature and pairs switched off
        log_residual=-40.0, log_blocks=np.array([known.log_blocks[0], -40.0, -40.0])
    )
    base = np.exp(known.log_blocks[0])
    kernel = ConstantKernel(base, "fixed") * DotProduct(0.0, "fixed")
    alpha = np.exp(known.log_noise) + NOISE_FLOOR
    theirs = GaussianProcessRegressor(kernel, alpha=alpha, optimizer=None)
    mean = theirs.fit(2.0 * U - 1.0, t).predict(2.0 * U - 1.0)
    ours = GaussianProcess.condition(encode(U, columns), t, columns, known)
    np.testing.assert_allclose(ours.predict(U).mean, mean, atol=1e-8)


@pytest.mark.parametrize("levels", SPACES.values(), ids=SPACES)
def test_kernels_by_inner_products_are_those_of_explicit_features(levels):
    U, _, columns, _ = data(levels)
    X = encode(U, columns)
    blocks = zip(gram(X, X, columns), explicit_features(U, levels), strict=True)
    for ours, Phi in blocks:
        np.testing.assert_allclose(ours, Phi @ Phi.T, atol=1e-12)


def test_log_h_equals_mpmath():
    def exact(z):
        with mpmath.workdps(80):
            z = mpmath.mpf(float(z))
            if z > -30:
                return mpmath.log(mpmath.npdf(z) + z * mpmath.ncdf(z))
            x = -z
            mills = mpmath.sqrt(mpmath.pi / 2) * mpmath.erfc(x / mpmath.sqrt(2))
            return mpmath.log(mpmath.npdf(z) * (1 - x * mills * mpmath.exp(x * x / 2)))

    grid = np.concatenate([-np.geomspace(1e-3, 1e4, 90), np.linspace(-6, 10, 120)])
    expected = np.array([float(exact(z)) for z in grid])
    np.testing.assert_allclose(log_h(grid), expected, rtol=1e-12)


@given(st.floats(-1e3, 10.0), st.floats(1e-6, 10.0), st.floats(1e-6, 10.0))
@settings(deadline=None, max_examples=100)
def test_the_acquisition_equals_mpmath(z, std, noise):
    with mpmath.workdps(400):
        x, sd, var = (mpmath.mpf(value) for value in (z, std, noise))
        gain = sd * (mpmath.npdf(x) + x * mpmath.ncdf(x))
        expected = mpmath.log(gain * (1 - mpmath.sqrt(var / (sd * sd + var))))
    at = np.array([2.0 + z * std]), np.array([std])
    value = log_augmented_improvement(*at, 2.0, noise)[0]
    # z is what is left of the mean and the incumbent after rounding.
    slack = 1e-15 * (2.0 + abs(z * std)) / std * (1.0 + abs(z))
    np.testing.assert_allclose(value[0], float(expected), rtol=1e-9, atol=4.0 * slack)


@given(st.floats(-50.0, 10.0), st.floats(1e-3, 10.0), st.floats(1e-6, 10.0))
@settings(deadline=None, max_examples=100)
def test_the_slopes_of_the_acquisition_are_finite_differences(z, std, noise):
    mean = np.array([z * std])
    _, by_mean, by_std = log_augmented_improvement(mean, np.array([std]), 0.0, noise)

    def value(at):
        return log_augmented_improvement(at[:1], at[1:], 0.0, noise)[0][0]

    step = 1e-6 * std
    at = np.array([mean[0], std])
    slope = [
        (value(at + step * e) - value(at - step * e)) / (2.0 * step) for e in np.eye(2)
    ]
    np.testing.assert_allclose([by_mean[0], by_std[0]], slope, rtol=1e-4, atol=1e-6)


scores = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30).map(np.array)


@given(scores)
@settings(deadline=None)
def test_warping_keeps_the_order_and_standardises(y):
    warped = warp(y)
    assert np.isfinite(warped).all()
    order = np.argsort(y, kind="stable")
    assert np.all(np.diff(warped[order]) >= 0.0)
    if warped.any():
        assert abs(warped.mean()) < 1e-9
        assert warped.std() == pytest.approx(1.0)


@given(scores, st.integers(-200, 200))
@settings(deadline=None)
def test_warping_does_not_see_the_unit_of_the_score(y, exponent):
    y = np.where(np.abs(y) < 1e-100, 0.0, y)
    np.testing.assert_array_equal(warp(np.ldexp(y, exponent)), warp(y))


def test_warping_is_the_yeo_johnson_of_scipy():
    y = np.random.default_rng(0).exponential(size=200)
    theirs = yeojohnson((y - y.mean()) / y.std())[0]
    theirs = (theirs - theirs.mean()) / theirs.std()
    np.testing.assert_allclose(warp(y), theirs, atol=2e-3)


@pytest.mark.parametrize("y", [[3.0], [1.0, 1.0], [2.0] * 9, [1e300, -1e300, 0.0]])
def test_warping_survives_what_cannot_be_warped(y):
    warped = warp(np.array(y))
    assert np.isfinite(warped).all()
    assert warped.any() == (len(set(y)) > 1)


@pytest.mark.parametrize(
    "t", [np.zeros(6), np.array([1.0, -1.0] * 3)], ids=["constant", "contradicting"]
)
@pytest.mark.parametrize("levels", SPACES.values(), ids=SPACES)
def test_equal_rows_and_constant_targets_are_fitted(levels, t):
    U = np.full((6, len(levels)), 0.25)
    columns = Columns.of(levels)
    X = encode(U, columns)
    model = GaussianProcess.condition(X, t, columns, fit_hyperparameters(X, t, columns))
    post = model.predict(data(levels)[0], gradient=True)
    assert all(np.isfinite(field).all() for field in post)
    for drawn in drawn_models(X, t, columns, 3, np.random.default_rng(0)):
        assert np.isfinite(Paths.drawn(drawn, 3, np.random.default_rng(0))(U)).all()


def test_a_fantasy_of_the_mean_changes_no_mean_and_shrinks_the_deviation():
    """Kriging believer (eq. 16)."""
    U, t, columns, known = data(SPACES["mixed"])
    model = GaussianProcess.condition(encode(U, columns), t, columns, known)
    points = data(SPACES["mixed"], n=20, seed=3)[0]
    after = model.with_fantasy(points[0]).predict(points)
    before = model.predict(points)
    np.testing.assert_allclose(after.mean, before.mean, atol=1e-8)
    assert np.all(after.std <= before.std + 1e-12)
    assert after.std[0] < 0.5 * before.std[0] or before.std[0] < 0.1


@pytest.mark.parametrize("levels", [*SPACES.values(), [0, 80]], ids=[*SPACES, "wide"])
def test_the_factor_with_fantasies_appended_is_that_of_the_whole(levels):
    """Of a choice of many levels a fantasy may bring one that no trial has."""
    U, t, _, known = data(levels)
    columns = Columns.of(levels, U)
    model = GaussianProcess.condition(encode(U, columns), t, columns, known)
    for u in data(levels, n=5, seed=3)[0]:
        model = model.with_fantasy(u)
    whole = GaussianProcess.condition(model.X, model.t, model.columns, known)
    np.testing.assert_allclose(model.L, whole.L, atol=1e-8)
    np.testing.assert_allclose(model.alpha, whole.alpha, atol=1e-6)
    points = data(levels, n=20, seed=4)[0]
    np.testing.assert_allclose(
        model.predict(points).std, whole.predict(points).std, atol=1e-8
    )


def test_a_point_may_be_awaited_many_times():
    """Its own row is then nothing but noise."""
    U, t, columns, known = data(SPACES["numbers"])
    known = known._replace(log_noise=-50.0)
    model = GaussianProcess.condition(encode(U, columns), t, columns, known)
    for _ in range(50):
        model = model.with_fantasy(U[0])
    post = model.predict(data(SPACES["numbers"], seed=4)[0], gradient=True)
    assert all(np.isfinite(field).all() for field in post)


def test_levels_that_no_trial_has_may_share_a_column():
    """Exact: what is believed of a point depends on the levels of the trials alone."""
    k, rng = 100, np.random.default_rng(0)
    U = rng.random((25, 3))
    U[:, 1] = (rng.integers(0, k, 25) + 0.5) / k
    U[::5, 1] = 1.0  # where it does not apply
    t, known = warp(rng.normal(size=25)), Hyperparameters.of(Prior.of(3).mean)
    few, all_ = Columns.of([0, k, 0], U), Columns.of([0, k, 0])
    assert len(few.owner) == 2 + len(np.unique(U[:, 1])) < len(all_.owner)
    short, long = (
        GaussianProcess.condition(encode(U, c), t, c, known) for c in (few, all_)
    )
    at = rng.random((200, 3))
    at[:, 1] = np.where(at[:, 1] < 0.1, 1.0, (np.floor(at[:, 1] * k) + 0.5) / k)
    unseen = np.array([0.3, next(u for u in at[:, 1] if u not in U[:, 1]), 0.3])
    for ours, theirs in (
        (short, long),
        (short.with_fantasy(unseen), long.with_fantasy(unseen)),
    ):
        one, other = (model.predict(at, gradient=True) for model in (ours, theirs))
        for got, expected in zip(one, other, strict=True):
            np.testing.assert_allclose(got, expected, atol=1e-9)
