"""Scores at each rung are shown as what they are, and never as scores of the search."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingGridSearchCV
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV
from skbluetuna.inspection import (
    ConvergenceDisplay,
    LandscapeDisplay,
    ParallelDisplay,
    RungDisplay,
)
from skbluetuna.inspection._rung_lines import BEST_COLOR

plt = pytest.importorskip("matplotlib.pyplot")
colors = pytest.importorskip("matplotlib.colors")

STRATEGIES = ["adaptive", "hyperband"]


@pytest.fixture(params=STRATEGIES)
def search(request, climbed):
    return climbed(request.param)


def scores_by(search):
    """Rows of the results by whether they had the full resource."""
    results = search.cv_results_
    is_full = results["n_resources"] == 81
    assert 0 < is_full.sum() < len(is_full)
    return results["mean_test_score"], is_full


def test_a_score_at_less_than_the_full_resource_is_no_score(search):
    """Here the least resource flatters most: whatever took its score would be seen."""
    scores, is_full = scores_by(search)
    assert scores[~is_full].max() > scores[is_full].max() + 1.0
    points = ConvergenceDisplay.from_search(search).points
    assert np.array_equal(points["score"], np.where(is_full, scores, np.nan), True)
    assert np.array_equal(points["estimate"], np.where(is_full, np.nan, scores), True)
    best = ConvergenceDisplay.from_search(search).curves["best so far"]["median"]
    assert best[-1] == search.best_score_ == scores[is_full].max()
    for display in (LandscapeDisplay, ParallelDisplay):
        drawn = display.from_search(search)
        shown = drawn.points["score"] if hasattr(drawn, "points") else drawn.scores
        assert sorted(shown) == sorted(scores[is_full])


def test_with_a_resource_it_is_shown_against_cost(search):
    display = ConvergenceDisplay.from_search(search)
    assert "Cost" in display.ax_.get_xlabel()
    cost = np.cumsum(search.cv_results_["n_resources"] / 81)
    np.testing.assert_allclose(display.points["x"], cost)
    assert display.points["x"][-1] == pytest.approx(search.tuner_.history.spent)
    n = ConvergenceDisplay.from_search(search, against="evaluations").points["x"]
    assert n.tolist() == list(range(1, len(cost) + 1))


def test_partial_evaluations_are_hollow(search):
    ax = ConvergenceDisplay.from_search(search).ax_
    _, is_full = scores_by(search)
    dots = [dots for dots in ax.collections if len(dots.get_offsets())]
    hollow = [one for one in dots if not len(one.get_facecolor())]
    assert 0 < sum(len(one.get_offsets()) for one in hollow) <= (~is_full).sum()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "less resource" in labels


def test_without_a_resource_cost_is_the_number_of_evaluations(bowl):
    display = ConvergenceDisplay.from_search(bowl("log"))
    assert display.against == "evaluations"
    cost = ConvergenceDisplay.from_search(bowl("log"), against="cost")
    assert (cost.points["x"] == display.points["x"]).all()


def test_halving_searches_of_others_are_compared_by_cost(climbed):
    """One search with a resource makes cost the axis of all."""
    X, y = np.arange(200.0).reshape(-1, 1), np.tile([0, 1], 100)
    own = HalvingGridSearchCV(SVC(), {"C": [0.1, 1, 9]}, cv=2, random_state=0)
    own.fit(X, y)
    display = ConvergenceDisplay.from_searches({"a": [own], "b": [climbed()]})
    assert display.against == "cost"
    last = own.cv_results_["iter"] == own.n_iterations_ - 1
    best = np.nanmax(own.cv_results_["mean_test_score"][last])
    assert display.curves["a"]["median"][-1] == best


def test_stopped_candidates_are_hollow_at_what_was_expected_of_them():
    """The search learned from that; the mean of the folds they had it did not."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 2)), np.tile([0, 1], 40)
    X[:, 0] += y
    search = BlueTunaSearchCV(
        SVC(), {"C": (1e-4, 1e2, "log"), "gamma": (1e-4, 1e2, "log")}, n_iter=14, cv=5,
        racing=0.2, random_state=0,
    ).fit(X, y)  # fmt: skip
    points = ConvergenceDisplay.from_search(search).points
    stopped = [t for t in search.tuner_.trials if t.state == "stopped"]
    assert stopped
    expected = [t.values[0] for t in stopped]
    assert points["estimate"][points["is_stopped"]].tolist() == expected
    assert np.isnan(points["estimate"][~points["is_stopped"]]).all()
    assert np.isnan(points["score"][points["is_stopped"]]).all()


def test_each_evaluation_is_a_point_at_its_rung(search):
    display = RungDisplay.from_search(search)
    results, points = search.cv_results_, display.points
    assert (points["resource"] == results["n_resources"]).all()
    assert (points["score"] == results["mean_test_score"]).all()
    params = [(one["a"], one["b"]) for one in results["params"]]
    known = dict(zip(points["configuration"], params, strict=True))
    assert [known[i] for i in points["configuration"]] == params
    assert len(set(params)) == len(known)
    assert display.ax_.get_xscale() == "log"
    assert list(display.rungs) == sorted(display.rungs)
    assert params[search.best_index_] == known[display.best]


def test_promoted_configurations_are_coloured_others_grey(search):
    display = RungDisplay.from_search(search)
    rungs = {}
    points = display.points
    for i, r in zip(points["configuration"], points["resource"], strict=True):
        rungs.setdefault(int(i), set()).add(float(r))
    lines = [line for line in display.ax_.lines if len(line.get_xdata())]
    assert len(lines) == len(rungs)
    assert sorted(map(len, rungs.values())) == sorted(len(x.get_xdata()) for x in lines)
    is_best = [line.get_color() == BEST_COLOR for line in lines]
    assert sum(is_best) == 1
    assert len(lines[is_best.index(True)].get_xdata()) == len(rungs[display.best])
    for line, best in zip(lines, is_best, strict=True):
        if not best:
            red, green, blue = colors.to_rgb(line.get_color())
            assert (red == green == blue) == (len(line.get_xdata()) == 1)


def test_failures_at_a_rung_are_crosses():
    points = {
        "number": np.arange(3), "configuration": np.array([0, 0, 1]),
        "resource": np.array([1.0, 3.0, 1.0]), "score": np.array([1.0, 2.0, np.nan]),
    }  # fmt: skip
    display = RungDisplay(points, (1.0, 3.0), best=0).plot()
    marks = {c.get_label(): c.get_offsets() for c in display.ax_.collections}
    assert marks["failed"][:, 0].tolist() == [1.0]


def test_it_draws_where_it_is_told(climbed):
    figure, ax = plt.subplots()
    display = RungDisplay.from_search(climbed(), ax=ax)
    assert (display.ax_, display.figure_) == (ax, figure)


def test_a_search_without_a_resource_has_no_rungs(bowl):
    with pytest.raises(ValueError, match=r"search must have a resource.*resource=None"):
        RungDisplay.from_search(bowl("log"))
    with pytest.raises(NotFittedError):
        RungDisplay.from_search(bowl({"a": (0.0, 1.0)}, fitted=False))
