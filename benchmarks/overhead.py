"""Wall time of a search over the time of its model fits, beside RandomizedSearchCV.

    python benchmarks/overhead.py            # XGBoost as in the quickstart, 3 repeats

All searches evaluate the same number of candidates of the quickstart's XGBoost on the
breast-cancer data, one after the other, in one process. Their model fits are timed by
scikit-learn (`mean_fit_time` + `mean_score_time`); what remains of the wall time is the
search's own: proposals, bookkeeping, cloning, splitting. Prints medians of the ratios.
"""

import argparse
import time

import numpy as np
from scipy.stats import loguniform, randint, uniform
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV

RANGES = {
    "learning_rate": loguniform(0.01, 0.3),
    "max_depth": randint(3, 11),
    "subsample": uniform(0.5, 0.5),
    "colsample_bytree": uniform(0.5, 0.5),
    "min_child_weight": randint(1, 11),
    "gamma": uniform(0.0, 5.0),
}


def measure(search, X, y):
    """Return wall seconds without refit, and seconds in model fits."""
    start = time.perf_counter()
    search.fit(X, y)
    wall = time.perf_counter() - start
    results = search.cv_results_
    per_fold = results["mean_fit_time"] + results["mean_score_time"]
    return wall, float(per_fold.sum() * search.n_splits_)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--n-iter", type=int, nargs="+", default=[50, 200])
    args = parser.parse_args()
    X, y = load_breast_cancer(return_X_y=True)
    common = {
        "cv": StratifiedKFold(5, shuffle=True, random_state=0),
        "scoring": "f1_macro",
        "refit": False,
        "n_jobs": 1,
    }
    model = XGBClassifier(n_estimators=100, n_jobs=1, random_state=0)
    print("evaluations  search              wall / fits   own time per evaluation")
    for n_iter in args.n_iter:
        rows = {"adaptive": [], "classic": [], "RandomizedSearchCV": []}
        for seed in range(args.repeats):
            budget = {"n_iter": n_iter, "random_state": seed}
            for name, times in rows.items():
                if name == "RandomizedSearchCV":
                    search = RandomizedSearchCV(model, RANGES, **budget, **common)
                else:
                    search = BlueTunaSearchCV(
                        model, RANGES, strategy=name, **budget, **common
                    )
                times.append(measure(search, X, y))
        for name, times in rows.items():
            wall, fits = np.array(times).T
            own = np.median((wall - fits) / n_iter) * 1e3
            ratio = np.median(wall / fits)
            print(f"{n_iter:11d}  {name:20s}{ratio:10.3f}{own:15.1f} ms")


if __name__ == "__main__":
    main()
