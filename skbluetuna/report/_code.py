"""Objects as Python code that makes them again."""

import ast
import inspect
import math
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from skbluetuna._utils._hidden import HIDDEN, hides, masked
from skbluetuna.space import Relation, Space, When, at_most, forbid, less, when

__all__ = ["Code"]

WIDTH = 80
HIDE_NOTE = "not written down, as its name says that it is a secret"
MOST_ITEMS = 200  # of a container; longer ones are data, not settings
MOST_NUMBERS = 40  # of an array
BRACKETS: dict[type[Any], tuple[str, str]] = {
    dict: ("{", "}"),
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
}
HELPERS = {"less": less, "at_most": at_most, "forbid": forbid}
CONSTANTS = (str, bytes, int, float, complex, bool, type(None), type(...))

Items = tuple[str, list[Any], str]  # opening, items (text or items), closing
CodePart = str | Items


class Code:
    """Writes expressions, and collects what they need to stand before them.

    What Python code cannot name, such as a lambda or an object of a session, gets a
    placeholder that says what belongs there.

    Attributes
    ----------
    homes : dict of str to set of str
        Names to import, by their modules.
    placeholders : list of str
        Assignments that the reader has to complete.

    Examples
    --------
    >>> code = Code()
    >>> code.expression({"C": (0.1, 10.0, "log"), "k": [None, float("inf")]})
    "{'C': (0.1, 10.0, 'log'), 'k': [None, float('inf')]}"
    """

    def __init__(self) -> None:
        self.homes: dict[str, set[str]] = {}
        self.placeholders: list[str] = []

    @property
    def head(self) -> str:
        """Imports and placeholders, to stand before the expressions."""
        own = self.homes.get("__main__", set())
        lines = [f"# {name} is defined in your program" for name in sorted(own)]
        if "np" in self.homes:
            lines.append("import numpy as np")
        lines += [
            f"from {home} import {', '.join(sorted(self.homes[home]))}"
            for home in sorted(set(self.homes) - {"__main__", "np"})
        ]
        blocks = ["\n".join(lines), "\n".join(self.placeholders)]
        return "\n\n".join(block for block in blocks if block)

    def call(self, function: str, arguments: Mapping[str, Any], rest: str = "") -> str:
        """Call with one line for each argument."""
        lines = [
            f"    {name}={self.expression(value, indent=4, before=len(name) + 1)},\n"
            for name, value in arguments.items()
        ]
        return f"{function}(\n{''.join(lines)}){rest}"

    def expression(self, value: Any, *, indent: int = 0, before: int = 0) -> str:
        """Expression of that value, over several lines where it is long."""
        return _laid_out(self._part(value), indent, before)

    def _part(self, value: Any) -> CodePart:
        if isinstance(value, Space):
            value = masked(_spelled_out(value))
        for rule in (_plain, self._array, self._container, self._object):
            part = rule(value)
            if part is not None:
                return part
        name = f"yours_{len(self.placeholders) + 1}"
        text = HIDE_NOTE if value is HIDDEN else " ".join(repr(value).split())
        text = text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
        self.placeholders.append(f"{name} = ...  # to be filled in: {text}")
        return name

    def _array(self, value: Any) -> CodePart | None:
        """Array of plain values; None if it is another thing, or too long."""
        if not isinstance(value, np.ndarray) or value.size > MOST_NUMBERS:
            return None
        if value.dtype.kind in "OV":
            return None
        self._note("np", "array")
        return ("np.array(", [self._part(value.tolist())], ")")

    def _container(self, value: Any) -> CodePart | None:
        """Dict, list, tuple or set; None if it is another thing, or too long."""
        if type(value) not in BRACKETS or len(value) > MOST_ITEMS:
            return None
        opening, closing = BRACKETS[type(value)]
        if isinstance(value, dict):
            known = [(self._part(key), self._part(own)) for key, own in value.items()]
            return (opening, [_joined(f"{_flat(k)}: ", v) for k, v in known], closing)
        if value == set():
            return "set()"
        items = sorted(value, key=repr) if isinstance(value, set) else value
        is_single = isinstance(value, tuple) and len(value) == 1
        parts = [self._part(item) for item in items]
        return (opening, parts, f",{closing}" if is_single else closing)

    def _object(self, value: Any) -> CodePart | None:
        """Condition, estimator, function, class, distribution, or what shows itself."""
        if isinstance(value, When):
            self._import(when)
            return ("when(", [self._part(v) for v in _when_arguments(value)], ")")
        if isinstance(value, Relation) and value.helper:
            return self._relation(value)
        if isinstance(value, type) or hasattr(value, "__qualname__"):
            return self._import(value)
        if hasattr(value, "get_params"):
            return self._constructed(value, _changed(value))
        if hasattr(value, "dist") and hasattr(value, "kwds"):  # scipy's frozen one
            return self._distribution(value)
        return self._shown(value)

    def _relation(self, value: Relation) -> CodePart:
        """Call of the function that makes it."""
        self._import(HELPERS[value.helper])
        given, named = value.arguments()
        parts = [self._part(one) for one in given]
        parts += [
            _joined(f"{name}=", self._part(HIDDEN if hides(name, own) else own))
            for name, own in named.items()
        ]
        return (f"{value.helper}(", parts, ")")

    def _constructed(self, value: Any, params: dict[str, Any]) -> CodePart | None:
        name = self._import(type(value))
        if name is None:
            return None
        parts = [_joined(f"{key}=", self._part(v)) for key, v in params.items()]
        return (f"{name}(", parts, ")")

    def _distribution(self, value: Any) -> CodePart | None:
        from scipy import stats

        name = value.dist.name
        if type(getattr(stats, str(name), None)) is not type(value.dist):
            return None
        self._note("scipy.stats", name)
        parts = [self._part(argument) for argument in value.args]
        parts += [_joined(f"{k}=", self._part(v)) for k, v in value.kwds.items()]
        return (f"{name}(", parts, ")")

    def _shown(self, value: Any) -> CodePart | None:
        """What shows itself as a call of its class with plain arguments."""
        try:
            tree = ast.parse(text := repr(value), mode="eval")
        except (SyntaxError, ValueError):
            return None
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if not isinstance(tree.body, ast.Call) or names != {type(value).__name__}:
            return None
        return None if self._import(type(value)) is None else " ".join(text.split())

    def _import(self, thing: Any) -> str | None:
        """Name of a class or function that can be imported, and its import."""
        name, module = getattr(thing, "__qualname__", ""), thing.__module__
        parts = (module or "").split(".")
        for n in range(1, len(parts) + 1):  # the shortest way to it is the public one
            home = ".".join(parts[:n])
            if vars(sys.modules.get(home, object)).get(name) is thing:
                self._note(home, name)
                return str(name)
        return None

    def _note(self, home: str, name: str) -> None:
        if home != "builtins":
            self.homes.setdefault(home, set()).add(name)


def _plain(value: Any) -> CodePart | None:
    """Literal of a plain value, None for anything else."""
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) not in CONSTANTS:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)


def _spelled_out(space: Space) -> dict[str, Any]:
    """A space as the dict that it was read from, or might have been."""
    known = zip(space.names, space.dimensions, space.conditions, strict=True)
    spelled: dict[str, Any] = {}
    for name, dimension, conditions in known:
        spec: Any = dimension
        for one in reversed(conditions):
            spec = when(one.parent, list(one.values), spec)
        spelled[name] = spec
    return spelled


def _when_arguments(value: When) -> list[Any]:
    return [value.parent, list(value.values), value.spec]


def _changed(estimator: Any) -> dict[str, Any]:
    """Parameters of an estimator that are not those of a new one."""
    params = estimator.get_params(deep=False)
    try:
        usual = type(estimator)().get_params(deep=False)
    except TypeError:  # it has some without a default
        signature = inspect.signature(type(estimator)).parameters
        usual = {name: signature[name].default for name in signature}
    return {
        name: value
        for name, value in params.items()
        if name not in usual or not _is_alike(value, usual[name])
    }


def _is_alike(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and repr(one) == repr(other))


def _joined(text: str, part: CodePart) -> CodePart:
    """Text put before a part."""
    if isinstance(part, str):
        return text + part
    return (text + part[0], part[1], part[2])


def _flat(part: CodePart) -> str:
    if isinstance(part, str):
        return part
    opening, items, closing = part
    return opening + ", ".join(map(_flat, items)) + closing


def _laid_out(part: CodePart, indent: int, before: int = 0) -> str:
    """Text on one line if it fits, else one line for each item."""
    flat = _flat(part)
    if isinstance(part, str) or indent + before + len(flat) < WIDTH or not part[1]:
        return flat
    opening, items, closing = part
    margin = " " * (indent + 4)
    lines = [f"{margin}{_laid_out(item, indent + 4)},\n" for item in items]
    return f"{opening}\n{''.join(lines)}{' ' * indent}{closing.lstrip(',')}"
