"""Posterior means of models of past searches, all evaluated at once.

=========  ==========================================================  ==============
symbol     meaning                                                     shape
=========  ==========================================================  ==============
k          number of past searches
X          encoded points, every level of a choice a column            (m, q)
Y          those of the past searches' scores, filled up with zeros    (k, n, q)
alpha      their weights K^-1 t, filled up with zeros                  (k, n)
c, v, Q    of the mean's features: c'x + v'x^2 + x'Qx / 2              (k, q), (k, q),
                                                                       (k, q, q)
=========  ==========================================================  ==============

The features' part of a posterior mean is a polynomial of the point, whatever the
number of scores; so a weighted sum of many is one polynomial, and only residuals are
left to be summed over scores.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model._columns import Columns, encode
from skbluetuna.model._gaussian_process import GaussianProcess, fit_hyperparameters
from skbluetuna.model._kernel import LEVEL_SCALE, SCALE, matern_parts
from skbluetuna.model._warp import warp

__all__ = ["Blend", "PastMeans", "PastScores", "past_means"]

FloatArray = NDArray[np.float64]
PastKey = tuple[tuple[bytes, bytes, tuple[int, ...]], ...]

NO_SLOPE: FloatArray = np.empty((0, 0))


class PastScores(NamedTuple):
    """What a past search found, in the parameters of the new one."""

    units: FloatArray  # (n, k), of the parameters that it had
    scores: FloatArray  # (n,), larger is better
    dimensions: tuple[int, ...]  # which of the new space's they are, k of them
    is_same_metric: bool


def past_means(
    past: Sequence[PastScores], varying: Sequence[int], levels: Sequence[int]
) -> "PastMeans":
    """Models of past searches, each fitted once to its warped scores.

    Parameters
    ----------
    past : sequence of k PastScores
        What they found.
    varying : sequence of d int
        Dimensions of the space that points have.
    levels : sequence of d int
        Number of levels of each choice; 0 if ordered.
    """
    places = [[*varying].index(j) for one in past for j in one.dimensions]
    key = tuple(
        (
            np.ascontiguousarray(one.units).tobytes(),
            one.scores.tobytes(),
            tuple(places.pop(0) for _ in one.dimensions),
        )
        for one in past
    )
    return _past_means(key, tuple(levels))


@lru_cache(maxsize=16)
def _past_means(key: PastKey, levels: tuple[int, ...]) -> "PastMeans":
    models = [
        _fitted_past(units, scores, tuple(levels[p] for p in places))
        for units, scores, places in key
    ]
    return PastMeans(models, [places for _, _, places in key], levels)


@lru_cache(maxsize=128)
def _fitted_past(
    units: bytes, scores: bytes, levels: tuple[int, ...]
) -> GaussianProcess:
    y = np.frombuffer(scores)
    U, t = np.frombuffer(units).reshape(len(y), -1), warp(y)
    columns = Columns.of(levels, U)
    X = encode(U, columns)
    return GaussianProcess.condition(X, t, columns, fit_hyperparameters(X, t, columns))


class PastMeans:
    """Posterior means of models of past searches.

    Parameters
    ----------
    models : sequence of k GaussianProcess
        Each of the parameters that its search had.
    places : sequence of k sequences of int
        Which of the new search's parameters these are.
    levels : sequence of d int
        Number of levels of each of the new one's; 0 if ordered.
    """

    def __init__(
        self,
        models: Sequence[GaussianProcess],
        places: Sequence[Sequence[int]],
        levels: Sequence[int],
    ) -> None:
        self.columns = Columns.of(levels)
        k, q = len(models), len(self.columns.owner)
        n = max(len(one.t) for one in models)
        self.Y, self.alpha = np.zeros((k, n, q)), np.zeros((k, n))
        self.per_unit, self.blocks = np.zeros((k, q)), np.zeros((k, 3))
        unit = np.where(self.columns.ordered, SCALE, LEVEL_SCALE)
        for i, (model, own) in enumerate(zip(models, places, strict=True)):
            to, of = self._columns_of(model.columns, own)
            known = model.hyperparameters
            rows = np.arange(len(model.t))
            self.Y[i, rows[:, None], to] = model.X[:, of]
            self.alpha[i, rows] = model.alpha
            ell = known.length_scales[model.columns.owner[of]]
            self.per_unit[i, to] = unit[to] / ell
            self.blocks[i] = known.blocks
            self.alpha[i, rows] = model.alpha
        self.residuals = np.array([one.hyperparameters.residual for one in models])

    def _columns_of(
        self, own: Columns, places: Sequence[int]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Columns of a model among all, and which of its own they are.

        Of a choice of very many levels those that no score has are no column.
        """
        to, of = [], []
        for g, place in enumerate(places):
            few = own.known[g]
            within = np.arange(own.widths[g]) if few is None else few
            to.append(self.columns.first[place] + within)
            of.append(own.first[g] + np.arange(len(within)))
        return np.concatenate(to), np.concatenate(of)

    def __len__(self) -> int:
        return len(self.alpha)

    @cached_property
    def features(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """c, v and Q of each past search."""
        a, weighted = self.blocks, self.alpha[:, :, None] * self.Y
        c = a[:, :1] * weighted.sum(axis=1)
        v = a[:, 1:2] * (weighted * self.Y).sum(axis=1) * self.columns.ordered
        Q = a[:, 2, None, None] * (weighted.transpose(0, 2, 1) @ self.Y)
        owner = self.columns.owner
        return c, v, Q * (owner[:, None] != owner[None, :])

    def each(self, U: FloatArray) -> FloatArray:
        """Mean of each at points of shape (m, d), shape (k, m)."""
        X, (c, v, Q) = encode(U, self.columns), self.features
        value = c @ X.T + v @ (X**2).T + 0.5 * np.sum((X @ Q) * X, axis=2)
        matern, _, _ = matern_parts(self.distances(X))
        value += self.residuals[:, None] * (matern @ self.alpha[:, :, None])[:, :, 0]
        return np.asarray(value)

    def distances(self, X: FloatArray) -> FloatArray:
        """Scaled distances of points from all scores, shape (k, m, n)."""
        A = X[None] * self.per_unit[:, None, :]
        B, squares = self._scaled
        r = np.sum(A**2, axis=2)[:, :, None] + squares[:, None, :]
        r -= 2.0 * A @ B.transpose(0, 2, 1)
        return np.asarray(np.sqrt(np.maximum(r, 0.0, out=r), out=r))

    @cached_property
    def _scaled(self) -> tuple[FloatArray, FloatArray]:
        """All scores' points in units of the length scales, and their squares."""
        B = self.Y * self.per_unit[:, None, :]
        return B, np.sum(B**2, axis=2)

    def only(self, rows: NDArray[np.intp]) -> "PastMeans":
        """Some of them."""
        few = object.__new__(PastMeans)
        few.columns = self.columns
        for name in ("Y", "alpha", "per_unit", "blocks", "residuals"):
            setattr(few, name, getattr(self, name)[rows])
        return few


class Blend:
    """A weighted sum of means of past searches, and its slope.

    Parameters
    ----------
    means : PastMeans
        The means.
    weights : ndarray of shape (k,)
        Their weights.
    """

    def __init__(self, means: PastMeans, weights: FloatArray) -> None:
        self._means, self.weights = means, weights
        c, v, Q = means.features
        self._c, self._v = weights @ c, weights @ v
        self._Q = np.tensordot(weights, Q, axes=1)
        scale = weights * means.residuals
        self._alpha = scale[:, None] * means.alpha

    def at(
        self, U: FloatArray, *, gradient: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Value at points of shape (m, d), and its slope by u; 0 for choices."""
        means = self._means
        columns = means.columns
        X = encode(U, columns)
        QX = X @ self._Q
        value = X @ self._c + X**2 @ self._v + 0.5 * np.sum(QX * X, axis=1)
        matern, linear, decay = matern_parts(means.distances(X))
        value += np.einsum("kmn,kn->m", matern, self._alpha, optimize=True)
        if not gradient:
            return value, NO_SLOPE
        by_x = self._c + 2.0 * self._v * X + QX
        D = self._alpha[:, None, :] * (-(5.0 / 3.0) * linear * decay)
        pull = D.sum(axis=2)[:, :, None] * X[None] - D @ means.Y  # (k, m, q)
        by_x += np.sum(pull * means.per_unit[:, None, :] ** 2, axis=0)
        slope = np.zeros(U.shape)
        slope[:, columns.levels == 0] = 2.0 * by_x[:, columns.ordered]  # z = 2 u - 1
        return value, slope
