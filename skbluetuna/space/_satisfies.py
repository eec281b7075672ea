"""Relations that are functions of a configuration, and what may be a relation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.space._dimensions import quoted
from skbluetuna.space._relations import KnownValues, Relation

__all__ = ["Satisfies", "as_relation"]

EXAMPLE = (
    'less("min_samples_leaf", "min_samples_split"), forbid(penalty="l1", '
    'solver="lbfgs"), at_most(50_000, product=("n_estimators", "max_leaves")), or a '
    "function of a configuration that returns True or False"
)


@dataclass(frozen=True, repr=False)
class Satisfies(Relation):
    """A function of a configuration that says whether there is such a one."""

    function: Callable[[dict[str, Any]], bool]

    helper = ""

    def __repr__(self) -> str:
        return name_of(self.function)

    @property
    def names(self) -> tuple[str, ...]:
        """None: it looks at all."""
        return ()

    @property
    def rule(self) -> str:
        """That it is true."""
        return f"{self!r}(configuration) must be True"

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """Nothing makes it."""
        return [], {}

    def _holds(self, params: Mapping[str, Any]) -> bool:
        try:
            answer = self.function(dict(params))
        except Exception as error:
            raise ValueError(
                f"constraints: {self!r} failed with {error!r} for "
                f"{quoted(dict(params))}. It is called with the parameters that apply; "
                "write params.get(name) for one that may not."
            ) from error
        if not isinstance(answer, bool | np.bool_):
            raise TypeError(
                f"constraints: {self!r} must return True or False; got "
                f"{quoted(answer)} for {quoted(dict(params))}."
            )
        return bool(answer)

    def _each(self, columns: Mapping[str, KnownValues]) -> NDArray[np.bool_]:
        known = [(n, own, own.is_on.tolist()) for n, own in columns.items()]
        rows = range(len(known[0][2]))
        return np.array(
            [
                self._holds({n: c.values[c.place[i]] for n, c, on in known if on[i]})
                for i in rows
            ],
            dtype=np.bool_,
        )


def as_relation(given: Any, what: str) -> Relation:
    """Read one of the constraints.

    Raises
    ------
    TypeError
        If it is neither a relation nor a named function.
    """
    if isinstance(given, Relation):
        return given
    if not callable(given) or isinstance(given, type):
        raise TypeError(f"{what} must be a relation: {EXAMPLE}; got {quoted(given)}.")
    inner = given
    while isinstance(inner, partial):
        inner = inner.func
    if isinstance(inner, FunctionType) and "<" in inner.__qualname__:
        kind = "a lambda" if inner.__name__ == "<lambda>" else "one within a function"
        raise TypeError(
            f"{what} must be a named function, which can be pickled and is known again "
            f"in a checkpoint; got {kind}. Write it at the top of a module: def "
            "is_small(params): return ..., or one of less, forbid and at_most."
        )
    return Satisfies(given)


def name_of(function: Any) -> str:
    """Name of a function, or of what stands in its place."""
    if isinstance(function, partial):
        return f"partial({name_of(function.func)}, ...)"
    name = getattr(function, "__qualname__", None)
    return str(name or type(function).__qualname__)
