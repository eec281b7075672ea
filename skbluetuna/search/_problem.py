"""What makes two searches the same: field by field, as JSON values."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

import joblib
import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from skbluetuna._utils._hidden import HIDDEN, hides
from skbluetuna.search._ensembling import refits_ensemble
from skbluetuna.space import (
    Categorical,
    Forbid,
    Relation,
    Satisfies,
    encode_space,
)

__all__ = ["Problem", "choice_key", "problem_of"]

PLAIN = (str, bytes, int, float, complex, type, type(None), type(...))


class Problem(NamedTuple):
    """What a search evaluates, field by field as JSON values, secrets hidden."""

    scores: dict[str, Any]  # what a score means: who is scored, and how
    settings: dict[str, Any]  # what decides which candidates are evaluated
    data: dict[str, Any]  # what they are evaluated on
    choices: list[list[Any]]  # of each alternative's parameters, see `_choices_of`
    secret: str  # what was hidden of `scores`; not to be written down
    settings_secret: str  # the same of `settings`


def problem_of(
    search: Any, spaces: Any, folds: Any, data: Any, resource: Any = None
) -> Problem:
    """Fields of everything that decides what a search evaluates.

    The budget is none of them: a search may be given another one.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search.
    spaces : tuple of Space
        Its alternatives.
    folds : Folds
        The folds. Those that can not be drawn again are told by their splitter.
    data : FitData
        What ``fit`` was given.
    resource : Resource or None, default=None
        What candidates may spend.

    Returns
    -------
    problem : Problem
        The fields.
    """
    stored = [encode_space(space) for space in spaces]
    secrets: list[str] = []
    own_secrets: list[str] = []  # of the space, which may be another one
    seed = search.random_state
    is_seed = seed is None or isinstance(seed, int | np.integer)
    refit = search.refit
    is_metric = isinstance(refit, str) and not refits_ensemble(search)
    scores = {
        "estimator": _text(search.estimator, secrets),
        "scoring": _text(search.scoring, secrets),
        "refit": _text(refit, secrets) if is_metric else None,
        "error_score": _text(search.error_score, secrets),
        "return_train_score": bool(search.return_train_score),
        # A score is one by the full resource.
        "objectives": None if search.objectives is None else list(search.objectives),
        "early_stopping": _text(search.early_stopping),
        "resource": None
        if resource is None or resource.is_own
        else [resource.name, resource.ladder.full],
    }
    settings = {
        "param_space": [
            _text(_named(own), own_secrets) if one is None else one
            for one, own in zip(stored, spaces, strict=True)
        ],
        "strategy": _text(search.strategy, own_secrets),
        "initial_params": _text(search.initial_params, own_secrets),
        "constraints": [
            [_relation_text(one, own_secrets) for one in space.relations]
            for space in spaces
        ],
        "resource": None
        if resource is None
        else [resource.name, list(resource.ladder.rungs)],
        "racing": None if search.racing is None else float(search.racing),
        "history": search.history is not None,  # what was taken of it, a header has
        "random_state": (None if seed is None else int(seed)) if is_seed else "object",
    }
    choices = [_choices_of(space) for space in spaces]
    return Problem(
        _as_json(scores),
        _as_json(settings),
        _as_json(_describe_data(folds, data)),
        _as_json(choices),
        "\n".join(secrets),
        "\n".join(own_secrets),
    )


def _relation_text(relation: Relation, secrets: list[str]) -> str:
    """A relation as the code that makes it; a function is told by its own code."""
    if isinstance(relation, Forbid):
        return f"forbid {_text(dict(relation.values), secrets)}"
    if isinstance(relation, Satisfies):
        return _text(relation.function, secrets)
    return repr(relation)


def _choices_of(space: Any) -> list[list[Any]]:
    """Name and choices of each parameter: how a later space knows them again.

    A number stands as it is, any other choice as its text; None for a range.
    """
    return [
        [name, _known_choices(name, dim)]
        for name, dim in zip(space.names, space.dimensions, strict=True)
    ]


def _known_choices(name: str, dim: Any) -> list[Any] | None:
    if not isinstance(dim, Categorical):
        return None
    keys = [(choice, choice_key(choice)) for choice in dim.choices]
    # No later space knows a secret again.
    return [None if hides(name, one) else key for one, key in keys]


def choice_key(choice: Any) -> Any:
    """A number as it is, any other choice as its text; None if that holds a secret."""
    if type(choice) in (int, float) and math.isfinite(choice):
        return choice
    secrets: list[str] = []
    text = _text(choice, secrets)
    return None if secrets else text


def _as_json(value: Any) -> Any:
    """The value as it will be read back."""
    return json.loads(json.dumps(value, allow_nan=False))


def _named(space: Any) -> dict[str, Any]:
    """Dimensions and conditions of a space by the names of the parameters."""
    pairs = zip(space.dimensions, space.conditions, strict=True)
    return dict(zip(space.names, pairs, strict=True))


def _describe_data(folds: Any, data: Any) -> dict[str, Any]:
    """Shapes and fingerprints that tell one data set, and its folds, from another."""
    pairs = [(np.asarray(train), np.asarray(test)) for train, test in folds.splits]
    return {
        "shape": [_shape(data.X), _shape(data.y)],
        "fingerprint": [_fingerprint(data.X), _fingerprint(data.y)],
        "fit_params": joblib.hash(sorted(data.params.items())),
        "folds": joblib.hash(pairs)
        if folds.is_repeatable
        else _called(folds.cv, _settings(folds.cv)),
    }


def _shape(data: Any) -> list[int]:
    if data is None:
        return []
    return [int(k) for k in getattr(data, "shape", None) or [len(data)]]


def _fingerprint(data: Any) -> Any:
    """Hash of data, also of a sparse matrix whose entries estimators sort in place."""
    if not sparse.issparse(data):
        return joblib.hash(data)
    rows: Any = sparse.csr_array(data, copy=True)  # type: ignore[call-overload]
    rows.sum_duplicates()
    return joblib.hash([rows.shape, rows.data, rows.indices, rows.indptr])


def _settings(splitter: Any) -> str:
    """A splitter's attributes, but for the state of a generator."""
    own = vars(splitter).items()
    return ", ".join(f"{name}={_text(v)}" for name, v in own if name != "random_state")


def _text(value: Any, secrets: list[str] | None = None) -> str:
    """The value in full, without addresses, which change from process to process.

    What its name says is a secret is put among the secrets instead.
    """
    whole = _whole(value, {}, [] if secrets is None else secrets)
    return re.sub(r" at 0x[0-9a-fA-F]+", "", whole)


def _whole(value: Any, known: dict[int, tuple[str, Any]], secrets: list[str]) -> str:
    """Text that differs where values differ.

    What was seen before is known by its id (and held, so that the id stays its own).
    """
    if isinstance(value, PLAIN):
        return repr(value)
    if id(value) not in known:
        known[id(value)] = "...", value  # if it contains itself
        known[id(value)] = _compose(value, known, secrets), value
    return known[id(value)][0]


def _compose(value: Any, known: dict[int, tuple[str, Any]], secrets: list[str]) -> str:
    parts = _parts(value)
    if parts is None:
        return _opaque(value)
    condition = getattr(value, "parent", "")  # which names values of another parameter
    told = []
    for name, part in parts.items():
        text = _whole(part, known, secrets)
        if hides(condition or name, part):
            secrets.append(text)
            text = repr(HIDDEN)
        told.append(text if isinstance(name, int) else f"{name}={text}")
    text = ", ".join(told)
    if isinstance(value, FunctionType):
        return f"{value.__qualname__} {joblib.hash(text)}"
    return f"[{text}]" if isinstance(value, list | tuple) else _called(value, text)


def _called(value: Any, text: str) -> str:
    return f"{type(value).__qualname__}({text})"


def _parts(value: Any) -> dict[Any, Any] | None:  # noqa: PLR0911
    """What a value is made of, by name or place; None if it is told as a whole."""
    if isinstance(value, list | tuple):
        return dict(enumerate(value))
    if isinstance(value, set | frozenset):  # in an order that holds in any process
        return dict(enumerate(sorted(value, key=repr)))
    if isinstance(value, Mapping):
        return {repr(name): part for name, part in value.items()}
    if isinstance(value, FunctionType | MethodType | CodeType | partial):
        return _parts_of_code(value)
    if hasattr(value, "rvs") and hasattr(value, "kwds"):  # frozen, of scipy
        return {"dist": value.dist.name, "args": value.args, "kwds": value.kwds}
    # A frozen estimator, which clones in its own way, is more than its parameters.
    clone = getattr(type(value), "__sklearn_clone__", BaseEstimator.__sklearn_clone__)
    if hasattr(value, "get_params") and clone is BaseEstimator.__sklearn_clone__:
        return dict(sorted(value.get_params(deep=False).items()))
    if is_dataclass(value):
        return {own.name: getattr(value, own.name) for own in fields(value)}
    return dict(vars(value)) if hasattr(value, "_score_func") else None  # a scorer


def _parts_of_code(value: Any) -> dict[Any, Any]:
    """What decides what a function does, but for what may change between calls."""
    if isinstance(value, MethodType):
        return {"func": value.__func__, "self": value.__self__}
    if isinstance(value, partial):
        return {"func": value.func, "args": value.args, "keywords": value.keywords}
    if isinstance(value, CodeType):
        return dict(enumerate((value.co_code, value.co_names, value.co_consts)))
    cells = [cell.cell_contents for cell in value.__closure__ or () if _is_full(cell)]
    fixed = [one for one in cells if isinstance(one, (*PLAIN, tuple, FunctionType))]
    return {"code": value.__code__, "defaults": value.__defaults__, "cells": fixed}


def _is_full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _opaque(value: Any) -> str:
    """Text of an array, a table, a generator, or an object of the user's own."""
    try:
        return f"{type(value).__name__} {joblib.hash(value)}"
    except Exception:  # what can not be pickled is told by what it says of itself
        return repr(value)
