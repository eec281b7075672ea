"""Measured constraints: how likely it is that a configuration meets all of them.

Each constraint has a Gaussian process of its margin, at least 0 where it is met. The
gain that is expected counts by the probability that all are met (eq. 28).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from skbluetuna.model._at_full import AtFull
from skbluetuna.model._columns import Columns
from skbluetuna.model._gaussian_process import GaussianProcess, Posterior
from skbluetuna.model._prior_mean import OnPrior

__all__ = ["Limit", "WithLimits", "scaled_margins"]

FloatArray = NDArray[np.float64]

LARGEST = 10.0  # of a margin that is scaled: beyond it, how far says nothing
LOG_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)


def scaled_margins(margins: FloatArray) -> tuple[FloatArray, float] | None:
    """Margins of a constraint as targets of a model, and where zero lies among them.

    Parameters
    ----------
    margins : ndarray of shape (n,)
        How far it was from being broken, negative where it was.

    Returns
    -------
    targets : ndarray of shape (n,)
        Of mean 0 and standard deviation 1, the large ones nearer; None with `zero`
        where all are alike, which says nothing.
    zero : float
        The target of a margin of 0.
    """
    size = float(np.median(np.abs(margins))) or 1.0
    near = np.clip(
        np.arcsinh(np.clip(margins / size, -1e300, 1e300)), -LARGEST, LARGEST
    )
    spread = float(near.std())
    if spread == 0.0:
        return None
    return (near - near.mean()) / spread, float(-near.mean() / spread)


class Limit(NamedTuple):
    """A model of the margin of one constraint."""

    model: GaussianProcess
    zero: float  # the margin's target where the constraint is just met


@dataclass(frozen=True)
class WithLimits:
    """A model of the score, and of the constraints that were measured with it.

    Parameters
    ----------
    rest : GaussianProcess, AtFull or OnPrior
        The model of the score.
    limits : tuple of Limit
        One for each constraint of which something is known.
    has_best : bool
        Whether a trial met all constraints: without one there is no score to improve
        on, and only the probability counts.
    """

    rest: GaussianProcess | AtFull | OnPrior
    limits: tuple[Limit, ...]
    has_best: bool

    @property
    def noise(self) -> float:
        """Variance of the noise of the score."""
        return self.rest.noise

    @property
    def columns(self) -> Columns:
        """How the parameters became columns."""
        return self.rest.columns

    def predict(self, U: FloatArray, *, gradient: bool = False) -> Posterior:
        """Posterior of the noise-free score at unit points of shape (m, d)."""
        return self.rest.predict(U, gradient=gradient)

    def log_chance(self, U: FloatArray, *, gradient: bool = False) -> FloatArray:
        """Log probability that all constraints are met at points of shape (m, d).

        Returns
        -------
        value : ndarray of shape (m,), or (m, 1 + d)
            With `gradient` the value and its slope by u, side by side.
        """
        width = 1 + U.shape[1] if gradient else 1
        total = np.zeros((len(U), width))
        for model, zero in self.limits:
            at = model.predict(U, gradient=gradient)
            z = (at.mean - zero) / at.std
            value = log_ndtr(z)
            total[:, 0] += value
            if gradient:
                ratio = np.exp(-0.5 * z * z - LOG_SQRT_2PI - value) / at.std
                slope = at.mean_slope - z[:, None] * at.std_slope
                total[:, 1:] += ratio[:, None] * slope
        return total if gradient else total[:, 0]

    def with_fantasy(self, u: FloatArray, level: float = 1.0) -> "WithLimits":
        """The model as if its means at u, shape (d,), had been observed."""
        rest = self.rest
        limits = tuple(
            one._replace(model=one.model.with_fantasy(u)) for one in self.limits
        )
        known = (
            rest.with_fantasy(u)
            if isinstance(rest, GaussianProcess)
            else rest.with_fantasy(u, level)
        )
        return WithLimits(known, limits, self.has_best)
