"""The maxima of drawn landscapes are where a dense grid has them."""

import numpy as np
import pytest
from scipy.stats import qmc

from skbluetuna.model import Columns, GaussianProcess, Paths, encode, maxima
from skbluetuna.model._hyperparameters import Hyperparameters, Prior


def drawn(levels, n, n_paths=8, seed=0):
    """Landscapes drawn of a model of n scores of a wavy function."""
    rng = np.random.default_rng(seed)
    U, columns = rng.random((n, len(levels))), Columns.of(levels)
    t = np.sin(7.0 * U).sum(axis=1) + 0.3 * rng.standard_normal(n)
    X = encode(U, columns)
    known = Hyperparameters.of(Prior.of(len(levels)).mean)
    model = GaussianProcess.condition(X, t, columns, known)
    return Paths.drawn(model, n_paths, rng)


@pytest.mark.parametrize("levels", [[0, 0], [0, 3], [3, 4]])
def test_a_climbed_maximum_is_hardly_below_that_of_a_dense_grid(levels):
    paths = drawn(levels, 12)
    axes = [(np.arange(k or 60) + 0.5) / (k or 60) for k in levels]
    dense = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    highest, lowest = paths(dense).max(axis=0), paths(dense).min(axis=0)
    starts = qmc.Halton(2, rng=np.random.default_rng(1)).random(512)
    grid = {j: (np.arange(k or 16) + 0.5) / (k or 16) for j, k in enumerate(levels)}
    tops = maxima(paths, starts, grid, lambda points: points)
    reached = paths.each(tops[:, None])[:, 0]
    assert np.all(reached > highest - 0.02 * (highest - lowest))


def test_no_coordinate_of_a_maximum_can_be_moved_to_a_better_place():
    paths, d = drawn([0] * 5, 20), 5
    starts = np.random.default_rng(1).random((32, d))
    places = np.linspace(0.0, 1.0, 9)
    tops = maxima(paths, starts, dict.fromkeys(range(d), places), lambda p: p)
    reached = paths.each(tops[:, None])
    for j in range(d):
        moved = np.repeat(tops[:, None], len(places), axis=1)
        moved[..., j] = places
        assert np.all(paths.each(moved) <= reached + 1e-9)


def test_functions_are_looked_at_where_the_caller_says():
    """What does not apply stands still, whatever a climb does with it."""
    paths = drawn([0, 0], 12)

    def seen(points):
        return points * [1.0, 0.0] + [0.0, 0.5]

    starts = np.random.default_rng(1).random((64, 2))
    places = np.linspace(0.0, 1.0, 33)
    tops = maxima(paths, starts, {0: places, 1: places}, seen)
    line = np.column_stack([places, np.full(33, 0.5)])
    reached = paths.each(seen(tops)[:, None])[:, 0]
    assert np.all(reached >= paths(line).max(axis=0) - 1e-9)


@pytest.mark.parametrize("levels", [[0, 0, 0], [0, 3, 2]])
def test_each_function_at_points_of_its_own_is_what_all_are_there(levels):
    paths = drawn(levels, 10, n_paths=3)
    U = np.random.default_rng(2).random((3, 4, 3))
    own = paths.each(U)
    for k in range(3):
        np.testing.assert_allclose(own[k], paths(U[k])[:, k], rtol=1e-9, atol=1e-9)
