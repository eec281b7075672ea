"""Searches that ran with fewer seeds are compared by those that they share."""

import numpy as np

from benchmarks._comparison import OURS, Comparison
from benchmarks._comparison_page import rank_lines

TASKS = ("a", "b", "c")


def comparison(final):
    """Runs that end at a score of `final`, by (method, seed), on every task."""
    ways = {
        (task, method, seed): np.array([0.0, score])
        for (method, seed), score in final.items()
        for task in TASKS
    }
    scale = {(task, seed): (0.0, 1.0) for task in TASKS for seed in (0, 1)}
    return Comparison(None, ways, scale, 2, {})


def test_ranks_compare_like_runs(tmp_path):
    c = comparison(
        {(OURS, 0): 0.9, (OURS, 1): 0.5, ("even", 0): 0.8, ("even", 1): 0.8,
         ("late", 0): 0.85}
    )  # fmt: skip
    assert c.complete == [OURS, "even"]
    assert c.started == [OURS, "even", "late"]
    told = "\n".join(rank_lines(c, tmp_path, "page"))
    # Over both seeds the even one leads; with the one that all have, ours.
    assert f"even 1.00, {OURS} 2.00" in told
    assert f"With the one seed that all have: {OURS} 1.00, late 2.00, even 3.00" in told


def test_a_search_that_missed_a_task_is_in_no_ranking(tmp_path):
    c = comparison({(OURS, 0): 0.9, ("even", 0): 0.8, ("late", 0): 0.85})
    del c.ways["b", "late", 0]
    assert c.started == c.complete == [OURS, "even"]
    assert "late" not in "\n".join(rank_lines(c, tmp_path, "page"))
