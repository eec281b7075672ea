"""How much may still be gained."""

import numpy as np
import pytest

from skbluetuna import BlueTuner


def searched(space, n_iter, score):
    tuner = BlueTuner(space, n_iter=n_iter, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, score(trial))
    return tuner


def test_before_twenty_scores_no_bound_is_ventured():
    tuner = searched({"x": (0.0, 1.0)}, 19, lambda t: t.params["x"])
    assert tuner.regret_bound() == np.inf
    tuner.extend(20)
    (last,) = tuner.ask()
    tuner.tell(last, np.nan)  # a failure is a score, too
    assert 0.0 <= tuner.regret_bound() < np.inf


def test_where_every_configuration_was_tried_nothing_is_left_to_gain():
    tuner = searched({"k": (1, 12), "c": ["a", "b"]}, 30, lambda t: t.params["k"] % 5)
    assert len(tuner.trials) == 24
    assert tuner.regret_bound() == 0.0


def test_evaluations_made_elsewhere_count():
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=30, random_state=0)
    for x in np.linspace(0.0, 1.0, 20):
        tuner.add({"x": float(x)}, -float((x - 0.3) ** 2))
    assert 0.0 <= tuner.regret_bound() < 0.5


@pytest.mark.slow
def test_an_alternative_that_always_fails_does_not_hinder_the_regret_rule():
    tuner = BlueTuner([{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}], n_iter=60, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            fails = trial.alternative == 1
            tuner.tell(trial, np.nan if fails else -((trial.unit[0] - 0.3) ** 2))
    assert tuner.regret_bound() < 0.05
