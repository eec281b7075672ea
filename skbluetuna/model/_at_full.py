"""A model of scores by configuration and resource, seen at the full one (eq. 23)."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skbluetuna.model._columns import Columns
from skbluetuna.model._gaussian_process import GaussianProcess, Posterior

__all__ = ["AtFull"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class AtFull:
    """A model whose last parameter, the level, is held at 1.

    Parameters
    ----------
    whole : GaussianProcess
        The model of configurations and levels.
    """

    whole: GaussianProcess

    @property
    def noise(self) -> float:
        """Variance of the noise."""
        return self.whole.noise

    @cached_property
    def columns(self) -> Columns:
        """How the parameters became columns, without that of the level."""
        own = self.whole.columns
        return replace(own, levels=own.levels[:-1], known=own.known[:-1])

    def predict(self, U: FloatArray, *, gradient: bool = False) -> Posterior:
        """Posterior of the noise-free full score at unit points of shape (m, d)."""
        at = self.whole.predict(
            np.column_stack([U, np.ones(len(U))]), gradient=gradient
        )
        if not gradient:
            return at
        return at._replace(
            mean_slope=at.mean_slope[:, :-1], std_slope=at.std_slope[:, :-1]
        )

    def with_fantasy(self, u: FloatArray, level: float = 1.0) -> "AtFull":
        """The model as if its mean at u, shape (d,), and a level had been observed."""
        return AtFull(self.whole.with_fantasy(np.append(u, level)))
