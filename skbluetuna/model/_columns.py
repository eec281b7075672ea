"""How unit points become the columns that the Gaussian process sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns", "encode", "in_columns"]

FloatArray = NDArray[np.float64]
Levels = NDArray[np.intp]

WIDE = 64  # a choice of more levels has a column only for those that are known


@dataclass(frozen=True, eq=False)
class Columns:
    """How the parameters of a space become columns.

    Two levels of a choice that no trial has are alike to the model. So of a choice of
    many levels only those that are known have a column each, all others share one, and
    nothing grows with their number.

    Parameters
    ----------
    levels : ndarray of shape (d,)
        Number of levels of a choice; 0 if ordered.
    known : tuple of d arrays or None
        Of each choice of many levels those that are known, in order; else None.
    """

    levels: Levels
    known: tuple[Levels | None, ...]

    @classmethod
    def of(
        cls, levels: Sequence[int] | Levels, seen: FloatArray | None = None
    ) -> "Columns":
        """Columns of parameters with so many levels each (0: ordered).

        Parameters
        ----------
        levels : sequence of d int
            Number of levels of each.
        seen : ndarray of shape (n, d) or None, default=None
            Unit points whose levels are known; None: every level is.
        """
        counts = np.asarray(levels, dtype=np.intp)
        known: list[Levels | None] = [None] * len(counts)
        for j in np.flatnonzero(counts > WIDE) if seen is not None else ():
            known[j] = _levels_in(seen[:, j], int(counts[j]))  # type: ignore[index]
        return cls(counts, tuple(known))

    @cached_property
    def widths(self) -> Levels:
        """Number of columns of each parameter, shape (d,)."""
        own = zip(self.levels, self.known, strict=True)
        return np.array(
            [max(1, k) if few is None else len(few) + 1 for k, few in own],
            dtype=np.intp,
        )

    @cached_property
    def owner(self) -> Levels:
        """Parameter of each column, shape (q,)."""
        return np.repeat(np.arange(len(self.levels)), self.widths)

    @cached_property
    def first(self) -> Levels:
        """First column of each parameter, shape (d,)."""
        return np.cumsum(self.widths) - self.widths

    @cached_property
    def ordered(self) -> NDArray[np.bool_]:
        """Which columns belong to ordered parameters, shape (q,)."""
        return np.asarray(self.levels[self.owner] == 0)

    @property
    def is_wide(self) -> bool:
        """Whether there is a choice of which only some levels are known."""
        return any(few is not None for few in self.known)

    def place(self, j: int | np.intp, u: FloatArray) -> Levels:
        """Which of its columns a choice's units belong to, shape (n,)."""
        level, few = _level(u, int(self.levels[j])), self.known[j]
        if few is None:
            return level
        at = np.searchsorted(few, level)
        is_known = np.append(few, -1)[at] == level
        return np.where(is_known, at, len(few))

    def knowing(self, U: FloatArray) -> "Columns":
        """The same, with the levels of unit points U among those that are known."""
        if not self.is_wide:
            return self
        known = tuple(
            None
            if few is None
            else np.union1d(few, _levels_in(U[:, j], int(self.levels[j])))
            for j, few in enumerate(self.known)
        )
        return Columns(self.levels, known)

    def distinct(self, U: FloatArray) -> tuple[Levels, Levels]:
        """Rows of U, shape (n, d), that the model can tell apart, and which is whose.

        Returns
        -------
        rows : ndarray of shape (m,)
            The first of those that are alike.
        which : ndarray of shape (n,)
            The place of each row's like among these.
        """
        seen = U.copy()
        for j, few in enumerate(self.known):
            if few is not None:
                seen[:, j] = np.where(U[:, j] < 1.0, self.place(j, U[:, j]), -1.0)
        keys = seen.view(f"V{seen.itemsize * seen.shape[1]}").ravel().tolist()
        places: dict[bytes, int] = {}
        which = [places.setdefault(key, len(places)) for key in keys]
        return np.unique(which, return_index=True)[1], np.array(which, dtype=np.intp)


def _level(u: FloatArray, k: int) -> Levels:
    """Levels of a choice of k at units u."""
    return np.minimum((u * k).astype(np.intp), k - 1)


def _levels_in(u: FloatArray, k: int) -> Levels:
    """Levels that stand in units u; a choice that does not apply stands at 1."""
    return np.unique(_level(u[u < 1.0], k))


def encode(U: FloatArray, columns: Columns) -> FloatArray:
    """Encode unit points of shape (n, d) as columns of shape (n, q)."""
    X = np.zeros((len(U), len(columns.owner)))
    X[:, columns.ordered] = 2.0 * U[:, columns.levels == 0] - 1.0
    rows = np.arange(len(U))
    for j in np.flatnonzero(columns.levels):
        # A choice that does not apply stands at 1, and has no level.
        X[rows, columns.first[j] + columns.place(j, U[:, j])] = U[:, j] < 1.0
    return X


def in_columns(X: FloatArray, old: Columns, new: Columns) -> FloatArray:
    """Encoded points, all of known levels, in columns where more levels are known."""
    if not old.is_wide:
        return X
    places = []
    for j, few in enumerate(old.known):
        own = new.known[j]
        within = np.arange(old.widths[j])
        if few is not None and own is not None:
            within = np.append(np.searchsorted(own, few), len(own))
        places.append(new.first[j] + within)
    moved = np.zeros((len(X), len(new.owner)))
    moved[:, np.concatenate(places)] = X
    return moved
