"""TODO"""

import warnings
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import Classic
from skbluetuna._utils._files import seal, unseal
from tests.search.durable import (
    SEARCHED,
    X_SPACE,
    Logged,
    X,
    assert_same_results,
    lines,
    search_of,
    y,
)

pytestmark = pytest.mark.slow  # whole searches, several times


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


def test_a_budget_that_is_refused_leaves_no_trace(tmp_path):
    path = tmp_path / "search.jsonl"
    options = {"strategy": Classic(n_epochs=5), "checkpoint": path}
    search_of(n_iter=12, **options).fit(X, y)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="n_iter must be at least 12, with which"):
        search_of(n_iter=8, **options).fit(X, y)
    assert path.read_bytes() == before
    assert len(search_of(n_iter=13, **options).fit(X, y).cv_results_["params"]) == 13


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


def test_choices_that_json_cannot_hold_are_recorded(tmp_path):
    space = {"tol": [1e-3, np.inf, np.nan], "C": (0.1, 9.0)}
    path = tmp_path / "search.jsonl"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search_of(space=space, n_iter=6, checkpoint=path).fit(X, y)
    assert len(lines(path)) == 7
