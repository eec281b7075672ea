"""What a search knows of a slice through its space: predictions and trials."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.space import Space

__all__ = ["evaluated_points", "example", "most_influential", "predicted"]


def most_influential(space: Space, share: NDArray[np.float64]) -> list[str]:
    """Names of the two largest shares that apply together; one if no other has any."""
    order = np.argsort(-share, kind="stable")
    first = space.names[order[0]]
    for j in order[1:]:
        if share[j] > 0.0 and example(space, [first, space.names[j]]) is not None:
            return [first, space.names[j]]
    return [first]


def example(space: Space, names: Sequence[str]) -> dict[str, Any] | None:
    """A configuration in which these parameters apply; None if there is none."""
    wanted: dict[str, Any] = {}
    for name in names:
        wanted |= space.example(name)
    found = space.filled(wanted)
    return found if set(names) <= set(found) else None


def predicted(
    tuner: Any,
    space: Space,
    of: tuple[int, str | None],
    centre: dict[str, Any],
    names: list[str],
    values: list[list[Any]],
) -> NDArray[np.float64]:
    """Predictions on the grid; NaN where one of the parameters does not apply.

    They are `of` an alternative and, where there are several, an objective.
    """
    alternative, objective = of
    shape = tuple(len(own) for own in values)
    moved = [
        {name: own[k] for name, own, k in zip(names, values, index, strict=True)}
        for index in np.ndindex(shape)
    ]
    configurations = [space.filled(centre | one) for one in moved]
    found = np.array(
        tuner.predict(configurations, alternative=alternative, objective=objective)
    )
    found[[not set(names) <= set(one) for one in configurations]] = np.nan
    return found.reshape(*shape, 3)


def evaluated_points(
    space: Space, trials: list[Any], centre: dict[str, Any], names: list[str]
) -> dict[str, NDArray[Any]]:
    """Columns of the evaluated configurations."""
    values = np.empty((len(trials), len(names)), dtype=object)
    for i, trial in enumerate(trials):
        for k, name in enumerate(names):
            values[i, k] = trial.params[name]
    units = np.array([trial.unit for trial in trials]).reshape(-1, len(space))
    others = [name not in names for name in space.names]
    away = (units - space.to_unit([centre]))[:, others]
    return {
        "number": np.array([trial.number for trial in trials], dtype=np.intp),
        "stage": np.array([trial.stage for trial in trials], dtype=object),
        "score": np.array([trial.score for trial in trials], dtype=np.float64),
        "values": values,
        "distance": np.sqrt((away**2).mean(axis=1)) if any(others) else away.sum(1),
    }
