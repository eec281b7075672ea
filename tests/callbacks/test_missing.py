"""A tracker that can not be says what it needs, before any fit."""

import sys
from importlib.util import find_spec

import pytest

from skbluetuna.callbacks import (
    JSONLinesTracker,
    MLflowTracker,
    TensorBoardTracker,
    TrackioTracker,
    _tracker,
)
from skbluetuna.exceptions import MissingDependencyError


@pytest.mark.skipif(
    find_spec("sklearn.callback") is None,
    reason="scikit-learn has callbacks from 1.9 on",
)
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


def test_without_callbacks_there_are_no_trackers(monkeypatch, tmp_path):
    """They came with scikit-learn 1.9; an older one would never call a tracker."""
    find = _tracker.find_spec
    monkeypatch.setattr(
        _tracker, "find_spec", lambda name: None if "callback" in name else find(name)
    )
    with pytest.raises(MissingDependencyError, match="needs scikit-learn"):
        JSONLinesTracker(tmp_path / "log.jsonl")
