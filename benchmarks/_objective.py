"""What is tuned: an estimator on training rows with frozen folds; and its traces."""

import time
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.model_selection import cross_val_score

__all__ = ["Call", "Objective", "Trace"]


@dataclass(frozen=True)
class Objective:
    """An estimator to be tuned, the same for every search.

    Parameters
    ----------
    estimator : estimator
        With the first configuration as its own parameters.
    space : dict
        As `BlueTunaSearchCV` takes it: ``(low, high)``, ``(low, high, "log")``, lists.
    X, y : arrays
        All rows that the search may see.
    cv : list of (train, test)
        The folds.
    scoring : str
        The metric.
    """

    estimator: Any
    space: dict
    X: Any
    y: Any
    cv: list
    scoring: str = "f1_macro"

    @property
    def first(self):
        """The configuration that every search starts from that can be told to."""
        own = self.estimator.get_params()
        return {name: own[name] for name in self.space}

    def __call__(self, params):
        """Cross-validated score of one configuration; NaN if a fit fails."""
        candidate = clone(self.estimator).set_params(**params)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scores = cross_val_score(
                candidate, self.X, self.y, cv=self.cv, scoring=self.scoring
            )
        return float(np.mean(scores))

    def held_out(self, params, X, y):
        """Score on other rows of the estimator fitted on all of these."""
        fitted = clone(self.estimator).set_params(**params)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted.fit(self.X, self.y)
        return float(get_scorer(self.scoring)(fitted, X, y))


@dataclass
class Trace:
    """What one search did: each evaluation in order, and the time.

    Parameters
    ----------
    params : list of dict
        The configurations.
    scores : list of float
        Their scores, larger is better.
    ends : list of float
        Seconds from the start of the search to the end of each evaluation.
    fits : list of float
        Seconds of each evaluation itself.
    wall : float
        Seconds of the whole search.
    cpu : float
        Seconds of this process's computing; unlike the wall's, what else runs on the
        machine does not stretch them.
    cost : list of float
        Evaluations spent by then; None: one each.
    """

    params: list = field(default_factory=list)
    scores: list = field(default_factory=list)
    ends: list = field(default_factory=list)
    fits: list = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0
    cost: list | None = None

    def best(self, n=None):
        """Configuration with the best of the first n scores."""
        scores = np.nan_to_num(np.array(self.scores[:n]), nan=-np.inf)
        return self.params[int(np.argmax(scores))]


class Call:
    """An objective that keeps a trace of how it was called."""

    def __init__(self, objective):
        self.objective = objective
        self.trace = Trace()
        self._start = time.perf_counter()
        self._cpu = time.process_time()

    def __call__(self, params):
        """Score of one configuration, recorded; failures score as the worst so far.

        Most optimisers refuse NaN, so they are told the worst score seen, 0 at first.
        """
        params = {k: getattr(v, "item", lambda v=v: v)() for k, v in params.items()}
        before = time.perf_counter()
        score = self.objective(params)
        after = time.perf_counter()
        trace = self.trace
        trace.params.append(params)
        trace.scores.append(score)
        trace.fits.append(after - before)
        trace.ends.append(after - self._start)
        if np.isfinite(score):
            return score
        known = [s for s in trace.scores if np.isfinite(s)]
        return min(known, default=0.0)

    def finish(self):
        """Close the trace and return it."""
        self.trace.wall = time.perf_counter() - self._start
        self.trace.cpu = time.process_time() - self._cpu
        return self.trace
