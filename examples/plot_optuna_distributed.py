"""
Three processes share one search through Optuna
===============================================

``BlueTunaSampler`` is a sampler for Optuna's studies. Workers that load the same study
from one storage make one search: here three processes on this machine share a journal
file; on several machines they would share a PostgreSQL server through its URL. Nothing
listens anywhere.

Run it with ``python examples/plot_optuna_distributed.py``; it needs
``pip install "skbluetuna[optuna]"``.
"""

import argparse
import multiprocessing
import os
import tempfile
from collections import Counter

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import optuna
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna.integrations.optuna_sampler import BlueTunaSampler

X, y = load_breast_cancer(return_X_y=True)


def objective(trial):
    """Cross-validated accuracy; the space is written where it is used."""
    params = {
        "C": trial.suggest_float("C", 1e-2, 1e3, log=True),
        "kernel": trial.suggest_categorical("kernel", ["rbf", "poly"]),
        "gamma": trial.suggest_float("gamma", 1e-5, 1e1, log=True),
    }
    if params["kernel"] == "poly":  # not in every trial: sampled by itself
        params["degree"] = trial.suggest_int("degree", 2, 4)
    trial.set_user_attr("worker", os.getpid())
    return cross_val_score(make_pipeline(StandardScaler(), SVC(**params)), X, y).mean()


def open_study(journal):
    """The study in a file, for whoever asks."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    backend = optuna.storages.journal.JournalFileBackend(journal)
    return optuna.create_study(
        study_name="svm",
        storage=optuna.storages.JournalStorage(backend),
        direction="maximize",
        sampler=BlueTunaSampler(seed=0),
        load_if_exists=True,
    )


def work(journal, n_trials):
    """One worker: trials until there are enough of all workers together."""
    enough = optuna.study.MaxTrialsCallback(n_trials, states=None)
    open_study(journal).optimize(objective, callbacks=[enough])


def main():
    """Start the workers, wait for them, say and draw what they did."""
    parser = argparse.ArgumentParser(description="Share one search in Optuna.")
    parser.add_argument("--n-iter", type=int, default=45, help="trials (45)")
    parser.add_argument("--output", default="optuna_distributed.png")
    args = parser.parse_args()

    # %%
    # The study exists before the workers come; each of them loads it.
    with tempfile.TemporaryDirectory() as folder:
        journal = os.path.join(folder, "journal.log")
        study = open_study(journal)
        context = multiprocessing.get_context("spawn")
        workers = [
            context.Process(target=work, args=(journal, args.n_iter)) for _ in range(3)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        trials, best = study.get_trials(), study.best_trial

    # %%
    # No configuration was tried twice: running trials are seen by all workers.
    distinct = {repr(sorted(trial.params.items())) for trial in trials}
    shares = Counter(trial.user_attrs["worker"] for trial in trials)
    print(f"{len(trials)} trials, {len(distinct)} of them distinct")
    print("each worker's share:", sorted(shares.values(), reverse=True))
    print(f"best accuracy {best.value:.4f} in trial {best.number}: {best.params}")

    # %%
    # The best score so far, and who found what.
    scores = np.array([trial.value for trial in trials])
    _, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
    ax.step(np.arange(len(scores)), np.maximum.accumulate(scores), where="post",
            color="0.4", label="best so far")  # fmt: skip
    for k, worker in enumerate(shares):
        own = [i for i, t in enumerate(trials) if t.user_attrs["worker"] == worker]
        ax.scatter(own, scores[own], s=24, color=f"C{k}", label=f"worker {k + 1}")
    ax.set_xlabel("number of the trial")
    ax.set_ylabel("5-fold accuracy")
    ax.set_title("Three processes share one study")
    ax.legend(loc="lower right")
    plt.savefig(args.output, dpi=120)
    print(f"picture: {args.output}")


if __name__ == "__main__":
    main()
