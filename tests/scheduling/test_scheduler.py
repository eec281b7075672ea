"""Whose turn it is: trials that are open to all alternatives."""

import math

import numpy as np
import pytest

from skbluetuna import BlueTuner


def run(tuner):
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, float(trial.number))
    return tuner


def bowl(trial, centres, heights):
    centre, height = centres[trial.alternative], heights[trial.alternative]
    return height - float(np.sum((np.array(trial.unit) - centre) ** 2))


def contest(heights, n_iter=60, seed=0, n=None, until=math.inf, **kwargs):
    spaces = [{f"{c}{i}": (0.0, 1.0) for i in range(2)} for c in "abc"[: len(heights)]]
    tuner = BlueTuner(spaces, n_iter=n_iter, random_state=seed, **kwargs)
    while not tuner.finished and len(tuner.trials) < until:
        for trial in tuner.ask(n):
            tuner.tell(trial, bowl(trial, (0.3, 0.6, 0.8), heights))
    return tuner


def counts(tuner):
    asked = [trial.alternative for trial in tuner.trials]
    return [asked.count(k) for k in range(len(tuner.spaces))]


@pytest.mark.slow
@pytest.mark.parametrize(("winner", "n"), [(2, None), (1, 4)])
def test_the_budget_goes_where_it_pays_and_none_is_starved(winner, n):
    heights = [0.3 * (k == winner) for k in range(3)]
    tuner = contest(heights, n=n)
    asked = counts(tuner)
    assert sum(asked) == 60
    assert asked[winner] == max(asked)
    assert asked[winner] > 30  # an even split gives 20
    assert min(asked) >= 4 + 2  # the first look, and every tenth of 48
    assert tuner.best.alternative == winner
    assert tuner.best.score > 0.3 - 1e-3


@pytest.mark.slow
def test_the_first_look_is_two_more_than_parameters_or_half_of_the_budget():
    assert [t.alternative for t in contest([0.0, 0.0, 0.0], until=12).trials[:12]] == (
        [0, 1, 2] * 4
    )
    few = [t.alternative for t in contest([0.0] * 3, n_iter=12, until=6).trials]
    assert few[:6] == [0, 1, 2] * 2
    own = [{"a0": k / 9.0} for k in range(9)]
    named = contest([0.0, 0.0], until=20, initial_params=own)
    assert [t.stage for t in named.trials if t.alternative == 0][:10] == [
        "initial"
    ] * 10


@pytest.mark.slow
def test_an_offset_or_scale_of_all_scores_changes_no_choice():
    def asked(scale, offset):
        tuner = BlueTuner(
            [{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}], n_iter=25, random_state=0
        )
        while not tuner.finished:
            for trial in tuner.ask():
                score = bowl(trial, (0.3, 0.6), (0.0, 0.1))
                tuner.tell(trial, offset + scale * score)
        return [(t.alternative, t.unit) for t in tuner.trials]

    plain = asked(1.0, 0.0)
    assert asked(8.0, 0.0) == plain
    moved = asked(1.0, 3.0)
    assert [k for k, _ in moved] == [k for k, _ in plain]


@pytest.mark.slow
def test_an_alternative_that_always_fails_gets_its_chances_and_no_more():
    tuner = BlueTuner([{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}], n_iter=40, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            fails = trial.alternative == 1
            tuner.tell(trial, np.nan if fails else bowl(trial, (0.3, 0), (0, 0)))
    asked = counts(tuner)
    assert asked[1] <= 3 + 4 + 8
    assert asked[1] >= 3 + 3


@pytest.mark.slow
def test_what_one_alternative_has_asked_the_other_does_not_ask_again():
    spaces = [{"k": (1, 30)}, {"k": (10, 40)}, {"k": (1, 40)}]
    tuner = BlueTuner(spaces, n_iter=45, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, -abs(trial.params["k"] - 20.0))
    later = [t.params["k"] for t in tuner.trials if t.stage != "initial"]
    assert len(set(later)) == len(later)
    assert set(later) | {t.params["k"] for t in tuner.trials} == set(range(1, 41))


def test_all_alternatives_see_the_same_scores_failures_too():
    tuner = BlueTuner([{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}], n_iter=16, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            fails = trial.alternative == 0 and trial.number % 3 == 1
            tuner.tell(trial, np.nan if fails else trial.unit[0])
    seen = []
    for k in (0, 1):
        view = tuner.history.view(k)
        seen.append(np.sort(np.concatenate([view.told()[1], *view.others])))
    np.testing.assert_array_equal(*seen)
    assert len(seen[0]) == 16


def test_every_initial_configuration_is_asked_while_the_budget_lasts():
    wanted = [{"a": i / 21} for i in range(1, 16)]
    spaces = [{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}]
    tuner = BlueTuner(spaces, n_iter=20, initial_params=wanted, random_state=0)
    stages = [t.stage for t in run(tuner).trials]
    assert stages.count("initial") == 17
    assert len(stages) == 20


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["adaptive", "classic"])
def test_overlapping_alternatives_spend_the_whole_budget(strategy):
    spaces = [{"a": (1, 60)}, {"a": (1, 60)}]
    tuner = BlueTuner(spaces, n_iter=40, strategy=strategy, random_state=0)
    assert len(run(tuner).trials) == 40
