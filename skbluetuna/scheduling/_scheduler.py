"""The scheduler: what is asked next, of which alternative.

A function of the settings and the history. Of several budgets, given one after the
other, each is spent before the next one counts; so it makes no difference when the
search was stopped in between.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from skbluetuna._utils._table import Table
from skbluetuna._utils._threads import one_blas_thread
from skbluetuna.history import IMPORTED, History, Ladder, Trial, View
from skbluetuna.past import Lessons
from skbluetuna.scheduling._budget import Budget, Share, allocate, with_partial
from skbluetuna.scheduling._several import as_one, weights_of
from skbluetuna.space import Space, broken_by
from skbluetuna.stages import FloatArray, Proposal, open_stages, past_weights
from skbluetuna.strategies import Spent, Strategy

__all__ = ["Scheduler"]

Params = dict[str, Any]
NOTHING = 1e-9  # full evaluations; sums of parts are not exact
N_PER_CHANCE = 10  # of so many open trials one goes to who had fewest


class Scheduler:
    """Budgets, and how they are spent.

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
    ladder : Ladder or None
        What trials may spend; None: every one is evaluated in full.
    objectives : tuple of str or None
        Names of several objectives; None: there is one.
    budgets : sequence of int or None
        The budgets, none smaller than the one before; None for the strategy's own
        schedule.
    imported : sequence of k ndarrays of shape (n, d), default=()
        Units of evaluations that the search begins with, see `allocate`.
    lessons : sequence of k Lessons, default=()
        What each takes from past searches.
    margins : mapping of int to tuple of c floats, default=None
        Of trials by their numbers, how far measured constraints are from being broken,
        negative where they are; NaN where that is not known.

    Raises
    ------
    ValueError
        If a budget is smaller than the one before, or the strategy takes no resource.

    Notes
    -----
    Budgets and quotas count in full evaluations: with a ladder a trial costs its share
    of one. They are spent when another full one no longer fits.
    """

    def __init__(
        self,
        spaces: tuple[Space, ...],
        initial: list[list[Params]],
        strategy: Strategy,
        seed: int,
        ladder: Ladder | None,
        objectives: tuple[str, ...] | None,
        budgets: Sequence[int | None],
        imported: Sequence[FloatArray] = (),
        *,
        lessons: Sequence[Lessons] = (),
        margins: Mapping[int, Sequence[float]] | None = None,
    ) -> None:
        self._margins = margins or {}
        self.seed, self.ladder, self.objectives = seed, ladder, objectives
        if objectives is not None:
            strategy = of_several(strategy)
        self._lessons = lessons
        self.budgets: list[Budget] = []
        for n_iter in budgets:
            first = self.budgets[0] if self.budgets else None
            new = allocate(
                spaces, initial, strategy, n_iter, imported=imported, lessons=lessons,
                first=first,
            )  # fmt: skip
            if self.budgets and new.n_trials < self.n_trials:
                raise ValueError(
                    f"n_iter must be at least {self.n_trials}, with which the search "
                    f"has begun; got {n_iter}."
                )
            check_resource(strategy, new.shares, has_ladder=ladder is not None)
            if ladder is not None:
                new = with_partial(
                    new, _whole(new.n_trials / ladder.cost(ladder.least))
                )
            self.budgets.append(new)

    @property
    def shares(self) -> tuple[Share, ...]:
        """The alternatives, with the stages they began with."""
        return self.budgets[0].shares

    @property
    def n_trials(self) -> int:
        """Number of trials of the last budget, unless the space has fewer.

        With a ladder, of full evaluations.
        """
        return self.budgets[-1].n_trials

    @property
    def most_trials(self) -> int:
        """How many trials there may be, if all are as cheap as can be."""
        if self.ladder is None or self.budgets[0].is_grid:
            return self.n_trials
        return math.ceil(self.n_trials / self.ladder.cost(self.ladder.least))

    @property
    def stages(self) -> set[str]:
        """Names of all stages that may ask."""
        own = {
            stage.name
            for budget in self.budgets
            for share in budget.shares
            for stage in share.schedule.stages
        }
        return own | {"initial"}

    def past_searches(self, history: History) -> Table:
        """Past searches that each alternative learns from, and their weights now."""
        columns: dict[str, list[Any]] = {"search": [], "n_scores": []}
        columns |= {"same_metric": [], "weight": [], "alternative": []}
        for k, one in enumerate(self._lessons):
            if not one.searches:  # a portfolio's have starts alone
                continue
            weights = past_weights(
                self.shares[k].space, _view(self.budgets[0], k, history)
            )
            for (identity, found), weight in zip(one.searches, weights, strict=True):
                row = identity, len(found.scores), found.is_same_metric, weight, k
                for column, value in zip(columns.values(), row, strict=True):
                    column.append(value)
        if len(self.shares) == 1:
            del columns["alternative"]
        return Table({name: np.array(values) for name, values in columns.items()})

    @one_blas_thread()  # classic's climb is planned to know its length
    def is_over(self, history: History) -> bool:
        """Whether all trials of all budgets are asked."""
        return all(self._is_over(one, history) for one in self.budgets)

    @one_blas_thread()
    def ask(self, history: History, n: int | None) -> list[Trial]:
        """Append the next trials to the history: at most n, or all that can be named.

        Returns
        -------
        asked : list of Trial
            The trials that were asked.
        """
        asked: list[Trial] = []
        now = next((b for b in self.budgets if not self._is_over(b, history)), None)
        if now is None or self._awaits_budget_before(now, history):
            return asked
        if self.objectives is not None and n is not None and n > 1:
            return self._ask_each(history, n)
        for k in _turns(now, history):
            left = _whole(now.n_trials - history.spent)
            room = left if n is None else min(left, n - len(asked))
            asked += self._ask_of(now, k, history, room, is_counted=n is not None)
        if now.is_open and all(self._is_spent(now, k, history) for k in now.numbers):
            if n is None:
                n = 0 if history.has_pending else 1
            asked += self._ask_open(now, history, n - len(asked))
        return asked

    def _ask_each(self, history: History, n: int) -> list[Trial]:
        """Ask one by one: each trial has weights of the objectives of its own."""
        asked: list[Trial] = []
        while len(asked) < n:
            one = self.ask(history, 1)
            if not one:
                break
            asked += one
        return asked

    def _seen(self, now: Budget, k: int, history: History) -> View:
        """What the stages of an alternative see, with one score a trial."""
        view = _view(now, k, history)
        if self._margins:
            numbers = [t.number for t in history.trials if t.alternative == k]
            blank = (np.nan,) * len(next(iter(self._margins.values())))
            rows = [self._margins.get(number, blank) for number in numbers]
            view = replace(view, margins=np.array(rows).reshape(len(rows), len(blank)))
        if self.objectives is None:
            return view
        weights = weights_of(self.objectives, self.seed, len(history))
        return as_one(history, view, k, weights)

    def _awaits_budget_before(self, now: Budget, history: History) -> bool:
        """Whether trials of the budget before are open.

        A search that ended with that budget had them told before it was given more.
        """
        at = next(k for k, one in enumerate(self.budgets) if one is now)
        if at == 0 or not history.has_pending:
            return False
        asked = [trial for trial in history.trials if trial.stage != IMPORTED]
        before = asked[: history.n_within(self.budgets[at - 1].n_trials)]
        return any(trial.state == "asked" for trial in before)

    def _ask_of(
        self, now: Budget, k: int, history: History, room: int, *, is_counted: bool
    ) -> list[Trial]:
        """Ask one alternative: initial trials, then stage after stage."""
        share, space = now.shares[k], now.shares[k].space
        asked: list[Trial] = []
        room = min(room, _whole(share.quota - history.spent_of(k)))
        initial = _left_of(share, history.view(k))
        for params in initial[: max(0, room)]:
            (unit,) = space.to_unit([params])
            resource = self._resource(now, k, history, unit, "initial")
            asked.append(
                history.ask(k, "initial", unit, params=params, resource=resource)
            )
        view = self._seen(now, k, history)
        for stage in open_stages(share.schedule.stages, view):
            left = room - len(asked)
            if left <= 0 or len(asked) < len(initial):
                break
            seed, wanted = (self.seed, k), left if is_counted else None
            proposed = stage.propose(space, view, wanted, seed)[:left]
            check_within(space, proposed, stage.name)
            for unit in proposed:
                resource = self._resource(now, k, history, unit, stage.name)
                asked.append(history.ask(k, stage.name, unit, resource=resource))
            view = self._seen(now, k, history)
            if not stage.is_done(space, view, seed):
                break
        return asked

    def _ask_open(self, now: Budget, history: History, n: int) -> list[Trial]:
        """Ask trials that are open to all alternatives."""
        asked: list[Trial] = []
        for _ in range(min(n, _whole(now.n_trials - history.spent))):
            choice = self._choose_open(now, history)
            if choice is None:
                break
            k, unit = choice
            name = now.shares[k].schedule.stages[-1].name
            check_within(now.shares[k].space, unit[None], name)
            resource = self._resource(now, k, history, unit, name)
            asked.append(history.ask(k, name, unit, resource=resource))
        return asked

    def _resource(
        self, now: Budget, k: int, history: History, unit: FloatArray, stage: str
    ) -> float | None:
        """What the next trial may spend; None without a ladder."""
        rule = now.shares[k].schedule.rungs
        if self.ladder is None or rule is None:
            return None
        if now.is_grid:
            return self.ladder.full
        left = now.n_trials - history.spent
        spent = Spent(history.spent, history.spent_on_partial, left, stage)
        space = now.shares[k].space
        return rule(self.ladder, space, self._seen(now, k, history), unit, spent)

    def _choose_open(
        self, now: Budget, history: History
    ) -> tuple[int, FloatArray] | None:
        """Choose which alternative gets the next open trial, and its point.

        It goes to where a climb is expected to gain most over the best score of all;
        every tenth to the alternative that has had the fewest trials, so that none is
        given up by a model that has few of its scores.
        """
        n_had = {k: _n_had(now, k, history) for k in now.numbers}
        n_first = sum(one.quota + one.n_known for one in now.shares)
        n_open = sum(n_had.values()) - n_first
        best: tuple[int, Proposal] | None = None
        for k in sorted(now.numbers, key=lambda k: (n_had[k], k)):
            found = self._proposal(now, k, history)
            if found is None:
                continue
            if int(n_open) % N_PER_CHANCE == N_PER_CHANCE - 1:
                return k, found.unit
            if best is None or found.log_gain > best[1].log_gain:
                best = k, found
        return None if best is None else (best[0], best[1].unit)

    def _proposal(self, now: Budget, k: int, history: History) -> Proposal | None:
        """The next open trial of an alternative, with the gain expected of it."""
        space, seed = now.shares[k].space, (self.seed, k)
        view = self._seen(now, k, history)
        stage = now.shares[k].open_stage
        if stage is None or stage.is_done(space, view, seed):
            return None
        return stage.best_proposal(space, view, seed)

    def _is_over(self, now: Budget, history: History) -> bool:
        """Whether all trials of a budget are asked, or nothing is left to ask."""
        if not _whole(now.n_trials - history.spent):
            return True
        check = self._is_exhausted if now.is_open else self._is_spent
        return all(check(now, k, history) for k in now.numbers)

    def _is_spent(self, now: Budget, k: int, history: History) -> bool:
        """Whether an alternative has used its quota, or has nothing left to ask."""
        is_used = not _whole(now.shares[k].quota - history.spent_of(k))
        return is_used or self._is_exhausted(now, k, history)

    def _is_exhausted(self, now: Budget, k: int, history: History) -> bool:
        """Whether an alternative has nothing left to ask."""
        share, view = now.shares[k], _view(now, k, history)
        return not _left_of(share, view) and all(
            stage.is_done(share.space, view, (self.seed, k))
            for stage in open_stages(share.schedule.stages, view)
        )


def of_several(strategy: Strategy) -> Strategy:
    """The strategy as it is for several objectives.

    Raises
    ------
    ValueError
        If it takes one only.
    """
    make = getattr(strategy, "for_several_objectives", None)
    if make is None:
        raise ValueError(
            'strategy must be one for several objectives, which "adaptive" is; got '
            f"{strategy!r}. Leave objectives out, or choose another strategy."
        )
    found: Strategy = make()
    return found


def check_resource(
    strategy: Strategy, shares: Sequence[Share], *, has_ladder: bool
) -> None:
    """Refuse a strategy that can not use a resource, or needs one that is not there."""
    if not has_ladder and any(one.schedule.needs_resource for one in shares):
        raise ValueError(
            f"strategy {strategy!r} needs a resource, of which cheap evaluations spend "
            'less. Write resource="n_samples" or the name of a parameter such as '
            '"n_estimators" (BlueTuner: resource=(least, full)), or leave the strategy '
            "out."
        )
    if has_ladder and any(one.schedule.rungs is None for one in shares):
        raise ValueError(
            "strategy must be one that evaluates with a part of the resource, such as "
            f'"adaptive" or "hyperband", where resource is given; got {strategy!r}. '
            "Leave resource out, or choose another strategy."
        )


def check_within(space: Space, proposed: FloatArray, stage: str) -> None:
    """Refuse what a stage, maybe the user's own, proposes outside the relations."""
    if not space.relations or not len(proposed):
        return
    snapped = space.snap(np.asarray(proposed, dtype=np.float64))
    for params in space.from_unit(snapped[~space.feasible(snapped)]):
        relation = space.broken(params)
        if relation is not None:
            raise ValueError(
                f"stage {stage!r} must propose what lies within the relations: "
                f"{broken_by(relation, params)} In its propose(), keep points for "
                "which space.feasible(U) is True, U as space.snap moves them."
            )


def _whole(left: float) -> int:
    """How many full evaluations fit into what is left of a budget."""
    return max(0, math.floor(left + NOTHING))


def _n_had(now: Budget, k: int, history: History) -> float:
    """What an alternative has had, with what the search began with."""
    return history.spent_of(k) + now.shares[k].n_known


def _left_of(share: Share, view: View) -> list[Params]:
    """Initial configurations that are still to be asked.

    Those that were imported are not; the others are asked first, in their order.
    """
    own, asked = share.initial, view.without(IMPORTED)
    if len(asked) < len(view):
        imported, units = view.only(IMPORTED), share.space.to_unit(own)
        own = [
            params
            for params, unit in zip(own, units, strict=True)
            if asked.has_row(unit) or not imported.has_row(unit)
        ]
    return own[len(asked) :]


def _turns(now: Budget, history: History) -> list[int]:
    """Whose turn it is: a grid's in order, else the furthest behind first."""
    if now.is_grid or len(now.numbers) == 1:
        return list(now.numbers)

    def progress(k: int) -> tuple[float, int]:
        size = now.shares[k].quota + now.shares[k].n_known
        return _n_had(now, k, history) / max(1, size), k

    return sorted(now.numbers, key=progress)


def _view(now: Budget, k: int, history: History) -> View:
    """Rows of an alternative; where they compete, without what others have asked."""
    own, space = history.view(k), now.shares[k].space
    if now.shares[k].past:
        own = replace(own, past=now.shares[k].past)
    if not (now.is_open or now.is_grid):
        return own  # a planned stage would lose the points, and with them its budget
    others = [
        space.to_unit([trial.params])[0]
        for trial in history.trials
        if trial.alternative != k and space.holds(trial.params)
    ]
    return own.excluding(others) if others else own
