"""What may be asked: dimensions, spaces, and how a `param_space` is read.

This room is the border between native Python values and the unit cube: log scales,
integer rounding, choices and distributions are done and undone here and nowhere else.
"""

from skbluetuna.space._categorical import Categorical
from skbluetuna.space._conditional import When, when
from skbluetuna.space._constraints import (
    constrained,
    decode_relation,
    encode_relation,
)
from skbluetuna.space._describe import describe
from skbluetuna.space._dimensions import (
    LARGEST_INT,
    Dimension,
    Integer,
    Real,
    is_integer,
    is_number,
    quoted,
)
from skbluetuna.space._distribution import Distribution
from skbluetuna.space._json import (
    check_same_names,
    decode_params,
    decode_space,
    decode_unit,
    encode_params,
    encode_space,
)
from skbluetuna.space._likeness import is_alike
from skbluetuna.space._parse import parse_dimension, read_number
from skbluetuna.space._relations import (
    AtMost,
    Forbid,
    Less,
    Relation,
    at_most,
    forbid,
    less,
)
from skbluetuna.space._satisfies import Satisfies
from skbluetuna.space._space import Space, Spaces, grid, parse_spaces, read_spaces
from skbluetuna.space._suggest import suggest_space
from skbluetuna.space._suggest_portfolio import WellKnown, suggest_portfolio, well_known
from skbluetuna.space._within import broken_by, excess, satisfied

__all__ = [
    "suggest_portfolio",
    "suggest_space",
    "WellKnown",
    "well_known",
    "LARGEST_INT",
    "Space",
    "Real",
    "Integer",
    "Categorical",
    "Distribution",
    "Dimension",
    "When",
    "when",
    "Spaces",
    "Relation",
    "Less",
    "AtMost",
    "Forbid",
    "Satisfies",
    "less",
    "at_most",
    "forbid",
    "broken_by",
    "excess",
    "satisfied",
    "constrained",
    "decode_relation",
    "encode_relation",
    "check_same_names",
    "decode_params",
    "decode_space",
    "decode_unit",
    "encode_params",
    "describe",
    "encode_space",
    "grid",
    "is_alike",
    "is_integer",
    "is_number",
    "parse_dimension",
    "parse_spaces",
    "read_number",
    "read_spaces",
    "quoted",
]
