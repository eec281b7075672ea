"""What a fit has evaluated, as rows of ``cv_results_``."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from skbluetuna._utils._hidden import brief_error
from skbluetuna.history import History, Trial
from skbluetuna.search._evaluator import Outcome
from skbluetuna.search._scoring import REASONS, cause_of, metric_names, score_of

__all__ = ["Rows"]


class Rows:
    """Evaluated candidates in the order of their numbers, with what came of each fold.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search that is being fitted.
    history : History
        What happened in it.
    n_splits : int
        Number of folds.
    """

    def __init__(self, search: Any, history: History, n_splits: int) -> None:
        self._search, self._history, self._n_splits = search, history, n_splits
        self._metric: str | None = None  # once a fit has shown it

    @property
    def trials(self) -> list[Trial]:
        """Trials that have ended and of which every fold is known."""
        return [
            trial
            for trial in self._history.trials
            if trial.state != "asked" and not self.missing(trial)
        ]

    def missing(self, trial: Trial) -> list[int]:
        """Folds of a trial that were not evaluated."""
        known = self._history.parts(trial.number)
        return [fold for fold in range(self._n_splits) if fold not in known]

    def outcomes(self, trials: Iterable[Trial]) -> list[Outcome]:
        """What came of the folds of each trial in turn."""
        return [
            dict(self._history.parts(trial.number)[fold])
            for trial in trials
            for fold in range(self._n_splits)
        ]

    @property
    def metric(self) -> str:
        """Name of the metric that guides the search, as in ``cv_results_``.

        A callable scorer shows its metrics only in a fit that succeeded; before there
        is one the name is ``"score"``.

        Raises
        ------
        ValueError
            If `refit` names none of the metrics that a callable scorer shows.
        """
        search, scoring = self._search, self._search.scoring
        if self._metric is None and not (scoring is None or isinstance(scoring, str)):
            names = metric_names(self._known())
            if names:
                search._check_refit_for_multimetric(names)
                self._metric = search.refit if search.refit in names else names[0]
            elif names is not None:
                self._metric = "score"
        return self._metric or "score"

    def _known(self) -> Iterable[Mapping[str, Any]]:
        """Outcomes of all folds, as they are known."""
        for number in range(len(self._history)):
            yield from self._history.parts(number).values()

    def score(self, trial: Trial) -> float:
        """Mean of a trial's folds by the guiding metric, as in ``cv_results_``."""
        metric = self.metric
        scores = [score_of(one, metric) for one in self.outcomes([trial])]
        with np.errstate(invalid="ignore", over="ignore"):
            return float(np.average(np.array([scores]), axis=1)[0])

    def _failure(self, trial: Trial) -> str:
        """Why a trial has no score, as a file has it; nothing if it has one."""
        outcomes = self.outcomes([trial])
        if all(one["fit_error"] is None and REASONS not in one for one in outcomes):
            return ""
        cause = cause_of(outcomes, self.metric) or ""
        return brief_error(cause, tuple(trial.params))

    def cv_results(self) -> dict[str, Any]:
        """``cv_results_`` of these rows; empty if there are none."""
        trials = self.trials
        if not trials:
            return {}
        columns: dict[str, list[Any]] = {
            "stage": [trial.stage for trial in trials],
            "failure": [self._failure(trial) for trial in trials],
        }
        if len(self._history.spaces) > 1:
            columns["alternative"] = [trial.alternative for trial in trials]
        results: dict[str, Any] = self._search._format_results(
            [dict(trial.params) for trial in trials],
            self._n_splits,
            self.outcomes(trials),
            columns,
        )
        return results
