"""The model of the adaptive stages, made from the view alone."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from skbluetuna.history import View
from skbluetuna.model import (
    AtFull,
    Columns,
    GaussianProcess,
    OnPrior,
    PriorMean,
    WithLimits,
    encode,
    past_means,
    prior_mean,
    redrawn_models,
    warp,
    weights_by_agreement,
)
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, Proposal, Seed, active
from skbluetuna.stages._fits import N_WHOLE, fitted_to, modelled_rows
from skbluetuna.stages._gain import Model, levels_of, limits_of, log_gain

__all__ = [
    "Chooser",
    "agreement",
    "SequentialStage",
    "generator_of",
    "fitted_model",
    "one_by_one",
    "past_weights",
    "redrawn",
    "surrogate",
]

N_FULL = 15  # scores by the full resource, from which on the model sees no others
N_TO_COMPARE = 3  # full scores, before cheap ones are judged by them
N_RANDOM = 256  # configurations at which they are compared
OTHER_METRIC = 0.5  # weight of a past search that was scored in another way
LEAN = 2.0  # scores' worth of the spread of other alternatives

Chooser = Callable[[View, Model, float], FloatArray | None]


@dataclass(frozen=True)
class SequentialStage(ABC):
    """A stage that chooses each trial by the model of everything told so far.

    Parameters
    ----------
    n_trials : int
        How many trials.
    """

    n_trials: int

    name = ""

    @abstractmethod
    def chooser(self, space: Space, view: View, rng: np.random.Generator) -> Chooser:
        """Make the rule that chooses the next point, see `one_by_one`."""

    def is_done(self, space: Space, view: View, seed: Seed) -> bool:  # noqa: ARG002
        """Whether all trials were asked, or every configuration there is."""
        return view.count(self.name) >= self.n_trials or (
            space.size is not None and view.n_closed >= space.size
        )

    def propose(
        self, space: Space, view: View, n: int | None, seed: Seed
    ) -> FloatArray:
        """Choose as many points as are asked for, shape (k, d).

        If no number is named: one, when all scores are known. None before there is a
        trial; before one is told the first counts as told.
        """
        if n is None:
            n = 0 if view.has_pending else 1
        n = min(n, self.n_trials - view.count(self.name))
        chosen = self._choose(space, view, n, seed)
        return np.array([one.unit for one in chosen]).reshape(-1, len(space))

    def best_proposal(self, space: Space, view: View, seed: Seed) -> "Proposal | None":
        """The next point and the gain expected of it; None if there is none."""
        chosen = self._choose(space, view, 1, seed)
        return chosen[0] if chosen else None

    def extended(self, n_trials: int) -> Self:
        """The stage with so many trials."""
        return replace(self, n_trials=n_trials)

    def _choose(self, space: Space, view: View, n: int, seed: Seed) -> "list[Proposal]":
        if n <= 0 or not len(view):
            return []
        view = view if view.n_told else _first_told(view)
        chooser = self.chooser(space, view, generator_of(view, seed))
        return one_by_one(space, view, n, chooser)


def _first_told(view: View) -> View:
    """The view as if its first trial had a score, the median of other alternatives'.

    One score says nothing, whatever it is: its target is 0. So many trials at a time
    need not wait for it (eq. 16).
    """
    known = np.concatenate([np.empty(0), *view.others])
    Y, is_pending = view.Y.copy(), view.is_pending.copy()
    Y[0], is_pending[0] = np.median(known) if len(known) else 0.0, False
    return replace(view, Y=Y, is_pending=is_pending)


class Surrogate(NamedTuple):
    """The model of one alternative, and how its targets compare with the others'."""

    model: Model
    shift: float  # warped score = shift + scale * target
    scale: float
    incumbent: float  # the best warped score of all alternatives, as a target


def surrogate(space: Space, view: View) -> Surrogate:
    """The Gaussian process on the trials that were told (eq. 11 to 13).

    Scores of several alternatives are warped together, so that gains compare; each
    alternative's are then standardised for its own model (eq. 18). What the
    hyperparameters are fitted to, and of many trials which the model sees, says
    ``_fits.py``: functions of the view alone.
    """
    view = _told_enough(view)
    own, y, levels = _own(space, view)
    t, shift, scale, incumbent = _targets(y, view)
    prior_of = _prior_of(space, view)
    prior = prior_of(own, t)

    def less_prior(U: FloatArray, targets: FloatArray) -> FloatArray:
        of = prior if len(U) == len(own) else prior_of(U, targets)
        return targets if of is None else targets - of.at(U[:, :d])[0]

    d = len(active(space))
    fitted = fitted_to(own, y, t, levels, is_alone=not view.others, less=less_prior)
    rows, rest = modelled_rows(own, y, levels), less_prior(own, t)
    own, rest = own[rows], rest[rows]
    columns = Columns.of(levels, own)
    known = fitted.hyperparameters
    model = GaussianProcess.condition(encode(own, columns), rest, columns, known)
    seen = model if view.ladder is None else AtFull(model)
    whole = seen if prior is None else OnPrior(seen, prior)
    if view.margins is None:
        return Surrogate(whole, shift, scale, incumbent)
    has_best = bool(np.any(view.meets_limits & ~view.is_pending))
    limited = WithLimits(whole, limits_of(space, view), has_best)
    return Surrogate(limited, shift, scale, incumbent)


def _prior_of(
    space: Space, view: View
) -> Callable[[FloatArray, FloatArray], PriorMean | None]:
    """From points and their targets the prior mean that past searches give them.

    None where none agrees, or after so many trials that it would say nothing new.
    """
    if not view.past or view.n_told > N_WHOLE:
        return lambda U, t: None  # noqa: ARG005
    varying = active(space).tolist()
    past, usual = past_means(view.past, varying, levels_of(space)), _usual(view)
    return lambda U, t: prior_mean(past, U[:, : len(varying)], t, usual)


def _usual(view: View) -> FloatArray:
    """What each past search weighs where it agrees."""
    same = [past.is_same_metric for past in view.past]
    return np.where(same, 1.0, OTHER_METRIC)


def past_weights(space: Space, view: View) -> FloatArray:
    """How much each past search of the view weighs now (eq. 25), shape (k,)."""
    if not view.n_told or view.n_told > N_WHOLE:
        return np.zeros(len(view.past))
    view = _told_enough(view)
    own, y, _ = _own(space, view)
    varying = active(space).tolist()
    past = past_means(view.past, varying, levels_of(space))
    means = past.each(own[:, : len(varying)])
    return weights_by_agreement(means, _targets(y, view)[0], _usual(view))


def redrawn(space: Space, view: View, model: Model, rng: np.random.Generator) -> Model:
    """The model of the view under other hyperparameters, as (19) draws them.

    Of many trials, how far they may lie from their most probable values is found when
    these are fitted.
    """
    if isinstance(model, WithLimits):
        return replace(model, rest=_redrawn_whole(space, view, model.rest, rng))
    return _redrawn_whole(space, view, model, rng)


def _redrawn_whole(
    space: Space,
    view: View,
    model: GaussianProcess | AtFull | OnPrior,
    rng: np.random.Generator,
) -> GaussianProcess | AtFull | OnPrior:
    if isinstance(model, OnPrior):
        rest = _redrawn(space, view, model.rest, rng)
        return OnPrior(rest, model.prior)
    return _redrawn(space, view, model, rng)


def _redrawn(
    space: Space, view: View, model: GaussianProcess | AtFull, rng: np.random.Generator
) -> GaussianProcess | AtFull:
    own, y, levels = _own(space, _told_enough(view))
    spread = None
    if len(y) > N_WHOLE:
        spread = fitted_to(own, y, y, levels, is_alone=True).spread
    if isinstance(model, AtFull):
        return AtFull(redrawn_models(model.whole, 1, rng, spread)[0])
    return redrawn_models(model, 1, rng, spread)[0]


def agreement(space: Space, view: View) -> float:
    """How well cheap scores tell full ones, as the model has it.

    Parameters
    ----------
    space : Space
        The space.
    view : View
        What was asked and told.

    Returns
    -------
    correlation : float
        Of the model's means at the lowest rung and at the full one, over random
        configurations (eq. 23); 1 while nothing tells them apart.
    """
    n_full = int(np.sum((view.level == 1.0) & ~view.is_pending))
    own = replace(view, past=())  # past searches know full scores alone
    model = surrogate(space, own).model if n_full >= N_TO_COMPARE else None
    if not isinstance(model, AtFull):
        return 1.0
    U = np.random.default_rng(0).random((N_RANDOM, len(space)))
    U = space.snap(U)[:, active(space)]
    low = model.whole.predict(np.column_stack([U, np.zeros(N_RANDOM)])).mean
    full = model.predict(U).mean
    if np.ptp(low) == 0.0 or np.ptp(full) == 0.0:
        return 1.0
    return float(np.corrcoef(low, full)[0, 1])


def _told_enough(view: View) -> View:
    """The trials that the model sees: of many full ones no cheap ones.

    Cheap scores say which region is good, and are wrong about what is best there.
    """
    n_full = np.sum((view.level == 1.0) & ~view.is_pending)
    return view.of_full() if n_full >= N_FULL else view


def _own(space: Space, view: View) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
    """Told trials as the model sees them: units, scores, levels of the choices.

    How far up a ladder they are is one more ordered column (eq. 23).
    """
    U, y = view.told()
    own, levels = U[:, active(space)], levels_of(space)
    if view.ladder is not None:
        own = np.column_stack([own, view.level[~view.is_pending]])
        levels = (*levels, 0)
    return np.ascontiguousarray(own), y, levels


def fitted_model(space: Space, view: View) -> Model:
    """The model of `surrogate` alone."""
    return surrogate(space, view).model


def _targets(y: FloatArray, view: View) -> tuple[FloatArray, float, float, float]:
    """Targets of an alternative, their shift and scale, and the best of all (eq. 18).

    With few scores an alternative's spread leans on that of the others, as two scores
    would. The best is one by the full resource, unless there is none yet.
    """
    others = view.others
    is_full = view.level[~view.is_pending] == 1.0
    is_full = is_full & view.meets_limits[~view.is_pending]
    if not others:
        t = warp(y)
        return t, 0.0, 1.0, float(t[is_full].max() if is_full.any() else t.max())
    warped = warp(np.concatenate([y, *others]))
    own, *rest = np.split(warped, np.cumsum([len(y), *map(len, others[:-1])]))
    squares = sum(float(np.sum((t - t.mean()) ** 2)) for t in rest)
    freedom = sum(len(t) - 1 for t in rest)
    usual = squares / freedom if squares > 0.0 else 1.0
    shift = float(own.mean())
    spread = float(np.sum((own - shift) ** 2)) + LEAN * usual
    scale = float(np.sqrt(spread / (len(own) - 1 + LEAN)))
    best = float(warped.max())
    if view.ladder is not None:
        known = [float(y[is_full].max())] if is_full.any() else []
        top = max([*known, view.best_of_others])
        every = np.concatenate([y, *others])
        best = float(warped[every == top].max()) if top in every else best
    return (own - shift) / scale, shift, scale, (best - shift) / scale


def _believed(model: Model, u: FloatArray, level: float) -> Model:
    """The model as if its mean at u had been observed, at so far up the ladder."""
    if isinstance(model, AtFull | OnPrior | WithLimits):
        return model.with_fantasy(u, level)
    return model.with_fantasy(u)


def generator_of(view: View, seed: Seed) -> np.random.Generator:
    """The generator of the next choice, a function of the number of trials."""
    return np.random.default_rng([*seed, len(view)])


def one_by_one(space: Space, view: View, n: int, choose: Chooser) -> list[Proposal]:
    """Choose n points, each as if those before it had been observed (eq. 16).

    Trials whose scores are awaited, and the points of the batch, count as observed at
    the model's mean (kriging believer).

    Parameters
    ----------
    space : Space
        The space.
    view : View
        What was asked and told.
    n : int
        How many points.
    choose : callable
        From everything asked, the model, and the best target, the next point, or None
        if there is none.

    Returns
    -------
    chosen : list of Proposal
        At most n.
    """
    varying = active(space)
    model, _, scale, incumbent = surrogate(space, view)
    for row in np.flatnonzero(view.is_pending):
        model = _believed(model, view.X[row, varying], float(view.level[row]))
    asked, chosen = view, list[Proposal]()
    while len(chosen) < n:
        if chosen:
            model = model.with_fantasy(chosen[-1].unit[varying])
        point = choose(asked, model, incumbent)
        if point is None:
            break
        gain = float(log_gain(model, point[None, varying], incumbent)[0])
        chosen.append(Proposal(gain + float(np.log(scale)), point))
        asked = asked.with_asked(point, "chosen")
    return chosen
