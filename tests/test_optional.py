"""Optional packages: imported where used, or the line that installs them."""

import json
import os.path
import sys

import pytest

from skbluetuna._utils._optional import import_optional
from skbluetuna.exceptions import MissingDependencyError


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write an importable package and forget it, and what it loaded, afterwards."""

    def write(name, **modules):
        (tmp_path / name).mkdir()
        for module, source in modules.items():
            (tmp_path / name / f"{module}.py").write_text(source)

    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_an_installed_module_is_imported():
    assert import_optional("json", extra="plots", purpose="A test") is json


def test_a_dotted_name_gives_the_inner_module():
    assert import_optional("os.path", extra="plots", purpose="A test") is os.path


@pytest.mark.parametrize(
    ("module", "extra"),
    [("no_such_package", "plots"), ("no_such_package.pyplot", "xgboost")],
)
def test_the_error_holds_the_exact_install_line(module, extra):
    with pytest.raises(MissingDependencyError) as caught:
        import_optional(module, extra=extra, purpose="Drawing regions")
    message = str(caught.value)
    assert message.startswith(f"Drawing regions needs {module!r}")
    assert message.endswith(f': pip install "skbluetuna[{extra}]"')
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_a_package_that_is_blocked_counts_as_missing(monkeypatch):
    """None in sys.modules is how Python itself marks a module not to be found."""
    monkeypatch.setitem(sys.modules, "blocked_package", None)
    with pytest.raises(MissingDependencyError, match=r"skbluetuna\[plots\]"):
        import_optional("blocked_package", extra="plots", purpose="A test")


def test_an_absent_module_of_an_installed_package_counts_as_missing(package):
    package("half_there", __init__="")
    with pytest.raises(MissingDependencyError, match=r"half_there\.absent"):
        import_optional("half_there.absent", extra="plots", purpose="A test")


@pytest.mark.parametrize(
    ("modules", "asked", "missing"),
    [
        ({"__init__": "import no_such_engine"}, "brokenpkg", "no_such_engine"),
        ({"__init__": "import broken"}, "brokenpkg", "broken"),
        ({"__init__": "import brokenpkg.engine"}, "brokenpkg", "brokenpkg.engine"),
        ({"__init__": "", "sub": "import no_such"}, "brokenpkg.sub", "no_such"),
        (
            {"__init__": "", "sub": "import brokenpkg.other"},
            "brokenpkg.sub",
            "brokenpkg.other",
        ),
        (
            {"__init__": "", "sub": "import brokenpkg.sub2"},
            "brokenpkg.sub",
            "brokenpkg.sub2",
        ),
    ],
)
def test_a_broken_package_is_not_mistaken_for_a_missing_one(
    package, modules, asked, missing
):
    """To install what is installed already would mend nothing."""
    package("brokenpkg", **modules)
    with pytest.raises(ModuleNotFoundError) as caught:
        import_optional(asked, extra="plots", purpose="A test")
    assert not isinstance(caught.value, MissingDependencyError)
    assert caught.value.name == missing


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("from os import no_such_name", ImportError),
        ("from faultypkg import no_such_engine", ImportError),
        ("raise ModuleNotFoundError('no name')", ModuleNotFoundError),
        ("raise RuntimeError('wrong driver')", RuntimeError),
    ],
)
def test_any_other_error_of_the_package_is_its_own(package, source, error):
    package("faultypkg", __init__=source)
    with pytest.raises(error) as caught:
        import_optional("faultypkg", extra="plots", purpose="A test")
    assert type(caught.value) is error
