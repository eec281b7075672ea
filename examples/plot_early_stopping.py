"""
Stop boosting early in each fold
================================

How many rounds boosting needs follows from its other parameters, most of all from its
learning rate, so it need not be searched. Here each fold of an XGBoost search stops
when a part of its own training part no longer improves; the rows that it is scored on
take no part in that. The refit makes the mean of these numbers, scaled to all rows.

Run it with ``python examples/plot_early_stopping.py``; it takes a few seconds.
"""

import argparse

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from xgboost import XGBRegressor

from skbluetuna import BlueTunaSearchCV, EarlyStopping

X, y = load_diabetes(return_X_y=True)


def main():
    """Search, say what was found, draw."""
    parser = argparse.ArgumentParser(description="Early stopping in each fold.")
    parser.add_argument("--n-iter", type=int, default=40, help="evaluations (40)")
    parser.add_argument("--output", default="early_stopping.png")
    args = parser.parse_args()

    # %%
    # Search
    # ------
    # The estimator's own number of rounds is the most that a fold may have; the space
    # does not have it.
    search = BlueTunaSearchCV(
        XGBRegressor(n_estimators=2000, n_jobs=1, random_state=0),
        {
            "learning_rate": (0.01, 0.5, "log"),
            "max_depth": (1, 6),
            "subsample": (0.5, 1.0),
            "colsample_bytree": (0.3, 1.0),
        },
        n_iter=args.n_iter,
        early_stopping=EarlyStopping(rounds=50),
        scoring="neg_root_mean_squared_error",
        cv=5,
        random_state=0,
    ).fit(X, y)

    # %%
    # What the folds found
    # --------------------
    results, best = search.cv_results_, search.best_index_
    rounds = np.array([results[f"split{k}_best_iteration"] for k in range(5)])
    print(f"best: error {-search.best_score_:.2f}, {search.best_params_}")
    print(f"rounds of its folds: {rounds[:, best].astype(int).tolist()}")
    print(f"rounds of the refit: {search.best_estimator_.n_estimators}")

    # %%
    # The smaller the steps, the more of them
    # ---------------------------------------
    rates = results["param_learning_rate"].astype(float)
    errors = -results["mean_test_score"]
    figure, ax = plt.subplots(figsize=(7, 4.6), layout="constrained")
    ax.vlines(rates, rounds.min(axis=0), rounds.max(axis=0), color="0.8", zorder=1)
    worst = np.quantile(errors, 0.8)  # a few bad ones would take all the colours
    points = ax.scatter(
        rates, rounds.mean(axis=0), c=np.minimum(errors, worst), cmap="viridis_r",
        edgecolors="white", linewidths=0.5, zorder=2,
    )  # fmt: skip
    ax.scatter(
        rates[best], rounds[:, best].mean(), s=160, facecolors="none",
        edgecolors="tab:red", linewidths=1.5, zorder=3, label="chosen",
    )  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel="learning_rate")
    ax.set_xticks([0.01, 0.02, 0.05, 0.1, 0.2, 0.5], minor=False)
    ax.set_xticks([], minor=True)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set_ylabel("rounds up to the best one (mean and range of 5 folds)")
    ax.legend(loc="upper right")
    figure.colorbar(points, ax=ax, label="root mean squared error on the scored folds")
    figure.savefig(args.output, dpi=120)


if __name__ == "__main__":
    main()
