"""Ctrl-C and errors keep what was evaluated."""

import os
import shutil
import signal
import threading
import time
import warnings
from contextlib import suppress
from functools import cache
from unittest.mock import patch

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV
from tests.search.durable import (
    SEARCHED,
    SPACES,
    X_SPACE,
    Kernel,
    Logged,
    X,
    assert_same_results,
    interrupting,
    lines,
    search_of,
    y,
)

pytestmark = pytest.mark.slow  # whole searches, several times


def test_ctrl_c_keeps_what_was_evaluated_of_a_large_batch():
    search = search_of(n_iter=40, strategy="classic", refit=False)
    with patch.object(Kernel, "fit", interrupting(Kernel.fit, 14)):
        search.fit(X, y)
    assert search.stop_reason_ == "interrupted"
    assert len(search.cv_results_["params"]) == 4


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
    estimator = Logged(log=str(tmp_path / "fits"), at=10 * 3 + 1, what="fail")
    search = search_of(estimator, X_SPACE)
    with pytest.raises(ValueError, match="asked to fail"):
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 10
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
        sum(f"{failed * 3} fits failed out of a total of 30" in t for t in texts) == 1
    )
    assert sum("non-finite" in text for text in texts) == 1
    assert len(texts) == 2


@cache
def never_stopped(strategy, n_spaces):
    whole = search_of(
        n_iter=6, warm_start=True, strategy=strategy, space=SPACES[n_spaces],
        refit=False,
    )  # fmt: skip
    return whole.fit(X, y).set_params(n_iter=11).fit(X, y)


@pytest.mark.parametrize(
    ("strategy", "at", "n_spaces"),
    [
        (SEARCHED[0], 1, "two"),
        (SEARCHED[0], 8, "one"),
        (SEARCHED[1], 8, "two"),
        (SEARCHED[1], 17, "one"),
    ],
    ids=str,
)
def test_it_makes_no_difference_where_a_search_was_stopped(
    tmp_path, strategy, at, n_spaces
):
    """Ctrl-C, then a larger budget: in memory, from the file, and never stopped."""
    options = {"strategy": strategy, "space": SPACES[n_spaces], "refit": False}
    whole = never_stopped(strategy, n_spaces)
    path = tmp_path / "search.jsonl"
    stopped = search_of(n_iter=6, warm_start=True, checkpoint=path, **options)
    with (
        patch.object(Kernel, "fit", interrupting(Kernel.fit, at)),
        suppress(KeyboardInterrupt),
    ):
        stopped.fit(X, y)
    copy = tmp_path / "copy.jsonl"
    shutil.copy(path, copy)
    stopped.set_params(n_iter=11)
    resumed = search_of(n_iter=11, checkpoint=copy, **options).fit(X, y)
    assert_same_results(whole, stopped.fit(X, y), regions=at == 8)
    assert_same_results(whole, resumed)
    assert_same_results(
        whole, search_of(n_iter=11, checkpoint=path, **options).fit(X, y)
    )
