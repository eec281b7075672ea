"""What stands at the axes: names, values of parameters, and none over another."""

from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbluetuna import Categorical, Integer, Real
from skbluetuna.inspection._axes import folded, label, plain
from skbluetuna.inspection._scales import Scale
from skbluetuna.inspection._ticks import log_values

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture
def ax():
    figure, ax = plt.subplots(figsize=(2.4, 2.4), layout="constrained")
    yield ax
    plt.close(figure)


def texts(ax):
    return [text.get_text() for text in ax.get_xticklabels()]


@given(st.text("ab_", min_size=1, max_size=60), st.integers(4, 30))
def test_a_folded_name_is_the_name_on_short_lines(name, most):
    lines = folded(name, most).split("\n")
    assert "".join(lines) == name
    assert max(len(line.removesuffix("__")) for line in lines) <= most
    assert all(lines)


def test_a_name_is_parted_after_its_underscores():
    name = "columntransformer__num__simpleimputer__strategy"
    assert folded(name, 17).split("\n") == [
        "columntransformer__", "num__", "simpleimputer__", "strategy",
    ]  # fmt: skip
    assert folded("histgradientboostingclassifier__C", 17).split("\n") == [
        "histgradientboo", "stingclassifier__", "C",
    ]  # fmt: skip
    assert folded("short", 17) == "short"


@pytest.mark.parametrize("text", ["$x$", "$", "a$b$c", r"$\frac$"])
def test_dollars_are_no_mathematics(text, ax):
    ax.set_xlabel(folded(text, 30))
    ax.set_title(label(text))
    ax.figure.draw_without_rendering()
    for shown in (ax.xaxis.label, ax.title):
        assert shown.get_text().replace(r"\$", "$") == text


@pytest.mark.parametrize("text", ["\x00", "a\nb", "\ud800", "\x9b2J", "\uffff"])
def test_odd_characters_are_written_out(text, ax):
    """Half a character stops matplotlib, a control character leaves no XML."""
    texts = folded(text, 30), label(text), plain(text)
    assert set(texts) == {repr(text)[1:-1]}
    ax.set_title(texts[0])
    drawing = BytesIO()
    ax.figure.savefig(drawing, format="svg")
    ElementTree.fromstring(drawing.getvalue())


@pytest.mark.parametrize("ends", [(30, 40), (5, 9), (1, 2), (6, 7), (2, 12)])
def test_a_log_axis_of_integers_is_labelled_by_integers(ends):
    values = log_values(Integer(*ends, log=True), 4)
    assert len(values) >= 2
    assert values == sorted({float(round(value)) for value in values})
    assert ends[0] <= values[0]
    assert values[-1] <= ends[1]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((1e-3, 1e3), ["0.001", "0.1", "10", "1000"]),
        ((1e-6, 1e0), ["$10^{-6}$", "$10^{-4}$", "$10^{-2}$", "$10^{0}$"]),
        ((50.0, 1000.0), ["50", "200", "1000"]),
        ((0.5, 0.6), ["0.5", "0.548", "0.6"]),
        ((2e-9, 3e-8), ["2e-09", "5e-09", "1e-08", "2e-08"]),
    ],
)
def test_the_numbers_of_a_log_axis_are_of_one_kind(ends, expected, ax):
    Scale("x", Real(*ends, log=True)).dress(ax)
    assert texts(ax) == expected


@pytest.mark.parametrize(
    "choices",
    [
        list(range(0, 4000, 100)),
        [f"choice number {i}" for i in range(25)],
        ["mean", "median", "most_frequent"],
        [True, False],
        ["x"],
        [float(x) for x in np.logspace(-6, 6, 13)],
    ],
    ids=lambda choices: str(choices[:2]),
)
def test_labels_of_choices_do_not_overlap(choices, ax):
    scale = Scale("x", Categorical(choices))
    ax.plot(scale.positions(choices), np.zeros(len(choices)))
    scale.dress(ax, room=24)
    ax.figure.draw_without_rendering()
    shown = ax.get_xticklabels()
    assert shown
    boxes = [text.get_window_extent() for text in shown]
    if shown[0].get_rotation():  # side by side along the slope
        pixels = np.diff(
            ax.transData.transform([(x, 0) for x in ax.get_xticks()])[:, 0]
        )
        height = shown[0].get_fontsize() / 72.0 * ax.figure.dpi
        assert (pixels * np.sin(np.radians(35.0)) > height).all()
    else:
        assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
