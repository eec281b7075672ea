"""Landscapes of choices, and how a search begins on them."""

import numpy as np
import pytest

from benchmarks.choices import NAMES, cells, drawn, regrets, tables


@pytest.mark.parametrize("kind", ["pairs", "singles", "cells"])
def test_regret_is_nought_at_the_best_configuration_and_one_at_the_median(kind):
    land = drawn(kind, 3)
    rng = np.random.default_rng(0)
    rows = rng.integers(5, size=(400, 6)).tolist()
    names = list(land.space)
    regret = [
        land.regret(land.score({n: NAMES[v] for n, v in zip(names, row, strict=True)}))
        for row in rows
    ]
    assert min(regret) >= 0.0
    assert np.median(regret) == pytest.approx(1.0, abs=0.2)
    assert land.regret(land.best) == 0.0


def test_a_table_is_the_sum_of_its_parts():
    V = np.array([[0, 1], [0, 2], [3, 1], [3, 2]])
    single = tables(0, 2, 1.0, 0.0)(V)
    assert single[0] - single[1] - single[2] + single[3] == pytest.approx(0.0)
    both = tables(0, 2, 1.0, 1.0)(V)
    assert abs(both[0] - both[1] - both[2] + both[3]) > 0.1


def test_a_cell_that_lets_nothing_through_is_ruined():
    score = cells(0)(np.indices((5,) * 6).reshape(6, -1).T)
    assert score.min() == -1.0
    assert 0.01 < np.mean(score == -1.0) < 0.5


def test_a_search_of_many_choices_begins_better_than_by_single_moves():
    """And after ten evaluations it is ahead of random search."""
    ours, one_by_one, random = (
        np.mean([regrets("cells", draw, name, 0, n=10) for draw in range(100, 108)], 0)
        for name in ("ours", "one by one", "random")
    )
    assert ours[0] < 0.7 * one_by_one[0]
    assert ours[1] < random[1]
