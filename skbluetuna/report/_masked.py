"""The search as a report may show it: choices that are secrets by their places."""

import copy
from typing import Any

from skbluetuna._utils._hidden import hides, masked
from skbluetuna.space import Categorical, Dimension, Space, when

__all__ = ["without_secrets"]


def without_secrets(search: Any) -> Any:
    """The search itself, or a copy in whose tuner and results no secret stands."""
    spaces = tuple(_relabelled(space) for space in search.tuner_.spaces)
    if all(a is b for a, b in zip(spaces, search.tuner_.spaces, strict=True)):
        return search
    shown = copy.copy(search)
    shown.tuner_ = search.tuner_.relabelled(spaces)
    if hasattr(search, "cv_results_"):
        params = [masked(dict(own)) for own in search.cv_results_["params"]]
        shown.cv_results_ = search.cv_results_ | {"params": params}
    return shown


def _relabelled(space: Space) -> Space:
    """The space with labels in the place of secrets; itself if it has none."""
    own = dict(zip(space.names, space.dimensions, strict=True))
    new = {name: _shown(name, dim) for name, dim in own.items()}
    if all(new[name] is own[name] for name in own):
        return space
    specs: dict[str, Any] = {}
    for name, conditions in zip(space.names, space.conditions, strict=True):
        specs[name] = new[name]
        for one in reversed(conditions):
            old, parent = own[one.parent], new[one.parent]
            values = [
                parent.choices[old.index(value) or 0]
                if isinstance(old, Categorical) and isinstance(parent, Categorical)
                else value
                for value in one.values
            ]
            specs[name] = when(one.parent, values, specs[name])
    kept = [
        one
        for one in space.relations
        if one.names and all(new[name] is own[name] for name in one.names)
    ]  # the others are of values that are not shown
    return Space(specs).related_by(tuple(kept))


def _shown(name: str, dim: Dimension) -> Dimension:
    """A choice of as many labels, or of the same estimators, their secrets hidden."""
    if not isinstance(dim, Categorical):
        return dim
    if hides(name, dim):
        labels = tuple(f"*** {i}" for i in range(1, len(dim.choices) + 1))
        return Categorical(labels, dim.is_ordered, dim.n_splits)
    choices = masked(dim.choices)
    if choices is dim.choices:
        return dim
    return Categorical(choices, dim.ordered, dim.n_splits)
