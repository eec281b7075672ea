"""What the import of skbluetuna loads, and what each room may import."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import skbluetuna
from skbluetuna.search._sklearn import PRIVATE

PACKAGE = Path(skbluetuna.__file__).parent
OPTIONAL = {
    "matplotlib", "pandas", "xgboost", "optuna", "ray", "dask", "distributed", "mlflow",
    "tensorboard", "trackio",
}  # fmt: skip
GROUND_FLOOR = {"exceptions", "_version", "_utils"}
CORE_ROOMS = {
    "space", "model", "history", "past", "stages", "explain", "strategies",
    "scheduling", "objectives", "_tuner",
}  # fmt: skip
CORE_FILES = sorted(
    [
        PACKAGE / "_tuner.py",
        *(
            path
            for room in sorted(CORE_ROOMS - {"_tuner"})
            for path in PACKAGE.glob(f"{room}/**/*.py")
        ),
    ]
)
ALL_FILES = sorted(PACKAGE.glob("**/*.py"))


@cache
def imported(source, *, lazily=True):
    """List the dotted names that a source imports; `lazily`: in functions too."""
    names, nodes = set(), [ast.parse(source)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {
                f"{'.' * node.level}{node.module or ''}.{a.name}" for a in node.names
            }
        if lazily or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes += ast.iter_child_nodes(node)
    return frozenset(names)


def foreign(names):
    """Of these names, those that the core may not import."""
    found = set()
    for name in names:
        top, _, rest = name.partition(".")
        if top == "skbluetuna":
            is_allowed = rest.partition(".")[0] in CORE_ROOMS | GROUND_FLOOR
        else:
            is_allowed = top in {*sys.stdlib_module_names, "numpy", "scipy"}
        if not is_allowed:
            found.add(name)
    return found


def private(names):
    """Of these names, those that scikit-learn and joblib keep to themselves."""
    return {
        name
        for name in names
        if name.startswith(("sklearn.", "joblib."))
        and any(part.startswith("_") for part in name.split("."))
    }


def run(code):
    """Run code in a fresh process and return the words that it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.slow
def test_importing_skbluetuna_loads_no_optional_package():
    """Scikit-learn itself loads pandas where it finds it; that is none of ours."""
    loaded = run(
        "import sys, sklearn.model_selection\n"
        "before = set(sys.modules)\n"
        "import skbluetuna, skbluetuna.callbacks\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    assert "skbluetuna" in loaded
    assert OPTIONAL & set(loaded) == set()


@pytest.mark.slow
def test_skbluetuna_is_imported_where_no_optional_package_is_installed():
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(OPTIONAL)}))\n"
        "import skbluetuna; print(skbluetuna.BlueTunaSearchCV.__name__)"
    )
    assert run(code) == ["BlueTunaSearchCV"]


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_file_imports_an_optional_package_at_its_top(path):
    names = imported(path.read_text(encoding="utf-8"), lazily=False)
    assert {name for name in names if name.partition(".")[0] in OPTIONAL} == set()


@pytest.mark.parametrize("path", CORE_FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_core_imports_numpy_scipy_and_itself_only(path):
    assert foreign(imported(path.read_text(encoding="utf-8"))) == set()


def test_the_core_has_all_its_rooms():
    """Else the test above would hold of an empty list."""
    rooms = {
        path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in CORE_FILES
    }
    assert rooms == CORE_ROOMS
    assert len(CORE_FILES) > 50


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_private_names_of_scikit_learn_are_imported_in_one_file(path):
    """A release that moves one breaks that file, and the test of its list."""
    found = private(imported(path.read_text(encoding="utf-8")))
    if path.relative_to(PACKAGE).as_posix() != "search/_sklearn.py":
        assert found == set()
    else:
        listed = {name.replace(":", ".") for name in PRIVATE}
        assert {name for name in found if not is_within(name, listed)} == set()
        assert found


def is_within(name, listed):
    """Whether a name is on the list, or has an attribute there."""
    return any(f"{one}.".startswith(f"{name}.") for one in listed)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from sklearn.base import clone", set()),
        ("from sklearn.base import _fit_context", {"sklearn.base._fit_context"}),
        ("import sklearn.utils._tags", {"sklearn.utils._tags"}),
        ("def f():\n    import joblib._utils", {"joblib._utils"}),
        ("from skbluetuna.search import _sklearn", set()),
    ],
)
def test_private_imports_are_seen_wherever_they_stand(source, found):
    assert private(imported(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os, json", set()),
        ("import numpy as np\nfrom scipy.stats import qmc", set()),
        ("from skbluetuna.space import Space", set()),
        ("from skbluetuna.exceptions import UnknownTrialError", set()),
        ("import sklearn", {"sklearn"}),
        ("def f():\n    from sklearn.base import clone", {"sklearn.base.clone"}),
        ("class A:\n    import pandas", {"pandas"}),
        ("try:\n    import joblib\nexcept ImportError:\n    pass", {"joblib"}),
        ("if TYPE_CHECKING:\n    import pandas as pd", {"pandas"}),
        ("from skbluetuna import BlueTuner", {"skbluetuna.BlueTuner"}),
        ("import skbluetuna.search._search", {"skbluetuna.search._search"}),
        ("from skbluetuna.search import _sklearn", {"skbluetuna.search._sklearn"}),
        ("from . import _search", {"._search", ".._search"}),
    ],
)
def test_foreign_imports_are_seen_wherever_they_stand(source, found):
    assert foreign(imported(source)) <= found
    assert bool(foreign(imported(source))) is bool(found)


def test_an_import_inside_a_function_is_not_at_the_top():
    source = "import json\nasync def f():\n    import ray\ndef g():\n    import dask"
    assert imported(source, lazily=False) == {"json"}
    assert imported(source) == {"json", "ray", "dask"}
