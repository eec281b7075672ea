"""
Weigh accuracy against latency and size
=======================================

Who deploys a model pays for each prediction. Here XGBoost is tuned on images of
handwritten digits; each candidate is scored by its accuracy, by the time that it takes
to predict one row, and by its size. No single candidate is the best by all of them: the
search looks for the front, which shows what accuracy costs, and the choice is made
under a limit.

Run it with ``python examples/plot_accuracy_and_latency.py``; it takes half a minute.
"""

import argparse

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV
from skbluetuna.inspection import ParetoDisplay, hypervolume
from skbluetuna.objectives import ModelSize, PredictTime

X, y = load_digits(return_X_y=True)


parser = argparse.ArgumentParser(description="Accuracy, latency and size.")
parser.add_argument("--n-iter", type=int, default=40, help="evaluations (40)")
parser.add_argument("--output", default="accuracy_and_latency.png")
args = parser.parse_args()

# %%
# Search
# ------
# Larger is better for every scorer, so costs are negative: at most 300 kB is at
# least -300e3. Limits choose among what was found, they do not guide the search.
# XGBoost runs on one thread, and so do the folds: times of others on the machine
# are left out by the processor's clock.
search = BlueTunaSearchCV(
    XGBClassifier(n_jobs=1, random_state=0),
    {
        "n_estimators": (5, 100, "log"),
        "max_depth": (1, 6),
        "learning_rate": (0.03, 0.6, "log"),
        "subsample": (0.5, 1.0),
    },
    n_iter=args.n_iter,
    scoring={
        "accuracy": "accuracy",
        "neg_latency": PredictTime(),
        "neg_size": ModelSize(),
    },
    objectives=["accuracy", "neg_latency", "neg_size"],
    at_least={"accuracy": 0.90, "neg_size": -300e3},
    refit="accuracy",
    cv=3,
    random_state=0,
).fit(X, y)

# %%
# What accuracy costs
# -------------------
# The front, the best by accuracy first.
results = search.cv_results_
print("accuracy  latency (ms)  size (kB)  meets limits")
for row in search.pareto_front_:
    accuracy = results["mean_test_accuracy"][row]
    latency = -1e3 * results["mean_test_neg_latency"][row]
    size = -1e-3 * results["mean_test_neg_size"][row]
    meets = "yes" if results["meets_limits"][row] else "no"
    print(f"{accuracy:8.4f}{latency:14.3f}{size:11.0f}  {meets}")
print(f"chosen: accuracy {search.best_score_:.4f}, {search.best_params_}")
print(f"hypervolume: {hypervolume(search):.4g}")

# %%
# What matters for which objective
# --------------------------------
weights = search.weights_
columns = weights["objective"], weights["param"], weights["share"]
for objective, name, share in zip(*columns, strict=True):
    print(f"{objective:12s} {name:14s} {share:5.2f}")

# %%
# The front
# ---------
figure, ax = plt.subplots(figsize=(7, 5.4), layout="constrained")
ParetoDisplay.from_search(search, ax=ax)
figure.savefig(args.output, dpi=120)
