"""Nothing that was paid for is lost: crashes, Ctrl-C, clocks, resumed searches."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from contextlib import suppress
from functools import cache, partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import pytest
from joblib import Memory
from scipy.sparse import csr_array
from scipy.stats import norm
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.frozen import FrozenEstimator
from sklearn.metrics.pairwise import linear_kernel
from sklearn.model_selection import KFold, StratifiedShuffleSplit, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, BlueTuner, Classic
from skbluetuna._utils._files import seal, unseal

pytestmark = pytest.mark.slow  # kills, clocks, whole searches twice

pytestmark = pytest.mark.slow  # kills, clocks, whole searches twice

X, y = load_iris(return_X_y=True)
SPACE = {"C": (1e-2, 1e3, "log"), "gamma": (1e-3, 10.0, "log")}
SEARCHED = ["adaptive", Classic(n_epochs=30)]


def search_of(estimator=None, space=SPACE, **kwargs):
    kwargs = {"n_iter": 14, "cv": 3, "random_state": 0} | kwargs
    return BlueTunaSearchCV(SVC() if estimator is None else estimator, space, **kwargs)


def assert_same_results(first, second, *, times=False):
    assert set(first.cv_results_) == set(second.cv_results_)
    for name, column in first.cv_results_.items():
        if times or not name.endswith("_time"):
            np.testing.assert_array_equal(
                np.asarray(column), np.asarray(second.cv_results_[name]), name
            )
    assert first.best_params_ == second.best_params_
    assert (
        first.tuner_.to_json().split('"trials"')[0]
        == (second.tuner_.to_json().split('"trials"')[0])
    )
    for table in ("weights_", "interactions_", "regions_"):
        for name, column in getattr(first, table).items():
            np.testing.assert_array_equal(column, getattr(second, table)[name])


class Logged(ClassifierMixin, BaseEstimator):
    """Appends its parameter to a file at each fit; may sleep, fail or interrupt."""

    def __init__(self, x=0.5, log=None, sleep=0.0, at=None, what="interrupt"):
        self.x = x
        self.log = log
        self.sleep = sleep
        self.at = at
        self.what = what

    def fit(self, X, y):
        time.sleep(self.sleep)
        self.classes_ = np.unique(y)
        if self.log is not None:
            with open(self.log, "a", encoding="utf-8") as log:
                log.write(f"{self.x!r}\n")
            if self.at is not None and len(lines(self.log)) == self.at:
                if self.what == "interrupt":
                    raise KeyboardInterrupt
                raise ValueError("asked to fail")
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return -((self.x - 0.3) ** 2)


def lines(path):
    with open(path, encoding="utf-8") as text:
        return text.read().splitlines()


X_SPACE = {"x": (0.0, 1.0)}


# --- checkpoints ---------------------------------------------------------------------


@cache
def recorded_search(strategy):
    """A search without a checkpoint, and what one with a checkpoint wrote."""
    whole = search_of(strategy=strategy).fit(X, y)
    with TemporaryDirectory() as folder:
        path = Path(folder, "search.jsonl")
        recorded = search_of(strategy=strategy, checkpoint=path).fit(X, y)
        assert_same_results(whole, recorded)
        return whole, lines(path)


@pytest.mark.parametrize("strategy", SEARCHED, ids=str)
@pytest.mark.parametrize("n_lines", [1, 2, 7, 15])
def test_a_checkpoint_cut_anywhere_goes_on_to_the_same_result(
    tmp_path, strategy, n_lines
):
    path = tmp_path / "search.jsonl"
    whole, kept = recorded_search(strategy)
    assert len(kept) == 15  # a header and every evaluation
    torn = kept[n_lines][:20] if n_lines < len(kept) else ""
    path.write_text("\n".join([*kept[:n_lines], torn]))
    resumed = search_of(strategy=strategy, checkpoint=path).fit(X, y)
    assert_same_results(whole, resumed)
    assert len([unseal(line) for line in lines(path)]) == 15
    assert search_of(strategy=strategy, checkpoint=path).fit(X, y).stop_reason_ == (
        "n_iter"
    )
    assert len(lines(path)) == 15


def test_a_complete_checkpoint_gives_the_times_too_and_fits_nothing(tmp_path):
    path, log = tmp_path / "search.jsonl", tmp_path / "fits"
    first = search_of(Logged(log=str(log)), X_SPACE, checkpoint=path).fit(X, y)
    n_fits = len(lines(log))
    again = search_of(Logged(log=str(log)), X_SPACE, checkpoint=path).fit(X, y)
    assert n_fits == 14 * 3 + 1
    assert len(lines(log)) == n_fits + 1  # the refit
    assert_same_results(first, again, times=True)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the:UserWarning")
def test_several_metrics_failures_and_train_scores_are_recalled(tmp_path):
    options = {
        "scoring": ["accuracy", "f1_macro"],
        "refit": "f1_macro",
        "return_train_score": True,
        "checkpoint": tmp_path / "search.jsonl",
    }
    space = {"min_samples_leaf": [2, 3, 4, 5, 0], "max_depth": (1, 5)}
    tree = DecisionTreeClassifier(random_state=0)
    first = search_of(tree, space, **options).fit(X, y)
    again = search_of(tree, space, **options).fit(X, y)
    assert np.isnan(first.cv_results_["mean_test_accuracy"]).any()
    assert_same_results(first, again, times=True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"random_state": 1}, "random_state"),
        ({"scoring": "f1_macro"}, "scoring"),
        ({"estimator": SVC(kernel="poly")}, "estimator"),
        ({"space": {"C": (0.1, 10.0)}}, "param_space"),
        ({"strategy": "classic"}, "strategy"),
        ({"batch_size": 2}, "batch_size"),
        ({"initial_params": [{"C": 2.0}]}, "initial_params"),
        ({"return_train_score": True}, "return_train_score"),
        ({"error_score": 0.0}, "error_score"),
        ({"cv": KFold(3, shuffle=True, random_state=0)}, "folds"),
    ],
)
def test_a_checkpoint_of_another_problem_is_refused_by_name(tmp_path, changed, field):
    path = tmp_path / "search.jsonl"
    search_of(n_iter=3, checkpoint=path).fit(X, y)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"another search: its {field} is"):
        search_of(**{"n_iter": 3, "checkpoint": path} | changed).fit(X, y)
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
        (
            {"space": {"kernel": [linear_kernel, "rbf"], "C": norm(3.0, 0.1)}},
            {"space": {"kernel": [linear_kernel, "rbf"], "C": norm(4.0, 0.1)}},
            "param_space",
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
    with pytest.raises(ValueError, match=f"another search: its {field} is"):
        search_of(**second, **options).fit(X, y)


def test_what_was_evaluated_counts_where_numbers_round_otherwise(tmp_path):
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    search_of(Logged(log=log), X_SPACE, n_iter=8, checkpoint=path).fit(X, y)
    kept = [unseal(line) for line in lines(path)][:6]
    x = kept[5]["unit"][0] * (1.0 - 1e-7)
    kept[5] |= {"unit": [x], "values": [x]}
    path.write_text("".join(seal(line) + "\n" for line in kept))
    n_fits = len(lines(log))
    resumed = search_of(Logged(log=log), X_SPACE, n_iter=8, checkpoint=path).fit(X, y)
    assert resumed.cv_results_["params"][4] == {"x": x}
    assert resumed.tuner_.trials[4].unit == (x,)
    assert len(resumed.cv_results_["params"]) == 8
    assert len(lines(log)) == n_fits + 3 * 3 + 1


def test_a_row_of_another_alternative_is_never_misread(tmp_path):
    # Another version of the code might choose between alternatives otherwise.
    spaces = [
        {"kernel": ["linear"], "C": (1e-2, 1e3, "log")},
        {"kernel": ["rbf"], "gamma": (1e-3, 10.0, "log"), "C": (0.1, 10.0)},
    ]
    path = tmp_path / "search.jsonl"
    search_of(space=spaces, checkpoint=path).fit(X, y)
    head, *rows = [unseal(line) for line in lines(path)]
    of = {k: [row for row in rows if row["alternative"] == k] for k in (0, 1)}
    swapped = [row for pair in zip(of[1], of[0], strict=True) for row in pair]
    rows = [row | {"number": i} for i, row in enumerate(swapped)][:10]
    path.write_text("".join(seal(line) + "\n" for line in [head, *rows]))
    resumed = search_of(space=spaces, checkpoint=path).fit(X, y)
    assert len(resumed.cv_results_["params"]) == 14
    for trial, score in zip(
        resumed.tuner_.trials, resumed.cv_results_["mean_test_score"], strict=True
    ):
        kernel = ["linear", "rbf"][trial.alternative]
        assert trial.params["kernel"] == kernel
        assert np.mean(cross_val_score(SVC(**trial.params), X, y, cv=3)) == (
            pytest.approx(score, abs=1e-12)
        )


@cache
def extended_search(strategy):
    """A search of 8 that went on to 20 in memory, and what one wrote that did so."""
    warm = search_of(n_iter=8, strategy=strategy, warm_start=True).fit(X, y)
    warm.set_params(n_iter=20).fit(X, y)
    with TemporaryDirectory() as folder:
        path = Path(folder, "search.jsonl")
        options = {"strategy": strategy, "checkpoint": path}
        search_of(n_iter=8, **options).fit(X, y)
        assert_same_results(warm, search_of(n_iter=20, **options).fit(X, y))
        return warm, lines(path)


@pytest.mark.parametrize("strategy", SEARCHED, ids=str)
@pytest.mark.parametrize("n_lines", [3, 9, 10, 14, 21])
def test_a_checkpoint_takes_up_a_larger_budget(tmp_path, strategy, n_lines):
    path = tmp_path / "search.jsonl"
    options = {"strategy": strategy, "checkpoint": path}
    warm, kept = extended_search(strategy)
    assert len(kept) == 1 + 8 + 1 + 12
    path.write_text("\n".join(kept[:n_lines]) + "\n")
    resumed = search_of(n_iter=20, **options).fit(X, y)
    assert_same_results(warm, resumed)
    assert len(lines(path)) == 1 + 8 + 1 + 12
    with pytest.raises(ValueError, match="n_iter must be at least 20, with which"):
        search_of(n_iter=19, **options).fit(X, y)


@pytest.mark.parametrize("is_first_recorded", [True, False])
def test_warm_start_and_checkpoint_are_one_past(tmp_path, is_first_recorded):
    path, other = tmp_path / "search.jsonl", tmp_path / "other.jsonl"
    search = search_of(n_iter=6, warm_start=True)
    search.set_params(checkpoint=path if is_first_recorded else None).fit(X, y)
    search.set_params(n_iter=11, checkpoint=path).fit(X, y)
    search.set_params(n_iter=16).fit(X, y)
    assert search_of(n_iter=16, checkpoint=path).fit(X, y).stop_reason_ == "n_iter"
    resumed = search_of(n_iter=16, checkpoint=path).fit(X, y)
    assert_same_results(search, resumed, times=True)
    assert len(lines(path)) == 1 + 16 + 2
    before = lines(path)
    stranger = search_of(n_iter=6, warm_start=True, random_state=None).fit(X, y)
    other_path = tmp_path / "third.jsonl"
    search_of(n_iter=6, random_state=None, checkpoint=other_path).fit(X, y)
    with pytest.raises(ValueError, match="holds another course of this search"):
        stranger.set_params(n_iter=9, checkpoint=other_path).fit(X, y)
    assert lines(path) == before
    stranger.set_params(checkpoint=other).fit(X, y)  # the refusal spoilt nothing
    assert len(stranger.cv_results_["params"]) == 9


SPACES = {"one": SPACE, "two": [SPACE, {"C": [0.1, 1.0], "kernel": ["linear"]}]}


@cache
def never_stopped(strategy, n_spaces):
    whole = search_of(
        n_iter=8, warm_start=True, strategy=strategy, space=SPACES[n_spaces],
        refit=False,
    )  # fmt: skip
    return whole.fit(X, y).set_params(n_iter=15).fit(X, y)


@pytest.mark.parametrize("strategy", SEARCHED, ids=str)
@pytest.mark.parametrize("at", [1, 8, 20])
@pytest.mark.parametrize("n_spaces", SPACES)
def test_it_makes_no_difference_where_a_search_was_stopped(
    tmp_path, strategy, at, n_spaces
):
    """Ctrl-C, then a larger budget: in memory, from the file, and never stopped."""
    options = {"strategy": strategy, "space": SPACES[n_spaces], "refit": False}
    whole = never_stopped(strategy, n_spaces)
    path = tmp_path / "search.jsonl"
    stopped = search_of(n_iter=8, warm_start=True, checkpoint=path, **options)
    with (
        patch.object(SVC, "fit", interrupting(SVC.fit, at)),
        suppress(KeyboardInterrupt),
    ):
        stopped.fit(X, y)
    copy = tmp_path / "copy.jsonl"
    shutil.copy(path, copy)
    stopped.set_params(n_iter=15)
    resumed = search_of(n_iter=15, checkpoint=copy, **options).fit(X, y)
    assert_same_results(whole, stopped.fit(X, y))
    assert_same_results(whole, resumed)
    assert_same_results(
        whole, search_of(n_iter=15, checkpoint=path, **options).fit(X, y)
    )


def interrupting(fit, at):
    """The method, with Ctrl-C in its call number `at`."""
    calls = count(1)

    def interrupted(*args, **kwargs):
        if next(calls) == at:
            raise KeyboardInterrupt
        return fit(*args, **kwargs)

    return interrupted


def test_a_budget_that_is_refused_leaves_no_trace(tmp_path):
    path = tmp_path / "search.jsonl"
    options = {"strategy": Classic(n_epochs=5), "checkpoint": path}
    search_of(n_iter=12, **options).fit(X, y)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="n_iter must be at least 12, with which"):
        search_of(n_iter=8, **options).fit(X, y)
    assert path.read_bytes() == before
    assert len(search_of(n_iter=13, **options).fit(X, y).cv_results_["params"]) == 13


def test_what_the_file_lacks_is_written_from_memory(tmp_path):
    path = tmp_path / "search.jsonl"
    search = search_of(n_iter=6, warm_start=True, checkpoint=path).fit(X, y)
    path.write_text("".join(line + "\n" for line in lines(path)[:4]))  # a full disk
    search.set_params(checkpoint=None, n_iter=8).fit(X, y)
    search.set_params(checkpoint=path, n_iter=10).fit(X, y)
    resumed = search_of(n_iter=10, checkpoint=path).fit(X, y)
    assert_same_results(search, resumed, times=True)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_row_that_is_missing_costs_itself_alone(tmp_path, n_jobs):
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    options = {"checkpoint": path, "strategy": Classic(n_epochs=5), "n_jobs": n_jobs}
    first = search_of(Logged(log=log), X_SPACE, **options).fit(X, y)
    kept = lines(path)
    path.write_text("".join(line + "\n" for line in [*kept[:3], *kept[4:]]))
    n_fits = len(lines(log))
    again = search_of(Logged(log=log), X_SPACE, **options).fit(X, y)
    assert len(lines(log)) == n_fits + 3 + 1
    assert_same_results(first, again)


OLD_HEAD = '{"skbluetuna checkpoint": 1, "section": "a", "seed": 0, "n_iter": 2}'


def test_a_file_of_another_format_is_refused(tmp_path):
    path = tmp_path / "search.jsonl"
    search_of(n_iter=2, checkpoint=path).fit(X, y)
    (first, *_) = lines(path)
    for head in (first.replace('checkpoint": 2', 'checkpoint": 9'), OLD_HEAD):
        path.write_text(f"{head}\n")
        with pytest.raises(ValueError, match=r"got .*, of format [19]: give another"):
            search_of(n_iter=2, checkpoint=path).fit(X, y)
    with pytest.raises(ValueError, match="checkpoint must be a path"):
        search_of(n_iter=2, checkpoint="a\0b").fit(X, y)


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
    assert len(lines(path)) == 4
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
    with pytest.raises(ValueError, match="another search: its estimator is"):
        search(X * 2.0).fit(X, y)


def test_ctrl_c_keeps_what_was_evaluated_of_a_large_batch():
    search = search_of(n_iter=40, strategy="classic", refit=False)
    with patch.object(SVC, "fit", interrupting(SVC.fit, 14)):
        search.fit(X, y)
    assert search.stop_reason_ == "interrupted"
    assert len(search.cv_results_["params"]) == 4


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
    with pytest.raises(ValueError, match="another search: its folds is"):
        search(4).fit(X, y)


def test_a_seed_that_was_drawn_is_remembered(tmp_path):
    path = tmp_path / "search.jsonl"
    first = search_of(random_state=None, checkpoint=path).fit(X, y)
    again = search_of(random_state=None, checkpoint=path).fit(X, y)
    assert_same_results(first, again, times=True)


def test_what_is_no_checkpoint_is_refused_and_kept(tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="checkpoint must be a new file or one"):
        search_of(checkpoint=path).fit(X, y)
    assert path.read_text() == "a,b\n1,2\n"
    with pytest.raises(FileNotFoundError, match="checkpoint must lie in a folder"):
        search_of(checkpoint=tmp_path / "nowhere" / "search.jsonl").fit(X, y)
    for folder in (tmp_path, str(tmp_path), ""):
        with pytest.raises(IsADirectoryError, match="checkpoint must be a file; got"):
            search_of(checkpoint=folder).fit(X, y)


def test_clones_in_cross_val_score_share_a_file_and_not_their_folds(tmp_path):
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    search = search_of(Logged(log=log), X_SPACE, n_iter=6, checkpoint=path)
    first = cross_val_score(search, X, y, cv=4, n_jobs=2)
    kept = [unseal(line) for line in lines(path)]
    assert len({line["section"] for line in kept}) == 4
    assert len(kept) == 4 * (6 + 1)
    n_fits = len(lines(log))
    assert n_fits == 4 * (6 * 3 + 1)
    np.testing.assert_array_equal(cross_val_score(search, X, y, cv=4), first)
    assert len(lines(log)) == n_fits + 4  # the refits alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_twenty_kills_lose_nothing_and_pay_for_nothing_twice(tmp_path):
    path, log = tmp_path / "search.jsonl", tmp_path / "fits"
    rng = np.random.default_rng(0)

    def search(log):
        estimator = Logged(log=str(log), sleep=0.002)
        # The file's name is in the estimator, which the checkpoint compares.
        return search_of(estimator, X_SPACE, n_iter=50, refit=False)

    def recorded():
        found = (
            [json.loads(line) for line in whole_lines(path)] if path.exists() else []
        )
        return [repr(row["params"]["x"]) for row in found if "params" in row]

    kills = []
    for _ in range(20):
        before = len(recorded())
        child = fork(lambda: search(log).set_params(checkpoint=path).fit(X, y))
        patience = time.monotonic() + 10.0
        wanted = before + rng.integers(0, 3)
        while len(recorded()) < wanted and time.monotonic() < patience:
            time.sleep(0.001)
        time.sleep(float(rng.uniform(0.0, 0.03)))
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        fits = lines(log) if log.exists() else []
        kills.append((os.WIFSIGNALED(status), recorded(), len(fits)))
    assert sum(killed for killed, *_ in kills) == 20
    assert 5 < len(kills[-1][1]) < 50  # they struck on the way
    resumed = search(log).set_params(checkpoint=path).fit(X, y)
    fits = lines(log)
    for _, known, n_fits in kills:
        assert not set(known) & set(fits[n_fits:])
    whole = search(tmp_path / "other").fit(X, y)
    for name, column in whole.cv_results_.items():
        if not name.endswith("_time"):
            np.testing.assert_array_equal(column, resumed.cv_results_[name])


def fork(work):
    """Do the work in a child; its process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
        child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def whole_lines(path):
    with open(path, encoding="utf-8") as text:
        return [line for line in text.read().split("\n")[:-1] if line.endswith("}")]


# --- Ctrl-C and other ends -----------------------------------------------------------


@pytest.mark.parametrize("at", [4, 20])
def test_ctrl_c_keeps_the_best_so_far_refitted(tmp_path, at):
    estimator = Logged(log=str(tmp_path / "fits"), at=at)
    search = search_of(estimator, X_SPACE, refit=False).fit(X, y)
    n_kept = len(search.cv_results_["params"])
    assert search.stop_reason_ == "interrupted"
    assert n_kept == (at - 1) // 3
    refitted = search_of(
        Logged(log=str(tmp_path / "more"), at=at), X_SPACE
    ).fit(X, y)  # fmt: skip
    assert refitted.best_estimator_.predict(X).shape == (150,)
    assert len(refitted.weights_["param"]) == 1
    whole = search_of(Logged(), X_SPACE).fit(X, y)
    assert whole.cv_results_["params"][:n_kept] == search.cv_results_["params"]


def test_ctrl_c_before_the_first_score_is_ctrl_c(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        search_of(Logged(log=str(tmp_path / "fits"), at=2), X_SPACE).fit(X, y)


def test_ctrl_c_reaches_a_search_with_workers(tmp_path):
    log = tmp_path / "fits"
    search = search_of(Logged(log=str(log), sleep=0.05), X_SPACE, n_iter=400, n_jobs=2)

    def press():
        patience = time.monotonic() + 60.0
        while time.monotonic() < patience:
            if log.exists() and len(lines(log)) >= 12:
                break
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    # What a shell starts in the background is deaf to it, and so are these tests then.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    finger = threading.Thread(target=press)
    finger.start()
    try:
        search.fit(X, y)
    finally:
        signal.signal(signal.SIGINT, before)
    finger.join()
    assert search.stop_reason_ == "interrupted"
    assert 0 < len(search.cv_results_["params"]) < 400
    assert search.best_estimator_.x == search.best_params_["x"]


def test_a_failing_refit_keeps_the_results(tmp_path):
    estimator = Logged(log=str(tmp_path / "fits"), at=14 * 3 + 1, what="fail")
    search = search_of(estimator, X_SPACE)
    with pytest.raises(ValueError, match="asked to fail"):
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 14
    assert search.best_params_ == search.cv_results_["params"][search.best_index_]
    assert len(search.weights_["param"]) == 1


def test_an_error_that_is_raised_keeps_what_was_evaluated(tmp_path):
    estimator = Logged(log=str(tmp_path / "fits"), at=20, what="fail")
    search = search_of(estimator, X_SPACE, error_score="raise")
    with pytest.raises(ValueError, match="asked to fail"):
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 6


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the:UserWarning")
def test_a_search_inside_a_search_may_fail_in_all_its_fits():
    class Sometimes(Logged):
        def fit(self, X, y):
            if self.x < 0.4:
                raise ValueError("too small")
            return super().fit(X, y)

    inner = search_of(Sometimes(), {"sleep": [0.0, 1e-9]}, n_iter=2, refit=True)
    inner = BlueTunaSearchCV(inner, {"estimator__x": (0.0, 1.0)}, n_iter=8, cv=2)
    results = inner.set_params(random_state=0).fit(X, y).cv_results_
    failed = [p["estimator__x"] < 0.4 for p in results["params"]]
    assert any(failed)
    np.testing.assert_array_equal(np.isnan(results["mean_test_score"]), failed)


def test_a_fit_that_fails_leaves_nothing_of_the_one_before(tmp_path):
    search = search_of(Logged(), X_SPACE, n_iter=3).fit(X, y)
    search.set_params(estimator=Logged(log=str(tmp_path / "fits"), at=1, what="fail"))
    search.set_params(error_score="raise")
    with pytest.raises(ValueError, match="asked to fail"):
        search.fit(X, y)
    left = set(vars(search)) & {"cv_results_", "best_params_", "best_estimator_"}
    assert not left


def test_failures_are_warned_of_once_for_the_whole_search():
    space = {"min_samples_leaf": [2, 3, 0, 5, 6, 7], "max_depth": (1, 5)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search = search_of(DecisionTreeClassifier(random_state=0), space).fit(X, y)
    texts = [str(one.message) for one in caught]
    failed = int(np.isnan(search.cv_results_["mean_test_score"]).sum())
    assert failed > 0
    assert (
        sum(f"{failed * 3} fits failed out of a total of 42" in t for t in texts) == 1
    )
    assert sum("non-finite" in text for text in texts) == 1
    assert len(texts) == 2


# --- warm start ----------------------------------------------------------------------


@pytest.mark.parametrize("strategy", SEARCHED, ids=str)
@pytest.mark.parametrize("space", [SPACE, {"C": [0.1, 1.0, 10.0], "gamma": [0.1, 1.0]}])
def test_warm_start_goes_on_from_what_was_evaluated(strategy, space):
    search = search_of(n_iter=5, strategy=strategy, warm_start=True, space=space)
    search.fit(X, y)
    before = {name: list(col) for name, col in search.cv_results_.items()}
    search.set_params(n_iter=20).fit(X, y)
    assert len(search.cv_results_["params"]) == min(20, len(_product(space)))
    for name, column in before.items():
        if "rank" not in name:
            assert list(search.cv_results_[name])[:5] == column
    keys = [str(sorted(p.items())) for p in search.cv_results_["params"]]
    assert len(set(keys)) == len(keys)
    assert [t.number for t in search.tuner_.trials] == list(range(len(keys)))


def _product(space):
    if any(isinstance(values, tuple) for values in space.values()):
        return range(10**9)
    return [(a, b) for a in space["C"] for b in space["gamma"]]


def test_warm_start_of_another_problem_or_of_less_is_refused():
    search = search_of(n_iter=5, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="n_iter must be at least 5, with which"):
        clone_state(search).set_params(n_iter=4).fit(X, y)
    with pytest.raises(ValueError, match="fitted search belongs to another search: its "
                                         "fingerprint is"):  # fmt: skip
        clone_state(search).set_params(n_iter=9).fit(X[::-1], y)
    with pytest.raises(ValueError, match="its folds is"):
        clone_state(search).set_params(n_iter=9, cv=KFold(3)).fit(X, y)


def clone_state(search):
    return pickle.loads(pickle.dumps(search))


def test_warm_start_after_ctrl_c_evaluates_what_was_interrupted(tmp_path):
    estimator = Logged(log=str(tmp_path / "fits"), at=20)
    search = search_of(estimator, X_SPACE, warm_start=True, refit=False).fit(X, y)
    assert search.stop_reason_ == "interrupted"
    search.fit(X, y)
    whole = search_of(Logged(), X_SPACE, refit=False).fit(X, y)
    assert search.stop_reason_ == "n_iter"
    assert search.cv_results_["params"] == whole.cv_results_["params"]


@pytest.mark.parametrize("strategy", SEARCHED, ids=str)
def test_an_extended_tuner_is_restored_as_it_is(strategy):
    def told(tuner):
        while not tuner.finished:
            for trial in tuner.ask(3):
                tuner.tell(trial, -((trial.params["x"] - 0.3) ** 2))
        return [trial.unit for trial in tuner.trials]

    tuner = BlueTuner(X_SPACE, n_iter=12, strategy=strategy, random_state=0)
    told(tuner)
    tuner.extend(30)
    copy = BlueTuner.from_json(tuner.to_json())
    assert len(told(tuner)) == 30
    assert told(copy) == told(tuner)


def test_rows_of_another_fit_are_not_taken_up():
    search = search_of(n_iter=5, warm_start=True).fit(X, y)
    search.set_params(warm_start=False, random_state=1).fit(X, y)
    search.set_params(warm_start=True, n_iter=7).fit(X, y)
    params = [trial.params for trial in search.tuner_.trials]
    assert search.cv_results_["params"] == params


def test_other_weights_are_another_problem(tmp_path):
    path, weight = tmp_path / "search.jsonl", np.where(y == 0, 1e3, 1e-3)
    search_of(n_iter=4, checkpoint=path).fit(X, y, sample_weight=np.ones(150))
    again = search_of(n_iter=4, checkpoint=path).fit(X, y, sample_weight=weight)
    assert_same_results(again, search_of(n_iter=4).fit(X, y, sample_weight=weight))


@pytest.mark.parametrize("space", [SPACE, [SPACE, {"C": (0.1, 9.0)}]])
def test_a_clock_that_does_not_bind_changes_nothing(space, tmp_path):
    path = tmp_path / "search.jsonl"
    timed = search_of(space=space, max_time=1e6, checkpoint=path).fit(X, y)
    assert_same_results(timed, search_of(space=space).fit(X, y))
    path.write_text("".join(line + "\n" for line in lines(path)[:9]))
    resumed = search_of(space=space, checkpoint=path).fit(X, y)
    assert_same_results(timed, resumed)


def test_choices_that_json_cannot_hold_are_recorded(tmp_path):
    space = {"tol": [1e-3, np.inf, np.nan], "C": (0.1, 9.0)}
    path = tmp_path / "search.jsonl"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search_of(space=space, n_iter=6, checkpoint=path).fit(X, y)
    assert len(lines(path)) == 7


# --- clocks --------------------------------------------------------------------------


def test_max_time_ends_the_search_and_keeps_it():
    estimator = Logged(sleep=0.02)
    start = time.monotonic()
    search = search_of(estimator, X_SPACE, n_iter=10_000, max_time=1.0, refit=False)
    search.fit(X, y)
    assert search.stop_reason_ == "max_time"
    assert time.monotonic() - start < 20.0
    done = len(search.cv_results_["params"])
    assert 2 <= done <= 17  # 60 ms of fits each
    whole = search_of(Logged(), X_SPACE, n_iter=10_000, max_time=1e-9).fit(X, y)
    assert whole.stop_reason_ == "max_time"


def test_an_endless_clock_is_no_clock():
    assert search_of(Logged(), X_SPACE, max_time=np.inf).fit(X, y).stop_reason_ == (
        "n_iter"
    )
    for option in ("max_time", "n_iter", "batch_size"):
        with pytest.raises(TypeError, match=f"{option} must be"):
            search_of(Logged(), X_SPACE, **{option: True}).fit(X, y)


def test_a_batch_is_cut_to_the_time_that_is_left():
    # The published scan names all its trials at once; the clock lets few of them start.
    search = search_of(
        Logged(sleep=0.02), X_SPACE, n_iter=300, strategy="classic", max_time=0.5,
        refit=False,
    ).fit(X, y)  # fmt: skip
    whole = search_of(Logged(), X_SPACE, n_iter=300, strategy="classic", refit=False)
    done = len(search.cv_results_["params"])
    assert 1 <= done < 20
    assert (
        search.cv_results_["params"] == (whole.fit(X, y).cv_results_["params"][:done])
    )


def test_the_regret_rule_stops_where_nothing_is_left_to_gain():
    noisy = search_of(stopping="regret", n_iter=100, cv=5).fit(X, y)
    assert noisy.stop_reason_ == "regret"
    assert 20 <= len(noisy.cv_results_["params"]) < 100
    k = 5
    folds = [noisy.cv_results_[f"split{i}_test_score"][noisy.best_index_]
             for i in range(k)]  # fmt: skip
    error = np.sqrt(1 / k + 1 / (k - 1)) * np.std(folds, ddof=1)
    assert noisy.tuner_.regret_bound() < error
    # Without spread between folds there is no error to hide a gain in.
    exact = search_of(Logged(), X_SPACE, stopping="regret", n_iter=30).fit(X, y)
    assert exact.stop_reason_ == "n_iter"


def test_the_regret_rule_bounds_all_alternatives_together():
    # One of them has nothing to vary, and one can never win.
    spaces = [SPACE, {"kernel": ["linear"]}, {"C": (1e-6, 1e-5)}]
    search = search_of(space=spaces, stopping="regret", n_iter=150, cv=5).fit(X, y)
    assert search.stop_reason_ == "regret"
    assert 20 <= len(search.cv_results_["params"]) < 150
    worst = BlueTuner([X_SPACE, {"a": [1]}], n_iter=40, random_state=0)
    while not worst.finished:
        for trial in worst.ask():
            worst.tell(trial, -100.0 if trial.alternative else trial.params["x"])
    both = worst.regret_bound()
    alone = BlueTuner(X_SPACE, n_iter=39, random_state=0)
    while not alone.finished:
        for trial in alone.ask():
            alone.tell(trial, trial.params["x"])
    assert 0.0 <= both == pytest.approx(alone.regret_bound(), rel=0.2, abs=1e-3)


def test_the_bound_covers_what_is_really_left_to_gain():
    rng = np.random.default_rng(0)
    covered = []
    for seed in range(10):
        centre = rng.uniform(0.1, 0.9, 3)
        space = {f"x{i}": (0.0, 1.0) for i in range(3)}
        tuner = BlueTuner(space, n_iter=40, random_state=seed)
        while not tuner.finished:
            for trial in tuner.ask():
                tuner.tell(trial, -float(np.sum((np.array(trial.unit) - centre) ** 2)))
            if len(tuner.trials) % 4 == 0 and len(tuner.trials) >= 20:
                covered.append(tuner.regret_bound() >= 0.0 - tuner.best.score - 1e-3)
    assert np.mean(covered) > 0.9


def test_an_exhausted_space_says_so():
    tiny = search_of(space={"C": [0.1, 1.0, 2.0], "gamma": [0.1, 1.0]}, n_iter=5)
    tiny.set_params(warm_start=True).fit(X, y)
    assert tiny.stop_reason_ == "n_iter"
    tiny.set_params(n_iter=50).fit(X, y)
    assert tiny.stop_reason_ == "exhausted"


# --- size ----------------------------------------------------------------------------


@pytest.mark.parametrize("n_parameters", [1, 6])
def test_a_pickled_search_is_little_more_than_its_best_estimator(n_parameters):
    wide = np.hstack([X, np.random.default_rng(0).standard_normal((150, 100))])
    space = {f"x{i}": (0.0, 1.0) for i in range(1, n_parameters)} | X_SPACE
    search = search_of(Many(), space, n_iter=50, cv=5).fit(wide, y)
    size = len(pickle.dumps(search))
    assert size <= 1.5 * len(pickle.dumps(search.best_estimator_)) + 20_000
    assert not hasattr(clone(search), "tuner_")
    restored = clone_state(search)
    assert restored.tuner_.trials == search.tuner_.trials
    assert restored.tuner_.to_json() == search.tuner_.to_json()


class Many(Logged):
    """With parameters to spare."""

    def __init__(self, x=0.5, x1=0.5, x2=0.5, x3=0.5, x4=0.5, x5=0.5):
        super().__init__(x)
        self.x1 = x1
        self.x2 = x2
        self.x3 = x3
        self.x4 = x4
        self.x5 = x5


def test_a_pickled_tuner_keeps_failures_and_the_users_own_objects():
    choices = [SVC(), int, None, "word"]
    tuner = BlueTuner({"a": choices, "x": (0.0, 1.0)}, n_iter=12, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, np.nan if trial.number % 3 else trial.params["x"])
    tuner.extend(14)
    tuner.ask()
    copy = clone_state(tuner)
    assert copy.to_json() == tuner.to_json()
    assert all(
        any(t.params["a"] is choice for choice in copy.spaces[0].dimensions[0].choices)
        for t in copy.trials
    )


# --- what makes two searches the same ------------------------------------------------


def test_a_problem_reads_the_same_in_any_process():
    code = (
        "from scipy.stats import norm\n"
        "from sklearn.metrics import f1_score, make_scorer\n"
        "from sklearn.svm import SVC\n"
        "from skbluetuna import BlueTunaSearchCV\n"
        "from skbluetuna.search._problem import describe_search\n"
        "from skbluetuna.space import parse_spaces\n"
        "space = {'kernel': [SVC().fit, 'rbf', {'b', 'a'}], 'C': norm(3.0)}\n"
        "scoring = {'a': make_scorer(f1_score), 'b': lambda m, X, y: y in {'u', 'v'}}\n"
        "search = BlueTunaSearchCV(SVC(), space, scoring=scoring, refit='a')\n"
        "text = str(describe_search(search, parse_spaces(space)))\n"
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
        for seed in ("0", "1", "2")
    }
    assert len(texts) == 1
    assert "BaseLibSVM.fit" in texts.pop()
