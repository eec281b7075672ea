"""A searcher's saved state is read with suspicion."""

import importlib.util
import json
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # Ray on the loopback only
pytest.importorskip("ray.tune", reason='needs pip install "skbluetuna[ray]"')

from ray import tune

from skbluetuna._utils._files import seal, unseal
from skbluetuna.integrations.ray_searcher import BlueTunaSearcher

_path = Path(__file__).parents[2] / "files" / "hostile.py"
_spec = importlib.util.spec_from_file_location("hostile", _path)
hostile = importlib.util.module_from_spec(_spec)
sys.modules["hostile"] = hostile
_spec.loader.exec_module(hostile)


@pytest.fixture
def saved(tmp_path):
    """A file of a searcher that has one trial running."""
    space = {
        "a": tune.quniform(0.0, 1.0, 0.25),
        "net": {"g": tune.randn(1.0, 2.0), "c": tune.choice(["u", 1, None])},
    }
    searcher = BlueTunaSearcher(space, "loss", "min", n_trials=9, seed=0)
    for i in range(4):
        searcher.suggest(f"t{i}")
        if i < 3:
            searcher.on_trial_complete(f"t{i}", {"loss": float(i)})
    searcher.save(str(tmp_path / "state"))
    return tmp_path / "state"


def test_two_hundred_hostile_states_do_nothing_and_leave_the_searcher(saved):
    state = unseal(saved.read_text().removesuffix("\n"))
    tuners = list(hostile.hostile_texts([unseal(state["tuner"])], 115))[15:]
    texts = list(hostile.hostile_texts([state], 100))
    texts += [seal(state | {"tuner": text}) for text in tuners]
    searcher, refused = BlueTunaSearcher(), 0
    searcher.restore(str(saved))
    before = searcher.tuner.to_json()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        for text in texts:
            saved.write_text(text, encoding="utf-8", errors="replace")
            searcher = BlueTunaSearcher()
            with hostile.watched() as events:
                try:
                    searcher.restore(str(saved))
                except ValueError:
                    refused += 1
                    assert searcher.tuner is None
            assert hostile.harm(events, files=[saved]) == []
    assert refused > 150
    assert json.loads(before)["events"]


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("running", {"t": 0}, "does not await"),
        ("running", {"t": 99}, "does not await"),
        ("running", {"t": "3"}, "a running that can not be"),
        ("axes", [[["b"], None]], "axes of other parameters"),
        ("axes", [["a", None]], "an? axes that can not be"),
        ("axes", [[["a"], "0.25"]], "an? axes that can not be"),
        ("mode", "best", "a mode that can not be"),
        ("tuner", None, "has trials, but no tuner"),
    ],
)
def test_a_state_that_save_can_not_have_written_is_refused(saved, field, value, fault):
    state = unseal(saved.read_text().removesuffix("\n"))
    saved.write_text(seal(state | {field: value}))
    with pytest.raises(ValueError, match=f"as save wrote it: .*{fault}"):
        BlueTunaSearcher().restore(str(saved))


@pytest.mark.skipif(os.name != "posix", reason="needs modes and pipes")
def test_a_state_is_its_owners_alone_and_no_pipe_is_waited_for(saved, tmp_path):
    assert saved.stat().st_mode & 0o7777 == 0o600
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r"must be a file; .* is a pipe"):
        BlueTunaSearcher().restore(str(tmp_path / "pipe"))
