"""TensorBoard: read back what was logged through its own readers."""

import importlib.util

import numpy as np
import pytest

pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks from 1.9 on")

if importlib.util.find_spec("tensorboard") is None:
    pytest.skip("tensorboard is not installed", allow_module_level=True)

from skbluetuna.callbacks import TensorBoardTracker

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def value(event):
    from tensorboard.util import tensor_util

    return float(tensor_util.make_ndarray(event.tensor_proto))


def test_scalars_and_hyperparameters_are_read_back(make, fit, tmp_path):
    from tensorboard.plugins.hparams import metadata

    search = fit(make(), TensorBoardTracker(tmp_path))
    results = search.cv_results_
    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith("Threshold-")
    curves = read(folder)
    for name in ("mean_test_acc", "std_test_acc", "mean_test_recall", "mean_fit_time"):
        curve = {event.step: event.value for event in curves.Scalars(name)}
        finite = {i: v for i, v in enumerate(results[name]) if np.isfinite(v)}
        assert curve == pytest.approx(finite, rel=1e-6)

    trials = sorted(path for path in folder.iterdir() if path.is_dir())
    assert [int(path.name) for path in trials] == list(range(len(results["params"])))
    for i, path in enumerate(trials):
        trial = read(path)
        content = trial.SummaryMetadata("_hparams_/session_start_info").plugin_data
        about = metadata.parse_session_start_info_plugin_data(content.content).hparams
        params = results["params"][i]
        assert about["x"].number_value == params["x"]
        assert about["mode"].string_value == params["mode"]
        assert about["stage"].string_value == results["stage"][i]
        depth = params["depth"]
        if depth is None:
            assert about["depth"].string_value == "None"
        else:
            assert about["depth"].number_value == depth
        if params["mode"] == "mean":
            (event,) = trial.Scalars("mean_test_acc")
            assert event.value == pytest.approx(results["mean_test_acc"][i], rel=1e-6)


def test_each_fit_has_a_folder(make, fit, tmp_path):
    tracker = TensorBoardTracker(tmp_path)
    fit(make(n_iter=2), tracker)
    fit(make(n_iter=2), tracker)
    assert len(list(tmp_path.iterdir())) == 2
