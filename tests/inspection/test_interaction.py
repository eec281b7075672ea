"""The heat map shows each pair once in a row and once in a column, kinds summed."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV
from skbluetuna.inspection._interaction import InteractionDisplay

plt = pytest.importorskip("matplotlib.pyplot")


def test_the_numbers_are_those_of_the_table(iris, iris_kind, strategy):
    search = iris(iris_kind, strategy)
    for k, space in enumerate(search.tuner_.spaces):
        display = InteractionDisplay.from_search(search, alternative=k)
        table = search.interactions_
        numbers = table.get("alternative", np.zeros(len(table["share"]), int))
        expected = {}
        for a, b, share, number in zip(
            table["param_a"], table["param_b"], table["share"], numbers, strict=True
        ):
            if number == k:
                expected[a, b] = expected.get((a, b), 0.0) + share
        names = display.names
        known = {name for pair in expected for name in pair}
        assert names == [name for name in space.names if name in known]
        assert len(expected) == len(names) * (len(names) - 1) / 2
        for (a, b), share in expected.items():
            i, j = names.index(a), names.index(b)
            assert display.share[i, j] == display.share[j, i] == pytest.approx(share)
        assert np.isnan(np.diag(display.share)).all()


def test_one_parameter_has_no_pairs_and_the_picture_says_so(iris):
    display = InteractionDisplay.from_search(iris("one"))
    assert display.names == []
    assert display.share.shape == (0, 0)
    assert display.strongest() == []
    (text,) = display.ax_.texts
    assert "one parameter" in text.get_text()


def made(shares):
    share = np.full((4, 4), np.nan)
    i, j = np.triu_indices(4, 1)
    share[i, j] = share[j, i] = shares
    return InteractionDisplay(list("abcd"), share)


def test_at_most_three_are_named_the_strongest_first():
    display = made([0.05, 0.002, 0.4, 0.1, 0.02, 0.0])
    assert display.strongest() == [("a", "d", 0.4), ("b", "c", 0.1), ("a", "b", 0.05)]
    title = display.plot().ax_.get_title()
    assert [line.split(":")[0] for line in title.split("\n")] == [
        "a and d", "b and c", "a and b",
    ]  # fmt: skip


def test_none_below_one_per_cent_is_named():
    assert made([0.01, 0.5, 0.0, 0.0, 0.0, 0.0]).strongest() == [("a", "c", 0.5)]
    assert made(np.zeros(6)).strongest() == []
    assert "No pair" in made(np.zeros(6)).plot().ax_.get_title()


@pytest.mark.parametrize("n", [2, 6, 12])
def test_long_names_stay_inside_and_apart(n):
    prefix = "columntransformer__num__histgradientboostingclassifier__param_"
    share = np.full((n, n), 0.02)
    np.fill_diagonal(share, np.nan)
    display = InteractionDisplay([f"{prefix}{i}" for i in range(n)], share).plot()
    display.figure_.draw_without_rendering()
    ax, whole = display.ax_, display.figure_.bbox
    boxes = [
        [text.get_window_extent() for text in labels]
        for labels in (ax.get_xticklabels(), ax.get_yticklabels(), [ax.title])
    ]
    for own in boxes:
        assert not any(a.overlaps(b) for a, b in pairwise(own))
        for box in own:
            assert whole.x0 <= box.x0 <= box.x1 <= whole.x1
            assert whole.y0 <= box.y0 <= box.y1 <= whole.y1
    assert ax.get_title().startswith("…param_0 and …param_1: 2.0%")


def test_names_that_end_alike_are_told_in_full():
    names = [f"columntransformer__{kind}__simpleimputer__strategy" for kind in "ab"]
    share = np.array([[np.nan, 0.1], [0.1, np.nan]])
    title = InteractionDisplay(names, share).plot().ax_.get_title()
    assert title.replace("\n", "") == f"{names[0]} and {names[1]}: 10.0%"


def test_twenty_parameters_are_drawn_without_overlapping_names():
    names = [f"kneighborsclassifier__parameter_{i}" for i in range(20)]
    display = InteractionDisplay(names, np.full((20, 20), 0.01)).plot()
    display.figure_.draw_without_rendering()
    for axis, at in ((display.ax_.xaxis, "x"), (display.ax_.yaxis, "y")):
        boxes = [text.get_window_extent() for text in axis.get_ticklabels()]
        starts = sorted((getattr(b, f"{at}0"), getattr(b, f"{at}1")) for b in boxes)
        assert len(boxes) == 20
        gaps = [b[0] - a[1] for a, b in pairwise(starts)]
        assert min(gaps) > 0.0


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (4e-6, "<0.1%"), (0.0123, "1.2%"), (0.0996, "10%"), (0.996, "100%")],
)
def test_a_cell_has_two_digits(share, text):
    cells = made(np.full(6, share)).plot().ax_.texts
    assert {cell.get_text() for cell in cells} == {text}


def test_it_draws_where_it_is_told(iris):
    search = iris("mixed")
    figure, ax = plt.subplots()
    display = InteractionDisplay.from_search(search, ax=ax)
    assert (display.ax_, display.figure_) == (ax, figure)
    assert plt.get_fignums() == [figure.number]
    assert display.plot() is display


def test_an_alternative_that_is_not_there_is_named(iris):
    with pytest.raises(ValueError, match=r"alternative .* got -1"):
        InteractionDisplay.from_search(iris("alternatives"), alternative=-1)


def test_a_search_must_be_fitted():
    with pytest.raises(NotFittedError):
        InteractionDisplay.from_search(BlueTunaSearchCV(SVC(), {"C": (0.1, 1.0)}))
