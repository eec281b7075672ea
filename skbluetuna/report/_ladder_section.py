"""What was spent at each rung of a resource, and what that saved."""

from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from skbluetuna.report._figures import rungs
from skbluetuna.report._html import table, tag
from skbluetuna.report._scores import scores_of
from skbluetuna.report._values import cell, counted

__all__ = ["ladder_section"]


def ladder_section(search: Any) -> list[tuple[str, list[Element]]]:
    """Heading and content; nothing without a resource."""
    if search.tuner_.ladder is None:
        return []
    shown = tag("p", _saved(search)), rungs(search), _by_rung(search)
    return [(f"What it spent of {search.resource}", list(shown))]


def _saved(search: Any) -> str:
    """How many full evaluations the ladder saved, as a sentence."""
    cost = float(scores_of(search).cost.sum())
    told = [trial for trial in search.tuner_.trials if trial.state != "asked"]
    n = len({(trial.alternative, trial.unit) for trial in told})
    what = (
        f"{counted(n, 'configuration')} cost as much as {cost:.3g} full evaluations "
        f"({search.resource} = {search.tuner_.ladder.full:g})"
    )
    saved = n - cost
    if saved < 0.0:
        return f"{what}: {-saved:.3g} more than if each had been evaluated in full."
    return f"{what}: {saved:.3g} less than if each had been evaluated in full."


def _by_rung(search: Any) -> Element:
    """Evaluations, cost and time at each rung."""
    scores = scores_of(search)
    amounts = np.asarray(search.cv_results_["n_resources"], dtype=float)
    rows = []
    for rung in np.unique(amounts):
        own = amounts == rung
        took = float(f"{scores.seconds[own].sum():.3g}")
        cost = float(f"{scores.cost[own].sum():.3g}")
        values: list[Any] = [float(rung), int(own.sum()), cost, took]
        rows.append([cell(value) for value in values])
    columns = [search.resource, "evaluations", "cost in full evaluations", "seconds"]
    note = "A configuration that was promoted has an evaluation at each of its rungs."
    return table("Evaluations by resource", columns, rows, note)
