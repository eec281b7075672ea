"""
Tune XGBoost on real data in three readable stages
==================================================

``BlueTunaSearchCV`` takes the place of ``GridSearchCV``: give it an estimator and the
ranges, call ``fit``. Here it tunes six hyperparameters of ``XGBClassifier`` on the
breast-cancer data by 5-fold cross-validated macro F1, and then says what it learned.

Run it with ``python examples/plot_quickstart.py``. ``--strategy classic --n-iter 0``
runs the published search, its schedule in full.
"""

import argparse
import time

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV

parser = argparse.ArgumentParser(description="Tune XGBoost on the breast-cancer data.")
parser.add_argument("--n-iter", type=int, default=60, help="evaluations (60)")
parser.add_argument("--strategy", default="adaptive", help="adaptive or classic")
parser.add_argument("--n-jobs", type=int, default=2, help="processes (2)")
parser.add_argument("--output", default="quickstart.png", help="file of the picture")
args = parser.parse_args()

# %%
# The data: 569 tumours, 30 measurements, malignant or benign. A quarter is held out and
# never seen by the search.

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.25, stratify=y, random_state=0
)

# %%
# The search. XGBoost runs on one thread, because the folds already run in parallel.

space = {
    "learning_rate": (0.01, 0.3, "log"),
    "max_depth": (3, 10),
    "subsample": (0.5, 1.0),
    "colsample_bytree": (0.5, 1.0),
    "min_child_weight": (1, 10),
    "gamma": (0.0, 5.0),
}
model = XGBClassifier(n_estimators=100, n_jobs=1, random_state=0)
search = BlueTunaSearchCV(
    model,
    space,
    n_iter=args.n_iter or None,  # None: the strategy's own schedule
    strategy=args.strategy,
    scoring="f1_macro",
    cv=StratifiedKFold(5, shuffle=True, random_state=0),
    n_jobs=args.n_jobs,
    random_state=0,
)
start = time.perf_counter()
search.fit(X_train, y_train)
elapsed = time.perf_counter() - start

# %%
# Before and after, on the data held out. One tumour is 0.7 % of them: on data this
# small, a difference of a few tumours is chance, in either direction.

default = model.fit(X_train, y_train).predict(X_test)
tuned = search.predict(X_test)
results = search.cv_results_
print(f"{len(results['params'])} evaluations of 5 folds in {elapsed:.0f} s")
print(f"cross-validated macro F1 {search.best_score_:.4f}")
for moment, labels in (("before (XGBoost's defaults)", default), ("after", tuned)):
    score = f1_score(y_test, labels, average="macro")
    wrong = np.sum(labels != y_test)
    print(f"held-out macro F1 {score:.4f} {moment}: {wrong} of {len(y_test)} wrong")
print("best configuration:", search.best_params_)

# %%
# What it learned: how much each hyperparameter matters, which pairs interact, and which
# regions are worth searching. The tables are dicts of arrays, ready for pandas.

pd.set_option("display.width", 100)
weights = pd.DataFrame(search.weights_).sort_values("share", ascending=False)
pairs = pd.DataFrame(search.interactions_).sort_values("share", ascending=False)
print("\nInfluence of each hyperparameter")
print(weights.round(3).to_string(index=False))
print("\nStrongest interactions")
print(pairs.head(6).round(3).to_string(index=False))
print("\nRegions, and how probable it is that the best configuration lies there")
regions = pd.DataFrame(search.regions_)
print(regions.to_string(index=False, float_format="{:.3g}".format))
print("\nNarrowed space, ready to be a param_space:")
for name, values in search.optimized_space_.items():
    print(f"    {name}: {values}")

# %%
# The best score so far against evaluations, coloured by the stage that found it.

scores = results["mean_test_score"]
evaluations = np.arange(1, len(scores) + 1)
colours = {"initial": "black", "scan": "C0", "learn": "C1", "climb": "C2", "grid": "C3"}
figure, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
best_so_far = np.fmax.accumulate(scores)
ax.step(evaluations, best_so_far, where="post", color="0.4", label="best so far")
for stage, colour in colours.items():
    of_stage = results["stage"] == stage
    if of_stage.any():
        ax.scatter(
            evaluations[of_stage], scores[of_stage], s=22, color=colour, label=stage
        )
ax.set_xlabel("evaluations (5-fold cross-validation each)")
ax.set_ylabel("macro F1")
ax.set_title("BlueTunaSearchCV tunes XGBoost on breast cancer")
figure.legend(loc="outside lower center", ncols=5)
figure.savefig(args.output, dpi=120)
print(f"\npicture: {args.output}")
