"""What an evaluation of a search may spend: rows, or a parameter of the estimator.

Rows come in one order for each fold, drawn once, of which an evaluation takes the
first so many: what a lower rung learns from is a part of what a higher one does.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.utils.multiclass import type_of_target

from skbluetuna.history import Ladder, Trial
from skbluetuna.scheduling import as_ladder
from skbluetuna.space import Categorical, Space, is_integer, is_number

__all__ = ["ROWS", "Resource", "resource_of", "strata"]

RowNumbers = NDArray[np.intp]
ROWS = "n_samples"  # as scikit-learn's halving searches call it
LEAST_ROWS = 1000  # at the lowest rung; of fewer, scores say too little
N_STEPS = 2  # from the lowest rung to the full one, by default


class Resource:
    """The resource of a search.

    Parameters
    ----------
    name : str
        `ROWS`, or a parameter of the estimator.
    ladder : Ladder
        Its rungs.
    is_own : bool
        Whether the full resource is what the estimator has anyway.
    n_rows : int, default=0
        Number of rows of the data, of which a resource of rows is a share; 0: as many
        as the full resource.
    """

    def __init__(
        self, name: str, ladder: Ladder, *, is_own: bool, n_rows: int = 0
    ) -> None:
        self.name, self.ladder, self.is_own = name, ladder, is_own
        self._n_rows = n_rows or ladder.full

    def params(self, trial: Trial) -> dict[str, Any]:
        """The trial's parameters, with the resource if it is one of them."""
        if self.name == ROWS:
            return dict(trial.params)
        return {**trial.params, self.name: self.amount(trial)}

    def amount(self, trial: Trial) -> float:
        """How much the trial may spend."""
        return self.ladder.full if trial.resource is None else trial.resource

    def train(self, trial: Trial, order: RowNumbers, train: RowNumbers) -> RowNumbers:
        """Rows of a training part that the trial learns from, in their own order."""
        share = self.amount(trial) / self._n_rows
        if self.name != ROWS or share >= 1.0:
            return train
        n = max(1, round(len(train) * share))
        return np.asarray(train[np.sort(order[:n])])

    def order(self, train: RowNumbers, y: Any, seed: Sequence[int]) -> RowNumbers:
        """Positions of a training part, of which lower rungs take the first ones.

        Classes stand in them as evenly as can be, so that each beginning is stratified.
        """
        rng = np.random.default_rng(seed)
        labels = np.zeros(len(train)) if y is None else np.asarray(y)[train]
        place = np.empty(len(train))
        for label in np.unique(labels):
            own = np.flatnonzero(labels == label)
            at = (np.arange(len(own)) + rng.random()) / len(own)
            place[rng.permutation(own)] = at
        return np.argsort(place, kind="stable")


def resource_of(search: Any, spaces: Sequence[Space], n_rows: int) -> Resource | None:
    """The resource of a search; None if it has none.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search.
    spaces : sequence of Space
        Its alternatives.
    n_rows : int
        Number of rows of the data.

    Raises
    ------
    ValueError, TypeError
        If there is no such resource, it is searched itself, or it has no rung below
        the full one.
    """
    name = search.resource
    if name is None:
        return None
    own = n_rows if name == ROWS else _own_value(search, name, spaces)
    full = own if search.max_resources == "auto" else search.max_resources
    if name == ROWS and full > n_rows:
        raise ValueError(
            f"max_resources must be at most the number of rows, {n_rows}; got {full}."
        )
    if not is_number(full) or not 0 < full < math.inf:
        if not is_number(full) and full is not None:
            raise ValueError(
                "resource must be a parameter whose value is a number; the estimator's "
                f'own {name} is {full!r}. Write resource="n_samples", or a parameter '
                "that counts something, such as n_estimators."
            )
        raise ValueError(
            f"max_resources must be given, as the estimator's own {name} is no finite "
            f"number above 0: it is {full!r}. Write max_resources=500, or what a full "
            "evaluation may spend."
        )
    full = _as_own("max_resources", full, name, own)
    least = _as_own("min_resources", _least(search, name, full), name, own)
    ladder = as_ladder((least, full), search.factor)
    return Resource(name, ladder, is_own=bool(full == own), n_rows=n_rows)


def strata(search: Any, y: Any) -> Any:
    """Labels by which rows are stratified; None where there are none."""
    is_labelled = y is not None and is_classifier(search.estimator)
    if is_labelled and type_of_target(y) in ("binary", "multiclass"):
        return y
    return None


def _least(search: Any, name: str, full: float) -> Any:
    """The least resource, checked."""
    factor: float = search.factor
    least: Any = search.min_resources
    if least == "auto":
        steps = N_STEPS
        while name == ROWS and steps > 1 and full / factor**steps < LEAST_ROWS:
            steps -= 1
        least = full / factor**steps
        if isinstance(full, int):
            least = max(1, int(least))
    if name == ROWS and least < LEAST_ROWS:
        raise ValueError(
            f'resource="n_samples" must have at least {LEAST_ROWS} rows at the lowest '
            f"rung, as scores of fewer say too little of the full one; got {least} of "
            f"{full} rows with factor={factor}. Use racing=.005 for so few rows, or a "
            "parameter such as n_estimators as the resource."
        )
    if not 0 < least <= full / factor:
        if search.min_resources == "auto":
            raise ValueError(
                f"max_resources must be at least factor, {factor:g}, so that there is "
                f"a cheaper rung; it is {full} of {name}. Write a larger one, such as "
                f"max_resources={math.ceil(factor * factor)}, or leave resource out."
            )
        raise ValueError(
            f"min_resources must be above 0, and at most max_resources / factor, "
            f"{full / factor:g}, so that there is a cheaper rung; got {least!r}."
        )
    return least


def _as_own(label: str, value: Any, name: str, own: Any) -> Any:
    """An amount as Python's own number, of the kind of the estimator's own value."""
    is_whole = is_integer(own) if is_number(own) else is_integer(value)
    if not is_whole:
        return float(value)
    if not float(value).is_integer():
        hint = f" If it may be a float, give the estimator {name}={float(own)}."
        raise ValueError(
            f"{label} must be an int, as {name} is one, {own}; got {value}. Write "
            f"{math.ceil(value)}.{'' if name == ROWS else hint}"
        )
    return int(value)


def _own_value(search: Any, name: str, spaces: Sequence[Space]) -> Any:
    """The estimator's own value of a parameter that is the resource."""
    own = search.estimator.get_params(deep=True)
    if name not in own:
        raise ValueError(
            f'resource must be "n_samples" or a parameter of the estimator, such as '
            f'"n_estimators"; got {name!r}, which '
            f"{type(search.estimator).__name__} does not have.{_meant(name, own)}"
        )
    for space in spaces:
        if name in space.names:
            raise ValueError(
                f"resource must not be a parameter of param_space; got {name!r}. Take "
                "it out of param_space, or choose another resource."
            )
        _check_choices(name, space)
    return own[name]


def _meant(name: str, own: Mapping[str, Any]) -> str:
    """Parameters of that name within a pipeline."""
    nested = [other for other in own if other.endswith(f"__{name}")]
    return f" Write resource={nested[0]!r}." if nested else ""


def _check_choices(name: str, space: Space) -> None:
    """Refuse a choice of an estimator that does not have the resource."""
    for step, dim in zip(space.names, space.dimensions, strict=True):
        if not (name.startswith(f"{step}__") and isinstance(dim, Categorical)):
            continue
        for choice in dim.choices:
            known = choice.get_params() if hasattr(choice, "get_params") else {}
            if name.removeprefix(f"{step}__") not in known:
                raise ValueError(
                    f"resource must be a parameter of every choice of {step!r}; "
                    f"got {name!r}, which {choice!r} does not have."
                )
