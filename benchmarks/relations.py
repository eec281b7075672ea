r"""Relations between parameters: regret on landscapes, and generated spaces.

    OMP_NUM_THREADS=1 python -m benchmarks relations --yahpo BENCH --out OUT
    python -m benchmarks relations --spaces 10000 --out OUT

``--yahpo`` is a folder with a ``landscapes.py`` as ``ablation.py`` describes it. Its
landscapes get relations of their kind: *wide* ones leave about half of the space,
*tight* ones a hundredth or less. All begin with the same configuration within the
relations. What lies outside is never evaluated and costs nothing to anybody; a search
that asks only such is ended after ``ASKS`` times as many asks as evaluations:

- *skbluetuna*: is told the relations;
- *failures*: the same search without them; what lies outside is told as failed;
- *redrawn*: without them; in the place of what lies outside a random configuration
  within is evaluated, and told;
- *Optuna TPE*: as it comes, with ``trial.set_constraint`` (which ``constraints_func``
  has become), by how much each relation is broken; what lies outside is pruned;
- *random*: random configurations within.

Regret is 0 at the best score that any of these runs has, or that is found by 3000
random configurations within and 6000 changes to the best of them; 1 at the median of
the random ones. ``--spaces``: searches of so many generated spaces with relations, of
all strategies, and how many trials break a relation.
"""

import time

import numpy as np

from benchmarks._records import Records, run_all
from benchmarks._related_spaces import outside
from benchmarks.searches._optuna import distributions, study_of
from benchmarks.windows import landscapes_of
from skbluetuna import BlueTuner, at_most, less

__all__ = ["add_arguments", "command"]

AFTER = (10, 25, 50)
ASKS = 5  # asks for each evaluation, of searches that do not know the relations
N_RANDOM = 3000
N_CHANGES, N_KEPT = 20, 10  # rounds of changes to the best so far, 30 of each
PER_PIECE = 250  # generated spaces in one run
FLOOR = 1e-3  # of a regret, before its logarithm is taken
METHODS = ("skbluetuna", "failures", "redrawn", "Optuna TPE", "random")


def relations_of(land, kind):
    """Relations of a landscape, and how much a configuration breaks each."""
    if land.scenario == "lcbench":
        total = {"wide": 1500, "tight": 200}[kind]
        names = "max_units", "num_layers"
    elif land.scenario == "rbv2_rpart":
        if kind == "wide":
            rule = less("minbucket", "minsplit")
            return [rule], lambda p: [p["minbucket"] - p["minsplit"] + 1]
        total = 40
        names = "minbucket", "minsplit", "maxdepth"
    else:
        total = {"wide": 1500, "tight": 15}[kind]
        names = "nrounds", "max_depth"
    return (
        [at_most(total, product=names)],
        lambda p: [np.log(np.prod([float(p[n]) for n in names]) / total)],
    )


class Judge:
    """Scores what lies within, counts, and ends a search."""

    def __init__(self, land, kind, n):
        self._land, self._excess = land, relations_of(land, kind)[1]
        self._n, self.scores, self.n_asked = n, [], 0

    @property
    def is_over(self):
        """Whether the budget is spent."""
        return len(self.scores) >= self._n or self.n_asked >= ASKS * self._n

    def excess(self, params):
        """By how much a configuration breaks each relation; none above 0: it is in."""
        self.n_asked += 1
        return self._excess(params)

    def score(self, params):
        """Score of a configuration within."""
        if max(self._excess(params)) > 1e-9:
            raise ValueError(f"{params} lies outside.")
        value = self._land.score(params)
        self.scores.append(value)
        return value


def random_within(land, kind, n, seed):
    """Random configurations within, by rejection."""
    excess, rng = relations_of(land, kind)[1], np.random.default_rng(seed)
    space, found = BlueTuner(land.space, n_iter=1, random_state=0).spaces[0], []
    for _ in range(2000):
        drawn = space.from_unit(space.snap(rng.random((500, len(space)))))
        found += [params for params in drawn if max(excess(params)) <= 1e-9]
        if len(found) >= n:
            break
    return found[:n]


def run(args, index, kind, name, seed):
    """One search: best score after so many evaluations."""
    land = landscapes_of(args.yahpo, args.set)[index]
    judge, start = Judge(land, kind, args.budget), time.process_time()
    rules = relations_of(land, kind)[0]
    (first,) = BlueTuner(land.space, constraints=rules, n_iter=1, random_state=0).ask()
    if name == "random":
        for params in [first.params, *random_within(land, kind, args.budget, seed)]:
            if not judge.is_over:
                judge.score(params)
    elif name == "Optuna TPE":
        in_study(land, judge, first.params, seed)
    else:
        ours(land, kind, judge, first.params, name, seed)
    best = np.maximum.accumulate(judge.scores)
    at = [float(best[min(n, len(best)) - 1]) for n in AFTER]
    n_asked = max(judge.n_asked, len(best))
    seconds = (time.process_time() - start) / n_asked
    return {"best": at, "n": len(best), "asked": n_asked, "seconds": round(seconds, 4)}


def ours(land, kind, judge, first, name, seed):
    """Ours, with the relations or without."""
    rules = relations_of(land, kind)[0] if name == "skbluetuna" else None
    n = judge._n if rules else ASKS * judge._n
    tuner = BlueTuner(
        land.space, constraints=rules, n_iter=n, random_state=seed, reference=first
    )
    spare = iter(random_within(land, kind, judge._n, seed))
    while not judge.is_over and not tuner.finished:
        (trial,) = tuner.ask(1)
        if max(judge.excess(trial.params)) <= 1e-9:
            tuner.tell(trial, judge.score(trial.params))
            continue
        tuner.tell(trial, np.nan)
        if name == "redrawn":
            params = next(spare)
            tuner.add(params, judge.score(params))


def in_study(land, judge, first, seed):
    """Optuna's TPE, told by how much relations are broken."""
    import optuna

    study = study_of(optuna.samplers.TPESampler(seed=seed), first)
    space = distributions(land.space)
    while not judge.is_over:
        trial = study.ask(space)
        excess = judge.excess(trial.params)
        for k, value in enumerate(excess):
            trial.set_constraint(str(k), value)
        if max(excess) > 1e-9:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, judge.score(trial.params))


def scale_of(args, index, kind):
    """Best and median score of random configurations, and their share of the space."""
    land = landscapes_of(args.yahpo, args.set)[index]
    rng, excess = np.random.default_rng(29), relations_of(land, kind)[1]
    space = BlueTuner(land.space, n_iter=1, random_state=0).spaces[0]
    within = random_within(land, kind, N_RANDOM, 29)
    scores = [land.score(params) for params in within]
    median, U, y = float(np.median(scores)), space.to_unit(within), np.array(scores)
    for k in range(N_CHANGES):
        best = np.repeat(U[np.argsort(-y)[:N_KEPT]], 30, axis=0)
        step = 0.3 * 0.8**k * rng.standard_normal(best.shape)
        is_moved = rng.random(best.shape) < 0.4
        new = space.snap(np.clip(best + np.where(is_moved, step, 0.0), 0.0, 1.0))
        kept = [max(excess(p)) <= 1e-9 for p in space.from_unit(new)]
        new = new[kept]
        U = np.vstack([U, new])
        y = np.append(y, [land.score(params) for params in space.from_unit(new)])
    drawn = space.from_unit(space.snap(rng.random((20_000, len(space)))))
    share = float(np.mean([max(excess(p)) <= 1e-9 for p in drawn]))
    return {"best": float(y.max()), "median": median, "share": share}


def piece(first, n):
    """Searches of generated spaces."""
    rows = [outside(seed) for seed in range(first, first + n)]
    shares = np.array([row["share"] for row in rows])
    searched = np.array([not row["is_empty"] for row in rows])
    totals = {k: sum(row[k] for row in rows) for k in ("n", "n_outside", "is_empty")}
    return totals | {
        "wrong": sum(row["wrong"] for row in rows),
        "narrow": int(np.sum(searched & (shares < 1e-3))),
    }


def spaces(args, argv):
    """Run what is missing of the generated spaces, and print the totals."""
    records = Records(args.out / "relations_spaces.jsonl", {"trials": 7}, argv)
    firsts = range(0, args.spaces, PER_PIECE)
    jobs = {("spaces", k, 0): (piece, (k, PER_PIECE)) for k in firsts}
    run_all(records, jobs, args.jobs)
    rows = [records.runs[key] for key in jobs]
    total = {k: sum(row[k] for row in rows) for k in rows[0] if k != "key"}
    print(
        f"{len(rows) * PER_PIECE} spaces: {total['n']} trials, {total['n_outside']} "
        f"outside; {total['is_empty']} spaces had nothing within ({total['wrong']} "
        f"wrongly); {total['narrow']} that were searched have less than 0.1 % within"
    )
    return 0


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--yahpo", help="folder of landscapes.py")
    parser.add_argument("--set", default="dev", choices=["dev", "wide", "all"])
    parser.add_argument("--every", type=int, default=3, help="landscapes to step by")
    parser.add_argument("--offset", type=int, default=1, help="the first of them")
    parser.add_argument("--methods", nargs="+", default=[*METHODS], choices=METHODS)
    parser.add_argument("--budget", type=int, default=50)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--spaces", type=int, help="generated spaces in their place")


def command(args, argv):
    """Run what is missing, and print the table."""
    if args.spaces:
        return spaces(args, argv)
    records = Records(args.out / "relations.jsonl", {"budget": args.budget}, argv)
    lands = [*enumerate(landscapes_of(args.yahpo, args.set))][args.offset :: args.every]
    # Where boosters without trees have no depth, a relation would hold by itself.
    lands = [(i, land) for i, land in lands if "booster" not in land.space]
    places = [(i, land, kind) for i, land in lands for kind in ("wide", "tight")]
    jobs = {
        (f"{land.name} {kind}", "scale", 0): (scale_of, (args, i, kind))
        for i, land, kind in places
    }
    jobs |= {
        (f"{land.name} {kind}", name, seed): (run, (args, i, kind, name, seed))
        for seed in args.seeds
        for i, land, kind in places
        for name in args.methods
    }
    run_all(records, jobs, args.jobs)
    for kind in ("wide", "tight"):
        table(records, [key for key in jobs if key[0].endswith(kind)], kind)
    return 0


def table(records, keys, kind):
    """Print the regrets of one kind of relations."""
    runs = records.runs
    names = sorted({key[0] for key in keys})
    scale = {name: runs[name, "scale", 0] for name in names}
    best = {
        name: max(
            [scale[name]["best"]] + [runs[k]["best"][-1] for k in keys if k[0] == name
                                     and k[1] != "scale"]
        )
        for name in names
    }  # fmt: skip
    shares = [scale[name]["share"] for name in names]
    print(f"\n{kind}: {len(names)} landscapes, {np.median(shares):.4f} of the space")
    print(f"{'':12s} runs | log10 regret after {AFTER} | mean regret | asked | s each")
    for method in dict.fromkeys(key[1] for key in keys if key[1] != "scale"):
        own = [key for key in keys if key[1] == method]
        regret = np.array(
            [
                (best[key[0]] - np.array(runs[key]["best"]))
                / (best[key[0]] - scale[key[0]]["median"])
                for key in own
            ]
        )
        print(
            f"{method:12s} {len(own):4d} | "
            + " ".join(f"{v:6.2f}" for v in np.log10(regret + FLOOR).mean(0))
            + " | " + " ".join(f"{v:6.3f}" for v in regret.mean(0))
            + f" | {np.mean([runs[key]['asked'] for key in own]):5.0f}"
            + f" | {np.mean([runs[key]['seconds'] for key in own]):.3f}"
        )  # fmt: skip
