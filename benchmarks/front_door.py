"""What checkpoints, pickles and processes cost.

    python benchmarks/front_door.py            # about three minutes

All of the quickstart's XGBoost on the breast-cancer data, 50 evaluations by five folds.

- checkpoint: wall time with and without, alternating: what it adds to an evaluation;
- pickle: bytes of the fitted search beside those of its best estimator;
- processes: wall time over the time of the fits themselves, for n_jobs 1 and 2;
- threads: wall time with XGBoost's own threads (n_jobs=None) and with one, as they are
  found, for a search with n_jobs 1 and 2.
"""

import argparse
import pickle
import tempfile
import time
from pathlib import Path

import numpy as np
from overhead import RANGES
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV

X, y = load_breast_cancer(return_X_y=True)


def search_of(n_iter, *, threads=1, n_jobs=1, **options):
    """One search; the model uses so many threads (None: as many as it likes)."""
    return BlueTunaSearchCV(
        XGBClassifier(n_estimators=100, n_jobs=threads, random_state=0),
        RANGES,
        n_iter=n_iter,
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
        scoring="f1_macro",
        n_jobs=n_jobs,
        random_state=0,
        **options,
    )


def timed(search):
    """Wall seconds of a fit, and the search."""
    start = time.perf_counter()
    search.fit(X, y)
    return time.perf_counter() - start, search


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n-iter", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    timed(search_of(5, n_jobs=2))  # start the workers
    added = []
    for _ in range(args.repeats):
        plain = timed(search_of(args.n_iter))[0]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "search.jsonl"
            took, search = timed(search_of(args.n_iter, checkpoint=path))
        added.append((took - plain) / args.n_iter * 1e3)
    print(f"checkpoint: {np.median(added):+.1f} ms an evaluation (median)")
    whole, best = (len(pickle.dumps(s)) for s in (search, search.best_estimator_))
    print(f"pickle: {whole} bytes, best_estimator_ {best}; 1.5 x + 20 kB: "
          f"{1.5 * best + 20_000:.0f}")  # fmt: skip
    for n_jobs in (1, 2):
        walls, ratios = [], []
        for _ in range(args.repeats):
            wall, search = timed(search_of(args.n_iter, n_jobs=n_jobs, refit=False))
            results = search.cv_results_
            fits = 5 * np.sum(results["mean_fit_time"] + results["mean_score_time"])
            walls.append(wall)
            ratios.append(wall / fits)
        print(f"processes: n_jobs={n_jobs} wall {np.median(walls):.2f} s, "
              f"over time of fits {np.median(ratios):.3f}")  # fmt: skip
    for n_jobs in (1, 2):
        for threads in (1, None):
            walls = [
                timed(search_of(args.n_iter, threads=threads, n_jobs=n_jobs))[0]
                for _ in range(args.repeats)
            ]
            print(f"threads: search n_jobs={n_jobs}, XGBoost n_jobs={threads}: "
                  f"{np.median(walls):.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
