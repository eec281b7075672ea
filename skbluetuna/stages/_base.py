"""What a stage is, and what all stages share.

A stage is frozen settings with pure functions of (space, view, seed): it looks at the
rows of the view and says which unit points to ask next. It evaluates nothing and
remembers nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history import View, row_keys
from skbluetuna.space import Space, is_integer, is_number
from skbluetuna.stages._feasible import feasible_points

__all__ = [
    "Boundaries",
    "FloatArray",
    "OpenStage",
    "PlannedStage",
    "RegionRule",
    "Proposal",
    "Regions",
    "Seed",
    "Stage",
    "active",
    "any_fresh_point",
    "check_int_option",
    "check_number_option",
    "fresh_points",
    "kept_intervals",
    "open_stages",
    "reference_of",
    "sample_intervals",
]

FloatArray = NDArray[np.float64]
Seed = tuple[int, ...]  # the search's seed and the alternative's number
Intervals = list[FloatArray]  # for each dimension, kept [low, high] rows, shape (k, 2)


class Stage(Protocol):
    """One step of the search, with its settings."""

    @property
    def name(self) -> str:
        """Name under which its trials stand in the view."""
        ...

    def is_done(self, space: Space, view: View, seed: Seed) -> bool:
        """Whether it has asked everything it will ever ask."""
        ...

    def propose(
        self, space: Space, view: View, n: int | None, seed: Seed
    ) -> FloatArray:
        """Next unit points, shape (k, d), k <= n; none while it waits for scores.

        All of them within the relations of the space (`Space.feasible`).
        """
        ...

    def extended(self, n_trials: int) -> "Stage":
        """The stage with so many trials, where it is the last and the budget grows."""
        ...


class Proposal(NamedTuple):
    """A point, and the gain that is to be expected of its alternative."""

    log_gain: float  # acquisition (eq. 15), in warped scores of all alternatives
    unit: FloatArray  # (d,)


class OpenStage(Stage, Protocol):
    """A stage that can compete with those of other alternatives for the next trial."""

    def best_proposal(self, space: Space, view: View, seed: Seed) -> Proposal | None:
        """The next point and the gain expected of it; None if there is none."""
        ...


class PlannedStage(ABC):
    """A stage whose points all follow from the rows before it.

    Its plan is a function of the view as it stood when the stage began, so that it
    can be asked at once or in pieces, before or after a restart, with one result.
    """

    name: str
    needs_scores: bool = True  # whether the plan depends on scores of earlier stages

    @abstractmethod
    def plan(self, space: Space, before: View, seed: Seed) -> FloatArray:
        """All points of the stage, shape (k, d), given the rows before it."""

    def extended(self, n_trials: int) -> Self:  # noqa: ARG002
        """The stage with so many trials; itself where it does not count them."""
        return self

    def _remaining(self, space: Space, view: View, seed: Seed) -> FloatArray | None:
        """Points not asked yet; None while scores of earlier stages are awaited."""
        before = view.before(self.name)
        if self.needs_scores and before.has_pending:
            return None
        planned = _planned(_Plan(self, space, before, seed))
        return planned[view.is_new(planned)]

    def is_done(self, space: Space, view: View, seed: Seed) -> bool:
        """Whether the whole plan has been asked."""
        remaining = self._remaining(space, view, seed)
        return remaining is not None and len(remaining) == 0

    def propose(
        self, space: Space, view: View, n: int | None, seed: Seed
    ) -> FloatArray:
        """Next points of the plan, shape (k, d)."""
        remaining = self._remaining(space, view, seed)
        return np.empty((0, len(space))) if remaining is None else remaining[:n]


class _Plan:
    """What a plan is a function of, as a key of a memo."""

    def __init__(
        self, stage: PlannedStage, space: Space, before: View, seed: Seed
    ) -> None:
        self.stage, self.space, self.before, self.seed = stage, space, before, seed
        self._own = stage, id(space), seed, before.X.tobytes(), before.Y.tobytes()

    def __hash__(self) -> int:
        return hash(self._own)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Plan) and self._own == other._own


def _planned(own: _Plan) -> FloatArray:
    """The plan; made once where points within relations must be looked for."""
    if own.space.relations:
        return _remembered(own)
    return own.stage.plan(own.space, own.before, own.seed)


@lru_cache(maxsize=8)
def _remembered(own: _Plan) -> FloatArray:
    return own.stage.plan(own.space, own.before, own.seed)


class Boundaries(NamedTuple):
    """The scanned boundaries, one row each."""

    param: NDArray[np.intp]  # which dimension
    at: FloatArray  # unit
    score: FloatArray  # as the regions see it
    slope: FloatArray  # by the unit (eq. 1); 0 for a choice


class Regions(NamedTuple):
    """The regions of all parameters, one row each; edges in the unit interval."""

    param: NDArray[np.intp]  # which dimension
    low: FloatArray
    high: FloatArray
    kept: NDArray[np.bool_]
    measures: dict[str, FloatArray]  # by which they were kept; NaN where not known


RegionRule = Callable[[Space, View], Regions]


def open_stages(stages: tuple[Stage, ...], view: View) -> tuple[Stage, ...]:
    """The stages from the last one that has asked; those before it are over."""
    asked = [i for i, stage in enumerate(stages) if view.count(stage.name)]
    return stages[max(asked, default=0) :]


def reference_of(
    space: Space, view: View, wanted: tuple[float, ...] | None
) -> FloatArray:
    """The configuration around which a stage looks, shape (d,).

    The one that is wanted, if a row has it; else the first row; before there is one the
    centre of the space.
    """
    if wanted is not None and view.has_row(np.array(wanted)):
        return np.array(wanted)
    if len(view):
        return np.asarray(view.X[0])
    return np.asarray(space.to_unit([space.centre()])[0])


def check_int_option(strategy: Any, option: str, least: int) -> int:
    """Check an option that counts something, and make it an int."""
    value, owner = getattr(strategy, option), type(strategy).__name__
    if not is_integer(value):
        raise TypeError(f"{owner}: {option} must be an int; got {value!r}.")
    if value < least:
        raise ValueError(f"{owner}: {option} must be at least {least}; got {value}.")
    object.__setattr__(strategy, option, int(value))
    return int(value)


def check_number_option(strategy: Any, option: str) -> float:
    """Check an option that is a number, and make it a float."""
    value, owner = getattr(strategy, option), type(strategy).__name__
    if not is_number(value):
        raise TypeError(f"{owner}: {option} must be a number; got {value!r}.")
    object.__setattr__(strategy, option, float(value))
    return float(value)


def active(space: Space) -> NDArray[np.intp]:
    """Dimensions that can vary; the model sees these alone."""
    varies = [dim.n_values != 1 for dim in space.dimensions]
    return np.flatnonzero(varies)


def kept_intervals(regions: Regions, d: int) -> Intervals:
    """Kept parts of each dimension, as [low, high] rows."""
    edges = np.column_stack([regions.low, regions.high])
    return [edges[(regions.param == j) & regions.kept] for j in range(d)]


def sample_intervals(P: FloatArray, intervals: Intervals) -> FloatArray:
    """Send uniform points P of shape (n, d) to the union of each dimension's intervals.

    A longer interval receives proportionally more, and strata of P stay strata.
    """
    U = np.empty_like(P)
    for j, parts in enumerate(intervals):
        ends = np.cumsum(parts[:, 1] - parts[:, 0])
        at = P[:, j] * ends[-1]
        k = np.minimum(np.searchsorted(ends, at, side="right"), len(ends) - 1)
        U[:, j] = parts[k, 1] - (ends[k] - at)
    return np.clip(U, 0.0, 1.0)


def fresh_points(
    space: Space,
    view: View,
    n: int,
    rng: np.random.Generator,
    intervals: Intervals,
    first: FloatArray,
) -> FloatArray:
    """Choose n configurations that were never asked, as far as the space has them.

    Takes the points in `first`; where they repeat, random ones of the kept intervals;
    where those are used up, of the whole cube; and last the unseen rest of a finite
    space. What breaks a relation is left out; where few points satisfy all, they are
    looked for.

    Parameters
    ----------
    space : Space
        The space.
    view : View
        What was asked already.
    n : int
        How many points are wanted.
    rng : numpy.random.Generator
        Source of the random ones.
    intervals : list of d ndarrays of shape (k, 2)
        Kept parts of each dimension.
    first : ndarray of shape (m, d)
        Preferred points.

    Returns
    -------
    U : ndarray of shape (n, d), or less if the space is exhausted
        Snapped points, no two alike.
    """
    found: dict[bytes, FloatArray] = {}

    def take(points: FloatArray) -> None:
        snapped = space.snap(points)
        snapped = snapped[view.is_new(snapped)]
        snapped = snapped[space.feasible(snapped)]
        for key, unit in zip(row_keys(snapped), snapped, strict=True):
            if len(found) < n:
                found.setdefault(key, unit)

    whole = [np.array([[0.0, 1.0]])] * len(space)
    take(first)
    for parts in [intervals] * 20 + [whole] * 20:
        if len(found) == n:
            break
        take(sample_intervals(rng.random((4 * n + 16, len(space))), parts))
    if len(found) < n and space.relations:
        take(feasible_points(space, 4 * n + 16, rng, view.X))
    if len(found) < n and space.size is not None:
        take(rng.permutation(space.grid_units))
    return np.array(list(found.values())).reshape(len(found), len(space))


def any_fresh_point(
    space: Space, view: View, rng: np.random.Generator
) -> FloatArray | None:
    """Return a random configuration that was never asked, shape (d,), or None."""
    whole = [np.array([[0.0, 1.0]])] * len(space)
    found = fresh_points(space, view, 1, rng, whole, np.empty((0, len(space))))
    return found[0] if len(found) else None
