"""What makes two searches the same: field by field, as JSON values."""

import re
from typing import Any

import joblib
import numpy as np

from skbluetuna._version import __version__
from skbluetuna.space import encode_space

__all__ = ["describe_data", "describe_search"]


def describe_search(search: Any, spaces: Any) -> dict[str, Any]:
    """Fields of everything that decides what a search evaluates, but for the data.

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
        "param_space": _text(search.param_space) if None in stored else stored,
        "n_iter": None if search.n_iter is None else int(search.n_iter),
        "strategy": _text(search.strategy),
        "batch_size": None if search.batch_size is None else int(search.batch_size),
        "initial_params": _text(search.initial_params),
        "scoring": _text(search.scoring),
        "refit": _text(search.refit) if isinstance(search.refit, str) else None,
        "error_score": _text(search.error_score),
        "return_train_score": bool(search.return_train_score),
        "random_state": (None if seed is None else int(seed)) if is_seed else "object",
    }


def describe_data(X: Any, y: Any, params: Any, splits: Any) -> dict[str, Any]:
    """Fields that tell one data set, and its folds, from another.

    Parameters
    ----------
    X, y : array-like
        The data.
    params : dict
        What else was passed to ``fit``, such as ``sample_weight``.
    splits : list of (train, test) index arrays
        The folds.

    Returns
    -------
    data : dict
        Shapes and fingerprints.
    """
    return {
        "shape": [_shape(X), _shape(y)],
        "fingerprint": [joblib.hash(X), joblib.hash(y)],
        "fit_params": joblib.hash(sorted(params.items())),
        "folds": joblib.hash([(np.asarray(a), np.asarray(b)) for a, b in splits]),
    }


def _shape(data: Any) -> list[int]:
    if data is None:
        return []
    return [int(k) for k in getattr(data, "shape", None) or [len(data)]]


def _text(value: Any) -> str:
    """Representation without addresses, which change from process to process."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", _whole(value))


def _whole(value: Any) -> str:
    if hasattr(value, "get_params") and not isinstance(value, type):
        own = sorted(value.get_params(deep=False).items())
        inner = ", ".join(f"{name}={_whole(one)}" for name, one in own)
        return f"{type(value).__name__}({inner})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k!r}: {_whole(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_whole(one) for one in value)}]"
    return repr(value)
