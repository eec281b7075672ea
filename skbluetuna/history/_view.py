"""What a stage sees of the history: frozen arrays of one alternative's trials."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history._ladder import Ladder
from skbluetuna.history._order import best_first, worst_of
from skbluetuna.model import PastScores

__all__ = ["IMPORTED", "View", "row_key", "row_keys"]

FloatArray = NDArray[np.float64]
IMPORTED = "imported"  # stage of evaluations made elsewhere


def row_key(unit: "FloatArray | tuple[float, ...]") -> bytes:
    """Key under which two snapped unit points are the same configuration."""
    return (np.round(unit, 12) + 0.0).tobytes()  # + 0.0: no negative zero


def row_keys(units: FloatArray) -> list[bytes]:
    """Key of each row of snapped unit points, shape (n, d)."""
    rounded = np.ascontiguousarray(np.round(units, 12) + 0.0)
    whole_rows = rounded.view(f"V{rounded.itemsize * units.shape[1]}")
    keys: list[bytes] = whole_rows.ravel().tolist()
    return keys


@dataclass(frozen=True, eq=False)
class View:
    """Trials of one alternative, one row each, in the order of asking.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Configurations as points of the unit cube.
    Y : ndarray of shape (n, m)
        Values, one column for each objective, larger is better; NaN where they are
        awaited or could not be had. Of a stopped trial what is expected of it.
    level : ndarray of shape (n,)
        How far up the ladder of resources each trial is, from 0 to 1 (eq. 23): 1 is the
        full resource. All are 1 without a ladder.
    is_pending : ndarray of shape (n,), bool
        Whether values are awaited.
    stages : tuple of n str
        The stage that asked.
    others : tuple of ndarrays, default=()
        Scores told of each other alternative; failures count as the worst of all.
    excluded : frozenset of bytes, default=frozenset()
        Keys of configurations that count as asked, though no row has them.
    ladder : Ladder or None, default=None
        The rungs; None: every trial is evaluated in full.
    full_others : tuple of ndarrays, default=()
        The same of `others` with the full resource alone, if there is a ladder.
    best_of_others : float, default=-inf
        The best of these.
    past : tuple of PastScores, default=()
        What past searches found, see `HistoryStore`.
    margins : ndarray of shape (n, c) or None, default=None
        How far measured constraints are from being broken, negative where they are; NaN
        where that is not known. None: nothing is measured.
    """

    X: FloatArray
    Y: FloatArray
    level: FloatArray
    is_pending: NDArray[np.bool_]
    stages: tuple[str, ...]
    others: tuple[FloatArray, ...] = ()
    excluded: frozenset[bytes] = field(default=frozenset(), repr=False)
    ladder: Ladder | None = None
    full_others: tuple[FloatArray, ...] = ()
    best_of_others: float = -np.inf
    past: tuple[PastScores, ...] = field(default=(), repr=False)
    margins: FloatArray | None = None

    def __post_init__(self) -> None:
        for array in (self.X, self.Y, self.level, self.is_pending, *self.others):
            array.setflags(write=False)

    @classmethod
    def of(
        cls,
        trials: Iterable[Any],
        d: int,
        others: tuple[FloatArray, ...] = (),
        last: "View | None" = None,
        ladder: Ladder | None = None,
    ) -> "View":
        """The view of these trials, of d parameters each.

        A view of the first of them may be given: where a trial stands never changes.
        """
        rows = list(trials)
        m = max((len(t.values) for t in rows), default=1) or 1
        blank = (np.nan,) * m
        known = np.empty((0, d)) if last is None else last.X
        new = [t.unit for t in rows[len(known) :]]
        return cls(
            np.vstack([known, np.array(new, dtype=np.float64).reshape(len(new), d)]),
            np.array([t.values or blank for t in rows], float).reshape(len(rows), m),
            np.array([1.0 if ladder is None else ladder.level(t.resource)
                      for t in rows], dtype=np.float64),
            np.array([t.state == "asked" for t in rows], dtype=np.bool_),
            tuple(t.stage for t in rows),
            others,
            ladder=ladder,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.stages)

    def __contains__(self, unit: FloatArray) -> bool:
        key = row_key(unit)
        return key in self._rows or key in self.excluded

    def is_new(self, units: FloatArray) -> NDArray[np.bool_]:
        """Which configurations of shape (k, d) were neither asked nor excluded."""
        rows, excluded = self._rows, self.excluded
        keys = row_keys(units)
        return np.array([k not in rows and k not in excluded for k in keys], dtype=bool)

    @cached_property
    def _partial(self) -> dict[bytes, int]:
        """Last row of each configuration that may be evaluated one rung higher."""
        rows: dict[bytes, int] = {}
        if self.ladder is None:
            return rows
        for row, key in enumerate(row_keys(self.X)):
            rows[key] = row
        may_go_on = (self.level < 1.0) & ~self.is_pending & ~np.isnan(self.scores)
        return {
            key: row
            for key, row in rows.items()
            if may_go_on[row] and key not in self.excluded
        }

    @property
    def partial_rows(self) -> NDArray[np.intp]:
        """Last rows of configurations that may be evaluated one rung higher."""
        return np.array(list(self._partial.values()), dtype=np.intp)

    def may_ask(self, units: FloatArray) -> NDArray[np.bool_]:
        """Which configurations of shape (k, d) are new, or may go one rung higher."""
        is_new = self.is_new(units)
        if not self._partial:
            return is_new
        is_partial = [key in self._partial for key in row_keys(units)]
        return np.asarray(is_new | np.array(is_partial, dtype=bool))

    def level_of(self, unit: "FloatArray | tuple[float, ...]") -> float | None:
        """How far up the ladder a configuration was evaluated; None if it was not."""
        key = row_key(unit)
        row = self._partial.get(key, self._rows.get(key))
        return None if row is None else float(self.level[row])

    def has_row(self, unit: "FloatArray | tuple[float, ...]") -> bool:
        """Whether a row has this configuration."""
        return row_key(unit) in self._rows

    @property
    def is_first(self) -> NDArray[np.bool_]:
        """Which rows are the first ones of their configurations, shape (n,)."""
        found = np.zeros(len(self), dtype=np.bool_)
        found[list(self._rows.values())] = True
        return found

    @cached_property
    def _rows(self) -> dict[bytes, int]:
        """First row of each configuration."""
        rows: dict[bytes, int] = {}
        for row, key in enumerate(row_keys(self.X)):
            rows.setdefault(key, row)
        return rows

    @property
    def scores(self) -> FloatArray:
        """First objective, shape (n,); NaN where it is awaited or failed."""
        return self.Y[:, 0]

    @property
    def n_known(self) -> int:
        """Number of distinct configurations that were asked or are excluded."""
        return len(self._rows.keys() | self.excluded)

    @property
    def n_closed(self) -> int:
        """The same, without those that may be evaluated one rung higher."""
        return self.n_known - len(self._partial)

    @property
    def n_told(self) -> int:
        """Number of trials of which it is known what came of them."""
        return int(np.sum(~self.is_pending))

    @property
    def has_pending(self) -> bool:
        """Whether values are awaited."""
        return bool(self.is_pending.any())

    @property
    def best_row(self) -> int | None:
        """Row of the best score; None before there is one."""
        order = self.best_rows
        return int(order[0]) if len(order) else None

    @cached_property
    def best_rows(self) -> NDArray[np.intp]:
        """Rows with a score by the full resource, the best first.

        Those that met all measured constraints; where none did, the nearest to it
        first.
        """
        scores = np.where(self.level == 1.0, self.scores, np.nan)
        if self.margins is None:
            return best_first(scores)
        allowed = best_first(np.where(self.meets_limits, scores, np.nan))
        if len(allowed):
            return allowed
        size = np.nanmax(np.abs(self.margins), axis=0, initial=0.0)
        short = np.minimum(self.margins / np.where(size > 0.0, size, 1.0), 0.0)
        return best_first(np.where(np.isnan(scores), np.nan, np.nansum(short, axis=1)))

    @property
    def meets_limits(self) -> NDArray[np.bool_]:
        """Which rows broke no measured constraint, as far as that is known."""
        if self.margins is None:
            return np.ones(len(self), dtype=np.bool_)
        return np.asarray(~(self.margins < 0.0).any(axis=1))

    @property
    def incumbent(self) -> FloatArray:
        """The best configuration, shape (d,); the first where no score is known."""
        at: FloatArray = self.X[self.best_row or 0]
        return at

    def count(self, stage: str) -> int:
        """Count the rows that a stage asked."""
        return self.stages.count(stage)

    def told(self) -> tuple[FloatArray, FloatArray]:
        """Units of shape (n, d) and scores (n,) of every told trial.

        A failed trial counts as the worst score seen, of other alternatives too (0 if
        there is none), so that it repels the search without stopping it. A score beyond
        the reach of the others is not that worst one: it would set all failures there.
        """
        is_told = ~self.is_pending
        y = self.scores[is_told]
        return self.X[is_told], np.where(np.isnan(y), self.worst, y)

    @cached_property
    def worst(self) -> float:
        """The worst score seen, of other alternatives too; 0 if there is none.

        Scores beyond the reach of the others (eq. 11) are left out.
        """
        own = self.scores[~np.isnan(self.scores)]
        return worst_of(np.concatenate([own, *self.others]))

    def score_at(self, units: FloatArray) -> FloatArray:
        """Scores of configurations of shape (k, d); NaN where none was told.

        Failures count as in `told`.
        """
        found = [self._rows.get(key) for key in row_keys(units)]
        return np.array([self._score_of(row) for row in found], dtype=np.float64)

    def _score_of(self, row: int | None) -> float:
        if row is None or self.is_pending[row]:
            return np.nan
        score = float(self.scores[row])
        return self.worst if np.isnan(score) else score

    def before(self, stage: str) -> "View":
        """The rows that were asked before the first one of a stage."""
        end = self.stages.index(stage) if stage in self.stages else len(self)
        return self._only(np.arange(end))

    def begun(self, stage: str) -> "View":
        """The rows of a stage, and those with which the search began.

        Those are the initial ones, and what was imported before anything was asked.
        """
        asked = [row for row, own in enumerate(self.stages) if own != IMPORTED]
        first = min(asked, default=len(self))
        own = [name in ("initial", stage) for name in self.stages]
        return self._only(np.flatnonzero([True] * first + own[first:]))

    def without(self, stage: str) -> "View":
        """The rows that other stages asked."""
        return self._only(np.flatnonzero([own != stage for own in self.stages]))

    def only(self, *stages: str) -> "View":
        """The rows that these stages asked."""
        return self._only(np.flatnonzero([stage in stages for stage in self.stages]))

    def of_full(self) -> "View":
        """The rows with the full resource, as if there were no ladder."""
        if self.ladder is None:
            return self
        rows = np.flatnonzero(self.level == 1.0)
        own = self._only(rows)
        return replace(
            own,
            others=self.full_others,
            excluded=self.excluded,
            ladder=None,
            past=self.past,
        )

    def with_full_others(self, others: tuple[FloatArray, ...]) -> "View":
        """The view with scores of other alternatives by the full resource."""
        best = max((float(own.max()) for own in others if len(own)), default=-np.inf)
        return replace(self, full_others=others, best_of_others=best)

    def _only(self, rows: NDArray[np.intp]) -> "View":
        """These rows by themselves, without other alternatives."""
        rows = rows.astype(np.intp)
        return View(
            self.X[rows], self.Y[rows], self.level[rows], self.is_pending[rows],
            tuple(self.stages[row] for row in rows.tolist()), ladder=self.ladder,
            margins=None if self.margins is None else self.margins[rows],
        )  # fmt: skip

    def with_asked(self, unit: FloatArray, stage: str) -> "View":
        """The view with one more trial, whose values are awaited."""
        blank = np.full((1, self.Y.shape[1]), np.nan)
        margins = self.margins
        if margins is not None:
            margins = np.vstack([margins, np.full((1, margins.shape[1]), np.nan)])
        return replace(
            self,
            margins=margins,
            X=np.vstack([self.X, unit]),
            Y=np.vstack([self.Y, blank]),
            level=np.append(self.level, 1.0),
            is_pending=np.append(self.is_pending, True),
            stages=(*self.stages, stage),
        )

    def excluding(self, units: Iterable[FloatArray]) -> "View":
        """The view in which these configurations count as asked."""
        keys = frozenset(row_key(unit) for unit in units)
        return replace(self, excluded=self.excluded | keys)
