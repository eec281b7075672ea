"""
The seventh search starts from six
==================================

A team tunes XGBoost on one table after the other. With ``history`` each search appends
what it evaluated to a file, and the next one starts from what is in it: a few
configurations that were good together, and a prior mean of what to expect. Here are
seven tables. Each of them in turn is the seventh, searched with a file of the six other
searches and without one.

Expect a gain in the mean, most of it in the first evaluations, and not on every table:
six small tables of other kinds know only so much of the seventh.

Run it with ``python examples/plot_history.py``; it takes half a minute.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_wine,
    make_classification,
    make_hastie_10_2,
)
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV

SPACE = {
    "learning_rate": (0.005, 0.5, "log"),
    "max_depth": (1, 10),
    "min_child_weight": (0.1, 20.0, "log"),
    "subsample": (0.5, 1.0),
    "colsample_bytree": (0.3, 1.0),
    "reg_lambda": (0.01, 100.0, "log"),
}
N_ROWS = 300
COUNTS = 3, 5, 10, 20


def tables():
    """Seven tables of two classes."""
    digits, digit = load_digits(return_X_y=True)
    diabetes, progression = load_diabetes(return_X_y=True)
    wine, cultivar = load_wine(return_X_y=True)
    return {
        "breast cancer": load_breast_cancer(return_X_y=True),
        "wine, second cultivar": (wine, cultivar == 1),
        "diabetes, above the median": (diabetes, progression > np.median(progression)),
        "digits, five or more": (digits, digit >= 5),
        "digits, odd": (digits[::-1], digit[::-1] % 2 == 1),
        "ten normals": make_hastie_10_2(N_ROWS, random_state=0),
        "clusters": make_classification(N_ROWS, n_informative=6, random_state=0),
    }


def searched(X, y, n_iter, seed, history):
    """One search by log loss; its best log loss so far, and how many starts it had."""
    X, y = X[:N_ROWS], np.unique(y[:N_ROWS], return_inverse=True)[1]
    search = BlueTunaSearchCV(
        XGBClassifier(n_estimators=50, n_jobs=1, random_state=0),
        SPACE,
        n_iter=n_iter,
        scoring="neg_log_loss",
        cv=StratifiedKFold(3, shuffle=True, random_state=0),
        random_state=seed,
        history=history,
    ).fit(X, y)
    n_starts = np.sum(search.cv_results_["stage"] == "history")
    return -np.maximum.accumulate(search.cv_results_["mean_test_score"]), n_starts


def main():
    """Search, compare, draw."""
    parser = argparse.ArgumentParser(description="Searches that learn from others.")
    parser.add_argument("--n-iter", type=int, default=25, help="evaluations (25)")
    parser.add_argument("--output", default="history.png")
    args = parser.parse_args()
    data = tables()
    without, after = {}, {}

    with TemporaryDirectory() as folder:
        # %%
        # Every table without past searches
        # ---------------------------------
        # Each appends itself to a file of its own; it counts with 20 scores or more.
        files = {name: Path(folder, f"{k}.jsonl") for k, name in enumerate(data)}
        for k, (name, (X, y)) in enumerate(data.items()):
            losses, _ = searched(X, y, max(20, args.n_iter), k, files[name])
            without[name] = losses[: args.n_iter]

        # %%
        # Every table with the six others
        # -------------------------------
        # A file of searches is text, one line each: files are put together by that.
        print("best log loss, without and with six past searches, after", COUNTS)
        for k, (name, (X, y)) in enumerate(data.items()):
            six = Path(folder, f"without_{k}.jsonl")
            six.write_text(
                "".join(f.read_text() for n, f in files.items() if n != name)
            )
            after[name], n_starts = searched(X, y, args.n_iter, k, six)
            pairs = (
                f"{without[name][n - 1]:7.4f} {after[name][n - 1]:6.4f}"
                for n in COUNTS
                if n <= args.n_iter
            )
            print(f"{name:28s}", *pairs, f"  {n_starts} starts")

    # %%
    # What is left to gain
    # --------------------
    # From 1, what both begin with, to 0, the best that either found.
    figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
    evaluations = np.arange(1, args.n_iter + 1)
    ways = {"without past searches": without, "with six past searches": after}
    for color, (way, found) in zip(("0.4", "#D55E00"), ways.items(), strict=True):
        left = []
        for name, losses in found.items():
            best = min(without[name][-1], after[name][-1])
            left.append((losses - best) / max(losses[0] - best, 1e-12))
            ax.step(evaluations, left[-1], where="post", color=color, lw=1, alpha=0.3)
        mean = np.mean(left, axis=0)
        ax.step(evaluations, mean, where="post", color=color, lw=3, label=way)
        told = (f"{mean[n - 1]:.3f} after {n}" for n in COUNTS if n <= len(mean))
        print(f"left to gain {way}:", ", ".join(told))
    ax.set(
        title="XGBoost on seven tables: each of them, and their mean",
        xlabel="evaluations",
        ylabel="share of the gain that is left",
    )
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend()
    figure.savefig(args.output, dpi=120)
    print(f"picture: {args.output}")


if __name__ == "__main__":
    main()
