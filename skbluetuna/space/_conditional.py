"""Hyperparameters that apply only where another one takes certain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from skbluetuna.space._categorical import Categorical
from skbluetuna.space._dimensions import Dimension

__all__ = ["Condition", "Needs", "When", "needs_of", "split_conditions", "when"]

SEVERAL = (
    list,
    set,
    frozenset,
    range,
    np.ndarray,
)  # these hold values, anything else is one
Needs = dict[int, frozenset[float]]  # by dimension, the units of which one is needed


@dataclass(frozen=True)
class When:
    """What `when` returns: a value of a `param_space` with its condition."""

    parent: str
    values: tuple[Any, ...]
    spec: Any

    def __repr__(self) -> str:
        one = len(self.values) == 1 and not isinstance(self.values[0], SEVERAL)
        values = self.values[0] if one else list(self.values)
        return f"when({self.parent!r}, {values!r}, {self.spec!r})"


@dataclass(frozen=True)
class Condition:
    """A parameter applies where its parent takes one of these values."""

    parent: str
    values: tuple[Any, ...]

    def sorted_by(self, parent: Dimension) -> "Condition":
        """The same, its values in the parent's order: that of a set is any."""
        return Condition(self.parent, tuple(sorted(self.values, key=parent.to_unit)))

    def __str__(self) -> str:
        known = [repr(value) for value in self.values]
        return f"{self.parent!r} is " + (
            known[0] if len(known) == 1 else f"one of [{', '.join(known)}]"
        )


def when(parent: str, values: Any, spec: Any) -> When:
    """Let a parameter apply only where another one takes certain values.

    Where it does not apply it is not passed to the estimator, and two configurations
    that differ in nothing else are one.

    Parameters
    ----------
    parent : str
        Name of a parameter that stands before this one in the `param_space`: a choice
        or a range of integers. It may have a condition of its own; where it does not
        apply, this parameter does not either.
    values : object, or list, set, range or array of objects
        The parent's values for which this parameter applies. A value that is itself a
        list must stand in a list.
    spec : object
        What may be tried, as any value of a `param_space`; a further ``when`` holds in
        addition.

    Returns
    -------
    value : When
        For use as a value of a `param_space`.

    Raises
    ------
    TypeError, ValueError
        If `parent` is not a str, or there are no values. Whether the condition fits its
        space is checked with the space.

    Examples
    --------
    >>> from skbluetuna import Space, when
    >>> space = Space({"kernel": ["rbf", "poly"], "degree": when("kernel", "poly", (2, 5))})
    >>> space.from_unit([[0.2, 0.9], [0.7, 0.9]])
    [{'kernel': 'rbf'}, {'kernel': 'poly', 'degree': 5}]
    """  # noqa: E501
    if not isinstance(parent, str):
        raise TypeError(f"when: parent must be a parameter's name; got {parent!r}.")
    own = tuple(values) if isinstance(values, SEVERAL) else (values,)
    if not own:
        raise ValueError(f"when: values of {parent!r} must hold at least one; got [].")
    return When(parent, own, spec)


def split_conditions(spec: Any) -> tuple[Any, tuple[Condition, ...]]:
    """What may be tried, without the conditions around it; and these."""
    found = []
    while isinstance(spec, When):
        found.append(Condition(spec.parent, spec.values))
        spec = spec.spec
    return spec, tuple(found)


def needs_of(
    name: str,
    conditions: Iterable[Condition],
    earlier: Mapping[str, Dimension],
    names: Iterable[str],
    known: list[Needs],
) -> Needs:
    """What a parameter needs to apply, with all that its parents need.

    Parameters
    ----------
    name : str
        The parameter.
    conditions : iterable of Condition
        Its own conditions.
    earlier : mapping of str to dimension
        The parameters before it.
    names : iterable of str
        All parameters.
    known : list of Needs
        What each of those before it needs.

    Raises
    ------
    ValueError
        If a parent is unknown or not before it, can not be listed or lacks a value, or
        if nothing meets all conditions.
    """
    places = {parent: j for j, parent in enumerate(earlier)}
    needs: Needs = {}
    for condition in conditions:
        what = f"param_space[{name!r}]: its condition, {condition},"
        _check(what, condition, earlier, names)
        place, dim = places[condition.parent], earlier[condition.parent]
        own = {place: frozenset(dim.to_unit(value) for value in condition.values)}
        for parent, units in [*known[place].items(), *own.items()]:
            needs[parent] = needs.get(parent, units) & units
            if not needs[parent]:
                raise ValueError(f"{what} contradicts another: it can never apply.")
    return needs


def _check(
    what: str,
    condition: Condition,
    earlier: Mapping[str, Dimension],
    names: Iterable[str],
) -> None:
    """Refuse a condition that does not fit its parent."""
    parent = condition.parent
    if parent not in earlier:
        rule = (
            "must be on a parameter that stands before it (none may wait for itself)"
            if parent in names
            else f"must be on another parameter of {sorted(names)}"
        )
        raise ValueError(f"{what} {rule}.")
    dim = earlier[parent]
    if dim.n_values is None:
        raise ValueError(f"{what} must be on a choice or a range of integers.")
    for value in condition.values:
        if not dim.contains(value):
            within = dim.choices if isinstance(dim, Categorical) else dim
            raise ValueError(f"{what} must name values within {within!r}.")
