"""Lines are the tuner's own units; what is written beside them are native values."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, Categorical, Integer, Real
from skbluetuna.inspection._parallel import ParallelDisplay
from skbluetuna.inspection._ticks import ticks_of

plt = pytest.importorskip("matplotlib.pyplot")

X, y = load_iris(return_X_y=True)


def test_the_lines_are_the_trials_the_best_last(iris, iris_kind, strategy):
    search = iris(iris_kind, strategy)
    for k, space in enumerate(search.tuner_.spaces):
        display = ParallelDisplay.from_search(search, alternative=k)
        trials = [t for t in search.tuner_.trials if t.alternative == k]
        assert display.names == list(space.names)
        assert (np.diff(display.scores) >= 0.0).all()
        assert sorted(t.score for t in trials) == display.scores.tolist()
        shown = {tuple(np.nan_to_num(row, nan=-1.0)) for row in display.units}
        for trial in trials:
            row = zip(space.names, trial.unit, strict=True)
            assert tuple(u if n in trial.params else -1.0 for n, u in row) in shown


def test_by_default_the_line_on_top_is_the_best(iris, iris_kind):
    search = iris(iris_kind)
    display = ParallelDisplay.from_search(search)
    best = search.tuner_.best
    assert display.scores[-1] == search.best_score_
    is_on = ~np.isnan(display.units[-1])
    assert (display.units[-1][is_on] == np.array(best.unit)[is_on]).all()
    assert [n in best.params for n in display.names] == is_on.tolist()
    lines = display.ax_.collections[0]
    assert lines.get_linewidths()[-1] > max(lines.get_linewidths()[:-1])


def test_what_does_not_apply_breaks_the_line(iris):
    display = ParallelDisplay.from_search(iris("conditional"))
    assert np.isnan(display.units).any()
    assert not np.isnan(display.units[:, 0]).any()


def test_only_the_best_are_shown_on_request(iris):
    search = iris("mixed")
    every = ParallelDisplay.from_search(search)
    few = ParallelDisplay.from_search(search, n_best=3)
    assert (few.units == every.units[-3:]).all()
    assert (few.scores == every.scores[-3:]).all()


def test_failed_trials_are_left_out_even_if_none_remain():
    space = {"C": [-1.0, 1.0], "tol": (1e-4, 1e-2)}
    search = BlueTunaSearchCV(SVC(), space, n_iter=8, cv=2)
    with warnings.catch_warnings(action="ignore"):
        search.fit(X, y)
    display = ParallelDisplay.from_search(search)
    assert (display.units[:, 0] == 0.75).all()
    empty = ParallelDisplay(["a"], np.empty((0, 1)), np.empty(0), [[(0.5, "x")]])
    assert empty.plot().ax_ is not None


@pytest.mark.parametrize(
    ("dimension", "values"),
    [
        (Real(0.0, 2.0), [0.0, 0.5, 1.0, 1.5, 2.0]),
        (Real(0.002, 3.0, log=True), [0.01, 0.1, 1.0]),
        (Real(1e-3, 1e2, log=True), [1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2]),
        (Integer(1, 200, log=True), [1, 10, 100]),
        (Integer(2, 5), [2, 3, 4, 5]),
        (Integer(0, 99), [0, 25, 50, 75, 99]),
        (Categorical([4, 8, 16, None]), [4, 8, 16, None]),
        (Categorical(["a", "b"]), ["a", "b"]),
    ],
    ids=str,
)
def test_ticks_stand_at_native_values(dimension, values):
    ticks = ticks_of(dimension)
    found = [dimension.from_unit(unit) for unit, _ in ticks]
    if isinstance(dimension, Real):
        np.testing.assert_allclose(found, values)
    else:
        assert found == values
    texts = [f"{v:.4g}" if isinstance(v, float) else str(v) for v in values]
    assert [text for _, text in ticks] == texts


def test_objects_of_one_class_are_told_apart():
    ticks = ticks_of(Categorical([PCA(2), PCA(3), StandardScaler()]))
    assert [text for _, text in ticks] == ["PCA #1", "PCA #2", "StandardSca…"]


def test_many_choices_are_thinned():
    assert len(ticks_of(Categorical([f"c{i}" for i in range(100)]))) <= 10


def test_twenty_parameters_have_room_for_their_values():
    names = [f"kneighborsclassifier__parameter_{i}" for i in range(20)]
    rng = np.random.default_rng(0)
    ticks = [[(0.0, "QuantileTra…"), (0.5, "1e-05"), (1.0, "passthrough")]] * 20
    display = ParallelDisplay(names, rng.random((9, 20)), np.arange(9.0), ticks).plot()
    display.figure_.draw_without_rendering()
    boxes = [text.get_window_extent() for text in display.ax_.texts]
    for a, b in zip(boxes, boxes[3:], strict=False):
        assert a.x1 < b.x0


def test_it_draws_where_it_is_told(iris):
    search = iris("one")
    figure, ax = plt.subplots()
    display = ParallelDisplay.from_search(search, ax=ax)
    assert (display.ax_, display.figure_) == (ax, figure)
    assert plt.get_fignums() == [figure.number]
    assert display.plot() is display


def test_what_is_not_there_is_named(iris):
    search = iris("alternatives")
    with pytest.raises(ValueError, match=r"alternative .* got 2"):
        ParallelDisplay.from_search(search, alternative=2)
    with pytest.raises(ValueError, match="n_best must be at least 1; got 0"):
        ParallelDisplay.from_search(search, n_best=0)


def test_a_search_must_be_iris():
    with pytest.raises(NotFittedError):
        ParallelDisplay.from_search(BlueTunaSearchCV(SVC(), {"C": (0.1, 1.0)}))
