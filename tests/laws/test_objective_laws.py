"""Several objectives: a front, found by one search."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skbluetuna import Adaptive, BlueTuner, Classic, when
from skbluetuna.exceptions import UnexplainedError
from skbluetuna.model import scalarised, warp, worst_scalar
from skbluetuna.scheduling._several import weights_of

NAMES = ("good", "cheap")
SPACES = {
    "plain": {"x": (0.0, 1.0), "y": (0.0, 1.0)},
    "conditions": {"kind": ["a", "b"], "x": when("kind", "a", (0.0, 1.0))},
    "alternatives": [{"x": (0.0, 1.0)}, {"z": (0, 40), "w": ["p", "q"]}],
}


def values(trial):
    u = np.array(trial.unit)
    return (-float(np.sum((u - 0.2) ** 2)), -float(np.sum((u - 0.8) ** 2)))


def run(space="plain", n_iter=24, f=values, batch=None, **options):
    options = {"objectives": NAMES, "random_state": 0} | options
    tuner = BlueTuner(SPACES[space], n_iter=n_iter, **options)
    return go_on(tuner, f, batch)


def go_on(tuner, f=values, batch=None):
    while not tuner.finished:
        for trial in tuner.ask(batch):
            tuner.tell(trial, f(trial))
    return tuner


def asked(tuner):
    return [(t.alternative, t.unit, t.stage) for t in tuner.trials]


def dominated(one, other):
    return all(b >= a for a, b in zip(one, other, strict=True)) and one != other


@pytest.mark.parametrize("space", SPACES)
def test_the_front_is_what_no_other_trial_dominates(space):
    tuner = run(space)
    known = [t.values for t in tuner.trials]
    right = [v for v in known if not any(dominated(v, other) for other in known)]
    assert sorted(t.values for t in tuner.front) == sorted(right)
    firsts = [t.values[0] for t in tuner.front]
    assert firsts == sorted(firsts, reverse=True)
    assert tuner.front[0].values == tuner.best.values
    assert len(right) > 3


def test_the_front_is_spread_better_than_chance():
    """By the volume that it dominates, against as many random configurations."""

    def volume(points):
        points = sorted({(a + 1.28, b + 1.28) for a, b in points}, reverse=True)
        area, top = 0.0, 0.0
        for a, b in points:
            area += a * max(0.0, b - top)
            top = max(top, b)
        return area

    ours = volume([t.values for t in run(n_iter=30).trials])
    rng = np.random.default_rng(0)
    drawn = rng.random((20, 30, 2))
    near = -((drawn - 0.2) ** 2).sum(-1), -((drawn - 0.8) ** 2).sum(-1)
    chance = [volume(zip(*pair, strict=True)) for pair in zip(*near, strict=True)]
    assert ours > max(chance)


def test_another_order_of_the_objectives_is_the_same_search():
    other = run(objectives=NAMES[::-1], f=lambda t: values(t)[::-1])
    assert asked(other) == asked(run())
    ours = {t.number for t in run().front}
    assert {t.number for t in other.front} == ours


def test_scaling_and_shifting_one_objective_changes_nothing():
    other = run(f=lambda t: (values(t)[0], 1024.0 * values(t)[1]))
    assert asked(other) == asked(run())


@pytest.mark.parametrize("f", [
    lambda t: (values(t)[0], values(t)[0]),
    lambda t: (values(t)[0], 1.0),
    lambda t: (0.0, 0.0),
])  # fmt: skip
def test_objectives_that_agree_or_say_nothing_are_no_trouble(f):
    tuner = run(f=f)
    assert len(tuner.trials) == 24
    if f(tuner.trials[0])[0]:
        assert tuner.best.values[0] > -0.02


def test_a_failure_in_one_objective_fails_the_trial():
    """It counts as the worst of each, and the search turns away from there."""

    def f(trial):
        found = values(trial)
        return (found[0], math.nan) if trial.params["x"] > 0.6 else found

    tuner = run(f=f, n_iter=30)
    failed = [t for t in tuner.trials if t.params["x"] > 0.6]
    assert {t.state for t in failed} == {"failed"}
    assert not {t.number for t in failed} & {t.number for t in tuner.front}
    assert len([t for t in failed if t.number >= 15]) < 8


def test_all_may_fail():
    assert run(f=lambda _: (math.nan, 1.0), n_iter=8).front == ()


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("batch", [None, 3])
def test_a_search_goes_on_from_any_point_as_if_it_had_not_stopped(space, batch):
    whole = run(space, n_iter=14, batch=batch)
    for n in (0, 6, 11):
        options = {"n_iter": 14, "random_state": 0, "objectives": NAMES}
        tuner = BlueTuner(SPACES[space], **options)
        while len(tuner.trials) < n and not tuner.finished:
            for trial in tuner.ask(batch):
                tuner.tell(trial, values(trial))
        again = BlueTuner.from_json(tuner.to_json())
        assert again.objectives == NAMES
        assert go_on(again, batch=batch).trials == whole.trials


def test_a_resource_and_objectives_go_together():
    tuner = run(resource=(1, 9), n_iter=9)
    assert {t.resource for t in tuner.front} == {9}
    assert {t.state for t in tuner.trials} == {"partial", "complete"}


def test_tables_are_of_each_objective():
    tuner = run(n_iter=20)
    one = BlueTuner(SPACES["plain"], n_iter=20, random_state=0)
    for trial in tuner.trials:
        one.add(trial.params, trial.values[1])
    for name in ("weights", "interactions", "regions"):
        table = getattr(tuner, name)
        assert set(table["objective"]) == set(NAMES)
        mine = table["objective"] == "cheap"
        alone = getattr(one, name)
        assert len(alone["param" if "param" in alone else "param_a"]) == mine.sum()
    best = [t.params for t in tuner.front]
    spread = tuner.optimized_space
    for params in (best[0], best[-1]):
        for key, value in params.items():
            assert spread[key][0] <= value <= spread[key][1]
    near = tuner.predict([tuner.front[-1].params], objective="cheap")[0, 0]
    assert near == pytest.approx(tuner.front[-1].values[1], abs=0.05)
    with pytest.raises(ValueError, match="objective must be one of"):
        tuner.predict(best, objective="other")
    with pytest.raises(UnexplainedError, match="no bound"):
        tuner.regret_bound()


@pytest.mark.parametrize("strategy", ["classic", Classic(n_epochs=3)])
def test_a_strategy_of_one_objective_refuses_several(strategy):
    with pytest.raises(ValueError, match="strategy must be one for several objectives"):
        BlueTuner({"x": (0.0, 1.0)}, objectives=NAMES, strategy=strategy)


def test_the_adaptive_strategy_begins_with_a_hypercube():
    stages = [t.stage for t in run().trials]
    assert stages[:6] == ["initial", *["learn"] * 5]
    stages = [t.stage for t in run(strategy=Adaptive(n_lhs=3)).trials]
    assert stages.count("learn") == 3


@pytest.mark.parametrize(
    ("objectives", "error", "match"),
    [
        ("good", TypeError, "must be a list of names"),
        ([1, 2], TypeError, "must be a list of names"),
        (["good"], ValueError, "must be two to 4"),
        (list("abcde"), ValueError, "must be two to 4"),
    ],
)
def test_objectives_are_two_to_four_names(objectives, error, match):
    with pytest.raises(error, match=match):
        BlueTuner({"x": (0.0, 1.0)}, objectives=objectives)


@pytest.mark.parametrize(
    ("score", "error"), [(1.0, TypeError), ("ab", TypeError), ([1.0], ValueError)]
)
def test_a_score_has_a_value_for_each_objective(score, error):
    tuner = BlueTuner({"x": (0.0, 1.0)}, objectives=NAMES, random_state=0)
    (trial,) = tuner.ask(1)
    with pytest.raises(error, match=r"for each of \['good', 'cheap'\]"):
        tuner.tell(trial, score)


# The formula


@settings(max_examples=40)
@given(
    st.integers(0, 2**31), st.integers(1, 20), st.integers(2, 4), st.floats(0.01, 0.9)
)
def test_the_scalar_is_that_of_the_formula(seed, n, m, first):
    rng = np.random.default_rng(seed)
    Y = rng.standard_normal((n, m))
    w = np.append(first, np.full(m - 1, (1 - first) / (m - 1)))
    right = []
    T = [warp(Y[:, j]) for j in range(m)]
    for i in range(n):
        z = [(t[i] - max(t)) / (max(t) - min(t)) if max(t) > min(t) else 0.0 for t in T]
        weighted = [w[j] * z[j] for j in range(m)]
        right.append(min(weighted) + 0.05 * sum(weighted))
    found = scalarised(Y, w)
    np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-12)
    assert worst_scalar(w) <= found.min() + 1e-12


def test_weights_are_even_and_belong_to_the_names():
    drawn = np.array([weights_of(("b", "a"), 3, n) for n in range(2000)])
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)
    np.testing.assert_allclose(np.quantile(drawn[:, 0], [0.25, 0.5, 0.75]),
                               [0.25, 0.5, 0.75], atol=0.05)  # fmt: skip
    other = np.array([weights_of(("a", "b"), 3, n) for n in range(5)])
    np.testing.assert_array_equal(other[:, ::-1], drawn[:5])
