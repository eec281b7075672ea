"""Best so far is a running maximum; bands are quantiles of it over runs."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, Classic
from skbluetuna.inspection._convergence import STAGE_COLORS, ConvergenceDisplay

plt = pytest.importorskip("matplotlib.pyplot")
colors = pytest.importorskip("matplotlib.colors")

X, y = load_iris(return_X_y=True)
SPACE = {"C": (1e-2, 1e3, "log"), "gamma": (1e-3, 1e1, "log")}
STRATEGIES = ["adaptive", Classic(n_epochs=30)]


def searched(seed=0, n_iter=9, **settings):
    search = BlueTunaSearchCV(
        SVC(), SPACE, n_iter=n_iter, cv=2, random_state=seed, **settings
    )
    return search.fit(X, y)


def run(scores, seconds=None):
    """What a fitted search shows of its scores."""
    took = np.ones(len(scores)) if seconds is None else np.array(seconds) / 2.0
    results = {
        "mean_test_score": np.array(scores, dtype=float),
        "mean_fit_time": took / 2.0,
        "mean_score_time": took / 2.0,
    }
    own = GridSearchCV(SVC(), {"C": [1.0]})
    own.cv_results_, own.n_splits_ = results, 2
    return own


@pytest.mark.parametrize("strategy", STRATEGIES, ids=str)
def test_the_numbers_are_those_of_cv_results(strategy):
    search = searched(strategy=strategy)
    display = ConvergenceDisplay.from_search(search)
    results = search.cv_results_
    assert (display.points["score"] == results["mean_test_score"]).all()
    assert (display.points["stage"] == results["stage"]).all()
    assert display.points["x"].tolist() == list(range(1, 10))
    best = np.maximum.accumulate(results["mean_test_score"])
    for level in ("min", "lower", "median", "upper", "max"):
        assert (display.curves["best so far"][level] == best).all()
    assert set(results["stage"]) <= set(STAGE_COLORS)


def test_names_are_text_whatever_they_hold():
    """Of searches as of metrics: neither mathematics nor half characters."""
    odd = "$x$ \ud800\x00"
    display = ConvergenceDisplay.from_searches({odd: [run([1.0, 2.0])]})
    display.score_name = odd
    display = display.plot()
    display.figure_.draw_without_rendering()
    shown = r"\$x\$ \ud800\x00"
    assert display.ax_.get_legend().get_texts()[0].get_text() == shown
    assert display.ax_.get_ylabel() == f"Cross-validated {shown}"


def test_seconds_are_those_of_all_folds_one_after_another():
    search = searched()
    display = ConvergenceDisplay.from_search(search, against="seconds")
    results = search.cv_results_
    took = 2 * (results["mean_fit_time"] + results["mean_score_time"])
    np.testing.assert_allclose(display.points["x"], np.cumsum(took))
    assert "econds" in display.ax_.get_xlabel()


@pytest.mark.parametrize("refit", ["recall", False])
def test_of_several_metrics_it_shows_the_one_that_guided(refit):
    metrics = {"accuracy": "accuracy", "recall": "recall_macro"}
    search = searched(scoring=metrics, refit=refit, n_iter=6)
    display = ConvergenceDisplay.from_search(search)
    name = refit or "accuracy"
    assert (display.points["score"] == search.cv_results_[f"mean_test_{name}"]).all()
    assert name in display.ax_.get_ylabel()


def test_failures_are_crosses_and_never_the_best():
    display = ConvergenceDisplay.from_search(run([np.nan, 1.0, -np.inf, 2.0, 1.0]))
    median = display.curves["best so far"]["median"]
    assert np.array_equal(median, [np.nan, 1.0, 1.0, 2.0, 2.0], equal_nan=True)
    marks = {c.get_label(): c.get_offsets() for c in display.ax_.collections}
    assert marks["failed"][:, 0].tolist() == [1.0, 3.0]
    assert marks["evaluated"][:, 0].tolist() == [2.0, 4.0, 5.0]


def test_failures_at_the_ends_lie_within_the_axes():
    display = ConvergenceDisplay.from_search(run([np.nan, np.nan, 1.0, 2.0, np.nan]))
    low, high = display.ax_.get_xlim()
    assert low < 1.0
    assert high > 5.0
    ticks = display.ax_.get_xticks()
    assert (ticks == np.round(ticks)).all()  # there is no half of an evaluation


def test_a_search_without_any_score_is_drawn():
    display = ConvergenceDisplay.from_search(run([np.nan, np.nan]))
    assert np.isnan(display.curves["best so far"]["max"]).all()


def test_what_lies_far_below_takes_no_room():
    scores = [-1e6, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5]
    display = ConvergenceDisplay.from_search(run(scores))
    low, high = display.ax_.get_ylim()
    assert low > 0.0
    assert high < 3.0
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert "far below" in labels
    assert display.points["score"][0] == -1e6


def test_each_stage_has_its_colour():
    search = searched()
    display = ConvergenceDisplay.from_search(search)
    for points in display.ax_.collections:
        if points.get_label() in STAGE_COLORS:
            color = colors.to_hex(points.get_facecolor()[0]).upper()
            assert color == STAGE_COLORS[points.get_label()]


@pytest.mark.parametrize("against", ["evaluations", "seconds"])
def test_bands_are_quantiles_over_runs(against):
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(5, 12))
    display = ConvergenceDisplay.from_searches(
        {"a": [*map(run, scores)]}, against=against
    )
    best = np.maximum.accumulate(scores, axis=1)
    levels = {"min": 0.0, "lower": 0.25, "median": 0.5, "upper": 0.75, "max": 1.0}
    for level, q in levels.items():
        expected = np.quantile(best, q, axis=0)
        np.testing.assert_allclose(display.curves["a"][level], expected)
    assert display.points is None


def test_runs_of_other_lengths_keep_their_best():
    display = ConvergenceDisplay.from_searches({"a": [run([1, 5]), run([2, 3, 4])]})
    assert display.curves["a"]["median"].tolist() == [1.5, 4.0, 4.5]


def test_by_seconds_each_run_changes_at_its_own_times():
    runs = [run([1, 3], seconds=[1, 2]), run([2, 5], seconds=[2, 3])]
    curve = ConvergenceDisplay.from_searches({"a": runs}, against="seconds").curves["a"]
    assert curve["x"].tolist() == [1.0, 2.0, 3.0, 5.0]
    # Before a run has a score there is no median of both.
    assert np.array_equal(curve["median"], [np.nan, 1.5, 2.5, 4.0], equal_nan=True)


@pytest.mark.parametrize("against", ["evaluations", "seconds"])
def test_any_search_may_be_among_them(against):
    grid = GridSearchCV(SVC(), {"C": [0.1, 1.0, 10.0]}, cv=2).fit(X, y)
    draws = RandomizedSearchCV(SVC(), {"C": [1, 2, 3, 4]}, n_iter=3, cv=2).fit(X, y)
    searches = {"own": [searched(0), searched(1)], "grid": [grid], "random": [draws]}
    display = ConvergenceDisplay.from_searches(searches, against=against)
    assert list(display.curves) == list(searches)
    assert display.curves["grid"]["median"][-1] == grid.best_score_
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == list(searches)
    assert "stage" not in ConvergenceDisplay.from_search(grid).points


def test_it_draws_where_it_is_told():
    figure, ax = plt.subplots()
    for display in (
        ConvergenceDisplay.from_search(run([1, 2]), ax=ax),
        ConvergenceDisplay.from_searches({"a": [run([1, 2])]}, ax=ax),
    ):
        assert (display.ax_, display.figure_) == (ax, figure)
    assert plt.get_fignums() == [figure.number]
    assert display.plot() is display


def test_an_unknown_axis_is_named():
    with pytest.raises(ValueError, match=r"against .* got 'hours'"):
        ConvergenceDisplay.from_search(run([1.0]), against="hours")
    with pytest.raises(ValueError, match=r"against .* got 'hours'"):
        ConvergenceDisplay.from_searches({"a": [run([1.0])]}, against="hours")


@pytest.mark.parametrize("searches", [{}, {"a": []}])
def test_there_must_be_searches(searches):
    with pytest.raises(ValueError, match="searches must hold"):
        ConvergenceDisplay.from_searches(searches)


@pytest.mark.parametrize(
    "search", [BlueTunaSearchCV(SVC(), SPACE), GridSearchCV(SVC(), {"C": [1]})], ids=str
)
def test_a_search_must_be_fitted(search):
    with pytest.raises(NotFittedError):
        ConvergenceDisplay.from_search(search)
    with pytest.raises(NotFittedError):
        ConvergenceDisplay.from_searches({"a": [search]})
