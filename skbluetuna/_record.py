"""What a search has behind it when a fit begins: in memory, in a file, or in both."""

from copy import copy
from typing import Any

from skbluetuna.search._checkpoint import (
    Checkpoint,
    check_same_problem,
    check_same_secret,
)
from skbluetuna._utils._hidden import sealed_secret
from skbluetuna.search._problem import describe_data, describe_search
from skbluetuna.search._line_checks import RowCheck
from skbluetuna._tuner import BlueTuner

__all__ = ["Record"]


class Record:
    """The past of a search.

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
    budgets : list of int or None
        The budgets it has had, one after the other, this one last.
    kept : dict or None
        What the last fit left for this one.
    checkpoint : Checkpoint or None
        The file.

    Raises
    ------
    ValueError
        If the past is another problem's, or memory and file have different pasts.
    """

    def __init__(
        self, search: Any, spaces: Any, n_iter: int | None, folds: Any, data: Any
    ) -> None:
        self.seed: int | None = None
        self.budgets: list[int | None] = []
        self.kept: dict[str, Any] | None = None
        self.checkpoint: Checkpoint | None = None
        self._splits: Any = None
        self._search, self._folds, self._secret = search, folds, ""
        self._fields: dict[str, Any] = {}
        if search.warm_start or search.checkpoint is not None:
            problem, self._secret = describe_search(search, spaces)
            own_data = describe_data(folds, *data)
            self._fields = problem | own_data
            if search.warm_start:
                self._remember(getattr(search, "_kept", None))
            if search.checkpoint is not None:
                n_splits = len(folds.splits)
                log = Checkpoint(
                    search.checkpoint, problem, own_data, n_splits, self._secret
                )
                self._read(log)
            self._hold(folds)
        if not self.budgets or n_iter != self.budgets[-1]:
            self.budgets.append(n_iter)

    def extended(self, tuner: BlueTuner) -> BlueTuner:
        """The tuner with all budgets; the one that was given stays as it is."""
        tuner = copy(tuner)
        for budget in self.budgets[tuner.n_budgets :]:
            tuner.extend(budget)
        return tuner

    def begin(self, tuner: BlueTuner) -> None:
        """Write into the file what it lacks."""
        self.seed, log = tuner.seed, self.checkpoint
        if log is None:
            return
        n_splits = len(self._folds.splits)
        log.check(RowCheck(tuner.spaces, tuner.stages, n_splits, self._search))
        log.start(tuner.seed, self.budgets[0], self._splits)
        log.add_budgets(self.budgets[len(log.budgets) :])
        if self.kept is not None:
            fits, n = self.kept["rows"][1], self.kept["n_rows"]
            k = len(fits) // max(1, n)
            for trial in tuner.trials[:n]:
                if trial.number not in log:
                    own = fits[trial.number * k : (trial.number + 1) * k]
                    log.record([trial], [tuner.encode(trial)], own)

    def leave(self, rows: tuple[Any, ...], n_rows: int) -> dict[str, Any]:
        """What the next fit needs to go on from this one."""
        return {
            "fields": self._fields,
            "hidden": sealed_secret(self._secret),
            "seed": self.seed,
            "budgets": self.budgets,
            "splits": self._splits,
            "rows": rows,
            "n_rows": n_rows,
        }

    def _remember(self, kept: dict[str, Any] | None) -> None:
        """Take up the last fit."""
        if kept is not None:
            what = "warm_start=True: the fitted search"
            check_same_problem(what, kept["fields"], self._fields)
            check_same_secret(what, kept["hidden"], self._secret)
            self.kept, self.seed = kept, kept["seed"]
            self.budgets, self._splits = list(kept["budgets"]), kept["splits"]

    def _read(self, log: Checkpoint) -> None:
        """Take up what is on file."""
        self.checkpoint = log
        if log.seed is None:
            return
        if self.seed is None:
            self.seed, self._splits = log.seed, log.splits
        # With one seed and the same budgets a search takes one course.
        short, long = sorted([self.budgets, log.budgets], key=len)
        if self.seed != log.seed or long[: len(short)] != short:
            raise ValueError(
                f"checkpoint={log.name!r} holds another course of this search than the "
                "last fit, from which warm_start=True goes on. Give another file, or "
                "fit a new search to go on from this one."
            )
        self.budgets = list(long)

    def _hold(self, folds: Any) -> None:
        """Keep folds that can not be drawn again, and use those that were kept."""
        if self._splits is not None:
            folds.splits = self._splits
        elif not folds.is_repeatable:
            self._splits = folds.splits
