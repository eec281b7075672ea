"""What was learned, in the user's own names and values."""

from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._table import Table
from skbluetuna.history import Trial, is_better
from skbluetuna.model import ROWS, Influence, pairs
from skbluetuna.space import Categorical, Dimension, Space, parse_dimension, when
from skbluetuna.stages._base import Boundaries, FloatArray, Regions, active

__all__ = [
    "at_ends",
    "boundary_table",
    "interaction_table",
    "narrowed_space",
    "region_table",
    "weight_table",
]

LEAST_VALUES = 3  # of a range or a choice whose ends say something
NEAR_END = 0.01  # of the unit interval


def _objects(values: list[Any]) -> NDArray[np.object_]:
    """Array of Python objects; sequences among them stay whole."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def region_table(space: Space, regions: Regions) -> Table:
    """Regions with native bounds; a choice's region is the choice itself."""
    names = [space.names[j] for j in regions.param]
    edges = [_native_edges(space, regions, row) for row in range(len(names))]
    return Table(
        param=_objects(names),
        low=_objects([low for low, _ in edges]),
        high=_objects([high for _, high in edges]),
        **regions.measures,
        kept=regions.kept,
    )


def boundary_table(space: Space, found: Boundaries) -> Table:
    """Scanned boundaries as native values, with scores and slopes."""
    dims = [space.dimensions[j] for j in found.param]
    values = [dim.from_unit(float(u)) for dim, u in zip(dims, found.at, strict=True)]
    return Table(
        param=_objects([space.names[j] for j in found.param]),
        value=_objects(values),
        score=found.score,
        slope=found.slope,
    )


def _native_edges(space: Space, regions: Regions, row: int) -> tuple[Any, Any]:
    dim = space.dimensions[regions.param[row]]
    low, high = float(regions.low[row]), float(regions.high[row])
    if not dim.is_ordered:
        return (dim.from_unit((low + high) / 2.0),) * 2
    return dim.from_unit(low), dim.from_unit(high)


def weight_table(
    space: Space, initial: FloatArray, learned: Influence, ends: dict[str, str]
) -> Table:
    """Influence of each parameter; one that cannot vary has none."""
    rows = np.zeros((1 + len(ROWS), len(space)))
    rows[:, active(space)] = [*learned.base, initial]
    columns = (*ROWS, "initial_weight")
    return Table(
        param=_objects(list(space.names)),
        **dict(zip(columns, rows, strict=True)),
        at_end=_objects([ends.get(name, "") for name in space.names]),
    )


def at_ends(
    space: Space, best: Trial | None, trials: Iterable[Trial]
) -> dict[str, str]:
    """Parameters of which the best value stands at the end of the range, and which end.

    Parameters
    ----------
    space : Space
        The space.
    best : Trial or None
        The best trial.
    trials : iterable of Trial
        All of this space. Some must have been elsewhere, and none there as good.

    Returns
    -------
    ends : dict of str
        ``"low"`` or ``"high"`` by parameter. Of choices only those of ordered numbers
        have ends; of two values each is one, which says nothing.
    """
    if best is None or best.score is None:
        return {}
    scored = [(t.params, t.score) for t in trials if t.score is not None]
    ends = {}
    for name, dim in zip(space.names, space.dimensions, strict=True):
        end = _end(dim, best.params.get(name))
        if end:
            elsewhere = [
                score
                for params, score in scored
                if name in params and _end(dim, params[name]) != end
            ]
            if elsewhere and all(is_better(best.score, score) for score in elsewhere):
                ends[name] = end
    return ends


def _end(dim: Dimension, value: Any) -> str:
    """At which end of its range a value stands, if it does."""
    few = dim.n_values is not None and dim.n_values < LEAST_VALUES
    if few or not dim.is_ordered or not isinstance(value, Real):
        return ""
    first, last = (dim.to_unit(dim.from_unit(unit)) for unit in (0.0, 1.0))
    unit = dim.to_unit(value)
    if max(first, NEAR_END) < unit < min(last, 1.0 - NEAR_END):
        return ""
    return "low" if value < dim.centre else "high"  # lists may fall


def interaction_table(space: Space, learned: Influence) -> Table:
    """Interactions of each pair of parameters that vary, products before ratios."""
    names = [space.names[j] for j in active(space)]
    i, j = pairs(len(names))
    kinds = [("product", learned.product), ("log_ratio", learned.ratio)]
    known = [(kind, rows) for kind, rows in kinds if rows is not None]
    rows = np.hstack([rows for _, rows in known])
    return Table(
        param_a=_objects([names[k] for k in i] * len(known)),
        param_b=_objects([names[k] for k in j] * len(known)),
        kind=_objects([kind for kind, _ in known for _ in i]),
        **dict(zip(ROWS, rows, strict=True)),
    )


def narrowed_space(
    space: Space, regions: Regions, best: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Shrink the space to its kept regions and the best configurations.

    A range becomes the smallest one that holds its kept regions and the best values, a
    choice keeps its kept values and the best ones, in their order. What can no longer
    apply is left out.
    """
    narrowed: dict[str, Any] = {}
    left: dict[str, Dimension] = {}  # the same, read
    for j, (name, dim) in enumerate(zip(space.names, space.dimensions, strict=True)):
        spec = _narrow(dim, j, regions, [one[name] for one in best if name in one])
        dimension = parse_dimension(name, spec)
        for one in reversed(space.conditions[j]):
            left_of = left.get(one.parent)
            values = [v for v in one.values if left_of and left_of.contains(v)]
            spec = when(one.parent, values, spec) if values else None
            if spec is None:
                break
        if spec is not None and _fits(narrowed, name, spec):
            narrowed[name], left[name] = spec, dimension
    return narrowed


def _fits(narrowed: dict[str, Any], name: str, spec: Any) -> bool:
    """Whether a parameter can still apply."""
    try:
        return bool(Space(narrowed | {name: spec}))
    except ValueError:
        return False


def _narrow(dim: Dimension, j: int, regions: Regions, best: list[Any]) -> Any:
    mine = (regions.param == j) & regions.kept
    if isinstance(dim, Categorical) and not dim.is_ordered:
        units = [dim.to_unit(value) for value in best]
        units += list((regions.low[mine] + regions.high[mine]) / 2.0)
        kept = {dim.to_unit(dim.from_unit(unit)) for unit in units}
        return dim.only(tuple(v for v in dim.choices if dim.to_unit(v) in kept))
    ends = regions.low[mine].min(), regions.high[mine].max()
    values = [dim.from_unit(float(unit)) for unit in ends] + best
    # By value, not by unit: a value may lie one rounding beyond its own unit.
    values.sort(key=dim.to_unit if isinstance(dim, Categorical) else None)
    return dim.narrowed(values[0], values[-1])
