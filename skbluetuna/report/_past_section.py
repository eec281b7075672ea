"""What was taken from past searches, and what it was worth."""

from typing import Any
from xml.etree.ElementTree import Element

from skbluetuna.report._html import table, tag
from skbluetuna.report._values import cell, counted

__all__ = ["past_section"]


def past_section(search: Any) -> list[tuple[str, list[Element]]]:
    """Heading and content; nothing if nothing was taken."""
    found = search.tuner_.past_searches
    if not len(found["search"]):
        return []
    rows = [[cell(value) for value in row] for row in zip(*found.values(), strict=True)]
    note = (
        "Weights are by how well each ranks what this search has evaluated; all are 0 "
        "if none does, and then past searches say nothing to the model."
    )
    columns = [name.replace("_", " ") for name in found]
    shown = tag("p", _worth(search)), table("Past searches", columns, rows, note)
    return [("What it took from past searches", list(shown))]


def _worth(search: Any) -> str:
    """What the starts were worth beside the estimator's own, as a sentence."""
    known = [t for t in search.tuner_.trials if t.state == "complete"]
    starts = [t.score for t in known if t.stage == "history"]
    own = [t.score for t in known if t.stage == "initial"]
    n = len(search.tuner_.past_searches["search"])
    text = f"It learned from {'one past search' if n == 1 else f'{n} past searches'}"
    if not starts:
        return f"{text}, and began with none of their configurations."
    text += f" and began with {counted(len(starts), 'configuration')} of theirs"
    if not own:
        return f"{text}, of which the best scored {max(starts):.4g}."
    return (
        f"{text}, of which the best scored {max(starts):.4g}; what it would have begun "
        f"with alone scored {max(own):.4g}."
    )
