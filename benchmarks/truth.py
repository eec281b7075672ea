r"""Are the tables true? Planted landscapes, dummies, dense truth, and resets.

    OMP_NUM_THREADS=1 python benchmarks/truth.py planted null
    OMP_NUM_THREADS=1 python benchmarks/truth.py dense resets --bench BENCH
    OMP_NUM_THREADS=1 python benchmarks/truth.py dense --bench BENCH \
        --designed 1

``planted``: quadratics of six parameters with known weights; signs of the weights that
count, precision of the three strongest pairs (which are as many as were planted, so it
is the recall, too), and how often the 90 % intervals hold the truth: of all weights,
and of the shares above two per cent.
``null``: two parameters of six do nothing; how often both keep within the null band:
their shares' intervals begin below one per cent, or one by the number of evaluations,
which is what chance explains of so many scores.
``dense``: first-order and pair Sobol indices of the landscapes in ``--bench`` from
``--calls`` scores each, against the shares after 50 and 100 evaluations, beside
Optuna's fANOVA and PED-ANOVA on the same trials (where Optuna is installed). ``tau`` is
Kendall's of all parameters; most of them explain next to nothing, and their order is
chance, so ``told apart`` is the same of those pairs of parameters whose true shares
differ by more than two per cent. The regret that is left is printed, too. With
``--designed`` so much of the trials, from 0 to 1, are a Latin hypercube that comes
first: of 1 it is seen what the tables make of trials that no search has chosen.
``resets``: in the best configuration one parameter after the other is set back to where
the search began; Kendall's tau of the loss and the shares.

``--bench`` is a folder as for ``ablation.py``.
"""

import argparse
import importlib.util
import sys

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import kendalltau, norm, qmc

from skbluetuna import Adaptive, BlueTuner, Space
from skbluetuna.model._variance import analysis, basis

Z90 = norm.ppf(0.95)
NULL, APART = 0.01, 0.02
D = 6


def search(space, score, n_iter, seed, designed=0.0):
    """Search a function; a share of the trials is a Latin hypercube."""
    n_lhs = round(designed * n_iter)
    # No more than half of a budget may be a hypercube: of a larger one, the first part.
    budget = max(n_iter, 2 * n_lhs + 1)
    strategy = Adaptive(n_lhs=n_lhs)
    tuner = BlueTuner(space, n_iter=budget, strategy=strategy, random_state=seed)
    while len(tuner.trials) < n_iter and not tuner.finished:
        for trial in tuner.ask(1):
            tuner.tell(trial, score(trial))
    return tuner


class Quadratic:
    """A concave quadratic of known weights; `dummies` of its parameters do nothing."""

    def __init__(self, seed, noise, dummies=0):
        self.rng = np.random.default_rng(seed)
        d = D - dummies
        self.i, self.j = np.triu_indices(D, 1)
        live = np.flatnonzero(self.j < d)
        self.w, self.v, self.W = np.zeros(D), np.zeros(D), np.zeros(len(self.i))
        self.w[:d] = self.rng.normal(size=d) * (self.rng.random(d) < 0.7)
        self.v[:d] = -np.abs(self.rng.normal(size=d))
        self.top = self.rng.choice(live, 3, replace=False)
        self.W[self.top] = self.rng.choice([-1, 1], 3) * self.rng.uniform(1, 2, 3)
        self.main = self.w**2 / 3.0 + 4.0 / 45.0 * self.v**2
        self.pair = self.W**2 / 9.0
        self.total = self.main.sum() + self.pair.sum()
        self.noise = noise * np.sqrt(self.total)
        self.total += self.noise**2  # shares are of the score's variance

    def __call__(self, trial):
        """Score a trial, with noise."""
        z = 2.0 * np.array(trial.unit) - 1.0
        value = self.w @ z + self.v @ z**2 + self.W @ (z[self.i] * z[self.j])
        return value + self.noise * self.rng.standard_normal()


SPACE = {f"x{k}": (0.0, 1.0) for k in range(D)}


def planted(n_iter, noise, seed):
    """Return what of one planted landscape was found."""
    true = Quadratic(seed, noise)
    tuner = search(SPACE, true, n_iter, seed)
    one, two = tuner.weights, tuner.interactions
    counts = np.abs(true.w) > 0.3 * np.sqrt(true.total)
    strongest = np.argsort(-two["share"], kind="stable")[:3]

    def held(table, truth):
        share = truth / true.total
        held = (table["share_low"] <= share) & (share <= table["share_high"])
        return np.mean(held[share > APART]) if np.any(share > APART) else np.nan

    def near(table, truth):
        return np.mean(np.abs(table["weight"] - truth) <= Z90 * table["std_error"])

    signs = np.sign(one["weight"]) == np.sign(true.w)
    return [
        np.mean(signs[counts]) if counts.any() else np.nan,
        len({*strongest} & {*true.top}) / 3.0,
        near(one, true.w),
        near(two, true.W),
        held(one, true.main),
        held(two, true.pair),
    ]


def null(n_iter, noise, seed):
    """Whether the dummies keep within the null band, and the largest share of one."""
    table = search(SPACE, Quadratic(seed, noise, dummies=2), n_iter, seed).weights
    return [
        float(np.all(table["share_low"][-2:] < max(NULL, 1.0 / n_iter))),
        float(np.mean(np.abs(table["weight"][-2:]) <= 2.0 * table["std_error"][-2:])),
        table["share"][-2:].max(),
    ]


def landscapes(bench):
    """Return the landscapes of a folder."""
    sys.path.insert(0, bench)
    from landscapes import development_set

    return development_set()


def truth(bench, index, calls):
    """Return first-order and pair Sobol indices of a landscape."""
    land = landscapes(bench)[index]
    space = Space(land.space)
    U = qmc.Halton(len(space), rng=np.random.default_rng(0)).random(calls)
    scores = np.array([[land.score(p)] for p in space.from_unit(U)])
    levels = [0 if dim.is_ordered else dim.n_values for dim in space.dimensions]
    at = space.rounded(U)
    found = analysis(scores, [basis(at[:, j], k) for j, k in enumerate(levels)])
    return (found.main / found.total)[:, 0], (found.pair / found.total)[:, 0]


def optunas(tuner):
    """Importances by Optuna of the same trials; none without Optuna."""
    if importlib.util.find_spec("optuna") is None:
        return {}
    import optuna
    from optuna.distributions import CategoricalDistribution, FloatDistribution
    from optuna.importance import (
        FanovaImportanceEvaluator,
        PedAnovaImportanceEvaluator,
        get_param_importances,
    )

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    (space,) = tuner.spaces
    dims = dict(zip(space.names, space.dimensions, strict=True))
    kinds = {
        name: FloatDistribution(0.0, 1.0)
        if dim.is_ordered
        else CategoricalDistribution(list(range(dim.n_values)))
        for name, dim in dims.items()
    }
    study = optuna.create_study(direction="maximize")
    for trial in tuner.trials:
        params = {
            name: u
            if dims[name].is_ordered
            else min(int(u * dims[name].n_values), dims[name].n_values - 1)
            for name, u in zip(space.names, trial.unit, strict=True)
        }
        study.add_trial(
            optuna.trial.create_trial(
                params=params, distributions=kinds, value=trial.score
            )
        )
    evaluators = {
        "fANOVA": FanovaImportanceEvaluator(seed=0),
        "PED-ANOVA": PedAnovaImportanceEvaluator(),
    }
    found = {}
    for name, evaluator in evaluators.items():
        known = get_param_importances(study, evaluator=evaluator)
        found[name] = np.array([known[one] for one in space.names])
    return found


def agreement(true, found):
    """Kendall's tau, the same of what is told apart, overlap of the first three."""
    i, j = np.triu_indices(len(true), 1)
    apart = np.abs(true[i] - true[j]) > APART
    signs = np.sign(true[i] - true[j]) * np.sign(found[i] - found[j])
    first = {*np.argsort(-true)[:3]} & {*np.argsort(-found, kind="stable")[:3]}
    return [
        kendalltau(true, found).statistic,
        np.mean(signs[apart]) if apart.any() else np.nan,
        len(first) / 3.0,
        np.mean(np.abs(true - found)),
    ]


def dense(bench, index, n_iter, seed, true, designed):
    """Return, by method, how its importances agree with the truth of one landscape."""
    land = landscapes(bench)[index]

    def score(trial):
        return land.score(trial.params)

    tuner = search(land.space, score, n_iter, seed, designed)
    main, pair = true
    one, two = tuner.weights, tuner.interactions
    methods = {"skbluetuna": one["share"], **optunas(tuner)}
    found = {name: agreement(main, share) for name, share in methods.items()}
    held = (one["share_low"] <= main) & (main <= one["share_high"])
    pairs = agreement(pair, two["share"])
    regret = land.regret(tuner.best.score)
    return found, [pairs[0], pairs[2], np.mean(held), regret]


def resets(bench, index, n_iter, seed):
    """Return, by method, the tau of the losses of resets and of its importances."""
    land = landscapes(bench)[index]
    tuner = search(land.space, lambda trial: land.score(trial.params), n_iter, seed)
    best, start = tuner.best.params, tuner.trials[0].params
    names = tuner.spaces[0].names
    loss = [land.score(best) - land.score(best | {n: start[n]}) for n in names]
    table = tuner.weights
    methods = {"share": table["share"], "local share": table["local_share"]}
    return {
        k: kendalltau(loss, v).statistic for k, v in (methods | optunas(tuner)).items()
    }


def mean(rows):
    """Return means by column, of what is known."""
    return np.nanmean(np.array(rows, dtype=float), axis=0)


def show(title, columns, rows):
    """Print a table of a name and numbers in each row."""
    print(f"\n{title:20s}" + "".join(f"{column:>15s}" for column in columns))
    for name, *values in rows:
        print(f"{name:20s}" + "".join(f"{value:15.3f}" for value in values), flush=True)


PLANTED = {
    "planted": (
        planted,
        ["sign", "top 3 pairs", "90 %: w", "90 %: W", "share", "pair's share"],
    ),
    "null": (null, ["both in band", "weight < 2 se", "largest share"]),
}


def show_planted(what, seeds, counts, run):
    """Print what was found of landscapes that were made for it."""
    ask, columns = PLANTED[what]
    rows = []
    for noise in (0.05, 0.3):
        for n in counts or (25, 50, 100):
            got = run(delayed(ask)(n, noise, seed) for seed in range(seeds))
            rows.append([f"{n}, noise {noise}", *mean(got)])
    show(what, columns, rows)


def show_dense(args, asks, run):
    """Print how true the shares are."""
    indices = sorted({i for i, _ in asks})
    true = run(delayed(truth)(args.bench, i, args.calls) for i in indices)
    for n in args.n_iter or (50, 100):
        got = run(
            delayed(dense)(args.bench, i, n, s, true[i], args.designed) for i, s in asks
        )
        rows = [[m, *mean([g[0][m] for g in got])] for m in got[0][0]]
        show(f"dense, {n}", ["tau", "told apart", "top 3", "mean error"], rows)
        rows = [["skbluetuna", *mean([g[1] for g in got])]]
        show("", ["tau of pairs", "top 3 pairs", "90 % holds", "regret"], rows)


def show_resets(args, asks, run):
    """Print whether what is named first costs most when it is set back."""
    for n in args.n_iter or (50, 100):
        got = run(delayed(resets)(args.bench, i, n, s) for i, s in asks)
        rows = [[m, np.nanmean([g[m] for g in got])] for m in got[0]]
        show(f"resets, {n}", ["tau"], rows)


def main():
    """Run what is asked for and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="+", choices=[*PLANTED, "dense", "resets"])
    parser.add_argument("--bench")
    parser.add_argument("--seeds", type=int, default=20, help="of planted and null")
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--n-iter", type=int, nargs="+")
    parser.add_argument("--designed", type=float, default=0.0, help="share, of dense")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    if args.bench is None and {"dense", "resets"} & {*args.what}:
        parser.error("dense and resets need --bench")
    run = Parallel(n_jobs=args.jobs)
    for what in PLANTED:
        if what in args.what:
            show_planted(what, args.seeds, args.n_iter, run)
    if args.bench is None:
        return
    asks = [(i, seed) for i in range(len(landscapes(args.bench))) for seed in (0, 1)]
    if "dense" in args.what:
        show_dense(args, asks, run)
    if "resets" in args.what:
        show_resets(args, asks, run)


if __name__ == "__main__":
    main()
