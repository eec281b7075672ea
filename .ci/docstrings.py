"""Validate the docstring of every public name with numpydoc; exit 1 if one is wrong."""

import inspect
import sys
from importlib import import_module

from numpydoc.validate import validate

import skbluetuna
import skbluetuna.callbacks
import skbluetuna.ensemble
import skbluetuna.inspection
import skbluetuna.objectives
import skbluetuna.production
import skbluetuna.testing
from skbluetuna.exceptions import MissingDependencyError

# Not asked: an extended summary (ES01), See Also (SA01) and an example (EX01) on each
# method; a summary on one line may describe a value (SS05, SS06); section order and
# blank lines are ruff's (GL).
IGNORED = {"ES01", "SA01", "EX01", "SS05", "SS06", "GL01", "GL03", "GL08", "RT02"}
# What scikit-learn's base class brings is documented there.
OWN = "skbluetuna"


# Asked where their package is installed.
DOORS = ("optuna_sampler", "ray_searcher")


def modules():
    """Yield the modules with public names."""
    yield from (
        skbluetuna,
        skbluetuna.inspection,
        skbluetuna.callbacks,
        skbluetuna.production,
        skbluetuna.ensemble,
        skbluetuna.objectives,
        skbluetuna.testing,
    )
    for door in DOORS:
        try:
            yield import_module(f"skbluetuna.integrations.{door}")
        except MissingDependencyError as error:
            sys.stderr.write(f"not asked: {error}\n")


def public_names():
    """Yield the dotted name of each public object, method and property."""
    for module in modules():
        for name in module.__all__:
            thing = getattr(module, name)
            if not inspect.isclass(thing):
                continue
            yield f"{module.__name__}.{name}"
            for attribute, member in vars(thing).items():
                if inspect.isfunction(member) and not attribute.startswith("_"):
                    yield f"{module.__name__}.{name}.{attribute}"


def faults(name):
    """Yield what numpydoc finds wrong; a one-line docstring is complete as it is."""
    result = validate(name)
    one_line = "\n" not in (result["docstring"] or "\n").strip()
    for code, message in result["errors"]:
        if code not in IGNORED and not (one_line and code in ("PR01", "RT01")):
            yield f"{name}: {code} {message}"


found = [fault for name in public_names() for fault in faults(name)]
sys.stderr.write("\n".join(found) + "\n" if found else "")
sys.exit(bool(found))
