"""What a fit has evaluated, as rows of ``cv_results_``."""

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from skbluetuna._utils._hidden import brief_error
from skbluetuna.history import History, Trial
from skbluetuna.search._evaluator import Outcome
from skbluetuna.search._resource import Resource
from skbluetuna.search._rounds import rounds_of
from skbluetuna.search._scoring import REASONS, cause_of, metric_names, score_of
from skbluetuna.search._trade_off import columns_of

__all__ = ["NOT_FINITE", "N_RESOURCES", "Rows"]

N_RESOURCES = "n_resources"  # column, as in scikit-learn's halving searches

NOT_FINITE = "One or more of the .* scores are non-finite"  # scikit-learn's warning


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
    resource : Resource or None, default=None
        What candidates may spend.

    Attributes
    ----------
    history, n_splits, resource
        As given.
    """

    def __init__(
        self,
        search: Any,
        history: History,
        n_splits: int,
        resource: Resource | None = None,
    ) -> None:
        self._search, self.history, self.n_splits = search, history, n_splits
        self.resource = resource
        self._metric: str | None = None  # once a fit has shown it

    @property
    def trials(self) -> list[Trial]:
        """Trials that were stopped, or have ended and every fold is known."""
        return [
            trial
            for trial in self.history.trials
            if trial.state == "stopped"
            or (trial.state != "asked" and not self.missing(trial))
        ]

    def missing(self, trial: Trial) -> list[int]:
        """Folds of a trial that were not evaluated."""
        known = self.history.parts(trial.number)
        return [fold for fold in range(self.n_splits) if fold not in known]

    def outcomes(self, trials: Iterable[Trial]) -> list[Outcome]:
        """What came of the folds of each trial in turn, as far as they are known."""
        return [
            dict(self.history.parts(trial.number)[fold])
            for trial in trials
            for fold in sorted(self.history.parts(trial.number))
        ]

    def has_failed(self, trial: Trial) -> bool:
        """Whether a fold has no score of its own, for any metric."""
        return any(
            one["fit_error"] is not None
            or REASONS in one
            or not math.isfinite(score_of(one, self.metric))
            for one in self.outcomes([trial])
        )

    def scores(self, trial: Trial) -> dict[int, float]:
        """Scores of the folds that are known, by the guiding metric."""
        metric, known = self.metric, self.history.parts(trial.number)
        return {fold: score_of(dict(one), metric) for fold, one in known.items()}

    @property
    def saved(self) -> tuple[int, int]:
        """How many trials were stopped, and how many folds they were spared."""
        spared = [len(self.missing(t)) for t in self.trials if t.state == "stopped"]
        return len(spared), sum(spared)

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
        for number in range(len(self.history)):
            yield from self.history.parts(number).values()

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics that guide the search: its objectives, or one."""
        objectives = self._search.objectives
        return (self.metric,) if objectives is None else tuple(objectives)

    def values(self, trial: Trial) -> list[float]:
        """Means of a trial's folds by the metrics that guide the search."""
        outcomes = self.outcomes([trial])
        scores = [[score_of(one, name) for one in outcomes] for name in self.metrics]
        with np.errstate(invalid="ignore", over="ignore"):
            return [float(mean) for mean in np.average(np.array(scores), axis=1)]

    def cause(self, trial: Trial) -> str | None:
        """Why a trial has no score by one of these metrics; None if it has all."""
        outcomes = self.outcomes([trial])
        causes = (cause_of(outcomes, name) for name in self.metrics)
        return next((cause for cause in causes if cause is not None), None)

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
        cause = self.cause(trial) or ""
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
        if len(self.history.spaces) > 1:
            columns["alternative"] = [trial.alternative for trial in trials]
        if self._search.racing is not None:
            n_folds = [self.n_splits - len(self.missing(trial)) for trial in trials]
            columns["n_folds"] = n_folds
        if self.resource is not None:
            columns[N_RESOURCES] = [self.resource.amount(trial) for trial in trials]
        stopped = [i for i, trial in enumerate(trials) if trial.state == "stopped"]
        with warnings.catch_warnings():
            if stopped:
                warnings.filterwarnings("ignore", NOT_FINITE)
            results: dict[str, Any] = self._search._format_results(
                [self.params(trial) for trial in trials],
                self.n_splits,
                [one for trial in trials for one in self._every(trial)],
                columns,
            )
        if stopped:
            self._amend(results, trials, stopped)
        results |= rounds_of(self._search, self, trials)
        return results | columns_of(self._search, results)

    def params(self, trial: Trial) -> dict[str, Any]:
        """Parameters of a trial as its estimator has them."""
        if self.resource is None:
            return dict(trial.params)
        return self.resource.params(trial)

    def _every(self, trial: Trial) -> list[Outcome]:
        """What came of each fold; of those not evaluated no scores and no times."""
        known = self.history.parts(trial.number)
        blank = dict(next(iter(known.values())))
        nothing = ("test_scores", "train_scores", "fit_time", "score_time")
        blank |= dict.fromkeys(set(nothing) & set(blank), math.nan)
        return [dict(known.get(fold, blank)) for fold in range(self.n_splits)]

    def _amend(
        self, results: dict[str, Any], trials: Sequence[Trial], stopped: Sequence[int]
    ) -> None:
        """Say of stopped trials what their folds took; warn of others as usual."""
        for i in stopped:
            for name in ("fit_time", "score_time"):
                took = [one[name] for one in self.outcomes([trials[i]])]
                results[f"mean_{name}"][i] = np.mean(took)
                results[f"std_{name}"][i] = np.std(took)
        for name, means in results.items():
            if name.startswith("mean_test_"):
                others = np.delete(means, stopped)
                if not np.isfinite(others).all():
                    warnings.warn(
                        f"One or more of the test scores are non-finite: {others}",
                        UserWarning,
                        stacklevel=2,
                    )
