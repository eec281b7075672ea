"""The model of the adaptive stages, made from the ledger alone."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from skbluetuna._ledger import Ledger, Trial
from skbluetuna.model import (
    Columns,
    EvidenceModel,
    encode,
    fit_theta,
    log_augmented_improvement,
    warp,
)
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Seed, active

__all__ = [
    "Choice",
    "OneByOne",
    "Promise",
    "drawing",
    "evidence_model",
    "levels_of",
    "one_by_one",
    "promised",
    "surrogate",
]

REFIT_ALWAYS, REFIT_EVERY = 40, 3  # trials until every fit is new, and how often later
LEAN = 2.0  # scores' worth of the spread of other alternatives

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
            space.size is not None and ledger.n_known >= space.size
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
        chosen = self._choose(space, ledger, n, seed)
        return np.array([one.unit for one in chosen]).reshape(-1, len(space))

    def promise(self, space: Space, ledger: Ledger, seed: Seed) -> "Promise | None":
        """The next point and what to expect; None if there is nothing to choose."""
        chosen = self._choose(space, ledger, 1, seed)
        return chosen[0] if chosen else None

    def _choose(
        self, space: Space, ledger: Ledger, n: int, seed: Seed
    ) -> "list[Promise]":
        if n <= 0 or all(trial.state == "asked" for trial in ledger):
            return []
        chooser = self.chooser(space, ledger, drawing(ledger, seed))
        return one_by_one(space, ledger, n, chooser)


class Promise(NamedTuple):
    """A point, and the gain that is to be expected of its alternative."""

    log_gain: float  # acquisition (eq. 15), in warped scores of all alternatives
    unit: FloatArray  # (d,)


class Surrogate(NamedTuple):
    """The model of one alternative, and how its targets compare with the others'."""

    model: EvidenceModel
    shift: float  # warped score = shift + scale * target
    scale: float
    incumbent: float  # the best warped score of all alternatives, as a target


def surrogate(space: Space, ledger: Ledger) -> Surrogate:
    """The evidence-fitted perceptron on every told trial (eq. 11 to 13).

    Scores of several alternatives are warped together, so that gains compare; each
    alternative's are then standardised for its own model (eq. 18). Beyond 40 scores
    the hyperparameters are those of the scores up to the last multiple of three, so
    that they are a function of the ledger alone (with rivals, whose scores move the
    common warp, they are fitted anew to these at each score).
    """
    varying = active(space)
    U, y = ledger.scored()
    levels = levels_of(space)
    t, shift, scale, incumbent = _targets(y, ledger.rivals)
    n = len(y) if len(y) <= REFIT_ALWAYS else len(y) - len(y) % REFIT_EVERY
    own = np.ascontiguousarray(U[:, varying])
    # Without rivals the fit sees those n scores alone.
    target = t[:n] if ledger.rivals or n == len(y) else warp(y[:n])
    theta = _fit(own[:n].tobytes(), target.tobytes(), levels)
    columns = Columns.of(levels, own)
    model = EvidenceModel.condition(encode(own, columns), t, columns, theta)
    return Surrogate(model, shift, scale, incumbent)


def evidence_model(space: Space, ledger: Ledger) -> EvidenceModel:
    """The model of `surrogate` alone."""
    return surrogate(space, ledger).model


def promised(model: EvidenceModel, U: FloatArray, incumbent: float) -> FloatArray:
    """Log augmented improvement (eq. 15) at unit points of shape (m, d)."""
    at = model.predict(U)
    return log_augmented_improvement(at.mean, at.std, incumbent, model.noise)[0]


def _targets(
    y: FloatArray, rivals: tuple[FloatArray, ...]
) -> tuple[FloatArray, float, float, float]:
    """Targets of an alternative, their shift and scale, and the best of all (eq. 18).

    With few scores an alternative's spread leans on that of the others, as two scores
    would.
    """
    if not rivals:
        t = warp(y)
        return t, 0.0, 1.0, float(t.max())
    warped = warp(np.concatenate([y, *rivals]))
    own, *others = np.split(warped, np.cumsum([len(y), *map(len, rivals[:-1])]))
    squares = sum(float(np.sum((t - t.mean()) ** 2)) for t in others)
    freedom = sum(len(t) - 1 for t in others)
    usual = squares / freedom if squares > 0.0 else 1.0
    shift = float(own.mean())
    spread = float(np.sum((own - shift) ** 2)) + LEAN * usual
    scale = float(np.sqrt(spread / (len(own) - 1 + LEAN)))
    return (own - shift) / scale, shift, scale, (float(warped.max()) - shift) / scale


def levels_of(space: Space) -> tuple[int, ...]:
    """Number of levels of each parameter that varies; 0 if it is ordered."""
    dims = [space.dimensions[j] for j in active(space)]
    return tuple(0 if dim.is_ordered else dim.n_values or 0 for dim in dims)


@lru_cache(maxsize=32)
def _fit(U: bytes, t: bytes, levels: tuple[int, ...]) -> FloatArray:
    """Fit once for each distinct ledger, however often it is asked for."""
    targets = np.frombuffer(t)
    own = np.frombuffer(U).reshape(len(targets), -1)
    columns = Columns.of(levels, own)
    return fit_theta(encode(own, columns), targets, columns)


def drawing(ledger: Ledger, seed: Seed) -> np.random.Generator:
    """The generator of the next choice, a function of the number of trials."""
    return np.random.default_rng([*seed, len(ledger)])


def one_by_one(space: Space, ledger: Ledger, n: int, choose: Choice) -> list[Promise]:
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
        From everything asked, the model, and the best target, the next point, or None
        if there is none.

    Returns
    -------
    chosen : list of Promise
        At most n.
    """
    varying = active(space)
    model, _, scale, incumbent = surrogate(space, ledger)
    for trial in ledger:
        if trial.state == "asked":
            model = model.believing(np.array(trial.unit)[varying])
    asked, chosen = ledger.copy(), list[Promise]()
    while len(chosen) < n:
        if chosen:
            model = model.believing(chosen[-1].unit[varying])
        point = choose(asked, model, incumbent)
        if point is None:
            break
        gain = float(promised(model, point[None, varying], incumbent)[0])
        chosen.append(Promise(gain + float(np.log(scale)), point))
        asked.append(Trial(len(asked), {}, tuple(point), "chosen"))
    return chosen
