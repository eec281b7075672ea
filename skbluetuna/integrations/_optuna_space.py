"""Optuna's distributions as a space, and its values as the space has them."""

from typing import Any

from skbluetuna.integrations._steps import Steps
from skbluetuna.space import LARGEST_INT, Categorical, Dimension, Integer, Real, Space

__all__ = ["OptunaSpace", "dimension_of", "from_native", "to_native"]


def dimension_of(distribution: Any) -> Dimension:
    """Dimension of one distribution; that of its positions if it has steps."""
    if hasattr(distribution, "choices"):
        return Categorical(distribution.choices)
    steps = _steps(distribution)
    if steps is not None:
        return steps.dimension
    low, high = distribution.low, distribution.high
    kind = Integer if _is_int(distribution) and high <= LARGEST_INT else Real
    return kind(low, high, log=distribution.log)


def to_native(distribution: Any, value: Any) -> Any:
    """A value of a trial as `dimension_of` has it."""
    if hasattr(distribution, "choices"):  # by position: NaN does not equal itself
        return distribution.choices[int(distribution.to_internal_repr(value))]
    steps = _steps(distribution)
    return value if steps is None else steps.position(value)


def from_native(distribution: Any, native: Any) -> Any:
    """The inverse: a value as Optuna takes it."""
    steps = _steps(distribution)
    if steps is not None:
        return distribution.high if native == steps.n else steps.value(native)
    return round(native) if _is_int(distribution) else native


def _is_int(distribution: Any) -> bool:
    return isinstance(getattr(distribution, "step", None), int)


def _steps(distribution: Any) -> Steps | None:
    """The grid of a distribution with steps; integers on a log scale have none."""
    step = getattr(distribution, "step", None)
    if step is None or distribution.log:
        return None
    width = distribution.high - distribution.low
    return Steps(distribution.low, step, round(width / step))


class OptunaSpace:
    """A relative search space of Optuna.

    Parameters
    ----------
    distributions : dict of str to optuna.distributions.BaseDistribution
        What is sampled together; none with a single value.

    Attributes
    ----------
    space : Space
        The same.
    """

    def __init__(self, distributions: dict[str, Any]) -> None:
        self.distributions = distributions
        self.space = Space({n: dimension_of(d) for n, d in distributions.items()})

    def native(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """Configuration of the space; None if values lack a name or lie outside."""
        if not self.distributions.keys() <= values.keys():
            return None
        try:
            native = {n: to_native(d, values[n]) for n, d in self.distributions.items()}
        except (
            TypeError,
            ValueError,
            ArithmeticError,
        ):  # no value of that distribution
            return None
        return native if self.space.holds(native) else None

    def values(self, native: dict[str, Any]) -> dict[str, Any]:
        """Optuna's values of a configuration."""
        return {n: from_native(d, native[n]) for n, d in self.distributions.items()}
