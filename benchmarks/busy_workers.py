"""How busy a search keeps its workers, beside RandomizedSearchCV.

    OMP_NUM_THREADS=1 python benchmarks/busy_workers.py            # 16 workers
    OMP_NUM_THREADS=1 python benchmarks/busy_workers.py --backend threading

Fits sleep for lognormal times (coefficient of variation 1), so that any machine has
16 workers: drawn for each candidate, whose folds are alike but for a tenth, or for each
fold anew, which is harder. Every fit notes when it begins and ends. Busy is the sum of
these times over workers times the wall time, from the first beginning to the last end.
The Dask cluster has 4 processes of 4 threads.
"""

import argparse
import json
import tempfile
import time
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import numpy as np
from joblib import hash as hash_of
from joblib import parallel_config
from scipy.stats import uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.model_selection import RandomizedSearchCV

from skbluetuna import BlueTunaSearchCV

BACKENDS = ("threading", "loky", "dask")
NAMES = [f"x{k}" for k in range(4)]


class Sleeper(ClassifierMixin, BaseEstimator):
    """Sleeps for a time that follows from its parameters and rows; notes when."""

    __module__ = "__main__"  # so it travels as code

    def __init__(
        self, x0=0.5, x1=0.5, x2=0.5, x3=0.5, mean=0.1, by="fold", folder=None
    ):
        self.x0, self.x1, self.x2, self.x3 = x0, x1, x2, x3
        self.mean, self.by = mean, by
        self.folder = folder

    def fit(self, X, y):
        """Sleep."""
        began = time.time()
        at = [self.x0, self.x1, self.x2, self.x3]
        fold = np.random.default_rng(int(hash_of([*at, float(np.sum(X))])[:8], 16))
        rng = np.random.default_rng(int(hash_of(at)[:8], 16))
        sigma = np.sqrt(np.log(2.0))  # coefficient of variation 1
        draw, rest = (fold, 0.0) if self.by == "fold" else (rng, fold.normal(0.0, 0.1))
        seconds = self.mean * draw.lognormal(-(sigma**2) / 2, sigma) * np.exp(rest)
        time.sleep(seconds)
        self.classes_ = np.unique(y)
        name = f"{time.time_ns()}-{fold.integers(2**40)}.json"
        Path(self.folder, name).write_text(json.dumps([began, time.time()]))
        return self

    def score(self, X, y):  # noqa: ARG002
        """Score by distance."""
        at = np.array([self.x0, self.x1, self.x2, self.x3])
        return -float(np.sum((at - 0.3) ** 2)) + 0.01 * float(np.mean(X[:, 0]))


@contextmanager
def workers(backend, n_jobs):
    """Make a backend active."""
    if backend != "dask":
        with parallel_config(backend):
            yield
        return
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=4, threads_per_worker=n_jobs // 4, dashboard_address=None
        ) as cluster,
        Client(cluster),
        parallel_config("dask", wait_for_workers_timeout=60),
    ):
        yield


def measure(search, folder, n_jobs):
    """Fit; return share of busy time, wall seconds and seconds in fits."""
    X, y = load_iris(return_X_y=True)
    search.fit(X, y)
    spans = [json.loads(path.read_text()) for path in Path(folder).iterdir()]
    began, ended = np.array(spans).T
    wall = ended.max() - began.min()
    fits = float(np.sum(ended - began))
    return fits / (wall * n_jobs), wall, fits


def searches(args):
    """The searches to measure, by what the table calls them."""
    common = {"n_iter": args.n_iter, "cv": 5, "refit": False, "random_state": 0}
    common["n_jobs"] = args.n_jobs
    ranges = dict.fromkeys(NAMES, (0.0, 1.0))
    for window in args.windows:
        own = {} if window is None else {"max_concurrent": window}
        name = "default" if window is None else f"max_concurrent={window}"
        yield (
            name,
            lambda told, own=own: BlueTunaSearchCV(told, ranges, **common, **own),
        )
    if args.racing is not None:
        yield (
            f"racing={args.racing:g}",
            lambda told: BlueTunaSearchCV(told, ranges, **common, racing=args.racing),
        )
    random = dict.fromkeys(NAMES, uniform())
    yield "RandomizedSearchCV", lambda told: RandomizedSearchCV(told, random, **common)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backend", nargs="+", default=BACKENDS, choices=BACKENDS)
    parser.add_argument("--n-jobs", type=int, default=16)
    parser.add_argument("--n-iter", type=int, default=200)
    parser.add_argument("--mean", type=float, default=0.5, help="seconds of a fit")
    parser.add_argument("--by", nargs="+", default=["candidate", "fold"])
    parser.add_argument("--windows", type=int, nargs="*", default=[16])
    parser.add_argument("--racing", type=float, help="level of one more search")
    args = parser.parse_args()
    args.windows = [None, *args.windows]
    print("backend    times by    search                busy   wall s")
    for backend, by in product(args.backend, args.by):
        for name, make in searches(args):
            with tempfile.TemporaryDirectory() as folder:
                told = Sleeper(mean=args.mean, by=by, folder=folder)
                with workers(backend, args.n_jobs):
                    busy, wall, _ = measure(make(told), folder, args.n_jobs)
            print(f"{backend:11s}{by:12s}{name:20s}{busy:6.2f}{wall:9.1f}", flush=True)


if __name__ == "__main__":
    main()
