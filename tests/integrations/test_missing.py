"""An integration whose package is not there says how to install it."""

import importlib
import sys

import pytest

from skbluetuna.exceptions import MissingDependencyError

DOORS = [("optuna_sampler", "optuna"), ("ray_searcher", "ray")]


@pytest.mark.parametrize(("door", "package"), DOORS)
def test_without_its_package_the_import_gives_the_install_line(
    door, package, monkeypatch
):
    name = f"skbluetuna.integrations.{door}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    for module in [m for m in sys.modules if m.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=rf"skbluetuna\[{package}\]"):
        importlib.import_module(name)
