"""An enormous score leaves a picture's room to the others."""

import numpy as np
import pytest

from skbluetuna.inspection import (
    ConvergenceDisplay,
    LandscapeDisplay,
    ParallelDisplay,
)
from skbluetuna.inspection._progress import score_ceiling, score_floor
from skbluetuna.space import Space

SCORES = np.array([0.1, 0.5, 0.3, 0.8, 0.7, 0.6, 0.4, 0.2, 0.9, 0.55, 0.65, 0.45])
ENORMOUS = [("above", 1e30), ("below", -3.8e21)]


def with_one(enormous):
    return np.insert(SCORES, 5, enormous)


@pytest.mark.parametrize("enormous", dict(ENORMOUS).values(), ids=dict(ENORMOUS))
def test_the_ends_of_the_scale_are_those_of_the_others(enormous):
    scores = with_one(enormous)
    assert (score_floor(scores), score_ceiling(scores)) == (0.1, 0.9)


@pytest.mark.parametrize(("side", "enormous"), ENORMOUS, ids=dict(ENORMOUS))
def test_the_progress_is_drawn_to_the_scale_of_the_others(side, enormous):
    scores = with_one(enormous)
    x = np.arange(1.0, len(scores) + 1.0)
    curve = {"x": x, "median": np.maximum.accumulate(scores)}
    ax = (
        ConvergenceDisplay({"best": curve}, points={"x": x, "score": scores}).plot().ax_
    )
    low, high = ax.get_ylim()
    assert -0.1 < low < 0.1
    assert 0.9 < high < 1.1
    assert f"far {side}" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_colours_are_those_of_the_others():
    scores = np.sort(with_one(1e30))
    units = np.linspace(0.0, 1.0, len(scores))[:, None] * np.ones(2)
    display = ParallelDisplay(["a", "b"], units, scores, [[], []]).plot()
    (lines,) = (c for c in display.ax_.collections if hasattr(c, "get_segments"))
    assert lines.get_clim() == (0.1, 0.9)


def test_the_best_stands_at_the_upper_edge_of_a_landscape():
    """Drawn where it is, it would stretch the figure without end."""
    scores, n = with_one(1e30), len(SCORES) + 1
    (dimension,) = Space({"a": (0.0, 1.0)}).dimensions
    points = {
        "number": np.arange(n),
        "stage": np.full(n, "scan", dtype=object),
        "score": scores,
        "values": np.linspace(0.0, 1.0, n)[:, None],
        "distance": np.zeros(n),
    }
    display = LandscapeDisplay(
        dimensions={"a": dimension},
        values=[[0.0, 0.5, 1.0]],
        prediction=np.tile([0.5, 0.2, 0.8], (3, 1)),
        points=points,
        centre={"a": 0.5},
        best=5,
    ).plot()
    low, high = display.ax_.get_ylim()
    assert -1.0 < low < high < 2.0
    star = next(
        line for line in display.ax_.lines if line.get_label() == "best"
    ).get_ydata()
    np.testing.assert_array_equal(star, [high])
