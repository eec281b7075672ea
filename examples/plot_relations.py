"""
Relations between parameters
============================

Some configurations make no sense, are an error, or are more than you can afford,
though each of their values is fine. Here boosted trees are tuned for a small device:
a model may have 800 leaves in all, and no leaves that its rows can not fill. Both are
relations between two parameters. The search stays within them from the first candidate
to the last, and its picture shows where one of them ends.

Run it with ``python examples/plot_relations.py``; it takes half a minute.
"""

import argparse

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier

from skbluetuna import BlueTunaSearchCV, at_most

N_LEAVES = 800
X, y = make_classification(
    1500, n_features=20, n_informative=10, flip_y=0.05, random_state=0
)


# %%
# A relation that is a function has a name, so that it can be pickled, and is known
# again in a checkpoint. It gets the parameters that apply.
def fills_its_leaves(params):
    """Whether the rows of a fold are enough for so many leaves of that size."""
    return params["max_leaf_nodes"] * params["min_samples_leaf"] <= 1000


def main():
    """Search, and draw what was asked."""
    parser = argparse.ArgumentParser(description="Relations between parameters.")
    parser.add_argument("--n-iter", type=int, default=40, help="evaluations (40)")
    parser.add_argument("--output", default="relations.png")
    args = parser.parse_args()

    # %%
    # Search
    # ------
    # The estimator's own values come first, so they must satisfy the relations: its
    # defaults, 100 trees of 31 leaves, have 3100 leaves.
    model = HistGradientBoostingClassifier(
        max_iter=50, max_leaf_nodes=8, early_stopping=False, random_state=0
    )
    search = BlueTunaSearchCV(
        model,
        {
            "max_iter": (10, 400, "log"),
            "max_leaf_nodes": (2, 64, "log"),
            "learning_rate": (0.02, 1.0, "log"),
            "min_samples_leaf": (2, 100, "log"),
        },
        constraints=[
            at_most(N_LEAVES, product=("max_iter", "max_leaf_nodes")),
            fills_its_leaves,
        ],
        n_iter=args.n_iter,
        scoring="neg_log_loss",
        cv=3,
        random_state=0,
    ).fit(X, y)

    # %%
    # What was found
    # --------------
    best = search.best_params_
    print(f"best: log loss {-search.best_score_:.4f}, {best}")
    asked = search.cv_results_["params"]
    leaves = np.array([own["max_iter"] * own["max_leaf_nodes"] for own in asked])
    print(
        f"leaves: {leaves.max()} at most, {best['max_iter'] * best['max_leaf_nodes']}"
    )
    print(f"own values: log loss {-search.cv_results_['mean_test_score'][0]:.4f}")

    # %%
    # Where it looked
    # ---------------
    # Better models lie beyond the line: the best one within stands close to it.
    trees = np.array([own["max_iter"] for own in asked])
    loss = -search.cv_results_["mean_test_score"]
    figure, ax = plt.subplots(figsize=(7, 5), layout="constrained")
    points = ax.scatter(trees, leaves / trees, c=loss, cmap="viridis_r", zorder=2)
    row = search.best_index_
    ax.scatter(trees[row], leaves[row] / trees[row], s=160, ec="C3", fc="none", lw=2)
    line = np.geomspace(9, 440, 100)
    ax.fill_between(line, N_LEAVES / line, 80, color="0.92", zorder=0)
    ax.plot(line, N_LEAVES / line, color="0.4", zorder=1)
    ax.text(60, 30, f"more than {N_LEAVES} leaves", color="0.3")
    ax.set(xscale="log", yscale="log", xlim=(9, 440), ylim=(1.8, 80))
    for axis, ticks in ((ax.xaxis, [10, 30, 100, 300]), (ax.yaxis, [2, 4, 8, 16, 32])):
        axis.set_ticks(ticks, labels=map(str, ticks))
        axis.set_ticks([], minor=True)
    ax.set(xlabel="max_iter: trees", ylabel="max_leaf_nodes: leaves of a tree")
    ax.set_title("Every candidate lies within the relations; the ring is the best")
    figure.colorbar(points, label="log loss")
    figure.savefig(args.output, dpi=120)


if __name__ == "__main__":
    main()
