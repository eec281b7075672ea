"""What makes two searches the same: field by field, as JSON values."""

import re
from collections.abc import Mapping
from typing import Any

import joblib
import numpy as np

from skbluetuna._version import __version__
from skbluetuna.space import encode_space

__all__ = ["describe_data", "describe_search"]

# What kinds of objects are made of, told by an attribute that only they have.
PARTS = {
    "__code__": ("__code__", "__defaults__", "__closure__", "__self__"),  # functions
    "co_code": ("co_code", "co_names", "co_consts"),
    "cell_contents": ("cell_contents",),  # what a function has of its surroundings
    "keywords": ("func", "args", "keywords"),  # functools.partial
    "kwds": ("dist", "args", "kwds"),  # frozen distributions of scipy
    "rvs": ("name",),  # their families
}


def describe_search(search: Any, spaces: Any) -> dict[str, Any]:
    """Fields of everything that decides what a search evaluates, but for the data.

    The budget is none of them: a search may be given a larger one.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search.
    spaces : tuple of Space
        Its alternatives.

    Returns
    -------
    problem : dict
        Each field as a JSON value.
    """
    stored = [encode_space(space) for space in spaces]
    seed = search.random_state
    is_seed = seed is None or isinstance(seed, int | np.integer)
    return {
        "version": __version__,
        "estimator": _text(search.estimator),
        "param_space": [
            _text(own) if one is None else one
            for one, own in zip(stored, spaces, strict=True)
        ],
        "strategy": _text(search.strategy),
        "batch_size": None if search.batch_size is None else int(search.batch_size),
        "initial_params": _text(search.initial_params),
        "scoring": _text(search.scoring),
        "refit": _text(search.refit) if isinstance(search.refit, str) else None,
        "error_score": _text(search.error_score),
        "return_train_score": bool(search.return_train_score),
        "random_state": (None if seed is None else int(seed)) if is_seed else "object",
    }


def describe_data(folds: Any, X: Any, y: Any, params: Any) -> dict[str, Any]:
    """Fields that tell one data set, and its folds, from another.

    Parameters
    ----------
    folds : FrozenSplits
        The folds. Those that are drawn without a seed are told by their splitter.
    X, y : array-like
        The data.
    params : dict
        What else was passed to ``fit``, such as ``sample_weight``.

    Returns
    -------
    data : dict
        Shapes and fingerprints.
    """
    return {
        "shape": [_shape(X), _shape(y)],
        "fingerprint": [joblib.hash(X), joblib.hash(y)],
        "fit_params": joblib.hash(sorted(params.items())),
        "folds": joblib.hash([(np.asarray(a), np.asarray(b)) for a, b in folds.splits])
        if folds.is_repeatable
        else _text(folds.original),
    }


def _shape(data: Any) -> list[int]:
    if data is None:
        return []
    return [int(k) for k in getattr(data, "shape", None) or [len(data)]]


def _text(value: Any) -> str:
    """The value in full, without addresses, which change from process to process."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", _whole(value, ()))


def _whole(value: Any, above: tuple[int, ...]) -> str:
    """Text that differs where values differ; `above` are the ids it lies within."""
    if isinstance(value, str | bytes | int | float | complex | type | None):
        return repr(value)
    if id(value) in above:
        return "..."
    above = (*above, id(value))
    parts = _parts(value)
    if parts is None:
        return _opaque(value)
    inner = (
        _whole(part, above)
        if isinstance(name, int)
        else f"{name}={_whole(part, above)}"
        for name, part in parts.items()
    )
    text = ", ".join(inner)
    if isinstance(value, list | tuple):
        return f"[{text}]"
    if hasattr(value, "__code__"):
        return f"{value.__qualname__} {joblib.hash(text)}"
    return f"{type(value).__qualname__}({text})"


def _parts(value: Any) -> dict[Any, Any] | None:
    """What a value is made of, by name or place; None if it is whole."""
    if hasattr(value, "get_params"):
        return dict(sorted(value.get_params(deep=False).items()))
    if isinstance(value, list | tuple):
        return dict(enumerate(value))
    if isinstance(value, set | frozenset):  # in an order that holds in any process
        return dict(enumerate(sorted(value, key=repr)))
    if isinstance(value, Mapping):
        return {repr(name): part for name, part in value.items()}
    for kind, names in PARTS.items():
        if hasattr(value, kind):
            return {name: getattr(value, name, None) for name in names}
    is_data = hasattr(value, "shape") or type(value).__module__.startswith("numpy")
    return None if is_data else getattr(value, "__dict__", None) or None


def _opaque(value: Any) -> str:
    """Text of what is whole: an array, a table, a generator."""
    try:
        return f"{type(value).__name__} {joblib.hash(value)}"
    except Exception:  # what can not be pickled is told by what it says of itself
        return repr(value)
