"""What each alternative asks first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from skbluetuna.history import row_keys
from skbluetuna.space import Space

__all__ = ["as_references", "initial_rows"]

Params = dict[str, Any]


def initial_rows(
    spaces: tuple[Space, ...],
    reference: Any,
    initial_params: Sequence[Mapping[str, Any]] | None,
    name: str = "initial_params",
) -> list[list[Params]]:
    """Complete configurations that each alternative asks first, its reference leading.

    Parameters
    ----------
    spaces : tuple of k Space
        The alternatives.
    reference : mapping, sequence of k mappings, or None
        Where each scan looks around; what is missing or outside its dimension (None
        is, unless it is a choice) stands at the centre.
    initial_params : sequence of mappings or None
        More configurations. Each goes to the first alternative that holds it; what it
        does not name stands at the reference's value.
    name : str, default="initial_params"
        What messages call them.

    Returns
    -------
    rows : list of k lists of dicts
        Native values; no configuration twice.

    Raises
    ------
    ValueError, TypeError
        If a configuration belongs to no alternative.
    """
    references = as_references(spaces, reference)
    rows = [[s.filled(r)] for s, r in zip(spaces, references, strict=True)]
    given: object = initial_params  # whatever its annotation promises
    if isinstance(given, Mapping) or not isinstance(given, Iterable | None):
        raise TypeError(f"{name} must be a list of dicts; got {initial_params!r}.")
    for i, params in enumerate(initial_params or ()):
        k = _home(spaces, [own[0] for own in rows], params, f"{name}[{i}]")
        rows[k].append(spaces[k].filled(rows[k][0] | dict(params)))
    return [_distinct(s, own) for s, own in zip(spaces, rows, strict=True)]


def as_references(
    spaces: tuple[Space, ...], reference: Any
) -> Sequence[Mapping[str, Any]]:
    """One configuration for each alternative, as `BlueTuner` takes them.

    Raises
    ------
    ValueError, TypeError
        If they are not as many as alternatives, or no dicts.
    """
    if reference is None:
        reference = [{}] * len(spaces)
    references = [reference] if isinstance(reference, Mapping) else reference
    if not isinstance(references, Sequence) or not all(
        isinstance(one, Mapping) for one in references
    ):
        raise TypeError(
            f"reference must be a dict or a list of dicts; got {reference!r}."
        )
    if len(references) != len(spaces):
        raise ValueError(
            f"reference must hold one configuration for each of {len(spaces)} "
            f"alternatives; got {len(references)}."
        )
    return references


def _home(
    spaces: tuple[Space, ...], references: list[Params], params: Any, what: str
) -> int:
    """Number of the first alternative that holds a configuration."""
    if not isinstance(params, Mapping):
        raise TypeError(f"{what} must be a dict; got {params!r}.")
    pairs = zip(spaces, references, strict=True)
    faults = [space.fault(params, reference) for space, reference in pairs]
    if None not in faults:
        raise ValueError(f"{what}: {faults[0]}")
    return faults.index(None)


def _distinct(space: Space, rows: list[Params]) -> list[Params]:
    keys = row_keys(space.snap(space.to_unit(rows)))
    first: dict[bytes, Params] = {}
    for key, row in zip(keys, rows, strict=True):
        first.setdefault(key, row)
    return list(first.values())
