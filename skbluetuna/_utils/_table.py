"""Columns of equal length, which show themselves as a table."""

import math
from html import escape
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._optional import import_optional
from skbluetuna._utils._text import printable, shown

__all__ = ["NOTHING", "Column", "Table"]

MOST_ROWS = 40  # of a table as text; of more, those in the middle are left out
WIDEST = 32  # characters of a cell there; of names the ends differ
LONGEST = 100  # elsewhere
NARROW = 7  # characters up to which a heading stays on one line
GAP = "  "
NOTHING = "\N{EN DASH}"  # where there is no value
DIGITS = 3  # of the largest number of a column, or of their range if that is less
LEAST_RANGE = 1e-3  # by which a range counts, as a part of the largest
PLAIN = (1e-4, 1e5)  # largest numbers of columns that are written without an exponent


class Column(NamedTuple):
    """A column as text."""

    name: str
    cells: list[str]
    is_number: bool


class Table(dict[str, NDArray[Any]]):
    """A dict of columns that prints as a table, and is drawn as one in notebooks.

    Everything else is the dict's: ``table["share"]`` is an array, and
    ``pandas.DataFrame(table)`` works.

    Examples
    --------
    >>> table = Table(param=np.array(["C", "gamma"]), share=np.array([0.75, 0.2]))
    >>> table
    param  share
    C      0.750
    gamma  0.200
    >>> table["share"].sum()
    np.float64(0.95)
    """

    def __repr__(self) -> str:
        columns = self.columns()
        return dict.__repr__(self) if columns is None else _printed(columns)

    def _repr_html_(self) -> str | None:
        """Show the table in a notebook; None, as plain text, if it is none."""
        columns = self.columns()
        return None if columns is None else _html(columns)

    def copy(self) -> "Table":
        """The same columns in a table of its own."""
        return Table(self)

    def to_frame(self) -> Any:
        """Convert to a pandas DataFrame.

        Returns
        -------
        frame : pandas.DataFrame
            One column for each of the table's.

        Raises
        ------
        MissingDependencyError
            If pandas is not installed; the message holds the install line.
        """
        pandas = import_optional("pandas", extra="plots", purpose="A data frame")
        return pandas.DataFrame(dict(self))

    def columns(self) -> list[Column] | None:
        """All columns as text; None where a caller made it something else."""
        values = list(self.values())
        if not values or not all(np.ndim(one) == 1 for one in values):
            return None
        if len({len(one) for one in values}) > 1:
            return None
        return [_column(str(name), np.asarray(own)) for name, own in self.items()]


def _column(name: str, values: NDArray[Any]) -> Column:
    """A column as text: numbers rounded alike, choices as they show themselves."""
    if values.dtype.kind == "f":
        return Column(name, _rounded(values), True)
    if values.dtype.kind == "b":
        return Column(name, ["yes" if value else "no" for value in values], False)
    numbers = [isinstance(v, int | float | np.number) for v in values]
    is_number = bool(numbers) and all(numbers)
    return Column(name, [shown(value, LONGEST) for value in values], is_number)


def _rounded(values: NDArray[np.floating[Any]]) -> list[str]:
    """Numbers with as many decimals as tell the largest, or all of them, apart."""
    known = values[np.isfinite(values)].astype(np.float64)
    top = float(np.abs(known).max(initial=0.0))
    range_ = float(np.ptp(known)) if len(known) else 0.0
    scale = min(top, max(range_ or top, LEAST_RANGE * top)) or 1.0
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(scale)))
    is_plain = top == 0.0 or PLAIN[0] <= top < PLAIN[1]
    form = f".{decimals}f" if is_plain else f".{DIGITS}g"
    return [NOTHING if np.isnan(value) else f"{value:{form}}" for value in values]


def _printed(columns: list[Column]) -> str:
    """Aligned text under headings; of many rows both ends."""
    n, half = len(columns[0].cells), MOST_ROWS // 2
    shown_rows = range(n) if n <= MOST_ROWS else [*range(half), *range(n - half, n)]
    heads = [_parted(column) for column in columns]
    height = max(map(len, heads))
    blocks = []
    for column, head in zip(columns, heads, strict=True):
        cells = [_shortened(column.cells[i]) for i in shown_rows]
        lines = [""] * (height - len(head)) + head + cells
        width = max(map(len, lines))
        align = str.rjust if column.is_number else str.ljust
        blocks.append([align(line, width) for line in lines])
    lines = [GAP.join(line).rstrip() for line in zip(*blocks, strict=True)]
    if n > MOST_ROWS:
        lines.insert(height + half, f"... {n - MOST_ROWS} more rows ...")
    return "\n".join(lines if n else [*lines, "(no rows)"])


def _shortened(cell: str) -> str:
    """Text without its middle, if it is long."""
    if len(cell) <= WIDEST:
        return cell
    return f"{cell[: WIDEST // 3]}…{cell[-(WIDEST - WIDEST // 3 - 1) :]}"


def _parted(column: Column) -> list[str]:
    """A heading on lines, parted after an underscore if it is wider than its cells."""
    most = max(NARROW, *(min(WIDEST, len(cell)) for cell in column.cells), 0)
    lines = [""]
    for piece in printable(column.name).replace("_", "_\n").split("\n"):
        if lines[-1] and len(lines[-1] + piece) > most:
            lines.append("")
        lines[-1] += piece
    return lines


def _html(columns: list[Column]) -> str:
    """The same as HTML, all rows of it."""
    heads = "".join(f"<th{_side(c)}>{_safe(c.name)}</th>" for c in columns)
    rows = (
        "".join(
            f"<td{_side(column)}>{_safe(cell)}</td>"
            for column, cell in zip(columns, cells, strict=True)
        )
        for cells in zip(*(column.cells for column in columns), strict=True)
    )
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def _side(column: Column) -> str:
    return f' style="text-align: {"right" if column.is_number else "left"}"'


def _safe(text: str) -> str:
    return escape(printable(text))
