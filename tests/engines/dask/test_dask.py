"""Dask: the same results as serial, and a worker that is killed loses nothing."""

import os
import socket
import subprocess
import sys

import pytest
from joblib import parallel_config

distributed = pytest.importorskip("distributed", reason="dask is not installed")

# What joblib's and Dask's own threads and sockets leave behind at the end.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers on the loopback; the workers' processes."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    worker = [
        *dask, "worker", address, "--host", "127.0.0.1", "--nthreads", "1",
        "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path),
    ]  # fmt: skip
    commands = [
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port),
         "--no-dashboard"],
        worker,
        worker,
    ]  # fmt: skip
    processes = [
        subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        for command in commands
    ]  # fmt: skip
    try:
        with distributed.Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            yield processes[1:]
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(engine, cluster, caplog):
    """What it held of the data is lost with it, which joblib does not send again."""
    with parallel_config("dask", wait_for_workers_timeout=1):
        search = engine.search(n_jobs=-1, refit=False, max_concurrent=4)
        thread = engine.after_fits(12, engine.kill_last)
        engine.fit(search)
        thread.join()
    whole = engine.serial(refit=False, max_concurrent=4)
    engine.assert_same_results(whole, search)
    assert len(engine.fits()) <= 6 * 5 + 4  # no more is lost than was in flight
    assert search.stop_reason_ == "n_iter"
    assert [w.pid for w in cluster if w.poll() is not None] == [engine.killed]
    # The other goes on; alone it is no engine to joblib, which then fits here.
    assert set(engine.fits()) <= {os.getpid(), *(w.pid for w in cluster)}
