"""ScanDisplay shows the tables of the search, for every kind of space."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skbluetuna import Real
from skbluetuna.inspection._scan import REACH, ScanDisplay

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.mark.slow
def test_it_holds_the_search_s_tables_and_draws_a_panel_for_each(
    bowl, bowl_kind, strategy
):
    search = bowl(bowl_kind, strategy, n_iter=20)
    display = ScanDisplay.from_search(search)
    for column, own in search.tuner_.boundaries.items():
        np.testing.assert_array_equal(display.boundaries[column], own)
    for column, own in search.regions_.items():
        np.testing.assert_array_equal(display.regions[column], own)
    scanned = list(dict.fromkeys(search.tuner_.boundaries["param"]))
    assert list(display.dimensions) == scanned
    assert display.axes_.shape == (max(1, len(scanned)),)
    assert display.figure_ is display.ax_.figure
    if scanned:
        assert [ax.get_xlabel() for ax in display.axes_] == scanned
        logs = [ax.get_xscale() == "log" for ax in display.axes_]
        assert all(logs) == ("log" in bowl_kind)
    display.figure_.canvas.draw()


def test_tangents_have_the_slope_of_the_table(bowl):
    search = bowl({"a": (0.01, 1.0, "log"), "b": (1, 9), "c": ["one", "other"]})
    display = ScanDisplay.from_search(search)
    table = search.tuner_.boundaries
    for name in ("a", "b"):
        mine, dimension = table["param"] == name, display.dimensions[name]
        x, y = np.moveaxis(display.tangents[mine], 2, 0)
        width = dimension.to_unit(dimension.from_unit(1.0)) - dimension.to_unit(
            dimension.from_unit(0.0)
        )
        low, high = float(dimension.low), float(dimension.high)
        share = (
            np.log(x / low) / np.log(high / low)
            if name == "a"
            else (x - low) / (high - low)
        )
        units = share * width
        np.testing.assert_allclose(np.ptp(units, axis=1)[1:-1], 2 * REACH)
        slope = np.diff(y)[:, 0] / np.diff(units)[:, 0]
        np.testing.assert_allclose(slope, table["slope"][mine], rtol=1e-6, atol=1e-9)
    assert np.isnan(display.tangents[table["param"] == "c"]).all()


def test_colours_say_what_was_kept(bowl):
    search = bowl({"c": ["one", "a long one", "x"], "a": (0.0, 1.0)}, "classic", 20)
    display = ScanDisplay.from_search(search, "c", kept_color="r", dropped_color="k")
    bars = display.axes_[0].patches
    kept = [bar.get_facecolor()[0] == 1.0 for bar in bars]
    assert kept == display.regions["kept"].tolist()
    tops = [bar.get_y() + bar.get_height() for bar in bars]
    np.testing.assert_allclose(tops, display.boundaries["score"])


def test_what_the_score_is(bowl):
    space = {"a": (0.0, 1.0), "b": (1, 9)}
    names = [
        ScanDisplay.from_search(search).axes_[0].get_ylabel()
        for search in (
            bowl(space),
            bowl(space, "classic"),
            bowl(space, "classic", offset=-1.0),
        )
    ]
    assert names == ["score (warped)", "score", "score above the worst"]


def test_parameters_that_were_not_scanned_are_left_out(bowl):
    space = {"a": (0.0, 1.0), "b": (1, 9)}
    some = ScanDisplay.from_search(bowl(space, "classic", n_iter=6))
    assert len(some.dimensions) == 1
    none = ScanDisplay.from_search(bowl(space, "classic", n_iter=1))
    assert none.dimensions == {}
    assert none.ax_.texts[0].get_text() == "no parameter was scanned"


def test_axes_that_are_given_are_drawn_into(bowl):
    search = bowl({"a": (0.0, 1.0), "b": (1, 9)})
    figure, ax = plt.subplots()
    display = ScanDisplay.from_search(search, ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert len(figure.axes) == 3
    one = ScanDisplay.from_search(search, "a", ax=plt.figure().add_axes([0, 0, 1, 1]))
    assert one.axes_.tolist() == [one.ax_]
    by_hand = plt.figure().add_axes([0.1, 0.1, 0.5, 0.5])
    assert len(display.plot(by_hand).figure_.axes) == 3
    _, axes = plt.subplots(2)
    assert display.plot(axes).axes_.tolist() == axes.tolist()
    with pytest.raises(ValueError, match="one axes for each of 2 panels; got 1"):
        display.plot(axes[:1])


def test_twenty_panels_have_four_columns(bowl):
    search = bowl({"a": (0.0, 1.0)})
    display = ScanDisplay.from_search(search)
    twenty = [f"p{i}" for i in range(20)]
    many = ScanDisplay(
        boundaries={
            column: np.concatenate([twenty_of(own, column, twenty)])
            for column, own in display.boundaries.items()
        },
        regions={
            column: twenty_of(own, column, twenty)
            for column, own in display.regions.items()
        },
        dimensions=dict.fromkeys(twenty, display.dimensions["a"]),
        tangents=np.tile(display.tangents, (20, 1, 1)),
    ).plot()
    rows = [ax.get_subplotspec().rowspan.start for ax in many.axes_]
    assert max(rows) == 4


def twenty_of(own, column, names):
    return np.repeat(names, len(own)) if column == "param" else np.tile(own, len(names))


def test_alternatives_have_a_display_each(bowl):
    search = bowl([{"a": (0.0, 1.0)}, {"b": (1, 9), "c": ["one"]}], n_iter=16)
    display = ScanDisplay.from_search(search, alternative=1)
    assert list(display.dimensions) == ["b"]
    assert set(display.boundaries["alternative"]) == {1}
    assert set(display.regions["param"]) == {"b", "c"}
    assert display.axes_[0].get_title(loc="left") == "Alternative 1 of 0 to 1"
    best = search.tuner_.best.alternative
    assert list(ScanDisplay.from_search(search).dimensions) == ["ab"[best]]


def test_long_names_do_not_overlap():
    names = ["columntransformer__num__simpleimputer__strategy", "a" * 40, "b", "c__d"]
    table = {
        "param": np.repeat(names, 2),
        "value": np.tile([0.0, 1.0], 4),
        "score": np.zeros(8),
        "slope": np.zeros(8),
    }
    display = ScanDisplay(
        boundaries=table,
        regions={"param": np.array(names), "kept": np.ones(4, dtype=bool)},
        dimensions=dict.fromkeys(names, Real(0.0, 1.0)),
        tangents=np.full((8, 2, 2), np.nan),
    ).plot()
    display.figure_.draw_without_rendering()
    boxes = [ax.xaxis.label.get_window_extent() for ax in display.axes_]
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
    assert [ax.get_xlabel().replace("\n", "") for ax in display.axes_] == names


def test_errors_name_what_is_wrong(bowl):
    with pytest.raises(NotFittedError):
        ScanDisplay.from_search(bowl({"a": (0.0, 1.0)}, fitted=False))
    search = bowl({"a": (0.0, 1.0)}, n_iter=4)
    with pytest.raises(ValueError, match="'gamma'"):
        ScanDisplay.from_search(search, ["a", "gamma"])
    with pytest.raises(ValueError, match=r"alternative must be below 1.*got 3"):
        ScanDisplay.from_search(search, alternative=3)
    assert plt.get_fignums() == []


@pytest.mark.slow
def test_importing_it_loads_no_matplotlib():
    code = (
        "import sys, skbluetuna.inspection._scan, skbluetuna.inspection._landscape\n"
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]
