"""Scorers of what a model costs: minus its time to predict, its size, its fit time."""

import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

__all__ = ["FitTime", "ModelSize", "PredictTime"]

CLOCKS: dict[str, Callable[[], float]] = {
    "cpu": time.process_time,
    "wall": time.perf_counter,
    "thread": time.thread_time,
}
N_CALLS = (1, 8, 64, 512, 4096)  # until a coarse clock moves


class CostScorer:
    """What scikit-learn asks of a scorer beside the call."""

    unit: ClassVar[str]

    def _accept_sample_weight(self) -> bool:
        """Weights are taken, and do not matter: else scikit-learn warns of them."""
        return True


@dataclass(frozen=True)
class PredictTime(CostScorer):
    """Scorer: minus the seconds that one call of ``predict`` takes.

    Do not use it where the fits run on threads, unless `clock` is ``"thread"``, nor to
    tell apart models whose times differ by a tenth.

    Parameters
    ----------
    batch_size : int, default=1
        Rows of a call: the first ones of the fold, over again if it has fewer.
    n_repeats : int, default=10
        How often it is timed, after one call to warm up. The minimum counts.
    clock : {"cpu", "wall", "thread"}, default="cpu"
        ``"cpu"``: processor time of all threads of the process, which other processes
        disturb little. ``"wall"``: seconds that pass, for machines that do nothing
        else. ``"thread"``: processor time of the calling thread alone, for models that
        predict on one thread while others work in the same process.

    Raises
    ------
    TypeError
        If a count is no int.
    ValueError
        If a count is below 1, or `clock` is none of these.

    See Also
    --------
    ModelSize : Scorer of the size of a model.

    Notes
    -----
    A clock that stands still during a call, as the processor's may for 16 ms on
    Windows, is read around 8 calls, 64, up to 4096.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skbluetuna.objectives import PredictTime
    >>> X, y = load_iris(return_X_y=True)
    >>> model = LogisticRegression(max_iter=500).fit(X, y)
    >>> -1.0 < PredictTime(batch_size=32)(model, X, y) < 0.0
    True
    """

    batch_size: int = 1
    n_repeats: int = 10
    clock: str = "cpu"
    unit: ClassVar[str] = "s"

    def __post_init__(self) -> None:
        for name in ("batch_size", "n_repeats"):
            _check_positive(name, getattr(self, name))
        if self.clock not in CLOCKS:
            raise ValueError(f"clock must be one of {[*CLOCKS]}; got {self.clock!r}.")

    def __call__(
        self,
        estimator: Any,
        X: Any,
        y: Any = None,  # noqa: ARG002
        sample_weight: Any = None,  # noqa: ARG002
    ) -> float:
        """Time a fitted estimator.

        Parameters
        ----------
        estimator : estimator object
            A fitted one, with ``predict``.
        X : array-like of shape (n_samples, n_features)
            Rows to take those of a call from.
        y, sample_weight : object, default=None
            Not used.

        Returns
        -------
        score : float
            Minus the seconds of one call.
        """
        if not hasattr(estimator, "predict"):
            name = type(estimator).__name__
            raise TypeError(f"PredictTime times predict, which {name} does not have.")
        rows = _first_rows(X, self.batch_size)
        estimator.predict(rows)
        read, best = CLOCKS[self.clock], 0.0
        for n_calls in N_CALLS:
            times = []
            for _ in range(self.n_repeats):
                start = read()
                for _ in range(n_calls):
                    estimator.predict(rows)
                times.append(read() - start)
            best = min(times) / n_calls
            if best > 0.0:
                break
        return -best


@dataclass(frozen=True)
class ModelSize(CostScorer):
    """Scorer: minus the bytes of the pickled estimator.

    The number is exact and the same wherever it is measured. It is no measure of the
    memory that predicting takes.

    Raises
    ------
    Exception
        When called: what ``pickle`` raises for an estimator that it cannot store.

    See Also
    --------
    PredictTime : Scorer of the time that predicting takes.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skbluetuna.objectives import ModelSize
    >>> model = DummyClassifier().fit([[0.0], [1.0]], [0, 1])
    >>> ModelSize()(model, None) < -100.0
    True
    """

    unit: ClassVar[str] = "bytes"

    def __call__(
        self,
        estimator: Any,
        X: Any,  # noqa: ARG002
        y: Any = None,  # noqa: ARG002
        sample_weight: Any = None,  # noqa: ARG002
    ) -> float:
        """Size of a fitted estimator.

        Parameters
        ----------
        estimator : estimator object
            A fitted one.
        X, y, sample_weight : object
            Not used.

        Returns
        -------
        score : float
            Minus the bytes of its pickle, of protocol 5.
        """
        counted = _Counted()
        pickle.Pickler(counted, protocol=5).dump(estimator)
        return -float(counted.n_bytes)


@dataclass(frozen=True)
class FitTime(CostScorer):
    """Scorer: minus the seconds that a fit took, by the wall clock.

    A scorer is called when the fit is over and cannot know how long it took: the search
    fills it in from the fold's own ``fit_time``. Other searches cannot, and a call
    raises.

    Raises
    ------
    TypeError
        When called, which no search of this package does.

    See Also
    --------
    PredictTime : Scorer of the time that predicting takes.

    Notes
    -----
    A fit is timed once, beside whatever else runs on the machine.

    Examples
    --------
    >>> from skbluetuna.objectives import FitTime
    >>> FitTime().score_of_fit(0.25)
    -0.25
    """

    unit: ClassVar[str] = "s"

    def score_of_fit(self, fit_time: float) -> float:
        """Score of a fold by the seconds that its fit took."""
        return -float(fit_time)

    def __call__(
        self,
        estimator: Any,  # noqa: ARG002
        X: Any,  # noqa: ARG002
        y: Any = None,  # noqa: ARG002
        sample_weight: Any = None,  # noqa: ARG002
    ) -> float:
        """Refuse: the fit is over.

        Parameters
        ----------
        estimator, X, y, sample_weight : object
            Not used.

        Returns
        -------
        score : float
            Never.
        """
        raise TypeError(
            "FitTime must be filled in by a search that knows how long a fit took, as "
            "BlueTunaSearchCV does; a scorer is called when the fit is over. Elsewhere "
            "leave it out, and read mean_fit_time of cv_results_."
        )


class _Counted:
    """A file that keeps nothing but how many bytes were written."""

    def __init__(self) -> None:
        self.n_bytes = 0

    def write(self, data: Any) -> int:
        n_bytes = memoryview(data).nbytes
        self.n_bytes += n_bytes
        return n_bytes


def _check_positive(name: str, value: Any) -> None:
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int; got {value!r}.")
    if value < 1:
        raise ValueError(f"{name} must be at least 1; got {value}.")


def _first_rows(X: Any, n: int) -> Any:
    """The first n rows of a table of any kind, over again if it has fewer."""
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    at = np.arange(n) % n_rows
    if hasattr(X, "iloc"):
        return X.iloc[at]
    return X[at] if hasattr(X, "shape") else [X[i] for i in at]
