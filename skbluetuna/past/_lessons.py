"""What a search takes from a store, chosen once, when it begins.

It is part of the search's settings from then on: a search that is taken up again has
what it had, whatever the store has got since.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._files import check_fields, is_text
from skbluetuna.history import row_keys
from skbluetuna.model import PastScores, chosen_part, past_means
from skbluetuna.past._history_store import HistoryStore, Notebook
from skbluetuna.past._portfolio import greedy_starts, past_regrets
from skbluetuna.past._record import PastAlternative, Record
from skbluetuna.past._translation import Translation
from skbluetuna.space import Space

__all__ = [
    "Lessons",
    "PastSearch",
    "are_lessons",
    "decode_lessons",
    "encode_lessons",
    "lessons_from",
    "most_starts",
    "notebook_of",
]

FloatArray = NDArray[np.float64]


LEAST_SCORES = 20  # of a past search that is learned from
LEAST_WITHIN = 5  # of them within the ranges, for a surrogate
MOST_SEARCHES = 20  # of more those that are most like this one, and newest
MOST_ROWS = 100  # of a past search
N_BEST, N_STARTS = 3, 5  # candidates of each search, and starts among them
SHARE_OF_STARTS = 4  # a quarter of the budget
OTHER = 0.5  # weight of a search that was scored in another way


HISTORY, PORTFOLIO = "history", "portfolio"  # where starts come from


class PastSearch(NamedTuple):
    """A past search as one alternative of a new one sees it."""

    identity: str
    found: PastScores


class Lessons(NamedTuple):
    """What one alternative takes from past searches, its own or a portfolio's."""

    searches: tuple[PastSearch, ...] = ()
    starts: tuple[tuple[float, ...], ...] = ()  # unit points that are asked first
    stage: str = HISTORY  # under which name


def notebook_of(history: Any) -> Notebook | None:
    """The store that `history` names, if any, with what the search is of.

    Raises
    ------
    TypeError, ValueError
        If it is neither None, a path nor a `HistoryStore`.
    """
    if history is None or isinstance(history, Notebook):
        return history
    store = history if isinstance(history, HistoryStore) else HistoryStore(history)
    return Notebook(store)


def lessons_from(
    notebook: Notebook,
    spaces: Sequence[Space],
    initial: Sequence[Sequence[Mapping[str, Any]]],
    n_iter: int | None,
) -> tuple[Lessons, ...]:
    """What each alternative takes from a store.

    Parameters
    ----------
    notebook : Notebook
        The store, and what the search is of.
    spaces : sequence of k Space
        Its alternatives.
    initial : sequence of k sequences of dicts
        What each asks first.
    n_iter : int or None
        Its budget, of which starts are a quarter at most.

    Returns
    -------
    lessons : tuple of k Lessons
        Nothing at all, if no alternative takes anything.
    """
    records = notebook.store.records()
    n_starts = most_starts(n_iter, len(spaces))
    found = tuple(
        _lessons(
            space, space.to_unit(own), _like(records, notebook, k, space), n_starts
        )
        for k, (space, own) in enumerate(zip(spaces, initial, strict=True))
    )
    return found if any(one.searches for one in found) else ()


def most_starts(n_iter: int | None, n_spaces: int) -> int:
    """How many starts an alternative may have, by the budget of all."""
    if n_iter is None:
        return N_STARTS
    return min(N_STARTS, n_iter // (SHARE_OF_STARTS * n_spaces))


def _like(
    records: Sequence[Record], notebook: Notebook, k: int, space: Space
) -> list[tuple[Record, PastAlternative]]:
    """Past searches of the same estimator, with parameters in common and 20 scores."""
    names, classes = set(space.names), notebook.classes_of(k)
    found = [
        (record, own)
        for record in records
        for own in record.alternatives
        if own.classes == classes
        and names.intersection(own.names)
        and sum(score is not None for score in own.scores) >= LEAST_SCORES
    ]

    def likeness(pair: tuple[int, tuple[Record, PastAlternative]]) -> Any:
        age, (record, own) = pair
        is_same = record.scorer == notebook.scorer
        return is_same, len(names.intersection(own.names)), age

    ranked = sorted(enumerate(found), key=likeness, reverse=True)
    is_same = {
        record.identity for record, _ in found if record.scorer == notebook.scorer
    }
    return [
        (record._replace(scorer="" if record.identity in is_same else "other"), own)
        for _, (record, own) in ranked
    ]


def _lessons(
    space: Space,
    begun: FloatArray,
    like: Sequence[tuple[Record, PastAlternative]],
    n_starts: int,
) -> Lessons:
    varying = [j for j, dim in enumerate(space.dimensions) if dim.n_values != 1]
    translation = Translation(space, begun[0])
    searches: list[PastSearch] = []
    best: list[FloatArray] = []
    for record, own in like:
        if len(searches) == MOST_SEARCHES:
            break
        seen = _seen(record, own, translation, varying)
        if seen is not None:
            searches.append(seen[0])
            best.append(seen[1])
    if not searches:
        return Lessons()
    starts = _starts(space, varying, searches, np.vstack(best), begun, n_starts)
    return Lessons(tuple(searches), tuple(tuple(row) for row in starts.tolist()))


def _seen(
    record: Record,
    own: PastAlternative,
    translation: Translation,
    varying: Sequence[int],
) -> tuple[PastSearch, FloatArray] | None:
    """A past search in this space, and its best configurations; None if it has none."""
    rows = [i for i, score in enumerate(own.scores) if score is not None]
    placed = translation.of(own.names, [own.rows[i] for i in rows])
    y = np.array([own.scores[i] for i in rows], dtype=float)[placed.rows]
    known = tuple(j for j in placed.dimensions if j in varying)
    inside = placed.is_inside
    if not known or np.sum(inside) < LEAST_WITHIN:
        return None
    best = placed.units[np.argsort(-y, kind="stable")[:N_BEST]]
    units, scores = placed.units[inside][:, known], y[inside]
    kept = chosen_part(units, scores, [0] * len(known), MOST_ROWS)
    found = PastScores(units[kept], scores[kept], known, record.scorer == "")
    return PastSearch(record.identity, found), best


def _starts(
    space: Space,
    varying: Sequence[int],
    searches: Sequence[PastSearch],
    candidates: FloatArray,
    begun: FloatArray,
    n: int,
) -> FloatArray:
    """At most n of the candidates that are good together, none that is asked anyway."""
    units = space.snap(candidates)
    asked = set(row_keys(space.snap(begun)))
    keys = row_keys(units)
    new = [i for i, key in enumerate(keys) if key not in asked and keys.index(key) == i]
    units = units[new]
    dims = [space.dimensions[j] for j in varying]
    levels = [0 if dim.is_ordered else dim.n_values or 0 for dim in dims]
    past = past_means([own for _, own in searches], varying, levels)
    scores = [own.scores for _, own in searches]
    weights = np.array([1.0 if own.is_same_metric else OTHER for _, own in searches])
    weights = weights / weights.sum()
    least = past_regrets(past.each(begun[:, varying]), scores).min(axis=1)
    regrets = past_regrets(past.each(units[:, varying]), scores)
    return units[greedy_starts(regrets, least, weights, n)]


def encode_lessons(lessons: Sequence[Lessons]) -> list[Any]:
    """Lessons as JSON values."""
    return [
        {
            "starts": [list(unit) for unit in one.starts],
            "searches": [
                {
                    "identity": identity,
                    "dimensions": list(own.dimensions),
                    "same_metric": own.is_same_metric,
                    "units": own.units.tolist(),
                    "scores": own.scores.tolist(),
                }
                for identity, own in one.searches
            ],
            # Files from before portfolios have no stage, and are read all the same.
            **({} if one.stage == HISTORY else {"stage": one.stage}),
        }
        for one in lessons
    ]


def decode_lessons(stored: Any, spaces: Sequence[Space]) -> tuple[Lessons, ...]:
    """Lessons of JSON values, checked.

    Raises
    ------
    ValueError
        If they can not be those of a search of these spaces.
    """
    if not are_lessons(stored) or (stored and len(stored) != len(spaces)):
        raise ValueError("can not be that of these spaces")
    return tuple(
        _decoded_lessons(one, len(space))
        for one, space in zip(stored, spaces, strict=bool(stored))
    )


def are_lessons(stored: Any) -> bool:
    """Whether they may be what `encode_lessons` made."""
    return isinstance(stored, list) and all(isinstance(one, dict) for one in stored)


def _decoded_lessons(stored: Any, d: int) -> Lessons:
    rules: dict[str, Any] = {
        "starts": lambda v: _is_matrix(v, d),
        "searches": lambda v: type(v) is list,
    }
    if "stage" in stored:
        rules["stage"] = lambda v: v == PORTFOLIO
    check_fields(stored, rules)
    starts = tuple(tuple(map(float, row)) for row in stored["starts"])
    searches = tuple(_decoded_search(s, d) for s in stored["searches"])
    return Lessons(searches, starts, stored.get("stage", HISTORY))


def _decoded_search(stored: Any, d: int) -> PastSearch:
    dims = stored.get("dimensions") if isinstance(stored, dict) else None
    if not isinstance(dims, list) or not all(
        type(j) is int and 0 <= j < d for j in dims
    ):
        raise ValueError("has a past search of other parameters")
    k = len(dims)
    rules: dict[str, Any] = {
        "identity": is_text,
        "dimensions": lambda v: 0 < len(set(v)) == len(v),
        "same_metric": lambda v: type(v) is bool,
        "units": lambda v: _is_matrix(v, k) and len(v) > 0,
        "scores": lambda v: _is_matrix([v], len(stored["units"])),
    }
    check_fields(stored, rules)
    units = np.array(stored["units"], dtype=float)
    if not ((units >= 0.0) & (units <= 1.0)).all():
        raise ValueError("has a past search outside the unit cube")
    scores = np.array(stored["scores"], dtype=float)
    found = PastScores(units, scores, tuple(dims), stored["same_metric"])
    return PastSearch(stored["identity"], found)


def _is_matrix(value: Any, d: int) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, list)
        and len(row) == d
        and all(type(x) in (int, float) and isfinite(x) for x in row)
        for row in value
    )
