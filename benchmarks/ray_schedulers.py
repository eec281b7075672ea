"""What Ray's schedulers save a search with our searcher, and what they cost it.

    OMP_NUM_THREADS=1 python -m benchmarks.ray_schedulers

Trainings, scores and columns are those of `benchmarks.pruners`, 40 trials one at a
time. ``random`` is Ray's own search. ASHA has its defaults (a reduction of 4, from the
first step on). Population based training (``PBT``) starts from 40 random
configurations, as it takes no searcher; ``search, PBT`` is a search of 28 trials whose
12 best begin a population: as many steps. Both for the linear classifier only, whose
hyperparameters may change while it trains: twice in a training a quarter of the
population is replaced. ``wall`` is the time of the whole run.

The first row of a task and seed is the searcher without a scheduler (``none``);
``score`` and ``test`` of the others are less those of it, unless it is left out by
``--schedulers``.
"""

import argparse
import os
import tempfile
import time
import warnings

import numpy as np

from benchmarks._curves import CURVES

# Before Ray is imported: one machine only, and no usage statistics.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_AIR_NEW_OUTPUT"] = "0"

N_TRIALS, N_FIRST = 40, 28  # of a search alone, and before a population
COLUMNS = ("pruned", "resource", "wall", "score", "test")


def domains(space):
    """Ray's domains of a space as ours are written."""
    from ray import tune

    found = {}
    for name, spec in space.items():
        if isinstance(spec, list):
            found[name] = tune.choice(spec)
        elif isinstance(spec[0], int):
            kind = tune.lograndint if "log" in spec else tune.randint
            found[name] = kind(spec[0], spec[1] + 1)
        else:
            kind = tune.loguniform if "log" in spec else tune.uniform
            found[name] = kind(spec[0], spec[1])
    return found


def trainable(task, seed, is_kept):
    """What Ray runs: a training that reports each step, kept if it is to be copied."""

    def train(config):
        import joblib
        from ray import tune

        training, start = CURVES[task].start(config, seed), 0
        checkpoint = tune.get_checkpoint()
        if checkpoint:
            with checkpoint.as_directory() as folder:  # of this very run
                training, start = joblib.load(f"{folder}/training")
            training.model.set_params(**config)
        for step in range(start + 1, CURVES[task].n_steps + 1):
            found = {"score": training.step(), "test": training.held_out()}
            with tempfile.TemporaryDirectory() as folder:
                kept = None
                if is_kept and step % period(task) == 0:
                    joblib.dump((training, step), f"{folder}/training")
                    kept = tune.Checkpoint.from_directory(folder)
                tune.report(found, checkpoint=kept)

    return train


def period(task):
    """Steps between two looks at a population."""
    return CURVES[task].n_steps // 3


def run(task, seed, search, scheduler, n_trials, is_kept=False):
    """One run; its results and seconds."""
    from ray import tune

    with tempfile.TemporaryDirectory() as folder:
        tuner = tune.Tuner(
            tune.with_resources(trainable(task, seed, is_kept), {"cpu": 1}),
            param_space=domains(CURVES[task].space),
            tune_config=tune.TuneConfig(
                metric="score", mode="max", search_alg=search, scheduler=scheduler,
                num_samples=n_trials, reuse_actors=True, max_concurrent_trials=1,
            ),
            run_config=tune.RunConfig(name="run", storage_path=folder, verbose=0),
        )  # fmt: skip
        start = time.perf_counter()
        results = tuner.fit()
    return list(results), time.perf_counter() - start


def figures(task, results, seconds):
    """Figures of some results, in the order of ``COLUMNS``."""
    n_steps = CURVES[task].n_steps
    steps = np.array([result.metrics["training_iteration"] for result in results])
    whole = [result.metrics for result in results if is_whole(result, n_steps)]
    best = max(whole, key=lambda metrics: metrics["score"])
    pruned = 1.0 - len(whole) / len(results)
    return pruned, steps.sum() / n_steps, seconds, best["score"], best["test"]


def is_whole(result, n_steps):
    """Whether a trial came to its end."""
    return result.metrics["training_iteration"] >= n_steps


def searched(task, seed, scheduler=None, is_random=False):
    """A search, ours or a random one, under a scheduler."""
    from ray.tune.search import BasicVariantGenerator

    from skbluetuna.integrations.ray_searcher import BlueTunaSearcher

    search = BlueTunaSearcher(seed=seed)
    if is_random:
        search = BasicVariantGenerator(random_state=seed)
    return figures(task, *run(task, seed, search, scheduler, N_TRIALS))


def population(task):
    """The scheduler of a population, which changes all but choices."""
    from ray.tune.schedulers import PopulationBasedTraining

    ranges = {n: s for n, s in CURVES[task].space.items() if not isinstance(s, list)}
    return PopulationBasedTraining(
        time_attr="training_iteration",  # by default seconds
        perturbation_interval=period(task),
        hyperparam_mutations=domains(ranges),
        synch=True,
    )


def populated(task, seed, n_first):
    """A population, from random configurations or the best of a search."""
    from ray.tune.search import BasicVariantGenerator

    from skbluetuna.integrations.ray_searcher import BlueTunaSearcher

    first, seconds, points = [], 0.0, None
    if n_first:
        searcher = BlueTunaSearcher(seed=seed)
        first, seconds = run(task, seed, searcher, None, n_first)
        points = searcher.best_points(N_TRIALS - n_first)
    search = BasicVariantGenerator(points_to_evaluate=points, random_state=seed)
    scheduler = population(task)
    rest, more = run(task, seed, search, scheduler, N_TRIALS - n_first, is_kept=True)
    return figures(task, first + rest, seconds + more)


def variants(task, seed):
    """Each way by its name, as a function that runs it."""
    from ray.tune.schedulers import ASHAScheduler

    def asha():
        return ASHAScheduler(max_t=CURVES[task].n_steps)

    found = {
        "none": lambda: searched(task, seed),
        "ASHA": lambda: searched(task, seed, asha()),
        "random": lambda: searched(task, seed, is_random=True),
        "random, ASHA": lambda: searched(task, seed, asha(), is_random=True),
    }
    if task == "linear":
        found["PBT"] = lambda: populated(task, seed, 0)
        found["search, PBT"] = lambda: populated(task, seed, N_FIRST)
    return found


def main():
    """Run, and print a row for each run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", nargs="+", default=["linear", "network"])
    parser.add_argument("--schedulers", nargs="+", default=None)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    args = parser.parse_args()
    import ray

    warnings.simplefilter("ignore")
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    print(f"{'task':12s}{'scheduler':16s}", *(f"{c:>9s}" for c in COLUMNS), sep="")
    for task in args.tasks:
        for seed in args.seeds:
            known, none = variants(task, seed), 0.0
            for name in args.schedulers or known:
                row = np.array(known[name]())
                row[3:] -= none
                if name == "none":
                    none = row[3:]
                numbers = (f"{value:9.4f}" for value in row)
                print(f"{task:10s}{seed:2d}{name:16s}", *numbers, sep="", flush=True)
    ray.shutdown()


if __name__ == "__main__":
    main()
