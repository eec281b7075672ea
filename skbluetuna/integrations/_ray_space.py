"""Ray Tune's search spaces, read as ours, and configurations as Ray has them."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scipy.stats import norm

from skbluetuna.space import Categorical, Distribution, Integer, Real

__all__ = ["Axis", "axes_of", "check_whole", "from_config", "to_config"]


class Axis(NamedTuple):
    """One domain of a Ray space: where it stands, and what is searched for it."""

    path: tuple[str, ...]  # keys in the nested config
    spec: Any  # as `param_space` takes it
    step: Any = None  # spec counts in steps of so much; None: as it is

    @property
    def name(self) -> str:
        """Name of the hyperparameter, as Ray shows it."""
        return "/".join(self.path)


def axes_of(config: Mapping[str, Any]) -> list[Axis]:
    """Read the domains of a config; what is fixed in it is left out.

    Raises
    ------
    ValueError
        If a domain cannot be searched; the message names it.
    """
    axes = []
    for path, domain in _domains(config, ()):
        name = "/".join(path)
        try:
            axes.append(Axis(path, *_read(domain)))
        except (TypeError, ValueError) as error:
            raise type(error)(f"param_space[{name!r}]: {error}") from error
    return axes


def check_whole(space: Any) -> None:
    """Refuse a space in which some values are Ray's domains and others are not.

    Raises
    ------
    ValueError
        If there is such a value; the message names it.
    """
    if not isinstance(space, Mapping) or not any(_domains(space, ())):
        return
    for path, value in _leaves(space, ()):
        if not _is_domain(value):
            raise ValueError(
                f"space[{'/'.join(path)!r}] must be one of Ray's domains, as others "
                f"are; got {value!r}. Fixed values belong to param_space of tune.Tuner."
            )


def to_config(axes: list[Axis], params: Mapping[str, Any]) -> dict[str, Any]:
    """Nested config of a configuration; names that no axis has stay where they are."""
    known = {axis.name: axis for axis in axes}
    config: dict[str, Any] = {}
    for name, native in params.items():
        axis = known.get(name, Axis((name,), None))
        inner = config
        for key in axis.path[:-1]:
            inner = inner.setdefault(key, {})
        inner[axis.path[-1]] = _value(axis, native)
    return config


def from_config(axes: list[Axis], config: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters that a nested config has; without axes it is taken as it is."""
    if not axes:
        return dict(config)
    found = {}
    for axis in axes:
        value: Any = config
        for key in axis.path:
            value = value.get(key, axis) if isinstance(value, Mapping) else axis
        if value is not axis:
            found[axis.name] = value if axis.step is None else _position(axis, value)
    return found


def _position(axis: Axis, value: Any) -> Any:
    is_counted = not isinstance(axis.spec, Distribution)
    return round(value / axis.step) if is_counted else value


def _value(axis: Axis, native: Any) -> Any:
    if axis.step is None:
        return native
    is_counted = not isinstance(axis.spec, Distribution)
    return (native if is_counted else round(native / axis.step)) * axis.step


def _domains(
    config: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Domains of a nested config, with their places."""
    return (leaf for leaf in _leaves(config, path) if _is_domain(leaf[1]))


def _leaves(
    config: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk a nested config down to its domains and fixed values."""
    for key, value in config.items():
        own = (*path, str(key))
        if isinstance(value, Mapping) and not _is_domain(value):
            yield from _leaves(value, own)
        else:
            yield own, value


def _is_domain(value: Any) -> bool:
    return hasattr(value, "get_sampler") or _is_grid(value)


def _is_grid(value: Any) -> bool:
    """Whether it is a grid, as Ray writes it."""
    return isinstance(value, Mapping) and set(value) == {"grid_search"}


def _read(domain: Any) -> tuple[Any, Any]:
    """What is searched for a domain, and the step that it counts in."""
    if _is_grid(domain):
        return Categorical(domain["grid_search"]), None
    kind = type(domain).__name__
    if kind == "Categorical":
        return Categorical(domain.categories), None
    if kind not in ("Float", "Integer"):
        raise ValueError(
            "a domain must be a range, a normal distribution or a choice; "
            f"got {domain.domain_str!r}. Compute other values inside the trainable."
        )
    sampler, step = domain.get_sampler(), None
    if hasattr(sampler, "q"):
        sampler, step = sampler.get_sampler(), sampler.q
    if hasattr(sampler, "sd"):
        return Distribution(norm(sampler.mean, sampler.sd)), step
    is_log = "LogUniform" in type(sampler).__name__
    if kind == "Integer" or step is not None:
        return _integers(domain, kind == "Integer", is_log, step), step
    return Real(domain.lower, domain.upper, log=is_log), None


def _integers(domain: Any, is_int: bool, is_log: bool, step: Any) -> Any:
    """Integers of a domain, or the multiples of its step, which Ray rounds inwards."""
    low, high = domain.lower, domain.upper
    if step is not None:
        # A bound that is a multiple but for rounding belongs.
        low, high = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if is_int and step in (None, 1):
        high -= 1  # Ray leaves out the upper bound, but not of larger steps
    return Integer(low, high, log=is_log) if low < high else Categorical((low,))
