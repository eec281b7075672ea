"""
Tune XGBoost on real data in three readable stages
==================================================

``BlueTunaSearchCV`` takes the place of ``GridSearchCV``: give it an estimator and the
ranges, call ``fit``. Here it tunes six hyperparameters of ``XGBClassifier`` on images
of handwritten digits by 5-fold cross-validated accuracy, compares the result with
XGBoost's defaults on rows that the search never saw, and then says what it learned.

Run it with ``python examples/plot_quickstart.py``. ``--split 1`` holds out other rows;
``--strategy classic --n-iter 0`` runs the published search, its schedule in full.
"""

import argparse
import time

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV

parser = argparse.ArgumentParser(description="Tune XGBoost on handwritten digits.")
parser.add_argument("--n-iter", type=int, default=60, help="evaluations (60)")
parser.add_argument("--strategy", default="adaptive", help="adaptive or classic")
parser.add_argument("--n-jobs", type=int, default=2, help="processes (2)")
parser.add_argument(
    "--split", type=int, default=0, help="seed of the rows held out (0)"
)
parser.add_argument("--output", default="quickstart.png", help="file of the picture")
args = parser.parse_args()

# %%
# The data: 1797 digits of 8 by 8 pixels, which scikit-learn brings along. Half of them
# is held out and never seen by the search: the more rows, the less of a difference is
# chance.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.5, stratify=y, random_state=args.split
)

# %%
# The search. XGBoost runs on one thread, because the folds already run in parallel;
# ``verbose=1`` says on the way how far it is.

space = {
    "learning_rate": (0.01, 0.3, "log"),
    "max_depth": (3, 10),
    "subsample": (0.5, 1.0),
    "colsample_bytree": (0.5, 1.0),
    "min_child_weight": (1, 10),
    "gamma": (0.0, 5.0),
}
model = XGBClassifier(n_estimators=100, n_jobs=1, random_state=0)
folds = StratifiedKFold(5, shuffle=True, random_state=0)
search = BlueTunaSearchCV(
    model,
    space,
    n_iter=args.n_iter or None,  # None: the strategy's own schedule
    strategy=args.strategy,
    scoring="accuracy",
    cv=folds,
    n_jobs=args.n_jobs,
    verbose=1,
    random_state=0,
)
start = time.perf_counter()
search.fit(X_train, y_train)
elapsed = time.perf_counter() - start

# %%
# Before and after, on the digits held out. Both classify the same rows, so only rows
# that one of the two gets wrong tell them apart; the standard error of their mean
# difference is the size of chance. Below two of them a difference may well be nothing.

default_right = model.fit(X_train, y_train).predict(X_test) == y_test
tuned_right = search.predict(X_test) == y_test
gains = tuned_right.astype(float) - default_right
gain, chance = gains.mean(), gains.std(ddof=1) / np.sqrt(len(gains))
default_score = cross_val_score(model, X_train, y_train, cv=folds).mean()
results = search.cv_results_
print(f"{len(results['params'])} evaluations of 5 folds in {elapsed:.0f} s")
print(f"cross-validated accuracy {default_score:.4f} XGBoost's defaults")
print(f"cross-validated accuracy {search.best_score_:.4f} tuned")
for right, moment in ((default_right, "XGBoost's defaults"), (tuned_right, "tuned")):
    wrong = f"{np.sum(~right)} of {len(right)} wrong"
    print(f"held-out accuracy {right.mean():.4f} {moment}: {wrong}")
print(f"gain {gain:+.4f}, standard error of such a gain {chance:.4f}")
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
# The best score so far against evaluations, coloured by the stage that found it. The
# first configuration is the search's own, not XGBoost's defaults.

scores = results["mean_test_score"]
evaluations = np.arange(1, len(scores) + 1)
colours = {"initial": "black", "scan": "C0", "learn": "C1", "climb": "C2", "grid": "C3"}
figure, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
best_so_far = np.fmax.accumulate(scores)
ax.axhline(default_score, color="0.4", ls=":", label="XGBoost's defaults")
ax.step(evaluations, best_so_far, where="post", color="0.4", label="best so far")
for stage, colour in colours.items():
    of_stage = results["stage"] == stage
    if of_stage.any():
        ax.scatter(
            evaluations[of_stage], scores[of_stage], s=22, color=colour, label=stage
        )
ax.set_xlabel("evaluations (5-fold cross-validation each)")
ax.set_ylabel("accuracy")
ax.set_title("BlueTunaSearchCV tunes XGBoost on handwritten digits")
figure.legend(loc="outside lower center", ncols=6)
figure.savefig(args.output, dpi=120)
print(f"\npicture: {args.output}")
