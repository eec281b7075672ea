"""
Weigh accuracy against latency and size
=======================================

Who deploys a model pays for each prediction. Here XGBoost is tuned on images of
handwritten digits; each candidate is scored by its accuracy, by the time that it takes
to predict one row, and by its size. No single candidate is the best by all of them: the
front shows what accuracy costs, and the choice is made under a limit.

Run it with ``python examples/plot_accuracy_and_latency.py``.
"""

import argparse

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV
from skbluetuna.inspection import ParetoDisplay, hypervolume
from skbluetuna.objectives import ModelSize, PredictTime, front_of

X, y = load_digits(return_X_y=True)


def main():
    """Search, report, draw."""
    parser = argparse.ArgumentParser(description="Accuracy, latency and size.")
    parser.add_argument("--n-iter", type=int, default=40, help="evaluations (40)")
    parser.add_argument("--output", default="accuracy_and_latency.png")
    args = parser.parse_args()

    # %%
    # Search
    # ------
    # Larger is better for every scorer, so costs are negative. XGBoost runs on one
    # thread, and so do the folds: times of others on the machine are left out by the
    # processor's clock.
    search = BlueTunaSearchCV(
        XGBClassifier(n_jobs=1, random_state=0),
        {
            "n_estimators": (5, 100, "log"),
            "max_depth": (1, 6),
            "learning_rate": (0.03, 0.6, "log"),
            "subsample": (0.5, 1.0),
        },
        n_iter=args.n_iter,
        scoring={
            "accuracy": "accuracy",
            "neg_latency": PredictTime(),
            "neg_size": ModelSize(),
        },
        refit="accuracy",
        cv=3,
        random_state=0,
    ).fit(X, y)

    # %%
    # What accuracy costs
    # -------------------
    results = search.cv_results_
    names = ["accuracy", "neg_latency"]
    values = np.column_stack([results[f"mean_test_{name}"] for name in names])
    print("accuracy  latency (ms)  size (kB)")
    for row in front_of(values):
        accuracy, latency = values[row]
        size = results["mean_test_neg_size"][row]
        print(f"{accuracy:8.4f}{-1e3 * latency:14.3f}{-size / 1e3:11.0f}")
    print(f"chosen by accuracy alone: {search.best_params_}")
    print(f"hypervolume of all three: {hypervolume(search):.4g}")

    # %%
    # The front
    # ---------
    figure, axes = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    ParetoDisplay.from_search(search, names, ax=axes[0])
    ParetoDisplay.from_search(search, [*names, "neg_size"], ax=axes[1])
    figure.savefig(args.output, dpi=120)


if __name__ == "__main__":
    main()
