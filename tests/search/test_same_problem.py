"""What makes two searches the same: what is scored, how, and on which data."""

import os
import re
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from joblib import Memory
from scipy.sparse import csr_array
from sklearn import metrics
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import KFold, StratifiedShuffleSplit, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from tests.search.durable import (
    SPACE,
    X_SPACE,
    Logged,
    X,
    assert_same_results,
    lines,
    of_kind,
    records,
    search_of,
    y,
)

pytestmark = pytest.mark.slow  # whole searches, several times


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"scoring": "f1_macro"}, "scoring (there None, here 'f1_macro')"),
        (
            {"estimator": SVC(kernel="poly")},
            "estimator (there kernel='rbf', here kernel='poly')",
        ),
        ({"estimator": GaussianNB()}, "estimator (there SVC, here GaussianNB)"),
        ({"return_train_score": True}, "return_train_score (there False, here True)"),
        ({"error_score": 0.0}, "error_score (there nan, here 0.0)"),
        ({"cv": KFold(3, shuffle=True, random_state=0)}, "folds (cv, or groups)."),
        ({"cv": 4}, "folds (cv, or groups)."),
        (
            {"scoring": ["accuracy", "f1_macro"], "refit": "f1_macro"},
            "scoring (there None, here ['accuracy', 'f1_macro'])",
        ),
    ],
)
def test_what_scores_otherwise_is_refused_and_the_difference_named(
    tmp_path, changed, field
):
    """Also where the space differs, too; and never by two hashes."""
    path = tmp_path / "search.jsonl"
    search_of(SVC(), n_iter=2, checkpoint=path, refit=False).fit(X, y)
    before = path.read_bytes()
    wanted = re.escape(f"another search: not the same {field}")
    for space in (SPACE, {"C": (0.1, 9.0)}):
        options = {"estimator": SVC(), "n_iter": 2, "checkpoint": path} | changed
        options["space"] = space
        if isinstance(changed.get("estimator"), GaussianNB):
            options["space"] = {"var_smoothing": (1e-9, 1.0, "log")}
        with pytest.raises(ValueError, match=wanted) as caught:
            search_of(**options).fit(X, y)
        assert not re.search(r"[0-9a-f]{32}", str(caught.value))
    assert path.read_bytes() == before


def metric(n):
    """Scorers of one name that score otherwise."""

    def score(estimator, X, y):
        return estimator.score(X, y) * n

    return score


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({"scoring": metric(1)}, {"scoring": metric(2)}, "scoring"),
        (
            {"estimator": SVC(class_weight={0: np.float64(2.0), 1: 1.0, 2: 1.0})},
            {"estimator": SVC(class_weight={0: np.float64(3.0), 1: 1.0, 2: 1.0})},
            "estimator",
        ),
        (
            {"estimator": GaussianNB(priors=np.array([0.2, 0.3, 0.5]))},
            {"estimator": GaussianNB(priors=np.array([0.2, 0.5, 0.3]))},
            "estimator",
        ),
    ],
)
def test_things_of_one_name_are_told_apart(tmp_path, first, second, field):
    path = tmp_path / "search.jsonl"
    options = {"n_iter": 2, "checkpoint": path}
    naive = {"space": {"var_smoothing": (1e-9, 1.0, "log")}}
    if isinstance(first.get("estimator"), GaussianNB):
        options |= naive
    search_of(**first, **options).fit(X, y)
    search_of(**first, **options).fit(X, y)
    with pytest.raises(ValueError, match=f"another search: not the same {field}[. ]"):
        search_of(**second, **options).fit(X, y)


def scorer_of_a_module():
    calls = []

    def score(estimator, X, y):
        calls.append(len(y))  # what changes from call to call is no part of it
        return metrics.accuracy_score(y, estimator.predict(X))

    return score


def test_what_changes_from_fit_to_fit_makes_no_other_problem(tmp_path):
    scoring = scorer_of_a_module()
    memory = Memory(tmp_path / "cache", verbose=0)
    cached = Pipeline([("scale", StandardScaler()), ("svc", SVC())], memory=memory)
    space = {"svc__C": (0.1, 9.0)}
    search = search_of(cached, space, n_iter=3, scoring=scoring, warm_start=True)
    search.fit(X, y).set_params(n_iter=4).fit(X, y)
    path = tmp_path / "search.jsonl"
    for _ in range(2):
        memory = Memory(tmp_path / "cache", verbose=0)
        cached = clone(cached).set_params(memory=memory)
        search_of(cached, space, n_iter=3, checkpoint=path).fit(X, y)
    assert len(of_kind(path, "finished")) == 3
    messy = csr_array(X)
    messy.indices, messy.data = messy.indices.copy(), messy.data.copy()
    messy.indices[:2], messy.data[:2] = messy.indices[1::-1], messy.data[1::-1]
    messy.has_sorted_indices = False
    search = search_of(n_iter=3, warm_start=True).fit(messy, y)
    messy.sort_indices()
    assert len(search.set_params(n_iter=4).fit(messy, y).cv_results_["params"]) == 4


def test_another_frozen_part_is_another_problem(tmp_path):
    def search(X):
        frozen = FrozenEstimator(StandardScaler().fit(X))
        pipe = Pipeline([("scale", frozen), ("svc", SVC())])
        path = tmp_path / "search.jsonl"
        return search_of(pipe, {"svc__C": (0.1, 9.0)}, n_iter=2, checkpoint=path)

    search(X).fit(X, y)
    search(X).fit(X, y)
    with pytest.raises(ValueError, match="not the same estimator"):
        search(X * 2.0).fit(X, y)


class Drawn:
    """A splitter of the user's own."""

    def __init__(self, n_splits, test_size):
        self.n_splits = n_splits
        self.test_size = test_size

    def split(self, X, y=None, groups=None):
        for _ in range(self.n_splits):
            drawn = np.random.default_rng().permutation(len(X))
            yield drawn[50:], drawn[:50]

    def get_n_splits(self, X=None, y=None, groups=None):
        return self.n_splits


GENERATOR = np.random.RandomState(0)


@pytest.mark.parametrize(
    "splitter",
    [
        StratifiedShuffleSplit,
        Drawn,
        partial(StratifiedShuffleSplit, random_state=GENERATOR),
    ],
    ids=["unseeded", "own", "generator"],
)
def test_random_folds_are_remembered(tmp_path, splitter):
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    options = {"n_iter": 6, "checkpoint": path, "warm_start": True}

    def search(n_splits=3):
        cv = splitter(n_splits, test_size=0.3)  # draws anew each time
        return search_of(Logged(log=log), X_SPACE, cv=cv, **options)

    first = search().fit(X, y)
    n_fits = len(lines(log))
    again = search().fit(X, y)
    assert len(lines(log)) == n_fits + 1
    assert_same_results(first, again, times=True)
    more = again.set_params(n_iter=8).fit(X, y)
    assert len(lines(log)) == n_fits + 1 + 2 * 3 + 1
    assert list(more.cv_results_["params"][:6]) == first.cv_results_["params"]
    with pytest.raises(ValueError, match=r"not the same folds .*\(n_splits=3, .*=4"):
        search(4).fit(X, y)


def test_a_seed_that_was_drawn_is_remembered(tmp_path):
    path = tmp_path / "search.jsonl"
    first = search_of(random_state=None, checkpoint=path).fit(X, y)
    again = search_of(random_state=None, checkpoint=path).fit(X, y)
    assert_same_results(first, again, times=True)


def test_clones_in_cross_val_score_share_a_file_and_not_their_folds(tmp_path):
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    search = search_of(Logged(log=log), X_SPACE, n_iter=6, checkpoint=path)
    first = cross_val_score(search, X, y, cv=4, n_jobs=2)
    kept = records(path)
    assert len({line["section"] for line in kept}) == 4
    assert len(kept) == 4 * (1 + 6 * 5)
    n_fits = len(lines(log))
    assert n_fits == 4 * (6 * 3 + 1)
    np.testing.assert_array_equal(cross_val_score(search, X, y, cv=4), first)
    assert len(lines(log)) == n_fits + 4  # the refits alone


def test_other_weights_are_another_problem(tmp_path):
    path, weight = tmp_path / "search.jsonl", np.where(y == 0, 1e3, 1e-3)
    options = {"estimator": SVC(), "n_iter": 4}
    search_of(**options, checkpoint=path).fit(X, y, sample_weight=np.ones(150))
    again = search_of(**options, checkpoint=path).fit(X, y, sample_weight=weight)
    assert_same_results(again, search_of(**options).fit(X, y, sample_weight=weight))


def test_a_problem_reads_the_same_in_any_process():
    code = (
        "from scipy.stats import norm\n"
        "from sklearn.metrics import f1_score, make_scorer\n"
        "from sklearn.svm import SVC\n"
        "from types import SimpleNamespace as Bag\n"
        "from skbluetuna import BlueTunaSearchCV\n"
        "from skbluetuna.search._problem import problem_of\n"
        "from skbluetuna.space import parse_spaces\n"
        "space = {'kernel': [SVC().fit, 'rbf', {'b', 'a'}], 'C': norm(3.0)}\n"
        "scoring = {'a': make_scorer(f1_score), 'b': lambda m, X, y: y in {'u', 'v'}}\n"
        "search = BlueTunaSearchCV(SVC(), space, scoring=scoring, refit='a')\n"
        "folds = Bag(splits=[([0], [1])], is_repeatable=True)\n"
        "data = Bag(X=[[1.0], [2.0]], y=[0, 1], params={})\n"
        "text = str(problem_of(search, parse_spaces(space), folds, data))\n"
        "import sys; sys.stdout.write(text)"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "2")  # which give these sets another order
    }
    assert len(texts) == 1
    assert "BaseLibSVM.fit" in texts.pop()
