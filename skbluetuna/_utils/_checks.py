"""Checks of numbers at the border."""

from typing import Any

import numpy as np

__all__ = ["check_count", "draw_seed"]


def draw_seed(random_state: Any, name: str = "random_state") -> int:
    """Seed of a whole search as a non-negative int; None and generators draw one."""
    if random_state is None:
        return int(np.random.default_rng().integers(2**31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if not isinstance(random_state, int | np.integer):
        raise TypeError(
            f"{name} must be an int, a numpy Generator or RandomState, or None; "
            f"got {random_state!r}."
        )
    if random_state < 0:
        raise ValueError(f"{name} must not be negative; got {random_state}.")
    return int(random_state)


def check_count(name: str, value: Any) -> int:
    """Return a positive int as Python's own, or say what is wrong with it."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int or None; got {value!r}.")
    if value < 1:
        raise ValueError(f"{name} must be at least 1; got {value}.")
    return int(value)
