"""What the adaptive stages ask while scores are awaited."""

import numpy as np
import pytest

from skbluetuna import BlueTuner, when
from skbluetuna.history import History
from skbluetuna.space import Space
from skbluetuna.stages import AdaptiveScan

SPACE = {
    "x": (1e-4, 1.0, "log"),
    "k": (1, 20),
    "c": ["a", "b"],
    "y": when("c", "a", (0.0, 1.0)),
}
ALTERNATIVES = [{"x": (0.0, 1.0), "y": (0.0, 1.0)}, {"z": (1, 50)}, {"w": (0.0, 9.0)}]


def units(trials):
    return [(trial.alternative, trial.stage, trial.unit) for trial in trials]


@pytest.mark.parametrize("score", [0.0, -3.5, 1e300])
def test_before_the_first_score_it_asks_what_it_would_ask_after_it(score):
    """One score says nothing: many workers need not wait for it."""
    early, late = (BlueTuner(SPACE, n_iter=40, random_state=1) for _ in range(2))
    (first,) = late.ask()
    late.tell(first, score)
    assert units(early.ask(12)) == units([first, *late.ask(11)])


def test_one_by_one_and_together_it_scans_the_same_before_a_score():
    together = BlueTuner(SPACE, n_iter=30, random_state=0).ask(6)
    tuner = BlueTuner(SPACE, n_iter=30, random_state=0)
    assert units(tuner.ask(1)[0] for _ in range(6)) == units(together)
    assert len({trial.unit for trial in together}) == 6


def test_without_a_number_it_waits_for_the_first_score():
    tuner = BlueTuner(SPACE, n_iter=30, random_state=0)
    assert len(tuner.ask()) == 1
    assert tuner.ask() == []


def test_before_any_trial_there_is_nothing_to_move_from():
    space = Space(SPACE)
    empty = History((space,)).view(0)
    assert AdaptiveScan(5).propose(space, empty, 3, (0, 0)).shape == (0, len(space))


def test_alternatives_without_a_score_are_scanned_while_others_have_some():
    tuner = BlueTuner(ALTERNATIVES, n_iter=60, random_state=0)
    first = tuner.ask()
    tuner.tell(first[0], 0.7)
    asked = tuner.ask(12)
    assert len(asked) == 12
    assert {trial.alternative for trial in asked} == {0, 1, 2}
    restored = BlueTuner.from_json(tuner.to_json())
    assert units(restored.ask(2)) == units(tuner.ask(2))


def test_what_is_supposed_of_the_first_trial_stays_out_of_the_view():
    space = Space(SPACE)
    history = History((space,))
    history.ask(0, "initial", space.to_unit([space.centre()])[0])
    view = history.view(0)
    AdaptiveScan(5).propose(space, view, 3, (0, 0))
    assert view.has_pending
    assert np.isnan(view.scores).all()
