"""From what was learned to the influence and interaction tables."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from skbluetuna.model._columns import Columns
from skbluetuna.model._features import pairs, perceptron_features
from skbluetuna.model._gaussian_process import GaussianProcess
from skbluetuna.model._paths import Paths, sparse_paths
from skbluetuna.model._perceptron import FittedPerceptron
from skbluetuna.model._variance import Basis, Effects, analysis, basis

__all__ = [
    "ROWS",
    "BoxSample",
    "Influence",
    "DrawnModels",
    "gaussian_process_influence",
    "perceptron_influence",
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


def perceptron_influence(
    model: FittedPerceptron, U: FloatArray, near: FloatArray
) -> Influence:
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
    reach = norm.ppf((1.0 + LEVEL) / 2.0) * _share_error(model, share)
    low, high = np.maximum(share - reach, 0.0), np.minimum(share + reach, 1.0)
    rows = np.stack([model.weights, model.std_error, share, low, high, local])
    base, product, ratio = np.split(rows, [d, d + m], axis=1)
    return Influence(base, product, ratio)


def _share_error(model: FittedPerceptron, share: FloatArray) -> FloatArray:
    """Standard error of each share to first order, errors of the weights independent.

    With r_k the relative error of weight k, share_i changes by 2 share_i (1 - share_i)
    r_i with its own weight, and by -2 share_i share_k r_k with another.
    """
    relative = np.zeros_like(share)
    size = np.abs(model.weights)
    np.divide(model.std_error, size, out=relative, where=size > 0.0)
    common = np.sum((share * relative) ** 2)
    square = (1.0 - 2.0 * share) * relative**2 + common
    return np.asarray(2.0 * share * np.sqrt(np.maximum(square, 0.0)))


def _shares(model: FittedPerceptron, U: FloatArray) -> FloatArray:
    """Share of each term in the sum of the variances of all over U."""
    Phi = perceptron_features(U)
    varies = np.ptp(Phi, axis=0) > 0.0  # the variance of equal floats is not quite 0
    explained = np.where(varies, model.weights**2 * Phi.var(axis=0), 0.0)
    total = explained.sum()
    return explained / total if total > 0.0 else np.zeros_like(explained)


class BoxSample(NamedTuple):
    """A sample that fills a box evenly, and where it is evaluated."""

    at: FloatArray  # (N, d): each parameter's own value
    evaluated: FloatArray  # (N, d): the same, but what does not apply stands still


class DrawnModels(NamedTuple):
    """Models of transformed scores, and the way back to standardised scores."""

    models: list[GaussianProcess]
    back: Callable[[FloatArray], FloatArray]  # increasing, any shape


def gaussian_process_influence(
    models: list[GaussianProcess],
    warped: DrawnModels | None,
    whole: BoxSample,
    near: BoxSample,
    spread: float,
    n_paths: int,
    rng: np.random.Generator,
) -> Influence:
    """Tables of the Gaussian process, mean and residual together (eq. 20).

    Parameters
    ----------
    models : list of k GaussianProcess
        The model under several hyperparameters, of standardised scores.
    warped : DrawnModels or None
        More of them on another scale: on which one the landscape is a draw of the model
        is not known either, and counts among what the intervals allow for.
    whole, near : BoxSample
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
        Weights of the mean landscape of `models`, in units of the score, with standard
        deviations over landscapes drawn of these. Shares, of the variance of a
        landscape and the noise together, are means over the landscapes drawn on both
        scales, their intervals quantiles, widened by the error of a finite sample. How
        single parameters divide the sum of theirs is taken from the models' own means:
        landscapes drawn vary in a parameter that nothing is known of, which says
        nothing of its rank.
    """
    columns, N = models[0].columns, len(whole.at)
    linear = _linear(models, whole, n_paths, rng)
    scales = [DrawnModels(models, np.asarray), *([warped] if warped else [])]
    both = np.vstack([whole.evaluated, near.evaluated])
    parts = [_landscapes(one, both, n_paths, rng) for one in scales]
    means, drawn = zip(*parts, strict=True)
    k = sum(len(one.models) for one in scales)
    # Each model's mean, then the landscapes drawn: (2 N, k (1 + n_paths)).
    F, noise = (np.hstack(part) for part in zip(*means, *drawn, strict=True))
    possible = _effects(F[:N], whole.at, columns, noise[:N].mean(axis=0))
    local = _effects(F[N:], near.at, columns, noise[N:].mean(axis=0))
    main, pair = _mean_shares(possible, k)
    near_main, near_pair = _mean_shares(local, k)
    base = _rows(linear.slope, main, possible.main, possible.main_error, k)
    product = _rows(linear.product, pair, possible.pair, possible.pair_error, k)
    unit = np.array([spread, spread, 1.0, 1.0, 1.0, 1.0])[:, None]
    return Influence(
        unit * np.vstack([base, near_main]), unit * np.vstack([product, near_pair])
    )


def _linear(
    models: list[GaussianProcess], whole: BoxSample, n: int, rng: np.random.Generator
) -> Effects:
    """Effects of n landscapes drawn of each model, and at last of the mean of all."""
    at = whole.evaluated
    drawn = [Paths.drawn(model, n, rng) for model in models]
    mean = np.mean([one.mean(at) for one in drawn], axis=0)
    F = np.column_stack([*(one(at) for one in drawn), mean])
    return analysis(F, _bases(whole.at, models[0].columns))


def _landscapes(
    scale: DrawnModels, U: FloatArray, n: int, rng: np.random.Generator
) -> list[tuple[FloatArray, FloatArray]]:
    """Means of k models, and n landscapes of each: values, and the noise's variance.

    Both at N points, of shape (N, k) and (N, k n); the noise as far as it moves a value
    once it is sent back.
    """
    found = (sparse_paths(model, U, n, rng) for model in scale.models)
    means, drawn = zip(*found, strict=True)
    deviation = np.sqrt([model.noise for model in scale.models])
    rows = []
    for F, e in (
        (np.column_stack(means), deviation),
        (np.hstack(drawn), np.repeat(deviation, n)),
    ):
        moved = (scale.back(F + e) - scale.back(F - e)) / 2.0
        rows.append((scale.back(F), moved**2))
    return rows


def _bases(at: FloatArray, columns: Columns) -> list[Basis]:
    """Functions of each parameter over a sample of shape (N, d)."""
    return [basis(at[:, g], int(k)) for g, k in enumerate(columns.levels)]


def _effects(
    F: FloatArray, at: FloatArray, columns: Columns, noise: FloatArray
) -> Effects:
    """Effects with variances as shares of each function's variance and the noise."""
    found = analysis(F, _bases(at, columns))
    total = np.where(found.total > 0.0, found.total + noise, 1.0)
    return found._replace(
        main=found.main / total,
        pair=found.pair / total,
        main_error=found.main_error / total,
        pair_error=found.pair_error / total,
    )


def _mean_shares(found: Effects, k: int) -> tuple[FloatArray, FloatArray]:
    """Shares of parameters and of pairs; none below zero, together at most 1.

    Means over the landscapes drawn, those of the parameters in the proportions of the
    means over the k models' own, which come first.
    """
    main, pair = (
        np.maximum(v[:, k:].mean(axis=1), 0.0) for v in (found.main, found.pair)
    )
    known = np.maximum(found.main[:, :k].mean(axis=1), 0.0)
    if known.any():
        main = known * (main.sum() / known.sum())
    total = max(1.0, float(main.sum() + pair.sum()))
    return main / total, pair / total


def _rows(
    weights: FloatArray,
    share: FloatArray,
    shares: FloatArray,
    errors: FloatArray,
    k: int,
) -> FloatArray:
    """The rows of `ROWS` but the last.

    Of the weights the mean landscape's come last, of the shares and their errors the k
    models' own first.
    """
    tails = [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0]
    low, high = np.quantile(np.clip(shares[:, k:], 0.0, 1.0), tails, axis=1)
    # A share in other proportions, or made by few landscapes, may lie beyond.
    below, above = np.maximum(share - low, 0.0), np.maximum(high - share, 0.0)
    finite = norm.ppf(tails[1]) * errors[:, k:].mean(axis=1)
    low = np.maximum(share - np.hypot(below, finite), 0.0)
    high = np.minimum(share + np.hypot(above, finite), 1.0)
    return np.stack([weights[:, -1], weights[:, :-1].std(axis=1), share, low, high])
