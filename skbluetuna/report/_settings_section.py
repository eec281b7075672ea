"""What it takes to repeat a search: a constructor call, versions, and what to know."""

import inspect
import platform
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import Any
from xml.etree.ElementTree import Element

from skbluetuna._utils._hidden import masked
from skbluetuna._version import __version__
from skbluetuna.report._code import Code
from skbluetuna.report._html import table, tag
from skbluetuna.report._scores import scores_of
from skbluetuna.report._values import counted

__all__ = ["settings_section"]

# They say where and how a search runs, not what it finds.
NOT_ITS_RESULT = ("checkpoint", "warm_start", "verbose", "pre_dispatch", "n_retries")


def settings_section(search: Any) -> list[Element]:
    """Code, notes and versions."""
    notes = [tag("li", note) for note in _notes(search)]
    versions = [[name, own] for name, own in _versions(search).items()]
    return [
        tag("pre", tag("code", constructor_call(search))),
        tag("h3", "The best configuration"),
        tag("pre", tag("code", _best_params(search))),
        tag("h3", "What else it depends on"),
        tag("ul", *notes),
        table("Versions", ["package", "version"], versions),
    ]


def constructor_call(search: Any) -> str:
    """Python code of the same search, with the seed that was used."""
    usual = inspect.signature(type(search)).parameters
    arguments = {
        name: value
        for name, value in search.get_params(deep=False).items()
        if name not in NOT_ITS_RESULT and not _is_usual(value, usual[name].default)
    }
    arguments.pop("random_state", None)
    given = {"estimator": arguments.pop("estimator")}
    given |= arguments | {"random_state": search.tuner_.seed}
    code = Code()
    order = [name for name in usual if name in given]  # as the signature has them
    name = type(search).__name__
    own = {key: masked(given[key]) for key in order}
    text = code.call(f"search = {name}", own)
    code.expression(type(search))  # for its import
    return f"{code.head}\n\n{text}\nsearch.fit(X, y){_shape(search)}"


def _is_usual(value: Any, default: Any) -> bool:
    if default is inspect.Parameter.empty:
        return False
    return value is default or (
        type(value) is type(default) and repr(value) == repr(default)
    )


def _shape(search: Any) -> str:
    shape = getattr(search, "_data_shape", None)
    if not shape:
        return ""
    columns = f", {shape[1]} columns" if len(shape) > 1 else ""
    return f"  # X: {shape[0]} rows{columns}"


def _best_params(search: Any) -> str:
    best = scores_of(search).best
    if best is None:
        return "# No configuration has a score."
    params = search.cv_results_["params"][best]  # with the resource, if it is one
    code = Code()
    text = code.expression(masked(dict(params)), before=len("best_params = "))
    return f"{code.head}\n\nbest_params = {text}".lstrip()


def _notes(search: Any) -> list[str]:
    """What the call does not say."""
    n = counted(len(search.tuner_.trials), "configuration")
    if search.tuner_.ladder is not None:
        n = counted(len(search.tuner_.trials), "evaluation")
        n += f" that cost {search.tuner_.history.spent:.3g} full ones"
    reason = getattr(search, "stop_reason_", None)
    notes = [
        f"The seed of the search was {search.tuner_.seed}; it is the random_state of "
        "the call. The estimator, the folds and the data may have seeds of their own."
    ]
    if reason in ("n_iter", "exhausted"):
        why = "the budget was spent" if reason == "n_iter" else "the space has no more"
        notes.append(f"It ended after {n}: {why}.")
    elif reason is not None:
        notes.append(
            f"It ended after {n}, stopped by {reason}: repeated, it may end sooner or "
            "later."
        )
    if len(search.tuner_.history.budgets) > 1:
        notes.append(
            "Its budget was raised on the way; a search that has all of it from the "
            "start may ask other trials."
        )
    best = scores_of(search).best
    if best is not None and "refit_iterations" in search.cv_results_:
        n_rounds = search.cv_results_["refit_iterations"][best]
        notes.append(
            f"Fitted to all rows, the best configuration makes {n_rounds:g} rounds "
            "without stopping early; best_params does not name them."
        )
    if search.param_space is None:
        notes.append(
            "The space was that of suggest_space for the estimator, in the version "
            "below."
        )
    return notes


def _versions(search: Any) -> dict[str, str]:
    """Versions of Python, of this package, and of all that the estimators come from."""
    found = {"Python": platform.python_version(), "skbluetuna": __version__}
    modules = {"sklearn", "numpy", "scipy", "joblib"} | _modules(search)
    names = packages_distributions()
    for module in sorted(modules & set(names)):
        for package in names[module]:
            try:
                found[package] = version(package)
            except PackageNotFoundError:
                continue
    return found


def _modules(search: Any) -> set[str]:
    """Top modules of the estimator, of its steps and of the space's choices."""
    objects = [search.estimator, *search.estimator.get_params(deep=True).values()]
    for space in search.tuner_.spaces:
        for dimension in space.dimensions:
            objects += getattr(dimension, "choices", ())
    tops = {type(one).__module__.partition(".")[0] for one in objects}
    return (tops & set(sys.modules)) - {"builtins", "__main__", "skbluetuna"}
