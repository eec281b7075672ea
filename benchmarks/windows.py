r"""Many evaluations at a time: regret by evaluations and by time, and who is idle.

    python -m benchmarks windows --yahpo BENCH --out OUT
    python -m benchmarks windows --yahpo BENCH --out OUT --set all --workers 4 8 16 \
        --windows 1 4 8 16 32 --batches 8 --free 8 --peers "Optuna TPE" random

``--yahpo`` is a folder with a ``landscapes.py`` as ``ablation.py`` describes it. The
clock is simulated. ``--times``: *recorded* training times, where the landscape has
another target ``timetrain`` or ``time`` (otherwise *varied*), or drawn ones: *alike*,
*varied* (lognormal, coefficient of variation 1),
*tenfold* (lognormal, nine of ten within a factor of ten). A time of 1 is the mean of
random configurations. In a window trial i is asked when all up to i - window are told,
so one search serves for all workers and times. Free ones and peers are asked whenever a
worker is free. Printed at last: by how much log10 regret after all is above that of the
first line, with its standard error over landscapes and seeds.
"""

import sys
from dataclasses import replace
from zlib import crc32

import numpy as np

from benchmarks._askers import Batches, OptunaGP, OptunaTPE, Random, Windows
from benchmarks._clock import Run, as_they_come, clocked, in_order
from benchmarks._figures import many_workers
from benchmarks._records import Records, run_all

__all__ = ["add_arguments", "command"]

PEERS = {"Optuna TPE": OptunaTPE, "Optuna GP": OptunaGP, "random": Random}
MORE = {"Optuna TPE": 2, "random": 2}  # evaluations, in budgets: they are waiting less
TIMED = "timetrain", "time"  # targets of a landscape that are its training time
SHORTEST = 1e-3
SIGMA = {"varied": np.sqrt(np.log(2.0)), "tenfold": np.log(10.0) / (2.0 * 1.645)}
COUNTS = 16, 32, 50, 64, 100, 128, 200
SHARES = 0.25, 0.5, 1.0, 1.5  # of the time that the budget takes workers who never wait
DECIMALS = 7


def landscapes_of(folder, which):
    """The landscapes of a folder."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    import landscapes

    wanted = {"dev": ["dev"], "wide": ["wide"], "all": ["dev", "wide"]}[which]
    names = {"dev": "development_set", "wide": "wide_set"}
    return [land for name in wanted for land in getattr(landscapes, names[name])()]


def clock_of(land, times, seed):
    """Seconds of an evaluation, from its number and configuration."""
    timer = timer_of(land)
    if times == "recorded" and timer:
        drawn = [max(SHORTEST, timer.score(t.params)) for t in drawn_of(land)]
        unit = float(np.mean(drawn))
        return lambda number, params: max(SHORTEST, timer.score(params)) / unit  # noqa: ARG005
    if times == "recorded":
        times = "varied"
    return lambda number, params: drawn_seconds(times, land.name, seed, number)  # noqa: ARG005


def timer_of(land):
    """The landscape whose score is the training time of this one, if there is one."""
    columns = getattr(sys.modules["landscapes"], "COLUMNS", {})
    known = columns.get(getattr(land, "scenario", None), {}).get("y", ())
    target = next((name for name in TIMED if name in known), None)
    return target and replace(land, target=target)


def drawn_of(land):
    """Random configurations, by whose mean time all are measured."""
    return Random(land.space, 100, 0).ask(100)


def drawn_seconds(times, name, seed, number):
    """Time of a trial that its configuration does not decide; 1 in the mean."""
    if times == "alike":
        return 1.0
    place = [crc32(name.encode()), seed, number]
    z = np.random.default_rng(place).standard_normal()
    return float(np.exp(SIGMA[times] * z - 0.5 * SIGMA[times] ** 2))


def run_in_order(args, index, kind, size, seed):
    """Ours in a window or in batches, without a clock."""
    land = landscapes_of(args.yahpo, args.set)[index]
    search = {"window": Windows, "batch": Batches}[kind](land.space, args.budget, seed)
    asked = []

    def score(params):
        asked.append(params)
        return land.score(params)

    scores, knew = in_order(search, score, size, in_batches=kind == "batch")
    timed = clock_of(land, "recorded", seed)
    return {
        "regret": [round(land.regret(s), DECIMALS) for s in scores],
        "knew": knew,
        "seconds": [round(timed(i, p), DECIMALS) for i, p in enumerate(asked)],
    }


def run_free(args, index, kind, n_workers, times, seed):
    """Ours or a peer, asked whenever a worker is free."""
    land = landscapes_of(args.yahpo, args.set)[index]
    n = args.budget * MORE.get(kind, 1)
    search = ({"free": Windows} | PEERS)[kind](land.space, n, seed)
    timed = clock_of(land, times, seed)
    run = as_they_come(search, lambda i, p: (land.score(p), timed(i, p)), n_workers)
    return {
        "regret": [round(land.regret(s), DECIMALS) for s in run.scores],
        "seconds": run.seconds,
        "starts": run.starts,
        "ends": run.ends,
    }


def jobs_of(args):
    """All searches by their key: landscape, seed, kind, size, workers, times."""
    lands = landscapes_of(args.yahpo, args.set)
    places = [
        (i, seed) for seed in args.seeds for i in range(0, len(lands), args.every)
    ]
    jobs = {}
    for kind, sizes in (("window", args.windows), ("batch", args.batches)):
        for size in sizes:
            for i, seed in places:
                jobs[lands[i].name, seed, kind, size, 0, ""] = (
                    run_in_order, (args, i, kind, size, seed),
                )  # fmt: skip
    free = [("free", args.free), *((peer, args.workers) for peer in args.peers)]
    for kind, numbers in free:
        for n_workers in numbers:
            for times in args.times:
                for i, seed in places:
                    jobs[lands[i].name, seed, kind, 0, n_workers, times] = (
                        run_free, (args, i, kind, n_workers, times, seed),
                    )  # fmt: skip
    return jobs


def runs_of(records, keys, n_workers, times, n=None):
    """Runs as so many workers would have made them, by name and then by place.

    Of their first n evaluations alone, if n is given.
    """
    found = {}
    for key in keys:
        land, seed, kind, size, own_workers, own_times = key
        row = records.runs.get(key)
        is_other = own_workers and (own_workers, own_times) != (n_workers, times)
        if row is None or is_other:
            continue
        seconds, scores = row["seconds"], [-r for r in row["regret"]]
        if own_workers:
            starts, ends = row["starts"], row["ends"]
        else:
            if times != "recorded":
                n_all = len(seconds)
                seconds = [drawn_seconds(times, land, seed, k) for k in range(n_all)]
            starts, ends = clocked(row["knew"], seconds, n_workers)
        run = Run(scores[:n], seconds[:n], starts[:n], ends[:n])
        found.setdefault(f"{kind} {size or ''}".strip(), {})[land, seed] = run
    return found


def show(found, budget, n_workers, times):
    """A line for each name."""
    counts = [*(n for n in COUNTS if n < budget), budget]
    ideal, first = budget / n_workers, None
    print(f"\n{n_workers} workers, times {times}; after {counts} evaluations, and at")
    print(f"{SHARES} of the time that {budget} evaluations take them without a pause")
    print(f"{'':16s}{'runs':>5s}  log10 regret | mean regret | busy, wall | in time")
    for name, runs in found.items():
        after = np.array([[max(r.scores[:n]) for n in counts] for r in runs.values()])
        at = np.array([[r.best_at(s * ideal) for s in SHARES] for r in runs.values()])
        busy = np.mean([r.busy(n_workers) for r in runs.values()])
        wall = np.mean([r.wall for r in runs.values()])
        last = dict(zip(runs, logs(after)[:, -1], strict=True))
        first = first or last
        above = np.array([last[k] - first[k] for k in last if k in first])
        cells = (
            f"{name:16s}{len(runs):5d} ",
            " ".join(f"{v:6.2f}" for v in logs(after).mean(0)),
            " ".join(f"{v:6.3f}" for v in -after.mean(0)),
            f"{busy:.2f} {wall:7.1f}",
            " ".join(f"{v:6.2f}" for v in logs(at).mean(0)),
            f"{above.mean():+.2f} +- {above.std() / max(1, len(above)) ** 0.5:.2f}",
        )
        print(" | ".join(cells))


def logs(scores):
    """Log10 regret of best scores so far, shape (runs, k)."""
    return np.log10(np.maximum(-scores, 1e-4))


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--yahpo", required=True, help="folder of landscapes.py")
    parser.add_argument("--set", default="dev", choices=["dev", "wide", "all"])
    parser.add_argument("--every", type=int, default=1, help="landscapes to step by")
    parser.add_argument("--windows", type=int, nargs="*", default=[1, 4, 8, 16, 32])
    parser.add_argument("--batches", type=int, nargs="*", default=[])
    parser.add_argument("--free", type=int, nargs="*", default=[], help="workers")
    parser.add_argument("--peers", nargs="*", default=["random"], choices=PEERS)
    parser.add_argument("--workers", type=int, nargs="+", default=[8])
    parser.add_argument("--times", nargs="+", default=["recorded"],
                        choices=["recorded", "alike", *SIGMA])  # fmt: skip
    parser.add_argument("--budget", type=int, default=64)
    parser.add_argument("--first", type=int, help="read so many evaluations of these")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--picture", help="file of the picture, of the first workers")


def command(args, argv):
    """Run what is missing, print the tables, draw the picture."""
    problem = {"budget": args.budget}
    records = Records(args.out / f"windows_{args.budget}.jsonl", problem, argv)
    jobs = jobs_of(args)
    run_all(records, jobs, args.jobs)
    for times in args.times:
        for n_workers in args.workers:
            found = runs_of(records, jobs, n_workers, times, args.first)
            show(found, args.first or args.budget, n_workers, times)
            if args.picture and (n_workers, times) == (args.workers[0], args.times[0]):
                many_workers(found, n_workers, args.picture)
    return 0
