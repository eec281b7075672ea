"""
Kill a search and take it up again
==================================

With ``checkpoint=`` every evaluation is on disk before the next is proposed. Here a
search of an RBF SVM runs in a process of its own, is killed (``kill -9``, no warning)
about half-way, and is run again: it reads what the file holds, and ends where a search
that was never killed ends. Then a search of a wider space learns from the same file.

Run it with ``python examples/plot_killed_and_resumed.py``.
"""

import argparse
import multiprocessing
import tempfile
import time
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV

X, y = load_breast_cancer(return_X_y=True)


def search(n_iter, checkpoint=None, largest=1e3):
    """The same search, with or without a checkpoint."""
    return BlueTunaSearchCV(
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": (1e-2, largest, "log"), "svc__gamma": (1e-5, 1e1, "log")},
        n_iter=n_iter,
        cv=5,
        random_state=0,
        checkpoint=checkpoint,
    ).fit(X, y)


def count(checkpoint):
    """Evaluations in the file: each ends with an event of its own."""
    text = checkpoint.read_text() if checkpoint.exists() else ""
    return text.count('"event": "finished"')


def main():
    """Search, kill, resume, compare, draw."""
    parser = argparse.ArgumentParser(description="Kill a search and resume it.")
    parser.add_argument("--n-iter", type=int, default=30, help="evaluations (30)")
    parser.add_argument("--output", default="killed_and_resumed.png")
    args = parser.parse_args()

    # %%
    # Start the search elsewhere, and kill that process once half of it is on disk.
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "search.jsonl"
        process = multiprocessing.get_context("spawn").Process(
            target=search, args=(args.n_iter, checkpoint)
        )
        process.start()
        while process.is_alive() and count(checkpoint) < args.n_iter // 2:
            time.sleep(0.01)
        process.kill()
        process.join()
        n_saved = count(checkpoint)
        print(f"killed after {n_saved} of {args.n_iter} evaluations")

        # %%
        # Run it again: the same call.
        resumed = search(args.n_iter, checkpoint)

        # %%
        # Another space: what was evaluated is imported, and the budget is for new ones.
        wider = search(5, checkpoint, largest=1e4)
        stages = list(wider.cv_results_["stage"])
        print(f"a wider search imports {stages.count('imported')} and evaluates 5")

    # %%
    # It is the search that was never killed.
    whole = search(args.n_iter)
    same = resumed.cv_results_["params"] == whole.cv_results_["params"]
    print(f"same configurations as without the kill: {same}")
    print(f"best {resumed.best_score_:.4f} with {resumed.best_params_}")

    scores = resumed.cv_results_["mean_test_score"]
    number = np.arange(1, len(scores) + 1)
    figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    recalled = number <= n_saved
    ax.plot(number[recalled], scores[recalled], "o", label="before the kill, recalled")
    ax.plot(number[~recalled], scores[~recalled], "s", label="after it")
    ax.step(number, np.maximum.accumulate(scores), where="post", label="best so far")
    ax.axvline(n_saved + 0.5, linestyle=":", color="black")
    low = np.quantile(scores, 0.25)
    ax.set(xlabel="evaluation", ylabel="accuracy (5 folds)",
           ylim=(low - 0.02, scores.max() + 0.005),
           title="SVM on breast cancer, killed and resumed")  # fmt: skip
    ax.legend(loc="lower left")
    figure.savefig(args.output, dpi=120)


if __name__ == "__main__":
    main()
