"""The adaptive strategy: its stages, its options, and degenerate searches."""

import json
import math

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

from skbluetuna import Adaptive, BlueTunaSearchCV, BlueTuner, Classic
from skbluetuna.model import standardised, warp
from skbluetuna.stages import _ascent
from skbluetuna.stages._adaptive import _from_warped


def searched(space, n_iter, score, strategy="adaptive", n=None):
    tuner = BlueTuner(space, n_iter=n_iter, strategy=strategy, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask(n):
            tuner.tell(trial, score(trial))
    return tuner


def bowl(trial):
    return -float(np.sum((np.array(trial.unit) - 0.3) ** 2))


def stages(tuner):
    return [trial.stage for trial in tuner.trials]


CUBE = {f"x{i}": (0.0, 1.0) for i in range(4)}


def test_it_finds_the_top_of_a_bowl_where_classic_does_not():
    best = searched(CUBE, 40, bowl).best.score
    assert best > -1e-3
    assert best > searched(CUBE, 40, bowl, Classic()).best.score


def test_the_hypercube_needs_no_score():
    first = BlueTuner(CUBE, strategy=Adaptive(n_lhs=5), random_state=0).ask()
    assert [trial.stage for trial in first] == ["initial"] + ["learn"] * 5
    assert [t.stage for t in BlueTuner(CUBE, random_state=0).ask()] == ["initial"]


def test_the_scan_moves_one_parameter_of_the_best_trial_to_a_boundary():
    tuner = searched(CUBE, 48, bowl, Adaptive(n_lhs=3, n_scan=20))
    assert stages(tuner) == (
        ["initial"] + ["learn"] * 3 + ["scan"] * 12 + ["climb"] * 32
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


def test_a_longer_search_begins_as_a_shorter_one():
    """From twenty trials on the schedule does not depend on their number."""
    short, long = (searched(CUBE, n, bowl) for n in (20, 30))
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
    ("space", "deterministic"),
    [
        ({"x": (0.0, 1.0)}, False),
        ({"k": (1, 40), "c": ["only"]}, True),
        ({"c": list("abcdefgh"), "d": list("ijklmnop")}, False),
        (CUBE | {"c": ["a", "b"], "k": (1, 3)}, False),
        (CUBE | {"c": ["a", "b"], "k": (1, 3)}, True),
    ],
    ids=["one", "integers", "choices", "mixed", "mixed-deterministic"],
)
def test_degenerate_searches_come_to_their_end(
    space, deterministic, score, monkeypatch
):
    monkeypatch.setattr(_ascent, "N_BEFORE_TURNS", 10)
    tuner = searched(space, 18, score, Adaptive(deterministic=deterministic))
    assert len(tuner.trials) == 18
    assert len({trial.unit for trial in tuner.trials}) == 18
    for table in (tuner.weights, tuner.interactions):
        for column in ("weight", "std_error", "share"):
            assert np.isfinite(table[column]).all()
    assert set(tuner.optimized_space) == set(space)


@pytest.mark.parametrize("n_iter", [1, 2, 3, 5])
def test_tiny_budgets_hold(n_iter):
    tuner = searched(CUBE, n_iter, bowl)
    assert len(tuner.trials) == n_iter
    assert len(tuner.weights["param"]) == 4


def test_forty_parameters_are_searched():
    space = {f"x{i}": (0.0, 1.0) for i in range(40)}
    tuner = searched(space, 15, bowl)
    assert len(tuner.trials) == 15
    assert len(tuner.interactions["param_a"]) == 40 * 39 // 2


@pytest.mark.parametrize("deterministic", [False, True])
def test_adding_a_constant_changes_the_asks_by_rounding_only(
    deterministic, monkeypatch
):
    monkeypatch.setattr(_ascent, "N_BEFORE_TURNS", 8)
    plain, moved = (
        searched(CUBE, 14, lambda t, c=c: bowl(t) + c, Adaptive(0, 5, deterministic))
        for c in (0.0, 0.5)
    )
    for one, other in zip(plain.trials, moved.trials, strict=True):
        np.testing.assert_allclose(one.unit, other.unit, atol=1e-4)


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
        (
            {"deterministic": 1},
            "Adaptive: deterministic must be True, False or None; got 1",
        ),
    ],
)
def test_wrong_options_are_told(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Adaptive(**options)


class Patient(Adaptive):
    """A strategy of other hands, with a constructor and a state of its own."""

    def __init__(self, patience):
        super().__init__()
        object.__setattr__(self, "patience", patience)


def is_deterministic(tuner):
    """Whether its climbs take it that a configuration has one score."""
    strategy, (space,) = tuner._state.strategy, tuner.spaces
    assert getattr(strategy, "patience", 3) == 3
    return strategy.schedule(space, np.zeros((1, 4)), 50).stages[-1].is_deterministic


SAYING = [
    ("adaptive", None),
    (Adaptive(2), None),
    (Patient(3), None),
    (Adaptive(deterministic=False), False),
    (Adaptive(deterministic=True), True),
]


@pytest.mark.parametrize(("strategy", "said"), SAYING, ids=str)
def test_who_asks_and_tells_must_say_that_a_score_is_what_it_is(strategy, said):
    assert is_deterministic(BlueTuner(CUBE, strategy=strategy)) is bool(said)


@pytest.mark.parametrize(("strategy", "said"), SAYING, ids=str)
def test_on_frozen_folds_a_score_is_what_it_is_unless_told_otherwise(strategy, said):
    X, y = make_classification(30, 4, random_state=0)
    space = {"C": (1e-3, 1e3, "log")}
    search = BlueTunaSearchCV(LogisticRegression(), space, n_iter=2, strategy=strategy)
    tuner = search.fit(X, y).tuner_
    assert is_deterministic(tuner) is (said is None or said)
    assert search.strategy is strategy
    if type(strategy) is not Patient:  # which JSON cannot hold
        restored = BlueTuner.from_json(tuner.to_json())
        assert is_deterministic(restored) is (said is None or said)
        restored = BlueTuner.from_json(tuner.to_json(), strategy=strategy)
        assert is_deterministic(restored) is (said is None or said)


def test_what_was_stored_before_anyone_could_say_goes_on_as_it_was():
    state = json.loads(BlueTuner(CUBE).to_json())
    del state["strategy"]["deterministic"]
    assert not is_deterministic(BlueTuner.from_json(json.dumps(state)))


def test_deterministic_scores_are_asked_for_otherwise_once_there_are_turns(monkeypatch):
    monkeypatch.setattr(_ascent, "N_BEFORE_TURNS", 9)

    def rough(trial):
        return bowl(trial) + 0.1 * math.sin(1e6 * sum(trial.unit))

    units = [
        [t.unit for t in searched(CUBE, 18, rough, Adaptive(0, 5, is_so)).trials]
        for is_so in (False, True)
    ]
    assert units[0][:9] == units[1][:9]
    assert units[0] != units[1]


def test_warped_landscapes_come_back_to_scores_and_not_far_beyond():
    t = standardised(-np.exp(3.0 * np.random.default_rng(0).random(30)))[0]
    back = _from_warped(np.stack([warp(t), np.full(30, 1e3), np.full(30, -1e9)]), t)
    np.testing.assert_allclose(back[0], t, atol=1e-9)
    np.testing.assert_allclose(back[1], t.max() + np.ptp(t))
    np.testing.assert_allclose(back[2], t.min() - np.ptp(t))
