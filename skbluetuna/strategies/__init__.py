"""Which stages, with which settings, for a space and a budget.

A strategy is a frozen value that makes out a `Schedule`; ``_protocol`` says what it
must provide. Its options are checked when it is made.
"""

from skbluetuna.strategies._adaptive import Adaptive
from skbluetuna.strategies._classic import Classic
from skbluetuna.strategies._hyperband import Hyperband
from skbluetuna.strategies._named import (
    NAMED,
    decode_strategy,
    encode_strategy,
    resolve_strategy,
)
from skbluetuna.strategies._protocol import Schedule, Strategy
from skbluetuna.strategies._rungs import RungRule, Spent

__all__ = [
    "NAMED",
    "Adaptive",
    "Classic",
    "Hyperband",
    "RungRule",
    "Schedule",
    "Spent",
    "Strategy",
    "decode_strategy",
    "encode_strategy",
    "resolve_strategy",
]
