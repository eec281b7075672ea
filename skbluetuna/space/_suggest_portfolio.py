"""Configurations that are good starts of well-known classifiers, taken together.

The configurations and how they were found are data, ``space/portfolios.toml``; here
they are looked up.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from skbluetuna.space._space import Space
from skbluetuna.space._suggest import class_keys, known_parts, suggest_space

__all__ = ["WellKnown", "suggest_portfolio", "well_known"]

Params = dict[str, Any]

PER_FEATURE = ("gamma",)  # a multiple of 1 / n_features in the data
SEVERAL = (
    "a portfolio is one estimator's; the one of {} is not for {!r}, in which several "
    "parts are searched. Write initial_params by hand."
)
NOT_WHOLE = (
    "the portfolio of {0} names {1}, which suggest_space does not search in this one, "
    "and configurations are good as wholes. Leave {1}, and what decides about it, at "
    "the default, or write initial_params by hand."
)


class WellKnown(NamedTuple):
    """What a portfolio says of an estimator: configurations, or why there are none.

    Parameters
    ----------
    configurations : tuple of dicts
        The best one first; names carry the prefix of their step.
    title : str
        Class that they are of; "" if none is known.
    reason : str
        Why there are none; "" if there are some.
    """

    configurations: tuple[Params, ...] = ()
    title: str = ""
    reason: str = ""


def suggest_portfolio(
    estimator: Any, *, n_features: int | None = None
) -> list[dict[str, Any]]:
    """Up to five configurations that are good starts of a classifier, taken together.

    They lie in the space of :func:`suggest_space`. A search whose `param_space` is left
    out begins with them by itself; ``initial_params=[]`` turns that off.

    Parameters
    ----------
    estimator : estimator object
        A classifier that has a portfolio (see Notes) or of a subclass of one, or a
        pipeline or any other meta-estimator that contains one.
    n_features : int or None, default=None
        Number of columns that reach the estimator. Only the width of a radial kernel
        depends on it: `gamma` is a multiple of ``1 / n_features``. None: the median of
        the tables.

    Returns
    -------
    portfolio : list of dicts
        New dicts, the best one first, each with all parameters that apply: valid as
        `initial_params` of :class:`BlueTunaSearchCV`.

    Raises
    ------
    TypeError
        If it is not an estimator, or a class instead of an instance; or if `n_features`
        is not an int.
    ValueError
        If nothing is known of it or of anything in it; if it was given a parameter that
        the portfolio names, as configurations are good as wholes; or if `n_features`
        is not positive.

    See Also
    --------
    suggest_space : The ranges that they lie in.

    Notes
    -----
    Classifiers of XGBoost and LightGBM, ``SVC`` and k nearest neighbours; those of the
    last two were learned behind a ``StandardScaler``. Forests, extra trees, histogram
    gradient boosting and logistic regression have none: on other tables than it was
    made from, a portfolio gained them nothing.

    Found by ``python -m benchmarks portfolio`` from runs on open tables: one after the
    other, each the one that lowers the mean regret over tables and four metrics
    (accuracy, balanced accuracy, AUC, log loss) most, given what a search begins with
    anyway. Tables, regrets and versions stand in ``skbluetuna/space/portfolios.toml``;
    ``doc/past_searches.md`` says what that is worth.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skbluetuna import suggest_portfolio
    >>> portfolio = suggest_portfolio(KNeighborsClassifier())
    >>> 1 <= len(portfolio) <= 5
    True
    >>> sorted(portfolio[0])
    ['n_neighbors', 'p', 'weights']
    """
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise TypeError(
            "suggest_portfolio needs an estimator, an object with get_params; "
            f"got {estimator!r}."
        )
    n = _checked(n_features)
    if not _families_in(estimator):
        raise ValueError(
            f"no portfolio is known for {estimator!r}, nor for anything in it. Known "
            f"are {', '.join(sorted(name.partition('.')[2] for name in _families()))}, "
            "and pipelines of one of these; for others write initial_params by hand."
        )
    known = well_known(estimator, Space(suggest_space(estimator)), n)
    if known.reason:
        raise ValueError(known.reason)
    return list(known.configurations)


def _checked(n_features: Any) -> int | None:
    if n_features is None:
        return None
    if isinstance(n_features, bool) or not hasattr(n_features, "__index__"):
        raise TypeError(f"n_features must be an int or None; got {n_features!r}.")
    if n_features < 1:
        raise ValueError(f"n_features must be at least 1; got {n_features!r}.")
    return int(n_features)


def well_known(estimator: Any, space: Space, n_features: int | None) -> WellKnown:
    """What a portfolio says of an estimator, in the space that `suggest_space` gives.

    Parameters
    ----------
    estimator : estimator object
        What is searched.
    space : Space
        Its space.
    n_features : int or None
        Number of its columns; None for that of a usual table.
    """
    found = _families_in(estimator)
    if not found:
        return WellKnown()
    prefix, title, family = found[0]
    if len(list(known_parts(estimator))) > 1:
        return WellKnown((), title, SEVERAL.format(title, estimator))
    told = {name for one in family["configurations"] for name in one}
    lacking = sorted(name for name in told if prefix + name not in space.names)
    if lacking:
        return WellKnown((), title, NOT_WHOLE.format(title, ", ".join(lacking)))
    n = family["n_features"] if n_features is None else n_features
    dims = dict(zip(space.names, space.dimensions, strict=True))
    placed = tuple(
        {
            prefix + name: _at(dims[prefix + name], value, name in PER_FEATURE, n)
            for name, value in one.items()
        }
        for one in family["configurations"]
    )
    return WellKnown(placed, title)


def _at(dim: Any, value: Any, is_per_feature: bool, n_features: int) -> Any:
    if not is_per_feature:
        return dim.native(value)
    low, high = dim.from_unit(0.0), dim.from_unit(1.0)
    return min(max(value / n_features, low), high)


def _families_in(estimator: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Prefix, class and data of each part that has a portfolio."""
    return [
        (prefix, key.partition(".")[2], _families()[key])
        for prefix, own in known_parts(estimator)
        for key in [k for k in class_keys(own) if k in _families()][:1]
    ]


@cache
def _families() -> dict[str, dict[str, Any]]:
    """Portfolio of each class that has one, by "package.Class"."""
    text = files("skbluetuna.space").joinpath("portfolios.toml").read_text("utf-8")
    families = tomllib.loads(text)
    del families["made"]
    return {family["class"]: family for family in families.values()}
