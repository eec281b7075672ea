"""What the report says of its best score is right on average, where truth is known."""

import numpy as np
import pytest

from skbluetuna.report import _optimism
from skbluetuna.report._optimism import optimism


def simulated(seed, n, k, spread, effect=0.5):
    """Scores on folds of configurations whose truth is known, and the true gap."""
    rng = np.random.default_rng(seed)
    truth = spread * rng.normal(size=n)
    shared = effect * rng.normal(size=k)  # a fold may be easy for all
    folds = truth[:, None] + shared + rng.normal(size=(n, k))
    best = folds.mean(axis=1).argmax()
    return folds, folds[best].mean() - shared.mean() - truth[best]


@pytest.mark.parametrize("k", [3, 5, 10])
@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 4.0])
def test_the_gap_is_right_on_average_or_a_little_too_large(k, spread, monkeypatch):
    """In standard errors of a mean, of which the gap is up to 2.2.

    By 600 searches of each the difference is -.04 to +.29; that of the 250 here is
    known to .07.
    """
    monkeypatch.setattr(_optimism, "N_DRAWN", 200)
    pairs = [simulated([seed, k], 40, k, spread) for seed in range(250)]
    told = np.mean([optimism(folds) for folds, _ in pairs])
    true = np.mean([gap for _, gap in pairs])
    assert -0.25 < (told - true) * np.sqrt(k) < 0.5


def test_a_clear_winner_has_no_gap():
    folds = np.tile([0.1, 0.2, 0.3, 0.4, 0.5], (4, 1))
    folds[2] += 1.0
    assert optimism(folds) == pytest.approx(0.0, abs=0.02)


def test_effects_that_all_share_do_not_count_as_choice():
    """Of two that differ by noise alone the gap is the same on easy and hard folds."""
    folds = np.random.default_rng(0).normal(size=(10, 5))
    shared = np.array([3.0, -1.0, 0.0, 2.0, -4.0])
    gaps = optimism(folds), optimism(folds + shared)
    assert gaps[0] > 0.1
    assert gaps[1] == pytest.approx(gaps[0], abs=0.1)


def test_the_unit_of_scores_is_the_unit_of_the_gap():
    folds = np.random.default_rng(0).normal(size=(10, 5))
    assert optimism(-3.0 + 100.0 * folds) == pytest.approx(100.0 * optimism(folds))
