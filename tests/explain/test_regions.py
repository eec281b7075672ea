"""Adaptive regions say how probable it is that the best configuration lies there."""

import numpy as np
import pytest

from skbluetuna import BlueTuner, Integer, Space, when
from skbluetuna.explain._regions import fewest, likely_regions
from skbluetuna.history import History
from skbluetuna.stages._classic_scan import ClassicScan

MIXED = {
    "x": (1e-3, 10.0, "log"),
    "k": (1, 40),
    "few": (1, 3, 1),
    "o": [1, 10, 100],
    "c": ["a", "b", "c"],
    "fixed": ["one"],
    "when": when("c", ["a", "b"], (0.0, 1.0, 2)),
}


def searched(space, n_iter, score, seed=0):
    tuner = BlueTuner(space, n_iter=n_iter, random_state=seed)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, score(trial))
    return tuner


def noise(seed):
    rng = np.random.default_rng(seed)
    return lambda _: rng.normal()


def of(table, name):
    """Probabilities of one parameter's regions, and which were kept."""
    mine = table["param"] == name
    return table["probability"][mine], table["kept"][mine]


@pytest.mark.parametrize("seed", range(2))
def test_the_fewest_regions_that_hold_90_percent_are_kept_and_the_best_s(seed):
    """A region that 90 % do not need is kept for the best configuration alone."""
    tuner = searched(MIXED, 14, noise(seed), seed)
    table, best = tuner.regions, tuner.best
    assert list(table) == ["param", "low", "high", "probability", "kept"]
    for j, name in enumerate(MIXED):
        p, kept = of(table, name)
        needed = 1 + np.searchsorted(np.cumsum(np.sort(p)[::-1]), 0.9 * p.sum() - 1e-9)
        if p.any():
            assert p[kept].sum() >= 0.9 * p.sum() - 1e-9
            assert kept.sum() <= needed + (name in best.params)
        if name in best.params:
            edges = ClassicScan(None).lines(Space(MIXED), j).edges
            own = np.searchsorted(edges, best.unit[j], side="right") - 1
            assert kept[min(own, len(p) - 1)]


@pytest.mark.parametrize("seed", range(2))
def test_probabilities_sum_to_that_of_the_parameter_s_applying(seed):
    tuner = searched(MIXED, 14, noise(seed), seed)
    table = tuner.regions
    for name in MIXED:
        expected = of(table, "c")[0][:2].sum() if name == "when" else 1.0
        assert of(table, name)[0].sum() == pytest.approx(expected)


def test_no_dropped_region_is_more_probable_than_a_kept_one():
    """But for the best configuration's own, which is always kept."""
    space = {f"x{j}": (0.0, 1.0) for j in range(4)}
    tuner = searched(space, 25, noise(1))
    table, best = tuner.regions, tuner.best.params
    for name in space:
        p, kept = of(table, name)
        own = min(int(best[name] * len(p)), len(p) - 1)
        others = np.flatnonzero(kept & (np.arange(len(p)) != own))
        if len(others) and not kept.all():
            assert p[others].min() >= p[~kept].max()
        assert kept[own]


def test_a_planted_peak_is_where_the_best_is_likely():
    space = {"x": (0.0, 1.0), "y": (1e-3, 10.0, "log"), "c": ["a", "b", "c"]}

    def score(trial):
        x, y = trial.unit[0] - 0.6, trial.unit[1] - 0.1
        return -(x**2) - y**2 - 0.3 * (trial.params["c"] != "b")

    table = searched(space, 25, score).regions
    for name, at in (("x", 2), ("y", 0), ("c", 1)):
        p, kept = of(table, name)
        assert np.argmax(p) == at
        assert p[at] > 0.8
        assert kept[at]


def test_the_optimized_space_is_the_hull_of_the_kept_regions():
    space = {"x": (0.0, 1.0), "k": (1, 40), "c": list("abcd")}
    tuner = searched(space, 25, lambda t: -((t.unit[0] - 0.2) ** 2) - t.unit[1])
    table, narrowed = tuner.regions, tuner.optimized_space
    for name in ("x", "k"):
        mine = (table["param"] == name) & table["kept"]
        ends = (min(table["low"][mine]), max(table["high"][mine]))
        assert narrowed[name] == ends
    mine = (table["param"] == "c") & table["kept"]
    assert narrowed["c"] == table["low"][mine].tolist()


def test_regions_are_those_that_the_space_asks_for():
    table = searched({"x": (0.0, 1.0, 5), "k": Integer(1, 2)}, 10, noise(0)).regions
    assert (table["param"] == "x").sum() == 6
    mine = table["param"] == "k"
    assert table["low"][mine].tolist() == [1]
    assert table["high"][mine].tolist() == [2]


@pytest.mark.parametrize("score", [lambda _: 1.0, lambda _: np.nan])
def test_where_scores_tell_nothing_nothing_is_probable_and_all_is_kept(score):
    tuner = searched({"x": (0.0, 1.0), "c": ["a", "b"]}, 8, score)
    assert np.isnan(tuner.regions["probability"]).all()
    assert tuner.regions["kept"].all()
    assert tuner.optimized_space == {"x": (0.0, 1.0), "c": ["a", "b"]}


def test_they_are_a_function_of_space_view_and_seed():
    tuner = searched(MIXED, 12, noise(0))
    again = BlueTuner.from_json(tuner.to_json())
    for column, own in tuner.regions.items():
        np.testing.assert_array_equal(own, again.regions[column])
    view = tuner.history.view(0)
    other = likely_regions(Space(MIXED), view, (1, 0)).measures["probability"]
    assert not np.array_equal(other, tuner.regions["probability"])


@pytest.mark.parametrize(
    ("probability", "always", "kept"),
    [
        ([0.1, 0.6, 0.3, 0.0], [1], [0, 1, 1, 0]),
        ([0.05, 0.9, 0.05, 0.0], [1], [0, 1, 0, 0]),
        ([0.05, 0.9, 0.05, 0.0], [3], [0, 1, 0, 1]),
        ([0.2, 0.1, 0.2, 0.0], [], [1, 1, 1, 0]),
        ([0.0, 0.0], [], [1, 1]),
        ([0.0, 0.0], [1], [1, 1]),
        ([0.1] * 10, [9], [1] * 8 + [0] + [1]),
    ],
)
def test_the_fewest_are_counted_from_the_most_probable(probability, always, kept):
    got = fewest(np.array(probability), np.array(always, dtype=np.intp))
    assert got.tolist() == [bool(k) for k in kept]


def test_of_thousands_of_choices_those_not_tried_are_equally_probable():
    """Their models have columns for what is looked at alone; memory holds the rest."""
    n, rng = 5000, np.random.default_rng(0)
    space = Space({"c": [f"v{k}" for k in range(n)], "x": (0.0, 1.0)})
    units = np.column_stack([(rng.integers(n, size=20) + 0.5) / n, rng.random(20)])
    params, history = space.from_unit(units), History((space,))
    for i, unit in enumerate(units):
        history.ask(0, "climb", unit)
        history.tell(i, [float(i == 7)])
    found = likely_regions(space, history.view(0), (0, 0))
    p = found.measures["probability"][found.param == 0]
    tried = {own["c"] for own in params}
    untried = [k for k in range(n) if f"v{k}" not in tried]
    assert p.sum() == pytest.approx(1.0)
    assert len(set(p[untried])) == 1
    assert found.kept[int(units[7, 0] * n)]
