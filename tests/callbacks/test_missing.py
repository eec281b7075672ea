"""A tracker whose package is not installed says how to install it, before any fit."""

import sys

import pytest

from skbluetuna.callbacks import MLflowTracker, TensorBoardTracker, TrackioTracker
from skbluetuna.exceptions import MissingDependencyError


@pytest.mark.parametrize(
    ("make", "package", "extra"),
    [
        (lambda: MLflowTracker("runs"), "mlflow", "mlflow"),
        (lambda: TensorBoardTracker("runs"), "tensorboard", "tensorboard"),
        (TrackioTracker, "trackio", "trackio"),
    ],
)
def test_a_missing_package_gives_the_install_line(make, package, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError) as caught:
        make()
    assert str(caught.value).endswith(f'pip install "skbluetuna[{extra}]"')
