"""Published ranges for the estimators of scikit-learn, XGBoost, LightGBM and CatBoost.

The ranges and their sources are data, ``space/ranges.toml``; here they are looked up.
"""

import inspect
import logging
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from skbluetuna.space import is_alike, quoted, when

__all__ = ["class_keys", "known_parts", "suggest_space"]

logger = logging.getLogger("skbluetuna")


def suggest_space(estimator: Any, *, search_all: bool = False) -> dict[str, Any]:
    """Ranges from the literature for an estimator's hyperparameters.

    A starting point to read and edit, and sooner narrow than wide: it is meant for 20
    to 200 evaluations. What the estimator was given in place of a default is kept, not
    searched; a line of the log (``"skbluetuna"``, level INFO) says what that is.

    Parameters
    ----------
    estimator : estimator object
        A gradient boosting, forest, tree, support vector, linear, neighbours, network
        or naive Bayes estimator of scikit-learn, XGBoost, LightGBM or CatBoost, of a
        subclass of these, or a pipeline or any other meta-estimator that contains some.
        Of a pipeline, steps of which nothing is known are left alone.
    search_all : bool, default=False
        Whether to search what the estimator was given, too.

    Returns
    -------
    param_space : dict
        A new dict, valid as `param_space` of :class:`BlueTunaSearchCV`. Names carry the
        prefix of the step that they belong to.

    Raises
    ------
    TypeError
        If it is not an estimator, or a class instead of an instance.
    ValueError
        If no ranges are known for it or for anything in it, or if all parameters that
        have ranges were given.

    See Also
    --------
    BlueTunaSearchCV : Searches the space.

    Notes
    -----
    Each range stands with its source in ``skbluetuna/space/ranges.toml``. Parameters
    that the estimator was given decide about others: the elastic net of
    ``LogisticRegression`` is searched for ``solver="saga"`` only, the width of a radial
    kernel is not with ``SVC(kernel="linear")``. A parameter that was given its default
    cannot be told from one that was not given. (CatBoost does not say its defaults:
    what it was given is kept.)

    Ranges in units of the target (``epsilon`` of a support vector regressor, say) and
    of the features (``gamma``) were published for standardised data.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skbluetuna import suggest_space
    >>> space = suggest_space(make_pipeline(StandardScaler(), KNeighborsClassifier()))
    >>> for name, spec in space.items():
    ...     print(name, spec)
    kneighborsclassifier__n_neighbors (1, 50, 'log')
    kneighborsclassifier__weights ['uniform', 'distance']
    kneighborsclassifier__p [1, 2]
    """
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise TypeError(
            "suggest_space needs an estimator, an object with get_params; "
            f"got {estimator!r}."
        )
    space: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    is_known = False
    for prefix, own in known_parts(estimator):
        is_known = True
        mine = {} if search_all else _given(own)
        kept |= {prefix + name: value for name, value in mine.items()}
        space |= _ranges(own, prefix, mine)
    if not is_known:
        raise ValueError(
            f"no ranges are known for {estimator!r}, nor for anything in it. Known "
            f"are {', '.join(sorted(name.partition('.')[2] for name in _families()))}, "
            "and pipelines of these; for others write param_space by hand."
        )
    told = ", ".join(f"{name}={quoted(value)}" for name, value in kept.items())
    if not space:
        raise ValueError(
            "nothing is left to search: the estimator was given all that has ranges, "
            f"{told}, and keeps it. suggest_space(estimator, search_all=True) is a "
            "param_space that searches these, too; or write one by hand."
        )
    if kept:
        logger.info(
            "suggest_space keeps what the estimator was given: %s "
            "(search_all=True searches it, too)",
            told,
        )
    return space


def known_parts(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Known estimators in this one, with the prefixes of their parameters."""
    if _ranges(estimator, "", {}):
        yield "", estimator
        return
    found: list[str] = []
    nested = estimator.get_params(deep=True)
    for name in sorted(nested, key=lambda name: name.count("__")):  # parents first
        prefix = f"{name}__"
        if prefix.startswith(tuple(found)):
            continue  # of an estimator that was recognised as a whole
        if _ranges(nested[name], prefix, {}):
            found.append(prefix)
            yield prefix, nested[name]


def _given(estimator: Any) -> dict[str, Any]:
    """Parameters with a range that have another value than the default."""
    own, usual = estimator.get_params(deep=False), _usual(type(estimator))
    found = {}
    for title, entry in _family(estimator).items():
        for name in (title, *entry.get("aliases", ())):
            if name in own and not (name in usual and is_alike(own[name], usual[name])):
                found[name] = own[name]
    return found


def _usual(cls: type) -> dict[str, Any]:
    """Defaults of a class, or of its nearest ancestor that can be made from nothing."""
    for parent in cls.__mro__:
        try:
            return dict(parent().get_params(deep=False))
        except Exception:  # it needs arguments, or is no estimator
            continue
    return {}


@cache
def _families() -> dict[str, dict[str, Any]]:
    """Ranges of each known class, by "package.Class"."""
    text = files("skbluetuna.space").joinpath("ranges.toml").read_text("utf-8")
    families: dict[str, dict[str, Any]] = {}
    for title, family in tomllib.loads(text).items():
        if title != "sources":
            classes = family.pop("classes")
            families |= dict.fromkeys(classes, family)
    return families


def _ranges(estimator: Any, prefix: str, given: dict[str, Any]) -> dict[str, Any]:
    """Space of an estimator's own parameters but for those that are given and kept."""
    family = _family(estimator)
    if not family:
        return {}
    own = estimator.get_params(deep=False)
    searched = {title for title, e in family.items() if not _is_kept(title, e, given)}
    space: dict[str, Any] = {}
    for title, entry in family.items():
        if title not in searched or _is_left_out(entry, own, searched):
            continue
        name = next((a for a in entry.get("aliases", ()) if a in own), title)
        spec = _spec(entry)
        for parent, values in entry.get("when", {}).items():
            if prefix + parent in space:
                spec = when(prefix + parent, values, spec)
            elif own.get(parent) not in values:
                break
        else:
            if name in own or _accepts(estimator, name):
                space[prefix + name] = spec
    return space


def _is_kept(title: str, entry: dict[str, Any], given: dict[str, Any]) -> bool:
    return any(name in given for name in (title, *entry.get("aliases", ())))


def _is_left_out(
    entry: dict[str, Any], own: dict[str, Any], searched: set[str]
) -> bool:
    """Whether what the estimator was given leaves no place for a parameter."""
    unless = entry.get("unless", {}).items()
    return (
        any(own.get(name) in v for name, v in unless if name not in searched)
        or any(own.get(name) is not None for name in entry.get("unset", ()))
        or not searched.issuperset(entry.get("with", ()))
    )


def _family(estimator: Any) -> dict[str, Any]:
    """Entry of the estimator's class or its nearest known ancestor."""
    return next((_families()[k] for k in class_keys(estimator) if k in _families()), {})


def class_keys(estimator: Any) -> list[str]:
    """Names of an estimator's class and its ancestors as the data files write them."""
    return [
        f"{cls.__module__.partition('.')[0]}.{cls.__name__}"
        for cls in type(estimator).__mro__
    ]


def _spec(entry: dict[str, Any]) -> Any:
    """Range or choices in the notation of a `param_space`, always a new object."""
    if "range" in entry:
        return tuple(entry["range"])
    # TOML has no tuples, and a choice that is a list could be changed in place.
    return [tuple(c) if isinstance(c, list) else c for c in entry["choices"]]


def _accepts(estimator: Any, name: str) -> bool:
    """Whether the constructor takes a parameter; a subclass may have dropped it.

    Asked where ``get_params`` does not tell: CatBoost's lists only what was set.
    """
    signature = inspect.signature(type(estimator)).parameters
    return name in signature or any(p.kind is p.VAR_KEYWORD for p in signature.values())
