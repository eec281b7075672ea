"""What a search has behind it when a fit begins: in memory, or in a file.

A search may have had several budgets, one after the other. Each is kept with the number
of evaluations after which it came, as that decides what was asked from there on.
"""

from copy import copy
from typing import Any

from skbluetuna._checkpoint import Budget, Checkpoint, check_same_problem
from skbluetuna._problem import describe_data, describe_search
from skbluetuna._tuner import BlueTuner

__all__ = ["Record"]


class Record:
    """The past of a search, and the budgets that lie ahead.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    spaces : tuple of Space
        Its alternatives.
    n_iter : int or None
        Its budget.
    folds : FrozenSplits
        Its folds; those of the past take their place if they were drawn at random.
    data : tuple of (X, y, params)
        What ``fit`` was given.

    Attributes
    ----------
    seed : int or None
        Seed of the search; None if it is new.
    budgets : list of Budget
        The budgets it has had, this one last.
    rows : tuple
        Arguments of ``LiveRows.append`` that give the rows of the last fit.
    checkpoint : Checkpoint or None
        The file.

    Raises
    ------
    ValueError
        If the past is another problem's, or had a larger budget.
    """

    def __init__(
        self, search: Any, spaces: Any, n_iter: int | None, folds: Any, data: Any
    ) -> None:
        self.seed: int | None = None
        self.budgets: list[Budget] = []
        self.rows: tuple[Any, ...] = ()
        self.checkpoint: Checkpoint | None = None
        self._ahead: list[Budget] = []  # those the tuner has not been told of
        self._splits: Any = None
        self._n_rows = 0
        self._fields: dict[str, Any] = {}
        if search.warm_start or search.checkpoint is not None:
            problem = describe_search(search, spaces)
            own_data = describe_data(folds, *data)
            self._fields = problem | own_data
            if search.warm_start:
                self._remember(getattr(search, "_kept", None))
            if search.checkpoint is not None:
                self._read(Checkpoint(search.checkpoint, problem, own_data))
            self._hold(folds)
        self._grow(n_iter)

    def begin(self, tuner: BlueTuner) -> None:
        """Write into the file what it lacks."""
        self.seed, log = tuner.seed, self.checkpoint
        if log is None:
            return
        if log.seed is None:
            log.start(tuner.seed, self.budgets[0], self._splits)
            if self.rows:
                trials = tuner.trials[: self._n_rows]
                values = [tuner.encode(trial) for trial in trials]
                log.record(trials, values, self.rows[1])
        log.add_budgets(self.budgets[len(log.budgets) :])

    def advance(self, tuner: BlueTuner) -> None:
        """Give the tuner its next budget where it got that one before."""
        trials = tuner.trials
        while self._ahead and (
            tuner.finished
            or (
                len(trials) >= self._ahead[0].after
                and all(trial.state != "asked" for trial in trials)
            )
        ):
            tuner.extend(self._ahead.pop(0).n_iter)

    def n_candidates(self, tuner: BlueTuner) -> int:
        """How many candidates there will be at most."""
        future = copy(tuner)
        for budget in self._ahead:
            future.extend(budget.n_iter)
        return future.n_iter

    def kept(self, rows: tuple[Any, ...], n_rows: int) -> dict[str, Any]:
        """What the next fit needs to go on from this one."""
        return {
            "fields": self._fields,
            "seed": self.seed,
            "budgets": self.budgets,
            "ahead": self._ahead,
            "splits": self._splits,
            "rows": rows,
            "n_rows": n_rows,
        }

    def _remember(self, kept: dict[str, Any] | None) -> None:
        """Take up the last fit."""
        if kept is None:
            return
        check_same_problem(
            "warm_start=True: the fitted search", kept["fields"], self._fields
        )
        self.seed, self._splits, self.rows = kept["seed"], kept["splits"], kept["rows"]
        self.budgets, self._ahead = list(kept["budgets"]), list(kept["ahead"])
        self._n_rows = kept["n_rows"]

    def _read(self, log: Checkpoint) -> None:
        """Take up what is on file."""
        self.checkpoint = log
        if log.seed is None:
            return
        if self.seed is None:
            self.seed, self._splits, self._n_rows = log.seed, log.splits, log.n_rows
            self.budgets, self._ahead = list(log.budgets), log.budgets[1:]
            return
        own = (self.seed, self.budgets, self._n_rows)
        if own != (log.seed, log.budgets, log.n_rows):
            raise ValueError(
                f"checkpoint={log.name!r} holds another course of this search, of "
                f"{log.n_rows} evaluations, than the last fit, of {self._n_rows}, from "
                "which warm_start=True goes on. Give another file, or fit a new search "
                "to go on from this one."
            )

    def _hold(self, folds: Any) -> None:
        """Keep folds that can not be drawn again, and use those that were kept."""
        if self._splits is not None:
            folds.splits = self._splits
        elif not folds.is_repeatable:
            self._splits = folds.splits

    def _grow(self, n_iter: int | None) -> None:
        """Make this budget the last one."""
        if not self.budgets:
            self.budgets = [Budget(0, n_iter)]
            return
        last = self.budgets[-1].n_iter
        if n_iter == last:
            return
        if n_iter is not None and n_iter < (last or self._n_rows):
            raise ValueError(
                f"n_iter must be at least {last or self._n_rows}, as the search has "
                f"begun already; got {n_iter}."
            )
        self.budgets.append(Budget(self._n_rows, n_iter))
        self._ahead.append(self.budgets[-1])
