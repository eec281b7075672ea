"""What past searches say of a new one: the prior mean of its model (eq. 25, 26).

=========  ==========================================================  ==============
symbol     meaning                                                     shape
=========  ==========================================================  ==============
mean_i     posterior mean of past search i, fitted to its own warped   function of u
           scores
loss_i     share of pairs of the new search's scores that mean_i       scalar
           ranks wrongly
w_i        weight of past search i, not negative                       scalar
m          sum_i w_i mean_i, weights of sum 1                          function of u
b, c       slope and shift of the targets by m                         scalars
=========  ==========================================================  ==============
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model._at_full import AtFull
from skbluetuna.model._columns import Columns
from skbluetuna.model._gaussian_process import GaussianProcess, Posterior
from skbluetuna.model._past_means import Blend, PastMeans

__all__ = ["OnPrior", "PriorMean", "weights_by_agreement", "prior_mean"]

FloatArray = NDArray[np.float64]

WORST_LOSS = 0.4  # from which on a past search says nothing
N_FIRST = 3  # scores from which on agreement counts
USUAL_SLOPE, N_USUAL = 0.7, 3.0  # what the slope is shrunk to, as so many scores would
MOST_AGREEING = 5  # past searches that are heard, which bounds what a proposal costs


def weights_by_agreement(
    means: FloatArray, t: FloatArray, usual: FloatArray
) -> FloatArray:
    """Weight of each past search by how well it ranks n scores (eq. 25).

    Before three scores those of the same metric weigh alike.

    Parameters
    ----------
    means : ndarray of shape (k, n)
        Posterior mean of each past search at the points of the new one.
    t : ndarray of shape (n,)
        Targets of the new one.
    usual : ndarray of shape (k,)
        What each weighs where it agrees: 1, less if it was scored in another way.

    Returns
    -------
    weights : ndarray of shape (k,)
        Their sum is 1, or 0 where none says anything.

    References
    ----------
    M. Wistuba, N. Schilling, L. Schmidt-Thieme, Two-stage transfer surrogate model for
    automatic hyperparameter optimization, ECML PKDD 2016.
    """
    if len(t) < N_FIRST:
        found = np.where(usual == 1.0, 1.0, 0.0)
    else:
        loss = np.array([share_wrong(own, t) for own in means])
        found = usual * np.maximum(0.0, 1.0 - (loss / WORST_LOSS) ** 2)
    heard = np.argsort(-found, kind="stable")[:MOST_AGREEING]
    weights = np.zeros(len(found))
    weights[heard] = found[heard]
    total = float(weights.sum())
    return weights / total if total > 0.0 else weights


def share_wrong(m: FloatArray, t: FloatArray) -> float:
    """Share of pairs with unlike targets that m ranks wrongly; a tie counts half.

    One half where all targets are alike.
    """
    i, j = np.triu_indices(len(t), 1)
    right = np.sign(t[i] - t[j])
    counts = right != 0.0
    if not counts.any():
        return 0.5
    agrees = np.sign(m[i] - m[j])[counts] * right[counts]
    return float(np.mean(0.5 - 0.5 * agrees))


@dataclass(frozen=True)
class PriorMean:
    """What is expected before the new search's own model: c + b m(u) (eq. 26).

    Parameters
    ----------
    blend : Blend
        Past searches that agree, with their weights times the slope.
    shift : float
        c.
    """

    blend: Blend
    shift: float

    def at(
        self, U: FloatArray, *, gradient: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Value at points of shape (m, d), and its slope by u if it is asked for."""
        value, slope = self.blend.at(U, gradient=gradient)
        return value + self.shift, slope


def prior_mean(
    past: PastMeans, U: FloatArray, t: FloatArray, usual: FloatArray
) -> PriorMean | None:
    """The prior mean of n targets at points of shape (n, d); None if none agrees.

    Its slope is shrunk to .7 as three scores would shrink it, and never negative.
    `usual` is as for `weights_by_agreement`.
    """
    means = past.each(U)
    weights = weights_by_agreement(means, t, usual)
    if not weights.any():
        return None
    m, n = weights @ means, len(t)
    cov = float(np.mean((m - m.mean()) * (t - t.mean())))
    slope = (cov * n + USUAL_SLOPE * N_USUAL) / (float(m.var()) * n + N_USUAL)
    slope = max(0.0, slope)
    rows = np.flatnonzero(weights)
    blend = Blend(past.only(rows), slope * weights[rows])
    return PriorMean(blend, float(np.mean(t - slope * m)))


@dataclass(frozen=True)
class OnPrior:
    """A model of what a prior mean leaves over, seen with that mean.

    Parameters
    ----------
    rest : GaussianProcess or AtFull
        The model of the residuals.
    prior : PriorMean
        The prior mean.
    """

    rest: GaussianProcess | AtFull
    prior: PriorMean

    @property
    def noise(self) -> float:
        """Variance of the noise."""
        return self.rest.noise

    @property
    def columns(self) -> Columns:
        """How the parameters became columns."""
        return self.rest.columns

    def predict(self, U: FloatArray, *, gradient: bool = False) -> Posterior:
        """Posterior of the noise-free score at unit points of shape (m, d)."""
        found = self.rest.predict(U, gradient=gradient)
        value, slope = self.prior.at(U, gradient=gradient)
        if not gradient:
            return found._replace(mean=found.mean + value)
        return found._replace(
            mean=found.mean + value, mean_slope=found.mean_slope + slope
        )

    def with_fantasy(self, u: FloatArray, level: float = 1.0) -> "OnPrior":
        """The model as if its mean at u, shape (d,), had been observed."""
        if isinstance(self.rest, AtFull):
            return OnPrior(self.rest.with_fantasy(u, level), self.prior)
        return OnPrior(self.rest.with_fantasy(u), self.prior)
