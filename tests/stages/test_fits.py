"""When hyperparameters are fitted, to which trials, and which ones the model sees."""

import numpy as np
import pytest

from skbluetuna import BlueTuner
from skbluetuna.history import History
from skbluetuna.space import Space
from skbluetuna.stages import _fits
from skbluetuna.stages._fits import fitted_to, modelled_rows
from skbluetuna.stages._surrogate import redrawn, surrogate

SPACE = {"x": (0.0, 1.0), "y": (0.0, 1.0), "c": ["a", "b"]}
LEVELS = (0, 0, 2)


@pytest.fixture
def small(monkeypatch):
    """A tenth of the usual numbers of trials."""
    monkeypatch.setattr(_fits, "N_WHOLE", 20)
    monkeypatch.setattr(_fits, "REFIT_ALWAYS", 4)
    monkeypatch.setattr(_fits, "N_PART", 30)


def trials(n, seed=0):
    rng = np.random.default_rng(seed)
    U = Space(SPACE).snap(rng.random((n, 3)))
    return U, -np.sum((U - 0.4) ** 2, axis=1)


def view_of(n):
    history = History((Space(SPACE),))
    for unit, score in zip(*trials(n), strict=True):
        history.tell(history.ask(0, "climb", unit).number, [score])
    return history.view(0)


def seen(n, *, is_alone=True):
    """Number of trials that a fit sees, and the fit."""
    own, y = trials(n)
    fitted = fitted_to(own, y, y, LEVELS, is_alone=is_alone)
    return len(fitted.targets) // 8, fitted


def test_fits_grow_apart(monkeypatch):
    """Each trial up to 40, each third up to 200, then a tenth more for each."""
    monkeypatch.setattr(_fits, "N_PART", 10**6)
    found = {n: seen(n)[0] for n in (40, 41, 44, 200, 201, 219, 220, 241, 242, 1000)}
    assert found == {
        40: 40, 41: 39, 44: 42, 200: 198,
        201: 200, 219: 200, 220: 220, 241: 220, 242: 242, 1000: 998,
    }  # fmt: skip


@pytest.mark.usefixtures("small")
def test_between_two_fits_nothing_is_fitted():
    assert seen(22)[1] == seen(23)[1] != seen(24)[1]


@pytest.mark.usefixtures("small")
def test_other_alternatives_move_no_fit_of_many_trials():
    """Else each score of another one would be a new fit."""
    own, y = trials(25)
    one, other = (fitted_to(own, y, t, LEVELS, is_alone=False) for t in (y, 2.0 * y))
    assert one == other
    few = slice(12)
    one, other = (
        fitted_to(own[few], y[few], t[few], LEVELS, is_alone=False)
        for t in (y, 2.0 * y)
    )
    assert one != other


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("n", [29, 30, 31, 100])
def test_the_model_of_many_trials_is_bounded(n):
    """Its arrays are all of the size of the part, however many trials there are."""
    known = surrogate(Space(SPACE), view_of(n))
    assert known.model.L.shape == (min(n, 30),) * 2
    assert seen(n)[0] <= 30
    assert known.incumbent == known.model.t.max()  # the best is in the part
    own, y = trials(n)
    assert len(modelled_rows(own, y, LEVELS)) == min(n, 30)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("n", [12, 35])
def test_hyperparameters_are_redrawn_about_those_of_the_fit(n):
    space, view = Space(SPACE), view_of(n)
    model = surrogate(space, view).model
    one, same, other = (
        redrawn(space, view, model, np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    theta = one.hyperparameters.theta
    np.testing.assert_array_equal(theta, same.hyperparameters.theta)
    assert (theta != other.hyperparameters.theta).all()
    assert (theta != model.hyperparameters.theta).all()
    np.testing.assert_array_equal(one.X, model.X)


@pytest.mark.slow
def test_a_restored_search_of_many_trials_asks_what_the_original_would():
    """Nothing that was kept in memory may move an ask."""

    def told(tuner, n):
        found = []
        for _ in range(n):
            for trial in tuner.ask():
                tuner.tell(trial, -float(np.sum((np.array(trial.unit) - 0.4) ** 2)))
                found.append(trial.unit)
        return found

    tuner = BlueTuner(SPACE, n_iter=60, random_state=0)
    space = tuner.spaces[0]
    for params, score in zip(
        space.from_unit(trials(300)[0]), trials(300)[1], strict=True
    ):
        tuner.add(params, float(score))
    told(tuner, 24)
    text = tuner.to_json()
    expected = told(tuner, 16)
    for kept in (_fits._fit, _fits._spread, _fits._fitted_to_part):
        kept.cache_clear()
    assert told(BlueTuner.from_json(text), 16) == expected
