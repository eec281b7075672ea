"""One past search as a line of a file: what was asked, and what came of it.

No data, no pickles, no secrets. What is read is checked, field by field; nothing that
it names is called, imported or opened.
"""

import math
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from skbluetuna._utils._files import (
    check_fields,
    is_count,
    is_float,
    is_text,
    seal,
    unseal,
)
from skbluetuna._version import __version__
from skbluetuna.history import Trial
from skbluetuna.past._keys import Said, said
from skbluetuna.space import Categorical, Space

__all__ = [
    "MARK_OF_RECORD",
    "PastAlternative",
    "Record",
    "class_names",
    "line_of",
    "record_of",
    "record_of_line",
]

MARK_OF_RECORD = "skbluetuna past search"  # key of the format's number
FORMAT_OF_RECORD = 1


N_TOLD_APART = 5  # scores, by which searches of other data are told apart


class PastAlternative(NamedTuple):
    """What one alternative of a past search asked and found."""

    classes: tuple[str, ...]  # of the estimator and, of a pipeline, of its steps
    names: tuple[str, ...]  # of the parameters
    ranges: tuple[Any, ...]  # of each: its choices' keys, or its two ends
    rows: tuple[tuple[Said, ...], ...]  # configurations; None where one does not apply
    scores: tuple[float | None, ...]  # None: it failed
    spreads: tuple[float | None, ...]  # deviation of the folds' scores, if known


class Record(NamedTuple):
    """One past search."""

    identity: str
    version: str
    scorer: str
    shape: tuple[int | None, ...]  # rows, columns, classes; to read, not to match by
    alternatives: tuple[PastAlternative, ...]


def class_names(estimator: Any) -> tuple[str, ...]:
    """Class of an estimator and, of a pipeline, of its steps.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> class_names(make_pipeline(None, SVC()))
    ('sklearn.Pipeline', 'sklearn.SVC')
    """
    own = type(estimator)
    found = [f"{own.__module__.partition('.')[0]}.{own.__qualname__}"]
    steps = getattr(estimator, "steps", ())
    parts = [step[1] for step in steps if isinstance(step, tuple) and len(step) > 1]
    parts = [part for part in parts if hasattr(part, "get_params")]
    return tuple(found + [name for part in parts for name in class_names(part)])


def record_of(
    spaces: Sequence[Space],
    trials: Sequence[Trial],
    *,
    classes: Sequence[tuple[str, ...]],
    scorer: str,
    shape: Sequence[int | None],
    seed: int,
    spread: Callable[[Trial], float | None],
) -> Record | None:
    """What is kept of a search; None if it has no score.

    Only evaluations with the full resource are. The identity is that of the search: one
    that goes on keeps it.
    """
    given = [t.resource for t in trials if t.resource is not None]
    full = [
        t
        for t in trials
        if t.state in ("complete", "failed")
        and (t.resource is None or t.resource >= max(given))
    ]
    if not any(t.state == "complete" for t in full):
        return None
    found = tuple(
        _alternative(space, [t for t in full if t.alternative == k], own, spread)
        for k, (space, own) in enumerate(zip(spaces, classes, strict=True))
    )
    first = next(t for t in full if t.state == "complete")
    names = [(own.classes, own.names, own.ranges) for own in found]
    scores = tuple(t.score for t in full)  # other data have others, of the same shape
    of = names, scorer, tuple(shape), seed, first.unit, scores[:N_TOLD_APART]
    identity = sha256(repr(of).encode()).hexdigest()[:16]
    return Record(identity, __version__, scorer, tuple(shape), found)


def _alternative(
    space: Space,
    trials: Sequence[Trial],
    classes: tuple[str, ...],
    spread: Callable[[Trial], float | None],
) -> PastAlternative:
    rows = [
        tuple(
            said(name, t.params[name]) if name in t.params else None
            for name in space.names
        )
        for t in trials
    ]
    return PastAlternative(
        classes,
        space.names,
        tuple(map(_range, space.names, space.dimensions)),
        tuple(rows),
        tuple(None if t.score is None else float(t.score) for t in trials),
        tuple(spread(t) for t in trials),
    )


def _range(name: str, dim: Any) -> tuple[Said, ...]:
    """What a parameter was searched in, for human readers."""
    choices = dim.choices if isinstance(dim, Categorical) else ()
    ends = choices or (dim.from_unit(0.0), dim.from_unit(1.0))
    return tuple(said(name, one) for one in ends)


def line_of(record: Record) -> str:
    """A record as a sealed line."""
    return seal(
        {
            MARK_OF_RECORD: FORMAT_OF_RECORD,
            "identity": record.identity,
            "version": record.version,
            "scorer": record.scorer,
            "shape": list(record.shape),
            "alternatives": [own._asdict() for own in record.alternatives],
        }
    )


def record_of_line(line: str) -> Record:
    """The record of a line.

    Raises
    ------
    ValueError
        If it is not one that `line_of` may have written.
    """
    stored = unseal(line)
    check_fields(stored, FIELDS_OF_RECORD)
    found = tuple(map(_checked_alternative, stored["alternatives"]))
    return Record(
        stored["identity"],
        stored["version"],
        stored["scorer"],
        tuple(stored["shape"]),
        found,
    )


def _checked_alternative(stored: Any) -> PastAlternative:
    check_fields(stored, FIELDS_OF_ALTERNATIVE)
    own = PastAlternative(
        **{name: tuple(map(_frozen, value)) for name, value in stored.items()}
    )
    n, d = len(own.rows), len(own.names)
    lengths = {len(own.scores), len(own.spreads), n}
    if len(lengths) > 1 or len(own.ranges) != d or {len(r) for r in own.rows} - {d}:
        raise ValueError("has an alternative whose parts do not fit together")
    return own


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _all(is_right: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(is_right, value))


def _is_key(value: Any) -> bool:
    kind = type(value)
    return kind in (str, int, type(None)) or (kind is float and math.isfinite(value))


def _is_known(value: Any) -> bool:
    return value is None or is_float(value)


FIELDS_OF_RECORD: dict[str, Any] = {
    MARK_OF_RECORD: lambda value: value == FORMAT_OF_RECORD,
    "identity": is_text,
    "version": is_text,
    "scorer": is_text,
    "shape": _all(lambda value: value is None or is_count(value)),
    "alternatives": lambda value: isinstance(value, list),
}
FIELDS_OF_ALTERNATIVE: dict[str, Any] = {
    "classes": _all(is_text),
    "names": _all(is_text),
    "ranges": _all(_all(_is_key)),
    "rows": _all(_all(_is_key)),
    "scores": _all(_is_known),
    "spreads": _all(_is_known),
}
