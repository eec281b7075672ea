"""Which trials a model of many is conditioned on (eq. 22)."""

import numpy as np
import pytest

from skbluetuna.model import _part, chosen_part, part_for_tables

N, KEPT = 150, 40


def trials(n=N, seed=0):
    """Unit points in two numbers and a choice of three, and scores."""
    rng = np.random.default_rng(seed)
    U = rng.random((n, 3))
    U[:, 2] = (np.floor(3.0 * U[:, 2]) + 0.5) / 3.0
    return U, rng.standard_normal(n)


def part(U, y, n_kept=KEPT):
    return chosen_part(U, y, [0, 0, 3], n_kept)


@pytest.mark.parametrize("n", [1, KEPT - 1, KEPT])
def test_as_few_as_are_kept_are_all_there(n):
    np.testing.assert_array_equal(part(*trials(n)), np.arange(n))


@pytest.mark.parametrize("n", [KEPT + 1, KEPT + 2, N])
def test_it_has_so_many_trials_and_each_once(n):
    rows = part(*trials(n))
    assert len(rows) == KEPT
    assert (np.diff(rows) > 0).all()


def test_it_holds_the_best_and_the_nearest_to_the_best_one():
    U, y = trials()
    rows, by_score = part(U, y), np.argsort(-y)
    assert set(by_score[: KEPT // 4]) <= set(rows)
    assert set(np.argsort(_far(U, y))[: KEPT // 2]) <= set(rows)


def test_what_is_left_is_spread_over_the_ranks():
    """A region that was found bad stays known to be bad."""
    U, y = trials()
    rank = np.argsort(np.argsort(y[part(U, y)]))
    assert rank.min() == 0
    thirds = np.histogram(np.searchsorted(np.sort(y), y[part(U, y)]), [0, 50, 100])[0]
    assert (thirds >= 3).all()


def test_it_does_not_hang_on_the_order_of_the_trials():
    U, y = trials()
    order = np.random.default_rng(1).permutation(N)
    assert set(order[part(U[order], y[order])]) == set(part(U, y))


def test_of_equal_trials_the_earlier_ones_count():
    U, y = np.full((N, 3), 0.5), np.zeros(N)
    rows = part(U, y)
    assert len(rows) == KEPT
    np.testing.assert_array_equal(rows[: 3 * KEPT // 4], np.arange(3 * KEPT // 4))


def test_tables_know_more_of_the_whole_space(monkeypatch):
    monkeypatch.setattr(_part, "N_OF_TABLES", KEPT)
    U, y = trials()
    rows = part_for_tables(U, y, [0, 0, 3])
    assert len(rows) == KEPT
    near, best = (set(np.argsort(key)[: KEPT // 4]) for key in (_far(U, y), -y))
    assert near | best <= set(rows)
    rest = set(rows) - best - set(np.argsort(_far(U, y))[: KEPT // 2])
    assert len(rest) > KEPT // 4


def _far(U, y):
    """Squared distance to the best one; two levels count as both ends of a range."""
    off = U - U[np.argmax(y)]
    off[:, 2] = off[:, 2] != 0.0
    return (off**2).sum(axis=1)
