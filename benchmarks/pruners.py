"""What the pruners of Optuna save a search with our sampler, and what they cost it.

    OMP_NUM_THREADS=1 python -m benchmarks.pruners
    OMP_NUM_THREADS=1 python -m benchmarks.pruners --tasks folds --sampler tpe

A study runs until it has 40 trials and has spent 12 whole trainings, at most 100
trials. Steps are epochs of a network and of a linear classifier, trees of XGBoost (the
scores are minus log losses of validation rows), or ten folds of support vectors
(accuracy). Pruners get the score after each step, by folds the mean so far; Wilcoxon's,
which is for folds only, the score of the fold. ``Wilcoxon, told`` returns the mean of
the folds when it is pruned, as Optuna advises, instead of raising ``TrialPruned``.
Pruners have Optuna's defaults; Percentile keeps a quarter. ``racing``, by folds too, is
`BlueTunaSearchCV` with racing=.005, beside the same without.

At 40 trials: share of trials that were ``pruned``, ``resource`` in steps and ``time``
of the processor as shares of those without a pruner, ``score`` and ``test``: that of
the best complete trial, and its score on rows held out, less those without a pruner.
At 12 trainings: ``n`` trials, and the same differences (``score12``, ``test12``).
Intervals are bootstrapped over tasks and seeds.
"""

import argparse
import time
import warnings
from dataclasses import dataclass

import numpy as np

from benchmarks._curves import CURVES
from benchmarks._statistics import hierarchical_interval, mean_interval

N_TRIALS, MOST_TRIALS, N_TRAININGS = 40, 100, 12
NONE, RACE, LEVEL = "none", "racing", 0.005
WILCOXON = ("Wilcoxon", "Wilcoxon, told")
COLUMNS = ("pruned", "resource", "time", "score", "test", "n", "score12", "test12")


def pruner_of(name, n_steps):
    """A pruner by its name."""
    from optuna import pruners

    return {
        NONE: pruners.NopPruner,
        "Median": pruners.MedianPruner,
        "Percentile": lambda: pruners.PercentilePruner(25.0),
        "SuccessiveHalving": pruners.SuccessiveHalvingPruner,
        "Hyperband": lambda: pruners.HyperbandPruner(max_resource=n_steps),
        "Wilcoxon": pruners.WilcoxonPruner,
        "Wilcoxon, told": pruners.WilcoxonPruner,
    }[name]()


PRUNERS = ("Median", "Percentile", "SuccessiveHalving", "Hyperband", *WILCOXON, RACE)


def suggest(trial, space):
    """Optuna's values of a space as ours are written."""
    params = {}
    for name, spec in space.items():
        if isinstance(spec, list):
            params[name] = trial.suggest_categorical(name, spec)
            continue
        kind = trial.suggest_int if isinstance(spec[0], int) else trial.suggest_float
        params[name] = kind(name, spec[0], spec[1], log="log" in spec)
    return params


@dataclass
class Run:
    """One trial: what was tried, its steps, score (None if pruned), and the clock."""

    params: dict
    n_steps: int
    score: float | None
    seconds: float


class Objective:
    """A curve as Optuna's objective, which keeps what it did."""

    def __init__(self, curve, seed, pruner):
        self.curve, self.seed, self.pruner = curve, seed, pruner
        self.runs, self.begin = [], time.process_time()

    def __call__(self, trial):
        """Train step by step; the score, or TrialPruned."""
        import optuna

        curve = self.curve
        params = suggest(trial, curve.space)
        training, scores = curve.start(params, self.seed), []
        for step in range(1, curve.n_steps + 1):
            scores.append(training.step())
            value = np.mean(scores) if curve.is_mean else scores[-1]
            trial.report(scores[-1] if self.pruner in WILCOXON else value, step)
            if step < curve.n_steps and trial.should_prune():
                self._keep(params, step, None)
                if self.pruner == "Wilcoxon, told":
                    return value
                raise optuna.TrialPruned
        self._keep(params, curve.n_steps, value)
        return value

    def _keep(self, params, n_steps, score):
        seconds = time.process_time() - self.begin
        self.runs.append(Run(params, n_steps, score, seconds))

    def is_done(self):
        """Whether both measures can be read, or there are too many trials."""
        spent = sum(run.n_steps for run in self.runs)
        is_enough = spent >= N_TRAININGS * self.curve.n_steps
        n = len(self.runs)
        return (n >= N_TRIALS and is_enough) or n >= MOST_TRIALS

    def choice(self, n):
        """Score of the best complete one of n trials, and on rows held out."""
        best = max(
            (run for run in self.runs[:n] if run.score is not None),
            key=lambda run: run.score,
        )
        training = self.curve.start(best.params, self.seed)
        for _ in range(0 if self.curve.is_mean else self.curve.n_steps):
            training.step()
        return best.score, training.held_out()

    def figures(self):
        """Figures at 40 trials and at 12 trainings, in the order of ``COLUMNS``."""
        spent = np.cumsum([run.n_steps for run in self.runs]) / self.curve.n_steps
        n = int(np.searchsorted(spent, N_TRAININGS + 1e-9, side="right"))
        first = self.runs[:N_TRIALS]
        pruned = np.mean([run.score is None for run in first])
        at_trials = (pruned, spent[N_TRIALS - 1], first[-1].seconds)
        return [*at_trials, *self.choice(N_TRIALS), n, *self.choice(n)]


def study_of(task, pruner, sampler, seed):
    """Run a study; its figures."""
    import optuna

    from skbluetuna.integrations.optuna_sampler import BlueTunaSampler

    kind = {"bluetuna": BlueTunaSampler, "tpe": optuna.samplers.TPESampler}[sampler]
    curve = CURVES[task]
    objective = Objective(curve, seed, pruner)
    study = optuna.create_study(
        study_name=f"{task} {seed}",  # of which Hyperband draws its brackets
        direction="maximize",
        sampler=kind(seed=seed),
        pruner=pruner_of(pruner, curve.n_steps),
    )
    while not objective.is_done():
        study.optimize(objective, n_trials=1)
    return objective.figures()


def raced(task, seed, level):
    """The race of our own search, or at level None that search; its figures."""
    from skbluetuna import BlueTunaSearchCV

    curve = CURVES[task]
    objective, training = Objective(curve, seed, RACE), curve.start({}, seed)
    search = BlueTunaSearchCV(
        training.model, curve.space, n_iter=N_TRIALS, scoring="accuracy", refit=False,
        cv=training.left, random_state=seed, racing=level,
    ).fit(training.X, training.y)  # fmt: skip
    seconds = time.process_time() - objective.begin
    results = search.cv_results_
    splits = [results[f"split{i}_test_score"] for i in range(curve.n_steps)]
    for params, scores in zip(results["params"], np.transpose(splits), strict=True):
        n_steps = int(np.isfinite(scores).sum())
        score = scores.mean() if n_steps == curve.n_steps else None
        objective.runs.append(Run(params, n_steps, score, seconds))
    return objective.figures()


def relative(found, none):
    """Figures as shares of those without a pruner, or less those."""
    row = np.array(found, dtype=np.float64)
    row[1:3] /= np.array(none)[1:3]
    for i in (3, 4, 6, 7):
        row[i] -= none[i]
    return row


def compared(task, pruner, sampler, seed, none):
    """Figures of a pruner beside those of the same search without it."""
    if pruner == RACE:
        return relative(raced(task, seed, LEVEL), raced(task, seed, None))
    return relative(study_of(task, pruner, sampler, seed), none)


def main():
    """Run, and print a row for each study and a summary for each pruner."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", nargs="+", default=["network", "linear", "trees"])
    parser.add_argument("--pruners", nargs="+", default=list(PRUNERS))
    parser.add_argument("--sampler", choices=("bluetuna", "tpe"), default="bluetuna")
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    is_by_folds = all(CURVES[task].is_mean for task in args.tasks)
    by_folds = (*WILCOXON, RACE)
    pruners = [p for p in args.pruners if is_by_folds or p not in by_folds]
    rows = {name: [] for name in pruners}
    print(f"{'task':12s}{'pruner':20s}", *(f"{c:>9s}" for c in COLUMNS), sep="")
    for task in args.tasks:
        for seed in range(args.seeds):
            none = study_of(task, NONE, args.sampler, seed)
            told(f"{task:10s}{seed:2d}", NONE, none)
            for name in pruners:
                row = compared(task, name, args.sampler, seed, none)
                told(f"{task:10s}{seed:2d}", name, row)
                rows[name].append(row)
    print(f"\n{args.sampler}, {len(args.tasks) * args.seeds} studies each:")
    for name, found in rows.items():
        values = np.reshape(found, (len(args.tasks), args.seeds, len(COLUMNS)))
        print(name)
        for i, column in enumerate(COLUMNS):
            print(f"  {column:10s}{interval(values[:, :, i])}")


def told(task, pruner, row):
    """Print a row."""
    print(f"{task:12s}{pruner:20s}", *(f"{v:9.4f}" for v in row), sep="", flush=True)


def interval(values):
    """Mean and interval over tasks and seeds."""
    found = mean_interval(values[0]) if len(values) == 1 else None
    mean, low, high = found or hierarchical_interval(values)
    return f"{mean:9.4f}  [{low:.4f}, {high:.4f}]"


if __name__ == "__main__":
    main()
