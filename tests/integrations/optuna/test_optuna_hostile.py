"""Attributes of a study, which any program may write, are read with suspicion."""

import copy
import importlib.util
import random
import sys
from pathlib import Path

import pytest

optuna = pytest.importorskip("optuna", reason='needs pip install "skbluetuna[optuna]"')

from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from skbluetuna.integrations.optuna_sampler import BlueTunaSampler

_path = Path(__file__).parents[2] / "files" / "hostile.py"
_spec = importlib.util.spec_from_file_location("hostile", _path)
hostile = importlib.util.module_from_spec(_spec)
sys.modules["hostile"] = hostile
_spec.loader.exec_module(hostile)

SPACE = {
    "x": FloatDistribution(0.0, 1.0),
    "s": FloatDistribution(0.0, 1.0, step=0.25),
    "k": IntDistribution(1, 9),
    "c": CategoricalDistribution(["u", 1, None]),
}
CLAIM, SEED = "skbluetuna:proposal", "skbluetuna:seed"


@pytest.fixture(autouse=True)
def _quiet():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(before)


def study_of(seed=0):
    study = optuna.create_study(sampler=BlueTunaSampler(seed=seed))
    for _ in range(3):
        trial = study.ask(SPACE)
        study.tell(trial, trial.params["x"])
    return study


def asked_beside(claims):
    """What the sampler asks beside running trials that claim so."""
    study = study_of()
    storage = study._storage
    for claim, fixed in claims:
        number = storage.create_new_trial(study._study_id)
        storage.set_trial_system_attr(number, CLAIM, claim)
        if fixed is not None:
            storage.set_trial_system_attr(number, "fixed_params", fixed)
    with hostile.watched() as events:
        trial = study.ask(SPACE)
    return trial.params, hostile.harm(events)


def test_two_hundred_hostile_proposals_do_nothing():
    """Each counts as not there, or as a value of the space."""
    honest = {
        "stage": "climb", "unit": [0.5, 0.5, 0.5, 0.5],
        "values": {"x": 0.5, "s": 0.5, "k": 5, "c": 1},
    }  # fmt: skip
    rng, claims = random.Random(0), []
    asked_beside([(honest, None)])
    for i in range(200):
        claim = {"claim": copy.deepcopy(honest)}
        hostile.change(claim, rng)
        fixed = None if i % 4 else rng.choice([*hostile.VALUES, {"x": "x", "c": []}])
        claims.append((claim.get("claim"), fixed))
    for start in range(0, 200, 20):
        params, harm = asked_beside(claims[start : start + 20])
        assert harm == []
        assert all(SPACE[n]._contains(SPACE[n].to_internal_repr(params[n]))
                   for n in SPACE)  # fmt: skip


@pytest.mark.parametrize(
    "claim",
    [
        "zzz", [], {"stage": "climb"}, {"stage": 1, "values": {}, "unit": []},
        {"stage": "climb", "values": [], "unit": []},
        {"stage": "climb", "values": {}, "unit": "0.5"},
        {"stage": "climb", "values": {}, "unit": [2.0, 0.0, 0.0, 0.0]},
    ],
    ids=str,
)  # fmt: skip
def test_a_proposal_of_another_form_counts_as_not_there(claim):
    nobody = {"stage": "climb", "values": {}, "unit": []}
    assert asked_beside([(claim, None)]) == asked_beside([(nobody, None)])


@pytest.mark.parametrize("seed", ["abc", -1, 1.5, None, [], {"seed": 3}, True])
def test_a_seed_that_is_none_is_drawn_anew(seed):
    study = study_of(seed=None)
    study._storage.set_study_system_attr(study._study_id, SEED, seed)
    study.ask(SPACE)
    own = study._storage.get_study_system_attrs(study._study_id)[SEED]
    assert type(own) is int
    assert own >= 0
