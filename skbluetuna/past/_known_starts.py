"""A portfolio's configurations, as what a search takes when it begins."""

from collections.abc import Mapping, Sequence
from typing import Any

from skbluetuna.history import row_keys
from skbluetuna.past._lessons import HISTORY, PORTFOLIO, Lessons, most_starts
from skbluetuna.space import Space

__all__ = ["lessons_of_portfolio"]

Configurations = Sequence[Sequence[Mapping[str, Any]]]


def lessons_of_portfolio(
    spaces: Sequence[Space],
    initial: Configurations,
    portfolio: Configurations,
    n_iter: int | None,
) -> tuple[Lessons, ...]:
    """What each alternative takes from a portfolio.

    Parameters
    ----------
    spaces : sequence of k Space
        The alternatives.
    initial : sequence of k sequences of dicts
        What each asks first, and need not ask again.
    portfolio : sequence of k sequences of dicts
        Configurations of the portfolio that belong to each.
    n_iter : int or None
        The search's budget, of which starts are a quarter at most.

    Returns
    -------
    lessons : tuple of k Lessons
        Nothing at all, if no alternative takes anything.
    """
    most, found = most_starts(n_iter, len(spaces)), []
    for space, own, rows in zip(spaces, initial, portfolio, strict=True):
        begun = set(row_keys(space.snap(space.to_unit(own))))
        units = space.snap(space.to_unit(rows))
        new = [key not in begun for key in row_keys(units)]
        starts = tuple(tuple(unit) for unit in units[new][:most].tolist())
        found.append(Lessons((), starts, PORTFOLIO if starts else HISTORY))
    return tuple(found) if any(one.starts for one in found) else ()
