"""A table is a dict that shows itself so that a reader can read it."""

import copy
import pickle
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from skbluetuna import BlueTuner
from skbluetuna._utils._table import NOTHING, Table
from skbluetuna.exceptions import MissingDependencyError

ODD = "<b>&\x1b[2J\n\ud800"


def objects(*values):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


@pytest.fixture
def table():
    return Table(
        param=objects("clf__C", "clf__gamma", "clf__kernel"),
        low=objects(0.001, 1e-5, "rbf"),
        share=np.array([0.541234, 0.241, 0.0]),
        weight=np.array([-0.0123, 12.3456, np.nan]),
        n=np.array([3, 40, 5]),
        initial_weight=np.array([1.0, 1.0, 1.0]),
        kept=np.array([True, False, True]),
    )


def test_it_prints_aligned_columns_of_rounded_numbers(table):
    assert (
        repr(table)
        == str(table)
        == f"""\
                                       initial_
param        low    share  weight   n    weight  kept
clf__C       0.001  0.541    -0.0   3      1.00  yes
clf__gamma   1e-05  0.241    12.3  40      1.00  no
clf__kernel  rbf    0.000       {NOTHING}   5      1.00  yes"""
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.9701, 0.9702], ["0.970100", "0.970200"]),
        ([1e-9, 1.0], ["0.000", "1.000"]),
        ([1e-9, 2e-9], ["1e-09", "2e-09"]),
        ([-3.8e21, 0.5], ["-3.8e+21", "0.5"]),
        ([np.inf, 1.0, -np.inf], ["inf", "1.00", "-inf"]),
        ([np.nan, np.nan], [NOTHING, NOTHING]),
        ([0.0, 0.0], ["0.00", "0.00"]),
        ([123456.0, 1.0], ["1.23e+05", "1"]),
        ([12345.0, 1.0], ["12345", "1"]),
    ],
)
def test_numbers_are_rounded_so_that_they_differ_where_it_matters(values, expected):
    (column,) = Table(x=np.array(values)).columns()
    assert column.cells == expected


def test_a_long_table_lacks_its_middle():
    lines = repr(Table(x=np.arange(1000))).split("\n")
    assert len(lines) == 42
    assert lines[21] == "... 960 more rows ..."
    assert (lines[1].strip(), lines[-1].strip()) == ("0", "999")
    whole = repr(Table(x=np.arange(40))).split("\n")
    assert len(whole) == 41


def test_of_long_names_the_ends_remain_which_differ():
    prefix = "columntransformer__num__histgradientboostingclassifier__"
    lines = repr(Table(param=objects(f"{prefix}a", f"{prefix}b"))).split("\n")
    assert max(map(len, lines)) <= 32
    assert lines[1].endswith("__a")
    assert lines[2].endswith("__b")


def test_what_it_holds_is_written_out_and_escaped():
    own = Table({ODD: objects(ODD, 1.0)})
    assert repr(own).split("\n")[0] == r"<b>&\x1b[2J\n\ud800"
    root = ElementTree.fromstring(own._repr_html_())
    assert {element.tag for element in root.iter()} == {
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    cells = [cell.text for cell in root.iter("td")]
    assert cells == [r"<b>&\x1b[2J\n\ud800", "1"]


def test_a_notebook_has_every_row():
    root = ElementTree.fromstring(Table(x=np.arange(100))._repr_html_())
    assert len(list(root.iter("td"))) == 100
    sides = [cell.get("style") for cell in root.iter("th")]
    assert sides == ["text-align: right"]


def test_nothing_to_show_is_shown_as_such():
    assert repr(Table()) == "{}"
    assert repr(Table(a=np.array([]))) == "a\n(no rows)"
    assert Table()._repr_html_() is None


@pytest.mark.parametrize("other", [[1, 2], np.zeros((3, 2)), 3])
def test_what_a_caller_made_no_table_is_shown_as_a_dict(table, other):
    table["own"] = other
    assert repr(table) == repr(dict(table))
    assert table._repr_html_() is None


def test_it_is_a_dict_in_all_else(table):
    pandas = pytest.importorskip("pandas")
    assert isinstance(table, dict)
    plain = dict(table)
    assert table == plain
    assert plain == table
    assert list(table) == list(plain)
    frame = pandas.DataFrame(table)
    pandas.testing.assert_frame_equal(frame, pandas.DataFrame(plain))
    pandas.testing.assert_frame_equal(frame, table.to_frame())


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, Table.copy, lambda t: pickle.loads(pickle.dumps(t))],
)
def test_its_copies_are_tables(table, copied):
    again = copied(table)
    assert type(again) is Table
    assert again is not table
    assert repr(again) == repr(table)
    again["new"] = np.zeros(3)
    assert "new" not in table


def test_without_pandas_it_says_how_to_install_it(table, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingDependencyError, match=r'install "skbluetuna\[plots\]"'):
        table.to_frame()


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("strategy", ["adaptive", "classic"])
def test_those_of_a_search_are_such_tables(strategy, several):
    space = {"x": (0.0, 1.0), "k": [1, 2, 3]}
    tuner = BlueTuner([space, space] if several else space, strategy=strategy, n_iter=6)
    for trial in tuner.ask():
        tuner.tell(trial, trial.params["x"])
    for name in ("regions", "boundaries", "weights", "interactions"):
        assert type(getattr(tuner, name)) is Table
