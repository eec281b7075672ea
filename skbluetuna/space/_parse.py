"""Read one value of a `param_space` dict as a dimension."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skbluetuna.space._categorical import Categorical
from skbluetuna.space._dimensions import (
    Dimension,
    Integer,
    Real,
    is_integer,
    is_number,
    shown,
)
from skbluetuna.space._distribution import (
    Distribution,
    check_on_integers,
    describe,
    is_discrete,
)

__all__ = ["parse_dimension"]

LOG_UNIFORM = ("loguniform", "reciprocal")  # scipy's two names for one distribution


def parse_dimension(name: str, spec: Any) -> Dimension:
    """Read what the user wrote for one hyperparameter.

    Parameters
    ----------
    name : str
        Name of the hyperparameter, for error messages.
    spec : object
        ``(low, high)``, ``(low, high, "log")``, ``(low, high, n_splits)``,
        ``(low, high, n_splits, "log")``, a list or array of choices, a tuple without
        numbers (choices too), a frozen scipy distribution, or a dimension.

    Returns
    -------
    dimension : Real, Integer, Categorical or Distribution
        The same, spelled out.

    Raises
    ------
    ValueError, TypeError
        If `spec` is none of these; the message names the parameter.
    """
    try:
        return _parse(spec)
    except (TypeError, ValueError) as error:
        raise type(error)(f"param_space[{name!r}]: {error}") from error


def _parse(spec: Any) -> Dimension:
    if isinstance(spec, Real | Integer | Categorical | Distribution):
        return spec
    if isinstance(spec, tuple):
        return _parse_tuple(spec)
    if isinstance(spec, np.ndarray) or (
        isinstance(spec, Sequence) and not isinstance(spec, str | bytes)
    ):
        return Categorical(spec)  # type: ignore[arg-type]  # made a tuple inside
    if hasattr(spec, "ppf") or hasattr(spec, "rvs"):
        return _parse_distribution(spec)
    raise TypeError(
        "expected a range (low, high), a list of choices, a frozen scipy distribution "
        f"or a Real, Integer or Categorical; got {shown(spec)}. A fixed value is a "
        "list of one choice."
    )


def _parse_tuple(spec: tuple[Any, ...]) -> Dimension:
    if not any(is_number(item) for item in spec):
        return Categorical(spec)
    body = spec
    log = isinstance(spec[-1], str) and spec[-1] == "log"
    if log:
        body = spec[:-1]
    if len(body) not in (2, 3) or not all(is_number(item) for item in body):
        raise ValueError(
            "a tuple is a range (low, high), (low, high, 'log'), (low, high, n_splits) "
            "or (low, high, n_splits, 'log'), or holds choices none of which is a "
            f"number; got {shown(spec)}. Write choices as a list."
        )
    low, high = body[:2]
    splits = {"n_splits": body[2]} if len(body) == 3 else {}
    kind = Integer if is_integer(low) and is_integer(high) else Real
    return kind(low, high, log=log, **splits)


def _parse_distribution(rv: Any) -> Dimension:
    """Read a distribution: a range if its support is bounded, else its quantiles."""
    support = getattr(rv, "support", None)
    low, high = support() if callable(support) else (-np.inf, np.inf)
    if np.ndim(low) or np.ndim(high):
        raise ValueError(f"a distribution must be of one variable; got {describe(rv)}.")
    if not (np.isfinite(low) and np.isfinite(high)):
        return Distribution(rv)
    if hasattr(rv, "xk"):  # rv_discrete(values=...): these numbers and no others
        return Categorical(np.asarray(rv.xk))  # type: ignore[arg-type]
    if is_discrete(rv):
        check_on_integers(rv)
        return Integer(int(low), int(high)) if low < high else Categorical((int(low),))
    log = getattr(getattr(rv, "dist", rv), "name", "") in LOG_UNIFORM
    return Real(float(low), float(high), log=log and low > 0)
