"""Stage 3 of the adaptive strategy: the turns that trials take once much is known."""

import numpy as np
import pytest

from skbluetuna import BlueTuner
from skbluetuna._ledger import Ledger, Trial
from skbluetuna.space import Space
from skbluetuna.stages import _ascent
from skbluetuna.stages._ascent import Ascent

FROM, EVERY = 30, 3
SPACE = {"x": (1e-4, 1.0, "log"), "k": (1, 200), "y": (0.0, 1.0), "c": ["a", "b"]}


def score(params):
    """A bowl whose rim is worst, and a narrow step on which the best stands."""
    far = (np.log10(params["x"]) + 2.0) ** 2 + 5.0 * (params["y"] - 0.4) ** 2
    far += (params["k"] / 200.0) ** 2 + 0.3 * (params["c"] == "b")
    return -float(far) + 1e-3 * (params["k"] == 2)


def searched(space, score, n_iter, seed=0, n=None):
    tuner = BlueTuner(space, n_iter=n_iter, random_state=seed)
    while not tuner.finished:
        for trial in tuner.ask(n):
            tuner.tell(trial, score(trial.params))
    return tuner


def n_moved(tuner, k):
    """In how many parameters trial k differs from the best one before it."""
    best = max(tuner.trials[:k], key=lambda t: t.score)
    return int(np.sum(np.array(best.unit) != np.array(tuner.trials[k].unit)))


@pytest.mark.parametrize("seed", range(3))
def test_every_third_trial_from_the_thirtieth_on_moves_one_parameter(seed):
    tuner = searched(SPACE, score, 60, seed)
    moved = np.array([n_moved(tuner, k) for k in range(FROM, 60)])
    assert (moved[::EVERY] == 1).all()
    others = np.delete(moved, np.arange(0, len(moved), EVERY))
    assert (others > 1).mean() > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_the_step_beside_the_best_one_is_found(seed):
    assert searched(SPACE, score, 70, seed).best.params["k"] == 2


def test_in_a_batch_each_trial_has_its_own_turn():
    tuner = searched(SPACE, score, 30)
    tuner.extend(36)
    batch = tuner.ask(6)
    best = np.array(tuner.best.unit)
    moved = [int(np.sum(np.array(trial.unit) != best)) for trial in batch]
    assert moved[0] == moved[3] == 1


def ledger_of(space, n):
    rng = np.random.default_rng(0)
    ledger = Ledger()
    for k, unit in enumerate(space.snap(rng.random((n, len(space))))):
        params = space.from_unit(unit[None])[0]
        ledger.append(Trial(k, params, tuple(unit), "climb"))
        ledger.settle(k, score(params), None)
    return ledger


@pytest.mark.parametrize("n", [29, 30, 31, 32, 33])
def test_what_an_alternative_promises_does_not_hang_on_the_turn(n, monkeypatch):
    space = Space(SPACE)
    stage, ledger = Ascent(100), ledger_of(space, n)
    promise = stage.promise(space, ledger, (0,))
    (asked,) = stage.propose(space, ledger, 1, (0,))
    np.testing.assert_array_equal(promise.unit, asked)
    monkeypatch.setattr(_ascent, "N_BEFORE_TURNS", 10**9)
    plain = stage.promise(space, ledger, (0,))
    assert promise.log_gain == plain.log_gain
    is_plain = n < FROM or n % EVERY == 2
    assert (promise.unit == plain.unit).all() == is_plain
