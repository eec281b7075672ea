"""An enormous score neither blinds a search nor its tables: it counts as a failure."""

import numpy as np
import pytest

from skbluetuna import Adaptive, BlueTuner, Classic, Space
from skbluetuna.history import History

SPACE = {"a": (0.0, 1.0), "b": (0.0, 1.0), "c": ["x", "y", "z"]}
STRATEGIES = [Adaptive(), Classic(n_epochs=50)]


def height(unit):
    a, b, c = unit
    return 0.9 - 2.0 * (a - 0.3) ** 2 - 0.5 * (b - 0.8) ** 2 - 0.1 * (c > 0.4)


def searched(strategy, diverged, at, n_iter=14):
    """Search where the trials of these numbers are told something else."""
    tuner = BlueTuner(SPACE, n_iter=n_iter, strategy=strategy, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            ordinary = height(trial.unit)
            tuner.tell(trial, diverged if trial.number in at else ordinary)
    return tuner


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.name)
@pytest.mark.parametrize("at", [(4,), (4, 7, 8)], ids=["one", "three"])
@pytest.mark.parametrize("diverged", [-1e4, -3.8e21, -1e300])
def test_the_asks_are_those_of_a_failed_trial(strategy, at, diverged):
    failed, told = (searched(strategy, score, at) for score in (np.nan, diverged))
    assert [t.unit for t in told.trials] == [t.unit for t in failed.trials]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.name)
def test_the_tables_are_those_of_a_failed_trial(strategy):
    failed, told = (searched(strategy, score, (4,), 9) for score in (np.nan, -3.8e21))
    for name in ("weights", "interactions", "regions", "boundaries"):
        one, other = getattr(failed, name), getattr(told, name)
        for column in one:
            np.testing.assert_array_equal(one[column], other[column])
    assert told.optimized_space == failed.optimized_space
    points = [trial.params for trial in told.trials]
    predicted = told.predict(points)
    np.testing.assert_array_equal(predicted, failed.predict(points))
    assert np.ptp(predicted[:, 0]) > 0.1
    assert told.regret_bound() == failed.regret_bound()


def test_an_enormous_score_above_is_the_best_and_the_others_go_on_to_rise():
    """Before ten scores nobody knows that it is none of them."""
    told = searched(Adaptive(), 1e30, (4,), n_iter=20)
    assert told.best.number == 4
    assert max(height(trial.unit) for trial in told.trials) > 0.89


def test_alternatives_see_the_same_worst_score():
    """A divergence in one of them is no failure's score in another."""
    history = History([Space({"x": (0.0, 1.0)}), Space({"y": (0.0, 1.0)})])
    for i in range(13):
        history.ask(i % 2, "scan", np.array([i / 20]))
        history.tell(i, [float(i) if i < 10 else -1e30 if i == 10 else np.nan])
    first, second = history.view(0), history.view(1)
    assert first.worst == second.worst == 0.0
    assert first.told()[1].tolist()[-2:] == [-1e30, 0.0]
    assert second.told()[1][-1] == 0.0
    assert first.others[0][-1] == 0.0
    assert second.others[0].tolist()[-2:] == [-1e30, 0.0]
