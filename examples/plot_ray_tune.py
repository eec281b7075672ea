"""
Ray Tune: early stopping, then a population from the best
=========================================================

``BlueTunaSearcher`` chooses configurations for ``tune.Tuner``; the ASHA scheduler stops
the trials that fall behind. The best configurations of that search are then the first
generation of a ``PopulationBasedTraining`` run, which goes on changing the learning
rate while it trains.

Run it with ``python examples/plot_ray_tune.py``; it needs
``pip install "skbluetuna[ray]"``. It starts Ray on this machine, listening on the
loopback alone, and stops it.
"""

import argparse
import os
import tempfile

# Before Ray is imported: one machine only, and no usage statistics.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_AIR_NEW_OUTPUT"] = "0"

import joblib
import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import ray
from ray import tune
from ray.tune.schedulers import ASHAScheduler, PopulationBasedTraining
from ray.tune.search import BasicVariantGenerator, ConcurrencyLimiter
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

from skbluetuna.integrations.ray_searcher import BlueTunaSearcher

N_EPOCHS = 8
SPACE = {
    "eta0": tune.loguniform(1e-4, 1.0),
    "alpha": tune.loguniform(1e-6, 1e-1),
    "penalty": tune.choice(["l2", "elasticnet"]),
}


def train(config):
    """A linear classifier, scored after each epoch; it goes on from a checkpoint."""
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    model, start = SGDClassifier(random_state=0), 0
    checkpoint = tune.get_checkpoint()
    if checkpoint:
        with checkpoint.as_directory() as folder:  # of this very run
            model, start = joblib.load(f"{folder}/model.joblib")
    model.set_params(learning_rate="constant", **config)
    for epoch in range(start + 1, N_EPOCHS + 1):
        model.partial_fit(X_train, y_train, classes=np.arange(10))
        with tempfile.TemporaryDirectory() as folder:
            joblib.dump((model, epoch), f"{folder}/model.joblib")
            kept = tune.Checkpoint.from_directory(folder)
            tune.report({"accuracy": model.score(X_test, y_test)}, checkpoint=kept)


def run(name, folder, search_alg, scheduler, n_trials):
    """One run of Ray Tune."""
    return tune.Tuner(
        tune.with_resources(train, {"cpu": 1}),
        param_space=SPACE,
        tune_config=tune.TuneConfig(
            metric="accuracy",
            mode="max",
            search_alg=search_alg,
            scheduler=scheduler,
            num_samples=n_trials,
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(name=name, storage_path=folder, verbose=0),
    ).fit()


def main():
    """Search, train a population from the best, draw."""
    parser = argparse.ArgumentParser(description="Search with Ray Tune.")
    parser.add_argument("--n-iter", type=int, default=24, help="trials (24)")
    parser.add_argument("--output", default="ray_tune.png")
    args = parser.parse_args()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)

    with tempfile.TemporaryDirectory() as folder:
        # %%
        # The search; trials of which there is better news elsewhere end early.
        searcher = BlueTunaSearcher(seed=0)
        asha = ASHAScheduler(max_t=N_EPOCHS, grace_period=2)
        limited = ConcurrencyLimiter(searcher, max_concurrent=2)
        found = run("search", folder, limited, asha, args.n_iter)
        epochs = [result.metrics["training_iteration"] for result in found]
        best = found.get_best_result()
        print(f"{len(found)} trials, {sum(n < N_EPOCHS for n in epochs)} stopped early")
        print(f"best accuracy {best.metrics['accuracy']:.4f} with {best.config}")
        weights = searcher.tuner.weights
        for param, share in zip(weights["param"], weights["share"], strict=True):
            print(f"    {param}: {share:.0%} of the influence")

        # %%
        # A population whose first generation are the four best.
        population = PopulationBasedTraining(
            time_attr="training_iteration",
            perturbation_interval=2,
            hyperparam_mutations={"eta0": SPACE["eta0"]},
            quantile_fraction=0.25,
        )
        first = BasicVariantGenerator(points_to_evaluate=searcher.best_points(4))
        trained = run("population", folder, first, population, 4)
        score = trained.get_best_result().metrics["accuracy"]
        print(f"best accuracy of the population {score:.4f}")
        curves = [result.metrics_dataframe["accuracy"] for result in found]
        grown = [result.metrics_dataframe["accuracy"] for result in trained]
    ray.shutdown()

    # %%
    # Every trial of the search, and the population.
    _, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
    for ax, own, title in zip(
        axes, (curves, grown), ("Search with ASHA", "Population"), strict=True
    ):
        for curve in own:
            ax.plot(np.arange(1, len(curve) + 1), curve, ".-", alpha=0.7)
        ax.set_xlabel("epoch")
        ax.set_title(title)
    axes[0].set_ylabel("accuracy on data held out")
    plt.savefig(args.output, dpi=120)
    print(f"picture: {args.output}")


if __name__ == "__main__":
    main()
