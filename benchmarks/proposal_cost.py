"""Milliseconds that the adaptive strategy takes for a proposal, over a whole run.

    OMP_NUM_THREADS=1 python benchmarks/proposal_cost.py

For each number of parameters d and of evaluations n: the median time of `ask` and
`tell` over the last ten evaluations, and the mean over the whole run up to there. The
score is a noisy bowl, which costs nothing.
"""

import argparse
import time

import numpy as np

from skbluetuna import BlueTuner


def run(d, n_iter, seed=0):
    """Seconds of each evaluation's ask and tell."""
    rng = np.random.default_rng(seed)
    space = {f"x{i}": (0.0, 1.0) for i in range(d)}
    tuner = BlueTuner(space, n_iter=n_iter, random_state=seed)
    seconds = []
    while not tuner.finished:
        start = time.perf_counter()
        trials = tuner.ask()
        for trial in trials:
            bowl = -np.sum((np.array(trial.unit) - 0.3) ** 2)
            tuner.tell(trial, bowl + 0.01 * rng.standard_normal())
        took = (time.perf_counter() - start) / len(trials)
        seconds += [took] * len(trials)
    return np.array(seconds)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, nargs="+", default=[50, 100, 200])
    parser.add_argument("--d", type=int, nargs="+", default=[5, 10, 20, 40])
    args = parser.parse_args()
    print("   d     n   last ten (median ms)   whole run (mean ms)")
    for d in args.d:
        seconds = run(d, max(args.n))
        for n in args.n:
            last, mean = np.median(seconds[n - 10 : n]), seconds[:n].mean()
            print(f"{d:4d} {n:5d} {last * 1e3:18.1f} {mean * 1e3:21.1f}", flush=True)


if __name__ == "__main__":
    main()
