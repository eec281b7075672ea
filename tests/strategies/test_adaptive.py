"""The adaptive strategy: its stages, its options, and degenerate searches."""

import math

import numpy as np
import pytest

from skbluetuna import Adaptive, BlueTuner, Classic
from skbluetuna.model import standardised, unwarp, warp
from skbluetuna.stages import _adaptive_climb


def searched(space, n_iter, score, strategy="adaptive", n=None, until=math.inf):
    tuner = BlueTuner(space, n_iter=n_iter, strategy=strategy, random_state=0)
    while not tuner.finished and len(tuner.trials) < until:
        for trial in tuner.ask(n):
            tuner.tell(trial, score(trial))
    return tuner


def bowl(trial):
    return -float(np.sum((np.array(trial.unit) - 0.3) ** 2))


def stages(tuner):
    return [trial.stage for trial in tuner.trials]


CUBE = {f"x{i}": (0.0, 1.0) for i in range(4)}


@pytest.mark.slow
def test_it_finds_the_top_of_a_bowl_where_classic_does_not():
    best = searched(CUBE, 40, bowl).best.score
    assert best > -1e-3
    assert best > searched(CUBE, 40, bowl, Classic()).best.score


def test_the_hypercube_needs_no_score():
    first = BlueTuner(CUBE, strategy=Adaptive(n_lhs=5), random_state=0).ask()
    assert [trial.stage for trial in first] == ["initial"] + ["learn"] * 5
    assert [t.stage for t in BlueTuner(CUBE, random_state=0).ask()] == ["initial"]


def test_the_scan_moves_one_parameter_of_the_best_trial_to_a_boundary():
    tuner = searched(CUBE, 48, bowl, Adaptive(n_lhs=3, n_scan=20), until=18)
    assert stages(tuner) == (
        ["initial"] + ["learn"] * 3 + ["scan"] * 12 + ["climb"] * 2
    )
    moved = []
    for k in range(4, 16):
        best = max(tuner.trials[:k], key=lambda t: t.score)
        at = np.array(tuner.trials[k].unit)
        (j,) = np.flatnonzero(at != np.array(best.unit))
        assert at[j] in (0.0, 0.15, 0.85, 1.0)
        moved.append(j)
    assert set(moved) == {0, 1, 2, 3}


def test_the_scan_tries_the_other_values_of_a_choice():
    space = {"x": (0.0, 1.0), "c": ["a", "b", "c"]}
    tuner = searched(space, 30, bowl, Adaptive(n_lhs=2, n_scan=4))
    scan = [k for k, t in enumerate(tuner.trials) if t.stage == "scan"]
    by_choice = set()
    for k in scan:
        best = max(tuner.trials[:k], key=lambda t: t.score)
        changed = [n for n in space if tuner.trials[k].params[n] != best.params[n]]
        assert len(changed) == 1
        by_choice |= set(changed)
    assert len(scan) == 4
    assert "c" in by_choice


@pytest.mark.slow
def test_a_longer_search_begins_as_a_shorter_one():
    """From twenty trials on the schedule does not depend on their number."""
    short, long = (searched(CUBE, n, bowl) for n in (20, 24))
    assert [t.unit for t in long.trials][:20] == [t.unit for t in short.trials]


def test_a_batch_spreads_and_repeats_nothing():
    tuner = BlueTuner(CUBE, n_iter=40, random_state=0)
    for trial in tuner.ask():
        tuner.tell(trial, bowl(trial))
    batch = tuner.ask(8)
    U = np.array([trial.unit for trial in batch])
    assert len(batch) == 8
    gaps = np.linalg.norm(U[:, None] - U[None], axis=2)[np.triu_indices(8, 1)]
    assert gaps.min() > 1e-3


def test_awaited_trials_are_not_asked_again():
    tuner = BlueTuner({"k": (1, 60)}, n_iter=40, random_state=0)
    for trial in tuner.ask():
        tuner.tell(trial, bowl(trial))
    one_by_one = [tuner.ask(1)[0] for _ in range(20)]
    assert len({trial.unit for trial in one_by_one}) == 20


@pytest.mark.slow
@pytest.mark.parametrize(
    "score",
    [
        lambda t: 1.0,
        lambda t: math.nan,
        lambda t: 0.5 if t.number == 3 else math.nan,
        lambda t: 1e12 * bowl(t),
        lambda t: 1e-12 * bowl(t),
        lambda t: 1e300 * bowl(t),
        lambda t: bowl(t) + 1e6,
        lambda t: float(t.number % 2),
    ],
    ids=["constant", "failing", "one", "1e12", "1e-12", "1e300", "offset", "steps"],
)
@pytest.mark.parametrize(
    "space",
    [
        {"x": (0.0, 1.0)},
        {"k": (1, 40), "c": ["only"]},
        {"c": list("abcdefgh"), "d": list("ijklmnop")},
        CUBE | {"c": ["a", "b"], "k": (1, 3)},
    ],
    ids=["one", "integers", "choices", "mixed"],
)
def test_degenerate_searches_come_to_their_end(space, score, monkeypatch):
    monkeypatch.setattr(_adaptive_climb, "N_BEFORE_TURNS", 8)
    tuner = searched(space, 11, score)
    assert len(tuner.trials) == 11
    assert len({trial.unit for trial in tuner.trials}) == 11
    for table in (tuner.weights, tuner.interactions):
        for column in ("weight", "std_error", "share"):
            assert np.isfinite(table[column]).all()
    assert set(tuner.optimized_space) == set(space)


@pytest.mark.slow
@pytest.mark.parametrize("n_iter", [1, 2, 3, 5])
def test_tiny_budgets_hold(n_iter):
    tuner = searched(CUBE, n_iter, bowl)
    assert len(tuner.trials) == n_iter
    assert len(tuner.weights["param"]) == 4


@pytest.mark.slow
def test_many_parameters_are_searched():
    space = {f"x{i}": (0.0, 1.0) for i in range(24)}
    tuner = searched(space, 5, bowl)
    assert len(tuner.trials) == 5
    assert len(tuner.interactions["param_a"]) == 24 * 23 // 2


def test_adding_a_constant_changes_the_asks_by_rounding_only(monkeypatch):
    monkeypatch.setattr(_adaptive_climb, "N_BEFORE_TURNS", 8)
    plain, moved = (searched(CUBE, 14, lambda t, c=c: bowl(t) + c) for c in (0.0, 0.5))
    for one, other in zip(plain.trials, moved.trials, strict=True):
        np.testing.assert_allclose(one.unit, other.unit, atol=1e-4)


@pytest.mark.slow
def test_the_tables_name_what_matters():
    def score(trial):
        u = trial.unit
        return 3.0 * u[1] + 0.1 * u[3] + 2.0 * (u[0] - 0.5) * (u[2] - 0.5)

    tuner = searched(CUBE, 40, score)
    share = tuner.weights["share"]
    assert np.argmax(share) == 1
    pairs = tuner.interactions
    top = int(np.argmax(pairs["share"]))
    assert (pairs["param_a"][top], pairs["param_b"][top]) == ("x0", "x2")
    assert set(pairs["kind"]) == {"product"}
    assert tuner.weights["weight"][1] > 2.0 * tuner.weights["std_error"][1]
    assert share.sum() + pairs["share"].sum() <= 1.0 + 1e-12
    kept = tuner.regions["kept"][tuner.regions["param"] == "x1"]
    assert kept.any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_lhs": -1}, "Adaptive: n_lhs must be at least 0; got -1"),
        ({"n_lhs": 2.0}, "Adaptive: n_lhs must be an int; got 2.0"),
        ({"n_scan": -1}, "Adaptive: n_scan must be at least 0; got -1"),
        ({"n_scan": "a"}, "Adaptive: n_scan must be an int; got 'a'"),
    ],
)
def test_wrong_options_are_told(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Adaptive(**options)


def test_warped_landscapes_come_back_to_scores_and_not_far_beyond():
    t = standardised(-np.exp(3.0 * np.random.default_rng(0).random(30)))[0]
    drawn = np.stack([warp(t), np.full(30, 1e3), np.full(30, -1e9)])
    back = unwarp(drawn.ravel(), t).reshape(drawn.shape)
    np.testing.assert_allclose(back[0], t, atol=1e-9)
    np.testing.assert_allclose(back[1], t.max() + np.ptp(t))
    np.testing.assert_allclose(back[2], t.min() - np.ptp(t))
