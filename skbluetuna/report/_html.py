"""HTML as a tree of elements: the standard library escapes what is in it."""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element, tostring

from skbluetuna._utils._text import printable

__all__ = ["page", "section", "sections", "table", "tag"]

Content = Element | str


def tag(kind: str, /, *content: Content, **attributes: str) -> Element:
    """Element of that kind; ``class_`` stands for the attribute ``class``."""
    element = Element(kind, {k.rstrip("_"): _held(v) for k, v in attributes.items()})
    for one in content:
        if isinstance(one, Element):
            element.append(one)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + _held(one)
        else:
            element.text = (element.text or "") + _held(one)
    return element


def _held(text: str) -> str:
    """Text that a page can hold: escaping does nothing to control characters."""
    return printable(text, keep="\n")


def section(heading: str, *content: Content) -> Element:
    """Part of the page, under a heading."""
    return tag("section", tag("h2", heading), *content)


def sections(parts: Iterable[tuple[str, list[Element]]]) -> list[Element]:
    """Several of them, from headings and contents."""
    return [section(heading, *content) for heading, content in parts]


def table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = ""
) -> Element:
    """Table in a box that scrolls; cells are text or (text, is a number)."""
    head = tag("tr", *(_heading(k, column, rows) for k, column in enumerate(columns)))
    body = tag("tbody", *(tag("tr", *map(_cell, row)) for row in rows))
    own = tag("table", tag("caption", caption), tag("thead", head), body)
    # Reachable by keyboard, as a box that scrolls must be.
    box = tag("div", own, class_="scroll", tabindex="0", role="region")
    box.set("aria-label", caption)
    return tag("div", box, *([tag("p", note, class_="note")] if note else []))


def page(title: str, body: Sequence[Element]) -> str:
    """Whole document as text."""
    style = (files("skbluetuna.report") / "style.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", style),
    )
    root = tag("html", head, tag("body", tag("main", *body)), lang="en")
    for element in root.iter():  # lines of a length that an editor can show
        if element.tag in ("section", "figure", "p", "h1", "h2", "tr", "div", "li"):
            element.tail = (element.tail or "") + "\n"
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html")


def _heading(k: int, column: str, rows: Sequence[Sequence[Any]]) -> Element:
    """Heading of a column, over its numbers if it has any."""
    is_number = any(isinstance(row[k], tuple) and row[k][1] for row in rows)
    heading = tag("th", column, scope="col")
    if is_number:
        heading.set("class", "number")
    return heading


def _cell(cell: Any) -> Element:
    if isinstance(cell, tuple):
        text, is_number = cell
        return tag("td", text, class_="number") if is_number else tag("td", text)
    return tag("td", cell)
