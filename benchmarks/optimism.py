r"""How much a search's own score flatters, and whether its estimate of that is right.

    python -m benchmarks.optimism --landscapes
    python -m benchmarks.optimism --tables

``--landscapes``: searches of a made landscape in three dimensions whose truth is known.
The score of a fold is the truth plus an effect of the fold, which all configurations
share, plus noise of which half is alike for neighbours. ``--tables``: searches on 200
rows of a made table; the truth is the mean score of the models of all folds on 20,000
other rows, so training parts are of one size. *gap* is the best mean less its truth;
*BBC* is the report's estimate, *TT* that of Tibshirani and Tibshirani (2009), *out* is
choosing by all folds but one. Behind each its root mean square error. All are in
standard errors of a mean (landscapes) or in accuracy (tables).
"""

import argparse

import numpy as np
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, BlueTuner
from skbluetuna.report._optimism import optimism

D, N_WAVES, LENGTH, FOLD = 3, 60, 0.3, 0.05
SEARCHES = {
    "svm": (
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": (1e-2, 1e3, "log"), "svc__gamma": (1e-4, 1e0, "log")},
    ),
    "tree": (
        DecisionTreeClassifier(random_state=0),
        {
            "max_depth": (1, 12),
            "min_samples_leaf": (1, 30, "log"),
            "max_features": (0.1, 1.0),
        },
    ),
}


def tibshirani(folds):
    """Mean over folds of the best score there less that of the chosen one."""
    return float((folds.max(axis=0) - folds[folds.mean(axis=1).argmax()]).mean())


def one_out(folds):
    """The best mean, less what is chosen by all folds but one scores on that one."""
    rest = folds.sum(axis=1, keepdims=True) - folds
    own = [folds[rest[:, j].argmax(), j] for j in range(folds.shape[1])]
    return float(folds.mean(axis=1).max() - np.mean(own))


ESTIMATES = {"BBC": optimism, "TT": tibshirani, "out": one_out}


def wave(rng):
    """A smooth random function of the unit cube, of variance 1."""
    at, shift = rng.normal(size=(N_WAVES, D)) / LENGTH, rng.uniform(0, 7, N_WAVES)
    size = rng.normal(size=N_WAVES) * np.sqrt(2.0 / N_WAVES)
    return lambda x: float(np.cos(at @ x + shift) @ size)


def landscape(seed, k, noise, n_iter, how):
    """One search of a landscape: its true gap, and the estimates."""
    rng = np.random.default_rng([seed, k, int(1000 * noise)])
    best, slope = rng.uniform(0.2, 0.8, D), rng.uniform(0.5, 2.0, D)
    effect, waves = FOLD * rng.normal(size=k), [wave(rng) for _ in range(k)]
    folds, truth = [], []

    def score(x):
        truth.append(-float(slope @ (x - best) ** 2))
        mixed = np.array([one(x) for one in waves]) + rng.normal(size=k)
        folds.append(truth[-1] + effect + noise * mixed / np.sqrt(2.0))
        return folds[-1].mean()

    if how == "random":
        for x in rng.uniform(size=(n_iter, D)):
            score(x)
    else:
        names = [f"x{i}" for i in range(D)]
        space = dict.fromkeys(names, (0.0, 1.0))
        tuner = BlueTuner(space, n_iter=n_iter, random_state=seed)
        while not tuner.finished:
            for trial in tuner.ask():
                x = np.array([trial.params[name] for name in names])
                tuner.tell(trial, score(x))
    scores = np.array(folds)
    chosen = scores.mean(axis=1).argmax()
    gap = scores[chosen].mean() - effect.mean() - truth[chosen]
    unit = noise / np.sqrt(k)
    return [gap / unit, *(one(scores) / unit for one in ESTIMATES.values())]


def table(seed, k, name, n_iter):
    """One search of a table: its true gap, and the estimates."""
    X, y = make_classification(
        20_200, 12, n_informative=5, flip_y=0.2, class_sep=0.7, random_state=seed
    )
    model, space = SEARCHES[name]
    cv = StratifiedKFold(k, shuffle=True, random_state=seed)
    search = BlueTunaSearchCV(model, space, n_iter=n_iter, cv=cv, random_state=seed)
    search.fit(X[:200], y[:200])
    best = clone(model).set_params(**search.best_params_)
    truth = [
        clone(best).fit(X[train], y[train]).score(X[200:], y[200:])
        for train, _ in cv.split(X[:200], y[:200])
    ]
    scores = np.array([search.cv_results_[f"split{i}_test_score"] for i in range(k)]).T
    gap = search.best_score_ - np.mean(truth)
    return [gap, *(one(scores) for one in ESTIMATES.values())]


def told(title, runs):
    """Print the mean gap, and mean and error of each estimate."""
    runs = np.array(runs)
    error = np.sqrt(((runs - runs[:, :1]) ** 2).mean(axis=0))
    mean, width = runs.mean(axis=0), runs[:, 0].std() / np.sqrt(len(runs))
    parts = [f"{title:28s} gap {mean[0]:.3f} +- {width:.3f}"]
    parts += [
        f"{name} {mean[i]:.3f} ({error[i]:.3f})"
        for i, name in enumerate(ESTIMATES, start=1)
    ]
    parts.append(f"none ({np.sqrt((runs[:, 0] ** 2).mean()):.3f})")
    print("  ".join(parts), flush=True)


def main():
    """Run, and print a line for each kind of search."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--landscapes", action="store_true")
    parser.add_argument("--tables", action="store_true")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--n-iter", type=int, default=40)
    parser.add_argument("--how", default="random", choices=["random", "adaptive"])
    parser.add_argument("--folds", type=int, nargs="+", default=[3, 5, 10])
    parser.add_argument("--noise", type=float, nargs="+", default=[0.05, 0.1, 0.3])
    args = parser.parse_args()
    seeds = range(args.runs)
    for k in args.folds:
        for noise in args.noise if args.landscapes else ():
            told(
                f"{args.how}, {k} folds, noise {noise:g}",
                [landscape(seed, k, noise, args.n_iter, args.how) for seed in seeds],
            )
        for name in SEARCHES if args.tables else ():
            title = f"{name}, {k} folds"
            told(title, [table(seed, k, name, args.n_iter) for seed in seeds])


if __name__ == "__main__":
    main()
