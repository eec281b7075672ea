"""Trainings that are scored on the way: by epochs, by trees, by folds."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits, make_classification
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from benchmarks._tasks import svm

__all__ = ["CURVES", "Curve"]


@lru_cache
def rows(table, seed):
    """Rows to train on, to score on the way, and to hold out: X three times, then y."""
    if table == "digits":
        X, y = load_digits(return_X_y=True)
    else:
        X, y = make_classification(
            4000, 20, n_informative=10, n_redundant=5, flip_y=0.1, random_state=seed
        )
    X, X_rest, y, y_rest = train_test_split(
        X, y, test_size=len(X) - 1000, stratify=y, random_state=seed
    )
    X_train, X_valid, y_train, y_valid = train_test_split(
        X, y, test_size=0.4, stratify=y, random_state=seed
    )
    scaler = StandardScaler().fit(X_train)
    parts = (scaler.transform(part) for part in (X_train, X_valid, X_rest))
    return (*parts, y_train, y_valid, y_rest)


class Epochs:
    """A classifier with ``partial_fit``; a step is one pass through the rows."""

    def __init__(self, model, table, seed):
        self.model, self.table, self.seed = model, table, seed

    def step(self):
        """Train on, and score on the validation rows: minus the log loss."""
        X, X_valid, _, y, y_valid, _ = rows(self.table, self.seed)
        self.model.partial_fit(X, y, classes=np.unique(y))
        return self._score(X_valid, y_valid)

    def held_out(self):
        """Score on rows that nobody saw."""
        parts = rows(self.table, self.seed)
        return self._score(parts[2], parts[5])

    def _score(self, X, y):
        return -log_loss(y, np.nan_to_num(self.model.predict_proba(X), nan=0.5))


class Trees:
    """Boosted trees of XGBoost; a step is one tree."""

    def __init__(self, params, table, seed):
        import xgboost

        X, X_valid, X_rest, *ys = rows(table, seed)
        pairs = zip((X, X_valid, X_rest), ys, strict=True)
        self.data, *self.others = (xgboost.DMatrix(X, y) for X, y in pairs)
        fixed = {"objective": "binary:logistic", "nthread": 1, "seed": 0}
        self.model = xgboost.Booster(params | fixed, [self.data, *self.others])
        self.n_trees = 0

    def step(self):
        """Grow a tree, and score on the validation rows: minus the log loss."""
        self.model.update(self.data, self.n_trees)
        self.n_trees += 1
        return self._score(self.others[0])

    def held_out(self):
        """Score on rows that nobody saw."""
        return self._score(self.others[1])

    def _score(self, data):
        return -log_loss(data.get_label(), self.model.predict(data))


class Folds:
    """Support vectors; a step is one fold, in an order that is drawn by the seed."""

    def __init__(self, params, table, seed):
        X, X_valid, self.X_rest, y, y_valid, self.y_rest = rows(table, seed)
        self.X, self.y = np.concatenate([X, X_valid]), np.concatenate([y, y_valid])
        self.model = svm(X.shape[1])[0].set_params(**params)
        folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
        self.left = list(folds.split(self.X, self.y))

    def step(self):
        """Accuracy on the next fold."""
        train, test = self.left.pop()
        model = clone(self.model).fit(self.X[train], self.y[train])
        return model.score(self.X[test], self.y[test])

    def held_out(self):
        """Score on rows that nobody saw, of the model of all others."""
        return self.model.fit(self.X, self.y).score(self.X_rest, self.y_rest)


@dataclass(frozen=True)
class Curve:
    """What is tuned.

    Parameters
    ----------
    start : callable
        Gives a training of (params, seed), with ``step()`` and ``held_out()``.
    space : dict
        ``(low, high)``, ``(low, high, "log")``, or a list of choices, by name.
    n_steps : int
        Steps of a whole training.
    is_mean : bool, default=False
        Whether a training is worth the mean of its steps, not the last one.
    """

    start: Any
    space: dict
    n_steps: int
    is_mean: bool = False


def network(params, seed):
    """One hidden layer on digits."""
    model = MLPClassifier(random_state=0).set_params(**params)
    return Epochs(model, "digits", seed)


def linear(params, seed):
    """A linear classifier by stochastic gradients, at a constant rate."""
    model = SGDClassifier(
        loss="log_loss", learning_rate="constant", penalty="elasticnet", random_state=0
    ).set_params(**params)
    return Epochs(model, "digits", seed)


def trees(params, seed):
    """Boosted trees on a synthetic table."""
    return Trees(params, "synthetic", seed)


def folds(params, seed):
    """Support vectors on a synthetic table."""
    return Folds(params, "synthetic", seed)


N_FOLDS = 10
CURVES = {
    "network": Curve(
        network,
        {
            "learning_rate_init": (1e-4, 1e-1, "log"),
            "hidden_layer_sizes": (8, 128, "log"),
            "alpha": (1e-6, 1e1, "log"),
            "batch_size": (16, 200, "log"),
            "activation": ["relu", "tanh", "logistic"],
        },
        n_steps=27,
    ),
    "linear": Curve(
        linear,
        {
            "eta0": (1e-5, 1.0, "log"),
            "alpha": (1e-6, 1e-1, "log"),
            "l1_ratio": (0.0, 1.0),
            "average": [False, True],
        },
        n_steps=27,
    ),
    "trees": Curve(
        trees,
        {
            "learning_rate": (0.005, 0.5, "log"),
            "max_depth": (1, 11),
            "min_child_weight": (0.1, 20.0, "log"),
            "subsample": (0.5, 1.0),
            "colsample_bytree": (0.3, 1.0),
            "lambda": (1e-3, 100.0, "log"),
        },
        n_steps=81,
    ),
    "folds": Curve(folds, svm(20)[1], n_steps=N_FOLDS, is_mean=True),
}
