"""How exact `PredictTime` is, where other folds and other processes run beside it.

    OMP_NUM_THREADS=1 python -m benchmarks.predict_time

Equal models are fitted and timed by each clock, with one job, with two processes and
with two threads. Printed: the median time, the standard deviation of its logarithm, and
the largest over the least. The last line is the load of the machine.
"""

import argparse
import os

import numpy as np
from joblib import parallel_config
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from xgboost import XGBClassifier

from skbluetuna.objectives import PredictTime

N_ROWS = 500


def timed(scoring, n_models, n_jobs, backend):
    """Times of equal models, by the name of the scorer."""
    X, y = (part[:N_ROWS] for part in load_digits(return_X_y=True))
    with parallel_config(backend):
        search = GridSearchCV(
            XGBClassifier(n_jobs=1, n_estimators=40, max_depth=4),
            {"seed": list(range(n_models))},  # which nothing depends on
            cv=ShuffleSplit(1, test_size=0.3, random_state=0),
            scoring=scoring, refit=False, n_jobs=n_jobs,
        ).fit(X, y)  # fmt: skip
    return {name: -search.cv_results_[f"mean_test_{name}"] for name in scoring}


def main():
    """Run, and print a line for each clock and number of repeats."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=int, default=24)
    args = parser.parse_args()
    scoring = {
        f"{clock} {n}": PredictTime(n_repeats=n, clock=clock)
        for clock in ("cpu", "wall", "thread")
        for n in (1, 10, 20)
    }
    for n_jobs, backend in ((1, "loky"), (2, "loky"), (2, "threading")):
        print(f"n_jobs={n_jobs}, {backend}")
        for name, times in timed(scoring, args.models, n_jobs, backend).items():
            spread, most = np.log(times).std(), times.max() / times.min()
            middle = 1e6 * np.median(times)
            print(f"  {name:10s}{middle:8.0f} us{spread:7.2f}{most:8.1f}", flush=True)
    print("load", os.getloadavg())


if __name__ == "__main__":
    main()
