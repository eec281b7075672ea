"""Racing of folds: what is stopped early, and that nobody notices but the clock."""

import logging
import math
import time
import warnings
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from joblib import parallel_config
from numpy.testing import assert_array_equal
from scipy.stats import norm
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import SVC

from skbluetuna import Classic
from skbluetuna.callbacks import JSONLinesTracker
from skbluetuna.exceptions import CheckpointWarning
from skbluetuna.history import History, Reported, Stopped
from skbluetuna.inspection import ConvergenceDisplay
from skbluetuna.search._racing import can_win, rivals_of
from tests.search.durable import (
    SPACE,
    SPACES,
    X_SPACE,
    X,
    assert_same_results,
    clone_state,
    cuts,
    of_kind,
    records,
    search_of,
    write_records,
    y,
)
from tests.search.test_window import Uneven, course

LEVEL, K = 0.05, 6


class Bumpy(ClassifierMixin, BaseEstimator):
    """Best at x = .3, with a score that differs from fold to fold; may fail or wait."""

    def __init__(self, x=0.5, bumps=0.02, fails_above=2.0, slow_above=2.0):
        self.x = x
        self.bumps = bumps
        self.fails_above = fails_above
        self.slow_above = slow_above

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.fold_ = float(X.sum())
        if self.x > self.slow_above:
            time.sleep(1.0)
        if self.x > self.fails_above and math.sin(37.0 * self.fold_) > 0.0:
            raise ValueError("a fold that fails")
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        bump = math.sin(1e3 * self.x + self.fold_) + 3.0 * math.sin(self.fold_)
        return -((self.x - 0.3) ** 2) + self.bumps * bump


def raced(backend="sequential", n_jobs=1, estimator=None, space=SPACE, **options):
    usual = {"n_iter": 16, "max_concurrent": 1, "refit": False, "cv": K}
    options = usual | {"racing": LEVEL, "warm_start": True} | options
    search = search_of(estimator, space, n_jobs=n_jobs, **options)
    with parallel_config(backend):
        return search.fit(X, y)


def stopped(search):
    return np.flatnonzero(search.cv_results_["n_folds"] < search.n_splits_)


def fold_scores(search, metric="score"):
    found = search.cv_results_
    rows = [found[f"split{k}_test_{metric}"] for k in range(search.n_splits_)]
    return np.stack(rows, axis=1)


# What is decided


differences = st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=9).map(np.array)


@given(
    d=differences,
    n_left=st.integers(1, 9),
    spread=st.floats(1e-6, 1.0),
    level=st.floats(1e-6, 0.49),
)
def test_a_candidate_is_stopped_where_it_is_improbable_to_win(d, n_left, spread, level):
    """By the probability that the mean of the folds left is what it would need."""
    need = -d.sum() / n_left
    error = math.sqrt(spread * (1 / len(d) + 1 / n_left))
    probability = norm.sf(need, loc=d.mean(), scale=error)
    assume(abs(probability - level) > 1e-9)
    assert can_win(d, n_left, spread, level) == (probability >= level)
    assert can_win(d, n_left, spread, 0.0)


@given(seed=st.integers(0, 999), n=st.integers(3, 12), k=st.integers(2, 8))
def test_the_spread_is_that_of_the_closer_half(seed, n, k):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(n, k))
    scores[rng.integers(n)] = scores[0]  # perhaps one that is alike
    found = rivals_of(scores)
    best = max(range(n), key=lambda i: scores[i].mean())
    rows = [list(row - scores[best]) for row in scores]
    rows = sorted((r for r in rows if any(r)), key=lambda r: -sum(r))
    if len(rows) < 2:
        assert found is None
        return
    close = rows[: max(3, (len(rows) + 1) // 2)]
    assert_array_equal(found.best, scores[best])
    assert found.spread == pytest.approx(
        sum(sum((v - sum(r) / k) ** 2 for v in r) / (k - 1) for r in close) / len(close)
    )


@pytest.mark.parametrize("scores", [np.empty((0, 5)), np.eye(2), np.ones((9, 4))])
def test_few_or_equal_ones_judge_nobody(scores):
    assert rivals_of(scores) is None


def test_what_never_varies_is_stopped_at_once():
    """Where all differences are the same on each fold there is nothing to wait for."""
    assert not can_win(np.array([-0.1]), 4, 0.0, 0.005)
    assert can_win(np.array([0.0]), 4, 0.0, 0.005)


@pytest.mark.parametrize("scale", [1e300, 1e308])
def test_enormous_scores_are_no_trouble(scale):
    """Whatever overflows stops nobody."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "One or more of the test scores")
        search = raced(estimator=Bumpy(), space=X_SPACE, scoring=Scaled(scale))
    trials = search.tuner_.trials
    assert np.isfinite([trial.values for trial in trials if trial.values]).all()
    assert all(trial.values or trial.state == "failed" for trial in trials)


class Scaled:
    """The estimator's score, in other units."""

    def __init__(self, scale):
        self.scale = scale

    def __call__(self, estimator, X, y):
        return self.scale * estimator.score(X, y)


def test_decisions_are_those_of_the_formula():
    """All folds of all candidates, replayed by hand, window by window."""
    for window in (1, 4):
        search = raced(estimator=Bumpy(), space=X_SPACE, max_concurrent=window)
        n_folds = search.cv_results_["n_folds"]
        scores = fold_scores(search)
        order = np.random.default_rng([search.tuner_.seed, K]).permutation(K)
        for i, n in enumerate(n_folds):
            judges = [j for j in range(i - window + 1) if n_folds[j] == K]
            assert np.isfinite(scores[i, order[:n]]).all()
            assert np.isnan(scores[i, order[n:]]).all()
            rivals = rivals_of(scores[judges].reshape(-1, K))
            if rivals is None:
                assert n == K
                continue
            d = (scores[i] - rivals.best)[order]
            goes_on = [can_win(d[:j], K - j, rivals.spread, LEVEL) for j in range(1, K)]
            assert n == [*goes_on, False].index(False) + 1
            if n < K:
                told = search.tuner_.trials[i]
                assert told.state == "stopped"
                assert told.values[0] == pytest.approx(
                    rivals.best.mean() + d[:n].mean()
                )
                assert told.values[0] < search.best_score_
        assert len(stopped(search)) > 1


# What it leaves


def test_a_stopped_candidate_never_wins_and_has_no_mean():
    search = raced(estimator=Bumpy(), space=X_SPACE, refit=True, n_iter=20)
    results, early = search.cv_results_, stopped(search)
    whole = np.setdiff1d(np.arange(20), early)
    assert len(early) > 2
    assert not {0, 1, 2} & set(early)  # three are complete first
    assert search.best_index_ not in early
    assert np.isnan(results["mean_test_score"][early]).all()
    assert np.isnan(results["std_test_score"][early]).all()
    assert np.isfinite(results["mean_test_score"][whole]).all()
    assert results["rank_test_score"][early].min() > len(whole) - 1
    assert set(results["failure"]) == {""}
    assert np.isfinite(results["mean_fit_time"]).all()
    assert results["n_folds"].dtype.kind == "i"
    best = search.tuner_.best
    assert best.state == "complete"
    assert best.score == search.best_score_ == results["mean_test_score"][whole].max()
    assert [t.score for t in search.tuner_.trials if t.state == "stopped"] == [
        None
    ] * len(early)


def test_without_a_race_there_is_no_column():
    assert "n_folds" not in raced(racing=None, n_iter=4).cv_results_


@pytest.mark.slow
@pytest.mark.parametrize(
    ("space", "strategy", "window"),
    [
        (SPACES["one"], "adaptive", 4),
        (SPACES["two"], "adaptive", 1),
        (SPACES["two"], Classic(n_epochs=3), 4),
        ({"C": [0.1, 1.0, 9.0, 20.0]}, Classic(n_epochs=3), 1),
    ],
    ids=str,
)
def test_at_level_0_it_is_the_search_without_a_race(space, strategy, window):
    """Candidates are asked one by one, and their folds in another order."""
    options = {"space": space, "strategy": strategy, "n_iter": 9, "refit": True}
    found = raced(racing=0, max_concurrent=window, **options)
    usual = raced(racing=None, max_concurrent=window, **options)
    assert set(found.cv_results_.pop("n_folds")) == {K}
    assert_same_results(found, usual)


def test_many_folds_save_most():
    """The choice is as good as with all of them."""
    shares = []
    for cv in (5, 10):
        search = raced(racing=0.005, n_iter=20, cv=cv)
        usual = raced(racing=None, n_iter=20, cv=cv)
        shares.append(1 - search.cv_results_["n_folds"].mean() / cv)
        assert search.tuner_.best.score > usual.tuner_.best.score - 0.01
    assert 0.1 < shares[0] < shares[1]


# That it can be repeated


@pytest.mark.slow
@pytest.mark.parametrize(
    ("space", "window", "where"),
    [("one", 4, [("threading", 4), ("loky", 2)]), ("two", 1, [("threading", 2)])],
)
def test_a_race_is_the_same_for_any_n_jobs_and_backend(space, window, where):
    """Of joblib's two kinds of processes one is enough: see test_window.py."""
    space = SPACES[space]
    options = {"space": space, "max_concurrent": window, "n_iter": 12}
    first = raced(**options)
    assert len(stopped(first))
    for backend, n_jobs in where:
        assert course(raced(backend, n_jobs, **options)) == course(first)


@cache
def alone(window):
    return course(raced(estimator=Bumpy(), space=X_SPACE, max_concurrent=window))


@settings(max_examples=6, deadline=None)
@given(
    waits=st.lists(st.integers(0, 5), min_size=1, max_size=7),
    n_jobs=st.sampled_from([2, 5]),
    window=st.sampled_from([1, 3, 5]),
)
def test_a_race_is_the_same_in_any_order_of_ending(waits, n_jobs, window):
    Uneven.waits = waits
    options = {"estimator": Bumpy(), "space": X_SPACE, "max_concurrent": window}
    assert course(raced("uneven", n_jobs, **options)) == alone(window)


def test_the_usual_window_keeps_workers_busy():
    """Folds of a candidate run one after another, so several must be open."""
    assert raced(max_concurrent=None, n_iter=3)._kept.window == 1
    assert raced("threading", 3, max_concurrent=None, n_iter=3)._kept.window == 6


@pytest.mark.slow
@pytest.mark.parametrize(("n_reports", "window"), [(20, 1), (31, 4), (55, 4)])
def test_ctrl_c_changes_no_race(monkeypatch, n_reports, window, tmp_path):
    whole = raced(estimator=Bumpy(), space=X_SPACE, max_concurrent=window)
    options = {"checkpoint": tmp_path / "search.jsonl", "max_concurrent": window}
    seen, append = [], History.append

    def press(history, event):
        append(history, event)
        if isinstance(event, Reported):
            seen.append(event)
            if len(seen) == n_reports:
                raise KeyboardInterrupt

    Uneven.waits = (5, 0, 2)
    with monkeypatch.context() as patch:
        patch.setattr(History, "append", press)
        options |= {"estimator": Bumpy(), "space": X_SPACE}
        search = raced("uneven", 3, **options)
    assert search.stop_reason_ == "interrupted"
    with parallel_config("threading"):
        search.fit(X, y)
    for again in (search, raced(**options)):
        assert course(again) == course(whole)
        for name in ("n_folds", "rank_test_score", "split0_test_score"):
            assert_array_equal(again.cv_results_[name], whole.cv_results_[name])


@pytest.mark.slow
@pytest.mark.parametrize(("space", "window"), [("one", 4), ("two", 4), ("two", 1)])
def test_a_file_of_a_race_may_end_anywhere(tmp_path, space, window):
    path = tmp_path / "search.jsonl"
    options = {"space": SPACES[space], "n_iter": 10, "checkpoint": path}
    whole = raced(max_concurrent=window, **options)
    assert len(stopped(whole))
    for left in cuts(path):
        path.write_text(left)
        assert course(raced(max_concurrent=window, **options)) == course(whole)


@pytest.mark.slow
def test_any_line_of_a_race_may_be_lost(tmp_path):
    """What it held is evaluated, or decided, again."""
    path = tmp_path / "search.jsonl"
    options = {"estimator": Bumpy(), "space": X_SPACE, "checkpoint": path}
    whole = raced(n_iter=10, **options)
    lines = records(path)
    for n in range(1, len(lines), 9):
        write_records(path, lines[:n] + lines[n + 1 :])
        again = raced(n_iter=10, **options)
        assert_array_equal(again.cv_results_["n_folds"], whole.cv_results_["n_folds"])
        assert_array_equal(fold_scores(again), fold_scores(whole))


def test_a_stop_that_can_not_be_is_named(tmp_path):
    path = tmp_path / "search.jsonl"
    options = {"estimator": Bumpy(), "space": X_SPACE, "checkpoint": path}
    whole = raced(**options)
    lines = records(path)
    wrong = next(one for one in lines if one.get("event") == "stopped")
    wrong["values"] = [wrong["values"][0] + 0.01]
    write_records(path, lines)
    with pytest.warns(CheckpointWarning, match="with another value than its folds say"):
        again = raced(**options)
    assert_array_equal(fold_scores(again), fold_scores(whole))
    assert [t.values for t in again.tuner_.trials] == [
        t.values for t in whole.tuner_.trials
    ]
    other = options | {"checkpoint": tmp_path / "other.jsonl", "racing": None}
    raced(n_iter=4, **other)
    write_records(other["checkpoint"], [
        *records(other["checkpoint"]),
        {"section": records(other["checkpoint"])[0]["section"]}
        | {"event": "stopped", "number": 3, "values": [0.0], "seconds": 1.0},
    ])  # fmt: skip
    with pytest.warns(CheckpointWarning, match="is stopped, though no folds race"):
        raced(n_iter=4, **other)


def test_another_level_begins_anew_and_learns_from_what_is_complete(tmp_path):
    path = tmp_path / "search.jsonl"
    options = {"estimator": Bumpy(), "space": X_SPACE, "checkpoint": path}
    first = raced(**options)
    other = raced(racing=None, n_iter=2, **options)
    n_imported = list(other.cv_results_["stage"]).count("imported")
    assert n_imported == 16 - len(stopped(first)) < 16
    raced(racing=0.01, n_iter=6, **options)
    assert len([1 for one in records(path) if "seed" in one]) == 3  # sections


# Among all else


@pytest.mark.parametrize("refit", ["f1_macro", lambda _: 0])
def test_of_several_metrics_the_guiding_one_races(refit):
    scoring = ["accuracy", "f1_macro"]
    options = {"estimator": SVC(), "cv": 8, "racing": 0.2, "n_iter": 10}
    search = raced(scoring=scoring, refit=refit, **options)
    guiding = "f1_macro" if refit == "f1_macro" else "accuracy"
    usual = raced(scoring=guiding, **options)
    assert_array_equal(search.cv_results_["n_folds"], usual.cv_results_["n_folds"])
    early = stopped(search)
    assert len(early)
    for name in ("mean_test_accuracy", "mean_test_f1_macro"):
        assert np.isnan(search.cv_results_[name][early]).all()


def test_a_scorer_of_many_names_and_training_scores_race_too():
    def scorer(estimator, X, y):
        return {"a": estimator.score(X, y), "b": 0.0}

    search = raced(estimator=Bumpy(), space=X_SPACE, scoring=scorer, refit="a",
                   return_train_score=True)  # fmt: skip
    early = stopped(search)
    assert len(early)
    assert np.isnan(search.cv_results_["mean_train_a"][early]).all()


@pytest.mark.parametrize("error_score", [np.nan, -1.0])
@pytest.mark.parametrize("backend", ["sequential", "threading"])
def test_a_candidate_with_a_failed_fold_is_not_stopped(error_score, backend):
    """Its folds go on as ever, and are warned of as ever."""
    search = search_of(
        Bumpy(fails_above=0.6), X_SPACE, n_iter=20, cv=K, racing=LEVEL, n_jobs=2,
        error_score=error_score, max_concurrent=2,
    )  # fmt: skip
    with parallel_config(backend), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        search.fit(X, y)
    results = search.cv_results_
    failed = results["failure"] != ""
    if not np.isnan(error_score):  # then it has a score, as ever
        failed = (fold_scores(search) == error_score).any(axis=1)
    assert failed.sum() > 1
    assert set(results["n_folds"][failed]) == {K}
    assert len(stopped(search))
    n_fits = results["n_folds"].sum()
    assert any(f"out of a total of {n_fits}" in str(one.message) for one in told)
    means = [str(one.message) for one in told if "non-finite" in str(one.message)]
    assert len(means) == np.isnan(error_score)
    assert all(text.count("nan") == failed.sum() for text in means)


def test_a_race_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        raced(estimator=Bumpy(), space=X_SPACE)


@pytest.mark.filterwarnings("ignore:[\\s\\S]*(fits failed|scores are non-finite)")
def test_candidates_that_take_too_long_fail_in_a_race():
    search = raced(
        "threading", 2, Bumpy(slow_above=0.9), {"x": [0.3, 0.31, 0.1, 0.29, 0.95, 0.7]},
        candidate_timeout=0.4, n_iter=6, max_concurrent=2,
    )  # fmt: skip
    results = search.cv_results_
    slow = [params["x"] == 0.95 for params in results["params"]]
    assert results["failure"][slow][0].count("longer than candidate_timeout") == 1
    assert list(results["n_folds"][slow]) == [K]
    assert set(results["failure"][~np.array(slow)]) == {""}
    assert results["n_folds"].min() < K


def test_a_race_is_said_to_have_saved_fits(caplog, tmp_path):
    """In the log and on the page; and trackers hear of stopped candidates."""
    pytest.importorskip("matplotlib").use("Agg")
    search = search_of(SVC(), n_iter=14, cv=K, racing=LEVEL, verbose=1)
    search.set_callbacks(JSONLinesTracker(tmp_path / "log.jsonl"))
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        search.fit(X, y)
    n, saved = len(stopped(search)), int((K - search.cv_results_["n_folds"]).sum())
    assert n > 0
    assert f"{n} stopped early, which saved {saved} fits" in caplog.text
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert len(lines) == 16
    assert any('"mean_test_score": null' in line for line in lines)
    page = search.report(tmp_path / "report.html").read_text("utf-8")
    assert f"{n} of 14 evaluations were stopped early (racing=0.05)" in page
    assert f"saved {saved} of {14 * K} fits" in page
    assert "evaluations failed" not in page
    shown = ConvergenceDisplay.from_search(search, against="seconds")
    assert shown.points["is_stopped"].sum() == n
    assert shown.curves["best so far"]["median"][-1] == search.best_score_
    labels = [text.get_text() for text in shown.ax_.get_legend().get_texts()]
    assert "stopped early" in labels
    assert "failed" not in labels


def test_a_race_can_be_pickled_and_go_on(tmp_path):
    options = {"estimator": Bumpy(), "space": X_SPACE}
    whole = raced(**options, n_iter=10)
    again = clone_state(raced(**options, n_iter=10)).set_params(n_iter=20).fit(X, y)
    assert course(again) == course(whole.set_params(n_iter=20).fit(X, y))
    path = tmp_path / "search.jsonl"
    raced(**options, checkpoint=path)
    stops = of_kind(path, "stopped")
    assert stops
    assert [one["number"] for one in stops] == [
        event.number
        for event in raced(**options)._kept.events
        if isinstance(event, Stopped)
    ]


@pytest.mark.parametrize("level", [-0.1, 0.5, 1, math.nan, "0.1", [0.1]])
def test_a_level_is_a_number_below_one_half(level):
    """From there on candidates would be stopped that are likely to win."""
    with pytest.raises(ValueError, match="'racing' parameter"):
        raced(racing=level)


def test_a_level_is_no_bool():
    with pytest.raises(TypeError, match="racing must be a number"):
        raced(racing=False)
