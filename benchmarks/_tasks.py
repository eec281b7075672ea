"""Real tuning tasks: six estimators with their ranges, on real tables."""

from fnmatch import fnmatch

from sklearn.datasets import load_digits, load_wine, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks._objective import Objective
from benchmarks.tables import tables

__all__ = ["ESTIMATORS", "bundled_and_csv", "names_of", "objective_of"]

N_FOLDS = 5


def xgboost(d):
    """Boosted trees; from XGBoost's defaults (reg_alpha 0 is off the log scale)."""
    from xgboost import XGBClassifier

    del d
    model = XGBClassifier(
        n_estimators=100, learning_rate=0.3, max_depth=6, min_child_weight=1.0,
        subsample=1.0, colsample_bytree=1.0, reg_alpha=1e-4, reg_lambda=1.0,
        n_jobs=1, random_state=0,
    )  # fmt: skip
    return model, {
        "learning_rate": (0.005, 0.5, "log"),
        "max_depth": (1, 11),
        "min_child_weight": (0.1, 20.0, "log"),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.3, 1.0),
        "reg_alpha": (1e-4, 10.0, "log"),
        "reg_lambda": (1e-3, 100.0, "log"),
    }


def lightgbm(d):
    """Boosted trees; from LightGBM's defaults (its penalties 0 are off the scale)."""
    from lightgbm import LGBMClassifier

    del d
    model = LGBMClassifier(
        n_estimators=100, learning_rate=0.1, num_leaves=31, min_child_samples=20,
        subsample=1.0, subsample_freq=1, colsample_bytree=1.0, reg_alpha=1e-4,
        reg_lambda=1e-4, n_jobs=1, random_state=0, verbose=-1,
    )  # fmt: skip
    return model, {
        "learning_rate": (0.005, 0.5, "log"),
        "num_leaves": (2, 128, "log"),
        "min_child_samples": (1, 64, "log"),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.3, 1.0),
        "reg_alpha": (1e-4, 10.0, "log"),
        "reg_lambda": (1e-4, 10.0, "log"),
    }


def svm(d):
    """Support vectors in a scaled pipeline; gamma from scikit-learn's "scale"."""
    svc = SVC(C=1.0, gamma=1.0 / d, kernel="rbf", degree=3, max_iter=20_000)
    return make_pipeline(StandardScaler(), svc), {
        "svc__C": (1e-3, 1e3, "log"),
        "svc__gamma": (1e-4, 1e1, "log"),
        "svc__kernel": ["rbf", "poly", "sigmoid"],
        "svc__degree": (2, 5),
    }


def mlp(d):
    """One hidden layer in a scaled pipeline; from scikit-learn's defaults."""
    del d
    net = MLPClassifier(
        hidden_layer_sizes=100, alpha=1e-4, learning_rate_init=1e-3, batch_size=200,
        activation="relu", max_iter=40, random_state=0,
    )  # fmt: skip
    return make_pipeline(StandardScaler(), net), {
        "mlpclassifier__learning_rate_init": (1e-4, 1e-1, "log"),
        "mlpclassifier__hidden_layer_sizes": (8, 128, "log"),
        "mlpclassifier__alpha": (1e-6, 1e1, "log"),
        "mlpclassifier__batch_size": (16, 200, "log"),
        "mlpclassifier__activation": ["relu", "tanh", "logistic"],
    }


def forest(d):
    """Random forest of fifty trees; max_features from the square root."""
    model = RandomForestClassifier(
        n_estimators=50, max_features=d**-0.5, min_samples_leaf=1, max_samples=1.0,
        criterion="gini", n_jobs=1, random_state=0,
    )  # fmt: skip
    return model, {
        "max_features": (0.05, 1.0, "log"),
        "min_samples_leaf": (1, 20, "log"),
        "max_samples": (0.3, 1.0),
        "criterion": ["gini", "entropy"],
    }


def logistic(d):
    """Elastic-net logistic regression in a scaled pipeline."""
    del d
    model = LogisticRegression(
        C=1.0, l1_ratio=0.0, fit_intercept=True, solver="saga", max_iter=200,
        random_state=0,
    )  # fmt: skip
    return make_pipeline(StandardScaler(), model), {
        "logisticregression__C": (1e-4, 1e3, "log"),
        "logisticregression__l1_ratio": (0.0, 1.0),
        "logisticregression__fit_intercept": [True, False],
    }


ESTIMATORS = {f.__name__: f for f in (xgboost, lightgbm, svm, mlp, forest, logistic)}


def bundled_and_csv(folder):
    """Every table as (X, y): scikit-learn's, and the CSV files of a folder.

    Also ``synthetic``, half of the published problem's first seed.
    """
    found = tables(folder) if folder else tables("/nonexistent")
    return found | {
        "wine": load_wine(return_X_y=True),
        "digits": load_digits(return_X_y=True),
        "synthetic": make_classification(
            n_samples=500,
            n_features=20,
            n_informative=10,
            n_redundant=5,
            flip_y=0.05,
            random_state=0,
        ),
    }


def names_of(patterns, known):
    """Names ``estimator:table`` that match any pattern, in the patterns' order."""
    every = [f"{estimator}:{table}" for table in known for estimator in ESTIMATORS]
    found = [name for p in patterns for name in every if fnmatch(name, p)]
    if not found:
        raise ValueError(f"no task matches {patterns}; there are {', '.join(every)}.")
    return list(dict.fromkeys(found))


def objective_of(task, X, y, seed, scoring="f1_macro"):
    """What is tuned, on three quarters of the rows, and the quarter held out."""
    estimator, space = ESTIMATORS[task.split(":")[0]](X.shape[1])
    X, X_rest, y, y_rest = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=seed
    )
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    cv = list(folds.split(X, y))
    return Objective(estimator, space, X, y, cv, scoring), (X_rest, y_rest)
