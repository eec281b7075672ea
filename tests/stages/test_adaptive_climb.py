"""Stage 3 of the adaptive strategy: the turns that trials take once much is known."""

import numpy as np
import pytest

from skbluetuna import BlueTuner, when
from skbluetuna.history import History
from skbluetuna.space import Space
from skbluetuna.stages import _adaptive_climb
from skbluetuna.stages._adaptive_climb import AdaptiveClimb
from skbluetuna.stages._moves import single_moves
from skbluetuna.stages._surrogate import fitted_model

FROM, EVERY = 30, 3
SPACE = {
    "x": (1e-4, 1.0, "log"),
    "k": (1, 2000),  # a step is smaller than any share of the range that is tried
    "y": (0.0, 1.0),
    "c": ["a", "b"],
}


def score(params):
    """A bowl whose rim is worst, and a narrow step on which the best stands."""
    far = (np.log10(params["x"]) + 2.0) ** 2 + 5.0 * (params["y"] - 0.4) ** 2
    far += (params["k"] / 2000.0) ** 2 + 0.3 * (params["c"] == "b")
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


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_third_trial_from_the_thirtieth_on_moves_one_parameter(seed):
    tuner = searched(SPACE, score, 60, seed)
    moved = np.array([n_moved(tuner, k) for k in range(FROM, 60)])
    assert (moved[::EVERY] == 1).all()
    others = np.delete(moved, np.arange(0, len(moved), EVERY))
    assert (others > 1).mean() > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_step_beside_the_best_one_is_found(seed):
    assert searched(SPACE, score, 70, seed).best.params["k"] == 2


def moved_in_batch(tuner, n):
    best = np.array(tuner.best.unit)
    return [int(np.sum(np.array(trial.unit) != best)) for trial in tuner.ask(n)]


def test_in_a_batch_each_trial_has_its_own_turn():
    tuner = searched(SPACE, score, 30)
    tuner.extend(36)
    moved = moved_in_batch(tuner, 6)
    assert moved[0] == moved[3] == 1
    assert min(moved[1:3] + moved[4:]) > 1


def test_turns_wait_for_scores_not_for_questions():
    tuner = BlueTuner({f"x{k}": (0.0, 1.0) for k in range(4)}, n_iter=60)
    (first,) = tuner.ask()
    tuner.tell(first, 0.0)
    assert min(moved_in_batch(tuner, 40)[10:]) > 1


def test_where_all_moves_were_asked_it_climbs():
    tuner = searched({"k": (1, 40)}, lambda params: -abs(params["k"] - 12.0), 39)
    assert len({trial.unit for trial in tuner.trials}) == 39


def test_a_redrawn_turn_climbs_under_other_hyperparameters(monkeypatch):
    space, climbed = Space(SPACE), []
    best_point = _adaptive_climb._best_point

    def spy(space, asked, model, incumbent, rng):
        climbed.append(model.hyperparameters.theta)
        return best_point(space, asked, model, incumbent, rng)

    monkeypatch.setattr(_adaptive_climb, "_best_point", spy)
    for n in (29, 31, 32, 34):
        view = told(space, n)
        AdaptiveClimb(100).propose(space, view, 1, (0,))
        own = fitted_model(space, view).hyperparameters.theta
        assert (climbed[-1] == own).all() == (n in (29, 32))
        assert np.abs(climbed[-1] - own).max() < 8.0  # within reach of the prior
    assert len(climbed) == 4


def test_what_comes_to_apply_by_a_move_stands_at_its_centre():
    space = Space(
        {
            "s": ["none", "sgd"],
            "c": when("s", "sgd", list("abc")),
            "x": when("c", "a", (0.0, 4.0)),
        }
    )
    history = History((space,))
    history.ask(0, "initial", space.to_unit([{"s": "none"}])[0])
    found = space.from_unit(
        single_moves(space, history.view(0), _adaptive_climb._along)
    )
    assert {"s": "sgd", "c": "a", "x": 2.0} in found


def told(space, n):
    """View of n random trials with their scores."""
    rng, history = np.random.default_rng(0), History((space,))
    for unit in space.snap(rng.random((n, len(space)))):
        trial = history.ask(0, "climb", unit)
        history.tell(trial.number, [score(trial.params)])
    return history.view(0)


@pytest.mark.parametrize("n", [29, 30, 31, 32, 33])
def test_what_is_expected_of_an_alternative_does_not_hang_on_the_turn(n, monkeypatch):
    space = Space(SPACE)
    stage, view = AdaptiveClimb(100), told(space, n)
    best = stage.best_proposal(space, view, (0,))
    (asked,) = stage.propose(space, view, 1, (0,))
    np.testing.assert_array_equal(best.unit, asked)
    monkeypatch.setattr(_adaptive_climb, "N_BEFORE_TURNS", 10**9)
    plain = stage.best_proposal(space, view, (0,))
    assert best.log_gain == plain.log_gain
    is_plain = n < FROM or n % EVERY == 2
    assert (best.unit == plain.unit).all() == is_plain
