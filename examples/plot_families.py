"""
Choose among families of classifiers
====================================

One search over five families: each has a first look, then the budget goes where an
improvement is expected. For the SVM, gamma applies only with the RBF kernel: that is a
condition, written with ``when``. The ranges of the two forests are those that
``suggest_space`` knows.

Run it with ``python examples/plot_families.py``.
"""

import argparse

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, suggest_space, when

X, y = load_breast_cancer(return_X_y=True)


def families():
    """Name and space of each family, for step ``clf`` of a pipeline."""
    spaces = {
        "SVM": {
            "clf": [SVC()],
            "clf__kernel": ["rbf", "linear"],
            "clf__C": (1e-2, 1e3, "log"),
            "clf__gamma": when("clf__kernel", "rbf", (1e-4, 1e1, "log")),
        },
        "logistic": {
            "clf": [LogisticRegression(max_iter=2000)],
            "clf__C": (1e-3, 1e3, "log"),
        },
        "neighbours": {
            "clf": [KNeighborsClassifier()],
            "clf__n_neighbors": (1, 50, "log"),
        },
    }
    for name, forest in [
        ("forest", RandomForestClassifier(n_estimators=50, random_state=0)),
        ("extra trees", ExtraTreesClassifier(n_estimators=50, random_state=0)),
    ]:
        ready = suggest_space(Pipeline([("clf", forest)]))
        spaces[name] = {"clf": [forest]} | ready
    return spaces


parser = argparse.ArgumentParser(description="Choose among families.")
parser.add_argument("--n-iter", type=int, default=60, help="evaluations (60)")
parser.add_argument("--output", default="families.png")
args = parser.parse_args()

# %%
# Search
# ------
spaces = families()
search = BlueTunaSearchCV(
    Pipeline([("scale", StandardScaler()), ("clf", SVC())]),
    list(spaces.values()),
    n_iter=args.n_iter,
    scoring="f1_macro",
    cv=5,
    random_state=0,
).fit(X, y)

# %%
# What it spent, and on whom
# --------------------------
names = list(spaces)
results = search.cv_results_
owner = np.array(results["alternative"])
scores = results["mean_test_score"]
for k, name in enumerate(names):
    own = scores[owner == k]
    print(f"{name:12s}{len(own):3d} evaluations, best {own.max():.4f}")
print(f"chosen: {names[owner[search.best_index_]]}, {search.best_params_}")

# %%
# Score of each evaluation, by family
# -----------------------------------
figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
number = np.arange(1, len(scores) + 1)
for k, name in enumerate(names):
    own = owner == k
    axes.plot(number[own], scores[own], "o", ms=5, label=f"{name} ({own.sum()})")
axes.step(number, np.maximum.accumulate(scores), "k-", lw=1, where="post",
          label="best so far")  # fmt: skip
axes.set_ylim(np.quantile(scores, 0.1) - 0.01, scores.max() + 0.005)
axes.set(xlabel="evaluation", ylabel="cross-validated macro F1")
axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
figure.savefig(args.output, dpi=120)
