r"""Two objectives at once, or three: how much of the best known front is found.

    OMP_NUM_THREADS=1 python -m benchmarks objectives --yahpo BENCH --out OUT
    OMP_NUM_THREADS=1 python -m benchmarks objectives --yahpo BENCH --out OUT \
        --noise 0.15 --seeds 0 1 2 --only lcbench --peers "Optuna TPE" random
    OMP_NUM_THREADS=1 python -m benchmarks objectives --yahpo BENCH --out OUT --three

``--yahpo`` is a folder with a ``landscapes.py`` as ``ablation.py`` describes it, whose
landscapes have other targets too: accuracy against training time (lcbench), against
time to predict and size in turn (rbv2), against both with ``--three``. All begin with
the centre. Costs count by their logarithm, from the hundredth part of random
configurations up. Each objective is scaled as the landscapes' regret is: 0 is the
median of random configurations, 1 the best known. The best known front is that of
random configurations and of changes to the best ones (``--sample`` in all), kept in the
file of results.
Landscapes where one configuration has ``--alone`` of the front's volume are left out.

Printed: *regret*, 1 less the share of the best known volume that is dominated, after
25, 50 and 100 evaluations; *limits*, by how much the best first objective under 11
limits along the front is below the best known (1 where none meets it), after 50; *wins*
against TPE at 50; milliseconds of processor time a proposal. With ``--noise`` a search
is told costs times a lognormal factor of that deviation, and judged by the true values
of what it takes for its front.
"""

import math
import time
from dataclasses import replace
from functools import cache
from inspect import signature

import numpy as np

from benchmarks._askers import Random
from benchmarks._records import Records, run_all
from benchmarks.searches._optuna import distributions
from benchmarks.windows import landscapes_of
from skbluetuna import BlueTuner, Space
from skbluetuna.objectives import dominated_volume, non_dominated

__all__ = ["add_arguments", "command"]

AFTER = (25, 50, 100)
N_LIMITS = 11
N_DRAWN = 1000
DECIMALS = 9
SHARE_RANDOM, N_GENERATIONS = 0.5, 20


class Ours:
    """BlueTuner with several objectives."""

    def __init__(self, space, n_objectives, n, seed):
        names = tuple(f"objective {j}" for j in range(n_objectives))
        self._tuner = BlueTuner(space, n_iter=n, objectives=names, random_state=seed)
        self.tell = self._tuner.tell

    def ask(self):
        """The next one."""
        (trial,) = self._tuner.ask(1)
        return trial


class InStudy:
    """A sampler of Optuna, in a study of several objectives."""

    def __init__(self, sampler, space, n_objectives, seed):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        directions = ["maximize"] * n_objectives
        self._study = optuna.create_study(
            directions=directions, sampler=sampler_of(sampler, seed)
        )
        self._study.enqueue_trial(first_of(space))
        self._space = distributions(space)
        self.tell = self._study.tell

    def ask(self):
        """The next one."""
        return self._study.ask(self._space)


class AtRandom:
    """Random configurations after the centre."""

    def __init__(self, space, n, seed):
        self._random = Random(space, n, seed)
        self.tell = self._random.tell

    def ask(self):
        """The next one."""
        (drawn,) = self._random.ask(1)
        return drawn


SAMPLERS = {
    "Optuna TPE": "TPESampler",
    "Optuna NSGA-II": "NSGAIISampler",
    "Optuna GP": "GPSampler",
}
PEERS = ("skbluetuna", "Optuna TPE", "Optuna NSGA-II", "random")


def sampler_of(name, seed):
    """A sampler of Optuna, with its defaults."""
    import optuna

    if name == "Optuna GP":
        import torch

        torch.set_num_threads(1)
    return getattr(optuna.samplers, SAMPLERS[name])(seed=seed)


def searcher(name, space, n_objectives, n, seed):
    """A search by its name."""
    if name == "skbluetuna":
        return Ours(space, n_objectives, n, seed)
    if name == "random":
        return AtRandom(space, n, seed)
    return InStudy(name, space, n_objectives, seed)


def first_of(space):
    """What all begin with."""
    (centre,) = BlueTuner(space, n_iter=1, random_state=0).ask()
    return centre.params


def problems(args):
    """Landscapes with the targets that count, by their names."""
    found = {}
    for k, land in enumerate(landscapes_of(args.yahpo, args.set)):
        if k % args.every or args.only not in land.name:
            continue
        if land.scenario == "lcbench":
            costs = None if args.three else ["time"]
            first = "val_accuracy"
        else:
            costs = ["timepredict", "memory"]
            turn = len(found) % 2  # of those that are left, whatever is stepped by
            costs, first = costs if args.three else costs[turn : turn + 1], "acc"
        if costs:
            name = f"{land.scenario}:{land.instance}:{'+'.join([first, *costs])}"
            found[name] = (k, [first, *costs])
    return found


@cache
def floors_of(folder, which, index, targets):
    """Costs below which no surrogate is to be believed: least hundredth at random."""
    land = landscapes_of(folder, which)[index]
    space, rng = Space(land.space), np.random.default_rng(0)
    drawn = space.from_unit(rng.uniform(size=(N_DRAWN, len(space))))
    lands = [replace(land, target=target) for target in targets[1:]]
    costs = np.array([[one.score(params) for one in lands] for params in drawn])
    return np.maximum(np.quantile(costs, 0.01, axis=0), np.median(costs, axis=0) / 100)


def scorer_of(args, index, targets):
    """The space of a landscape and its objectives, larger is better."""
    land = landscapes_of(args.yahpo, args.set)[index]
    lands = [replace(land, target=target) for target in targets]
    floors = floors_of(args.yahpo, args.set, index, tuple(targets))

    def score(params):
        first, *costs = (one.score(params) for one in lands)
        least = zip(costs, floors, strict=True)
        return [first, *(-math.log10(max(pair)) for pair in least)]

    return land.space, score


def best_known(args, index, targets):
    """Front of random configurations and of changes to the best ones."""
    raw, score = scorer_of(args, index, targets)
    space, rng = Space(raw), np.random.default_rng(index)

    def evaluated(U):
        U = space.snap(U)
        return U, np.array([score(params) for params in space.from_unit(U)])

    U, values = evaluated(
        rng.uniform(size=(int(SHARE_RANDOM * args.sample), len(space)))
    )
    middle = np.median(values, axis=0)
    n_each = int((1.0 - SHARE_RANDOM) * args.sample) // N_GENERATIONS
    for _ in range(N_GENERATIONS):
        is_on = non_dominated(values)
        U, values = U[is_on], values[is_on]
        children = U[rng.integers(len(U), size=n_each)]
        moved = np.clip(children + 0.1 * rng.standard_normal(children.shape), 0.0, 1.0)
        anew = rng.uniform(size=children.shape) < 0.3
        moved = np.where(anew, rng.uniform(size=children.shape), moved)
        changed = rng.uniform(size=children.shape) < 2.0 / len(space)
        U_new, new = evaluated(np.where(changed, moved, children))
        U, values = np.vstack([U, U_new]), np.vstack([values, new])
    front = values[non_dominated(values)]
    front = np.unique(front[(front > middle).all(axis=1)], axis=0)
    return {
        "front": front.round(DECIMALS).tolist(),
        "middle": middle.round(DECIMALS).tolist(),
        "best": values.max(axis=0).round(DECIMALS).tolist(),
    }


def run(args, index, targets, name, seed):
    """One search: what it was told, and what was true."""
    space, score = scorer_of(args, index, targets)
    rng = np.random.default_rng([seed, index])
    try:
        search = searcher(name, space, len(targets), args.budget, seed)
        told, true, spent = [], [], 0.0
        for _ in range(args.budget):
            start = time.process_time()
            trial = search.ask()
            spent += time.process_time() - start
            true.append(score(trial.params))
            # Log10 of a factor whose logarithm has that deviation.
            off = args.noise / math.log(10.0) * rng.standard_normal(len(targets) - 1)
            seen = [true[-1][0], *(np.array(true[-1][1:]) - off)]
            told.append([round(float(value), DECIMALS) for value in seen])
            # A search is told what people measure, and no logarithm of it.
            values = (float(seen[0]), *(-(10.0 ** float(-v)) for v in seen[1:]))
            start = time.process_time()
            search.tell(trial, values)
            spent += time.process_time() - start
    except Exception as error:  # who fails is listed, the others go on
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    return {
        "told": told,
        "true": np.round(true, DECIMALS).tolist(),
        "proposal": round(spent / args.budget, 6),
    }


class Known:
    """The best known front of a landscape, and values by its scale."""

    def __init__(self, row):
        self._low = np.array(row["middle"])
        self._high = np.array(row["best"])
        self.front = self.scaled(row["front"])
        self._zero = np.zeros(len(self._low))
        self.volume = dominated_volume(self.front, self._zero)

    def scaled(self, values):
        """Values where the median at random is 0 and the best 1, shape (n, m)."""
        span = np.maximum(self._high - self._low, 1e-12)
        return (np.reshape(values, (-1, len(self._low))) - self._low) / span

    def is_alone(self, share):
        """Whether one configuration has so much of the volume."""
        return self.front.prod(axis=1).max(initial=0.0) >= share * self.volume

    def found(self, row, n):
        """True values, scaled, of what a search takes for its front after n."""
        on = non_dominated(np.array(row["told"][:n]))
        return self.scaled(np.array(row["true"][:n])[on])

    def regret(self, row, n):
        """1 less the share of the volume that is dominated."""
        return 1.0 - dominated_volume(self.found(row, n), self._zero) / self.volume

    def limit_regret(self, row, n):
        """Mean regret of the first objective under limits on the second."""
        z, lost = self.found(row, n), []
        ends = self.front[:, 1].min(), self.front[:, 1].max()
        for limit in np.linspace(*ends, N_LIMITS):
            own = z[z[:, 1] >= limit, 0].max(initial=-np.inf)
            best = self.front[self.front[:, 1] >= limit - 1e-9, 0].max()
            lost.append(min(1.0, max(0.0, best - own)))
        return float(np.mean(lost))


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--yahpo", required=True, help="folder of landscapes.py")
    parser.add_argument("--set", default="dev", choices=["dev", "wide", "all"])
    parser.add_argument("--every", type=int, default=3, help="landscapes to step by")
    parser.add_argument("--only", default="", help="part of a landscape's name")
    parser.add_argument("--peers", nargs="+", default=[*PEERS],
                        choices=[*PEERS, "Optuna GP"])  # fmt: skip
    parser.add_argument("--budget", type=int, default=100)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--three", action="store_true", help="three objectives")
    parser.add_argument("--sample", type=int, default=20_000)
    parser.add_argument("--alone", type=float, default=0.98)


def command(args, argv):
    """Run what is missing, print the table."""
    problem = {"budget": args.budget, "noise": args.noise, "sample": args.sample}
    file = args.out / f"objectives_{args.budget}_{args.noise:g}.jsonl"
    records = Records(file, problem, argv)
    lands = problems(args)
    sought = {(name, "front", 0): (best_known, (args, *land))
              for name, land in lands.items()}  # fmt: skip
    run_all(records, sought, args.jobs)
    fronts = {name: Known(records.runs[name, "front", 0]) for name in lands}
    left = [name for name in lands if not fronts[name].is_alone(args.alone)]
    peers = args.peers
    if "objectives" not in signature(BlueTuner).parameters:
        peers = [name for name in peers if name != "skbluetuna"]
        print("skbluetuna has no objectives yet: left out")
    jobs = {
        (name, peer, seed): (run, (args, *lands[name], peer, seed))
        for seed in args.seeds
        for name in left
        for peer in peers
    }
    run_all(records, jobs, args.jobs)
    print(f"{len(left)} landscapes of {len(lands)}; in the others one does it all:")
    print("  " + " ".join(name for name in lands if name not in left))
    show(records, fronts, jobs, args.budget)
    return 0


def show(records, fronts, keys, budget):
    """A line for each search."""
    after = [n for n in AFTER if n <= budget]
    at = min(50, budget)
    rows = {key: records.runs[key] for key in keys if key in records.runs}
    for key in keys:
        if key in records.errors:
            print(f"{'/'.join(map(str, key))}: {records.errors[key]['error']}")
    by_place = {key: fronts[key[0]].regret(row, at) for key, row in rows.items()}
    heads = [f"{'regret ' + str(n):>11s}" for n in after]
    print(f"{'':16s} runs", *heads, "  limits    wins vs TPE   ms")
    for peer in dict.fromkeys(key[1] for key in rows):
        own = {key: row for key, row in rows.items() if key[1] == peer}
        means = [
            np.mean([fronts[key[0]].regret(row, n) for key, row in own.items()])
            for n in after
        ]
        limits = np.mean([fronts[k[0]].limit_regret(r, at) for k, r in own.items()])
        pairs = [(by_place[k], by_place.get((k[0], "Optuna TPE", k[2]))) for k in own]
        pairs = [pair for pair in pairs if pair[1] is not None]
        wins = sum(a < b for a, b in pairs)
        spent = 1e3 * np.mean([row["proposal"] for row in own.values()])
        told = [f"{mean:11.3f}" for mean in means]
        told.append(f"{limits:8.3f}    {wins:3d} of {len(pairs):3d}  {spent:5.1f}")
        print(f"{peer:16s} {len(own):4d}", *told)
