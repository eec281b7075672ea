r"""CV and held-out scores on real tables, beside random search and Optuna's TPE.

    OMP_NUM_THREADS=1 python benchmarks/real_data.py --data ../shared/data

Two models: the quickstart's XGBoost (six hyperparameters) and an RBF SVM in a scaled
pipeline (C and gamma). Every search has the same 40 evaluations, the same five folds of
the training part (three quarters, drawn anew with each seed) and the same score, macro
F1. ``--data`` is a folder of CSV files without a header whose last column is the class;
scikit-learn's breast cancer table is always there. Needs ``pip install optuna pandas``.
"""

import argparse
import time

import numpy as np
import optuna
from joblib import Parallel, delayed
from scipy.stats import loguniform, randint, uniform
from sklearn.base import clone
from sklearn.metrics import f1_score
from sklearn.model_selection import (
    RandomizedSearchCV,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from tables import tables
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV

# Of each hyperparameter the range and its kind.
XGBOOST = {
    "learning_rate": (0.01, 0.3, "log"),
    "max_depth": (3, 10, "int"),
    "subsample": (0.5, 1.0, "float"),
    "colsample_bytree": (0.5, 1.0, "float"),
    "min_child_weight": (1, 10, "int"),
    "gamma": (0.0, 5.0, "float"),
}
SVM = {"svc__C": (1e-2, 1e3, "log"), "svc__gamma": (1e-4, 1e1, "log")}
METHODS = ("skbluetuna", "Optuna TPE", "random")


def models():
    """Each model with its ranges."""
    xgb = XGBClassifier(n_estimators=100, n_jobs=1, random_state=0)
    return {
        "XGBoost": (xgb, XGBOOST),
        "SVM": (make_pipeline(StandardScaler(), SVC()), SVM),
    }


def by_skbluetuna(model, ranges, n_iter, seed, common, X, y):
    """Best configuration and its CV score."""
    space = {
        name: (low, high, "log") if kind == "log" else (low, high)
        for name, (low, high, kind) in ranges.items()
    }
    search = BlueTunaSearchCV(
        model, space, n_iter=n_iter, random_state=seed, refit=False, **common
    ).fit(X, y)
    best = search.tuner_.best
    return best.params, best.score


def by_random(model, ranges, n_iter, seed, common, X, y):
    """Best configuration and its CV score."""
    space = {
        name: {
            "log": loguniform(low, high),
            "int": randint(int(low), int(high) + 1),
            "float": uniform(low, high - low),
        }[kind]
        for name, (low, high, kind) in ranges.items()
    }
    search = RandomizedSearchCV(
        model, space, n_iter=n_iter, random_state=seed, refit=False, **common
    ).fit(X, y)
    return search.best_params_, search.best_score_


def by_tpe(model, ranges, n_iter, seed, common, X, y):
    """Best configuration and its CV score."""

    def objective(trial):
        params = {
            name: trial.suggest_int(name, low, high)
            if kind == "int"
            else trial.suggest_float(name, low, high, log=kind == "log")
            for name, (low, high, kind) in ranges.items()
        }
        return cross_val_score(clone(model).set_params(**params), X, y, **common).mean()

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed)
    )
    study.optimize(objective, n_trials=n_iter)
    return study.best_params, study.best_value


SEARCH = dict(zip(METHODS, (by_skbluetuna, by_tpe, by_random), strict=True))


def run(X, y, name, method, n_iter, seed):
    """CV score, held-out score and seconds of one search."""
    model, ranges = models()[name]
    X, X_test, y, y_test = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=seed
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    common = {"cv": folds, "scoring": "f1_macro", "n_jobs": 1}
    start = time.perf_counter()
    params, score = SEARCH[method](model, ranges, n_iter, seed, common, X, y)
    seconds = time.perf_counter() - start
    fitted = clone(model).set_params(**params).fit(X, y)
    held_out = f1_score(y_test, fitted.predict(X_test), average="macro")
    return score, held_out, seconds


def main():
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default=".")
    parser.add_argument("--only", nargs="+", help="names of tables")
    parser.add_argument("--n-iter", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    data = {k: v for k, v in tables(args.data).items() if k in (args.only or [k])}
    print(f"{args.n_iter} evaluations, mean of {args.seeds} seeds: CV / held-out")
    print(f"{'':34s}" + "".join(f"{m:>20s}" for m in METHODS))
    gains = []
    for name in models():
        for table, (X, y) in data.items():
            rows = Parallel(args.jobs)(
                delayed(run)(X, y, name, method, args.n_iter, seed)
                for method in METHODS
                for seed in range(args.seeds)
            )
            result = np.array(rows).reshape(len(METHODS), args.seeds, 3)
            gains.append(result[0] - result[1:])
            cells = [f"{cv:.4f} / {held:.4f}" for cv, held, _ in result.mean(1)]
            print(f"{name:10s}{table:24s}" + "".join(f"{c:>20s}" for c in cells))
    for k, other in enumerate(METHODS[1:]):
        cv, held, _ = np.concatenate([g[k] for g in gains]).T
        print(
            f"over {other}: CV {cv.mean():+.4f}, better {np.sum(cv > 0)} worse "
            f"{np.sum(cv < 0)} of {len(cv)}; held-out {held.mean():+.4f}"
        )


if __name__ == "__main__":
    main()
