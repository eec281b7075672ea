"""scipy's own distributions by their names: the only ones that a text can name."""

from typing import Any

import scipy.stats

__all__ = ["family_name", "frozen"]

# What a name can stand for is decided here, once, by type; never looked up by a text.
FAMILIES: dict[str, Any] = {
    own.name: own
    for own in vars(scipy.stats).values()
    if isinstance(own, scipy.stats.rv_continuous | scipy.stats.rv_discrete)
}


def family_name(rv: Any) -> str | None:
    """Name of the family of a frozen distribution; None if it is not scipy's own."""
    family = getattr(rv, "dist", None)
    name = getattr(family, "name", None)
    own = FAMILIES.get(name) if isinstance(name, str) else None
    if family is None or own is None or type(own) is not type(family):
        return None
    return str(own.name) if (own.a, own.b) == (family.a, family.b) else None


def frozen(name: Any, args: list[float], kwds: dict[str, float]) -> Any:
    """Distribution of one of scipy's families.

    Raises
    ------
    ValueError
        If there is no such family, or it has no such parameters.
    """
    family = FAMILIES.get(name) if isinstance(name, str) else None
    if family is None:
        raise ValueError("names no distribution of scipy")
    shapes = [own.strip() for own in (family.shapes or "").split(",")]
    if len(args) > family.numargs + 2 or not set(kwds) <= {*shapes, "loc", "scale"}:
        raise ValueError(f"has parameters that {name} does not have")
    try:
        return family(*args, **kwds)
    except TypeError as error:  # too few of them, or one of them twice
        raise ValueError(f"has other parameters than {name}: {error}") from None
