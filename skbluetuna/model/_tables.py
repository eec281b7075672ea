"""From what was learned to the influence and interaction tables."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from skbluetuna.model._evidence import Columns, EvidenceModel
from skbluetuna.model._features import pairs, perceptron_features
from skbluetuna.model._paths import paths
from skbluetuna.model._perceptron import FittedPerceptron
from skbluetuna.model._variance import Effects, analysis, basis

__all__ = [
    "ROWS",
    "Cube",
    "Influence",
    "evidence_influence",
    "influence",
    "no_influence",
]

FloatArray = NDArray[np.float64]

ROWS = ("weight", "std_error", "share", "share_low", "share_high", "local_share")
LEVEL = 0.9  # of the interval between share_low and share_high


class Influence(NamedTuple):
    """What was learned of d hyperparameters and their m = d (d - 1) / 2 pairs.

    Each array has the rows of `ROWS`: the weight and its standard error; the share of
    the score's variance over the whole box with the ends of its 90 % interval; the
    share near the best trial.
    """

    base: FloatArray  # (6, d)
    product: FloatArray  # (6, m): of a_i a_j
    ratio: FloatArray | None = None  # (6, m): of log a_i - log a_j


def no_influence(d: int, *, with_ratio: bool) -> Influence:
    """Tables of zeros for d parameters."""
    m = d * (d - 1) // 2
    base, product, ratio = (np.zeros((len(ROWS), k)) for k in (d, m, m))
    return Influence(base, product, ratio if with_ratio else None)


def influence(model: FittedPerceptron, U: FloatArray, near: FloatArray) -> Influence:
    """Tables of a trained perceptron.

    Parameters
    ----------
    model : FittedPerceptron
        The perceptron.
    U : ndarray of shape (n, d)
        Unit points over which shares are taken: its trials.
    near : ndarray of shape (N, d)
        Unit points near the best trial.

    Returns
    -------
    tables : Influence
        Weights as they are; shares of the variance of the perceptron's own terms, which
        sum to one (to zero if nothing varies). Their intervals follow from the weights'
        standard errors to first order.
    """
    d = U.shape[1]
    m = len(pairs(d)[0])
    share, local = _shares(model, U), _shares(model, near)
    size = np.abs(model.weights)
    error = np.zeros_like(share)
    np.divide(2.0 * share * model.std_error, size, out=error, where=size > 0.0)
    reach = norm.ppf((1.0 + LEVEL) / 2.0) * error
    low, high = np.maximum(share - reach, 0.0), np.minimum(share + reach, 1.0)
    rows = np.stack([model.weights, model.std_error, share, low, high, local])
    base, product, ratio = np.split(rows, [d, d + m], axis=1)
    return Influence(base, product, ratio)


def _shares(model: FittedPerceptron, U: FloatArray) -> FloatArray:
    """Share of each term in the sum of the variances of all over U."""
    Phi = perceptron_features(U)
    varies = np.ptp(Phi, axis=0) > 0.0  # the variance of equal floats is not quite 0
    explained = np.where(varies, model.weights**2 * Phi.var(axis=0), 0.0)
    total = explained.sum()
    return explained / total if total > 0.0 else np.zeros_like(explained)


class Cube(NamedTuple):
    """A sample that fills a box evenly, and where it is evaluated."""

    at: FloatArray  # (N, d): each parameter's own value
    evaluated: FloatArray  # (N, d): the same, but what does not apply stands still


def evidence_influence(
    models: list[EvidenceModel],
    whole: Cube,
    near: Cube,
    spread: float,
    n_paths: int,
    rng: np.random.Generator,
) -> Influence:
    """Tables of the evidence-fitted perceptron, its residual included (eq. 20).

    Parameters
    ----------
    models : list of EvidenceModel
        The model under several hyperparameters, of standardised scores.
    whole, near : Cube
        A sample of the whole box, and one of the box near the best trial.
    spread : float
        Standard deviation of the scores.
    n_paths : int
        Landscapes drawn from each model.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    tables : Influence
        Weights in units of the score. They and the shares of single parameters are
        means over the models' mean landscapes; the shares of pairs, which a mean
        landscape smooths away, over the landscapes drawn. Standard errors and intervals
        are deviations and quantiles over the latter.
    """
    columns, N = models[0].columns, len(whole.at)
    both = np.vstack([whole.evaluated, near.evaluated])
    columns_of_means, columns_drawn = zip(
        *(paths(model, both, n_paths, rng) for model in models), strict=True
    )
    means, drawn = np.stack(columns_of_means, axis=1), np.hstack(columns_drawn)
    mean, possible = (_effects(F[:N], whole.at, columns) for F in (means, drawn))
    mean_near, possible_near = (
        _effects(F[N:], near.at, columns) for F in (means, drawn)
    )
    main, pair = _typical(mean, possible)
    local = _typical(mean_near, possible_near)
    unit = np.array([spread, spread, 1.0, 1.0, 1.0, 1.0])[:, None]
    base = _rows(mean.slope, possible.slope, main, possible.main, local[0])
    product = _rows(mean.product, possible.product, pair, possible.pair, local[1])
    return Influence(unit * base, unit * product)


def _typical(mean: Effects, possible: Effects) -> tuple[FloatArray, FloatArray]:
    """Share of each parameter and of each pair; together at most one."""
    main, pair = mean.main.mean(axis=1), possible.pair.mean(axis=1)
    left = max(0.0, 1.0 - float(main.sum()))
    return main, pair * min(1.0, left / max(float(pair.sum()), 1e-300))


def _rows(
    weight: FloatArray,
    weights: FloatArray,
    share: FloatArray,
    shares: FloatArray,
    local: FloatArray,
) -> FloatArray:
    """The rows of `ROWS`, from values of the models and of the landscapes drawn."""
    tails = [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0]
    low, high = np.quantile(shares, tails, axis=1)
    error, low, high = (
        weights.std(axis=1),
        np.minimum(low, share),
        np.maximum(high, share),
    )
    return np.stack([weight.mean(axis=1), error, share, low, high, local])


def _effects(F: FloatArray, at: FloatArray, columns: Columns) -> Effects:
    """Effects with variances as shares of each function's whole variance."""
    bases = [basis(at[:, g], int(k)) for g, k in enumerate(columns.levels)]
    found = analysis(F, bases)
    # The sample fills the box evenly but not perfectly: effects may add up to more.
    total = np.maximum(found.total, found.main.sum(axis=0) + found.pair.sum(axis=0))
    total = np.where(total > 0.0, total, 1.0)
    return found._replace(main=found.main / total, pair=found.pair / total)
