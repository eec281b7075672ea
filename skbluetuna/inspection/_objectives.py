"""What a search says of its objectives: scores, limits, units, and their volume."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from skbluetuna.objectives import dominated_volume

__all__ = ["Objective", "hypervolume", "objectives_of"]

FloatArray = NDArray[np.float64]
PREFIX = "mean_test_"
COST = "neg_"  # how the name of a score begins that is minus a cost
STEPS = {  # what is shown in place of a unit, and from how many of it on
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")),
    "bytes": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "bytes")),
}


@dataclass(frozen=True)
class Objective:
    """One objective of a search.

    Parameters
    ----------
    name : str
        Name of the metric.
    scores : ndarray of shape (n,)
        Mean over folds of each candidate, larger is better; NaN if it failed.
    spread : ndarray of shape (n,)
        Standard deviation over folds.
    limit : float, default=-inf
        Least score that is wanted.
    unit : str, default=""
        Unit of minus the score; none of what has none.
    """

    name: str
    scores: FloatArray
    spread: FloatArray
    limit: float = -np.inf
    unit: str = ""

    @property
    def is_cost(self) -> bool:
        """Whether it is shown positive, and less is better."""
        return bool(self.unit) or self.name.startswith(COST)

    @property
    def _step(self) -> tuple[float, str]:
        """What is shown as one, and its name."""
        steps = STEPS.get(self.unit, ((1.0, self.unit),))
        known = np.abs(self.scores[np.isfinite(self.scores)])
        typical = float(np.median(known)) if len(known) else 1.0
        return next((step for step in steps if typical >= step[0]), steps[-1])

    @property
    def label(self) -> str:
        """Name and unit as they stand at an axis."""
        name = self.name.removeprefix(COST) if self.is_cost else self.name
        return f"{name} ({self._step[1]})" if self.unit else name

    def shown(self, scores: Any) -> Any:
        """Scores as they are shown: a cost positive, in the unit of the label."""
        return -scores / self._step[0] if self.is_cost else scores

    def shown_spread(self) -> FloatArray:
        """The spread in the unit of the label."""
        return self.spread / self._step[0] if self.is_cost else self.spread


def objectives_of(search: Any, names: Sequence[str] | None = None) -> list[Objective]:
    """The objectives of a search.

    Parameters
    ----------
    search : fitted search of scikit-learn's kind
        What has ``cv_results_``.
    names : sequence of str, default=None
        Metrics by their names; None for the search's `objectives`, or all metrics.

    Raises
    ------
    NotFittedError
        If the search is not fitted.
    ValueError
        If one is not there, or there are fewer than two.
    """
    check_is_fitted(search, ["cv_results_"])
    results = search.cv_results_
    there = [k.removeprefix(PREFIX) for k in results if k.startswith(PREFIX)]
    if names is None:
        names = getattr(search, "objectives", None) or there
    for name in names:
        if name not in there:
            raise ValueError(f"objectives must be names of {there}; got {name!r}.")
    if isinstance(names, str) or len(names) < 2:
        raise ValueError(
            f"objectives must be two metrics or more; got {names!r}. Give the search "
            "several by scoring={...}."
        )
    limits = getattr(search, "at_least", None) or {}
    scorers = getattr(search, "scorer_", None)
    scorers = scorers if isinstance(scorers, dict) else {}
    return [
        Objective(
            name,
            _finite(results[PREFIX + name]),
            np.asarray(results[f"std_test_{name}"], dtype=np.float64),
            float(limits.get(name, -np.inf)),
            str(getattr(scorers.get(name), "unit", "")),
        )
        for name in names
    ]


def hypervolume(search: Any, reference: Sequence[float] | None = None) -> float:
    """Volume of scores that the candidates of a search dominate.

    It grows with each candidate that is better by some objective, so that searches of
    one problem can be compared. Do not compare those of other objectives or references.

    Parameters
    ----------
    search : BlueTunaSearchCV, or any fitted search with several metrics
        Its `objectives` count, or all metrics where it has none.
    reference : sequence of float, default=None
        Scores of a point, one for each objective, from which it is measured; what is
        not above it by each adds nothing. None: the worst of each among the candidates.

    Returns
    -------
    volume : float
        In the product of the objectives' units.

    Raises
    ------
    NotFittedError
        If the search is not fitted.
    ValueError
        If it has not several metrics, or `reference` is not a number for each.

    See Also
    --------
    ParetoDisplay : Picture of the front.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skbluetuna.inspection import hypervolume
    >>> from skbluetuna.objectives import ModelSize
    >>> search = GridSearchCV(
    ...     DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2, 3]},
    ...     scoring={"accuracy": "accuracy", "neg_size": ModelSize()}, refit="accuracy",
    ... ).fit(*load_iris(return_X_y=True))
    >>> hypervolume(search) > 0.0
    True
    >>> hypervolume(search, reference=[1.0, 0.0])
    0.0
    """
    objectives = objectives_of(search)
    values = np.column_stack([one.scores for one in objectives])
    known = values[np.isfinite(values).all(axis=1)]
    if reference is None:
        return dominated_volume(known, known.min(axis=0)) if len(known) else 0.0
    point = np.asarray(reference, dtype=np.float64)
    if point.shape != (len(objectives),) or not np.isfinite(point).all():
        names = [one.name for one in objectives]
        raise ValueError(
            f"reference must be a number for each of {names}; got {reference!r}."
        )
    return dominated_volume(known, point)


def _finite(scores: Any) -> FloatArray:
    """Scores as floats; NaN where they are not finite."""
    found = np.array(scores, dtype=np.float64)
    found[~np.isfinite(found)] = np.nan
    return found
