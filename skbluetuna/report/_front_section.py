"""Several objectives: the front, what one costs by another, and the limits."""

from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from skbluetuna.inspection._objectives import Objective, metrics_of, objectives_of
from skbluetuna.objectives import front_of, knee, meets_limits
from skbluetuna.report._figures import front as front_picture
from skbluetuna.report._html import table, tag
from skbluetuna.report._values import NOTHING, cell, counted, listed, rough

__all__ = ["front_section"]

MOST_ROWS = 30


def front_section(search: Any) -> list[tuple[str, list[Element]]]:
    """Heading and content; nothing for a search of one objective without limits."""
    limited, content = list(getattr(search, "at_least", None) or ()), []
    if getattr(search, "objectives", None) is not None:
        objectives = objectives_of(search, search.objectives)
        values = np.column_stack([one.scores for one in objectives])
        rows = front_of(values)
        content += [tag("p", text) for text in _said(search, objectives, rows)]
    if limited:
        content.append(tag("p", _limits(search, metrics_of(search, limited))))
    if not content:
        return []
    if getattr(search, "objectives", None) is None:
        return [("The limits", content)]
    content += [front_picture(search), _table(search, objectives, rows)]
    return [("What one objective costs by another", content)]


def _said(search: Any, objectives: list[Objective], rows: Any) -> list[str]:
    """How many are on the front, and what the best by the first one costs."""
    n = len(search.cv_results_["params"])
    if not len(rows):
        return [f"No candidate of {n} has a score by every objective."]
    said = (
        f"{len(rows)} of {counted(n, 'candidate') if n > 1 else 1} "
        f"{'is' if len(rows) == 1 else 'are'} on the front: no other one is as good by "
        f"{listed([one.plain_name for one in objectives])}, and better by one of them."
    )
    return [said, _traded(search, objectives, int(rows[0]))]


def _traded(search: Any, objectives: list[Objective], best: int) -> str:
    """What the best by the first objective costs, against the knee of the front."""
    first, *others = objectives
    bend = knee(search.cv_results_, [one.name for one in objectives])
    top = f"The best by {first.plain_name} is evaluation {best + 1}"
    if bend == best:
        return f"{top}, which is good by all objectives: it is the knee of the front."
    gain = float(first.scores[best] - first.scores[bend])
    if gain <= 0.0:
        return f"{top}; evaluation {bend + 1} is as good by it, and the knee."
    lost = {one.name: float(one.scores[bend] - one.scores[best]) for one in others}
    costs = [_amount(one, lost[one.name]) for one in others if lost[one.name] > 0.0]
    saved = [_amount(one, -lost[one.name]) for one in others if lost[one.name] < 0.0]
    what = f"{_amount(first, gain)} costs {listed(costs)}"
    word = "saves" if all(one.is_cost for one in others) else "gains"
    and_saves = f", and {word} {listed(saved)}" if saved else ""
    return f"{top}. Against the knee, evaluation {bend + 1}, {what}{and_saves}."


def _limits(search: Any, limited: list[Objective]) -> str:
    """Who meets the limits, and by how much the chosen one misses them."""
    values = np.column_stack([one.scores for one in limited])
    meets = meets_limits(values, np.array([one.limit for one in limited]))
    wanted = listed([_wanted(one) for one in limited])
    index = getattr(search, "best_index_", None)
    n = int(meets.sum()) or "None"
    said = f"Wanted: {wanted}. {n} of {len(meets)} candidates meet it"
    if index is None or meets[index]:
        return f"{said}{'' if index is None else ', the chosen one among them'}."
    missed = [
        f"{one.plain_name} by {_number(one, one.limit - one.scores[index])}"
        for one in limited
        if not one.scores[index] >= one.limit
    ]
    return f"{said}; the chosen one misses {listed(missed)}."


def _table(search: Any, objectives: list[Objective], rows: Any) -> Element:
    """The front, the best by the first objective first."""
    results = search.cv_results_
    meets = results.get("meets_limits")
    shown = rows[:MOST_ROWS]
    names = dict.fromkeys(name for i in shown for name in results["params"][i])
    columns = ["evaluation", *(one.label for one in objectives), "stage"]
    columns += ["meets limits"] * (meets is not None) + list(names)
    body = []
    for i in shown.tolist():
        values: list[Any] = [i + 1]
        values += [float(one.shown(one.scores[i])) for one in objectives]
        values += [results["stage"][i]]
        values += [] if meets is None else ["yes" if meets[i] else "no"]
        params = results["params"][i]
        own = [cell(params[name]) if name in params else NOTHING for name in names]
        body.append([*map(cell, values), *own])
    note = "Means over folds. Bars in the picture are one standard deviation over them."
    index = getattr(search, "best_index_", None)
    if index is not None:
        note += f" Evaluation {index + 1} is the chosen one."
    if len(rows) > MOST_ROWS:
        note += f" {len(rows) - MOST_ROWS} more are in pareto_front_ of the search."
    return table("The front", columns, body, note)


def _number(one: Objective, amount: float) -> str:
    """A difference of scores, in the unit that is shown."""
    number = float(one.shown(-amount if one.is_cost else amount))
    unit = f" {one.shown_unit}" if one.shown_unit else ""
    return f"{rough(number) if abs(number) < 99.5 else f'{number:.0f}'}{unit}"


def _amount(one: Objective, amount: float) -> str:
    return f"{_number(one, amount)} of {one.plain_name}"


def _wanted(one: Objective) -> str:
    word = "at most" if one.is_cost else "at least"
    unit = f" {one.shown_unit}" if one.shown_unit else ""
    return f"{one.plain_name} {word} {float(one.shown(one.limit)):.4g}{unit}"
