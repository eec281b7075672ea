r"""Cheap evaluations first: regret by cost on landscapes, time and score on tables.

    python -m benchmarks cheap --yahpo BENCH --out OUT
    python -m benchmarks cheap --tables --out OUT

``--yahpo`` is a folder with a ``landscapes.py`` as ``ablation.py`` describes it; of its
landscapes those with a resource are taken, epochs (lcbench) or a share of the rows
(rbv2_xgboost), with rungs 1/9, 1/3 and 1. Everybody pays each evaluation in full, but
Optuna's trials, which go on from rung to rung and pay the difference. Regret is that of
the best full evaluation so far, at costs of full evaluations. *Misleading* are
landscapes where 150 random configurations have a rank correlation below .2 between
1/9 and the full resource. ``--tables``: one search each of 100,000 rows. Racing of
folds is ``python -m benchmarks.racing``.
"""

import time
import warnings
from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import get_scorer
from sklearn.model_selection import train_test_split

from benchmarks._askers import Random
from benchmarks._records import Records, run_all
from benchmarks.searches._optuna import distributions
from benchmarks.windows import landscapes_of, logs
from skbluetuna import BlueTunaSearchCV, BlueTuner

__all__ = ["add_arguments", "command"]

COSTS = 5, 10, 25, 50
RUNGS = 1, 9  # ninths of the full resource
MISLEADING = 0.2
DECIMALS = 7
N_ROWS, N_TEST = 120_000, 20_000
SCORING = "neg_log_loss"
SPACE = {
    "learning_rate": (0.01, 1.0, "log"),
    "max_leaf_nodes": (4, 128, "log"),
    "min_samples_leaf": (1, 200, "log"),
    "l2_regularization": (1e-6, 100.0, "log"),
}
METHODS = {
    "full": {},
    "ladder": {"resource": RUNGS},
    "hyperband": {"resource": RUNGS, "strategy": "hyperband"},
    "bohb": {"resource": RUNGS, "strategy": "surrogate"},
    "Optuna TPE, hyperband": None,
}


def with_resource(args):
    """Landscapes with a resource, by their place among all."""
    lands = enumerate(landscapes_of(args.yahpo, args.set))
    kinds = "lcbench", "rbv2_xgboost"
    return {i: land for i, land in lands if land.scenario in kinds}


def score_at(land, params, share):
    """Score of a configuration with a share of the resource."""
    spent = {"epoch": max(1, round(50 * share))}
    if land.scenario != "lcbench":
        spent = {"trainsize": max(0.03, share)}
    return replace(land, fixed=land.fixed | spent).score(params)


def agreement(args, index):
    """Rank correlation of random configurations at the lowest rung and in full."""
    land = with_resource(args)[index]
    drawn = [trial.params for trial in Random(land.space, 150, 0).ask(150)]
    scores = [[score_at(land, one, s) for s in (1 / 9, 1.0)] for one in drawn]
    return {"rho": float(spearmanr(*np.transpose(scores))[0])}


def run(args, index, name, seed):
    """One search: cost and regret after each full evaluation that is a new best."""
    land = with_resource(args)[index]
    start, spent = time.process_time(), []

    def score(params, share, cost):
        value = score_at(land, params, share)
        spent.append((cost, value if share == 1.0 else -np.inf))
        return value

    if METHODS[name] is None:
        optuna_hyperband(land, score, args.budget, seed)
    else:
        ours(land, score, args.budget, seed, METHODS[name])
    costs, values = np.transpose(spent)
    own = (time.process_time() - start) / len(costs)
    best = np.maximum.accumulate(values)
    at = [int(np.searchsorted(np.cumsum(costs), c + 1e-6)) - 1 for c in COSTS]
    regret = [round(float(land.regret(best[k])), DECIMALS) for k in at]
    return {"regret": regret, "n": len(costs), "seconds": round(own, 5)}


def ours(land, score, budget, seed, options):
    """Ours, with a ladder or without."""
    from skbluetuna import Hyperband

    if options.get("strategy") == "surrogate":
        options = options | {"strategy": Hyperband("surrogate")}
    tuner = BlueTuner(land.space, n_iter=budget, random_state=seed, **options)
    while not tuner.finished:
        for trial in tuner.ask():
            share = 1.0 if trial.resource is None else trial.resource / 9
            tuner.tell(trial, score(trial.params, share, share))


def optuna_hyperband(land, score, budget, seed):
    """Optuna's TPE under its own Hyperband, the first configuration as ours."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.HyperbandPruner(1, 9, 3),
        direction="maximize",
    )
    (first,) = BlueTuner(land.space, n_iter=1, random_state=0).ask()
    study.enqueue_trial(first.params)
    space, left = distributions(land.space), [float(budget)]

    def objective(trial):
        params = {name: trial._suggest(name, own) for name, own in space.items()}
        before = 0
        for rung in (1, 3, 9):
            value = score(params, rung / 9, (rung - before) / 9)
            left[0] -= (rung - before) / 9
            trial.report(value, rung)
            if left[0] <= 0.0:
                study.stop()
            if rung < 9 and trial.should_prune():
                raise optuna.TrialPruned
            before = rung
        return value

    study.optimize(objective, n_trials=20 * budget)


def tables(args):
    """Time and held-out score of ours, with rows as the resource, and of halving."""
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingRandomSearchCV

    from benchmarks.searches._sklearn import distributions as of_sklearn

    print(
        f"{'table':8s}{'search':26s}{'minutes':>8s}{'CV':>9s}{'held out':>9s}{'n':>5s}"
    )
    for seed, classes in ((0, 2), (1, 3)):
        X, y = make_classification(
            N_ROWS, 20, n_informative=12, n_classes=classes, flip_y=0.05,
            n_clusters_per_class=4, class_sep=0.7, random_state=seed,
        )  # fmt: skip
        X, X_test, y, y_test = train_test_split(X, y, test_size=N_TEST, random_state=0)
        model = HistGradientBoostingClassifier(max_iter=45, random_state=0)
        usual = {"cv": 3, "scoring": SCORING, "random_state": seed}
        n = args.table_iter
        searches = {
            "full": BlueTunaSearchCV(model, SPACE, n_iter=n, **usual),
            "ladder of rows": BlueTunaSearchCV(
                model, SPACE, n_iter=n, resource="n_samples", **usual
            ),
            "ladder of trees": BlueTunaSearchCV(
                model, SPACE, n_iter=n, resource="max_iter", **usual
            ),
            "HalvingRandomSearchCV": HalvingRandomSearchCV(
                model, of_sklearn(SPACE), n_candidates=4 * n,
                min_resources=1000, **usual,
            ),
        }  # fmt: skip
        for name, search in searches.items():
            start = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                search.fit(X, y)
            took = (time.perf_counter() - start) / 60.0
            test = get_scorer(SCORING)(search, X_test, y_test)
            tried = len(search.cv_results_["params"])
            cells = f"{took:8.2f}{search.best_score_:9.4f}{test:9.4f}{tried:5d}"
            print(f"{classes:<8d}{name:26s}{cells}", flush=True)


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--yahpo", help="folder of landscapes.py")
    parser.add_argument("--set", default="all", choices=["dev", "wide", "all"])
    parser.add_argument("--every", type=int, default=1, help="landscapes to step by")
    parser.add_argument("--offset", type=int, default=0, help="the first of them")
    parser.add_argument("--methods", nargs="+", default=[*METHODS], choices=METHODS)
    parser.add_argument("--budget", type=int, default=50)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--tables", action="store_true", help="the tables alone")
    parser.add_argument("--table-iter", type=int, default=12)


def command(args, argv):
    """Run what is missing, and print the tables."""
    if args.tables:
        tables(args)
        return 0
    records = Records(args.out / "cheap.jsonl", {"budget": args.budget}, argv)
    lands = dict([*with_resource(args).items()][args.offset :: args.every])
    jobs = {(land.name, "rho", 0): (agreement, (args, i)) for i, land in lands.items()}
    jobs |= {
        (land.name, name, seed): (run, (args, i, name, seed))
        for seed in args.seeds
        for i, land in lands.items()
        for name in args.methods
    }
    run_all(records, jobs, args.jobs)
    rho = {key[0]: records.runs[key]["rho"] for key in jobs if key[1] == "rho"}
    misleading = {name for name, value in rho.items() if value < MISLEADING}
    for title, chosen in (("all", set(rho)), ("misleading", misleading)):
        print(f"\n{title}: {len(chosen)} landscapes; at costs of {COSTS}")
        print(
            f"{'':24s}{'runs':>5s} | log10 regret | mean regret | evaluations, s each"
        )
        for name in args.methods:
            rows = [
                records.runs[key] for key in jobs if key[1] == name and key[0] in chosen
            ]
            if not rows:
                continue
            regret = np.array([row["regret"] for row in rows])
            cells = (
                f"{name:24s}{len(rows):5d}",
                " ".join(f"{v:6.2f}" for v in logs(-regret).mean(0)),
                " ".join(f"{v:6.3f}" for v in np.maximum(regret, 0.0).mean(0)),
                f"{np.mean([row['n'] for row in rows]):.0f} "
                f"{np.mean([row['seconds'] for row in rows]):.3f}",
            )
            print(" | ".join(cells))
    return 0
