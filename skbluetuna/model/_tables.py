"""From weights to the influence and interaction tables."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from skbluetuna.model._evidence import EvidenceModel
from skbluetuna.model._features import pairs, perceptron_features
from skbluetuna.model._perceptron import FittedPerceptron

__all__ = ["Influence", "evidence_influence", "influence"]

FloatArray = NDArray[np.float64]

N_CUBE = 512  # points of the cube over which the residual's variance is taken


class Influence(NamedTuple):
    """What the weights say of d hyperparameters and their m = d (d - 1) / 2 pairs.

    Shares are of the variance that the model explains. Those of the perceptron's terms
    sum to one, less the share of the residual where the model has one (to zero if
    nothing varies).
    """

    base: FloatArray  # (3, d): weight, standard error, share
    product: FloatArray  # (3, m): the same of a_i a_j
    ratio: FloatArray | None = None  # (3, m): the same of log a_i - log a_j


def influence(model: FittedPerceptron, U: FloatArray) -> Influence:
    """Tables of a trained perceptron over the trials at U of shape (n, d)."""
    d = U.shape[1]
    m = len(pairs(d)[0])
    Phi = perceptron_features(U)
    varies = np.ptp(Phi, axis=0) > 0.0  # the variance of equal floats is not quite 0
    explained = np.where(varies, model.weights**2 * Phi.var(axis=0), 0.0)
    total = explained.sum()
    share = explained / total if total > 0.0 else np.zeros_like(explained)
    rows = np.stack([model.weights, model.std_error, share])
    base, product, ratio = np.split(rows, [d, d + m], axis=1)
    return Influence(base, product, ratio)


def evidence_influence(model: EvidenceModel) -> Influence:
    """Tables of the evidence-fitted perceptron over the whole cube.

    Parameters
    ----------
    model : EvidenceModel
        The model that searched.

    Returns
    -------
    tables : Influence
        Posterior means, their standard errors (eq. 14), and shares.

    Notes
    -----
    The features are polynomials orthogonal over the cube but for constants, so a share
    is an analysis of variance: z_i explains w^2 / 3, z_i^2 explains 4 w^2 / 45 (both
    count for parameter i), z_i z_j explains w^2 / 9. A choice has a weight for each
    level; its row shows their spread, and what the levels of a pair have in common
    counts for the partner.
    """
    columns, X = model.columns, model.X
    d, ordered = len(columns.levels), columns.ordered
    w, var = model.weights(0, X)
    curve = np.zeros(d)
    curve[columns.levels == 0] = model.weights(1, X[:, ordered] ** 2)[0]
    of = [np.flatnonzero(columns.owner == g) for g in range(d)]
    main = [w[own] for own in of]  # of z_i, or of each level
    i, j = pairs(d)
    product = np.zeros((3, len(i)))
    for k, (a, b) in enumerate(zip(i, j, strict=True)):
        first, second = np.meshgrid(of[a], of[b], indexing="ij")
        mean, variance = model.weights(2, X[:, first.ravel()] * X[:, second.ravel()])
        W = mean.reshape(first.shape)
        # Of a level's weights, the part that all levels share belongs to the partner.
        if columns.levels[b]:
            main[a] = main[a] + W.mean(axis=1)
        if columns.levels[a]:
            main[b] = main[b] + W.mean(axis=0)
        W = W - (W.mean(axis=1, keepdims=True) if columns.levels[b] else 0.0)
        W = W - (W.mean(axis=0, keepdims=True) if columns.levels[a] else 0.0)
        scale = np.prod([1.0 if columns.levels[g] else 1.0 / 3.0 for g in (a, b)])
        spread = np.mean(W**2)
        weight = W[0, 0] if W.size == 1 else np.sqrt(spread)
        product[:, k] = weight, np.sqrt(max(0.0, variance.mean())), spread * scale
    base = np.zeros((3, d))
    for g, own in enumerate(of):
        base[1, g] = np.sqrt(max(0.0, var[own].mean()))
        if columns.levels[g]:
            base[0, g], base[2, g] = w[own].std(), main[g].var()
        else:
            base[0, g] = w[own[0]]
            base[2, g] = main[g][0] ** 2 / 3.0 + 4.0 / 45.0 * curve[g] ** 2
    cube = qmc.Sobol(d, scramble=False).random(N_CUBE)
    total = base[2].sum() + product[2].sum() + model.residual(cube).var()
    if total > 0.0:
        base[2] /= total
        product[2] /= total
    return Influence(base, product)
