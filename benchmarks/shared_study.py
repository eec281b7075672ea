"""Several processes share one study of Optuna: duplicates, lost trials, shares, times.

``python -m benchmarks.shared_study --storage postgres --trials 150 --workers 3``

The objective sleeps for ``--seconds``; the rest of the time is the sampler's and the
storage's. Exit status 1 if a configuration came twice or a trial was lost.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack

import numpy as np

__all__ = ["STORAGES", "report", "run", "storage_of"]

STORAGES = ("journal", "sqlite", "postgres")


def storage_of(place):
    """Storage of a URL, or of a journal file."""
    import optuna

    if "://" in place:
        return optuna.storages.RDBStorage(place)
    backend = optuna.storages.journal.JournalFileBackend(place)
    return optuna.storages.JournalStorage(backend)


def objective(trial, seconds):
    """Smooth, with numbers of all kinds and a choice; smaller is better."""
    x = trial.suggest_float("x", -1.0, 1.0)
    rate = trial.suggest_float("rate", 1e-4, 1.0, log=True)
    depth = trial.suggest_int("depth", 1, 12)
    kind = trial.suggest_categorical("kind", ["u", "v", "w"])
    trial.set_user_attr("worker", os.getpid())
    time.sleep(seconds)
    bonus = {"u": 0.0, "v": 0.2, "w": 0.1}[kind]
    return (x - 0.3) ** 2 + (depth - 7) ** 2 / 30 + abs(rate - 0.01) - bonus


def work(place, n_trials, seconds, sampler_name):
    """One worker: run trials until the study has so many."""
    import optuna

    from skbluetuna.integrations.optuna_sampler import BlueTunaSampler

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = {"bluetuna": BlueTunaSampler, "tpe": optuna.samplers.TPESampler}
    study = optuna.load_study(
        study_name="shared", storage=storage_of(place), sampler=sampler[sampler_name]()
    )
    enough = optuna.study.MaxTrialsCallback(n_trials, states=None)
    study.optimize(lambda trial: objective(trial, seconds), callbacks=[enough])


def run(place, n_trials, n_workers, seconds=0.0, sampler="bluetuna"):
    """Let processes share a study; its trials, and the wall time."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(study_name="shared", storage=storage_of(place))
    context = multiprocessing.get_context("forkserver")  # imports once for all
    context.set_forkserver_preload(["skbluetuna.integrations.optuna_sampler"])
    start = time.perf_counter()
    task = {"target": work, "args": (place, n_trials, seconds, sampler)}
    workers = [context.Process(**task) for _ in range(n_workers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    codes = [worker.exitcode for worker in workers]
    if any(codes):
        raise RuntimeError(f"workers must end with 0; got {codes}.")
    return study.get_trials(), time.perf_counter() - start


def report(trials):
    """What became of the trials: a dict of numbers."""
    keys = Counter(repr(sorted(trial.params.items())) for trial in trials)
    complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
    shares = Counter(trial.user_attrs.get("worker") for trial in trials)
    starts = [trial.datetime_start.timestamp() for trial in trials]
    return {
        "trials": len(trials),
        "duplicates": len(trials) - len(keys),
        "lost": len(trials) - len(complete),
        "gaps in numbers": int(np.sum(np.diff([t.number for t in trials]) != 1)),
        "shares": sorted(shares.values(), reverse=True),
        "best": round(min(trial.value for trial in complete), 6),
        "seconds": round(max(starts) - min(starts), 1),
    }


def main():
    """Run one storage and say what happened; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--storage", choices=STORAGES, default="journal")
    parser.add_argument("--trials", type=int, default=150)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--sampler", choices=("bluetuna", "tpe"), default="bluetuna")
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        place = f"{folder}/journal"
        if args.storage == "sqlite":
            place = f"sqlite:///{folder}/study.db"
        if args.storage == "postgres":
            from benchmarks import _postgres

            if _postgres.missing():
                print(f"skipped: {_postgres.missing()}")
                return 0
            place = stack.enter_context(_postgres.server())
        trials, _ = run(place, args.trials, args.workers, args.seconds, args.sampler)
    found = report(trials)
    print(args.storage, ", ".join(f"{k} {v}" for k, v in found.items()))
    return int(found["duplicates"] + found["lost"] + found["gaps in numbers"] > 0)


if __name__ == "__main__":
    sys.exit(main())
