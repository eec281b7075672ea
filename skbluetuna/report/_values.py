"""Numbers and values as a reader wants them, in text."""

from typing import Any

import numpy as np

from skbluetuna._utils._table import NOTHING
from skbluetuna._utils._text import shown

__all__ = ["NOTHING", "cell", "counted", "listed", "percent", "rough", "short", "took"]

LONGEST = 60


def short(value: Any) -> str:
    """A value as text: numbers in four digits, objects as they show themselves."""
    return shown(value, LONGEST)


def cell(value: Any) -> tuple[str, bool]:
    """The same, and whether it is a number, for a table."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(
        value, bool | np.bool_
    )
    return short(value), is_number


def rough(number: float) -> str:
    """A number of which two digits are enough, without an exponent up to 9999."""
    return f"{number:.2g}" if abs(number) < 99.5 else f"{number:.4g}"


def counted(n: int, noun: str) -> str:
    """So many of something: one fold, 2 folds."""
    return f"one {noun}" if n == 1 else f"{n} {noun}s"


def listed(names: list[Any]) -> str:
    """Names as a sentence has them: a, b and c."""
    *others, last = map(str, names)
    return f"{', '.join(others)} and {last}" if others else last


def percent(share: float) -> str:
    """A share from 0 to 1 in per cent, two digits of it, never parted from its sign."""
    number = f"{100.0 * share:.0f}" if share >= 0.0995 else f"{100.0 * share:.2g}"
    return f"{number}\N{NO-BREAK SPACE}%"


def took(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds < 120.0:
        return f"{seconds:.3g} seconds"
    if seconds < 7200.0:
        return f"{seconds / 60.0:.3g} minutes"
    return f"{seconds / 3600.0:.3g} hours"
