"""
Search on a Dask cluster, and lose a worker
===========================================

A search runs on whatever engine joblib is told to use. Here a Dask scheduler and two
workers are started on this machine, one worker is killed on the way, and the search
ends with the results of one that ran in a single process: what was lost is evaluated
again.

Needs ``pip install "skbluetuna[dask,plots]"``. Run it with
``python examples/plot_dask.py``.
"""

import argparse
import logging
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from importlib.util import find_spec
from tempfile import TemporaryDirectory

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from joblib import parallel_config
from sklearn.datasets import load_breast_cancer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV

X, y = load_breast_cancer(return_X_y=True)


def search(n_iter, n_jobs=None):
    """The same search, on the engine of the day."""
    return BlueTunaSearchCV(
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": (1e-2, 1e3, "log"), "svc__gamma": (1e-5, 1e1, "log")},
        n_iter=n_iter,
        cv=5,
        n_jobs=n_jobs,
        random_state=0,
    ).fit(X, y)


# %%
# A cluster of processes of our own, none of which listens beyond the loopback.
@contextmanager
def cluster():
    """Client and the two workers' processes; all are stopped in the end."""
    from dask.distributed import Client

    # What was under way to the lost worker is a traceback there; the search says it.
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, local = f"tcp://127.0.0.1:{port}", ["--host", "127.0.0.1"]
    with TemporaryDirectory() as folder:
        dask = [sys.executable, "-m", "dask"]
        worker = [*dask, "worker", address, *local, "--nthreads", "1", "--no-nanny",
                  "--no-dashboard", "--local-directory", folder]  # fmt: skip
        scheduler = [*dask, "scheduler", *local, "--port", str(port), "--no-dashboard"]
        processes = [
            subprocess.Popen(command, stderr=subprocess.DEVNULL)
            for command in (scheduler, worker, worker)
        ]
        try:
            with Client(address, timeout=60) as client:
                client.wait_for_workers(2, timeout=60)
                yield processes[1:]
        finally:
            for process in reversed(processes):
                process.kill()
                process.wait()


def main():
    """Search here, search there with a loss, compare, draw."""
    parser = argparse.ArgumentParser(description="Search on Dask and lose a worker.")
    parser.add_argument("--n-iter", type=int, default=30, help="evaluations (30)")
    parser.add_argument("--output", default="dask.png")
    args = parser.parse_args()
    if find_spec("distributed") is None:
        print('skipped: pip install "skbluetuna[dask]"')
        return
    logging.basicConfig(format="%(message)s", level=logging.CRITICAL)
    logging.getLogger("skbluetuna").setLevel(logging.WARNING)

    # %%
    # Without an engine.
    serial = search(args.n_iter)

    # %%
    # On the cluster. The only change is ``parallel_config``.
    with cluster() as workers, parallel_config("dask"):
        timer = threading.Timer(1.0, workers[0].kill)
        start = time.perf_counter()
        timer.start()
        there = search(args.n_iter, n_jobs=-1)
        seconds = time.perf_counter() - start
        timer.cancel()
        lost = sum(worker.poll() is not None for worker in workers)

    # %%
    # The results are the same to the last digit.
    ours, theirs = (s.cv_results_["mean_test_score"] for s in (serial, there))
    print(f"{lost} worker lost, {seconds:.1f} s")
    print(f"same scores as in one process: {np.array_equal(ours, theirs)}")

    figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    number = np.arange(1, len(ours) + 1)
    ax.plot(number, ours, "o", mfc="none", ms=9, label="one process")
    ax.plot(number, theirs, ".", label="Dask, a worker killed after a second")
    ax.step(number, np.maximum.accumulate(theirs), where="post", label="best so far")
    low = np.quantile(ours, 0.25)
    ax.set(xlabel="evaluation", ylabel="accuracy (5 folds)",
           ylim=(low - 0.02, ours.max() + 0.005),
           title="SVM on breast cancer, the same search on two engines")  # fmt: skip
    ax.legend(loc="lower left")
    figure.savefig(args.output, dpi=120)


if __name__ == "__main__":
    main()
