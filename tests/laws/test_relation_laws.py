"""Laws of relations: nothing outside is asked, and where nothing is outside nothing
changes.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks._related_spaces import outside
from skbluetuna import (
    Adaptive,
    BlueTuner,
    Classic,
    Space,
    at_most,
    forbid,
    less,
    when,
)
from skbluetuna.stages import _adaptive_climb

SPACE = {
    "a": (1, 60),
    "b": (2, 100),
    "rate": (1e-3, 1.0, "log"),
    "kind": ["u", "v", "w"],
    "only": when("kind", "v", (0.0, 1.0)),
}
RULES = [less("a", "b"), at_most(400, product=("a", "b")), forbid(kind="u", a=[1, 2])]
QUICK = Classic(n_lhs=8, tune_reps=8, n_epochs=10)
EXAMPLES = {
    "adaptive": {"strategy": Adaptive()},
    "hypercube": {"strategy": Adaptive(n_lhs=6)},
    "classic": {"strategy": QUICK},
    "hyperband": {"strategy": "hyperband", "resource": (1, 9)},
}


def everything(params):
    """A relation that excludes nothing."""
    return bool(params)


def inside(params):
    """Whether a configuration satisfies the rules, in plain Python."""
    a, b = params["a"], params["b"]
    return a < b and a * b <= 400 and not (params["kind"] == "u" and a <= 2)


def near_seven(params):
    """A thousandth of the space or less."""
    return abs(params["x"] - 0.7) + abs(params["y"] - 0.7) < 0.01


def score_of(params):
    """A score that is best outside of the rules."""
    return params["a"] - abs(params["b"] - 50) - params["rate"]


def run(space, constraints, score=score_of, n_iter=24, seed=0, **kwargs):
    """A whole search."""
    tuner = BlueTuner(
        space, constraints=constraints, n_iter=n_iter, random_state=seed, **kwargs
    )
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, score(trial.params))
    return tuner


def log_of(tuner):
    """What was asked, to the last bit."""
    return [(t.stage, t.params, t.unit, t.resource) for t in tuner.trials]


@pytest.fixture(autouse=True)
def _early_turns(monkeypatch):
    """Budgets are small: let the climbs take turns within them."""
    monkeypatch.setattr(_adaptive_climb, "N_BEFORE_TURNS", 10)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
@example(820)  # two of a thousandth, which took a second look to be found
@example(1775)
def test_no_trial_of_a_generated_space_breaks_a_relation(seed):
    """``python -m benchmarks relations --spaces 10000`` asks ten thousand of them."""
    found = outside(seed)
    assert not found["n_outside"]
    assert not found["wrong"]
    assert found["n"] or found["is_empty"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_trial_breaks_a_relation(name):
    """Whatever stage asks it; the trials there are as many as without."""
    tuner = run(SPACE, RULES, n_iter=20, **EXAMPLES[name])
    assert all(inside(trial.params) for trial in tuner.trials)
    assert name == "hyperband" or len(tuner.trials) == 20


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_relation_that_excludes_nothing_changes_nothing(name):
    """Not a bit: random numbers are drawn where something lies outside, only there."""
    free, related = (
        run(SPACE, rules, n_iter=20, **EXAMPLES[name])
        for rules in (None, [everything, at_most(10**6, product=("a", "b"))])
    )
    assert log_of(free) == log_of(related)


def test_alternatives_have_the_relations_of_their_own_parameters():
    """One that lacks a parameter is free of the relation."""
    spaces = [{"a": (1, 9), "b": (1, 9)}, {"a": (5, 9), "c": (0.0, 1.0)}]
    tuner = run(spaces, [less("a", "b")], lambda p: p["a"], n_iter=16)
    assert [len(space.relations) for space in tuner.spaces] == [1, 0]
    first = [t.params for t in tuner.trials if t.alternative == 0]
    assert all(own["a"] < own["b"] for own in first)
    with pytest.raises(ValueError, match="no alternative has all of its parameters"):
        BlueTuner(spaces, constraints=[less("b", "c")])


@pytest.mark.parametrize("strategy", [Adaptive(n_lhs=6), QUICK], ids=str)
def test_a_region_of_a_thousandth_is_searched(strategy):
    """A search within it, not a few points that chance has found."""
    space = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
    tuner = run(space, [near_seven], lambda p: -p["x"], n_iter=24, strategy=strategy)
    assert len({trial.unit for trial in tuner.trials}) == 24
    assert all(near_seven(trial.params) for trial in tuner.trials)
    best = tuner.best.params["x"]
    assert 0.69 < best < (0.693 if isinstance(strategy, Adaptive) else 0.7)


def test_data_lead_to_regions_that_chance_does_not_find():
    """Of seven sorted numbers, one in five thousand is; of small sums, one in 10**8."""
    names = [f"x{i}" for i in range(7)]
    space = dict.fromkeys(names, (0.0, 1.0))
    for rules in (
        [less(low, high) for low, high in pairwise(names)],
        [at_most(0.2, sum=names)],
    ):
        tuner = BlueTuner(
            space, constraints=rules, n_iter=9, random_state=0, strategy=Adaptive(8)
        )
        asked = tuner.ask()
        assert len({trial.unit for trial in asked}) == len(asked) >= 5
        assert all(rule.holds(t.params) for t in asked for rule in rules)


def test_where_nothing_is_found_the_error_says_so():
    """At once, not as a search without trials."""
    with pytest.raises(ValueError, match="must leave something of param_space"):
        BlueTuner({"a": (5, 9), "b": (1, 4)}, constraints=[less("a", "b")])


def test_what_the_user_gave_is_kept_and_what_breaks_a_relation_is_refused():
    """The centre is nobody's wish, and moves; own values and initial ones do not."""
    tuner = BlueTuner(SPACE, constraints=RULES, reference={"a": 15})
    own = tuner.ask()[0].params
    assert own["a"] == 15
    assert inside(own)
    for given_, said in (
        ({"reference": {"a": 50, "b": 20}}, r"reference: 'a' must be below 'b'"),
        ({"initial_params": [{"b": 90, "a": 60}]}, r"initial_params\[0\]: the product"),
    ):
        with pytest.raises(ValueError, match=said + ".*got {'a': .*, 'b': "):
            BlueTuner(SPACE, constraints=RULES, **given_)
    with pytest.raises(ValueError, match="must be below 'b'"):
        tuner.add({"a": 9, "b": 3, "rate": 0.1, "kind": "w"}, 1.0)


def test_an_initial_configuration_is_faulted_by_the_alternative_it_is_meant_for():
    """Another one, which lacks its names, says nothing of what is wrong."""
    spaces = [{"c": (1, 9)}, {"a": (1, 9), "b": (1, 9)}]
    with pytest.raises(ValueError, match=r"initial_params\[0\]: 'a' must be below 'b'"):
        BlueTuner(
            spaces, constraints=[less("a", "b")], initial_params=[{"a": 4, "b": 2}]
        )


def test_a_suggested_reference_names_what_moved_alone():
    """Read back from the unit interval, 0.1 on a log scale is another float."""
    space = {"k": [0.0, 0.5, 1.0], "rate": (0.05, 0.5, "log")}
    own = {"k": 1.0, "rate": 0.1}
    unit = Space(space).to_unit([own])
    assert Space(space).from_unit(unit)[0]["rate"] != 0.1
    said = r"no configuration where 'k' is 1.0 .*Set others, say \{'k': 0.5\}\.$"
    with pytest.raises(ValueError, match=said):
        BlueTuner(space, constraints=[forbid(k=1.0)], reference=own)


def test_a_tuner_goes_on_from_its_text_and_from_a_pickle():
    """Data are in the text; a function must be given again."""
    tuner = run(SPACE, RULES, n_iter=12)
    again = BlueTuner.from_json(tuner.to_json())
    assert again.to_json() == tuner.to_json()
    for one in (tuner, again):
        one.extend(16)
    assert [t.params for t in tuner.ask(4)] == [t.params for t in again.ask(4)]
    related = run(SPACE, [*RULES, everything], n_iter=3)
    with pytest.raises(ValueError, match="constraints must be given"):
        BlueTuner.from_json(related.to_json())
    same = BlueTuner.from_json(related.to_json(), constraints=[*RULES, everything])
    assert same.spaces == related.spaces


def test_a_text_holds_no_trial_outside():
    """It may have been changed: what it asks must lie within."""
    text = run({"a": (1, 9), "b": (1, 9)}, [less("a", "b")], lambda p: 0.0).to_json()
    with pytest.raises(ValueError, match="the space has no configuration"):
        BlueTuner.from_json(text, constraints=[less("b", "a")])


def test_regions_and_the_bound_are_of_what_lies_within():
    """No landscape is largest where nothing can be."""
    space = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
    tuner = run(space, [less("x", "y")], lambda p: p["x"] - 2 * p["y"], n_iter=24)
    regions = tuner.regions
    low_y = (regions["param"] == "y") & (regions["low"] < 0.3)
    high_x = (regions["param"] == "x") & (regions["low"] > 0.4)
    assert regions["probability"][low_y].sum() > 0.9
    assert regions["probability"][high_x].sum() < 0.1
    assert math.isfinite(tuner.regret_bound())


def test_latin_designs_show_values_that_can_be_together():
    """Each value of a choice is seen early, as far as relations let it."""
    letters = list("abcdefgh")
    space = {"p": letters, "q": letters, "x": (0.0, 1.0)}
    tuner = BlueTuner(
        space, n_iter=40, random_state=0,
        constraints=[forbid(p=letters[:4], q=letters[4:]), forbid(p="e", q="e")],
    )  # fmt: skip
    trials = tuner.ask()
    seen = {name: {t.params[name] for t in trials} for name in ("p", "q")}
    assert min(map(len, seen.values())) >= 6
    assert not any(t.params["p"] in "abcd" and t.params["q"] in "efgh" for t in trials)
    assert np.all([t.stage in ("initial", "learn") for t in trials])


def test_what_past_searches_found_outside_is_not_taken(tmp_path):
    """Neither as a start nor as a score: there is no such configuration here."""
    space, store = {"a": (1, 60), "b": (1, 60)}, tmp_path / "past.jsonl"
    past = run(space, None, lambda p: -abs(p["a"] - 6) - abs(p["b"] - 58), n_iter=30)
    past.remember(store)
    rules = [at_most(60, sum=("a", "b"))]
    tuner = BlueTuner(
        space, constraints=rules, n_iter=24, random_state=1, history=store
    )
    asked = tuner.ask(4)
    (lessons,) = tuner.lessons
    (seen,) = tuner.spaces
    assert lessons.starts
    assert all(rules[0].holds(trial.params) for trial in asked)
    assert "history" in {trial.stage for trial in asked}
    units = lessons.searches[0].found.units
    assert 5 <= len(units) < 30
    assert seen.feasible(units).all()


def test_the_classic_scan_ends_where_relations_do_and_keeps_the_rest():
    """What lies beyond at the reference may lie within elsewhere."""
    tuner = run(
        {"a": (0.0, 1.0), "b": (0.0, 1.0), "k": ["u", "v", "w"]},
        [less("a", "b"), forbid(k="w")],
        lambda p: p["a"] - abs(p["b"] - 0.8),
        n_iter=40,
        strategy=QUICK,
    )
    regions, boundaries = tuner.regions, tuner.boundaries
    for name in "ab":
        own = regions["param"] == name
        low, high = regions["low"][own], regions["high"][own]
        assert [*low, high[-1]] == [0.0, *high]
    is_scanned = ~np.isnan(regions["score"].astype(float))
    assert regions["kept"][~is_scanned].all()
    assert 3 <= is_scanned.sum() < len(is_scanned)
    assert "w" not in list(boundaries["value"])
