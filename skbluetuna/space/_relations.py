"""Relations between parameters: which configurations of a space there are.

These are data: they have a text, which JSON and checkpoints hold. ``_satisfies.py`` has
the others, named functions of a configuration.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._hidden import HIDDEN, hides
from skbluetuna.space._conditional import SEVERAL
from skbluetuna.space._dimensions import is_number, quoted
from skbluetuna.space._likeness import is_alike

__all__ = [
    "AtMost",
    "KnownValues",
    "Forbid",
    "Less",
    "Relation",
    "at_most",
    "forbid",
    "less",
]

FAR, TINY = 1e300, 1e-300  # of an excess


@dataclass(frozen=True, eq=False)
class KnownValues:
    """Values of one parameter in n configurations."""

    values: list[Any]  # those that there are, each once
    place: NDArray[np.intp]  # which of them a configuration has, (n,)
    is_on: NDArray[np.bool_]  # whether the parameter applies, (n,)

    def each(self, of: Callable[[Any], Any]) -> NDArray[Any]:
        """A function of the values in each configuration, (n,)."""
        return np.array([of(value) for value in self.values])[self.place]

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The values as they are compared, (n,)."""
        return self.each(_as_number)


class Relation(ABC):
    """Which configurations there are, of those that dimensions and conditions leave."""

    helper: str  # the function that makes it

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The parameters that it relates; none: it looks at all."""

    @property
    @abstractmethod
    def rule(self) -> str:
        """What a configuration must be, in words."""

    @abstractmethod
    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """What its helper is called with."""

    @abstractmethod
    def _holds(self, params: Mapping[str, Any]) -> bool:
        """Whether it holds, where all of its parameters apply."""

    @abstractmethod
    def _each(self, columns: Mapping[str, KnownValues]) -> NDArray[np.bool_]:
        """The same for n configurations, whether or not all apply."""

    def holds(self, params: Mapping[str, Any]) -> bool:
        """Whether a configuration satisfies it; so does one that lacks a parameter."""
        return not all(name in params for name in self.names) or self._holds(params)

    def holds_each(self, columns: Mapping[str, KnownValues]) -> NDArray[np.bool_]:
        """Whether each of n configurations satisfies it, from columns by name."""
        holds = self._each(columns)
        for name in self.names:
            holds = holds | ~columns[name].is_on
        return holds

    def excess_each(self, columns: Mapping[str, KnownValues]) -> NDArray[np.float64]:
        """How far each of n configurations is from satisfying it; 0 for those that do.

        By this a search for some that do is led.
        """
        return np.where(self.holds_each(columns), 0.0, self._excess(columns))

    def _excess(self, columns: Mapping[str, KnownValues]) -> NDArray[np.float64]:
        """The same for those that do not; 1 where no more can be said."""
        return np.ones(len(next(iter(columns.values())).place))

    def __repr__(self) -> str:
        given, named = self.arguments()
        parts = [repr(one) for one in given]
        parts += [
            f"{name}={HIDDEN if hides(name, value) else repr(value)}"
            for name, value in named.items()
        ]
        return f"{self.helper}({', '.join(parts)})"


@dataclass(frozen=True, repr=False)
class Less(Relation):
    """What `less` returns."""

    smaller: str
    larger: str
    or_equal: bool = False

    helper = "less"

    @property
    def names(self) -> tuple[str, ...]:
        """Both."""
        return self.smaller, self.larger

    @property
    def rule(self) -> str:
        """Which is below which."""
        than = "at most" if self.or_equal else "below"
        return f"{self.smaller!r} must be {than} {self.larger!r}"

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """As `less` takes them."""
        named = {"or_equal": True} if self.or_equal else {}
        return [self.smaller, self.larger], named

    def _holds(self, params: Mapping[str, Any]) -> bool:
        low, high = (_as_number(params[name]) for name in self.names)
        return bool(low <= high if self.or_equal else low < high)

    def _each(self, columns: Mapping[str, KnownValues]) -> NDArray[np.bool_]:
        low, high = (columns[name].numbers for name in self.names)
        return np.asarray(low <= high if self.or_equal else low < high)

    def _excess(self, columns: Mapping[str, KnownValues]) -> NDArray[np.float64]:
        low, high = (columns[name].numbers for name in self.names)
        gap = np.maximum(low, -FAR) - np.minimum(high, FAR)
        return np.asarray(np.minimum(gap, FAR) + TINY)


@dataclass(frozen=True, repr=False)
class AtMost(Relation):
    """What `at_most` returns."""

    total: float
    of: tuple[str, ...]
    is_sum: bool = False

    helper = "at_most"

    @property
    def names(self) -> tuple[str, ...]:
        """All whose product or sum it is."""
        return self.of

    @property
    def rule(self) -> str:
        """What must not be larger."""
        kind = "sum" if self.is_sum else "product"
        names = ", ".join(map(repr, self.of))
        return f"the {kind} of {names} must be at most {self.total}"

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """As `at_most` takes them."""
        return [self.total], {"sum" if self.is_sum else "product": self.of}

    def _holds(self, params: Mapping[str, Any]) -> bool:
        values = np.array([[_as_number(params[name])] for name in self.of])
        return bool(self._whole(values)[0] <= self.total)

    def _each(self, columns: Mapping[str, KnownValues]) -> NDArray[np.bool_]:
        values = np.array([columns[name].numbers for name in self.of])
        return np.asarray(self._whole(values) <= self.total)

    def _excess(self, columns: Mapping[str, KnownValues]) -> NDArray[np.float64]:
        values = np.array([columns[name].numbers for name in self.of])
        return np.asarray(np.minimum(self._whole(values) - self.total, FAR))

    def _whole(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum or product of columns of shape (k, n), one after the other."""
        whole, *rest = values
        for own in rest:
            if self.is_sum:
                whole = whole + own
            else:  # 0 of no limit is 0
                is_zero = (whole == 0.0) | (own == 0.0)
                whole = np.where(is_zero, 0.0, whole) * np.where(is_zero, 0.0, own)
        return np.asarray(whole)


@dataclass(frozen=True, repr=False)
class Forbid(Relation):
    """What `forbid` returns."""

    values: tuple[tuple[str, tuple[Any, ...]], ...]

    helper = "forbid"

    def __hash__(self) -> int:
        return hash(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """All whose values must not stand together."""
        return tuple(name for name, _ in self.values)

    @property
    def rule(self) -> str:
        """Which values must not stand together."""
        parts = [f"{name!r} {_listed(name, own)}" for name, own in self.values]
        if len(parts) == 1:
            return f"there must be no configuration where {parts[0]}"
        return f"{' and '.join(parts)} must not stand together"

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """As `forbid` takes them."""
        return [], {
            name: own[0] if _is_single(own) else [*own] for name, own in self.values
        }

    def _holds(self, params: Mapping[str, Any]) -> bool:
        return not all(_is_one(own, params[name]) for name, own in self.values)

    def _each(self, columns: Mapping[str, KnownValues]) -> NDArray[np.bool_]:
        holds = np.zeros(len(next(iter(columns.values())).place), dtype=np.bool_)
        for name, own in self.values:
            holds |= ~columns[name].each(partial(_is_one, own))
        return holds


def less(smaller: str, larger: str, or_equal: bool = False) -> Less:
    """Let one parameter be below another one.

    Parameters
    ----------
    smaller, larger : str
        Their names. Their values must be numbers; None among ordered choices stands
        for "no limit", above all numbers.
    or_equal : bool, default=False
        Whether they may be equal; by default `smaller` is strictly below.

    Returns
    -------
    relation : Less
        For `constraints` of `BlueTunaSearchCV` and `BlueTuner`. A configuration in
        which one of them does not apply satisfies it.

    Raises
    ------
    TypeError, ValueError
        If they are not two names.

    Examples
    --------
    >>> from skbluetuna import BlueTuner, less
    >>> space = {"min_samples_leaf": (1, 50), "min_samples_split": (2, 100)}
    >>> rule = less("min_samples_leaf", "min_samples_split")
    >>> tuner = BlueTuner(space, constraints=[rule], n_iter=5, random_state=0)
    >>> first = tuner.ask()[0].params
    >>> first["min_samples_leaf"] < first["min_samples_split"]
    True
    """
    _check_names("less", (smaller, larger))
    if not isinstance(or_equal, bool):
        raise TypeError(f"less: or_equal must be True or False; got {or_equal!r}.")
    return Less(smaller, larger, or_equal)


def at_most(
    total: float,
    *,
    product: tuple[str, ...] | None = None,
    sum: tuple[str, ...] | None = None,
) -> AtMost:
    """Let the product, or the sum, of some parameters be no larger than a number.

    Parameters
    ----------
    total : float
        The number; it may be reached.
    product, sum : sequence of str, default=None
        Names of two parameters or more, in one of the two. Their values must be
        numbers; None among ordered choices stands for "no limit", above all numbers.

    Returns
    -------
    relation : AtMost
        For `constraints` of `BlueTunaSearchCV` and `BlueTuner`. A configuration in
        which one of them does not apply satisfies it.

    Raises
    ------
    TypeError, ValueError
        If `total` is no finite number, or neither or both of the others are given.

    Examples
    --------
    >>> from skbluetuna import at_most
    >>> at_most(50_000, product=("n_estimators", "max_leaves"))
    at_most(50000, product=('n_estimators', 'max_leaves'))
    """
    if not is_number(total):
        raise TypeError(f"at_most: total must be a number; got {quoted(total)}.")
    if not math.isfinite(total):
        raise ValueError(f"at_most: total must be finite; got {quoted(total)}.")
    if (product is None) == (sum is None):
        raise ValueError(
            "at_most: one of product and sum must be given. Write "
            'at_most(50_000, product=("n_estimators", "max_leaves")).'
        )
    names: Any = sum if product is None else product
    if isinstance(names, str) or not isinstance(names, tuple | list):
        raise TypeError(
            f"at_most: product and sum take a tuple of names; got {quoted(names)}."
        )
    _check_names("at_most", tuple(names))
    whole = int(total) if float(total).is_integer() else float(total)
    return AtMost(whole, tuple(names), product is None)


def forbid(*others: Any, **values: Any) -> Forbid:
    """Forbid that some parameters have these values together.

    Parameters
    ----------
    *others : none
        Values are given by name.
    **values : object, or list, set, range or array of objects
        Of each parameter, by its name, a value or several. There is no configuration
        in which each of them has one of its values. A value that is itself a list must
        stand in a list.

    Returns
    -------
    relation : Forbid
        For `constraints` of `BlueTunaSearchCV` and `BlueTuner`. A configuration in
        which one of them does not apply satisfies it.

    Raises
    ------
    ValueError, TypeError
        If nothing is named, or a parameter without values.

    Examples
    --------
    >>> from skbluetuna import forbid
    >>> forbid(penalty=["l1", "elasticnet"], solver="lbfgs")
    forbid(penalty=['l1', 'elasticnet'], solver='lbfgs')
    """
    if others:
        raise TypeError(
            f"forbid takes values by name; got {others[0]!r}. Write "
            'forbid(penalty="l1", solver="lbfgs"); names with "__" as a dict, '
            'forbid(**{"clf__penalty": "l1"}).'
        )
    if not values:
        raise ValueError(
            'forbid must name a parameter. Write forbid(penalty="l1", solver="lbfgs").'
        )
    found = []
    for name, value in values.items():
        several = (
            sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        )
        own = tuple(several) if isinstance(value, SEVERAL) else (value,)
        if not own:
            raise ValueError(f"forbid: {name!r} must have a value; got {value!r}.")
        found.append((name, own))
    return Forbid(tuple(found))


def _as_number(value: Any) -> float:
    """A value as it is compared: None is no limit."""
    try:
        return math.inf if value is None else float(value)
    except OverflowError:  # an int beyond the floats
        return math.copysign(math.inf, value)


def _is_single(values: tuple[Any, ...]) -> bool:
    return len(values) == 1 and not isinstance(values[0], SEVERAL)


def _is_one(values: tuple[Any, ...], value: Any) -> bool:
    return any(is_alike(one, value) for one in values)


def _listed(name: str, values: tuple[Any, ...]) -> str:
    if any(hides(name, value) for value in values):
        return f"in {HIDDEN}"
    one = len(values) == 1
    return f"is {quoted(values[0])}" if one else f"in {quoted([*values])}"


def _check_names(helper: str, names: tuple[Any, ...]) -> None:
    if not all(isinstance(name, str) for name in names):
        raise TypeError(
            f"{helper}: parameters must be given by their names; got {quoted(names)}."
        )
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(
            f"{helper} must name two or more parameters, none twice; got "
            f"{quoted(names)}. Of a single one narrow the range."
        )
