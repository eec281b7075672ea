"""Ray: the same results as serial, and a worker that is killed loses nothing."""

import importlib.util
import os
import sys

import pytest
from joblib import parallel_config

if importlib.util.find_spec("ray") is None:
    pytest.skip("ray is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def ray():
    """One node with two CPUs on the loopback."""
    settings = {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # else Ray listens on all addresses
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # or it warns of a future default
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    from ray.util.joblib import register_ray

    register_ray()
    yield ray
    ray.shutdown()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.mark.skipif(sys.platform == "win32", reason="the fits tell of processes")
def test_a_killed_worker_loses_nothing(engine, ray, caplog):
    with parallel_config("ray"):
        search = engine.search(n_jobs=2, refit=False, max_concurrent=4)
        thread = engine.after_fits(12, engine.kill_last)
        engine.fit(search)
        thread.join()
    whole = engine.serial(refit=False, max_concurrent=4)
    engine.assert_same_results(whole, search)
    assert len(engine.fits()) <= 6 * 5 + 4  # no more is lost than was in flight
    assert search.stop_reason_ == "n_iter"
    assert os.getpid() not in engine.fits()
    assert len(set(engine.fits())) > 2
    (warned,) = [r for r in caplog.records if r.name == "skbluetuna"]
    assert "folds are evaluated again" in warned.getMessage()
