"""The ensemble that a search ended with, and how its members are called."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from skbluetuna.ensemble import EnsembleChoice
from skbluetuna.inspection._axes import label

__all__ = ["choice_of", "differing", "member_names"]

WIDEST = 54  # characters of a name; of what differs as much as fits is said
LONGEST = 24  # of a value


def choice_of(search: Any) -> EnsembleChoice | None:
    """What a search with ``refit="ensemble"`` chose; None of any other."""
    best = getattr(search, "best_estimator_", None)
    choice = getattr(best, "selection", None)
    return choice if isinstance(choice, EnsembleChoice) else None


def differing(params: Sequence[dict[str, Any]]) -> list[str]:
    """Names of the parameters in which candidates differ, as they are shown.

    All of them where there is one candidate.
    """
    names = dict.fromkeys(name for own in params for name in own)
    if len(params) == 1:
        return list(names)
    return [name for name in names if len({_value(own, name) for own in params}) > 1]


def member_names(search: Any, rows: NDArray[Any]) -> list[str]:
    """Rows of ``cv_results_`` by their numbers and by what differs among them."""
    params = [search.cv_results_["params"][row] for row in rows]
    names = differing(params)
    ends = [name.rpartition("__")[2] for name in names]
    shown = [e if ends.count(e) == 1 else n for e, n in zip(ends, names, strict=True)]
    called = []
    for row, own in zip(rows, params, strict=True):
        pairs = zip(shown, names, strict=True)
        called.append(_name(row, [_pair(k, own[n]) for k, n in pairs if n in own]))
    return called


def _pair(key: str, value: Any) -> str:
    """A parameter and its value; of an estimator its class says what it is."""
    text = label(value, most=LONGEST)
    return text if _is_estimator(value) else f"{label(key)}={text}"


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "get_params") and not isinstance(value, type)


def _name(row: int, pairs: Sequence[str]) -> str:
    """As many of the pairs as fit, after the number."""
    name = f"{row}"
    for place, pair in enumerate(pairs):
        longer = f"{name}{', ' if place else ': '}{pair}"
        if len(longer) > WIDEST:
            return f"{name}, \N{HORIZONTAL ELLIPSIS}"
        name = longer
    return name


def _value(params: dict[str, Any], name: str) -> str | None:
    """A value as it is shown; None where the parameter does not apply."""
    return label(params[name]) if name in params else None
