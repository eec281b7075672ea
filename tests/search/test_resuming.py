"""A checkpoint is read: nothing that it has is evaluated again."""

import logging
import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import Classic
from skbluetuna._utils._files import unseal
from skbluetuna.exceptions import CheckpointWarning
from skbluetuna.history import Trial
from skbluetuna.search._checkpoint import Checkpoint, point_of
from tests.search.durable import (
    SEARCHED,
    SPACE,
    SPACES,
    X_SPACE,
    Kernel,
    Logged,
    X,
    assert_same_results,
    lines,
    of_kind,
    records,
    search_of,
    write_records,
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
        assert_same_results(whole, recorded, regions=True)
        return whole, lines(path)


N_LINES = 10 * (1 + 3 + 1)  # each trial is asked, has three folds, and ends


@pytest.mark.parametrize(
    ("strategy", "n_lines"),
    [
        *[(SEARCHED[0], n_lines) for n_lines in (1, 4, 6, 29)],
        *[(SEARCHED[1], n_lines) for n_lines in (2, 7, 29, 1 + N_LINES)],
    ],
    ids=str,
)
def test_a_checkpoint_cut_anywhere_goes_on_to_the_same_result(
    tmp_path, strategy, n_lines
):
    path = tmp_path / "search.jsonl"
    whole, kept = recorded_search(strategy)
    assert len(kept) == 1 + N_LINES
    torn = kept[n_lines][:20] if n_lines < len(kept) else ""
    path.write_text("\n".join([*kept[:n_lines], torn]))
    n_known = sum(unseal(one).get("event") == "reported" for one in kept[:n_lines])
    with counted(Kernel) as fits:
        resumed = search_of(strategy=strategy, checkpoint=path, refit=False).fit(X, y)
    assert len(fits) == 10 * 3 - n_known
    assert resumed.best_index_ == whole.best_index_
    assert_same_results(whole, resumed, regions=n_lines == 29)
    assert sorted(map(key_of, records(path))) == sorted(
        key_of(unseal(line)) for line in kept
    )
    again = search_of(strategy=strategy, checkpoint=path).fit(X, y)
    assert again.stop_reason_ == "n_iter"
    assert len(lines(path)) == 1 + N_LINES


def test_a_checkpoint_cut_within_a_batch_has_the_rest_of_it_asked_first(tmp_path):
    """Else the rest would be asked with the scores of its beginning, and differ."""
    path = tmp_path / "search.jsonl"
    options = {"n_iter": 8, "refit": False, "checkpoint": path, "max_concurrent": 4}
    n_lines = 1 + 2  # header, and two of the four that are asked first
    whole = search_of(**options).fit(X, y)
    kept = lines(path)
    path.write_text("\n".join([*kept[:n_lines], ""]))
    assert records(path)[-1]["event"] == unseal(kept[n_lines])["event"] == "asked"
    assert_same_results(whole, search_of(**options).fit(X, y))


def key_of(record):
    """What a line is about."""
    return tuple(str(record.get(name)) for name in ("event", "number", "part"))


@contextmanager
def counted(estimator):
    """List the fits of a class meanwhile."""
    calls, fit = [], estimator.fit

    def fitted(self, *args, **kwargs):
        calls.append(self)
        return fit(self, *args, **kwargs)

    with patch.object(estimator, "fit", fitted):
        yield calls


def test_a_log_cut_after_any_byte_is_read_up_to_its_last_whole_line(tmp_path):
    path = tmp_path / "search.jsonl"
    search_of(n_iter=3, checkpoint=path).fit(X, y)
    data, cut = path.read_bytes(), tmp_path / "cut.jsonl"
    ends = [k for k, byte in enumerate(data) if byte == ord("\n")]
    near = {end + k for end in ends for k in (-1, 0, 1, 2)}
    for n in sorted(near | set(range(0, len(data), 41))):
        cut.write_bytes(data[:n])
        # A line that lacks only its end is whole.
        n_whole = sum(end <= n for end in ends)
        (section,) = Checkpoint(cut).sections or [None]
        n_read = 0 if section is None else 1 + len(section.rows)
        assert n_read == n_whole
    assert n_read == len(ends)


@pytest.mark.parametrize("strategy", ["adaptive", Classic(n_epochs=3)], ids=str)
def test_lines_in_any_order_are_the_same_past(tmp_path, strategy):
    """Results come as they are ready, and what a damaged line held is written last."""
    path = tmp_path / "search.jsonl"
    options = {"strategy": strategy, "n_iter": 8, "refit": False}
    options |= {"checkpoint": path}
    whole = search_of(**options).fit(X, y)
    head, *rows = records(path)
    np.random.default_rng(0).shuffle(rows)
    write_records(path, [head, *rows])
    with counted(Kernel) as fits:
        same = search_of(**options).fit(X, y)
        assert not fits
        assert_same_results(whole, same, times=True)
        more = search_of(**options | {"n_iter": 9}).fit(X, y)
        assert len(fits) == 3
    assert len(more.cv_results_["params"]) == 9


@pytest.mark.parametrize("n_iter", [1, 4, 6])
def test_a_smaller_budget_ends_at_once_with_what_there_is(tmp_path, n_iter):
    """Such a file was refused; the search it asks for is done already."""
    path = tmp_path / "search.jsonl"
    whole = search_of(n_iter=6, checkpoint=path).fit(X, y)
    before = path.read_bytes()
    with counted(Kernel) as fits:
        short = search_of(n_iter=n_iter, checkpoint=path, refit=False).fit(X, y)
    assert not fits
    assert short.stop_reason_ == "n_iter"
    assert path.read_bytes() == before
    assert_same_results(whole, short, times=True)
    longer = search_of(n_iter=8, checkpoint=path).fit(X, y)
    assert len(longer.cv_results_["params"]) == 8


def test_a_killed_search_goes_on_with_any_smaller_budget(tmp_path):
    """The folds of a candidate may all be there where its end is not."""
    path = tmp_path / "search.jsonl"
    search_of(n_iter=3, checkpoint=path).fit(X, y)
    written = path.read_bytes().splitlines(keepends=True)
    for n_lines in range(1, len(written)):
        for n_iter in (1, 2):
            path.write_bytes(b"".join(written[:n_lines]))
            n_ended = len(of_kind(path, "finished"))
            short = search_of(n_iter=n_iter, checkpoint=path, refit=False).fit(X, y)
            n_there = len(short.cv_results_["params"])
            assert max(n_iter, n_ended) <= n_there <= max(n_iter, n_ended + 1)


def test_a_smaller_budget_takes_up_no_more_than_it_has(tmp_path):
    """What was asked in one batch with others, and not evaluated, waits."""
    path = tmp_path / "search.jsonl"
    options = {"strategy": Classic(n_epochs=3), "checkpoint": path, "refit": False}
    search_of(n_iter=12, **options).fit(X, y)
    n_asked = [key_of(one) for one in records(path)].index(("finished", "2", "None"))
    write_records(path, records(path)[: n_asked + 1])
    assert len(of_kind(path, "asked")) == 5
    short = search_of(n_iter=4, **options).fit(X, y)
    assert short.stop_reason_ == "n_iter"
    assert len(short.cv_results_["params"]) == 4
    whole = search_of(n_iter=12, **options | {"checkpoint": None}).fit(X, y)
    assert_same_results(whole, search_of(n_iter=12, **options).fit(X, y))


def test_a_file_of_another_version_is_read_with_a_note(tmp_path, caplog):
    path = tmp_path / "search.jsonl"
    whole = search_of(n_iter=4, checkpoint=path).fit(X, y)
    head, *rows = records(path)
    write_records(path, [head | {"version": "0.0.7"}, *rows])
    with caplog.at_level(logging.INFO, logger="skbluetuna"), counted(Kernel) as fits:
        again = search_of(n_iter=4, checkpoint=path, refit=False).fit(X, y)
    assert not fits
    assert "written by version 0.0.7" in caplog.text
    assert_same_results(whole, again, times=True)


def test_a_complete_checkpoint_gives_the_times_too_and_fits_nothing(tmp_path):
    path, log = tmp_path / "search.jsonl", tmp_path / "fits"
    first = search_of(Logged(log=str(log)), X_SPACE, checkpoint=path).fit(X, y)
    n_fits = len(lines(log))
    again = search_of(Logged(log=str(log)), X_SPACE, checkpoint=path).fit(X, y)
    assert n_fits == 10 * 3 + 1
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
    kept = records(path)[: 1 + 5 * 5]
    row = next(one for one in kept if key_of(one)[:2] == ("asked", "4"))
    x = row["unit"][0] * (1.0 - 1e-7)
    row |= {"unit": [x], "choice": [x]}
    score = -((x - 0.3) ** 2)
    for one in kept:  # the folds were those of that point
        if key_of(one)[:2] == ("finished", "4"):
            one["values"] = [score]
        if key_of(one)[:2] == ("reported", "4"):
            one["point"] = point_of(Trial(4, {"x": x}, (x,), "scan"))
            one["outcome"]["test_scores"] = score
    write_records(path, kept)
    n_fits = len(lines(log))
    resumed = search_of(Logged(log=log), X_SPACE, n_iter=8, checkpoint=path).fit(X, y)
    assert resumed.cv_results_["params"][4] == {"x": x}
    assert resumed.tuner_.trials[4].unit == (x,)
    assert len(resumed.cv_results_["params"]) == 8
    assert len(lines(log)) == n_fits + 3 * 3 + 1


def test_a_fold_of_another_configuration_is_not_taken_for_this_ones(tmp_path):
    """A trial that is asked again, as its line is lost, may round otherwise."""
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    whole = search_of(Logged(log=log), X_SPACE, n_iter=4, checkpoint=path).fit(X, y)
    kept = records(path)
    for one in kept:
        if key_of(one)[:2] == ("reported", "1"):
            one["point"] = "00000000"
    write_records(path, kept)
    n_fits = len(lines(log))
    with pytest.warns(CheckpointWarning, match="is of another configuration"):
        again = search_of(Logged(log=log), X_SPACE, n_iter=4, checkpoint=path).fit(X, y)
    assert len(lines(log)) == n_fits + 3 + 1
    assert_same_results(whole, again)


def test_a_row_of_another_alternative_is_never_misread(tmp_path):
    # Another version of the code might choose between alternatives otherwise.
    spaces = [
        {"kernel": ["linear"], "C": (1e-2, 1e3, "log")},
        {"kernel": ["rbf"], "gamma": (1e-3, 10.0, "log"), "C": (0.1, 10.0)},
    ]
    path = tmp_path / "search.jsonl"
    search_of(space=spaces, n_iter=14, checkpoint=path).fit(X, y)
    head, *rows = records(path)
    asked = [one for one in rows if one["event"] == "asked"]
    of = {k: [one for one in asked if one["alternative"] == k] for k in (0, 1)}
    order = [one["number"] for pair in zip(of[1], of[0], strict=False) for one in pair]
    new = {number: i for i, number in enumerate(order[:10])}
    rows = [r | {"number": new[r["number"]]} for r in rows if r["number"] in new]
    rows.sort(key=lambda one: one["number"])
    write_records(path, [head, *rows])
    resumed = search_of(space=spaces, n_iter=14, checkpoint=path).fit(X, y)
    assert len(resumed.cv_results_["params"]) == 14
    for trial, score in zip(
        resumed.tuner_.trials, resumed.cv_results_["mean_test_score"], strict=True
    ):
        kernel = ["linear", "rbf"][trial.alternative]
        assert trial.params["kernel"] == kernel
        assert np.mean(cross_val_score(Kernel(**trial.params), X, y, cv=3)) == (
            pytest.approx(score, abs=1e-12)
        )


@cache
def extended_search(strategy):
    """A search of 6 that went on to 12 in memory, and what one wrote that did so."""
    warm = search_of(n_iter=6, strategy=strategy, warm_start=True).fit(X, y)
    warm.set_params(n_iter=12).fit(X, y)
    with TemporaryDirectory() as folder:
        path = Path(folder, "search.jsonl")
        options = {"strategy": strategy, "checkpoint": path}
        search_of(n_iter=6, **options).fit(X, y)
        resumed = search_of(n_iter=12, **options).fit(X, y)
        assert_same_results(warm, resumed, regions=True)
        return warm, lines(path)


@pytest.mark.parametrize(
    ("strategy", "n_lines"),
    [
        *[(SEARCHED[0], n_lines) for n_lines in (3, 31, 32, 45)],
        *[(SEARCHED[1], n_lines) for n_lines in (30, 32, 33, 62)],
    ],
    ids=str,
)
def test_a_checkpoint_takes_up_a_larger_budget(tmp_path, strategy, n_lines):
    path = tmp_path / "search.jsonl"
    options = {"strategy": strategy, "checkpoint": path}
    warm, kept = extended_search(strategy)
    assert len(kept) == 1 + 6 * 5 + 1 + 6 * 5
    path.write_text("\n".join(kept[:n_lines]) + "\n")
    resumed = search_of(n_iter=12, **options).fit(X, y)
    assert_same_results(warm, resumed)
    assert len(lines(path)) == len(kept)
    assert [one["n_iter"] for one in of_kind(path, "budgeted")] == [12]


KINDS = ["asked", "reported", "finished"]
PLACES = {
    "adaptive": ("adaptive", SPACE),
    "classic": (Classic(n_epochs=3), SPACES["two"]),
}


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_is_missing_costs_itself_alone(tmp_path, kind, n_jobs):
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    options = {"checkpoint": path, "strategy": Classic(n_epochs=5), "n_jobs": n_jobs}
    with parallel_config("threading"):
        first = search_of(Logged(log=log), X_SPACE, **options).fit(X, y)
    kept = records(path)
    lost = next(one for one in kept if key_of(one)[:2] == (kind, "3"))
    write_records(path, [one for one in kept if one is not lost])
    n_fits = len(lines(log))
    for n_more in (kind == "reported", 0):
        with parallel_config("threading"):
            again = search_of(Logged(log=log), X_SPACE, **options).fit(X, y)
        n_fits += n_more + 1
        assert len(lines(log)) == n_fits
        assert_same_results(first, again)
    assert sorted(map(key_of, records(path))) == sorted(
        [*map(key_of, kept), *([("finished", "3", "None")] * (kind == "reported"))]
    )


@pytest.mark.parametrize(
    ("kind", "max_concurrent", "place"),
    [
        ("asked", None, "adaptive"),
        ("asked", 3, "classic"),
        ("reported", 3, "adaptive"),
        ("reported", None, "classic"),
        ("finished", 3, "adaptive"),
        ("finished", None, "classic"),
    ],
)
def test_any_line_may_be_missing(tmp_path, kind, max_concurrent, place):
    """Of an `asked` line the rest of the file says what it was; it is asked again."""
    path = tmp_path / "search.jsonl"
    strategy, space = PLACES[place]
    options = {
        "strategy": strategy,
        "max_concurrent": max_concurrent,
        "checkpoint": path,
    }
    options |= {"space": space, "n_iter": 9, "refit": False}
    first = search_of(**options).fit(X, y)
    kept = records(path)
    for number in ("4", "8"):
        lost = next(one for one in kept if key_of(one)[:2] == (kind, number))
        write_records(path, [one for one in kept if one is not lost])
        with counted(Kernel) as fits:
            again = search_of(**options).fit(X, y)
        assert len(fits) == (kind == "reported")
        assert_same_results(first, again)


def test_a_score_that_is_not_its_folds_is_not_believed(tmp_path):
    """Else the search would go by another score than cv_results_ shows."""
    path = tmp_path / "search.jsonl"
    whole = search_of(n_iter=5, checkpoint=path, refit=False).fit(X, y)
    head, *rows = records(path)
    for change in (
        {"values": [0.999]},
        {"event": "failed", "reason": "said so"},
    ):
        own = [r | change if key_of(r)[:2] == ("finished", "2") else r for r in rows]
        write_records(path, [head, *own])
        with (
            counted(Kernel) as fits,
            pytest.warns(CheckpointWarning, match="has another score than its folds"),
        ):
            again = search_of(n_iter=5, checkpoint=path, refit=False).fit(X, y)
        assert not fits
        assert_same_results(whole, again)
        assert again.tuner_.best.score == whole.best_score_


OLD_HEAD = '{"skbluetuna checkpoint": 1, "section": "a", "seed": 0, "n_iter": 2}'


def test_a_file_of_another_format_is_refused(tmp_path):
    path = tmp_path / "search.jsonl"
    search_of(n_iter=2, checkpoint=path).fit(X, y)
    (first, *_) = lines(path)
    for head in (first.replace('checkpoint": 5', 'checkpoint": 9'), OLD_HEAD):
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
        search_of(SVC(), space, n_iter=6, checkpoint=path).fit(X, y)
    assert len(of_kind(path, "finished")) + len(of_kind(path, "failed")) == 6
