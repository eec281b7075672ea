"""The model of the adaptive stages, made from the ledger alone."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skbluetuna._ledger import Ledger, Trial
from skbluetuna.model import Columns, EvidenceModel, encode, fit_theta, warp
from skbluetuna.space import Space
from skbluetuna.stages._base import FloatArray, active

__all__ = ["evidence_model", "n_wanted", "one_by_one"]

REFIT_ALWAYS, REFIT_EVERY = 40, 3  # trials until every fit is new, and how often later

Choice = Callable[[Ledger, EvidenceModel, float], FloatArray | None]


def evidence_model(space: Space, ledger: Ledger) -> EvidenceModel:
    """The evidence-fitted perceptron on every told trial (eq. 11 to 13).

    From 40 trials on the hyperparameters are those of the trials up to the last
    multiple of three, so that they are a function of the ledger alone.
    """
    varying = active(space)
    U, y = ledger.scored()
    columns = _columns(space, varying)
    n = len(y) if len(y) <= REFIT_ALWAYS else len(y) - len(y) % REFIT_EVERY
    own = np.ascontiguousarray(U[:, varying])
    levels = tuple(int(k) for k in columns.levels)
    theta = _fit(own[:n].tobytes(), y[:n].tobytes(), levels)
    return EvidenceModel.condition(encode(own, columns), warp(y), columns, theta)


def _columns(space: Space, varying: NDArray[np.intp]) -> Columns:
    dims = [space.dimensions[j] for j in varying]
    return Columns.of([0 if dim.is_ordered else dim.n_values or 0 for dim in dims])


@lru_cache(maxsize=32)
def _fit(U: bytes, y: bytes, levels: tuple[int, ...]) -> FloatArray:
    """Fit once for each distinct ledger, however often it is asked for."""
    scores, columns = np.frombuffer(y), Columns.of(list(levels))
    X = encode(np.frombuffer(U).reshape(len(scores), -1), columns)
    return fit_theta(X, warp(scores), columns)


def n_wanted(ledger: Ledger, left: int, n: int | None) -> int:
    """How many points to choose now, of so many left.

    As many as are asked for, believing the awaited scores; if no number is named, one,
    when all scores are known. None before there is a score to learn from.
    """
    if all(trial.state == "asked" for trial in ledger):
        return 0
    if n is None:
        n = 0 if ledger.has_pending else 1
    return max(0, min(left, n))


def one_by_one(space: Space, ledger: Ledger, n: int, choose: Choice) -> FloatArray:
    """Choose n points, each as if those before it had been observed (eq. 16).

    Trials whose scores are awaited, and the points of the batch, count as observed at
    the model's mean (kriging believer).

    Parameters
    ----------
    space : Space
        The space.
    ledger : Ledger
        What was asked and told.
    n : int
        How many points.
    choose : callable
        From everything asked, the model, and the best posterior mean at a told trial,
        the next point, or None if there is none.

    Returns
    -------
    points : ndarray of shape (k, d)
        At most n points.
    """
    varying = active(space)
    model = evidence_model(space, ledger)
    incumbent = float(model.at_data().max())
    for trial in ledger:
        if trial.state == "asked":
            model = model.believing(np.array(trial.unit)[varying])
    asked, points = Ledger(tuple(ledger)), []
    for _ in range(n):
        point = choose(asked, model, incumbent)
        if point is None:
            break
        points.append(point)
        asked.append(Trial(len(asked), {}, tuple(point), "chosen"))
        model = model.believing(point[varying])
    return np.array(points).reshape(len(points), len(space))
