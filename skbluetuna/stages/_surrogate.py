"""The model of the adaptive stages, made from the ledger alone."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skbluetuna._ledger import Ledger, Trial
from skbluetuna.model import Columns, EvidenceModel, encode, fit_theta, warp
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Seed, active

__all__ = ["Choice", "OneByOne", "evidence_model", "one_by_one"]

REFIT_ALWAYS, REFIT_EVERY = 40, 3  # trials until every fit is new, and how often later

Choice = Callable[[Ledger, EvidenceModel, float], FloatArray | None]


@dataclass(frozen=True)
class OneByOne(ABC):
    """A stage that chooses each trial by the model of everything told so far.

    Parameters
    ----------
    n_trials : int
        How many trials.
    """

    n_trials: int

    name = ""

    @abstractmethod
    def chooser(self, space: Space, ledger: Ledger, rng: np.random.Generator) -> Choice:
        """Make the rule that chooses the next point, see `one_by_one`."""

    def is_done(self, space: Space, ledger: Ledger, seed: Seed) -> bool:  # noqa: ARG002
        """Whether all trials were asked, or every configuration there is."""
        return ledger.count(self.name) >= self.n_trials or (
            space.size is not None and len(ledger) >= space.size
        )

    def propose(
        self, space: Space, ledger: Ledger, n: int | None, seed: Seed
    ) -> FloatArray:
        """Choose as many points as are asked for, shape (k, d).

        If no number is named: one, when all scores are known. None before there is a
        score to learn from.
        """
        if n is None:
            n = 0 if ledger.has_pending else 1
        n = min(n, self.n_trials - ledger.count(self.name))
        if n <= 0 or all(trial.state == "asked" for trial in ledger):
            return np.empty((0, len(space)))
        rng = np.random.default_rng([*seed, len(ledger)])
        return one_by_one(space, ledger, n, self.chooser(space, ledger, rng))


def evidence_model(space: Space, ledger: Ledger) -> EvidenceModel:
    """The evidence-fitted perceptron on every told trial (eq. 11 to 13).

    From 40 trials on the hyperparameters are those of the trials up to the last
    multiple of three, so that they are a function of the ledger alone.
    """
    varying = active(space)
    U, y = ledger.scored()
    columns = _columns(space, varying)
    n = len(y) if len(y) <= REFIT_ALWAYS else len(y) - len(y) % REFIT_EVERY
    own = np.ascontiguousarray(U[:, varying])
    levels = tuple(int(k) for k in columns.levels)
    theta = _fit(own[:n].tobytes(), y[:n].tobytes(), levels)
    return EvidenceModel.condition(encode(own, columns), warp(y), columns, theta)


def _columns(space: Space, varying: NDArray[np.intp]) -> Columns:
    dims = [space.dimensions[j] for j in varying]
    return Columns.of([0 if dim.is_ordered else dim.n_values or 0 for dim in dims])


@lru_cache(maxsize=32)
def _fit(U: bytes, y: bytes, levels: tuple[int, ...]) -> FloatArray:
    """Fit once for each distinct ledger, however often it is asked for."""
    scores, columns = np.frombuffer(y), Columns.of(list(levels))
    X = encode(np.frombuffer(U).reshape(len(scores), -1), columns)
    return fit_theta(X, warp(scores), columns)


def one_by_one(space: Space, ledger: Ledger, n: int, choose: Choice) -> FloatArray:
    """Choose n points, each as if those before it had been observed (eq. 16).

    Trials whose scores are awaited, and the points of the batch, count as observed at
    the model's mean (kriging believer).

    Parameters
    ----------
    space : Space
        The space.
    ledger : Ledger
        What was asked and told.
    n : int
        How many points.
    choose : callable
        From everything asked, the model, and the best (warped) score, the next point,
        or None if there is none.

    Returns
    -------
    points : ndarray of shape (k, d)
        At most n points.
    """
    varying = active(space)
    model = evidence_model(space, ledger)
    incumbent = float(model.t.max())
    for trial in ledger:
        if trial.state == "asked":
            model = model.believing(np.array(trial.unit)[varying])
    asked, points = Ledger(tuple(ledger)), []
    for _ in range(n):
        point = choose(asked, model, incumbent)
        if point is None:
            break
        points.append(point)
        asked.append(Trial(len(asked), {}, tuple(point), "chosen"))
        model = model.believing(point[varying])
    return np.array(points).reshape(len(points), len(space))
