"""Tests of a column: exact where they say so, far out in the tail too."""

from math import comb

import numpy as np
import pytest
from scipy.stats import hypergeom

from skbluetuna.production._two_samples import (
    holm_rejects,
    same_categories,
    same_numbers,
)


def of_counts(a, b):
    return np.array(["a"] * a + ["b"] * b)


def test_two_categories_are_compared_by_fishers_exact_test():
    """Of the 184,756 ways to part 20 rows two are as far apart as this one."""
    p = same_categories(of_counts(10, 0), of_counts(0, 10))
    assert p == pytest.approx(2.0 / comb(20, 10))


@pytest.mark.parametrize("level", [0.3, 0.05, 0.01, 1e-4])
def test_p_of_categories_is_small_as_rarely_as_it_says(level):
    """Over all ways to part 40 rows, by the hypergeometric distribution."""
    counts = np.arange(15)
    p = np.array([same_categories(of_counts(a, 20 - a), of_counts(14 - a, 6 + a))
                  for a in counts])  # fmt: skip
    chance = hypergeom.pmf(counts, 40, 14, 20)
    assert chance[p <= level * (1 + 1e-9)].sum() <= level * (1 + 1e-9)


def test_names_that_never_come_twice_do_not_drift():
    """Every batch of a column of identifiers holds values that nobody saw before."""
    ids = np.array([f"id{i}" for i in range(300)])
    assert same_categories(ids[:200], ids[200:]) == 1.0


def test_categories_that_are_all_new_are_found():
    one = np.array(["a", "b"] * 50)
    assert same_categories(one, np.array([f"new{i}" for i in range(50)])) < 1e-20


def test_missing_numbers_count():
    """They are smaller than all others: where more of them are, the column changed."""
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 400))
    assert same_numbers(one, other) > 1e-3
    assert same_numbers(one, np.where(np.arange(400) % 4, other, -np.inf)) < 1e-6


def test_holm_rejects_as_by_hand():
    """Levels .05 / 4, .05 / 3 and so on; the first p above its level ends it."""
    p = np.array([0.04, 0.012, 0.03, 0.001])
    assert holm_rejects(p, 0.05).tolist() == [False, True, False, True]
    assert holm_rejects(np.full(3, 0.01), 0.05).all()
    assert not holm_rejects(np.array([0.02, 0.03, 0.04]), 0.05).any()
