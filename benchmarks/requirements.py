r"""Who finds a candidate that meets two requirements: accuracy and time to predict.

    OMP_NUM_THREADS=1 python -m benchmarks.requirements --data DATA --out OUT

XGBoost on phoneme (5404 rows; ``phoneme.csv`` in ``--data``), mean of three folds. An
evaluation is good if its accuracy is at least .90 and it predicts 1000 rows in at most
5 ms of the processor's time. All searches begin with the centre and know both scores,
none of them the limits. For each search and seed: how many of its evaluations are good,
which is the first, and the best accuracy among them.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedKFold, cross_validate

from benchmarks.objectives import PEERS, searcher
from skbluetuna.objectives import PredictTime, meets_limits

SPACE = {
    "n_estimators": (10, 300, "log"),
    "max_depth": (2, 12),
    "learning_rate": (0.02, 0.5, "log"),
    "subsample": (0.5, 1.0),
    "colsample_bytree": (0.5, 1.0),
    "min_child_weight": (1.0, 20.0, "log"),
}
LIMITS = np.array([0.90, -0.005])
SEARCHES = ("skbluetuna", "Optuna TPE", "random")
DECIMALS = 6


def scorer_of(folder):
    """What a configuration scores: accuracy, and minus seconds for 1000 rows."""
    from xgboost import XGBClassifier

    table = np.loadtxt(Path(folder) / "phoneme.csv", delimiter=",")
    X, y = table[:, :-1], table[:, -1].astype(int)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    scoring = {"accuracy": "accuracy", "neg_latency": PredictTime(batch_size=1000)}

    def score(params):
        model = XGBClassifier(**params, n_jobs=1, random_state=0)
        found = cross_validate(model, X, y, cv=folds, scoring=scoring)
        return tuple(float(found[f"test_{name}"].mean()) for name in scoring)

    return score


def run(name, score, n, seed):
    """One search: its scores in order, shape (n, 2)."""
    search = searcher(name, SPACE, 2, n, seed)
    found = []
    for _ in range(n):
        trial = search.ask()
        found.append(score(trial.params))
        search.tell(trial, found[-1])
    return np.array(found)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True, help="folder of phoneme.csv")
    parser.add_argument("--out", type=Path, help="folder of results")
    parser.add_argument("--budget", type=int, default=40)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--peers", nargs="+", default=SEARCHES, choices=PEERS)
    args = parser.parse_args()
    score, rows = scorer_of(args.data), []
    print("search           seed  good  first  accuracy  seconds")
    for seed in args.seeds:
        for name in args.peers:
            start = time.process_time()
            values = run(name, score, args.budget, seed)
            spent = time.process_time() - start
            good = np.flatnonzero(meets_limits(values, LIMITS))
            first = f"{good[0] + 1:5d}" if len(good) else "none "
            best = f"{values[good, 0].max():8.4f}" if len(good) else "       -"
            print(f"{name:16s} {seed:4d} {len(good):5d}  {first}  {best}  {spent:7.0f}",
                  flush=True)  # fmt: skip
            rows.append({"search": name, "seed": seed,
                         "scores": values.round(DECIMALS).tolist()})  # fmt: skip
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        text = "\n".join(map(json.dumps, rows)) + "\n"
        (args.out / "requirements.jsonl").write_text(text)


if __name__ == "__main__":
    main()
