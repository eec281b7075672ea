"""One classifier's configurations on one table: four metrics of each."""

import warnings

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    log_loss,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold

from benchmarks._known_classifiers import (
    at_table,
    configurations,
    estimator_of,
    first_of,
    n_rows_of,
)
from benchmarks._open_tables import sample, table

__all__ = ["METRICS", "run"]

METRICS = "accuracy", "balanced_accuracy", "roc_auc", "neg_log_loss"
N_FOLDS = 3
DECIMALS = 6


def run(folder, name, title):
    """Scores of one classifier's configurations on one table.

    The first is what a search asks first, the second the package's default, the others
    fill the space.
    """
    X, y = table(folder, title)
    (X, y), _ = sample(X, y, n_rows_of(name, y), seed=0)
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
    cv = list(folds.split(X, y))
    estimator = estimator_of(name)
    tried = [first_of(name), {}]
    tried += [at_table(params, X.shape[1]) for params in configurations(name)]
    scores = [
        _scores(clone(estimator).set_params(**params), X, y, cv) for params in tried
    ]
    shape = [len(y), X.shape[1], int(y.max()) + 1]
    return {"shape": shape, "scores": np.round(scores, DECIMALS).tolist()}


def _scores(estimator, X, y, cv):
    """Means over folds of the metrics, of the same predictions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = [_said(clone(estimator).fit(X[a], y[a]), X[b]) for a, b in cv]
        if not hasattr(estimator, "predict_proba"):
            said = _calibrated(said, y, [b for _, b in cv])
        found = [_metrics(y[b], *one) for (_, b), one in zip(cv, said, strict=True)]
    return np.mean(found, axis=0)


def _said(fitted, X):
    is_probable = hasattr(fitted, "predict_proba")
    how = fitted.predict_proba if is_probable else fitted.decision_function
    return fitted.predict(X), how(X)


def _calibrated(said, y, tests):
    """Probabilities in place of distances, each fold's by a fit to the others.

    A stand-in for what a support vector machine makes by five more fits.
    """
    distances = [d.reshape(len(d), -1) for _, d in said]
    found = []
    for k, (classes, _) in enumerate(said):
        others = [i for i in range(len(said)) if i != k]
        model = LogisticRegression(C=10.0).fit(
            np.vstack([distances[i] for i in others]),
            np.concatenate([y[tests[i]] for i in others]),
        )
        found.append((classes, model.predict_proba(distances[k])))
    return found


def _metrics(y, classes, p):
    k = p.shape[1]
    return (
        accuracy_score(y, classes),
        balanced_accuracy_score(y, classes),
        roc_auc_score(y, p[:, 1] if k == 2 else p, multi_class="ovr"),
        -log_loss(y, p, labels=np.arange(k)),
    )
