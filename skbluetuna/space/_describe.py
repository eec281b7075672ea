"""A space in words, as a small table: how each entry was read."""

from typing import Any

from skbluetuna._utils._hidden import HIDDEN, hides, masked
from skbluetuna.space._categorical import Categorical
from skbluetuna.space._dimensions import N_SPLITS, Dimension, Integer, Real, quoted
from skbluetuna.space._distribution import Distribution, rv_text

__all__ = ["describe", "reading"]

WIDEST = 60  # of the choices of one parameter
LONGEST_NAME = 40


def describe(space: Any) -> str:
    """How each entry of a space was read, one aligned line for each parameter.

    Secrets are hidden, as this stands in logs.

    Parameters
    ----------
    space : Space, or sequence of these
        The space, or its alternatives.

    Returns
    -------
    table : str
        Names, what may be tried, and the conditions under which; then the relations.

    Examples
    --------
    >>> from skbluetuna import Space, when
    >>> space = {"kernel": ["rbf", "poly"], "C": (0.1, 10.0, "log")}
    >>> print(describe(Space(space | {"degree": when("kernel", "poly", (2, 5))})))
    kernel  one of 'rbf', 'poly'
    C       floats from 0.1 to 10.0, log scale
    degree  integers from 2 to 5, where 'kernel' is 'poly'
    """
    if isinstance(space, tuple | list):
        parts = [describe(one) for one in space]
        if len(parts) == 1:
            return parts[0]
        parts = [part.replace("\n", "\n  ") for part in parts]
        return "\n".join(f"alternative {i}\n  {part}" for i, part in enumerate(parts))
    width = min(LONGEST_NAME, max(map(len, space.names)))
    columns = zip(space.names, space.dimensions, space.conditions, strict=True)
    lines = [
        f"{name:<{width}}  {HIDDEN if hides(name, dim) else reading(dim)}"
        + "".join(f", where {shown_condition(one)}" for one in conditions)
        for name, dim, conditions in columns
    ]
    if space.relations:
        lines.append(f"constraints: {', '.join(map(repr, space.relations))}")
    return "\n".join(lines)


def shown_condition(condition: Any) -> str:
    """A condition, short; the values of a secret hidden."""
    if any(hides(condition.parent, value) for value in condition.values):
        return f"{condition.parent!r} is {HIDDEN}"
    text = " ".join(str(condition).split())
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."


def reading(dim: Dimension) -> str:
    """What may be tried of one parameter."""
    if isinstance(dim, Categorical):
        return _choices(dim)
    if isinstance(dim, Real | Integer):
        kind = "floats" if isinstance(dim, Real) else "integers"
        text = f"{kind} from {dim.low!r} to {dim.high!r}"
        text += ", log scale" if dim.log else ""
    elif isinstance(dim, Distribution):
        ends = f"{dim.from_unit(0.0):.4g} to {dim.from_unit(1.0):.4g}"
        text = f"{rv_text(dim.rv)} from {ends}"
    else:
        text = repr(dim)
    return text if dim.n_splits == N_SPLITS else f"{text}, n_splits={dim.n_splits}"


def _choices(dim: Categorical) -> str:
    """The choices on one line; of many the first."""
    n, texts = len(dim.choices), list[str]()
    for choice in masked(dim.choices):
        text = " ".join(quoted(choice).split())
        text = repr(choice) if isinstance(choice, str) and len(text) < WIDEST else text
        if texts and len(", ".join([*texts, text])) > WIDEST:
            break
        texts.append(text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}...")
    if n == 1:
        return f"always {texts[0]}"
    more = f", ... ({n} in all)" if len(texts) < n else ""
    order = " in this order" if dim.is_ordered and n > 2 else ""
    return f"one of {', '.join(texts)}{more}{order}"
