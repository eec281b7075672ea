"""What was learned of each alternative: its pictures and its tables."""

from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from skbluetuna._utils._table import Table
from skbluetuna.exceptions import UnexplainedError
from skbluetuna.inspection._alternatives import chosen, objective_of, rows_of
from skbluetuna.report._figures import (
    influence,
    interactions,
    landscape,
    parallel,
    scan,
)
from skbluetuna.report._html import table, tag
from skbluetuna.report._scores import n_learned_from
from skbluetuna.report._values import counted, short

__all__ = ["learned_sections"]

MOST_ROWS = 40
NOTES = {  # what the columns of a table say
    "weights_": (
        "weight and std error: how steeply the score rises with the parameter (below "
        "zero: falls), and how unsure that is; share: part of the score's variance "
        "that it explains alone; share low and share high: the 90 % interval of that; "
        "local share: the same near the best configuration; initial weight: the first "
        "guess, from the boundaries; at end: the best value is the lowest or highest "
        "of its range."
    ),
    "interactions_": (
        "share: part of the score's variance that the pair explains beyond its two "
        "parameters; the other columns as above."
    ),
}


def learned_sections(search: Any) -> list[tuple[str, list[Element]]]:
    """Heading and content for each alternative, the best configuration's first."""
    n, first = len(search.tuner_.spaces), chosen(search, None)
    order = [first, *(k for k in range(n) if k != first)]
    if n == 1:
        return [("What it learned", _content(search, 0))]
    return [
        (f"What it learned of {_name(search, k)}", _content(search, k)) for k in order
    ]


def _name(search: Any, k: int) -> str:
    """An alternative by its number and by what it alone fixes."""
    space = search.tuner_.spaces[k]
    fixed = [
        f"{name}={short(dimension.centre)}"
        for name, dimension in zip(space.names, space.dimensions, strict=True)
        if dimension.n_values == 1
    ]
    return f"alternative {k}" + (f" ({', '.join(fixed)})" if fixed else "")


def _content(search: Any, k: int) -> list[Element]:
    n = n_learned_from(search, k)
    full = "evaluation" if search.tuner_.ladder is None else "full evaluation"
    try:
        learned = _learned(search, k)
    except UnexplainedError:
        learned = [tag("p", "The strategy does not say what it learned.")]
    return [
        tag("p", f"From {counted(n, full)}."),
        *learned,
        tag("h3", "All configurations"),
        parallel(search, k),
    ]


def _learned(search: Any, k: int) -> list[Element]:
    """What the strategy's rules say."""
    objective = objective_of(search, None)
    weights, pairs, regions = (
        rows_of(own, k, objective)
        for own in (search.weights_, search.interactions_, search.regions_)
    )
    return [
        tag("h3", "How much each parameter matters" + _for(objective)),
        influence(search, k),
        _table("weights_", _by_share(weights)),
        *_of_others(search, k, objective),
        *(_pairs(search, k, pairs, objective) if len(pairs["share"]) else []),
        tag("h3", "Boundaries, and the regions that were kept"),
        scan(search, k),
        tag("p", _rule(regions)),
        _table("regions_", regions),
        tag("h3", "The learned landscape" + _for(objective)),
        landscape(search, k),
    ]


def _for(objective: str | None) -> str:
    """Of which objective something is, where there are several."""
    return "" if objective is None else f" for {objective}"


def _of_others(search: Any, k: int, objective: str | None) -> list[Element]:
    """What matters for the other objectives."""
    found: list[Element] = []
    for name in search.tuner_.objectives or ():
        if name != objective:
            found.append(tag("h3", "How much each parameter matters" + _for(name)))
            found.append(influence(search, k, name))
            weights = rows_of(search.weights_, k, name)
            found.append(_table("weights_", _by_share(weights)))
    return found


def _rule(regions: Table) -> str:
    """What the numbers of the regions say, and which were kept, as a sentence."""
    if "probability" in regions:
        return (
            "A region's probability is that of the best configuration having its value "
            "there, by what these evaluations tell: the share of landscapes drawn from "
            "the model that are highest there. Of each parameter the fewest regions "
            "that hold 90 % together were kept, and the best configuration's own."
        )
    return (
        "A region's score is its area under the boundary scores, times how far the "
        "slopes point into it; those not below the parameter's mean were kept."
    )


def _pairs(search: Any, k: int, pairs: Table, objective: str | None) -> list[Element]:
    return [
        tag("h3", "Which pairs depend on one another" + _for(objective)),
        interactions(search, k),
        _table("interactions_", _by_share(pairs)),
    ]


def _by_share(own: Table) -> Table:
    order = np.argsort(-np.asarray(own["share"], dtype=float), kind="stable")
    return Table({column: np.asarray(values)[order] for column, values in own.items()})


def _table(name: str, own: Table) -> Element:
    """A table of the search, whatever its columns are."""
    of = ("alternative", "objective")
    columns = [one for one in own.columns() or [] if one.name not in of]
    n = len(columns[0].cells)
    if n == 0:
        return tag("p", f"The table {name} is empty.", class_="note")
    rows = [[(one.cells[i], one.is_number) for one in columns] for i in range(n)]
    rest = n - MOST_ROWS
    note = NOTES.get(name, "")
    if rest > 0:
        note = f"{note} {rest} more rows are in {name} of the search.".lstrip()
    titles = [one.name.replace("_", " ") for one in columns]
    return table(f"{name} of the search", titles, rows[:MOST_ROWS], note)
