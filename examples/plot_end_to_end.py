"""
From the first search to the replacement
========================================

The whole of practice on one real table: images of handwritten digits, odd or even, in
the order in which they were collected, writer after writer. XGBoost is tuned with its
space left out; what accuracy costs in time to predict decides on the number of trees;
the search that counts spends few trees on most candidates, writes itself into a file of
past searches, and reports on itself. Then the model is in use: images come in batches,
and one day the scanner is replaced by one that is paler and a pixel off. A watch finds
it, ``refresh`` searches again from what is known, and says whether the new model is
worth a replacement.

The new scanner is simulated; all else is as it was collected.

Run it with ``python examples/plot_end_to_end.py``; it takes half a minute.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

from skbluetuna import BlueTunaSearchCV
from skbluetuna.inspection import ParetoDisplay
from skbluetuna.objectives import PredictTime, knee
from skbluetuna.production import Watch

BATCH = 25
N_SEARCHED, N_REFERENCE = 600, 250
REPLACED = 10  # batch from which on the scanner is another one
SCORING = {"accuracy": "accuracy", "neg_latency": PredictTime()}
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)


def periods():
    """Rows to search with, for reference, and of the stream: the oldest first.

    Within a period they are shuffled: rows of one writer in one batch would be a clump,
    which a watch would take for so many independent rows.
    """
    X, y = load_digits(return_X_y=True)
    y = y % 2
    rng = np.random.default_rng(0)
    early = rng.permutation(N_SEARCHED)
    late = N_SEARCHED + rng.permutation(len(X) - N_SEARCHED)
    reference, stream = np.split(late, [N_REFERENCE])
    X_stream = X[stream]
    new = X_stream[(REPLACED - 1) * BATCH :]
    images = new.reshape(-1, 8, 8)
    new[:] = 0.8 * np.roll(images, 1, axis=2).reshape(new.shape)
    return (X[early], y[early]), (X[reference], y[reference]), (X_stream, y[stream])


def weighed(X, y, n_iter):
    """What accuracy costs: the search of the front, and the trees at its knee.

    The space is left out, so the search begins with a portfolio of good starts.
    """
    search = BlueTunaSearchCV(
        XGBClassifier(n_jobs=1, random_state=0),
        n_iter=n_iter,
        scoring=SCORING,
        objectives=["accuracy", "neg_latency"],
        refit=knee,
        cv=FOLDS,
        random_state=0,
    ).fit(X, y)
    results, front = search.cv_results_, search.pareto_front_
    accuracy = results["mean_test_accuracy"]
    print("on the front: accuracy, microseconds for a row, trees")
    for row in front:
        latency = -1e6 * results["mean_test_neg_latency"][row]
        n_trees = results["params"][row]["n_estimators"]
        print(f"{accuracy[row]:8.3f}{latency:8.0f}{n_trees:6d}")
    print("its knee:", search.best_params_)
    return search, search.best_params_["n_estimators"]


def chosen(X, y, n_iter, n_trees, history):
    """The search that counts: cheap evaluations first, and a history."""
    search = BlueTunaSearchCV(
        XGBClassifier(n_estimators=n_trees, n_jobs=1, random_state=0),
        n_iter=n_iter,
        resource="n_estimators",
        cv=FOLDS,
        random_state=0,
        history=history,
    ).fit(X, y)
    results = search.cv_results_
    spent, counts = np.unique(results["n_resources"], return_counts=True)
    told = ", ".join(f"{n} of {k}" for n, k in zip(counts, spent, strict=True))
    print(f"\nevaluations by number of trees: {told}")
    print(f"chosen: accuracy {search.best_score_:.3f}, {search.best_params_}")
    return search


def watched(search, reference, stream):
    """Feed the stream until the score has fallen beyond chance; the watch."""
    watch = Watch(search, *reference, random_state=0)
    X, y = stream
    for k, start in enumerate(range(0, len(y), BATCH), start=1):
        for alarm in watch.update(X[start : start + BATCH], y[start : start + BATCH]):
            print(f"batch {k}: {alarm}")
        if any(alarm.kind == "score" for alarm in watch.alarms):
            break
    return watch


def main():
    """Search, choose, report, watch, search again."""
    parser = argparse.ArgumentParser(description="From search to replacement.")
    parser.add_argument("--n-iter", type=int, default=30, help="evaluations (30)")
    parser.add_argument("--output", default="end_to_end.png")
    args = parser.parse_args()
    early, reference, stream = periods()
    with TemporaryDirectory() as folder:
        # %%
        # What accuracy costs
        # -------------------
        # At the knee of the front more accuracy costs much, and less saves little.
        front, n_trees = weighed(*early, args.n_iter)

        # %%
        # The search that counts
        # ----------------------
        history = Path(folder, "searches.jsonl")
        # It has more evaluations, so that 20 are full ones: then it counts as a past
        # search of the next one.
        search = chosen(*early, args.n_iter + 10, n_trees, history)
        page = search.report(Path(folder, "report.html"))
        print(f"report: {page.stat().st_size / 1e3:.0f} kB of HTML")

        # %%
        # In use
        # ------
        print(f"\nthe scanner is replaced from batch {REPLACED} on")
        watch = watched(search, reference, stream)

        # %%
        # Again, from what is known
        # -------------------------
        # Targets of the new scanner's images are known by now, the oldest first. The
        # file knows the former search; the best of it are asked first.
        since = (watch.alarms[-1].since - 1) * BATCH if watch.alarms else 0
        X, y = (part[since:] for part in stream)
        refresh = search.refresh(X, y, n_iter=args.n_iter)
        n_known = len(refresh.search.tuner_.past_searches["search"])
        print(f"\nsearched again, with {n_known} past search: {refresh}")
    draw(front, watch, refresh, args.output)


def draw(front, watch, refresh, output):
    """The front, the losses of the stream, both models on the rows held back."""
    figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    ParetoDisplay.from_search(front, ax=axes[0])
    axes[0].set_title("what accuracy costs")
    batches = watch.batches
    numbers = np.arange(1, len(batches["loss"]) + 1)
    axes[1].plot(numbers, batches["loss"], "o-", color="0.5", ms=4)
    axes[1].axvline(REPLACED - 0.5, color="k", ls=":", label="new scanner")
    for kind, color in (("inputs", "C0"), ("score", "C3")):
        first = [alarm.batch for alarm in watch.alarms if alarm.kind == kind][:1]
        for batch in first:
            axes[1].axvline(batch, color=color, label=f"first alarm of the {kind}")
    axes[1].set(title="in use", xlabel="batch", ylabel="share of wrong answers")
    axes[1].legend()
    both = refresh.comparison
    axes[2].bar(["in use", "refreshed"], [both.old, both.new], color=["0.6", "C3"])
    axes[2].set(
        title=f"gain {both.gain:+.3f} [{both.low:+.3f}, {both.high:+.3f}]: "
        f"{refresh.recommendation}",
        ylabel=f"accuracy on the last {both.n_rows} rows",
        ylim=(0.0, 1.0),
    )
    figure.savefig(output, dpi=120)
    print(f"picture: {output}")


if __name__ == "__main__":
    main()
