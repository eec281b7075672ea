"""
Watch a search in the trackers you have
=======================================

Trackers are callbacks: ``search.set_callbacks(...)``. Here one search is logged to JSON
lines and, where they are installed, to MLflow and TensorBoard, all in a folder of this
machine; then it is read back, MLflow's through its own client.

Needs ``pip install "skbluetuna[plots]"``; for all of it
``pip install "skbluetuna[mlflow,tensorboard,plots]"``. Run it with
``python examples/plot_tracking.py``.
"""

import argparse
import json
import warnings
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

from skbluetuna import BlueTunaSearchCV
from skbluetuna.callbacks import JSONLinesTracker, MLflowTracker, TensorBoardTracker

X, y = load_wine(return_X_y=True)


def trackers(folder):
    """Those whose packages are installed."""
    found = [JSONLinesTracker(folder / "log.jsonl")]
    if find_spec("mlflow") and find_spec("sqlalchemy") and find_spec("alembic"):
        found.append(MLflowTracker(folder / "mlflow", experiment="wine"))
    if find_spec("tensorboard"):
        found.append(TensorBoardTracker(folder / "tensorboard"))
    return found


def main():
    """Search under trackers, read them back, draw."""
    parser = argparse.ArgumentParser(description="Log a search to several trackers.")
    parser.add_argument("--n-iter", type=int, default=30, help="evaluations (30)")
    parser.add_argument("--output", default="tracking.png")
    args = parser.parse_args()

    # %%
    # One search, several trackers.
    search = BlueTunaSearchCV(
        RandomForestClassifier(n_estimators=20, random_state=0),
        {"max_depth": (1, 20), "max_features": (0.1, 1.0), "min_samples_leaf": (1, 20)},
        n_iter=args.n_iter,
        scoring=["accuracy", "neg_log_loss"],
        refit="neg_log_loss",
        cv=3,
        random_state=0,
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        used = trackers(folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the packages' own
            search.set_callbacks(*used).fit(X, y)
            print("logged to", ", ".join(type(one).__name__ for one in used))
            if any(isinstance(one, MLflowTracker) for one in used):
                read_mlflow(folder / "mlflow")

        # %%
        # A log of JSON lines is read by anything.
        lines = (folder / "log.jsonl").read_text().splitlines()
        rows = [r for r in map(json.loads, lines) if r["event"] == "evaluation"]
    print(f"{len(rows)} evaluations in the log of JSON lines")

    figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    for stage in dict.fromkeys(row["stage"] for row in rows):
        own = [row for row in rows if row["stage"] == stage]
        ax.errorbar(
            [row["number"] for row in own],
            [row["metrics"]["mean_test_neg_log_loss"] for row in own],
            [row["metrics"]["std_test_neg_log_loss"] for row in own],
            fmt="o", capsize=2, label=stage,
        )  # fmt: skip
    losses = [row["metrics"]["mean_test_neg_log_loss"] for row in rows]
    ax.set(xlabel="evaluation", ylabel="negative log loss (3 folds, mean and spread)",
           ylim=(np.quantile(losses, 0.1) - 0.1, max(losses) + 0.1),
           title="A random forest on wine, as it was logged")  # fmt: skip
    ax.legend(loc="lower right")
    figure.savefig(args.output, dpi=120)


def read_mlflow(folder):
    """Read the best candidate and the artifacts back through MLflow's client."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("wine").experiment_id
    best, *_ = client.search_runs(
        [experiment],
        "tags.stage LIKE '%'",
        order_by=["metrics.mean_test_neg_log_loss DESC"],
    )
    parent = best.data.tags["mlflow.parentRunId"]
    print(f"MLflow's best run: candidate {best.info.run_name}, {best.data.params}")
    print("artifacts:", [file.path for file in client.list_artifacts(parent)])


if __name__ == "__main__":
    main()
