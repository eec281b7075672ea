"""Several objectives: what stages see of them, for the next trial."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history import History, View
from skbluetuna.model import scalarised, worst_scalar

__all__ = ["MOST_OBJECTIVES", "as_objectives", "as_one", "weights_of"]

MOST_OBJECTIVES = 4


def as_objectives(objectives: Any) -> tuple[str, ...]:
    """Names of objectives, checked.

    Raises
    ------
    TypeError, ValueError
        If they are no list of two to four names.
    """
    is_list = isinstance(objectives, Sequence) and not isinstance(objectives, str)
    if not is_list or not all(isinstance(name, str) for name in objectives):
        raise TypeError(
            "objectives must be a list of names, such as "
            f'["accuracy", "neg_latency"]; got {objectives!r}.'
        )
    if not 2 <= len(objectives) <= MOST_OBJECTIVES:
        raise ValueError(
            f"objectives must be two to {MOST_OBJECTIVES} (of more almost every "
            f"candidate is on the front, and nothing is chosen); got "
            f"{list(objectives)!r}. For one objective leave it out, and name it as "
            "scoring or refit."
        )
    return tuple(objectives)


def weights_of(
    objectives: Sequence[str], seed: int, n_asked: int
) -> NDArray[np.float64]:
    """Weights of the objectives for the next trial, drawn evenly from all there are.

    They belong to the names: in another order of these the search is the same.
    """
    drawn = np.random.default_rng([seed, n_asked]).dirichlet(np.ones(len(objectives)))
    order = np.argsort(np.array(objectives), kind="stable")
    weights = np.empty(len(objectives))
    weights[order] = drawn
    return weights


def as_one(
    history: History, view: View, alternative: int, weights: NDArray[np.float64]
) -> View:
    """The view with one score in the place of several values (eq. 24).

    Values of all alternatives are scalarised together. A failure counts as the worst
    of every objective.
    """
    known = [t for t in history.trials if t.values]
    scores = dict(
        zip(
            (t.number for t in known),
            scalarised(np.array([t.values for t in known]), weights),
            strict=True,
        )
    )
    worst = worst_scalar(weights) if known else np.nan
    own: dict[int, list[float]] = {k: [] for k in range(len(history.spaces))}
    told: dict[int, list[float]] = {k: [] for k in own}
    full: dict[int, list[float]] = {k: [] for k in own}
    for trial in history.trials:
        is_open = trial.state == "asked"
        score = np.nan if is_open else scores.get(trial.number, worst)
        own[trial.alternative].append(score)
        if not is_open:
            told[trial.alternative].append(score)
        if not is_open and history.is_full(trial):
            full[trial.alternative].append(score)

    def others(of: dict[int, list[float]]) -> tuple[NDArray[np.float64], ...]:
        return tuple(np.array(of[k]) for k in sorted(of) if k != alternative and of[k])

    Y = np.array(own[alternative])[:, None]
    seen = replace(view, Y=Y, others=others(told))
    return seen if view.ladder is None else seen.with_full_others(others(full))
