"""What a search predicts is within measure, and the same wherever it is shown."""

from itertools import product

import numpy as np
import pytest

from skbluetuna import BlueTuner, Classic

SPACE = {"x": (0.0, 1.0), "y": (1e-3, 1e1, "log")}
GRID = [{"x": x, "y": y} for x, y in product(np.linspace(0, 1, 21), np.logspace(-3, 1))]
FINE = 1e-4  # of the unit interval


def plateau(params):
    """Like accuracy of a support vector machine: good here, a majority class there."""
    u = (np.log10(params["y"]) + 3.0) / 4.0
    if min(params["x"], u) < 0.15 or u > 0.9:
        return 0.63
    return 0.97 - 0.02 * ((params["x"] - 0.6) ** 2 + (u - 0.4) ** 2)


def searched(space=SPACE, strategy="adaptive", n_iter=15, score=plateau):
    tuner = BlueTuner(space, n_iter=n_iter, strategy=strategy, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, score(trial.params))
    return tuner


STRATEGIES = [
    "adaptive",
    *(
        Classic(n_lhs=2, n_epochs=200, tune_reps=1, activation=one)
        for one in ("sigmoid", "tanh", "relu", "identity")
    ),
]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=str)
def test_none_leaves_the_scores_by_more_than_their_range(strategy):
    """Few scores on a plateau and a cliff: the inverse of their warp soon reaches
    minus infinity, and a line through them has no end."""
    tuner = searched(strategy=strategy)
    scores = [trial.score for trial in tuner.trials]
    reach = max(scores) - min(scores) + 1e-12
    predicted = tuner.predict(GRID)
    assert np.isfinite(predicted[:, 0]).all()
    known = predicted[np.isfinite(predicted)]
    assert len(known) == predicted.size or strategy != "adaptive"
    assert known.min() >= min(scores) - reach
    assert known.max() <= max(scores) + reach
    heights = tuner.boundaries["score"]
    assert np.isfinite(heights).all()


@pytest.mark.parametrize("several", [False, True])
def test_boundaries_are_the_medians_on_lines_through_the_best(several):
    """Of several alternatives too, whose scores are warped together."""
    space = [SPACE, {"x": (0.0, 0.5), "y": (1e-2, 1.0, "log")}] if several else SPACE
    tuner = searched(space, n_iter=24)
    k = tuner.best.alternative
    table, own = tuner.boundaries, tuner.spaces[k]
    rows = np.flatnonzero(table.get("alternative", np.zeros(len(table["param"]))) == k)
    for i in rows:
        name = table["param"][i]
        dim = dict(zip(own.names, own.dimensions, strict=True))[name]
        line = tuner.best.params | {name: table["value"][i]}
        (median, *_) = tuner.predict([line], alternative=k)[0]
        assert table["score"][i] == pytest.approx(median, abs=1e-9)
        u = dim.to_unit(table["value"][i])
        ends = np.clip([u - FINE, u + FINE], 0.0, 1.0)
        near = [line | {name: dim.from_unit(end)} for end in ends]
        rise = np.diff(tuner.predict(near, alternative=k)[:, 0])[0] / np.diff(ends)[0]
        assert table["slope"][i] == pytest.approx(rise, rel=0.05, abs=0.02)
