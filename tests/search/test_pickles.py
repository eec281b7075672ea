"""Pickles and texts of searches and tuners are small, and whole."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.svm import SVC

from skbluetuna import BlueTuner
from tests.search.durable import (
    SEARCHED,
    X_SPACE,
    Logged,
    X,
    clone_state,
    search_of,
    y,
)

pytestmark = pytest.mark.slow  # whole searches, several times


class Many(Logged):
    """With parameters to spare."""

    def __init__(self, x=0.5, x1=0.5, x2=0.5, x3=0.5, x4=0.5, x5=0.5):
        super().__init__(x)
        self.x1 = x1
        self.x2 = x2
        self.x3 = x3
        self.x4 = x4
        self.x5 = x5


@pytest.mark.parametrize("n_parameters", [1, 6])
def test_a_pickled_search_is_little_more_than_its_best_estimator(n_parameters):
    wide = np.hstack([X, np.random.default_rng(0).standard_normal((150, 100))])
    space = {f"x{i}": (0.0, 1.0) for i in range(1, n_parameters)} | X_SPACE
    search = search_of(Many(), space, n_iter=50, cv=5).fit(wide, y)
    size = len(pickle.dumps(search))
    assert size <= 1.5 * len(pickle.dumps(search.best_estimator_)) + 20_000
    assert not hasattr(clone(search), "tuner_")
    restored = clone_state(search)
    assert restored.tuner_.trials == search.tuner_.trials
    assert restored.tuner_.to_json() == search.tuner_.to_json()


def test_a_pickled_tuner_keeps_failures_and_the_users_own_objects():
    choices = [SVC(), int, None, "word"]
    tuner = BlueTuner({"a": choices, "x": (0.0, 1.0)}, n_iter=12, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, np.nan if trial.number % 3 else trial.params["x"])
    tuner.extend(14)
    tuner.ask()
    copy = clone_state(tuner)
    assert copy.to_json() == tuner.to_json()
    assert all(
        any(t.params["a"] is choice for choice in copy.spaces[0].dimensions[0].choices)
        for t in copy.trials
    )


@pytest.mark.parametrize("strategy", SEARCHED, ids=str)
def test_an_extended_tuner_is_restored_as_it_is(strategy):
    def told(tuner):
        while not tuner.finished:
            for trial in tuner.ask(3):
                tuner.tell(trial, -((trial.params["x"] - 0.3) ** 2))
        return [trial.unit for trial in tuner.trials]

    tuner = BlueTuner(X_SPACE, n_iter=12, strategy=strategy, random_state=0)
    told(tuner)
    tuner.extend(30)
    copy = BlueTuner.from_json(tuner.to_json())
    assert len(told(tuner)) == 30
    assert told(copy) == told(tuner)
