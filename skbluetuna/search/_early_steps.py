"""Earlier steps of a pipeline that were fitted before, and are in its ``memory``.

The cache is the user's, and joblib finds what is in it. But two workers that begin at
once with the same step both fit it: so of the folds that wait, one is sent whose
earlier steps nobody fits just then, if there is one. And here is counted how often a
fit could rely on the cache, for the log: another one with the same rows and the same
parameters of all steps but the last was on record before it was sent.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import joblib
from sklearn.pipeline import Pipeline

from skbluetuna.history import Trial
from skbluetuna.search._resource import ROWS, Resource

__all__ = ["EarlySteps"]


FoldPlace = tuple[Trial, int]  # a trial and one of its folds


class EarlySteps:
    """Knows which folds have earlier steps in common.

    Parameters
    ----------
    estimator : estimator object
        The estimator of the search; one that is no pipeline, or has no memory, has
        no such steps.
    params : callable
        From a trial all its parameters.
    resource : Resource or None, default=None
        What evaluations may spend: of other rows earlier steps are other ones.
    """

    def __init__(
        self,
        estimator: Any,
        params: Callable[[Trial], Mapping[str, Any]],
        resource: Resource | None = None,
    ) -> None:
        is_cached = isinstance(estimator, Pipeline) and estimator.memory is not None
        self._last = estimator.steps[-1][0] if is_cached else None
        self._params, self._resource = params, resource
        self._fitted: set[str] = set()
        self._keys: dict[tuple[int, int], str | None] = {}
        self._cached: set[tuple[int, int]] = set()

    @property
    def n_cached(self) -> int:
        """How many fits had all their earlier steps from the cache, at least."""
        return len(self._cached)

    def first(self, waiting: Iterable[FoldPlace], running: Iterable[FoldPlace]) -> int:
        """Place of the first fold that waits whose earlier steps nobody fits now.

        That of the first one, if there is none such: no worker has to wait.
        """
        if self._last is None:
            return 0
        busy = {self._key(*one) for one in running} - self._fitted - {None}
        free = (i for i, one in enumerate(waiting) if self._key(*one) not in busy)
        return next(free, 0)

    def sends(self, trial: Trial, fold: int) -> None:
        """Hear that a fold is sent."""
        if self._fitted and self._key(trial, fold) in self._fitted:
            self._cached.add((trial.number, fold))

    def take(self, trial: Trial, fold: int, reason: str | None) -> None:
        """Hear that a fold is on record; why its fit failed, None if it did not."""
        key = None if reason is not None else self._key(trial, fold)
        if key is not None:
            self._fitted.add(key)

    def _key(self, trial: Trial, fold: int) -> str | None:
        """What earlier steps are made by; None where that can not be said."""
        if self._last is None:
            return None
        place = trial.number, fold
        if place not in self._keys:
            self._keys[place] = self._made_by(trial, fold)
        return self._keys[place]

    def _made_by(self, trial: Trial, fold: int) -> str | None:
        params = {
            name: value
            for name, value in self._params(trial).items()
            if name.partition("__")[0] != self._last
        }
        is_of_rows = self._resource is not None and self._resource.name == ROWS
        n_rows = self._resource.amount(trial) if is_of_rows and self._resource else None
        try:
            key: str = joblib.hash((fold, n_rows, params))
        except Exception:  # a value that can not be pickled
            return None
        return key
