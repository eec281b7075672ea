"""Text that can be shown and stored, whatever names and choices hold."""

import re
from typing import Any

__all__ = ["encodable", "printable", "shown"]

# Control characters (those of terminals begin with two of them), line separators, marks
# that turn the direction of what follows, and what XML and UTF-8 cannot hold.
ODD = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
SURROGATE = re.compile("[\ud800-\udfff]")


def printable(text: str, *, keep: str = "") -> str:
    r"""Write out the characters that a terminal, a drawing or a page takes amiss.

    Parameters
    ----------
    text : str
        Any text.
    keep : str, default=""
        Such characters that stay as they are.

    Returns
    -------
    text : str
        The same, each of them as Python writes it in a literal.

    Examples
    --------
    >>> printable("a\x1b[2J\tb")
    'a\\x1b[2J\\tb'
    """
    return ODD.sub(lambda m: m[0] if m[0] in keep else _escaped(m[0]), text)


def encodable(text: str) -> str:
    """Write out what UTF-8 cannot hold: halves of a character without the other."""
    return SURROGATE.sub(lambda m: _escaped(m[0]), text)


def shown(value: Any, most: int) -> str:
    """A value as short text on one line.

    Parameters
    ----------
    value : object
        Any value.
    most : int
        Characters; what is longer ends in an ellipsis.

    Returns
    -------
    text : str
        Floats in four digits, functions and classes by their name, others as they show
        themselves.

    Examples
    --------
    >>> shown(0.123456, 18), shown(len, 18), shown("a long choice", 8)
    ('0.1235', 'len', 'a long …')
    """
    if isinstance(value, str):
        text = printable(value)
    elif isinstance(value, float):  # numpy's too
        text = f"{value:.4g}"
    else:
        name = getattr(value, "__name__", None) if callable(value) else None
        text = printable(" ".join((name or str(value)).split()))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _escaped(character: str) -> str:
    return repr(character)[1:-1]
