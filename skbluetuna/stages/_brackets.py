"""Hyperband's brackets: many configurations with little, the best of them with more.

A bracket begins with n configurations at one rung; of each rung the best 1 / eta go one
rung higher, once all of it is known. The first bracket begins at the lowest rung with
the most configurations, the last one in full; then they come again.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any, NamedTuple, Self

import numpy as np

from skbluetuna.history import Ladder, View, best_first
from skbluetuna.space import Space
from skbluetuna.stages._adaptive_climb import AdaptiveClimb
from skbluetuna.stages._base import FloatArray, Seed, any_fresh_point
from skbluetuna.stages._surrogate import one_by_one

__all__ = ["Brackets", "bracket_rung"]

EACH_RANDOM = 3  # with a surrogate every third configuration is random all the same
ROUNDING = 1e-9


class Turn(NamedTuple):
    """Where the next trial of the stage stands."""

    resource: float
    n_left: int  # trials of this rung that are not asked yet
    promoted: FloatArray | None  # which they are; None: new configurations


@dataclass(frozen=True)
class Brackets:
    """Successive halving, in brackets that begin at each rung in turn.

    Parameters
    ----------
    n_trials : int
        How many trials at most.
    is_guided : bool
        Whether new configurations are chosen by the model of all scores so far (two of
        three); otherwise they are random.

    References
    ----------
    L. Li et al., Hyperband: a novel bandit-based approach to hyperparameter
    optimization, JMLR 18 (2018), algorithm 1; with a model: S. Falkner, A. Klein,
    F. Hutter, BOHB: robust and efficient hyperparameter optimization at scale, ICML
    2018.
    """

    n_trials: int
    is_guided: bool = False

    name = "hyperband"

    def is_done(self, space: Space, view: View, seed: Seed) -> bool:  # noqa: ARG002
        """Whether all trials were asked, or no bracket has anything left."""
        if view.count(self.name) >= self.n_trials:
            return True
        is_over = _is_known(space, view) and not view.has_pending
        return is_over and turn_of(space, view) is None

    def extended(self, n_trials: int) -> Self:
        """The stage with so many trials."""
        return replace(self, n_trials=n_trials)

    def propose(
        self, space: Space, view: View, n: int | None, seed: Seed
    ) -> FloatArray:
        """Next unit points, shape (k, d), of one rung; none while it waits."""
        turn, nothing = turn_of(space, view), np.empty((0, len(space)))
        if turn is None:
            return nothing
        n = turn.n_left if n is None else min(n, turn.n_left)
        n = min(n, self.n_trials - view.count(self.name))
        if turn.promoted is not None:
            return turn.promoted[: max(0, n)]
        chosen: list[FloatArray] = []
        for _ in range(n):
            unit = self._new(space, view, seed)
            if unit is None:
                break
            chosen.append(unit)
            view = view.with_asked(unit, self.name)
        return np.array(chosen).reshape(-1, len(space))

    def _new(self, space: Space, view: View, seed: Seed) -> FloatArray | None:
        """A configuration that was never asked."""
        rng = np.random.default_rng([*seed, len(view)])
        is_random = not self.is_guided or not view.n_told
        if is_random or len(view) % EACH_RANDOM == 0:
            return any_fresh_point(space, view, rng)
        known = view.excluding(view.X[view.partial_rows])  # those are not its to choose
        choose = AdaptiveClimb(self.n_trials).chooser(space, known, rng)
        chosen = one_by_one(space, known, 1, choose)
        return chosen[0].unit if chosen else None


def _is_known(space: Space, view: View) -> bool:
    """Whether no configuration is left that was never asked."""
    return space.size is not None and view.n_known >= space.size


def bracket_rung(ladder: Ladder, space: Space, view: View) -> float:
    """The rung of the stage's next trial."""
    turn = turn_of(space, view)
    return ladder.full if turn is None else turn.resource


def turn_of(space: Space, view: View) -> Turn | None:
    """Where the next trial stands; None while scores of a rung are awaited.

    Where no configuration is new any more a bracket goes on with those it has begun
    with, however few; None, too, where it has none.
    """
    is_known = _is_known(space, view)
    ladder = view.ladder or Ladder((1.0,))
    asked = np.flatnonzero([own == Brackets.name for own in view.stages])
    start = 0
    for sizes in brackets(ladder):
        before: Any = None  # rows of the rung below
        for rung, size in zip(ladder.rungs[-len(sizes) :], sizes, strict=True):
            promoted = None
            if before is not None:
                if view.is_pending[before].any():
                    return None
                best = before[best_first(view.scores[before])]
                promoted = view.X[best[:size]]
            n = size if promoted is None else len(promoted)
            n_asked = min(n, len(asked) - start)
            if promoted is None and is_known:  # what is promoted is asked again
                n = n_asked = int(view.is_first[asked[start : start + n_asked]].sum())
                if not n:
                    return None
            if n_asked < n:
                rest = None if promoted is None else promoted[n_asked:]
                return Turn(rung, n - n_asked, rest)
            before, start = asked[start : start + n], start + n
    return None


def brackets(ladder: Ladder) -> Iterator[list[int]]:
    """Numbers of configurations at each rung of bracket after bracket, without end."""
    most = len(ladder.rungs) - 1
    eta = (ladder.full / ladder.least) ** (1.0 / most) if most else 1.0
    sizes = []
    for s in range(most, -1, -1):
        n = math.ceil((most + 1) / (s + 1) * eta**s - ROUNDING)
        sizes.append([math.floor(n / eta**i + ROUNDING) for i in range(s + 1)])
    return cycle(sizes)
