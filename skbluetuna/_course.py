"""The course of a search: what is asked next, of which alternative.

A function of the settings and the ledger. Of several budgets, given one after the
other, each is spent before the next one counts; so it makes no difference when the
search was stopped in between.
"""

from collections.abc import Sequence
from typing import Any

from skbluetuna._ledger import Ledger, Trial
from skbluetuna._threads import one_blas_thread
from skbluetuna.space import Space
from skbluetuna.stages import (
    Alternative,
    FloatArray,
    Plan,
    Strategy,
    choose_open,
    open_stages,
    plan,
)

__all__ = ["Course"]

Params = dict[str, Any]


class Course:
    """Plans of every budget, and how they are followed.

    Parameters
    ----------
    spaces : tuple of k Space
        The alternatives.
    initial : list of k lists of dicts
        What each asks first.
    strategy : Strategy
        Makes out the stages.
    seed : int
        Seed of the search.
    budgets : sequence of int or None
        The budgets, none smaller than the one before; None for the strategy's own
        schedule.

    Raises
    ------
    ValueError
        If a budget is smaller than the one before.
    """

    def __init__(
        self,
        spaces: tuple[Space, ...],
        initial: list[list[Params]],
        strategy: Strategy,
        seed: int,
        budgets: Sequence[int | None],
    ) -> None:
        self.seed = seed
        self.plans: list[Plan] = []
        for budget in budgets:
            begun = self.plans[0] if self.plans else None
            new = plan(spaces, initial, strategy, budget, begun=begun)
            if self.plans and new.n_trials < self.n_trials:
                raise ValueError(
                    f"n_iter must be at least {self.n_trials}, with which the search "
                    f"has begun; got {budget}."
                )
            self.plans.append(new)

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The alternatives, with the stages they began with."""
        return self.plans[0].alternatives

    @property
    def n_trials(self) -> int:
        """Number of trials of the last budget, unless the space has fewer."""
        return self.plans[-1].n_trials

    @property
    def stages(self) -> set[str]:
        """Names of all stages that may ask."""
        own = {
            stage.name
            for one in self.plans
            for alternative in one.alternatives
            for stage in alternative.schedule.stages
        }
        return own | {"initial"}

    @one_blas_thread()  # classic's climb is planned to know its length
    def is_over(self, ledger: Ledger) -> bool:
        """Whether all trials of all budgets are asked."""
        return all(self._is_over(one, ledger) for one in self.plans)

    @one_blas_thread()
    def ask(self, ledger: Ledger, n: int | None) -> list[Trial]:
        """Append the next trials to the ledger: at most n, or all that can be named."""
        asked: list[Trial] = []
        now = next((p for p in self.plans if not self._is_over(p, ledger)), None)
        if now is None:
            return asked
        for k in _turns(now, ledger):
            left = now.n_trials - len(ledger)
            room = left if n is None else min(left, n - len(asked))
            asked += self._ask_of(now, k, ledger, room, is_counted=n is not None)
        if now.is_open and all(self._is_spent(now, k, ledger) for k in now.numbers):
            if n is None:
                n = 0 if ledger.has_pending else 1
            asked += self._ask_open(now, ledger, n - len(asked))
        return asked

    def _ask_of(
        self, now: Plan, k: int, ledger: Ledger, room: int, *, is_counted: bool
    ) -> list[Trial]:
        """Ask one alternative: initial trials, then stage after stage."""
        space, initial, quota, schedule = now.alternatives[k]
        mine = _view(now, k, ledger)
        start = len(mine)
        end = min(quota, start + room)
        for params in initial[start:end]:
            unit = space.to_unit([params])[0]
            mine.append(_append(ledger, k, "initial", unit, params))
        for stage in open_stages(schedule.stages, mine):
            if len(mine) >= end or len(mine) < len(initial):
                break
            seed, left = (self.seed, k), end - len(mine)
            wanted = left if is_counted else None
            for unit in stage.propose(space, mine, wanted, seed)[:left]:
                (params,) = space.from_unit(unit[None])
                mine.append(_append(ledger, k, stage.name, unit, params))
            if not stage.is_done(space, mine, seed):
                break
        return list(mine)[start:]

    def _ask_open(self, now: Plan, ledger: Ledger, n: int) -> list[Trial]:
        """Ask trials that are open to all alternatives."""
        asked: list[Trial] = []
        for _ in range(min(n, now.n_trials - len(ledger))):
            views = [_view(now, k, ledger) for k in now.numbers]
            choice = choose_open(now.alternatives, views, self.seed)
            if choice is None:
                break
            k, unit = choice
            space, stage = now.alternatives[k].space, now.alternatives[k].last_stage
            (params,) = space.from_unit(unit[None])
            asked.append(_append(ledger, k, stage.name, unit, params))
        return asked

    def _is_over(self, now: Plan, ledger: Ledger) -> bool:
        """Whether all trials of a plan are asked, or nothing is left to ask."""
        if len(ledger) >= now.n_trials:
            return True
        check = self._is_exhausted if now.is_open else self._is_spent
        return all(check(now, k, ledger) for k in now.numbers)

    def _is_spent(self, now: Plan, k: int, ledger: Ledger) -> bool:
        """Whether an alternative has used its quota, or has nothing left to ask."""
        n = sum(trial.alternative == k for trial in ledger)
        return n >= now.alternatives[k].quota or self._is_exhausted(now, k, ledger)

    def _is_exhausted(self, now: Plan, k: int, ledger: Ledger) -> bool:
        """Whether an alternative has nothing left to ask."""
        space, initial, _, schedule = now.alternatives[k]
        mine = _view(now, k, ledger)
        return len(mine) >= len(initial) and all(
            stage.is_done(space, mine, (self.seed, k))
            for stage in open_stages(schedule.stages, mine)
        )


def _turns(now: Plan, ledger: Ledger) -> list[int]:
    """Whose turn it is: a grid's in order, else the furthest behind first."""
    if now.is_grid or len(now.numbers) == 1:
        return list(now.numbers)

    def progress(k: int) -> tuple[float, int]:
        alternative: Alternative = now.alternatives[k]
        return len(ledger.of(k)) / max(1, alternative.quota), k

    return sorted(now.numbers, key=progress)


def _view(now: Plan, k: int, ledger: Ledger) -> Ledger:
    """Rows of an alternative; where they compete, without what others have asked."""
    mine, space = ledger.of(k), now.alternatives[k].space
    if not (now.is_open or now.is_grid):
        return mine  # a planned stage would lose the points, and with them its budget
    for trial in ledger:
        if trial.alternative != k and space.holds(trial.params):
            mine.exclude(space.to_unit([trial.params])[0])
    return mine


def _append(
    ledger: Ledger, k: int, stage: str, unit: FloatArray, params: Params
) -> Trial:
    trial = Trial(len(ledger), dict(params), tuple(unit.tolist()), stage, k)
    ledger.append(trial)
    return trial
