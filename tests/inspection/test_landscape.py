"""LandscapeDisplay shows the predictions of the search, for every kind of space."""

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skbluetuna import BlueTunaSearchCV, Categorical, Real, when
from skbluetuna.inspection._landscape import LandscapeDisplay
from skbluetuna.stages import Classic

mpl.use("Agg")
from matplotlib import pyplot as plt

X, y = np.arange(12.0).reshape(-1, 1), np.tile([0, 1], 6)


class Bowl(BaseEstimator):
    """Scores its own parameters, so that nothing is fitted."""

    def __init__(self, a=0.5, b=10, c="one", d=None):
        self.a, self.b, self.c, self.d = a, b, c, d

    def fit(self, X, y):
        return self

    def score(self, X, y):
        extra = 0.0 if self.d is None else 0.1
        shape = (self.a - 0.3) ** 2 + 0.1 * np.log(self.b) ** 2 + 0.1 * len(str(self.c))
        return extra - shape


SPACES = {
    "log": {"a": (0.01, 1.0, "log"), "b": (1, 100, "log")},
    "linear": {"a": (0.0, 1.0), "b": (1, 9), "c": ["one", "three"]},
    "ordered": {"b": [1, 5, 50], "d": Categorical([1, 2, None])},
    "choices": {"a": (0.0, 1.0), "c": [StandardScaler(), MinMaxScaler(), "none"]},
    "conditional": {"c": ["one", "other"], "a": when("c", "one", (0.1, 1.0, "log"))},
}
STRATEGIES = {"classic": Classic(n_epochs=30), "adaptive": "adaptive"}


def fitted(space, strategy="adaptive", n_iter=12):
    search = BlueTunaSearchCV(
        Bowl(), space, n_iter=n_iter, strategy=strategy, cv=2, random_state=0
    )
    return search.fit(X, y)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("kind", SPACES)
def test_predictions_are_the_search_s(kind, strategy):
    search = fitted(SPACES[kind], STRATEGIES[strategy], n_iter=16)
    space, names = search.tuner_.spaces[0], list(SPACES[kind])[:2]
    for params in (names[0], names[1], names, names[::-1]):
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


def test_points_are_the_trials():
    search = fitted(SPACES["linear"])
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


def test_the_slice_goes_through_the_best_trial_with_the_parameter():
    space = {"c": ["one", "x"], "a": when("c", "one", (0.6, 1.0))}
    search = fitted(space)
    assert search.best_params_["c"] == "x"
    display = LandscapeDisplay.from_search(search, "a")
    assert display.centre["c"] == "one"
    with_a = [t for t in search.tuner_.trials if "a" in t.params]
    assert display.best == max(with_a, key=lambda t: t.score).number
    assert display.points["number"].tolist() == [t.number for t in with_a]


def test_a_parameter_of_no_trial_has_an_example_as_its_slice():
    space = {"c": ["one", "x"], "a": when("c", "x", (0.6, 1.0)), "b": (1, 9)}
    search = fitted(space, n_iter=1)
    assert "a" not in search.best_params_
    display = LandscapeDisplay.from_search(search, "a")
    assert display.best is None
    assert display.centre["c"] == "x"
    assert len(display.points["number"]) == 0


def test_the_most_influential_are_drawn_if_none_is_named():
    search = fitted(SPACES["linear"], n_iter=20)
    order = np.argsort(-search.weights_["share"], kind="stable")[:2]
    display = LandscapeDisplay.from_search(search, grid_resolution=4)
    assert list(display.dimensions) == search.weights_["param"][order].tolist()
    alone = LandscapeDisplay.from_search(fitted({"a": (0.0, 1.0)}, n_iter=6))
    assert list(alone.dimensions) == ["a"]


def test_only_the_adaptive_model_has_a_band():
    adaptive = LandscapeDisplay.from_search(fitted(SPACES["log"]), "a")
    classic = LandscapeDisplay.from_search(
        fitted(SPACES["log"], Classic(n_epochs=30)), "a"
    )
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


def test_axes_that_are_given_are_drawn_into():
    figure, ax = plt.subplots()
    display = LandscapeDisplay.from_search(fitted(SPACES["log"]), "a", ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert display.plot().ax_ is not ax


def test_alternatives_have_a_landscape_each():
    search = fitted([{"a": (0.0, 1.0)}, {"b": (1, 9), "c": ["one", "x"]}], n_iter=16)
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


def test_errors_name_what_is_wrong():
    space = {"c": ["one", "x"], "a": when("c", "one", (0.6, 1.0))}
    space["b"] = when("c", "x", (1, 9))
    with pytest.raises(NotFittedError):
        LandscapeDisplay.from_search(BlueTunaSearchCV(Bowl(), space))
    search = fitted(space)
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
