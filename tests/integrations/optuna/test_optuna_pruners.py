"""The sampler under Optuna's pruners."""

import math

import pytest

optuna = pytest.importorskip("optuna", reason='needs pip install "skbluetuna[optuna]"')

from optuna import pruners
from optuna.trial import TrialState

from skbluetuna.integrations.optuna_sampler import BlueTunaSampler

pytestmark = pytest.mark.filterwarnings(
    "ignore::optuna.exceptions.ExperimentalWarning"  # of the Wilcoxon pruner
)
N_STEPS, N_TRIALS = 9, 24
PRUNERS = {
    "none": pruners.NopPruner,
    "median": pruners.MedianPruner,
    "percentile": lambda: pruners.PercentilePruner(25.0),
    "halving": pruners.SuccessiveHalvingPruner,
    "hyperband": lambda: pruners.HyperbandPruner(max_resource=N_STEPS),
    "wilcoxon": pruners.WilcoxonPruner,
}


@pytest.fixture(autouse=True)
def _quiet():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(before)


def loss(trial):
    """Smaller is better: 0 at x = 0.3, k = 6, kind "a"."""
    x = trial.suggest_float("x", 0.0, 1.0)
    k = trial.suggest_int("k", 1, 9)
    kind = trial.suggest_categorical("kind", ["a", "b", "c"])
    return (x - 0.3) ** 2 + abs(k - 6) / 9 + {"a": 0.0, "b": 0.2, "c": 0.1}[kind]


def curve(trial):
    """A loss that falls from step to step, by so much for all."""
    final = loss(trial)
    for step in range(1, N_STEPS + 1):
        trial.report(final + 1.0 / step, step)
        if step < N_STEPS and trial.should_prune():
            raise optuna.TrialPruned
    return final + 1.0 / N_STEPS


def folds(trial):
    """The mean of losses of which some are lower than others, for all alike."""
    final, losses = loss(trial), []
    for step in range(N_STEPS):
        losses.append(final + math.cos(step))
        trial.report(losses[-1], step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return sum(losses) / N_STEPS


def study_of(name, seed=0):
    return optuna.create_study(
        study_name="study",  # of which Hyperband draws its brackets
        sampler=BlueTunaSampler(seed=seed, n_trials=N_TRIALS),
        pruner=PRUNERS[name](),
    )


@pytest.mark.parametrize("name", PRUNERS)
def test_a_study_ends_well_under_every_pruner(name):
    """What was pruned is no best trial, nothing is asked twice, and the best is found.

    By folds the last value of a trial is that of one fold, maybe an easy one. Hyperband
    shows the sampler one bracket of the trials. The tolerance is a hundredth of the
    range of the losses.
    """
    study = study_of(name)
    study.optimize(folds if name == "wilcoxon" else curve, n_trials=N_TRIALS)
    trials = study.get_trials()
    states = {trial.state for trial in trials}
    pruned = {TrialState.PRUNED} if name != "none" else set()
    assert states == {TrialState.COMPLETE} | pruned
    assert len({tuple(trial.params.values()) for trial in trials}) == N_TRIALS
    assert study.best_trial.state == TrialState.COMPLETE
    assert len(study.best_trial.intermediate_values) == N_STEPS
    assert loss(optuna.trial.FixedTrial(study.best_params)) < 0.013


def test_a_trial_that_was_pruned_before_it_reported_has_failed():
    """There is no value to learn from, so it repels as a failed one does."""
    asked = []
    for state in (TrialState.PRUNED, TrialState.FAIL):
        study = study_of("none")
        for _ in range(8):
            trial = study.ask()
            value = loss(trial)
            if trial.number in (2, 5):
                study.tell(trial, state=state)
            else:
                study.tell(trial, value)
        trial = study.ask()
        loss(trial)
        asked.append(trial.params)
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("behind", "counts"), [(0.4, 0.4), (0.0, 0.0), (-0.7, 0.0)], ids=str
)
@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_a_pruned_trial_counts_at_its_distance_from_the_best(behind, counts, direction):
    """Its last value is no score: what a curve is worth is seen at its end.

    And it was pruned: whatever its last value, it is no better than the best.
    """
    asked, sign = [], 1.0 if direction == "minimize" else -1.0
    for is_pruned in (True, False):
        study = optuna.create_study(
            sampler=BlueTunaSampler(seed=0), direction=direction
        )
        for number in range(8):
            trial = study.ask()
            value = sign * loss(trial)
            best = study.best_value if number else 0.0
            if number == 3:
                value = best + sign * counts
            if number == 3 and is_pruned:
                at_two = study.best_trial.intermediate_values[2]
                trial.report(1e3, 1)
                trial.report(at_two + sign * behind, 2)
                study.tell(trial, state=TrialState.PRUNED)
                continue
            for step in range(1, 4):
                trial.report(value + sign / step, step)
            study.tell(trial, value)
        trial = study.ask()
        loss(trial)
        asked.append([one.params for one in (*study.trials[:8], trial)])
    assert asked[0] == asked[1]


@pytest.mark.parametrize("last", [math.inf, -math.inf, math.nan], ids=str)
def test_a_pruned_trial_whose_last_value_is_no_number_has_failed(last):
    asked = []
    for state in (TrialState.PRUNED, TrialState.FAIL):
        study = study_of("none")
        for number in range(8):
            trial = study.ask()
            value = loss(trial)
            trial.report(last if number == 4 else value, 0)
            if number == 4:
                study.tell(trial, state=state)
            else:
                study.tell(trial, value)
        trial = study.ask()
        loss(trial)
        asked.append(trial.params)
    assert asked[0] == asked[1]
