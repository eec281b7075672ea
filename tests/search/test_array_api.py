"""Arrays of other packages, and devices, pass through a search unharmed."""

import os
import subprocess
import sys

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin

from skbluetuna import BlueTunaSearchCV

# In a process of its own: scipy reads the variable when it is imported.
CODE = """
import warnings
warnings.simplefilter("error")
from pathlib import Path
import array_api_strict as xp, numpy as np, sklearn, sys
from sklearn.datasets import make_regression
from sklearn.linear_model import Ridge
from skbluetuna import BlueTunaSearchCV

X, y = make_regression(3000, 4, noise=5.0, random_state=0)
path = Path(sys.argv[1]) / "search.jsonl"

def searched(X, y, **options):
    return BlueTunaSearchCV(
        Ridge(solver="svd"), {"alpha": (1e-2, 1e3, "log")}, n_iter=5, cv=3,
        random_state=0, **options
    ).fit(X, y)

with sklearn.config_context(array_api_dispatch=True):
    strict = xp.asarray(X), xp.asarray(y)
    file = {"checkpoint": path}
    for options in ({}, {"racing": 0.005}, {"keep_predictions": 2}, file, file,
                    {"resource": "n_samples", "factor": 2}):
        ours = searched(*strict, **options)
        assert isinstance(ours.best_estimator_.coef_, type(strict[0])), options
        assert isinstance(ours.predict(strict[0]), type(strict[0])), options
        if "checkpoint" not in options:
            plain = searched(X, y, **options)
            np.testing.assert_allclose(ours.best_score_, plain.best_score_, atol=1e-8)
print("done")
"""


@pytest.mark.slow
def test_arrays_of_another_package_reach_the_estimator_as_they_are(tmp_path):
    """Folds, kept predictions, rows as a resource and a resumed search included."""
    pytest.importorskip("array_api_strict")
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path)], capture_output=True, text=True,
        check=False, env=os.environ | {"SCIPY_ARRAY_API": "1"},
    )  # fmt: skip
    assert done.stdout.strip() == "done", done.stderr


class OnDevice(ClassifierMixin, BaseEstimator):
    """Stands for an estimator on a GPU: it fails on any other device."""

    def __init__(self, device="cpu", depth=3):
        self.device = device
        self.depth = depth

    def fit(self, X, y):
        if self.device != "cuda":
            raise ValueError(f"no data on {self.device}")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_estimators_device_is_that_of_every_fit(n_jobs):
    X, y = np.zeros((12, 1)), np.array([0, 1] * 6)
    with parallel_config(backend="threading"):
        search = one_search(n_jobs).fit(X, y)
    assert search.best_estimator_.device == "cuda"


def one_search(n_jobs):
    return BlueTunaSearchCV(
        OnDevice(device="cuda"), {"depth": (1, 9)}, n_iter=4, cv=2, n_jobs=n_jobs,
        error_score="raise", random_state=0,
    )  # fmt: skip
