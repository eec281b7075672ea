"""
How much does the best score flatter?
=====================================

A search reports the mean score of its best candidate, which is the best of many noisy
ones. Nested cross-validation says what that is worth: the whole search is fitted to the
training part of each outer split, and its choice is scored on the rest. Here with an
SVM on 150 rows of each of three tables, where a score is noisy; the rest are so many
that the outer scores are known well. All searches of a table share one checkpoint file,
each with a section of its own, so that a nested run that is stopped goes on where it
was.

Run it with ``python examples/plot_nested_cv.py``.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.model_selection import KFold, ShuffleSplit, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from skbluetuna import BlueTunaSearchCV
from skbluetuna.report import optimism_of

TABLES = {
    "breast cancer": (load_breast_cancer, SVC(), "accuracy"),
    "digits": (load_digits, SVC(), "accuracy"),
    "diabetes": (load_diabetes, SVR(), "r2"),
}


N_ROWS = 150


def search_of(model, scoring, n_iter, checkpoint):
    """The search of a table."""
    name = type(model).__name__.lower()
    space = {
        f"{name}__C": (1e-2, 1e3, "log"),
        f"{name}__gamma": (1e-4, 1e0, "log"),
    }
    return BlueTunaSearchCV(
        make_pipeline(StandardScaler(), model),
        space,
        n_iter=n_iter,
        scoring=scoring,
        cv=KFold(5, shuffle=True, random_state=0),
        random_state=0,
        checkpoint=checkpoint,
    )


def nested(search, X, y, n_outer):
    """Inner best scores, outer scores and what the searches say of the difference."""
    outer = ShuffleSplit(n_outer, train_size=N_ROWS, random_state=0)
    found = cross_validate(search, X, y, cv=outer, return_estimator=True)
    inner = np.array([one.best_score_ for one in found["estimator"]])
    told = np.array([optimism_of(one) for one in found["estimator"]], dtype=float)
    return inner, found["test_score"], told


parser = argparse.ArgumentParser(description="How much the best score flatters.")
parser.add_argument("--n-iter", type=int, default=25, help="evaluations (25)")
parser.add_argument("--outer", type=int, default=10, help="outer splits (10)")
parser.add_argument("--output", default="nested_cv.png")
args = parser.parse_args()

# %%
# Each table: the search inside cross_validate
# --------------------------------------------
results = {}
folder = TemporaryDirectory()
for table, (load, model, scoring) in TABLES.items():
    X, y = load(return_X_y=True)
    path = Path(folder.name) / f"{table}.jsonl"
    search = search_of(model, scoring, args.n_iter, path)
    start = time.perf_counter()
    results[table] = nested(search, X, y, args.outer)
    took = time.perf_counter() - start
    inner, outer, told = results[table]
    gaps = inner - outer
    error = gaps.std(ddof=1) / np.sqrt(len(gaps))
    print(
        f"{table:14s}{scoring:9s} inner {inner.mean():.4f}, outer "
        f"{outer.mean():.4f}: flatters by {gaps.mean():+.4f} (standard error "
        f"{error:.4f}); the searches say {told.mean():+.4f}; {took:.0f} s"
    )

# %%
# What a nested run that is started again costs
# ---------------------------------------------
start = time.perf_counter()
again = nested(search, X, y, args.outer)
same = np.array_equal(again[1], results[table][1])
print(
    f"{table} again from its file: {time.perf_counter() - start:.1f} s, the "
    f"scores are {'the same' if same else 'others'}"
)
folder.cleanup()

# %%
# Best inner score and outer score of each search
# -----------------------------------------------
figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
for ax, (table, (inner, outer, told)) in zip(axes, results.items(), strict=True):
    points = inner, inner - told, outer
    ax.plot(range(3), points, "-", color="0.85", lw=1)
    for x, values in enumerate(points):
        color = f"C{x}"
        ax.plot(np.full(len(values), x), values, "o", ms=4, color=color, alpha=0.6)
        ax.plot([x - 0.25, x + 0.25], [values.mean()] * 2, color=color, lw=2.5)
    ax.set_xticks(range(3), ["best inner", "less the gap\nit tells", "outer"])
    ax.set(title=f"{table}, {TABLES[table][2]}", xlim=(-0.5, 2.5))
figure.savefig(args.output, dpi=120)
