"""A warm-started search goes on from what it has, in memory or on file."""

import re

import pytest
from sklearn.model_selection import KFold, ShuffleSplit

from tests.search.durable import (
    SEARCHED,
    SPACE,
    X_SPACE,
    Logged,
    X,
    assert_same_results,
    clone_state,
    lines,
    search_of,
    y,
)

pytestmark = pytest.mark.slow  # whole searches, several times


@pytest.mark.parametrize("strategy", SEARCHED, ids=str)
@pytest.mark.parametrize("space", [SPACE, {"C": [0.1, 1.0, 10.0], "gamma": [0.1, 1.0]}])
def test_warm_start_goes_on_from_what_was_evaluated(strategy, space):
    search = search_of(n_iter=5, strategy=strategy, warm_start=True, space=space)
    search.fit(X, y)
    before = {name: list(col) for name, col in search.cv_results_.items()}
    search.set_params(n_iter=12).fit(X, y)
    assert len(search.cv_results_["params"]) == min(12, len(_product(space)))
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


@pytest.mark.parametrize(
    ("changed", "rows", "named"),
    [
        ({}, X[::-1], "data"),
        ({}, X[:-1], "data (they have another shape)"),
        ({"cv": KFold(3)}, X, "folds (cv, or groups)"),
        ({"scoring": "f1_macro"}, X, "scoring (there None, here 'f1_macro')"),
    ],
)
def test_warm_start_of_what_scores_otherwise_is_refused(changed, rows, named):
    search = search_of(n_iter=3, warm_start=True).fit(X, y)
    search.set_params(n_iter=5, **changed)
    wanted = f"the last fit belongs to another search: not the same {named}. Fit a"
    with pytest.raises(ValueError, match=re.escape(wanted)):
        search.fit(rows, y[: len(rows)])


def test_warm_start_with_less_ends_at_once_with_what_there_is():
    search = search_of(n_iter=5, warm_start=True).fit(X, y)
    whole = clone_state(search)
    for n_iter in (2, 5, 1):
        search.set_params(n_iter=n_iter).fit(X, y)
        assert search.stop_reason_ == "n_iter"
        assert_same_results(whole, search, times=True)
    search.set_params(n_iter=7).fit(X, y)
    assert_same_results(whole.set_params(n_iter=7).fit(X, y), search)


def test_warm_start_with_less_evaluates_nothing_that_was_left(tmp_path):
    """Ctrl-C leaves a trial that was asked; with less it stays so."""
    estimator = Logged(log=str(tmp_path / "fits"), at=14)
    search = search_of(estimator, X_SPACE, warm_start=True, refit=False).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    n_fits = len(lines(tmp_path / "fits"))
    search.set_params(n_iter=4).fit(X, y)
    assert search.stop_reason_ == "n_iter"
    assert len(lines(tmp_path / "fits")) == n_fits
    search.set_params(n_iter=10).fit(X, y)
    whole = search_of(Logged(), X_SPACE, refit=False).fit(X, y)
    assert search.cv_results_["params"] == whole.cv_results_["params"]


def test_warm_start_after_ctrl_c_evaluates_what_was_interrupted(tmp_path):
    estimator = Logged(log=str(tmp_path / "fits"), at=20)
    search = search_of(estimator, X_SPACE, warm_start=True, refit=False).fit(X, y)
    assert search.stop_reason_ == "interrupted"
    search.fit(X, y)
    whole = search_of(Logged(), X_SPACE, refit=False).fit(X, y)
    assert search.stop_reason_ == "n_iter"
    assert search.cv_results_["params"] == whole.cv_results_["params"]


def test_rows_of_another_fit_are_not_taken_up():
    search = search_of(n_iter=5, warm_start=True).fit(X, y)
    search.set_params(warm_start=False, random_state=1).fit(X, y)
    search.set_params(warm_start=True, n_iter=7).fit(X, y)
    params = [trial.params for trial in search.tuner_.trials]
    assert search.cv_results_["params"] == params


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
    assert len(lines(path)) == 1 + 16 * 5 + 2
    before = lines(path)
    stranger = search_of(n_iter=6, warm_start=True, random_state=None).fit(X, y)
    other_path = tmp_path / "third.jsonl"
    search_of(n_iter=6, random_state=None, checkpoint=other_path).fit(X, y)
    with pytest.raises(ValueError, match="holds another past of this search"):
        stranger.set_params(n_iter=9, checkpoint=other_path).fit(X, y)
    assert lines(path) == before
    stranger.set_params(checkpoint=other).fit(X, y)  # the refusal spoilt nothing
    assert len(stranger.cv_results_["params"]) == 9


def test_memory_and_file_with_other_folds_are_not_one_past(tmp_path):
    """Folds drawn at random would be mixed, and scores compared that are none."""
    path = tmp_path / "search.jsonl"
    options = {"cv": ShuffleSplit(3, test_size=0.3), "n_iter": 3}
    search_of(checkpoint=path, **options).fit(X, y)
    search = search_of(warm_start=True, **options).fit(X, y)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="holds another past of this search"):
        search.set_params(checkpoint=path, n_iter=5).fit(X, y)
    assert path.read_bytes() == before


def test_what_the_file_lacks_is_written_from_memory(tmp_path):
    path = tmp_path / "search.jsonl"
    search = search_of(n_iter=6, warm_start=True, checkpoint=path).fit(X, y)
    path.write_text("".join(line + "\n" for line in lines(path)[:16]))  # a full disk
    search.set_params(checkpoint=None, n_iter=8).fit(X, y)
    search.set_params(checkpoint=path, n_iter=10).fit(X, y)
    resumed = search_of(n_iter=10, checkpoint=path).fit(X, y)
    assert_same_results(search, resumed, times=True)
