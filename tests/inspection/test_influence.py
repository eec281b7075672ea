"""The picture of the influences shows the table of the search, and nothing else."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV
from skbluetuna.inspection._influence import REST, InfluenceDisplay

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture
def search(iris, iris_kind, strategy):
    return iris(iris_kind, strategy)


def rows(search, table, k):
    own = np.array(table.get("alternative", np.zeros(len(table["share"]), int))) == k
    return {column: values[own] for column, values in table.items()}


def test_the_numbers_are_those_of_the_table(search):
    for k in range(len(search.tuner_.spaces)):
        display = InfluenceDisplay.from_search(search, alternative=k)
        table = rows(search, search.weights_, k)
        for own, column in (
            (display.share, "share"),
            (display.low, "share_low"),
            (display.high, "share_high"),
            (display.local_share, "local_share"),
        ):
            expected = dict(zip(table["param"], table[column], strict=True))
            assert dict(zip(display.names, own, strict=True)) == expected
        assert (np.diff(display.share) <= 0.0).all()
        pairs = rows(search, search.interactions_, k)["share"].sum()
        assert display.interactions == pairs
        assert display.rest == pytest.approx(
            1.0 - pairs - table["share"].sum(), abs=1e-9
        )


def test_the_largest_is_on_top_and_every_bar_and_its_interval_are_shown(search):
    display = InfluenceDisplay.from_search(search)
    texts = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert [text.replace("\n", "") for text in texts] == [*display.names, *REST]
    low, high = display.ax_.get_ylim()
    assert low > high
    drawn = np.array([path[:, 0] for path in display.ax_.collections[0].get_segments()])
    np.testing.assert_allclose(drawn, np.transpose([display.low, display.high]))
    bars = [patch.get_width() for patch in display.ax_.patches]
    rest = [display.interactions, display.rest]
    assert bars == [*display.share, *display.local_share, *rest]
    assert display.ax_.get_xlim()[1] > max([*bars, *display.high])


def assert_is_inside(box, figure):
    assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1
    assert figure.bbox.y0 <= box.y0 <= box.y1 <= figure.bbox.y1


def test_the_legend_covers_no_bar(search):
    display = InfluenceDisplay.from_search(search)
    display.figure_.draw_without_rendering()
    ax = display.ax_
    legend = ax.get_legend().get_window_extent()
    assert not legend.overlaps(ax.get_window_extent())
    assert not legend.overlaps(ax.title.get_window_extent()) or not display.title
    assert_is_inside(legend, display.figure_)


@pytest.mark.parametrize("n", [2, 6, 12])
def test_long_names_do_not_overlap(n):
    prefix = "columntransformer__num__histgradientboostingclassifier__param_"
    shares = np.full(n, 0.5 / n)
    display = InfluenceDisplay(
        [f"{prefix}{k}" for k in range(n)], *[shares] * 4, interactions=0.3, rest=0.2
    ).plot()
    display.figure_.draw_without_rendering()
    boxes = [text.get_window_extent() for text in display.ax_.get_yticklabels()]
    assert not any(a.overlaps(b) for a, b in pairwise(boxes))
    assert_is_inside(display.ax_.get_legend().get_window_extent(), display.figure_)


def test_by_default_it_shows_the_alternative_of_the_best(search):
    best = search.tuner_.best.alternative
    own = InfluenceDisplay.from_search(search)
    assert own.names == InfluenceDisplay.from_search(search, alternative=best).names
    assert bool(own.title) is (len(search.tuner_.spaces) > 1)


def test_it_draws_where_it_is_told(search):
    figure, ax = plt.subplots()
    display = InfluenceDisplay.from_search(search, ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert plt.get_fignums() == [figure.number]
    assert display.plot() is display
    assert display.ax_ is not ax


def test_an_alternative_that_is_not_there_is_named(search):
    with pytest.raises(ValueError, match=r"alternative .* got 7"):
        InfluenceDisplay.from_search(search, alternative=7)


def test_a_search_must_be_fitted():
    with pytest.raises(NotFittedError):
        InfluenceDisplay.from_search(BlueTunaSearchCV(SVC(), {"C": (0.1, 1.0)}))
    assert plt.get_fignums() == []
