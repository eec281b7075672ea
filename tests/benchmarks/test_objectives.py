"""What the benchmark of several objectives calls regret."""

import numpy as np
import pytest

from benchmarks.objectives import Known

FRONT = [[10.0, -4.0], [9.0, -3.0], [8.0, -2.0]]
KNOWN = Known({"front": FRONT, "middle": [6.0, -6.0], "best": [10.0, -2.0]})


def row(true, told=None):
    return {"true": true, "told": true if told is None else told}


def test_who_finds_the_best_known_front_has_no_regret():
    """And who is nowhere better than the median of random ones has all of it."""
    assert KNOWN.regret(row(FRONT), 3) == pytest.approx(0.0)
    assert KNOWN.limit_regret(row(FRONT), 3) == pytest.approx(0.0)
    for value in ([6.0, -2.0], [5.0, -7.0]):
        assert KNOWN.regret(row([value]), 1) == 1.0


def test_regret_is_the_share_of_the_volume_that_is_missed():
    """Later evaluations count once they are made."""
    corner = row([FRONT[0], FRONT[2]])
    assert KNOWN.regret(corner, 1) == pytest.approx(1.0 - 8.0 / 13.0)
    assert KNOWN.regret(corner, 2) == pytest.approx(1.0 / 13.0)


def test_what_noise_has_chosen_is_judged_by_its_true_values():
    """A lucky measurement keeps another one off the front."""
    lucky = row([[7.0, -3.0], [8.0, -2.0]], told=[[8.5, -1.0], [8.0, -2.0]])
    assert KNOWN.regret(lucky, 2) == KNOWN.regret(row([[7.0, -3.0]]), 1)


def test_a_limit_that_nothing_meets_costs_a_whole():
    """The first objective counts for nothing there."""
    dear = row([[10.0, -4.0]])
    limits = np.linspace(-4.0, -2.0, 11)
    lost = [0.0 if limit <= -4.0 else 1.0 for limit in limits]
    assert KNOWN.limit_regret(dear, 1) == pytest.approx(np.mean(lost))


def test_one_configuration_may_do_it_all():
    assert Known(
        {"front": [[10.0, -2.0]], "middle": [6.0, -6.0], "best": [10.0, -2.0]}
    ).is_alone(0.98)
    assert not KNOWN.is_alone(0.98)
