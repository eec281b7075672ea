"""What was taken from past searches or a portfolio, and what it was worth."""

from typing import Any
from xml.etree.ElementTree import Element

from skbluetuna.report._html import table, tag
from skbluetuna.report._values import cell, counted

__all__ = ["past_section"]


def past_section(search: Any) -> list[tuple[str, list[Element]]]:
    """Heading and content; nothing if nothing was taken."""
    found = search.tuner_.past_searches
    if not len(found["search"]):
        if "portfolio" not in {trial.stage for trial in search.tuner_.trials}:
            return []
        text = _worth(search, "portfolio", "It began")
        return [("What it began with", [tag("p", text)])]
    rows = [[cell(value) for value in row] for row in zip(*found.values(), strict=True)]
    note = (
        "Weights are by how well each ranks what this search has evaluated; all are 0 "
        "if none does, and then past searches say nothing to the model."
    )
    columns = [name.replace("_", " ") for name in found]
    n = len(found["search"])
    text = f"It learned from {'one past search' if n == 1 else f'{n} past searches'}"
    first = tag("p", _worth(search, "history", f"{text}, and began"))
    shown = first, table("Past searches", columns, rows, note)
    return [("What it took from past searches", list(shown))]


def _worth(search: Any, stage: str, text: str) -> str:
    """What starts were worth beside the estimator's own, as the end of a sentence."""
    known = [t for t in search.tuner_.trials if t.state == "complete"]
    starts = [t.score for t in known if t.stage == stage]
    own = [t.score for t in known if t.stage == "initial"]
    whose = {
        "history": "of theirs",
        "portfolio": "that are known to be good starts of this estimator",
    }[stage]
    if not starts:
        return f"{text} with no configuration {whose}."
    text += f" with {counted(len(starts), 'configuration')} {whose}"
    if not own:
        return f"{text}, of which the best scored {max(starts):.4g}."
    return (
        f"{text}, of which the best scored {max(starts):.4g}; what it would have begun "
        f"with alone scored {max(own):.4g}."
    )
