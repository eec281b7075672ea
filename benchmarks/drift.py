r"""The watch and the refresh: false alarms, delays, columns, needless replacements.

    python -m benchmarks drift
    python -m benchmarks drift --only refresh --runs 50
    python -m benchmarks drift --only river --streams 100

Streams of batches of 100 rows of a made table (six numbers, two categories, missing
values) for two models, after a reference of 500 rows. *No drift*: 60 batches each;
printed is how many raise an alarm, of which kind. *Drift* begins with batch 21: one
column shifts by half a standard deviation (inputs), a category doubles its share
and another one's values go missing (inputs), the target's rule turns (score), or turns
bit by bit over 20 batches (score). Printed are the delay in batches and the columns
that were named rightly and wrongly. *Refresh*: searches on 600 rows, refreshed on 800
more of the same kind, or after the rule has turned.
"""

import numpy as np
from joblib import Parallel, delayed
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression

from skbluetuna import BlueTunaSearchCV
from skbluetuna.production import Watch
from skbluetuna.production._evidence import SequentialTest

__all__ = ["add_arguments", "command"]

N_FIT, N_REFERENCE, N_BATCH = 500, 500, 100
LEVEL = 0.05
BEGIN, N_AFTER, OVER = 20, 40, 20  # batches
NUMBERS = [f"n{i}" for i in range(6)]
TRUE_COLUMNS = {"shift": {"n2"}, "categories": {"c0", "n3"}}
KINDS = (None, "shift", "categories", "turn", "gradual")


def rows_of(rng, n, turned=0.0, kind=None):
    """Rows as a frame, and their target, whose rule has turned by `turned`."""
    import pandas as pd

    numbers = rng.normal(size=(n, 6))
    numbers[:, 1] = np.exp(numbers[:, 1])  # skewed
    numbers[:, 5] = rng.poisson(2.0, n)  # ties
    c0 = rng.choice(["a", "b", "c"], p=[0.2, 0.3, 0.5], size=n)
    c1 = rng.choice([f"v{i}" for i in range(20)], size=n)
    angle = turned * np.pi / 3.0
    rule = np.cos(angle) * numbers[:, 0] + np.sin(angle) * numbers[:, 4]
    value = rule + 0.5 * (c0 == "a") + 0.3 * numbers[:, 2] + 0.5 * rng.normal(size=n)
    if kind == "shift":
        numbers[:, 2] += 0.5
    if kind == "categories":
        c0 = rng.choice(["a", "b", "c"], p=[0.4, 0.225, 0.375], size=n)
    numbers[rng.random(n) < (0.2 if kind == "categories" else 0.05), 3] = np.nan
    frame = pd.DataFrame(numbers, columns=NUMBERS)
    frame["c0"] = pd.Categorical(c0, categories=["a", "b", "c"])
    frame["c1"] = pd.Categorical(c1, categories=[f"v{i}" for i in range(20)])
    return frame, value


def model_of(name):
    """A model by its name, and whether it classifies."""
    kinds = {
        "classifier": HistGradientBoostingClassifier,
        "regressor": HistGradientBoostingRegressor,
    }
    model = kinds[name](max_iter=30, categorical_features="from_dtype", random_state=0)
    return model, name == "classifier"


def stream(seed, name, kind):
    """One stream: alarms by kind with their batch, and the columns named."""
    rng = np.random.default_rng(
        [seed, name == "regressor", KINDS.index(kind) if kind else 9]
    )
    model, classifies = model_of(name)

    def draw(n, **options):
        X, value = rows_of(rng, n, **options)
        return X, (value > 0.3).astype(int) if classifies else value

    model.fit(*draw(N_FIT))
    watch = Watch(model, *draw(N_REFERENCE), random_state=seed)
    for batch in range(1, BEGIN + N_AFTER + 1):
        since = max(0, batch - BEGIN)
        turned = {"turn": float(since > 0), "gradual": min(1.0, since / OVER)}
        is_inputs = since and kind in TRUE_COLUMNS
        watch.update(
            *draw(
                N_BATCH, turned=turned.get(kind, 0.0), kind=kind if is_inputs else None
            )
        )
    first = {}
    for alarm in watch.alarms:
        first.setdefault(alarm.kind, alarm)
    return {
        "score": first["score"].batch if "score" in first else None,
        "since": first["score"].since if "score" in first else None,
        "inputs": first["inputs"].batch if "inputs" in first else None,
        "columns": {name: a.batch for a in watch.alarms for name in a.columns},
    }


def no_drift(args):
    """False alarms of streams without drift."""
    print(f"\nNo drift: {args.streams} streams of {BEGIN + N_AFTER} batches each")
    for name in args.models:
        runs = Parallel(args.jobs)(
            delayed(stream)(seed, name, None) for seed in range(args.streams)
        )
        score = sum(run["score"] is not None for run in runs)
        inputs = sum(run["inputs"] is not None for run in runs)
        either = sum(
            run["score"] is not None or run["inputs"] is not None for run in runs
        )
        print(
            f"{name:11s} score {score}, inputs {inputs}, any {either} of {len(runs)} "
            f"({100 * either / len(runs):.1f} %, stated 5 %)",
            flush=True,
        )


def with_drift(args):
    """Delays, and columns named, by kind of drift."""
    print(f"\nDrift from batch {BEGIN + 1} on, {args.repeats} streams of each")
    print(
        f"{'model':11s}{'kind':12s}{'found':>5s}{'early':>6s}{'median':>7s}{'90 %':>6s}"
        "   columns: found (median delay); wrong"
    )
    for name in args.models:
        for kind in KINDS[1:]:
            runs = Parallel(args.jobs)(
                delayed(stream)(seed, name, kind) for seed in range(args.repeats)
            )
            which = "inputs" if kind in TRUE_COLUMNS else "score"
            print(f"{name:11s}{kind:12s}", _delays([run[which] for run in runs]),
                  _named(runs, TRUE_COLUMNS.get(kind, set())), flush=True)  # fmt: skip


def _delays(batches):
    found = np.array([b - BEGIN for b in batches if b is not None and b > BEGIN])
    early = sum(b is not None and b <= BEGIN for b in batches)
    if not len(found):
        return f"{0:5d}{early:6d}{'':13s}"
    middle, late = np.quantile(found, [0.5, 0.9])
    return f"{len(found):5d}{early:6d}{middle:7.0f}{late:6.0f}"


def _named(runs, true):
    wrong = sum(len(set(run["columns"]) - true) for run in runs)
    cells = []
    for column in sorted(true):
        at = [run["columns"].get(column) for run in runs]
        late = [batch - BEGIN for batch in at if batch is not None]
        middle = f"{np.median(late):.0f}" if late else "-"
        cells.append(f"{column} {len(late)} ({middle})")
    return f"   {', '.join(cells) or '-'}; {wrong}"


def refreshed(seed, name, changed):
    """One refresh: what it recommends, and the gain on many new rows."""
    rng = np.random.default_rng([seed, changed, 7])

    def draw(n, turned):
        X, value = rows_of(rng, n, turned=turned)
        return X[NUMBERS].fillna(0.0).to_numpy(), (value > 0.3).astype(int)

    model, space = {
        "logistic": (LogisticRegression(), {"C": (1e-3, 1e2, "log")}),
        "forest": (
            RandomForestClassifier(20, random_state=seed),
            {"max_features": (0.1, 1.0), "min_samples_leaf": (1, 30, "log")},
        ),
        "boosting": (
            HistGradientBoostingClassifier(max_iter=20, random_state=seed),
            {"learning_rate": (0.02, 0.5, "log"), "max_leaf_nodes": (3, 31, "log")},
        ),
    }[name]
    search = BlueTunaSearchCV(
        model, space, n_iter=8, cv=3, random_state=seed, scoring="accuracy"
    ).fit(*draw(600, 0.0))
    found = search.refresh(*draw(800, float(changed)), n_iter=8)
    X, y = draw(20_000, float(changed))
    gain = found.search.score(X, y) - search.score(X, y)
    inside = found.comparison.low <= gain <= found.comparison.high
    return found.recommendation, gain, inside


def refreshes(args):
    """How often a refresh keeps the model in use."""
    print("\nRefresh: 200 rows held back")
    print(
        f"{'model':11s}{'change':8s}{'keep':>5s}{'replace':>8s}   true gain   covered"
    )
    for changed in (False, True):
        for name in args.searches:
            runs = Parallel(args.jobs)(
                delayed(refreshed)(seed, name, changed)
                for seed in range(args.changed_runs if changed else args.runs)
            )
            said, gains, inside = zip(*runs, strict=True)
            kept = said.count("keep")
            print(
                f"{name:11s}{'turned' if changed else 'none':8s}{kept:5d}"
                f"{len(said) - kept:8d}   {np.mean(gains):+.4f}   "
                f"{sum(inside)} of {len(inside)}",
                flush=True,
            )


def first_alarm(name, losses, seed):
    """Row after which a detector raises its first alarm; None if it raises none."""
    if name == "ours":
        test = SequentialTest(losses[:N_REFERENCE], np.random.default_rng(seed))
        for end in range(N_REFERENCE + N_BATCH, len(losses) + 1, N_BATCH):
            if test.update(losses[end - N_BATCH : end]) >= -np.log(LEVEL):
                return end
        return None
    from river.drift import ADWIN, PageHinkley
    from river.drift.binary import DDM

    detector = {
        "ADWIN": ADWIN,
        "ADWIN(.05)": lambda: ADWIN(delta=LEVEL),
        "PageHinkley": PageHinkley,
        "DDM": DDM,
    }[name]()
    for row, loss in enumerate(losses, start=1):
        detector.update(loss)
        if detector.drift_detected:
            return row
    return None


def peers(args):
    """Detectors of river beside ours, on losses of 0 or 1; river must be installed."""
    print(f"\n{args.streams} streams of losses: 15 % for 6500 rows; 25 % after 2500")
    for name in ("ours", "ADWIN", "ADWIN(.05)", "PageHinkley", "DDM"):
        n_false, delays = 0, []
        for seed in range(args.streams):
            rng = np.random.default_rng([seed, 1])
            calm = 1.0 * (rng.random(6500) < 0.15)
            n_false += first_alarm(name, calm, seed) is not None
            late = np.where(np.arange(6500) < 2500, 0.15, 0.25)
            row = first_alarm(name, 1.0 * (rng.random(6500) < late), seed)
            delays += [row - 2500] if row is not None and row > 2500 else []
        print(
            f"{name:12s} false alarms {n_false:3d}, found in time {len(delays):3d}, "
            f"median delay {np.median(delays):.0f} rows",
            flush=True,
        )


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--only", choices=["no_drift", "drift", "refresh", "river"])
    parser.add_argument("--models", nargs="+", default=["classifier", "regressor"])
    parser.add_argument(
        "--searches", nargs="+", default=["logistic", "forest", "boosting"]
    )
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--changed-runs", type=int, default=20)


def command(args, argv):
    """Run, and print the tables."""
    del argv
    parts = {"no_drift": no_drift, "drift": with_drift, "refresh": refreshes}
    for name, part in parts.items():
        if args.only in (None, name):
            part(args)
    if args.only == "river":
        peers(args)
    return 0
