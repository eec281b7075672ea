"""Columns of any table: numbers, categories, times, missing values."""

import numpy as np
import pytest

from skbluetuna.production._inputs import TableColumns

pd = pytest.importorskip("pandas")
N = 40


def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "float": np.where(np.arange(N) % 5, rng.normal(size=N), np.nan),
            "Int64": pd.array([None, *range(N - 1)], dtype="Int64"),
            "time": pd.to_datetime(["2026-01-01", None] * (N // 2)),
            "zone": pd.date_range("2026-01-01", periods=N, tz="Europe/Paris"),
            "category": pd.Categorical(["a", None] * (N // 2)),
            "text": ["x", "y", None, "z"] * (N // 4),
            "string": pd.array(["x", pd.NA] * (N // 2), dtype="string"),
            "bool": [True, False] * (N // 2),
            "few": np.arange(N) % 10,
        }
    )


def test_numbers_and_times_are_numbers_all_else_is_categories():
    columns = TableColumns(frame())
    kinds = dict(zip(columns.names, columns.is_number, strict=True))
    assert [name for name in kinds if kinds[name]] == ["float", "Int64", "zone"]


def test_what_is_missing_is_the_least_number_or_a_category():
    columns = TableColumns(frame())
    read = dict(zip(columns.names, columns.reference, strict=True))
    assert np.isneginf(read["float"]).sum() == N // 5
    assert np.isneginf(read["Int64"]).tolist() == [True] + [False] * (N - 1)
    for name in ("time", "category", "string"):
        assert sorted(np.unique(read[name], return_counts=True)[1]) == [N // 2] * 2
    assert (read["text"] == read["string"][1]).sum() == N // 4


def test_an_array_is_read_as_its_frame():
    """Numbers of a column that pandas holds as objects, too."""
    X = np.random.default_rng(1).normal(size=(N, 3))
    X[::4, 1] = np.nan
    for other in (pd.DataFrame(X), X.astype(object), pd.DataFrame(X).astype(object)):
        for one, same in zip(
            TableColumns(X).reference, TableColumns(X).read(other), strict=True
        ):
            np.testing.assert_array_equal(one, same)


def test_a_category_is_one_whether_it_comes_as_an_int_or_a_float():
    """A frame's column of ints turns to floats where a value is missing."""
    columns = TableColumns(pd.DataFrame({"a": [0, 1] * 5}))
    (one,), (other,) = (
        columns.reference,
        columns.read(pd.DataFrame({"a": [0.0, np.nan]})),
    )
    assert other[0] in one
    assert other[1] not in one


@pytest.mark.parametrize("X", [np.zeros(3), np.zeros((0, 2)), np.zeros((3, 0)), [1, 2]])
def test_what_is_no_table_is_refused(X):
    with pytest.raises(ValueError, match="reference_X must be an array or a data"):
        TableColumns(X)


def test_other_columns_are_refused_by_name():
    with pytest.raises(ValueError, match="columns of the reference, 'float', 'Int64'"):
        TableColumns(frame()).read(frame().drop(columns="bool"))
