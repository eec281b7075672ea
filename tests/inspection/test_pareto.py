"""The picture of a front shows the scores of the search, as people read them."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

from skbluetuna.inspection import ParetoDisplay, hypervolume
from skbluetuna.objectives import ModelSize, PredictTime, dominated_volume

STEP_LOOKUP_MAP = pytest.importorskip("matplotlib.cbook").STEP_LOOKUP_MAP

NAMES = ("accuracy", "neg_latency", "neg_size", "recall")
SCORERS = {"neg_latency": PredictTime(), "neg_size": ModelSize()}
VALUES = np.array([
    [0.90, -0.0300, -2e6],
    [0.85, -0.0010, -3e6],
    [0.80, -0.0020, -3e6],  # dominated
    [np.nan, -0.0001, -1e3],  # failed
    [0.70, -0.0005, -4e6],
])  # fmt: skip


def searched(values, *, names=NAMES, stage=None, chosen=0, **own):
    """A search of scikit-learn's kind with these scores."""
    search = GridSearchCV(DummyClassifier(), {})
    search.cv_results_ = {} if stage is None else {"stage": np.array(stage)}
    for name, column in zip(names, np.transpose(values), strict=False):
        search.cv_results_[f"mean_test_{name}"] = column
        search.cv_results_[f"std_test_{name}"] = 0.01 * np.abs(column)
    search.best_index_, search.scorer_ = chosen, SCORERS
    for name, value in own.items():
        setattr(search, name, value)
    return search


def points(display, name):
    """What the legend calls so, as it stands in the axes."""
    (drawn,) = [c for c in display.ax_.collections if c.get_label() == name]
    return np.asarray(drawn.get_offsets()).tolist()


def test_points_are_those_of_the_search():
    """Upwards the first objective, to the right the second; who failed is nowhere."""
    stages = ["initial", "scan", "scan", "climb", "climb"]
    display = ParetoDisplay.from_search(searched(VALUES[:, :2], stage=stages))
    assert display.front.tolist() == [0, 1, 4]
    assert points(display, "dominated") == [[2.0, 0.80]]
    assert points(display, "initial") == [[30.0, 0.90]]
    assert points(display, "scan") == [[1.0, 0.85]]
    assert points(display, "climb") == [[0.5, 0.70]]
    assert points(display, "chosen") == [[30.0, 0.90]]


def test_costs_are_positive_and_have_a_unit_that_can_be_read():
    """Names without ``neg_``; beyond a decade a log axis, and for costs alone."""
    display = ParetoDisplay.from_search(searched(VALUES[:, :2]))
    ax = display.ax_
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("latency (ms)", "accuracy")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    display = ParetoDisplay.from_search(searched(VALUES), ["neg_size", "accuracy"])
    ax = display.ax_
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("accuracy", "size (MB)")
    narrow = np.clip(VALUES, None, [1.0, -0.005, -1e6])
    ax = ParetoDisplay.from_search(searched(narrow[:, :2])).ax_
    assert ax.get_xscale() == "linear"


@pytest.mark.parametrize("names", [NAMES, ("accuracy", "recall")])
def test_the_steps_are_the_border_of_what_the_front_dominates(names):
    """A point just within is dominated, one just beyond is not: also of two scores."""
    angle = np.linspace(0.1, 1.4, 9)
    values = np.column_stack([np.sin(angle), np.cos(angle)])
    if cost := names is NAMES:
        values[:, 1] = 0.02 * (values[:, 1] - 1.1)
    display = ParetoDisplay.from_search(searched(values, names=names))
    (line,) = display.ax_.lines
    corners = np.transpose(STEP_LOOKUP_MAP[line.get_drawstyle()](*line.get_data()))
    assert len(corners) == 17
    outward = -1e-6 if cost else 1e-6
    for first, second in pairwise(corners):
        x, y = (first + second) / 2.0
        for side, expected in ((-1.0, True), (1.0, False)):
            beyond = x + side * outward
            score = [y + side * 1e-6, -beyond / 1e3 if cost else beyond]
            assert (values >= score).all(axis=1).any() == expected


def test_the_spread_of_folds_is_in_the_unit_of_the_axis():
    display = ParetoDisplay.from_search(searched(VALUES[:, :2]))
    found = [
        segment.tolist()
        for container in display.ax_.containers
        for bars in container[2]
        for segment in bars.get_segments()
    ]
    assert [[pytest.approx(29.7), 0.9], [pytest.approx(30.3), 0.9]] in found
    assert [[30.0, pytest.approx(0.891)], [30.0, pytest.approx(0.909)]] in found


def test_limits_are_shaded_on_the_side_that_misses_them():
    """And have a line, also where no candidate comes near."""
    limits = {"accuracy": 0.92, "neg_latency": -0.01}
    ax = ParetoDisplay.from_search(searched(VALUES[:, :2], at_least=limits)).ax_
    assert ax.get_ylim()[1] > 0.92
    boxes = [patch.get_bbox() for patch in ax.patches]
    assert (boxes[0].x0, boxes[0].x1) == (10.0, ax.get_xlim()[1])
    assert (boxes[1].y0, boxes[1].y1) == (ax.get_ylim()[0], 0.92)
    far = {"accuracy": 40.0}
    ax = ParetoDisplay.from_search(searched(VALUES[:, :2], at_least=far)).ax_
    assert ax.get_ylim()[1] < 1.0
    assert len(ax.patches) == 1


def test_a_third_objective_is_a_colour():
    display = ParetoDisplay.from_search(searched(VALUES, at_least={"neg_size": -3e6}))
    (drawn,) = [c for c in display.ax_.collections if c.get_label() == "front"]
    assert drawn.get_array().tolist() == [2.0, 3.0, 4.0]
    assert display.figure_.axes[1].get_ylabel() == "size (MB)"
    assert not display.ax_.lines


def test_the_front_is_drawn_however_low_it_is():
    """The cheapest candidate may be far below the others; a dominated one is marked."""
    rng = np.random.default_rng(0)
    crowd = np.column_stack([rng.normal(0.9, 1e-3, 40), rng.uniform(-2e-3, -1e-3, 40)])
    values = np.vstack([crowd, [0.5, -1e-4], [0.3, -1e-3]])
    display = ParetoDisplay.from_search(searched(values))
    assert display.ax_.get_ylim()[0] < 0.5
    assert [1.0, 0.02] in points(display, "far below")


def test_objectives_are_those_of_the_search():
    """Other metrics were watched only; who names some sees those."""
    values = np.column_stack([VALUES, VALUES[:, 0]])
    search = searched(values, objectives=["recall", "neg_size"])
    shown = ParetoDisplay.from_search(search).objectives
    assert [one.name for one in shown] == ["recall", "neg_size"]
    known = values[[0, 1, 2, 4]][:, [3, 2]]
    assert hypervolume(search) == dominated_volume(known, known.min(axis=0))
    shown = ParetoDisplay.from_search(search, ["accuracy", "neg_latency"]).objectives
    assert [one.name for one in shown] == ["accuracy", "neg_latency"]


def test_a_search_without_a_front_is_drawn():
    """All failed, one candidate, all alike, a constant cost of nothing."""
    for values in (
        np.full((3, 2), np.nan),
        VALUES[:1, :2],
        np.repeat(VALUES[:1, :2], 3, axis=0),
        VALUES[:, :2] * [1.0, 0.0],
    ):
        display = ParetoDisplay.from_search(searched(values))
        display.figure_.draw_without_rendering()
        assert hypervolume(searched(values)) == 0.0


def test_what_cannot_be_shown_is_refused():
    four = np.column_stack([VALUES, VALUES[:, 0]])
    with pytest.raises(NotFittedError):
        ParetoDisplay.from_search(GridSearchCV(DummyClassifier(), {}))
    with pytest.raises(ValueError, match=r"two or three.*Name those to be shown"):
        ParetoDisplay.from_search(searched(four))
    with pytest.raises(ValueError, match=r"names of .*; got 'latency'"):
        ParetoDisplay.from_search(searched(four), ["accuracy", "latency"])
    with pytest.raises(ValueError, match="two metrics or more"):
        ParetoDisplay.from_search(searched(VALUES[:, :1]))


def test_the_volume_is_measured_from_the_reference():
    """The worst of each among the candidates, or what is given."""
    search = searched(VALUES[:, :2])
    assert hypervolume(search, [0.65, -0.05]) == pytest.approx(
        0.05 * 0.0495 + 0.15 * 0.049 + 0.05 * 0.02
    )
    assert hypervolume(search, [0.9, -0.05]) == 0.0
    known = VALUES[[0, 1, 2, 4], :2]
    expected = dominated_volume(known, known.min(axis=0))
    assert hypervolume(search) == expected > 0.0
    for wrong in ([0.5], [np.nan, 0.0]):
        with pytest.raises(ValueError, match="reference must be a number for each of"):
            hypervolume(search, wrong)
