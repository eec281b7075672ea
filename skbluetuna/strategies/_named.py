"""Strategies by name, and as JSON values."""

from dataclasses import asdict, fields
from typing import Any

from skbluetuna.strategies._adaptive import Adaptive
from skbluetuna.strategies._classic import Classic
from skbluetuna.strategies._hyperband import Hyperband
from skbluetuna.strategies._protocol import Strategy

__all__ = [
    "NAMED",
    "decode_strategy",
    "encode_strategy",
    "resolve_strategy",
]

NAMED: dict[str, type[Adaptive] | type[Classic] | type[Hyperband]] = {
    "adaptive": Adaptive,
    "classic": Classic,
    "hyperband": Hyperband,
}


def resolve_strategy(strategy: Any) -> Strategy:
    """Read a strategy given by name or as an object.

    Raises
    ------
    ValueError
        If the name is not known.
    TypeError
        If the object has no ``schedule`` and ``n_trials``.
    """
    if isinstance(strategy, str):
        if strategy not in NAMED:
            raise ValueError(
                f"strategy must be one of {sorted(NAMED)} or an object; "
                f"got {strategy!r}."
            )
        return NAMED[strategy]()
    if isinstance(strategy, type):
        raise TypeError(
            f"strategy must be an object, such as Classic(); got {strategy!r}."
        )
    if not all(callable(getattr(strategy, m, None)) for m in ("schedule", "n_trials")):
        raise TypeError(
            "strategy must be a name or have the methods schedule and n_trials, "
            f"as Classic has; got {strategy!r}."
        )
    return strategy  # type: ignore[no-any-return]


def encode_strategy(strategy: Strategy) -> dict[str, Any] | None:
    """Name and options of a strategy of the package's own; None for any other."""
    for name, own in NAMED.items():
        if type(strategy) is own:
            return {"name": name} | asdict(strategy)
    return None


def decode_strategy(stored: Any, given: str | Strategy | None) -> Strategy:
    """Strategy that `encode_strategy` stored, unless one is given in its place.

    Raises
    ------
    ValueError
        If it has none of the names, other options, or options that can not be.
    """
    if given is not None:
        return resolve_strategy(given)
    if stored is None:
        raise ValueError("strategy must be given: the stored one is not the package's.")
    options = dict(stored) if isinstance(stored, dict) else {}
    name = options.pop("name", None)
    if not isinstance(name, str) or name not in NAMED:
        raise ValueError(f"the stored strategy must be one of {sorted(NAMED)}.")
    if options.keys() != {own.name for own in fields(NAMED[name])}:
        raise ValueError(f"the stored strategy has other options than {name!r} has.")
    try:
        return NAMED[name](**options)
    except TypeError as error:
        raise ValueError(f"the stored strategy: {error}") from error
