"""Seconds and memory of an ask where a parameter has thousands of unordered choices.

    OMP_NUM_THREADS=1 python benchmarks/many_choices.py

For each kind of space and number of choices, in a process of its own: the time to read
the space, the longest and the median `ask` of 50 evaluations, the tables, and by how
much the peak of the process's memory rises. The choices are tuples; the score is noise.
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np

from skbluetuna import BlueTuner


def choices(k, mark="a"):
    """So many tuples."""
    return [(i, f"{mark}{i}") for i in range(k)]


SPACES = {
    "one": lambda k: {"c": choices(k)},
    "mixed": lambda k: {
        "c": choices(k), "x": (0.0, 1.0), "n": (1, 100, "log"), "b": ["p", "q", "r"],
    },
    "five": lambda k: {f"c{j}": choices(k) for j in range(5)},
    "alternatives": lambda k: [
        {"c": choices(k), "x": (0.0, 1.0)}, {"c": choices(k, "b"), "n": (1, 9)},
    ],
}  # fmt: skip


def megabytes():
    """Peak of the memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(kind, k, n_iter=50):
    """Print one line."""
    space, rng, seconds = SPACES[kind](k), np.random.default_rng(0), []
    before, start = megabytes(), time.perf_counter()
    tuner = BlueTuner(space, n_iter=n_iter, random_state=0)
    read = time.perf_counter() - start
    while not tuner.finished:
        start = time.perf_counter()
        trials = tuner.ask()
        seconds.append(time.perf_counter() - start)
        for trial in trials:
            tuner.tell(trial, rng.standard_normal())
    more, start = megabytes() - before, time.perf_counter()
    _ = tuner.regions, tuner.weights, tuner.interactions, tuner.optimized_space
    tables = time.perf_counter() - start
    print(
        f"{kind:14s}{k:8d}{read:8.2f}{max(seconds):12.3f}{np.median(seconds):12.3f}"
        f"{more:10.0f}{tables:10.2f}{megabytes() - before:12.0f}",
        flush=True,
    )


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--k", type=int, nargs="+", default=[2000, 20000])
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        measure(args.one[0], int(args.one[1]))
        return
    print(
        "space          choices  read s   longest s    median s    + MB  tables s"
        "  with + MB",
        flush=True,
    )
    for kind in SPACES:
        for k in args.k:
            subprocess.run(
                [sys.executable, __file__, "--one", kind, str(k)], check=True
            )


if __name__ == "__main__":
    main()
