"""A budget counts new trials, whatever was imported before them."""

import pytest

from skbluetuna import BlueTuner, Classic

SPACE = {"x": (0.0, 1.0), "y": (0.01, 100.0, "log")}
STRATEGIES = {
    "adaptive": "adaptive",
    "classic": Classic(n_lhs=5, tune_reps=5, n_epochs=5),
}


def score(params):
    return -((params["x"] - 0.3) ** 2)


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
@pytest.mark.parametrize("n_iter", [1, 3, 8])
def test_a_search_asks_its_whole_budget_though_its_first_trial_was_imported(
    strategy, n_iter
):
    """An initial configuration that is known already takes no place in the budget."""
    before = BlueTuner(SPACE, n_iter=6, random_state=0)
    while not before.finished:
        for trial in before.ask():
            before.tell(trial, score(trial.params))
    tuner = BlueTuner(SPACE, n_iter=n_iter, strategy=strategy, random_state=1)
    for trial in before.trials:
        tuner.add(trial.params, trial.score)
    while not tuner.finished:
        for trial in tuner.ask(1):
            tuner.tell(trial, score(trial.params))
    assert len(tuner.trials) == 6 + n_iter
    assert len({trial.unit for trial in tuner.trials}) == 6 + n_iter
