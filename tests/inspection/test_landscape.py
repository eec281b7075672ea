"""LandscapeDisplay shows the predictions of the search, for every kind of space."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skbluetuna import Real, when
from skbluetuna.inspection._landscape import LandscapeDisplay

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.mark.slow
def test_predictions_are_the_search_s(bowl, bowl_kind, strategy):
    search = bowl(bowl_kind, strategy, n_iter=20)
    space = search.tuner_.spaces[0]
    names = list(space.names[:2])
    for params in (*names, names, names[::-1])[: 4 if len(names) == 2 else 1]:
        display = LandscapeDisplay.from_search(search, params, grid_resolution=5)
        wanted = [params] if isinstance(params, str) else params
        assert list(display.dimensions) == wanted
        assert display.figure_ is display.ax_.figure
        for index in np.ndindex(display.prediction.shape[:-1]):
            own = {
                n: v[i] for n, v, i in zip(wanted, display.values, index, strict=True)
            }
            complete = space.filled(display.centre | own)
            if not set(wanted) <= set(complete):
                assert np.isnan(display.prediction[index]).all()
                continue
            expected = search.tuner_.predict([complete])[0]
            np.testing.assert_allclose(display.prediction[index], expected)
        display.figure_.canvas.draw()
        plt.close("all")


def test_points_are_the_trials(bowl):
    search = bowl("linear")
    display = LandscapeDisplay.from_search(search, ["b", "a"])
    trials = search.tuner_.trials
    assert display.points["number"].tolist() == list(range(len(trials)))
    assert display.points["score"].tolist() == [t.score for t in trials]
    assert display.points["stage"].tolist() == [t.stage for t in trials]
    pairs = [[t.params["b"], t.params["a"]] for t in trials]
    assert display.points["values"].tolist() == pairs
    assert display.best == search.best_index_
    assert display.centre == search.best_params_
    assert display.points["distance"][display.best] == 0.0
    assert display.points["distance"].max() > 0.0
    by_label = {line.get_label(): line for line in display.ax_.lines}
    climbed = [t for t in trials if t.stage == "climb"]
    path = by_label["climb"].get_xydata()
    np.testing.assert_allclose(path[:, 1], [t.params["a"] for t in climbed])
    star = by_label["best"].get_xydata()[0]
    np.testing.assert_allclose(
        star, [search.best_params_["b"], search.best_params_["a"]]
    )


def test_the_slice_goes_through_the_best_trial_with_the_parameter(bowl):
    space = {"c": ["one", "x"], "a": when("c", "one", (0.6, 1.0))}
    search = bowl(space)
    assert search.best_params_["c"] == "x"
    display = LandscapeDisplay.from_search(search, "a")
    assert display.centre["c"] == "one"
    with_a = [t for t in search.tuner_.trials if "a" in t.params]
    assert display.best == max(with_a, key=lambda t: t.score).number
    assert display.points["number"].tolist() == [t.number for t in with_a]


def test_a_parameter_of_no_trial_has_an_example_as_its_slice(bowl):
    space = {"c": ["one", "x"], "a": when("c", "x", (0.6, 1.0)), "b": (1, 9)}
    search = bowl(space, n_iter=1)
    assert "a" not in search.best_params_
    display = LandscapeDisplay.from_search(search, "a")
    assert display.best is None
    assert display.centre["c"] == "x"
    assert len(display.points["number"]) == 0


def test_the_most_influential_are_drawn_if_none_is_named(bowl):
    search = bowl("linear", n_iter=20)
    order = np.argsort(-search.weights_["share"], kind="stable")[:2]
    display = LandscapeDisplay.from_search(search, grid_resolution=4)
    assert list(display.dimensions) == search.weights_["param"][order].tolist()
    alone = LandscapeDisplay.from_search(bowl({"a": (0.0, 1.0)}, n_iter=6))
    assert list(alone.dimensions) == ["a"]


def test_only_the_adaptive_model_has_a_band(bowl):
    adaptive = LandscapeDisplay.from_search(bowl("log"), "a")
    classic = LandscapeDisplay.from_search(bowl("log", "classic"), "a")
    assert np.isfinite(classic.prediction[:, 0]).all()
    assert np.isnan(classic.prediction[:, 1:]).all()
    labels = [display.ax_.get_legend().get_texts() for display in (adaptive, classic)]
    has_band = ["5-95 %" in [text.get_text() for text in own] for own in labels]
    assert has_band == [True, False]
    assert adaptive.ax_.get_xscale() == "log"


def test_neither_a_wide_band_nor_an_odd_score_sets_the_scale():
    scores = np.array([1.0, 1.1, 1.2, 1.15, 1.05, -1e6])
    prediction = np.array([[1.0, -1e9, 9e9], [1.2, -np.inf, np.inf], [1.1, 1.0, 1.2]])
    points = {
        "number": np.arange(6),
        "score": scores,
        "stage": np.repeat("scan", 6),
        "values": np.linspace(0.0, 1.0, 6)[:, None],
        "distance": np.zeros(6),
    }
    display = LandscapeDisplay(
        dimensions={"a": Real(0.0, 1.0)},
        values=[[0.0, 0.5, 1.0]],
        prediction=prediction,
        points=points,
        centre={"a": 0.0},
    ).plot()
    low, high = display.ax_.get_ylim()
    assert 0.8 < low < 1.0
    assert 1.2 < high < 1.4
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert "far below" in labels


def test_axes_that_are_given_are_drawn_into(bowl):
    figure, ax = plt.subplots()
    display = LandscapeDisplay.from_search(bowl("log"), "a", ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert display.plot().ax_ is not ax


def test_alternatives_have_a_landscape_each(bowl):
    search = bowl([{"a": (0.0, 1.0)}, {"b": (1, 9), "c": ["one", "x"]}], n_iter=16)
    display = LandscapeDisplay.from_search(search, "b", alternative=1)
    own = [t for t in search.tuner_.trials if t.alternative == 1]
    assert display.points["number"].tolist() == [t.number for t in own]
    expected = search.tuner_.predict(
        [display.centre | {"b": b} for b in range(1, 10)], alternative=1
    )
    np.testing.assert_allclose(display.prediction, expected)
    assert display.title == display.ax_.get_title() == "Alternative 1 of 0 to 1"
    best = search.tuner_.best.alternative
    default = LandscapeDisplay.from_search(search, grid_resolution=3)
    assert set(default.dimensions) <= set(search.tuner_.spaces[best].names)


def test_errors_name_what_is_wrong(bowl):
    space = {"c": ["one", "x"], "a": when("c", "one", (0.6, 1.0))}
    space["b"] = when("c", "x", (1, 9))
    with pytest.raises(NotFittedError):
        LandscapeDisplay.from_search(bowl(space, fitted=False))
    search = bowl(space)
    for params, said in [
        ("gamma", "'gamma'"),
        (["a", "b"], r"\['a', 'b'\] never do"),
        (["a", "b", "c"], "one or two names"),
        ([], "one or two names"),
    ]:
        with pytest.raises(ValueError, match=said):
            LandscapeDisplay.from_search(search, params)
    with pytest.raises(ValueError, match=r"alternative must be below 1.*got -1"):
        LandscapeDisplay.from_search(search, alternative=-1)
    with pytest.raises(ValueError, match="grid_resolution must be at least 2; got 1"):
        LandscapeDisplay.from_search(search, grid_resolution=1)
    assert plt.get_fignums() == []
