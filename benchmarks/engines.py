"""What an engine adds to an evaluation, where the fits themselves take no time.

Run ``python benchmarks/engines.py [serial loky dask ray]``; prints milliseconds of wall
time for each evaluation of five folds, medians and extremes of a number of searches.
Engines are started here, with two workers, on the loopback, and stopped again.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory

from joblib import parallel_config
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier

from skbluetuna import BlueTunaSearchCV

X, y = load_iris(return_X_y=True)


def search(n_iter):
    """A search whose fits cost nothing."""
    return BlueTunaSearchCV(
        DummyClassifier(strategy="constant"),
        {"constant": (0, 2), "random_state": (0, 10**6)},
        n_iter=n_iter,
        cv=5,
        random_state=0,
        refit=False,
        n_jobs=2,
    ).fit(X, y)


@contextmanager
def serial():
    """No engine."""
    with parallel_config("sequential"):
        yield


@contextmanager
def loky():
    """Joblib's own processes."""
    with parallel_config("loky"):
        yield


@contextmanager
def dask():
    """A scheduler and two workers of one thread each."""
    from dask.distributed import Client

    command = [sys.executable, "-m", "dask"]
    port = 18786
    address, local = f"tcp://127.0.0.1:{port}", ["--host", "127.0.0.1"]
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        worker = [*command, "worker", address, *local, "--nthreads", "1", "--no-nanny",
                  "--no-dashboard", "--local-directory", folder]  # fmt: skip
        scheduler = [*command, "scheduler", *local, "--port", str(port),
                     "--no-dashboard"]  # fmt: skip
        for one in (scheduler, worker, worker):
            process = subprocess.Popen(one, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
        client = stack.enter_context(Client(address, timeout=60))
        client.wait_for_workers(2, timeout=60)
        stack.enter_context(parallel_config("dask"))
        yield


@contextmanager
def ray():
    """One node of two CPUs."""
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # the loopback only
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    register_ray()
    try:
        with parallel_config("ray"):
            yield
    finally:
        ray.shutdown()


ENGINES = {"serial": serial, "loky": loky, "dask": dask, "ray": ray}


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engines", nargs="*", default=list(ENGINES))
    parser.add_argument("--n-iter", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    print("| engine | ms per evaluation | from | to | to start, s |")
    print("|---|---|---|---|---|")
    for name in args.engines:
        start = time.perf_counter()
        with ENGINES[name]():
            search(5)  # until all workers have imported what they need
            started, costs = time.perf_counter() - start, []
            for _ in range(args.repeats):
                start = time.perf_counter()
                search(args.n_iter)
                costs.append(1000 * (time.perf_counter() - start) / args.n_iter)
        print(
            f"| {name} | {statistics.median(costs):.0f} | {min(costs):.0f} "
            f"| {max(costs):.0f} | {started:.1f} |"
        )


if __name__ == "__main__":
    main()
