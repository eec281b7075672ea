"""Stage 1, scan: evaluate each parameter's boundaries and score the regions between.

Each parameter in turn is moved along lines that cut its range into equal regions while
every other parameter stands at the reference configuration.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history import View, row_keys
from skbluetuna.model import reach
from skbluetuna.space import Space
from skbluetuna.stages._base import (
    Boundaries,
    FloatArray,
    PlannedStage,
    Regions,
    Seed,
    active,
    reference_of,
)
from skbluetuna.stages._moves import moved

__all__ = [
    "Lines",
    "ClassicScan",
    "join",
    "keep",
    "projection_score",
    "pseudo_gradient",
    "score_regions",
    "sensitivity",
    "stack",
    "trapezoid",
    "unscanned",
]


def pseudo_gradient(
    y: FloatArray, y_nudged: FloatArray, step: FloatArray
) -> FloatArray:
    """Slope of the score at a boundary, per unit-cube length (eq. 1)."""
    return (y_nudged - y) / step


def trapezoid(length: FloatArray, y_low: FloatArray, y_high: FloatArray) -> FloatArray:
    """Raw output of a region: the area under its two boundary scores (eq. 2)."""
    return length * np.minimum(y_low, y_high) + length * np.abs(y_high - y_low) / 2.0


def projection_score(slope_low: FloatArray, slope_high: FloatArray) -> FloatArray:
    """How far the slopes at both boundaries point into the region (eq. 3)."""
    return slope_low + (-slope_high)


def keep(score: FloatArray) -> NDArray[np.bool_]:
    """Keep the regions not below the mean; if that leaves none, all (eq. 4).

    Those that have no score, as a relation excludes them here, are kept.
    """
    is_known = ~np.isnan(score)
    kept = ~is_known
    kept[is_known] = score[is_known] >= score[is_known].mean()
    return kept if kept.any() else np.ones_like(kept)


WHOLE = np.array([0.0, 1.0])


class Lines(NamedTuple):
    """Where one parameter is scanned; all in the unit interval."""

    edges: FloatArray  # (m + 1,) borders of the m regions
    at: FloatArray  # (k,) boundaries, snapped to what is evaluated
    nudged: FloatArray  # (k,) the points ahead of (at the last: behind) them
    is_choice: bool  # each value is its own region, and there is no slope


@dataclass(frozen=True)
class ClassicScan(PlannedStage):
    """The published boundary scan.

    Parameters
    ----------
    grad_nudge : float or None, default=0.5
        Length of the nudge as a share of the region. None: no nudged points, slopes are
        central differences of the boundary scores.
    max_splits : int or None, default=None
        At most so many interior lines for each parameter; None: as the space says.
    params : tuple of int or None, default=None
        Scan only these dimensions; None: all.
    reference : tuple of d floats or None, default=None
        Unit point that the lines go through, if it was asked; else the first row.
    """

    grad_nudge: float | None = 0.5
    max_splits: int | None = None
    params: tuple[int, ...] | None = None
    reference: tuple[float, ...] | None = None

    name = "scan"
    needs_scores = False  # the lines depend on the reference configuration alone

    def plan(self, space: Space, before: View, seed: Seed) -> FloatArray:  # noqa: ARG002
        """Boundaries and nudged points of every scanned parameter, none twice.

        Those that break a relation are left out.
        """
        reference = reference_of(space, before, self.reference)
        points: dict[bytes, FloatArray] = {}
        for j in self._scanned(space):
            lines = self.lines(space, j)
            values = np.column_stack([lines.at, lines.nudged]).ravel()
            at = moved(space, reference, j, values)
            new = at[before.is_new(at) & space.feasible(at)]
            for key, unit in zip(row_keys(new), new, strict=True):
                points.setdefault(key, unit)
        return np.array(list(points.values())).reshape(len(points), len(space))

    def _scanned(self, space: Space) -> list[int]:
        """Dimensions that can vary and are to be scanned."""
        can_vary = [int(j) for j in active(space)]
        return [j for j in can_vary if self.params is None or j in self.params]

    def lines(self, space: Space, j: int) -> Lines:
        """Boundaries of one parameter; those that decode alike count once."""
        dim = space.dimensions[j]
        if not dim.is_ordered:
            size = dim.n_values or 1
            at = (np.arange(size) + 0.5) / size
            return Lines(np.linspace(0.0, 1.0, size + 1), at, at, is_choice=True)
        m = dim.n_splits
        if self.max_splits is not None:
            m = min(m, self.max_splits)
        edges = np.linspace(0.0, 1.0, m + 2)
        at = space.rounded_one(j, edges)
        distinct = np.append(True, np.diff(at) > 0.0)
        distinct[:-1] &= (at[:-1] < at[-1]) | (np.arange(m + 1) == 0)
        distinct[-1] = at[-1] > at[0]
        edges, at = edges[distinct], at[distinct]
        if self.grad_nudge is None:
            return Lines(edges, at, at, is_choice=False)
        length = np.diff(edges)
        ahead = np.append(edges[:-1] + self.grad_nudge * length, 0.0)
        ahead[-1] = edges[-1] - self.grad_nudge * length[-1]  # the last looks behind
        nudged = space.rounded_one(j, ahead)
        neighbour = np.append(at[1:], at[-2])
        # Too short a nudge for a whole step of an integer: the next boundary serves.
        nudged = np.where(nudged == at, neighbour, nudged)
        return Lines(edges, at, nudged, is_choice=False)

    def _lines_within(
        self, space: Space, j: int, reference: FloatArray
    ) -> tuple[Lines, NDArray[np.bool_]]:
        """The boundaries that satisfy all relations; of choices all, and which do."""
        lines = self.lines(space, j)
        is_within = space.feasible(moved(space, reference, j, lines.at))
        is_near = space.feasible(moved(space, reference, j, lines.nudged))
        if lines.is_choice or (is_within.all() and is_near.all()):
            return lines, is_within
        at = lines.at[is_within]
        # In the place of a nudged point without, too, the next boundary serves.
        neighbour = np.append(at[1:], at[-2] if len(at) > 1 else at)
        nudged = np.where(is_near, lines.nudged, np.nan)[is_within]
        nudged = np.where(np.isnan(nudged), neighbour, nudged)
        own = Lines(lines.edges[is_within], at, nudged, is_choice=False)
        return own, np.ones(len(at), dtype=np.bool_)

    def regions(self, space: Space, view: View) -> Regions:
        """Score every region from the boundary scores (eq. 1 to 4).

        Only the rows of the scan and before it count, so that the regions stay what
        they were when the later stages used them.
        """
        seen = view.begun(self.name)
        parts = [self._regions_of(space, seen, j) for j in range(len(space))]
        return join(parts)

    def boundaries(self, space: Space, view: View) -> Boundaries:
        """The boundaries of every scanned parameter, with scores and slopes (eq. 1)."""
        seen = view.begun(self.name)
        found = {}
        for j in self._scanned(space):
            lines, y, slope = self._boundary_scores(space, seen, j)
            if y is not None:
                own = ~np.isnan(y)  # values of a choice that a relation excludes
                found[j] = lines._replace(at=lines.at[own]), y[own], slope[own]
        return stack(found)

    def _regions_of(self, space: Space, view: View, j: int) -> Regions:
        lines, y, slope = self._boundary_scores(space, view, j)
        if y is None:
            return unscanned(j, lines.edges if lines.is_choice else WHOLE)
        return _with_rest(j, lines, score_regions(j, lines, y, slope))

    def initial_weights(self, space: Space, view: View) -> FloatArray:
        """Weights of the active parameters before training: they sum to one (eq. 5).

        A parameter that was not scanned starts at the mean of those that were.
        """
        seen = view.begun(self.name)
        s = np.array([self._sensitivity(space, seen, int(j)) for j in active(space)])
        s[np.isnan(s)] = np.nanmean(s) if not np.isnan(s).all() else 0.0
        return s / s.sum() if s.sum() > 0.0 else np.full(len(s), 1.0 / max(1, len(s)))

    def _sensitivity(self, space: Space, view: View, j: int) -> float:
        """Mean slope (for a choice, range of the score) times the ceiling (eq. 5)."""
        lines, y, slope = self._boundary_scores(space, view, j)
        return np.nan if y is None else sensitivity(lines, y, slope)

    def _boundary_scores(
        self, space: Space, view: View, j: int
    ) -> tuple[Lines, FloatArray | None, FloatArray]:
        """Scores and pseudo-gradients at the lines; None where one is not known.

        The published formulas are for scores above zero, as F1 is. If the view holds
        scores below, all are shifted so that the worst counts zero; scores so large
        or small that their square leaves float64 are brought to the size of one, and
        those beyond the reach of the others to its ends.
        """
        if j not in self._scanned(space) or not len(view):
            lines = Lines(WHOLE, np.empty(0), np.empty(0), False)
            if not space.dimensions[j].is_ordered:
                lines = self.lines(space, j)
            return lines, None, np.empty(0)
        reference = reference_of(space, view, self.reference)
        lines, is_within = self._lines_within(space, j, reference)
        if not space.applies(reference[None])[0, j]:
            return lines, None, np.empty(0)
        y = view.score_at(moved(space, reference, j, lines.at))
        y_nudged = view.score_at(moved(space, reference, j, lines.nudged))
        is_known = ~np.isnan(y) & ~np.isnan(y_nudged)
        is_lost = bool(space.relations) and is_within.sum() < 2
        if is_lost or not is_known[is_within].all():
            return lines, None, np.empty(0)
        known = view.told()[1]
        ends = reach(known)
        known, y, y_nudged = (np.clip(each, *ends) for each in (known, y, y_nudged))
        shrink = _exponent(known)
        floor = min(0.0, np.ldexp(known, -shrink).min())
        y, y_nudged = np.ldexp(y, -shrink) - floor, np.ldexp(y_nudged, -shrink) - floor
        if lines.is_choice:
            return lines, y, np.zeros_like(y)
        if self.grad_nudge is None:
            return lines, y, np.gradient(y, lines.at)
        return lines, y, pseudo_gradient(y, y_nudged, lines.nudged - lines.at)  # eq. 1


def _exponent(y: FloatArray) -> int:
    """Power of two to take out of scores whose squares would leave float64; else 0."""
    exponent = int(np.frexp(np.abs(y).max())[1])
    return exponent if abs(exponent) > 500 else 0


def score_regions(j: int, lines: Lines, y: FloatArray, slope: FloatArray) -> Regions:
    """Score the regions of one dimension from scores and slopes at its lines."""
    if lines.is_choice:
        return _rows(j, lines.edges, y, np.ones_like(y), y, keep(y))
    raw = trapezoid(np.diff(lines.edges), y[:-1], y[1:])  # eq. 2
    inward = projection_score(slope[:-1], slope[1:])  # eq. 3
    score = raw * inward  # eq. 4
    return _rows(j, lines.edges, raw, inward, score, keep(score))


def unscanned(j: int, edges: FloatArray) -> Regions:
    """Regions of a dimension of which nothing is known: all kept."""
    blank = np.full(len(edges) - 1, np.nan)
    return _rows(j, edges, blank, blank, blank, np.isnan(blank))


def _with_rest(j: int, lines: Lines, regions: Regions) -> Regions:
    """The same, and what lies beyond the outermost boundaries within the relations."""
    first, last = lines.edges[0], lines.edges[-1]
    below = [unscanned(j, np.array([0.0, first]))] if first > 0.0 else []
    above = [unscanned(j, np.array([last, 1.0]))] if last < 1.0 else []
    return join([*below, regions, *above]) if below or above else regions


def sensitivity(lines: Lines, y: FloatArray, slope: FloatArray) -> float:
    """Mean slope (for a choice, range of the score) times the ceiling (eq. 5)."""
    known = y[~np.isnan(y)]
    change = np.ptp(known) if lines.is_choice else np.mean(np.abs(slope))
    return float(change * known.max())


def stack(found: dict[int, tuple[Lines, FloatArray, FloatArray]]) -> Boundaries:
    """Scores and slopes at the lines of several dimensions, one below the other."""
    param = [np.full(len(lines.at), j) for j, (lines, _, _) in found.items()]
    columns = [
        [lines.at, y, np.broadcast_to(slope, y.shape)]
        for lines, y, slope in found.values()
    ]
    return (
        Boundaries(
            np.concatenate([np.empty(0, dtype=np.intp), *param]),
            *(
                np.concatenate([np.empty(0), *own])
                for own in zip(*columns, strict=True)
            ),
        )
        if found
        else Boundaries(np.empty(0, dtype=np.intp), *np.empty((3, 0)))
    )


def join(parts: list[Regions]) -> Regions:
    """Regions of several dimensions, one below the other."""
    param, low, high, kept, measures = zip(*parts, strict=True)
    return Regions(
        np.concatenate(param),
        np.concatenate(low),
        np.concatenate(high),
        np.concatenate(kept),
        {one: np.concatenate([own[one] for own in measures]) for one in measures[0]},
    )


def _rows(
    j: int,
    edges: FloatArray,
    raw: FloatArray,
    inward: FloatArray,
    score: FloatArray,
    kept: NDArray[np.bool_],
) -> Regions:
    param = np.full(len(raw), j, dtype=np.intp)
    measures = {"raw_output": raw, "projection": inward, "score": score}
    return Regions(param, edges[:-1], edges[1:], kept, measures)
