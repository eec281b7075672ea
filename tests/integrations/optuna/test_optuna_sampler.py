"""What the sampler makes of a study."""

import math

import numpy as np
import pytest

optuna = pytest.importorskip("optuna", reason='needs pip install "skbluetuna[optuna]"')

from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState

from skbluetuna import Adaptive, BlueTuner, Classic
from skbluetuna.integrations import optuna_sampler
from skbluetuna.integrations.optuna_sampler import BlueTunaSampler

NATIVE = {
    "a": (0.0, 1.0),
    "b": (1e-3, 1.0, "log"),
    "c": ["u", "v", "w"],
    "d": (1, 20),
    "e": (1, 300, "log"),
}
SPACE = {
    "a": FloatDistribution(0.0, 1.0),
    "b": FloatDistribution(1e-3, 1.0, log=True),
    "c": CategoricalDistribution(["u", "v", "w"]),
    "d": IntDistribution(1, 20),
    "e": IntDistribution(1, 300, log=True),
}
LINE = {"x": FloatDistribution(0.0, 1.0)}
FEW = {"i": IntDistribution(0, 3), "c": CategoricalDistribution(["p", "q", None])}


@pytest.fixture(autouse=True)
def _quiet():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(before)


def objective(params):
    """Larger is better; smooth, with a choice and an interaction."""
    return (
        -((params["a"] - 0.3) ** 2)
        - math.log(params["b"] / 0.03) ** 2 / 10
        + {"u": 0.0, "v": 0.3, "w": 0.1}[params["c"]] * params["a"]
        - (params["d"] - 7) ** 2 / 100
        + math.log(params["e"]) / 5
    )


def make(seed=0, direction="maximize", storage=None, **kwargs):
    sampler = BlueTunaSampler(seed=seed, **kwargs)
    return optuna.create_study(sampler=sampler, direction=direction, storage=storage)


def run(study, space, score, n):
    for _ in range(n):
        trial = study.ask(space)
        study.tell(trial, score(trial.params))
    return [trial.params for trial in study.get_trials()]


def values(trials):
    return [tuple(sorted(trial.params.items(), key=str)) for trial in trials]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "n"), [("adaptive", 24), (Adaptive(6), 14), (Classic(0.5, 9, 20), 36)]
)
def test_alone_it_asks_what_blue_tuner_asks(strategy, n):
    """To the last bit: a study is the history."""
    tuner = BlueTuner(NATIVE, n_iter=n, strategy=strategy, random_state=3)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, objective(trial.params))
    study = make(3, strategy=strategy, n_trials=n)
    assert run(study, SPACE, objective, n) == [t.params for t in tuner.trials]


def test_to_minimise_is_to_maximise_the_negative():
    least = run(make(direction="minimize"), SPACE, lambda p: -objective(p), 15)
    assert least == run(make(), SPACE, objective, 15)


def test_a_study_that_is_loaded_again_goes_on_as_it_would_have(tmp_path):
    """The sampler keeps nothing to itself."""
    whole = run(make(), SPACE, objective, 16)
    file = optuna.storages.journal.JournalFileBackend(str(tmp_path / "journal"))
    storage = optuna.storages.JournalStorage(file)
    study = make(storage=storage)
    run(study, SPACE, objective, 9)
    again = optuna.load_study(
        study_name=study.study_name, storage=storage, sampler=BlueTunaSampler(seed=0)
    )
    assert run(again, SPACE, objective, 7) == whole


def test_without_a_seed_all_workers_have_the_studys():
    """Else each would plan the classic stages for itself."""
    studies = [make(None, strategy=Classic(n_lhs=8)) for _ in range(2)]
    found = []
    for study, is_shared in zip(studies, (False, True), strict=True):
        study._storage.set_study_system_attr(study._study_id, "skbluetuna:seed", 5)
        for _ in range(20):
            if is_shared:
                study.sampler = BlueTunaSampler(Classic(n_lhs=8))
            run(study, LINE, lambda p: p["x"], 1)
        found.append(values(study.get_trials()))
    assert found[0] == found[1]


def test_without_a_seed_two_studies_differ():
    first, second = (run(make(None), LINE, lambda p: p["x"], 5) for _ in range(2))
    assert first != second


def test_running_trials_are_never_proposed_again():
    study = make()
    run(study, SPACE, objective, 6)
    running = [study.ask(SPACE) for _ in range(12)]
    assert len(set(values(running))) == 12
    finite = make()
    run(finite, FEW, lambda p: p["i"], 2)
    running = [finite.ask(FEW) for _ in range(10)]
    assert len(set(values([*running, *finite.get_trials()[:2]]))) == 12


def test_running_trials_are_awaited_as_those_of_blue_tuner():
    """They count at the model's mean, so the next one keeps away from them."""
    tuner = BlueTuner(NATIVE, n_iter=40, random_state=0)
    for _ in range(12):
        for trial in tuner.ask():
            tuner.tell(trial, objective(trial.params))
    study = make(n_trials=40)
    run(study, SPACE, objective, 12)
    asked = [study.ask(SPACE).params for _ in range(3)]
    assert asked == [tuner.ask(1)[0].params for _ in range(3)]


def test_a_worker_that_chose_the_same_at_the_same_time_is_noticed(monkeypatch):
    """Both read the study before either has stored its choice: a true race."""
    study = make()
    run(study, FEW, lambda p: p["i"], 3)
    first, second = study.ask(), study.ask()
    real, done = optuna_sampler.claim, []

    def late(a_study, trial, *args):
        if not done:
            done.append(True)  # the other one chooses in between
            monkeypatch.setattr(optuna_sampler, "count_ahead", lambda *_: 0)
            done.extend(second._suggest(n, d) for n, d in FEW.items())
            monkeypatch.undo()
        real(a_study, trial, *args)

    monkeypatch.setattr(optuna_sampler, "claim", late)
    chosen = [first._suggest(n, d) for n, d in FEW.items()]
    assert len(done) == 3
    assert chosen != done[1:]


def test_trials_that_begin_together_choose_apart_without_meeting():
    """The one of the higher number takes the point after the other's."""
    study = make()
    run(study, SPACE, objective, 8)
    trials = [study.ask() for _ in range(3)]
    for trial in reversed(trials):
        for name, distribution in SPACE.items():
            trial._suggest(name, distribution)
    assert len(set(values(trials))) == 3


def test_a_worker_that_died_before_it_chose_is_survived():
    """Its trial runs for ever; the others go on around it."""
    study = make()
    run(study, SPACE, objective, 4)
    study.ask()
    run(study, SPACE, objective, 6)
    done = [t for t in study.get_trials() if t.state == TrialState.COMPLETE]
    assert len(set(values(done))) == 10


def test_threads_share_a_study_without_a_duplicate():
    study = make()
    study.optimize(
        lambda trial: objective({n: trial._suggest(n, d) for n, d in SPACE.items()}),
        n_trials=24,
        n_jobs=4,
    )
    trials = study.get_trials()
    assert len(set(values(trials))) == len(trials) == 24


def test_pruned_trials_count_with_their_last_value_if_no_complete_one_reported():
    studies = []
    for is_pruned in (False, True):
        study = make(direction="minimize")
        for i in range(8):
            trial = study.ask(LINE)
            score = (trial.params["x"] - 0.3) ** 2
            if is_pruned and i % 2:
                trial.report(99.0, 0)
                trial.report(score, 3)
                study.tell(trial, state=TrialState.PRUNED)
            else:
                study.tell(trial, score)
        studies.append(study)
    assert values(studies[0].get_trials()) == values(studies[1].get_trials())
    assert studies[0].ask(LINE).params == studies[1].ask(LINE).params


def test_failed_trials_repel_as_the_worst_value_would():
    studies = []
    for is_failing in (False, True):
        study = make()
        for x in np.linspace(0.0, 1.0, 9).tolist():
            study.enqueue_trial({"x": x})
            trial = study.ask(LINE)
            score = math.sin(5.0 * x) + x
            if x in (0.125, 1.0):
                score = math.nan if is_failing else -0.9
            if x == 0.875:
                score = -0.9
            if math.isnan(score):
                study.tell(trial, state=TrialState.FAIL)
            else:
                study.tell(trial, score)
        studies.append(study)
    assert studies[0].ask(LINE).params == studies[1].ask(LINE).params


def test_a_failed_trial_that_was_tried_again_counts_once():
    """A worker that was killed is no fault of the configuration."""
    studies = [make(), make()]
    for k, study in enumerate(studies):
        run(study, LINE, lambda p: -abs(p["x"] - 0.5), 4)
        failed = study.ask(LINE)
        if k:
            study.tell(failed, state=TrialState.FAIL)
            study.enqueue_trial(failed.params)
            failed = study.ask(LINE)
        study.tell(failed, 0.7)
    assert studies[0].ask(LINE).params == studies[1].ask(LINE).params


def test_parameters_that_come_and_go_are_sampled_by_themselves():
    def conditional(trial):
        x = trial.suggest_float("x", -1.0, 1.0)
        if trial.suggest_categorical("kind", ["line", "root"]) == "line":
            return x + trial.suggest_float("slope", 0.0, 1.0)
        return x - trial.suggest_int("power", 1, 9)

    study = make(direction="minimize")
    study.optimize(conditional, n_trials=25)
    space = study.sampler.infer_relative_search_space(study, None)
    assert set(space) == {"x", "kind"}
    assert study.best_params["kind"] == "root"
    assert study.best_params["x"] < -0.9
    powers = [t.params["power"] for t in study.get_trials() if "power" in t.params]
    assert len(set(powers)) > 3


def test_the_first_trial_stands_at_the_centre():
    trial = make().ask(SPACE)
    (centre,) = BlueTuner(NATIVE, n_iter=1).ask()
    assert trial.params == centre.params


@pytest.mark.parametrize(
    ("distribution", "allowed"),
    [
        (FloatDistribution(0.5, 2.0, step=0.5), [0.5, 1.0, 1.5, 2.0]),
        (FloatDistribution(0.0, 0.9, step=0.3), [0.0, 0.3, 0.6, 0.9]),
        (IntDistribution(3, 11, step=4), [3, 7, 11]),
        (IntDistribution(2**40, 2**40 + 2), [2**40, 2**40 + 1, 2**40 + 2]),
        (CategoricalDistribution([None, "a", True]), [None, "a", True]),
        (CategoricalDistribution([8, 16, 64]), [8, 16, 64]),
    ],
    ids=str,
)
def test_every_value_of_a_finite_distribution_is_tried_once(distribution, allowed):
    """And once there is none left the study goes on with repeats."""
    study = make()
    found = run(study, {"p": distribution}, lambda p: 1.0, len(allowed) + 3)
    kinds = {type(p["p"]) for p in found}
    # All but the first few random ones are chosen: none twice while others are left.
    assert {p["p"] for p in found[: len(allowed)]} == set(allowed)
    assert kinds == {type(v) for v in allowed}


@pytest.mark.parametrize(
    "distribution",
    [
        IntDistribution(1, 2**50, log=True),
        IntDistribution(0, 2**60),
        FloatDistribution(0.0, 1.0, step=1e-12),
        CategoricalDistribution([math.nan, 1.0, "a"]),
    ],
    ids=str,
)
def test_unusual_distributions_are_sampled_within_them(distribution):
    study = make()
    for params in run(study, {"p": distribution}, lambda p: 1.0, 6):
        inner = distribution.to_internal_repr(params["p"])
        assert distribution._contains(inner)


def test_a_study_may_have_more_trials_than_it_was_planned_for():
    study = make(n_trials=5)
    run(study, LINE, lambda p: -((p["x"] - 0.7) ** 2), 14)
    assert len(set(values(study.get_trials()))) == 14
    assert abs(study.best_params["x"] - 0.7) < 0.02


def both(params):
    """What is best at the other end of a is dear, and a choice counts for both."""
    return objective(params), -((params["a"] - 0.9) ** 2) - params["d"] / 20


def of_two(directions=("maximize", "maximize"), **kwargs):
    sampler = BlueTunaSampler(**({"seed": 3} | kwargs))
    return optuna.create_study(directions=list(directions), sampler=sampler)


def test_several_objectives_are_searched_as_blue_tuner_searches_them():
    """To the last bit, with directions in the place of signs."""
    names = ["objective 0", "objective 1"]
    tuner = BlueTuner(NATIVE, n_iter=14, objectives=names, random_state=3)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, both(trial.params))
    study = of_two(("maximize", "minimize"), n_trials=14)
    asked = run(study, SPACE, lambda p: (both(p)[0], -both(p)[1]), 14)
    assert asked == [t.params for t in tuner.trials]
    front = {trial.number for trial in tuner.front}
    assert front == {trial.number for trial in study.best_trials}


def test_of_several_objectives_a_failed_trial_counts_as_the_worst_of_each():
    """Optuna has none of it: no value, or a pruned trial, which it does not support."""
    study = of_two()
    run(study, LINE, lambda p: (p["x"], -p["x"]), 3)
    for state in (TrialState.FAIL, TrialState.PRUNED):
        study.tell(study.ask(LINE), state=state)
    run(study, LINE, lambda p: (p["x"], -p["x"]), 4)
    assert len(set(values(study.get_trials()))) == 9


def test_objectives_that_are_not_served_are_refused():
    with pytest.raises(ValueError, match=r"at most 4 objectives.*got 5 directions"):
        of_two(["maximize"] * 5).ask(LINE)
    study = of_two(strategy="classic")
    run(study, LINE, lambda p: (p["x"], -p["x"]), 1)
    with pytest.raises(ValueError, match="strategy must be one for several objectives"):
        study.ask(LINE)


def test_constraints_are_refused_by_a_strategy_without_a_model_of_them():
    study = make(strategy="classic")
    trial = study.ask(LINE)
    trial.set_constraint("memory", 1.0)
    study.tell(trial, 0.0)
    said = r'"adaptive" does, as trial 0 has \[\'memory\'\]; got Classic'
    with pytest.raises(ValueError, match=said):
        study.ask(LINE)


@pytest.mark.slow
def test_constraints_that_trials_measure_are_learned():
    """The best is where one of them ends, and no trial met both at first."""
    study = make()
    box = {name: FloatDistribution(-5.0, 5.0) for name in "xy"}
    for _ in range(26):
        trial = study.ask(box)
        x, y = trial.params["x"], trial.params["y"]
        trial.set_constraint("disc", (x - 1.0) ** 2 + (y - 1.0) ** 2 - 4.0)
        trial.set_constraint("half", 100.0 * (0.5 - x))
        study.tell(trial, -((x + 2.0) ** 2) - (y + 2.0) ** 2)
    met = [t for t in study.trials if max(t.constraints.values()) <= 0.0]
    best = -(2.5**2) - (3.0 - np.sqrt(3.75)) ** 2
    assert best >= max(trial.value for trial in met) > best - 0.5


def test_constraints_that_never_differ_change_nothing():
    """They say nothing of where they would be broken."""
    asked = []
    for n_constraints in (0, 1):
        study = make()
        for _ in range(8):
            trial = study.ask(LINE)
            for k in range(n_constraints):
                trial.set_constraint(str(k), -1.0)
            study.tell(trial, -((trial.params["x"] - 0.3) ** 2))
        asked.append([trial.params for trial in study.trials])
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"strategy": "best"}, ValueError, "strategy must be one of"),
        ({"seed": -1}, ValueError, "seed must not be negative; got -1"),
        ({"seed": "0"}, TypeError, "seed must be an int"),
        ({"n_trials": 0}, ValueError, "n_trials must be at least 1; got 0"),
        ({"n_trials": 1.5}, TypeError, "n_trials must be an int or None; got 1.5"),
    ],
)
def test_bad_arguments_are_named(kwargs, error, message):
    with pytest.raises(error, match=message):
        BlueTunaSampler(**kwargs)
