"""Peak memory of a search of 1,000 candidates on 100 MB of data, beside GridSearchCV.

    OMP_NUM_THREADS=1 python benchmarks/memory.py    # loky and Dask, 2 workers

Each search runs in a process of its own. Printed are its peak memory and that of its
largest worker, without what Python and its packages take, and how often the data went
to workers: files that joblib mapped, objects that Dask scattered.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GridSearchCV

from skbluetuna import BlueTunaSearchCV

SEARCHES = {"GridSearchCV": GridSearchCV, "BlueTunaSearchCV": BlueTunaSearchCV}
MB = 2**20


class Nothing(ClassifierMixin, BaseEstimator):
    """Fits nothing."""

    __module__ = "__main__"  # so it travels as code

    def __init__(self, x=0):
        self.x = x

    def fit(self, X, y):  # noqa: ARG002
        """Look at the labels."""
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):  # noqa: ARG002
        """Score the parameter."""
        return float(self.x)


def sent_to_dask(seen, is_over):
    """Count objects as large as the data that a cluster has."""
    from distributed import default_client

    client = default_client()
    while not is_over.is_set():
        sizes = client.run_on_scheduler(
            lambda dask_scheduler: {
                key: task.nbytes for key, task in dask_scheduler.tasks.items()
            }
        )
        seen |= {str(key) for key, size in sizes.items() if (size or 0) > 50 * MB}
        time.sleep(0.2)


def sent_to_loky(folder, seen, is_over):
    """Count files as large as the data."""
    while not is_over.is_set():
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        seen |= {path.name for path in files if path.stat().st_size > 50 * MB}
        time.sleep(0.05)


def run(name, backend, n_candidates):
    """One search in this process; print its figures."""
    rng = np.random.default_rng(0)
    X = rng.random((100_000, 131))  # 100 MB
    y = rng.integers(2, size=100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    search = SEARCHES[name](Nothing(), {"x": list(range(n_candidates))}, cv=2, n_jobs=2)
    search.set_params(refit=False)
    if name == "BlueTunaSearchCV":
        search.set_params(n_iter=n_candidates)
    seen, is_over = set(), threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JOBLIB_TEMP_FOLDER"] = folder
        target, args = sent_to_loky, (folder, seen, is_over)
        if backend == "dask":
            from dask.distributed import Client, LocalCluster

            cluster = LocalCluster(2, threads_per_worker=1, dashboard_address=None)
            Client(cluster)
            target, args = sent_to_dask, (seen, is_over)
        watcher = threading.Thread(target=target, args=args)
        watcher.start()
        began = time.perf_counter()
        with parallel_config(backend):
            search.fit(X, y)
        wall = time.perf_counter() - began
        is_over.set()
        watcher.join()
        if backend == "dask":
            cluster.close()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(
        f"{backend:8s}{name:20s}{(own - before) / 1024:12.0f}{child / 1024:16.0f}"
        f"{len(seen):8d}{wall:9.1f}"
    )


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--candidates", type=int, default=1000)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        run(*args.one, args.candidates)
        return
    print("backend search               above data MB   worker MB   sent   wall s")
    for backend in ("loky", "dask"):
        for name in SEARCHES:
            command = [sys.executable, __file__, "--one", name, backend]
            command += ["--candidates", str(args.candidates)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
