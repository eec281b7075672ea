"""What a search has learned, of all its alternatives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._table import Table
from skbluetuna._utils._threads import one_blas_thread
from skbluetuna.exceptions import UnexplainedError
from skbluetuna.explain._explanation import Explanation
from skbluetuna.explain._regret import MIN_SCORES, gain_bounds
from skbluetuna.explain._tables import (
    at_ends,
    boundary_table,
    interaction_table,
    narrowed_space,
    region_table,
    weight_table,
)
from skbluetuna.history import History, Trial, View
from skbluetuna.space import Space
from skbluetuna.stages import Seed
from skbluetuna.stages._classic_scan import join

__all__ = ["Learned"]


class Part(NamedTuple):
    """One alternative, and what may be said of it."""

    space: Space
    rules: Explanation
    view: View
    seed: Seed
    trials: tuple[Trial, ...]
    alternative: int
    objective: str | None

    @property
    def best(self) -> Trial | None:
        """The best trial."""
        row = self.view.best_row
        return None if row is None else self.trials[row]


class Learned:
    """Tables, predictions and bounds, each made when it is asked for.

    Parameters
    ----------
    alternatives : sequence of (Space, Explanation or None)
        The alternatives, with the rules of the strategy.
    history : History
        What was asked and told.
    seed : int
        Seed of the search.
    objectives : tuple of str or None, default=None
        Names of several objectives; None for one.

    Raises
    ------
    UnexplainedError
        By all but `regret_bound`, if the strategy explains nothing.
    """

    def __init__(
        self,
        alternatives: Sequence[tuple[Space, Explanation | None]],
        history: History,
        seed: int,
        objectives: tuple[str, ...] | None = None,
    ) -> None:
        self._alternatives, self._history, self._seed = alternatives, history, seed
        self._objectives = objectives

    @property
    def regions(self) -> Table:
        """The regions of each parameter."""
        return self._table(
            lambda p: region_table(p.space, p.rules.regions(p.space, p.view, p.seed))
        )

    @property
    def boundaries(self) -> Table:
        """The boundaries of the regions."""
        return self._table(
            lambda p: boundary_table(p.space, p.rules.boundaries(p.space, p.view))
        )

    @property
    def weights(self) -> Table:
        """Influence of each parameter."""
        return self._table(_weights)

    @property
    def interactions(self) -> Table:
        """Interaction of each pair."""
        return self._table(
            lambda p: interaction_table(
                p.space, p.rules.influence(p.space, p.view, p.seed)[1]
            )
        )

    @property
    @one_blas_thread()
    def optimized_space(self) -> Any:
        """The narrowed space: a dict, or a list of dicts for several alternatives."""
        narrowed = []
        for k, (space, _) in enumerate(self._alternatives):
            parts = [part for part in self._parts() if part.alternative == k]
            best = [part.best.params for part in parts if part.best is not None]
            regions = join([p.rules.regions(space, p.view, p.seed) for p in parts])
            narrowed.append(space.spelled(narrowed_space(space, regions, best)))
        return narrowed[0] if len(narrowed) == 1 else narrowed

    @one_blas_thread()
    def predict(
        self, params: Sequence[Mapping[str, Any]], alternative: int, objective: int = 0
    ) -> NDArray[np.float64]:
        """Median, 5 and 95 % of the score of configurations, shape (n, 3)."""
        part = self._part(alternative, objective)
        return part.rules.predict(
            part.space, part.view, part.seed, part.space.to_unit(params)
        )

    @one_blas_thread()
    def regret_bound(self) -> float:
        """Upper bound on what may still be gained over the best trial."""
        history = self._history
        told = [t for t in history.trials if t.state != "asked" and history.is_full(t)]
        if len(told) < MIN_SCORES:
            return np.inf
        bounds = [
            gain_bounds(space, history.view(k, is_full=True), (self._seed, k))
            for k, (space, _) in enumerate(self._alternatives)
        ]
        upper, lower = np.max(bounds, axis=0)
        return float(max(0.0, upper - lower))

    def _part(self, k: int, objective: int = 0) -> Part:
        space, rules = self._alternatives[k]
        if rules is None:
            raise UnexplainedError(
                "the strategy of this search has no rules that say what was learned: "
                "its Schedule has no explanation."
            )
        history = self._history  # of full evaluations, to which tables are true
        own = [
            replace(t, values=t.values[objective : objective + 1])
            for t in history.trials
            if t.alternative == k and history.is_full(t)
        ]
        view = history.view(k, is_full=True, objective=objective)
        name = None if self._objectives is None else self._objectives[objective]
        return Part(space, rules, view, (self._seed, k), tuple(own), k, name)

    def _parts(self) -> list[Part]:
        n_objectives = len(self._objectives or "1")
        return [
            self._part(k, objective)
            for objective in range(n_objectives)
            for k in range(len(self._alternatives))
        ]

    @one_blas_thread()
    def _table(self, build: Callable[[Part], Table]) -> Table:
        """Tables one below the other, with what they are of.

        That is the objective, where there are several, and the alternative.
        """
        parts = self._parts()
        tables = [build(part) for part in parts]
        if len(tables) == 1:
            return Table(tables[0])
        sizes = [len(next(iter(table.values()))) for table in tables]
        of: dict[str, NDArray[Any]] = {}
        if self._objectives is not None:
            names = np.array([part.objective for part in parts], dtype=object)
            of["objective"] = np.repeat(names, sizes)
        if len(self._alternatives) > 1:
            of["alternative"] = np.repeat([part.alternative for part in parts], sizes)
        joined = {c: np.concatenate([t[c] for t in tables]) for c in tables[0]}
        return Table(**of, **joined)


def _weights(part: Part) -> Table:
    """Influence of each parameter of one alternative."""
    initial, learned = part.rules.influence(part.space, part.view, part.seed)
    ends = at_ends(part.space, part.best, part.trials)
    return weight_table(part.space, initial, learned, ends)
