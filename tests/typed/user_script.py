"""What a user with a type checker writes; mypy and pyright read it, nobody runs it.

Checked from outside of the package, in strict mode: ``nox -s lint``.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skbluetuna import (
    Adaptive,
    BlueTunaSearchCV,
    BlueTuner,
    Categorical,
    Classic,
    HistoryStore,
    Hyperband,
    Integer,
    Real,
    Space,
    suggest_space,
    when,
)
from skbluetuna.ensemble import SearchEnsembleClassifier
from skbluetuna.inspection import (
    ConvergenceDisplay,
    InfluenceDisplay,
    ParetoDisplay,
    hypervolume,
)
from skbluetuna.objectives import ModelSize, PredictTime, knee
from skbluetuna.production import Watch
from skbluetuna.report import optimism_of
from skbluetuna.testing import check_strategy


class Model:
    """Stands for an estimator; scikit-learn's have no types."""

    def __init__(self, C: float = 1.0) -> None:
        self.C = C


def tuned(X: NDArray[np.float64], y: NDArray[np.intp], folder: Path) -> float:
    """Search, read, write the report."""
    search = BlueTunaSearchCV(
        Model(),
        {"C": (1e-3, 1e3, "log"), "kernel": ["rbf", "linear"]},
        n_iter=30,
        strategy=Adaptive(n_lhs=2),
        checkpoint=folder / "search.jsonl",
        history=HistoryStore(folder / "past.jsonl"),
        random_state=0,
    )
    fitted: BlueTunaSearchCV = search.fit(X, y)
    path: Path = fitted.report(folder / "report.html")
    print(path.name, fitted.weights_["share"], fitted.regions_["kept"])
    ensemble = fitted.ensemble(max_size=5)
    if isinstance(ensemble, SearchEnsembleClassifier):
        print(ensemble)
    InfluenceDisplay.from_search(fitted)
    display: ConvergenceDisplay = ConvergenceDisplay.from_search(fitted)
    print(display.figure_, optimism_of(fitted))
    return float(fitted.best_score_)


def asked_and_told() -> float | None:
    """The same search as ask and tell."""
    space = Space(
        {
            "x": Real(0.0, 1.0),
            "k": Integer(1, 9),
            "c": Categorical(["a", "b"]),
            "d": when("c", "a", (0.0, 1.0)),
        }
    )
    tuner = BlueTuner(space, n_iter=20, strategy=Classic(n_lhs=4), random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            x = trial.params["x"]
            tuner.tell(trial, -((float(x) - 0.3) ** 2))
    best = tuner.best
    weights: NDArray[np.float64] = tuner.weights["weight"]
    print(weights.shape, tuner.to_json())
    return None if best is None else best.score


def others() -> None:
    """Several objectives, other strategies, a watch."""
    tuner = BlueTuner({"x": (0.0, 1.0)}, strategy=Hyperband(), resource=(1, 9))
    print(tuner.pending, suggest_space(Model()))
    check_strategy(Adaptive())
    print(hypervolume(tuner, [0.0, -2.0]), knee, ParetoDisplay)
    print(PredictTime(), ModelSize(), Watch)
