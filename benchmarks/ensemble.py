"""What an ensemble of a search's candidates gains on rows that no fold saw.

    python -m benchmarks ensemble --data DATA --out OUT
    python -m benchmarks ensemble --data DATA --out OUT --target number

Each search has 40 candidates, five folds and ``--rows`` rows to learn from; up to 5,000
others are held out. Kinds of search: XGBoost alone, a forest alone, four families
(XGBoost, forest, logistic regression, neural network) as alternatives of one search;
guided by log loss, of numbers by squared error. From the out-of-fold predictions of the
25 best candidates:

- ``single``: the best candidate, as every search returns it;
- ``greedy``: greedy selection with replacement, 20 steps, members fitted to all rows;
- ``bagged``: the mean of 20 such selections, each from a random half;
- ``mean 8``: the plain mean of the eight best;
- ``folds``: members and weights of ``greedy``, but each member is the mean of its five
  fold models; ``single folds``: the best candidate as the mean of its fold models;
- ``stacking``: what scikit-learn's ``StackingClassifier`` with its own defaults makes
  of the members of ``greedy`` on the same folds (of numbers ``StackingRegressor``);
- ``flaml``: FLAML's ``AutoML(ensemble=True)`` with its own learners, for as long as the
  search took, where ``--flaml`` asks for it. It takes its time to stack on top.

DATA is a folder of CSV files without header, the target last. Numbers in the last
column of a file whose name ends in ``_2`` or ``_3`` are cut into so many classes of
equal size. Printed are means of the paired differences to ``single`` and to ``greedy``
over tables and seeds, with 95 % intervals for which both are drawn anew, and how many
searches gained.
"""

import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import f1_score, log_loss, mean_squared_error, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.preprocessing import LabelEncoder

from benchmarks._ensemble_kinds import KINDS, space_of
from benchmarks._records import Records, run_all
from benchmarks._statistics import hierarchical_interval
from skbluetuna import BlueTunaSearchCV
from skbluetuna.ensemble._metrics import scoring_of_predictions
from skbluetuna.ensemble._selection import bagged, greedy, mixed

__all__ = ["add_arguments", "command"]

N_SPLITS, N_KEPT, MAX_SIZE, N_BAGS, N_HELD_OUT = 5, 25, 20, 20, 5000
DIGITS = 6
# Of each metric, whether larger is better.
METRICS = {
    "class": {"log loss": False, "AUC": True, "macro F1": True},
    "number": {"squared error": False},
}


def table(path, target):
    """A file as (X, y)."""
    frame = pd.read_csv(path, header=None)
    X = pd.get_dummies(frame.iloc[:, :-1], dtype=float).to_numpy()
    y, parts = frame.iloc[:, -1], path.stem.rpartition("_")[2]
    if target == "number":
        return X, ((y - y.mean()) / y.std()).to_numpy()
    if parts in ("2", "3"):
        y = pd.qcut(y, int(parts), labels=False, duplicates="drop")
    return X, LabelEncoder().fit_transform(y)


class Task:
    """A search that has ended, and what its candidates predict."""

    def __init__(self, path, kind, seed, args):
        X, y = table(path, args.target)
        self.is_class = args.target == "class"
        strata = y if self.is_class else None
        self.X, X_rest, self.y, y_rest = train_test_split(
            X, y, train_size=args.rows, stratify=strata, random_state=seed
        )
        self.X_rest, self.y_rest = X_rest[:N_HELD_OUT], y_rest[:N_HELD_OUT]
        splitter = StratifiedKFold if self.is_class else KFold
        folds = splitter(N_SPLITS, shuffle=True, random_state=seed)
        self.splits = list(folds.split(self.X, self.y))
        self.method = "predict_proba" if self.is_class else "predict"
        scoring = "neg_log_loss" if self.is_class else "neg_mean_squared_error"
        estimator, space = space_of(kind, self.X.shape[1], self.is_class)
        self.search = BlueTunaSearchCV(
            estimator, space, n_iter=args.n_iter, scoring=scoring, cv=self.splits,
            random_state=seed, refit=False, keep_predictions=N_KEPT,
        )  # fmt: skip
        start = time.perf_counter()
        self.search.fit(self.X, self.y)
        self.seconds = time.perf_counter() - start
        self.P = self.search.cv_predictions_
        self.rows = self.search.cv_predictions_index_
        classes = np.unique(self.y) if self.is_class else None
        self.score = scoring_of_predictions(
            scoring, self.y, self.P[0], self.method, classes, {}
        ).score
        self._known = {}

    def predicted(self, i, in_folds=False):
        """What candidate i predicts for the rows held out, and its seconds."""
        if (i, in_folds) not in self._known:
            params = self.search.cv_results_["params"][self.rows[i]]
            every = np.arange(len(self.y))
            parts = [train for train, _ in self.splits] if in_folds else [every]
            start, found = time.perf_counter(), []
            for part in parts:
                member = clone(self.search.estimator).set_params(
                    **clone(params, safe=False)
                )
                member.fit(self.X[part], self.y[part])
                found.append(getattr(member, self.method)(self.X_rest))
            seconds = time.perf_counter() - start
            self._known[i, in_folds] = np.mean(found, axis=0), seconds
        return self._known[i, in_folds]

    def ensemble(self, weights, in_folds=False):
        """Weighted mean of what the members predict, and the seconds of their fits."""
        members = np.flatnonzero(weights)
        found = [self.predicted(i, in_folds) for i in members]
        seconds = sum(took for _, took in found)
        mean = np.average([p for p, _ in found], axis=0, weights=weights[members])
        return mean, seconds

    def stacked(self, members):
        """What stacking predicts with these members, by scikit-learn's defaults."""
        first = 1 if self.is_class and self.P.shape[2] == 2 else 0

        def columns(P):
            return np.hstack([p[:, first:] if self.is_class else p[:, None] for p in P])

        final = LogisticRegression() if self.is_class else RidgeCV()
        final.fit(columns([self.P[i] for i in members]), self.y)
        rest = columns([self.predicted(i)[0] for i in members])
        return getattr(final, self.method)(rest)

    def metrics(self, P):
        """The metrics of predictions for the rows held out."""
        y = self.y_rest
        if not self.is_class:
            return [float(mean_squared_error(y, P))]
        P = P / P.sum(axis=1, keepdims=True)
        auc = roc_auc_score(y, P[:, 1] if P.shape[1] == 2 else P, multi_class="ovr")
        macro = f1_score(y, P.argmax(axis=1), average="macro")
        return [float(log_loss(y, P)), float(auc), float(macro)]


def run(path, kind, seed, args):
    """One search and its ensembles: metrics, sizes and seconds of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        task = Task(path, kind, seed, args)
        k = len(task.P)
        rng, seconds = np.random.default_rng(seed), {}
        start = time.perf_counter()
        chosen = greedy(task.P, task.score, MAX_SIZE)
        seconds["greedy"] = time.perf_counter() - start
        start = time.perf_counter()
        halves = bagged(task.P, task.score, MAX_SIZE, N_BAGS, rng)
        seconds["bagged"] = time.perf_counter() - start
        one = np.eye(k)[0]
        weights = {"single": one, "greedy": chosen, "bagged": halves,
                   "mean 8": (np.arange(k) < 8) / 8.0}  # fmt: skip
        found = {name: task.ensemble(w) for name, w in weights.items()}
        found["single folds"] = task.ensemble(one, in_folds=True)
        found["folds"] = task.ensemble(chosen, in_folds=True)
        members = np.flatnonzero(chosen)
        found["stacking"] = task.stacked(members), found["greedy"][1]
        if args.flaml:
            found["flaml"] = flaml_of(task, seed)
    ours = {name: float(task.score(mixed(task.P, w)[None])[0])
            for name, w in weights.items()}  # fmt: skip
    return {
        "metrics": {name: [round(v, DIGITS) for v in task.metrics(P)]
                    for name, (P, _) in found.items()},
        "members": {name: int(np.count_nonzero(w)) for name, w in weights.items()},
        "out of fold": {name: round(v, DIGITS) for name, v in ours.items()},
        "fits": {name: round(took, 3) for name, (_, took) in found.items()},
        "selection": {name: round(took, 4) for name, took in seconds.items()},
        "search": round(task.seconds, 2),
    }  # fmt: skip


def flaml_of(task, seed):
    """Predictions of FLAML's ensemble, and the seconds that it took."""
    from flaml import AutoML

    automl = AutoML()
    start = time.perf_counter()
    automl.fit(
        task.X, task.y, task="classification" if task.is_class else "regression",
        metric="log_loss" if task.is_class else "mse", time_budget=task.seconds,
        ensemble=True, eval_method="cv", n_splits=N_SPLITS, n_jobs=1, seed=seed,
        verbose=0,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    return getattr(automl, task.method)(task.X_rest), seconds


def differences(records, kind, metric, target, base="single"):
    """Gain over a method by method, table and seed; of losses what they are less."""
    names = list(METRICS[target])
    sign = 1.0 if METRICS[target][metric] else -1.0
    found, at = {}, names.index(metric)
    for (name, own_kind, _, seed), row in sorted(records.runs.items()):
        if own_kind == kind:
            other = row["metrics"][base][at]
            for method, values in row["metrics"].items():
                gains = found.setdefault(method, {}).setdefault(name, {})
                gains[seed] = sign * (values[at] - other)
    return found


def whole(gains):
    """Gains as an array (tables, seeds), of the seeds that every table has."""
    seeds = set.intersection(*(set(by_seed) for by_seed in gains.values()))
    return np.array([[own[s] for s in sorted(seeds)] for own in gains.values()])


def show(records, target):
    """A table for each kind of search."""
    for kind in dict.fromkeys(key[1] for key in records.runs):
        rows = [row for key, row in records.runs.items() if key[1] == kind]
        seconds = np.mean([row["search"] for row in rows])
        print(f"\n{kind}: {len(rows)} searches of {seconds:.1f} s")
        for name in ("members", "selection", "fits"):
            print(f"  {name:10s}", _means([row[name] for row in rows]))
        for metric in METRICS[target]:
            for base in ("single", "greedy"):
                print(f"  {metric}: gain over {base}, larger is better")
                found = differences(records, kind, metric, target, base)
                for method in [name for name in found if name not in (base, "single")]:
                    print("   ", _line(method, found[method]))


def _means(rows):
    """Means of dicts of numbers, as text."""
    return ", ".join(f"{k} {np.mean([r[k] for r in rows]):.3g}" for k in rows[0])


def _line(method, gains):
    """Mean gain, its interval, how many gained, and where it gains least."""
    values = whole(gains)
    mean, low, high = hierarchical_interval(values)
    by_table = {name: float(np.mean([*own.values()])) for name, own in gains.items()}
    least = min(by_table, key=by_table.get)
    return (
        f"{method:13s}{mean:+.4f} [{low:+.4f}, {high:+.4f}]  {(values > 0).sum()} of "
        f"{values.size}; least: {least} {by_table[least]:+.4f}"
    )


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--data", type=Path, required=True, help="folder of CSV files")
    parser.add_argument("--target", default="class", choices=METRICS)
    parser.add_argument("--kinds", nargs="+", default=[*KINDS], choices=KINDS)
    parser.add_argument("--only", nargs="+", help="names of tables")
    parser.add_argument("--rows", type=int, default=500, help="to learn from")
    parser.add_argument("--n-iter", type=int, default=40)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--flaml", action="store_true")


def command(args, argv):
    """Run what is missing and print the tables."""
    problem = {"target": args.target, "rows": args.rows, "n_iter": args.n_iter}
    name = f"ensemble_{args.target}_{args.rows}.jsonl"
    records = Records(args.out / name, problem, argv)
    paths = [path for path in sorted(args.data.glob("*.csv"))
             if path.stem in (args.only or [path.stem])]  # fmt: skip
    jobs = {
        (path.stem, kind, args.flaml, seed): (run, (path, kind, seed, args))
        for seed in args.seeds
        for kind in args.kinds
        for path in paths
    }  # fmt: skip
    run_all(records, jobs, args.jobs)
    show(records, args.target)
    return 0
