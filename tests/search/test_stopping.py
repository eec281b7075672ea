"""Clocks, the regret rule, and spaces that end."""

import time

import numpy as np
import pytest

from skbluetuna import BlueTuner
from tests.search.durable import (
    SPACE,
    X_SPACE,
    Logged,
    X,
    assert_same_results,
    lines,
    search_of,
    y,
)

pytestmark = pytest.mark.slow  # whole searches, several times


def test_max_time_ends_the_search_and_keeps_it():
    estimator = Logged(sleep=0.02)
    start = time.monotonic()
    search = search_of(estimator, X_SPACE, n_iter=10_000, max_time=0.5, refit=False)
    search.fit(X, y)
    assert search.stop_reason_ == "max_time"
    assert time.monotonic() - start < 20.0
    done = len(search.cv_results_["params"])
    assert 1 <= done <= 9  # 60 ms of fits each
    whole = search_of(Logged(), X_SPACE, n_iter=10_000, max_time=1e-9).fit(X, y)
    assert whole.stop_reason_ == "max_time"


def test_an_endless_clock_is_no_clock():
    assert search_of(Logged(), X_SPACE, max_time=np.inf).fit(X, y).stop_reason_ == (
        "n_iter"
    )
    for option in ("max_time", "n_iter", "max_concurrent"):
        with pytest.raises(TypeError, match=f"{option} must be"):
            search_of(Logged(), X_SPACE, **{option: True}).fit(X, y)


def test_a_batch_is_cut_to_the_time_that_is_left():
    # The published scan names all its trials at once; the clock lets few of them start.
    search = search_of(
        Logged(sleep=0.02), X_SPACE, n_iter=60, strategy="classic", max_time=0.4,
        refit=False,
    ).fit(X, y)  # fmt: skip
    whole = search_of(Logged(), X_SPACE, n_iter=60, strategy="classic", refit=False)
    done = len(search.cv_results_["params"])
    assert 1 <= done < 20
    assert (
        search.cv_results_["params"] == (whole.fit(X, y).cv_results_["params"][:done])
    )


@pytest.mark.parametrize("space", [SPACE, [SPACE, {"C": (0.1, 9.0)}]])
def test_a_clock_that_does_not_bind_changes_nothing(space, tmp_path):
    path = tmp_path / "search.jsonl"
    timed = search_of(space=space, max_time=1e6, checkpoint=path).fit(X, y)
    assert_same_results(timed, search_of(space=space).fit(X, y))
    path.write_text("".join(line + "\n" for line in lines(path)[:9]))
    resumed = search_of(space=space, checkpoint=path).fit(X, y)
    assert_same_results(timed, resumed)


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
    for seed in range(5):
        centre = rng.uniform(0.1, 0.9, 3)
        space = {f"x{i}": (0.0, 1.0) for i in range(3)}
        tuner = BlueTuner(space, n_iter=28, random_state=seed)
        while not tuner.finished:
            for trial in tuner.ask():
                tuner.tell(trial, -float(np.sum((np.array(trial.unit) - centre) ** 2)))
            if len(tuner.trials) % 4 == 0 and len(tuner.trials) >= 20:
                covered.append(tuner.regret_bound() >= 0.0 - tuner.best.score)
    assert np.mean(covered) > 0.9


def test_an_exhausted_space_says_so():
    tiny = search_of(space={"C": [0.1, 1.0, 2.0], "gamma": [0.1, 1.0]}, n_iter=5)
    tiny.set_params(warm_start=True).fit(X, y)
    assert tiny.stop_reason_ == "n_iter"
    tiny.set_params(n_iter=50).fit(X, y)
    assert tiny.stop_reason_ == "exhausted"
