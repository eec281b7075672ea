"""Named dimensions in their order: dicts of native values <-> rows of the unit cube."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.space._categorical import Categorical
from skbluetuna.space._conditional import (
    Condition,
    Needs,
    When,
    needs_of,
    split_conditions,
)
from skbluetuna.space._describe import describe
from skbluetuna.space._dimensions import (
    Dimension,
    Integer,
    Real,
    is_integer,
    is_number,
    quoted,
    range_spec,
)
from skbluetuna.space._parse import parse_dimension
from skbluetuna.space._relations import Relation
from skbluetuna.space._within import broken_by, satisfied

__all__ = ["Space", "Spaces", "grid", "parse_spaces", "read_spaces"]

FloatArray = NDArray[np.float64]
OTHER = -1.0  # a unit that no condition names
MOST_LISTED = (
    20_000  # configurations that are looked at to count those within relations
)


@dataclass(frozen=True, init=False, eq=True, repr=False)
class Space:
    """A search space: one dimension for each named hyperparameter.

    Parameters
    ----------
    param_space : mapping of str to range, choices, distribution, dimension or ``when``
        What may be asked, as in `BlueTunaSearchCV`.

    Attributes
    ----------
    names : tuple of str
        The hyperparameters, in the order of the mapping.
    dimensions : tuple
        One `Real`, `Integer`, `Categorical` or distribution for each.
    conditions : tuple of tuples of Condition
        Those under which each applies; none for most.
    relations : tuple of Relation
        What else a configuration must satisfy, see `constraints` of `BlueTuner`.

    Raises
    ------
    ValueError, TypeError
        If the mapping is empty, a value is no dimension or a condition does not fit;
        the message names it.

    Examples
    --------
    >>> space = Space({"C": (0.01, 100.0, "log"), "kernel": ["rbf", "linear"]})
    >>> space.from_unit([[0.5, 0.9]])
    [{'C': 1.0, 'kernel': 'linear'}]
    >>> space.to_unit([{"C": 100.0, "kernel": "rbf"}])
    array([[1.  , 0.25]])
    """

    names: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    conditions: tuple[tuple[Condition, ...], ...]
    relations: tuple[Relation, ...]
    _needs: tuple[Needs, ...] = field(repr=False, compare=False)
    # Ranges of integers that were written as a tuple of two ints, from which nobody
    # knows yet whether floats were meant; and integers for what else is a float.
    _open: frozenset[str] = field(repr=False, compare=False)
    _whole: frozenset[str] = field(repr=False, compare=False)

    def __init__(self, param_space: "Mapping[str, Any] | Space") -> None:
        if isinstance(param_space, Space):
            vars(self).update(vars(param_space))
            return
        if not isinstance(param_space, Mapping):
            raise TypeError(
                "param_space must be a dict of names and values; "
                f"got {type(param_space).__name__}."
            )
        if not param_space:
            raise ValueError("param_space must name at least one parameter; got {}.")
        for name in param_space:
            if not isinstance(name, str):
                raise TypeError(f"param_space: names must be strings; got {name!r}.")
        dims: dict[str, Dimension] = {}
        conditions, needs, opened = [], list[Needs](), set[str]()
        for name, value in param_space.items():
            spec, own = split_conditions(value)
            dimension = parse_dimension(name, spec)
            if isinstance(spec, tuple) and isinstance(dimension, Integer):
                opened.add(name)
            opened -= {one.parent for one in own}  # a condition is on an integer
            needs.append(needs_of(name, own, dims, param_space, needs))
            conditions.append(tuple(one.sorted_by(dims[one.parent]) for one in own))
            dims[name] = dimension
        vars(self).update(
            names=tuple(dims),
            dimensions=tuple(dims.values()),
            conditions=tuple(conditions),
            relations=(),
            _needs=tuple(needs),
            _open=frozenset(opened),
            _whole=frozenset(),
        )

    def __repr__(self) -> str:
        return describe(self)

    def __len__(self) -> int:
        return len(self.names)

    def read_by(self, own: Mapping[str, Any]) -> "Space":
        """The space as it is read where the estimator's own values are known.

        Parameters
        ----------
        own : mapping
            Values by name, of any parameters; None says nothing.

        Returns
        -------
        space : Space
            The same with a range of floats where a range was written with two ints and
            the own value is a float.

        Raises
        ------
        ValueError
            If a range was written with two neighbouring ints, and the own value does
            not say that it is an integer.
        """
        dims = dict(zip(self.names, self.dimensions, strict=True))
        whole = set(self._whole)
        for name, dim in dims.items():
            value = own.get(name)
            is_float = is_number(value) and not is_integer(value) and value == value  # noqa: PLR0124
            if name in self._open and isinstance(dim, Integer):
                if is_float:
                    dims[name] = Real(dim.low, dim.high, dim.log, dim.n_splits)
                elif not is_integer(value):
                    _check_wide(name, dim)
            elif is_float and dim.n_values is not None:
                whole.add(name)
        return self._with(
            dimensions=tuple(dims.values()),
            _open=frozenset[str](),
            _whole=frozenset(whole),
        )

    def related_by(self, relations: tuple[Relation, ...]) -> "Space":
        """The space of those configurations that satisfy these relations."""
        return self._with(relations=relations)

    def _with(self, **changed: Any) -> "Space":
        other = object.__new__(Space)
        own = {one.name: getattr(self, one.name) for one in fields(self)}  # no caches
        vars(other).update(own, **changed)
        return other

    def spelled(self, narrowed: dict[str, Any]) -> dict[str, Any]:
        """A part of the space, with ranges of integers that would be read as floats.

        Parameters
        ----------
        narrowed : dict
            A part of this space, as `param_space` takes it.

        Returns
        -------
        spelled : dict
            The same, where needed with `Integer` in place of two ints.
        """
        return {
            name: _spelled(spec) if name in self._whole else spec
            for name, spec in narrowed.items()
        }

    @cached_property
    def size(self) -> int | None:
        """Number of configurations; None if there is a continuum.

        None, too, where relations leave a part of more than 20,000: nobody counts it.
        """
        if any(dim.n_values is None for dim in self.dimensions):
            return None
        if not self.relations:
            return self._n_unrelated()
        return len(grid(self)) if self._n_unrelated() <= MOST_LISTED else None

    def _n_unrelated(self) -> int:
        """Number of configurations of a finite space, relations aside."""
        named: dict[int, set[float]] = {}  # units that some condition names
        last: dict[int, int] = {}  # the last parameter that asks for them
        for j, needs in enumerate(self._needs):
            for parent, units in needs.items():
                named.setdefault(parent, set()).update(units)
                last[parent] = j
        # Configurations of the first j parameters, by the units that still matter.
        counts: dict[tuple[float, ...], int] = {(): 1}
        for j, dim in enumerate(self.dimensions):
            grown: dict[tuple[float, ...], int] = {}
            for before, count in counts.items():
                if not self._applies(j, before):
                    options = {OTHER: 1}
                else:
                    options = dict.fromkeys(named.get(j, ()), 1)
                    options[OTHER] = (dim.n_values or 0) - len(options)
                kept = [
                    OTHER if last.get(p, j) <= j else u for p, u in enumerate(before)
                ]
                for unit, n in options.items():
                    key = (*kept, unit)
                    grown[key] = grown.get(key, 0) + count * n
            counts = {key: n for key, n in grown.items() if n}
        return sum(counts.values())

    @cached_property
    def grid_units(self) -> FloatArray:
        """Unit points of every configuration of a finite space, shape (size, d).

        In the order of `grid`. A search that asks one by one reads them each time.
        """
        points = self.to_unit(grid(self))
        points.flags.writeable = False
        return points

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds: not what was made out on the way."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def _idle(self) -> FloatArray:
        """Where each coordinate stands while its parameter does not apply.

        In the middle, where the model's terms with it vanish; of a choice without
        order at the upper end, where none of its values stands.
        """
        return np.array([0.5 if dim.is_ordered else 1.0 for dim in self.dimensions])

    def _applies(self, j: int, units: Sequence[float]) -> bool:
        """Whether parameter j applies, given the snapped units before it."""
        return all(units[parent] in own for parent, own in self._needs[j].items())

    def applies(self, U: FloatArray) -> NDArray[np.bool_]:
        """Which parameters apply at unit points of shape (n, d); the same shape."""
        on = np.ones(U.shape, dtype=np.bool_)
        for j, needs in enumerate(self._needs):
            for parent, units in needs.items():
                own = self.rounded_one(parent, U[:, parent])
                on[:, j] &= np.isin(own, list(units))
        return on

    def example(self, name: str) -> dict[str, Any]:
        """Return a configuration in which a parameter applies, else at the centre."""
        needs = self._needs[self.names.index(name)]
        wanted = {
            self.names[j]: self.dimensions[j].from_unit(min(units))
            for j, units in needs.items()
        }
        return self.filled(wanted)

    def values_beside(self, name: str, parent: str) -> tuple[list[Any], bool]:
        """Return what a choice may be where a parameter applies.

        Parameters
        ----------
        name, parent : str
            The parameter, and the choice.

        Returns
        -------
        values : list
            Choices of the parent; none if it is no choice.
        is_always : bool
            Whether the parent itself applies there.
        """
        j, k = self.names.index(name), self.names.index(parent)
        dim, needs = self.dimensions[k], self._needs[j]
        choices = dim.choices if isinstance(dim, Categorical) else ()
        own = needs.get(k)
        values = [v for v in choices if own is None or dim.to_unit(v) in own]
        return values, set(self._needs[k]) <= set(needs)

    def to_unit(self, params: Iterable[Mapping[str, Any]]) -> FloatArray:
        """Unit points of configurations.

        Parameters
        ----------
        params : iterable of n mappings
            Configurations, each with a value of every parameter that applies.

        Returns
        -------
        U : ndarray of shape (n, d)
            Points in the unit cube.

        Raises
        ------
        ValueError
            If a name is missing, unknown or does not apply, or a value is outside its
            dimension.
        """
        rows = [self._row(p) for p in params]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self))

    def _row(self, params: Mapping[str, Any]) -> list[float]:
        units: list[float] = []
        for j, (name, dim) in enumerate(zip(self.names, self.dimensions, strict=True)):
            if not self._applies(j, units):
                units.append(float(self._idle[j]))
                continue
            if name in params and not dim.contains(params[name]):
                raise ValueError(
                    f"the value of {name!r} must lie in {quoted(dim)}; "
                    f"got {quoted(params[name])}."
                )
            units.append(float(dim.to_unit(params[name])) if name in params else 0.0)
        on = self._names_on(units)
        if set(params) != set(on):
            raise ValueError(f"a configuration must name {on}; got {list(params)}.")
        return units

    def _names_on(self, units: Sequence[float]) -> list[str]:
        return [name for j, name in enumerate(self.names) if self._applies(j, units)]

    def filled(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Complete a configuration: what it lacks, or is no value, is the centre.

        Parameters
        ----------
        params : mapping
            Values by name, of any parameters.

        Returns
        -------
        filled : dict
            Native values of every parameter that applies, in the order of the names.
        """
        found: dict[str, Any] = {}
        units: list[float] = []
        for j, (name, dim) in enumerate(zip(self.names, self.dimensions, strict=True)):
            units.append(float(self._idle[j]))
            if self._applies(j, units):
                is_known = name in params and dim.contains(params[name])
                found[name] = dim.native(params[name]) if is_known else dim.centre
                units[j] = float(dim.to_unit(found[name]))
        return found

    def holds(self, params: Mapping[str, Any]) -> bool:
        """Whether a complete configuration belongs to the space."""
        dims = dict(zip(self.names, self.dimensions, strict=True))
        is_known = all(n in dims and dims[n].contains(v) for n, v in params.items())
        is_whole = is_known and set(params) == set(self.filled(params))
        return is_whole and self.broken(self.filled(params)) is None

    def broken(self, params: Mapping[str, Any]) -> Relation | None:
        """The first relation that a complete configuration breaks; None if it is none.

        Parameters
        ----------
        params : mapping
            Native values of every parameter that applies.

        Returns
        -------
        relation : Relation or None
            The relation.
        """
        return next((one for one in self.relations if not one.holds(params)), None)

    def feasible(self, U: FloatArray) -> NDArray[np.bool_]:
        """Which unit points satisfy all relations.

        Parameters
        ----------
        U : ndarray of shape (n, d)
            Points as `snap` moves them.

        Returns
        -------
        is_within : ndarray of shape (n,), bool
            True for all where there are no relations.
        """
        if not self.relations or not len(U):
            return np.ones(len(U), dtype=np.bool_)
        return np.asarray(satisfied(self, U).all(axis=1))

    def fault(
        self, params: Mapping[str, Any], reference: Mapping[str, Any] | None = None
    ) -> str | None:
        """Say why a configuration, complete or not, does not belong; None if it does.

        Parameters
        ----------
        params : mapping
            Values by name.
        reference : mapping or None, default=None
            What stands in for the values it lacks; None: the centre.

        Returns
        -------
        fault : str or None
            A sentence that names parameter, rule and value.
        """
        dims = dict(zip(self.names, self.dimensions, strict=True))
        for name, value in params.items():
            if name not in dims:
                return f"{name!r} must be one of {sorted(dims)}."
            if not dims[name].contains(value):
                return (
                    f"{name!r} must lie in {quoted(dims[name])}; got {quoted(value)}."
                )
        filled = self.filled({**(reference or {}), **params})
        for name in sorted(set(params) - set(filled)):
            rules = " and ".join(map(str, self.conditions[self.names.index(name)]))
            return f"{name!r} applies only where {rules}; got {quoted(dict(params))}."
        relation = self.broken(filled)
        if relation is None:
            return None
        return f"{broken_by(relation, filled)} Write values that satisfy it."

    def from_unit(self, U: Any) -> list[dict[str, Any]]:
        """Configurations at unit points: the inverse of `to_unit`.

        Parameters
        ----------
        U : array-like of shape (n, d)
            Points in the unit cube.

        Returns
        -------
        params : list of n dicts
            Native Python values of the parameters that apply, in the order of the
            names.
        """
        U = np.asarray(U, dtype=np.float64)
        columns = list(zip(self.names, self.dimensions, strict=True))
        return [
            {
                name: dim.from_unit(float(u))
                for (name, dim), u, is_on in zip(columns, row, on, strict=True)
                if is_on
            }
            for row, on in zip(U, self.applies(U), strict=True)
        ]

    def snap(self, U: FloatArray) -> FloatArray:
        """Move points onto what would be evaluated there.

        Integers and choices move to the middle of their part of the interval, and what
        does not apply to the middle of the whole; a continuum stays. Two rows that snap
        alike are one configuration.

        Parameters
        ----------
        U : ndarray of shape (n, d)
            Points in the unit cube.

        Returns
        -------
        snapped : ndarray of shape (n, d)
            The same points, moved.
        """
        return self.settled(self.rounded(U))

    def settled(self, U: FloatArray) -> FloatArray:
        """Move what does not apply to where it stands; points are rounded already.

        Parameters
        ----------
        U : ndarray of shape (n, d)
            Points in the unit cube, as from `rounded`.

        Returns
        -------
        snapped : ndarray of shape (n, d)
            The same points, moved as by `snap`.
        """
        if not any(self.conditions):
            return U
        return np.where(self.applies(U), U, self._idle)

    def rounded(self, U: FloatArray) -> FloatArray:
        """Move points onto the values of each parameter, whether it applies or not.

        Parameters
        ----------
        U : ndarray of shape (n, d)
            Points in the unit cube.

        Returns
        -------
        rounded : ndarray of shape (n, d)
            The same points, moved as by `snap` but for the conditions.
        """
        columns = [self.rounded_one(j, U[:, j]) for j in range(len(self))]
        return np.stack(columns, axis=1)

    def rounded_one(self, j: int, units: FloatArray) -> FloatArray:
        """Move units of one coordinate onto what would be evaluated there.

        Parameters
        ----------
        j : int
            The coordinate.
        units : ndarray of shape (n,)
            Its units.

        Returns
        -------
        rounded : ndarray of shape (n,)
            The same, moved as by `rounded`.
        """
        dim = self.dimensions[j]
        if dim.n_values is None and not (isinstance(dim, Real) and dim.is_coarse):
            return np.asarray(units, dtype=np.float64)
        if isinstance(dim, Categorical | Integer):
            return dim.snapped(units)
        return np.array([dim.to_unit(dim.from_unit(float(u))) for u in units])

    def centre(self) -> dict[str, Any]:
        """Return the configuration in the middle of every dimension."""
        return self.filled({})


class Spaces(tuple[Space, ...]):
    """The alternatives of a search, which show themselves as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        return describe(self)


def _check_wide(name: str, dim: Integer) -> None:
    """Refuse two neighbouring integers where nothing says that integers are meant."""
    if dim.high - dim.low > 1:
        return
    floats = range_spec(float(dim.low), float(dim.high), dim.log, dim.n_splits)
    raise ValueError(
        f"param_space[{name!r}]: a range of two integers holds nothing between them; "
        f"got ({dim.low}, {dim.high}). Write {floats!r} for a range of floats, "
        f"[{dim.low}, {dim.high}] for two choices."
    )


def _spelled(spec: Any) -> Any:
    if isinstance(spec, When):
        return When(spec.parent, spec.values, _spelled(spec.spec))
    return parse_dimension("", spec) if isinstance(spec, tuple) else spec


def read_spaces(
    spaces: Iterable[Space], owns: Iterable[Mapping[str, Any]]
) -> tuple[Space, ...]:
    """Each alternative as it is read by its own values, see `Space.read_by`."""
    found = []
    pairs = list(zip(spaces, owns, strict=True))
    for n, (space, own) in enumerate(pairs):
        try:
            found.append(space.read_by(own))
        except ValueError as error:
            if len(pairs) == 1:
                raise
            raise ValueError(f"alternative {n}: {error}") from error
    return Spaces(found)


def parse_spaces(param_space: Any) -> tuple[Space, ...]:
    """Read a `param_space` as its alternatives.

    Parameters
    ----------
    param_space : mapping, Space, or sequence of these
        One space, or several alternatives of which each trial belongs to one.

    Returns
    -------
    spaces : tuple of Space
        The alternatives; one for a single mapping.

    Raises
    ------
    ValueError, TypeError
        If it is empty or not readable; the message says which alternative.

    Examples
    --------
    >>> [space.names for space in parse_spaces([{"C": [1, 2]}, {"gamma": (0.1, 1.0)}])]
    [('C',), ('gamma',)]
    """
    if isinstance(param_space, Mapping | Space):
        return Spaces((Space(param_space),))
    if not isinstance(param_space, Sequence) or isinstance(param_space, str):
        raise TypeError(
            "param_space must be a dict or a list of dicts; "
            f"got {type(param_space).__name__}."
        )
    if not param_space:
        raise ValueError("param_space must hold at least one alternative; got [].")
    spaces = []
    for i, alternative in enumerate(param_space):
        try:
            spaces.append(Space(alternative))
        except (TypeError, ValueError) as error:
            raise type(error)(f"alternative {i}: {error}") from error
    return Spaces(spaces)


def grid(space: Space) -> list[dict[str, Any]]:
    """List every configuration of a finite space, as scikit-learn's ParameterGrid does.

    Names are sorted and the last one varies fastest; a parameter that does not apply
    comes before its first value.
    """
    rows: list[tuple[dict[str, Any], dict[str, int]]] = [({}, {})]
    for j, (name, dim) in enumerate(zip(space.names, space.dimensions, strict=True)):
        grown = []
        for params, places in rows:
            if space.conditions[j] and name not in space.filled(params):
                grown.append((params, places))
                continue
            for place, value in enumerate(dim.values()):
                grown.append((params | {name: value}, places | {name: place}))
        rows = grown
    names = sorted(space.names)
    rows.sort(key=lambda row: [row[1].get(name, -1) for name in names])
    found = [{n: params[n] for n in names if n in params} for params, _ in rows]
    return [params for params in found if space.broken(params) is None]
