"""What every display asks of a search and of matplotlib."""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn.utils.validation import check_is_fitted

from skbluetuna._utils._optional import import_optional
from skbluetuna._utils._text import printable, shown
from skbluetuna.space import Categorical, Integer, Real, Space

__all__ = [
    "axes_for",
    "checked",
    "off_screen",
    "folded",
    "is_choice",
    "is_log",
    "label",
    "plain",
    "space_of",
]


def checked(search: Any) -> Any:
    """The search, if it is fitted and has results.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    """
    check_is_fitted(search, ["tuner_", "cv_results_"])
    return search


def axes_for(ax: Any, *, width: float = 6.4, height: float = 4.8) -> Any:
    """The axes to draw in: those given, or new ones of a size in inches."""
    if ax is not None:
        return ax
    pyplot = import_optional("matplotlib.pyplot", extra="plots", purpose="A picture")
    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


@contextmanager
def off_screen() -> Iterator[Any]:
    """Draw for a file: in matplotlib's own style, no window opens, all closed again.

    Yields
    ------
    pyplot : module
        ``matplotlib.pyplot``.
    """
    pyplot = import_optional("matplotlib.pyplot", extra="plots", purpose="A picture")
    with pyplot.ioff(), pyplot.style.context("default"):
        before = set(pyplot.get_fignums())
        try:
            yield pyplot
        finally:
            for number in set(pyplot.get_fignums()) - before:
                pyplot.close(number)


def space_of(search: Any, alternative: int) -> Space:
    """The space of an alternative.

    Raises
    ------
    ValueError
        If there is no such alternative.
    """
    spaces = search.tuner_.spaces
    if not 0 <= alternative < len(spaces):
        raise ValueError(
            f"alternative must be below {len(spaces)}, their number; got {alternative}."
        )
    space: Space = spaces[alternative]
    return space


def is_log(dimension: Any) -> bool:
    """Whether a parameter is searched on a log scale."""
    return isinstance(dimension, Real | Integer) and dimension.log


def label(value: Any, *, most: int = 18) -> str:
    """A value as short text: numbers in four digits, objects by their class."""
    has_params = hasattr(value, "get_params") and not isinstance(value, type)
    return plain(shown(type(value).__name__ if has_params else value, most))


def folded(name: str, most: int) -> str:
    """Name on lines of about so many characters, parted after ``__`` if it can be.

    The ``__`` at the end of a line does not count.
    """
    pieces = [
        part
        for piece in re.findall(r".+?(?:__|$)", printable(name))
        for part in _parted(piece, most)
    ]
    lines = [""]
    for piece in pieces:
        if lines[-1] and len((lines[-1] + piece).removesuffix("__")) > most:
            lines.append("")
        lines[-1] += piece
    return "\n".join(plain(line) for line in lines)


def _parted(piece: str, most: int) -> list[str]:
    """A piece of a name, in parts of like lengths if it is too long for a line."""
    body = piece.removesuffix("__")
    n_parts = max(1, math.ceil(len(body) / most))
    size = max(1, math.ceil(len(body) / n_parts))
    parts = [body[i : i + size] for i in range(0, len(body), size)] or [""]
    return [*parts[:-1], parts[-1] + piece[len(body) :]]


def plain(text: str) -> str:
    """Text that matplotlib takes as it is: between dollars it reads mathematics."""
    return printable(text).replace("$", r"\$")


def is_choice(dimension: Any) -> bool:
    """Whether a parameter is a choice without order."""
    return isinstance(dimension, Categorical) and not dimension.is_ordered
