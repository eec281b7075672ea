"""Read one value of a `param_space` dict as a dimension."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from scipy.stats import rv_continuous, rv_discrete

from skbluetuna.space._categorical import Categorical
from skbluetuna.space._dimensions import (
    MOST_LINES,
    Dimension,
    Integer,
    Real,
    is_integer,
    is_number,
    quoted,
)
from skbluetuna.space._distribution import (
    Distribution,
    check_on_integers,
    is_discrete,
    rv_text,
)

__all__ = ["parse_dimension", "read_number"]

LOG_UNIFORM = ("loguniform", "reciprocal")  # scipy's two names for one distribution
SCALES = ("log", "log-uniform", "log_uniform", "loguniform", "reciprocal", "log10")
EXAMPLES = {
    "randint": "1, 101",
    "loguniform": "0.001, 1000.0",
    "reciprocal": "0.001, 1000.0",
}


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
        _check_no_range(spec)
        return Categorical(spec)  # type: ignore[arg-type]  # made a tuple inside
    if hasattr(spec, "ppf") or hasattr(spec, "rvs"):
        return _parse_distribution(spec)
    raise TypeError(
        "expected a range (low, high), a list of choices, a frozen scipy distribution "
        f"or a Real, Integer or Categorical; got {quoted(spec)}. A fixed value is a "
        f"list of one choice: {quoted([spec])}."
    )


def _parse_tuple(spec: tuple[Any, ...]) -> Dimension:
    if not any(is_number(item) for item in spec):
        _check_written(spec)
        return Categorical(spec)
    body = spec
    log = isinstance(spec[-1], str) and spec[-1] == "log"
    if log:
        body = spec[:-1]
    if len(body) not in (2, 3) or not all(is_number(item) for item in body):
        raise ValueError(
            "a tuple is a range (low, high), (low, high, 'log'), (low, high, n_splits) "
            "or (low, high, n_splits, 'log'), or holds choices none of which is a "
            f"number; got {quoted(spec)}. {_instead(spec)}"
        )
    low, high = body[:2]
    splits = {"n_splits": body[2]} if len(body) == 3 else {}
    if splits and not log:
        _check_lines(body)
    kind = Integer if is_integer(low) and is_integer(high) else Real
    return kind(low, high, log=log, **splits)


def _check_lines(spec: tuple[Any, ...]) -> None:
    """Refuse three numbers that look like choices, as other searches read a tuple."""
    if not is_integer(spec[2]) or spec[2] > MOST_LINES:
        is_count = is_integer(spec[2])
        rule = f"at most {MOST_LINES} here" if is_count else "an int"
        raise (ValueError if is_count else TypeError)(
            f"three numbers in a tuple are a range (low, high, n_splits), and n_splits "
            f"must be {rule}; got {quoted(spec)}. Choices are a list: "
            f"{quoted(list(spec))}."
        )


def _check_no_range(spec: Any) -> None:
    """Refuse a list of numbers and a scale, which is meant as a range."""
    if not isinstance(spec, list) or len(spec) not in (3, 4) or not _is_scale(spec[-1]):
        return
    if all(is_number(item) for item in spec[:-1]):
        raise ValueError(
            f"a list holds choices, and {spec[-1]!r} is no number; got {quoted(spec)}. "
            f"Write {quoted((*spec[:-1], 'log'))} for a range on a log scale."
        )


def _check_written(spec: tuple[Any, ...]) -> None:
    """Refuse a range of strings or decimals, which would be read as choices."""
    if len(spec) < 2:
        return
    numbers = [read_number(item) for item in spec]
    is_scale = _is_scale(spec[-1])
    if is_scale and len(spec) > 2:
        numbers.pop()
    if not any(number is None for number in numbers):
        kind = type(spec[0]).__name__
        written = (*numbers, *(("log",) if is_scale else ()))
        raise TypeError(
            f"the numbers of a range must be int or float, not {kind}; got "
            f"{quoted(spec)}. Write {quoted(written)} for a range, "
            f"{quoted(list(spec))} for choices."
        )


def _is_scale(item: Any, scales: tuple[str, ...] = SCALES) -> bool:
    return isinstance(item, str) and item.lower() in scales


def read_number(item: Any) -> Any:
    """The number that a string or a decimal stands for; None if it does for none."""
    if not isinstance(item, str | bytes | Decimal):
        return None
    text = item.decode("ascii", "replace") if isinstance(item, bytes) else str(item)
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _instead(spec: tuple[Any, ...]) -> str:
    """What to write in place of a tuple that is no range."""
    *body, last = spec
    read = [i if is_number(i) else read_number(i) for i in body]
    is_range = len(read) in (2, 3) and not any(number is None for number in read)
    if is_range and _is_scale(last):
        return f"Write {quoted((*read, 'log'))}."
    if is_range and _is_scale(last, ("uniform", "lin", "linear")):
        return f"Write {quoted(tuple(read))}."
    if is_range and len(read) == 2 and read_number(last) is not None:
        return f"Write {quoted((*read, read_number(last)))}, or a list for choices."
    whole = [i if is_number(i) else read_number(i) for i in spec]
    if len(whole) == 2 and not any(number is None for number in whole):
        ends = quoted(tuple(whole))
        return f"Write {ends} for a range, {quoted(list(spec))} for choices."
    return f"Write choices as a list: {quoted(list(spec))}."


def _parse_distribution(rv: Any) -> Dimension:
    """Read a distribution, or say what keeps it from being searched."""
    if isinstance(rv, rv_continuous | rv_discrete) and rv.shapes:
        raise TypeError(
            f"a scipy distribution must be frozen, with its parameters ({rv.shapes}); "
            f"got {rv.name}. Write scipy.stats.{rv.name}({_example(rv)})."
        )
    if isinstance(rv, type):
        raise TypeError(f"a distribution must be an object, not a class; got {rv!r}.")
    try:
        return _parse_frozen(rv)
    except (TypeError, ValueError):
        raise
    except Exception as error:
        raise ValueError(
            f"the quantiles of {rv_text(rv)} cannot be had: {error}"
        ) from error


def _example(rv: Any) -> str:
    return EXAMPLES.get(rv.name, str(rv.shapes))


def _support(rv: Any) -> tuple[Any, Any]:
    support = getattr(rv, "support", None)
    if not callable(support):
        return -np.inf, np.inf
    try:
        low, high = support()
    except Exception as error:  # scipy's own, of parameters it does not expect
        raise ValueError(f"{quoted(rv_text(rv))} has no support: {error}") from error
    return low, high


def _parse_frozen(rv: Any) -> Dimension:
    """Read a distribution: a range if its support is bounded, else its quantiles."""
    low, high = _support(rv)
    if np.ndim(low) or np.ndim(high):
        raise ValueError(f"a distribution must be of one variable; got {rv_text(rv)}.")
    if not (np.isfinite(low) and np.isfinite(high)):
        return Distribution(rv)
    if hasattr(rv, "xk"):  # rv_discrete(values=...): these numbers and no others
        return Categorical(np.asarray(rv.xk))  # type: ignore[arg-type]
    if is_discrete(rv):
        check_on_integers(rv)
        return Integer(int(low), int(high)) if low < high else Categorical((int(low),))
    log = getattr(getattr(rv, "dist", rv), "name", "") in LOG_UNIFORM
    return Real(float(low), float(high), log=log and low > 0)
