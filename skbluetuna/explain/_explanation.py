"""What a strategy can say of what it has learned."""

from collections.abc import Callable
from typing import NamedTuple

from skbluetuna.history import View
from skbluetuna.model import Influence
from skbluetuna.space import Space
from skbluetuna.stages._base import Boundaries, FloatArray, Regions, Seed

__all__ = ["Explanation"]


class Explanation(NamedTuple):
    """Rules that make tables and predictions, pure functions of what was told.

    Each takes the space, the view of its trials and the seed.
    """

    regions: Callable[[Space, View, Seed], Regions]
    # -> initial weights (d,), and influence of the parameters that vary
    influence: Callable[[Space, View, Seed], tuple[FloatArray, Influence]]
    boundaries: Callable[[Space, View], Boundaries]
    # at unit points (n, d) -> score, its 5 and 95 %, (n, 3)
    predict: Callable[[Space, View, Seed, FloatArray], FloatArray]
