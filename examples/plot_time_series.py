"""
Tune a forecast, and how far back it looks
==========================================

An hourly load of two years, made up: a day, a week, a year, and a step by a quarter
half a year before the end. The load a day ahead is forecast from what was known the day
before.

What was long ago is no longer so, but how long is that? The model is wrapped in one
that is fitted to its last rows alone, and how many that are is searched with everything
else. `TimeSeriesSplit` scores each candidate on what comes after its training rows,
with a gap of a day between them, as in use; the last fit sees the last window.

Run it with ``python examples/plot_time_series.py``.
"""

import argparse

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import TimeSeriesSplit

from skbluetuna import BlueTunaSearchCV

DAY, N_HOURS, N_LAST = 24, 2 * 365 * 24, 28 * 24


class LastWindow(RegressorMixin, MetaEstimatorMixin, BaseEstimator):
    """A regressor that is fitted to the last rows alone."""

    def __init__(self, estimator, n_rows=None):
        self.estimator = estimator
        self.n_rows = n_rows

    def fit(self, X, y):
        """Fit the last `n_rows` rows; None: all."""
        rows = slice(None if self.n_rows is None else -self.n_rows, None)
        self.estimator_ = clone(self.estimator).fit(X[rows], y[rows])
        return self

    def predict(self, X):
        """Forecast."""
        return self.estimator_.predict(X)


def load_of(rng):
    """Hourly load, shape (N_HOURS,)."""
    hour = np.arange(N_HOURS)
    day = 3.0 * np.sin(2 * np.pi * (hour - 8) / DAY) ** 3
    is_weekend = hour // DAY % 7 >= 5
    year = np.cos(2 * np.pi * hour / (365 * DAY))
    level = 15.0 + 2.0 * year + np.where(is_weekend, 0.3, 1.0 + 0.3 * year) * day
    step = np.where(hour > N_HOURS - 180 * DAY, 1.25, 1.0)
    noise = np.zeros(N_HOURS)
    for t in range(1, N_HOURS):
        noise[t] = 0.6 * noise[t - 1] + rng.normal(scale=0.3)
    return level * step + noise


def table_of(load):
    """What is known a day before, and the load; the first week has no past."""
    lags = [DAY * k for k in (1, 2, 7)] + [DAY + k for k in (1, 2, 3)]
    past = [np.roll(load, lag) for lag in lags]
    hour = np.arange(len(load))
    X = np.column_stack([*past, hour % DAY, hour // DAY % 7])
    return X[7 * DAY :], load[7 * DAY :]


def main():
    """Run, report, draw."""
    parser = argparse.ArgumentParser(description="Tune a forecast.")
    parser.add_argument("--n-iter", type=int, default=30, help="evaluations (30)")
    parser.add_argument("--seed", type=int, default=0, help="of the load (0)")
    parser.add_argument("--output", default="time_series.png")
    args = parser.parse_args()

    X, y = table_of(load_of(np.random.default_rng(args.seed)))
    X_old, y_old, X_new, y_new = X[:-N_LAST], y[:-N_LAST], X[-N_LAST:], y[-N_LAST:]

    # %%
    # The search sees no future
    # -------------------------
    model = LastWindow(
        HistGradientBoostingRegressor(loss="absolute_error", random_state=0)
    )
    search = BlueTunaSearchCV(
        model,
        {
            "n_rows": (14 * DAY, 365 * DAY, "log"),
            "estimator__learning_rate": (0.02, 0.5, "log"),
            "estimator__max_leaf_nodes": (4, 64, "log"),
            "estimator__min_samples_leaf": (5, 200, "log"),
        },
        n_iter=args.n_iter,
        scoring="neg_mean_absolute_error",
        cv=TimeSeriesSplit(4, gap=DAY, test_size=N_LAST),
        random_state=0,
    ).fit(X_old, y_old)
    print(f"best error in the splits {-search.best_score_:.3f}: {search.best_params_}")
    print(search.weights_)

    # %%
    # On four weeks that no split saw
    # -------------------------------
    shown = {
        "defaults, two years": clone(model).fit(X_old, y_old),
        "tuned, two years": clone(search.best_estimator_).set_params(n_rows=None),
        "tuned": search.best_estimator_,
    }
    shown["tuned, two years"].fit(X_old, y_old)
    errors = {
        name: mean_absolute_error(y_new, one.predict(X_new))
        for name, one in shown.items()
    }
    for name, error in errors.items():
        print(f"{name:22s} mean absolute error of the last four weeks {error:.3f}")

    # %%
    # The last week
    # -------------
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(10, 3.6), layout="constrained", width_ratios=(2, 1)
    )
    days = np.arange(7 * DAY) / DAY
    left.plot(days, y_new[-7 * DAY :], color="0.6", label="load")
    forecast = search.predict(X_new[-7 * DAY :])
    left.plot(days, forecast, color="#D55E00", label="forecast a day ahead")
    left.set(xlabel="Day of the last week", ylabel="Load")
    left.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    right.barh(list(errors), list(errors.values()), color=["0.7"] * 2 + ["#D55E00"])
    right.invert_yaxis()
    right.set(xlabel="Mean absolute error, last four weeks")
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(args.output, dpi=120)


if __name__ == "__main__":
    main()
