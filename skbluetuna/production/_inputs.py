"""Columns of a table, one by one, as numbers or as categories."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["TableColumns"]

FEW = 10  # different numbers of a column up to which they count as categories
MISSING = "\N{EMPTY SET}"  # a category of its own


class TableColumns:
    """How the columns of a reference are read, and with it those of each batch.

    Numbers, and times, are compared as numbers; everything else, and numbers of which
    the reference has ten different ones at most, as categories.

    Parameters
    ----------
    X : array of shape (n, d) or data frame
        The reference.

    Attributes
    ----------
    names : list
        Of the columns: a frame's own, otherwise their positions.
    is_number : list of bool
        Which are compared as numbers.

    Raises
    ------
    ValueError
        If `X` is no table, or has no rows.
    """

    def __init__(self, X: Any) -> None:
        shape = tuple(getattr(X, "shape", ()))
        if len(shape) != 2 or 0 in shape:
            raise ValueError(
                "reference_X must be an array or a data frame of two dimensions with "
                f"rows and columns; its shape is {shape}."
            )
        self.names: list[Any] = list(getattr(X, "columns", range(shape[1])))
        self.is_number = [_are_numbers(one) for one in _parts(X)]
        self.reference = self.read(X)

    def read(self, X: Any) -> list[NDArray[Any]]:
        """Columns of a table: floats with -inf for missing, or texts.

        A missing number is smaller than all others, so that a change of how many are
        missing is a change of the column.

        Raises
        ------
        ValueError
            If it has other columns than the reference.
        """
        names = list(getattr(X, "columns", range(np.shape(X)[1])))
        if names != self.names:
            raise ValueError(
                f"X must have the columns of the reference, {_some(self.names)}; got "
                f"{_some(names)}."
            )
        pairs = zip(_parts(X), self.is_number, strict=True)
        return [_floats(one) if number else _texts(one) for one, number in pairs]


def _parts(X: Any) -> list[Any]:
    """The columns of an array, a sparse array or a frame."""
    if hasattr(X, "iloc"):
        return [X.iloc[:, j] for j in range(X.shape[1])]
    dense = np.asarray(X.toarray() if hasattr(X, "toarray") else X)
    return list(dense.T)


def _are_numbers(column: Any) -> bool:
    """Whether a column holds numbers or times, and more than a few different ones."""
    kind = getattr(column.dtype, "kind", "O")
    if kind == "O" and not hasattr(column, "iloc"):  # an array of frames' values
        values = [v for v in column if not _is_missing(v)]
        if not all(isinstance(v, int | float | np.number) for v in values):
            return False
    elif kind not in "iufmM":
        return False
    return len(np.unique(_floats(column))) > FEW


def _floats(column: Any) -> NDArray[np.float64]:
    """Numbers and times as floats, -inf where there is none."""
    kind = getattr(column.dtype, "kind", "O")
    if kind in "mM":
        times = np.asarray(column)
        if times.dtype.kind not in "mM":  # with a time zone
            times = np.asarray(column, dtype="datetime64[ns]")
        return np.where(np.isnat(times), -np.inf, times.astype(np.float64))
    if hasattr(column, "to_numpy"):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    elif kind == "O":
        given = [np.nan if _is_missing(v) else v for v in column]
        values = np.array(given, dtype=np.float64)
    else:
        values = np.asarray(column, dtype=np.float64)
    return np.where(np.isnan(values), -np.inf, values)


def _texts(column: Any) -> NDArray[Any]:
    """Categories as texts; numbers alike whether a column holds ints or floats."""
    return np.array([_text(value) for value in np.asarray(column, dtype=object)])


def _text(value: Any) -> str:
    if _is_missing(value):
        return MISSING
    if isinstance(value, int | float | np.number | np.bool_):
        return f"{float(value):.17g}"
    return str(value)


def _is_missing(value: Any) -> bool:
    """None, NaN, NaT and pandas' NA, which is equal to nothing, not even as a bool."""
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124
    except (TypeError, ValueError):
        return True


def _some(names: Sequence[Any]) -> str:
    """The first names of many."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(repr, names[:5])) + more
