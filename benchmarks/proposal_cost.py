"""What a search costs by itself: CPU time of a trial, and memory, over a whole run.

    OMP_NUM_THREADS=1 python benchmarks/proposal_cost.py
    OMP_NUM_THREADS=1 python benchmarks/proposal_cost.py --search tpe gp --n 100 400

For each search, number of parameters d and number of evaluations n: milliseconds of
CPU that asking and telling took, on average over the last ten evaluations and over the
whole run up to there, and by how many megabytes the process has grown at most. Each
run has a process of its own. The score is a noisy bowl, which costs nothing. `two` is
ours with two objectives. `tpe` and
`gp` are Optuna's samplers (`gp` needs torch), asked through `study.ask`.
"""

import argparse
import multiprocessing
import resource
import time

import numpy as np


def ours(d, n_iter, seed):
    """Ask and tell of BlueTuner."""
    from skbluetuna import BlueTuner

    space = {f"x{i}": (0.0, 1.0) for i in range(d)}
    tuner = BlueTuner(space, n_iter=n_iter, random_state=seed)
    return lambda: tuner.ask(1)[0], lambda trial: trial.unit, tuner.tell


def two(d, n_iter, seed):
    """The same with two objectives, a bowl each."""
    from skbluetuna import BlueTuner

    space = {f"x{i}": (0.0, 1.0) for i in range(d)}
    tuner = BlueTuner(
        space, n_iter=n_iter, objectives=["here", "there"], random_state=seed
    )

    def tell(trial, score):
        there = -float(np.sum((np.array(trial.unit) - 0.7) ** 2))
        tuner.tell(trial, (score, there))

    return lambda: tuner.ask(1)[0], lambda trial: trial.unit, tell


def optuna_study(sampler):
    """Ask and tell of Optuna, by one of its samplers."""

    def make(d, n_iter, seed):  # noqa: ARG001
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(
            direction="maximize", sampler=getattr(optuna.samplers, sampler)(seed=seed)
        )
        unit = optuna.distributions.FloatDistribution(0.0, 1.0)
        space = {f"x{i}": unit for i in range(d)}
        return (
            lambda: study.ask(space),
            lambda trial: list(trial.params.values()),
            study.tell,
        )

    return make


SEARCHES = {
    "ours": ours,
    "two": two,
    "tpe": optuna_study("TPESampler"),
    "gp": optuna_study("GPSampler"),
}


def run(search, d, n_iter, seed):
    """Seconds of each evaluation's ask and tell, and the process's size after it."""
    rng = np.random.default_rng(seed)
    ask, unit, tell = SEARCHES[search](d, n_iter, seed)
    seconds, kilobytes = [], [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]
    for _ in range(n_iter):
        start = time.process_time()
        trial = ask()
        asked = time.process_time()
        bowl = -np.sum((np.array(unit(trial)) - 0.3) ** 2)
        score = float(bowl + 0.01 * rng.standard_normal())
        again = time.process_time()
        tell(trial, score)
        seconds.append(asked - start + time.process_time() - again)
        kilobytes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return np.array(seconds), (np.array(kilobytes[1:]) - kilobytes[0]) / 1024.0


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--search", nargs="+", default=["ours"], choices=SEARCHES)
    parser.add_argument("--n", type=int, nargs="+", default=[50, 100, 200, 400, 1000])
    parser.add_argument("--d", type=int, nargs="+", default=[6, 20])
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print("search   d     n   last ten (ms)   whole run (ms)   grown by (MB)")
    for search in args.search:
        for d in args.d:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                job = (search, d, max(args.n), args.seed)
                seconds, grown = pool.apply(run, job)
            for n in args.n:
                last, mean = seconds[n - 10 : n].mean(), seconds[:n].mean()
                print(
                    f"{search:6s} {d:3d} {n:5d} {last * 1e3:13.1f} {mean * 1e3:16.1f}"
                    f" {grown[n - 1]:15.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
