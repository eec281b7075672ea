"""Resources that grow: what is asked with how much of them, and what it costs."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skbluetuna import Adaptive, BlueTuner, Categorical, Classic, Hyperband, when
from skbluetuna.exceptions import AlreadyToldError
from skbluetuna.history import Asked, Finished, History, Ladder, View
from skbluetuna.model import (
    AtFull,
    Columns,
    GaussianProcess,
    encode,
    fit_hyperparameters,
)
from skbluetuna.stages import agreement
from skbluetuna.stages._brackets import brackets
from skbluetuna.strategies._rungs import CHEAP_SHARE, CHEAP_UNTIL, FIRST_COST

LADDER = (1, 9)
SPACES = {
    "plain": {"x": (0.0, 1.0), "k": [3, 5, 9]},
    "conditions": {"kind": ["a", "b"], "x": when("kind", "a", (0.0, 1.0))},
    "alternatives": [{"x": (0.0, 1.0)}, {"z": (0, 40), "w": ["p", "q"]}],
}
STRATEGIES = [Adaptive(), Hyperband(), Hyperband("surrogate")]


def score(trial):
    """Cheap scores are higher than full ones: whoever reads one as a score is wrong."""
    u = np.array(trial.unit)
    return float(-np.sum((u - 0.3) ** 2) + 5.0 / (trial.resource or 9))


def share_score(trial, full):
    return -((trial.params["x"] - 0.3) ** 2) - trial.params["k"] * trial.resource / full


def run(space="plain", n_iter=7, batch=None, **options):
    options = {"random_state": 0, "resource": LADDER} | options
    space = SPACES[space] if isinstance(space, str) else space
    tuner = BlueTuner(space, n_iter=n_iter, **options)
    go_on(tuner, batch)
    return tuner


@cache
def known(space, strategy):
    """A search that several tests only look at."""
    return run(space, strategy=strategy)


def go_on(tuner, batch=None, f=score):
    while not tuner.finished:
        for trial in tuner.ask(batch):
            tuner.tell(trial, f(trial))


@pytest.mark.parametrize("strategy", STRATEGIES, ids=repr)
@pytest.mark.parametrize("space", SPACES)
def test_no_search_costs_more_than_its_budget(space, strategy):
    """And none leaves so much that another full evaluation would fit."""
    tuner = known(space, strategy)
    costs = [trial.resource / 9 for trial in tuner.trials]
    assert 6.0 < sum(costs) <= 7.0 + 1e-9
    assert tuner.history.spent == pytest.approx(sum(costs))
    assert {type(trial.resource) for trial in tuner.trials} == {int}
    assert {trial.resource for trial in tuner.trials} == {1, 3, 9}
    assert len(tuner.trials) <= tuner.most_trials


@pytest.mark.parametrize("strategy", STRATEGIES, ids=repr)
@pytest.mark.parametrize("space", SPACES)
def test_a_cheap_score_never_wins(space, strategy):
    tuner = known(space, strategy)
    full = [trial for trial in tuner.trials if trial.resource == 9]
    assert tuner.best == max(full, key=lambda trial: trial.score)
    for trial in tuner.trials:
        assert trial.state == ("complete" if trial.resource == 9 else "partial")
        assert (trial.score is None) == (trial.resource < 9)
    (best,) = tuner.predict([tuner.best.params], alternative=tuner.best.alternative)
    assert max(best) < 3.0  # what cheap ones reach


@pytest.mark.parametrize("space", SPACES)
def test_a_configuration_climbs_rung_by_rung_or_goes_to_the_top(space):
    """The first one is evaluated in full, none twice with as much, none after it."""
    tuner = run(space, n_iter=9)
    assert tuner.trials[0].resource == 9
    had = {}
    for trial in tuner.trials:
        key = (trial.alternative, trial.unit)
        before = had.get(key, 0)
        assert trial.resource in ({0: 1, 1: 3, 3: 9}[before], 9)
        had[key] = trial.resource
    assert any(value == 3 for value in had.values())


def test_cheap_evaluations_are_half_of_the_cost_at_most_and_come_first():
    tuner = run(n_iter=16)
    total = partial = 0.0
    for trial in tuner.trials:
        if trial.resource < 9:
            assert total < CHEAP_UNTIL
            partial += trial.resource / 9
        total += trial.resource / 9
        assert total <= FIRST_COST + 1e-9 or partial <= CHEAP_SHARE * total + 1e-9


@pytest.mark.parametrize(
    ("strategy", "batch"),
    [(STRATEGIES[0], None), (STRATEGIES[0], 3), (STRATEGIES[1], None),
     (STRATEGIES[2], 1)],
)  # fmt: skip
def test_a_search_goes_on_from_any_point_as_if_it_had_not_stopped(strategy, batch):
    whole = run(strategy=strategy, batch=batch)
    for n in range(0, len(whole.trials), 6):
        tuner = BlueTuner(
            SPACES["plain"], n_iter=7, random_state=0, resource=LADDER,
            strategy=strategy,
        )  # fmt: skip
        while len(tuner.trials) < n and not tuner.finished:
            for trial in tuner.ask(batch):
                tuner.tell(trial, score(trial))
        again = BlueTuner.from_json(tuner.to_json())
        assert again.ladder == Ladder((1, 3, 9))
        go_on(again, batch)
        assert again.trials == whole.trials


@pytest.mark.parametrize("strategy", STRATEGIES, ids=repr)
def test_a_larger_budget_goes_on(strategy):
    tuner = run(strategy=strategy, n_iter=4)
    before = tuner.trials
    tuner.extend(9)
    go_on(tuner)
    assert tuner.trials[: len(before)] == before
    assert 8.0 < tuner.history.spent <= 9.0 + 1e-9


def test_scaling_the_scores_changes_nothing():
    other = BlueTuner(SPACES["plain"], n_iter=7, random_state=0, resource=LADDER)
    go_on(other, f=lambda trial: 64.0 * score(trial))
    assert [t.unit for t in other.trials] == [t.unit for t in run().trials]


def test_scaling_the_resource_changes_nothing():
    found = []
    for least in (1, 2):
        tuner = BlueTuner(
            SPACES["plain"], n_iter=7, random_state=0, resource=(least, 9 * least)
        )
        go_on(tuner, f=lambda t, full=9 * least: share_score(t, full))
        found.append([(t.unit, t.resource / least) for t in tuner.trials])
    assert found[0] == found[1]


def test_a_resource_that_changes_nothing_finds_the_same_best():
    def plain(trial):
        return -((trial.params["x"] - 0.3) ** 2) - trial.params["k"]

    found = []
    for resource in (None, LADDER):
        options = {} if resource is None else {"resource": resource}
        tuner = BlueTuner(SPACES["plain"], n_iter=16, random_state=0, **options)
        go_on(tuner, f=plain)
        found.append(tuner.best.params)
    for best in found:
        assert best["k"] == 3
        assert best["x"] == pytest.approx(0.3, abs=0.02)


def test_where_cheap_scores_point_the_other_way_the_ladder_ends():
    """The model finds it out from full ones; where they agree it goes on."""

    def cheap(sign):
        def f(trial):
            sign_here = 1.0 if trial.resource == 9 else sign
            return -sign_here * (trial.params["x"] - 0.3) ** 2

        tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=12, random_state=0, resource=LADDER)
        go_on(tuner, f=f)
        return [t.resource < 9 for t in tuner.trials], tuner

    agrees, _ = cheap(1.0)
    misleads, tuner = cheap(-1.0)
    assert sum(misleads) < sum(agrees) / 2
    assert not any(misleads[-6:])
    assert agreement(tuner.spaces[0], tuner.history.view(0)) < 0.0
    assert tuner.best.params["x"] == pytest.approx(0.3, abs=0.02)


def test_a_finite_space_is_evaluated_in_full_where_the_budget_allows():
    tuner = run({"k": [1, 2, 3]}, n_iter=3)
    assert [trial.resource for trial in tuner.trials] == [9, 9, 9]


def test_failures_go_nowhere():
    """A configuration that failed with little is not tried with more."""
    tuner = BlueTuner(SPACES["plain"], n_iter=7, random_state=0, resource=LADDER)
    failed = set()
    while not tuner.finished:
        for trial in tuner.ask():
            assert trial.unit not in failed
            is_bad = trial.params["k"] == 5
            failed |= {trial.unit} if is_bad else set()
            tuner.tell(trial, math.nan if is_bad else score(trial))
    assert failed
    assert tuner.best.params["k"] != 5


def test_what_is_awaited_is_not_asked_higher():
    """Neither with a window, where several of one configuration could be open."""
    tuner = BlueTuner(SPACES["plain"], n_iter=7, random_state=0, resource=LADDER)
    open_ = tuner.ask(4)
    while not tuner.finished:
        units = [trial.unit for trial in open_]
        assert len(set(units)) == len(units)
        trial = open_.pop(0)
        tuner.tell(trial, score(trial))
        open_ += tuner.ask(4 - len(open_)) if len(open_) < 4 else []


# Hyperband


def test_brackets_are_those_of_the_paper():
    """Algorithm 1 for R = 81 and eta = 3."""
    found = iter(brackets(Ladder((1, 3, 9, 27, 81))))
    assert [next(found) for _ in range(6)] == [
        [81, 27, 9, 3, 1],
        [34, 11, 3, 1],
        [15, 5, 1],
        [8, 2],
        [5],
        [81, 27, 9, 3, 1],
    ]


def test_hyperband_promotes_the_best_of_each_rung():
    tuner = run(strategy="hyperband", n_iter=9)
    rows = [t for t in tuner.trials if t.stage == "hyperband"]
    first, second, third = rows[:9], rows[9:12], rows[12:13]
    assert [t.resource for t in rows[:13]] == [1] * 9 + [3] * 3 + [9]
    by_score = sorted(first, key=lambda t: -t.values[0])
    assert [t.unit for t in second] == [t.unit for t in by_score[:3]]
    assert third[0].unit == max(second, key=lambda t: t.values[0]).unit


@pytest.mark.parametrize("sampler", ["random", "surrogate"])
@pytest.mark.parametrize("n", [None, 1])
@pytest.mark.parametrize(
    ("size", "rungs"),
    [
        (8, [9] + [1] * 7 + [3] * 3 + [9]),
        (11, [9] + [1] * 9 + [3] * 3 + [9] + [3] + [9]),
    ],
)
def test_a_bracket_goes_on_where_nothing_is_new(sampler, n, size, rungs):
    """It ended, with the best of its configurations evaluated at the lowest rung."""
    tuner = BlueTuner(
        {"k": list(range(size))}, n_iter=7, random_state=0, resource=LADDER,
        strategy=Hyperband(sampler),
    )  # fmt: skip
    while not tuner.finished:
        for trial in tuner.ask(n):
            tuner.tell(trial, -abs(trial.params["k"] - 2.2) + trial.resource)
    assert [trial.resource for trial in tuner.trials] == rungs
    assert tuner.best.params == {"k": 2}


def test_hyperband_waits_for_its_rung_and_passes_over_failures():
    tuner = BlueTuner(
        SPACES["plain"], n_iter=12, random_state=0, resource=LADDER,
        strategy="hyperband",
    )  # fmt: skip
    (first,) = tuner.ask(1)
    tuner.tell(first, 0.0)
    rung = tuner.ask()
    assert len(rung) == 9
    assert tuner.ask() == []
    for trial in rung[2:]:
        tuner.tell(trial, math.nan)
    assert tuner.ask() == []
    tuner.tell(rung[0], 1.0)
    tuner.tell(rung[1], 2.0)
    assert [t.unit for t in tuner.ask()] == [rung[1].unit, rung[0].unit]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"strategy": "hyperband"}, "needs a resource"),
        ({"strategy": Classic(), "resource": (1, 9)}, "strategy must be one that"),
        ({"resource": (5, 9)}, r"resource must begin above 0.*Write resource=\(3, 9\)"),
        ({"resource": (0, 9)}, "resource must begin above 0"),
        (
            {"resource": (1, 9), "factor": 1.5},
            "factor must be a finite number",
        ),
    ],
)
def test_a_resource_that_can_not_be_is_refused(options, match):
    with pytest.raises(ValueError, match=match):
        BlueTuner({"x": (0.0, 1.0)}, **options)


@pytest.mark.parametrize("resource", [9, "ab", (1, 2, 3), (None, 9)])
def test_a_resource_is_a_pair_of_numbers(resource):
    with pytest.raises(TypeError, match="resource must be a pair of numbers"):
        BlueTuner({"x": (0.0, 1.0)}, resource=resource)


def test_a_sampler_has_a_name():
    with pytest.raises(ValueError, match="sampler must be one of"):
        Hyperband("tpe")


# Report and stop


def halved(reports):
    """Which are stopped, by the rule of asynchronous successive halving as published.

    `reports` are the values of trials at rung 1, in order: the value of each goes on if
    it is among the best third of those up to it.
    """
    for n in range(1, len(reports) + 1):
        known = sorted(reports[:n], reverse=True)
        k = n // 3
        yield bool(k) and reports[n - 1] < known[k - 1]


@settings(max_examples=30)
@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=9, unique=True))
def test_trials_stop_as_by_asynchronous_halving(values):
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=30, random_state=0, resource=LADDER)
    history = tuner.history
    for number in range(len(values)):  # all with the full resource
        history.append(Asked(number, (number / 10,), "climb", resource=9))
    found = []
    for number, value in enumerate(values):
        assert not tuner.should_stop(number)
        tuner.report(number, value, 1)
        found.append(tuner.should_stop(number))
    assert found == list(halved(values))


def test_a_trial_that_stops_gives_back_what_it_did_not_spend():
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, random_state=0, resource=LADDER)
    (trial,) = tuner.ask(1)
    assert tuner.history.spent == 1.0
    tuner.report(trial, 0.5, 2)
    tuner.tell(trial, 0.5, resource=2)
    assert tuner.history.spent == pytest.approx(2 / 9)
    told = tuner.trials[0]
    assert (told.state, told.resource, told.values) == ("partial", 2, (0.5,))
    assert tuner.best is None
    assert BlueTuner.from_json(tuner.to_json()).trials == tuner.trials
    with pytest.raises(AlreadyToldError):
        tuner.tell(trial, 0.5)


@pytest.mark.parametrize("resource", [0, 10, -1])
def test_a_report_is_of_what_the_trial_has(resource):
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, random_state=0, resource=LADDER)
    (trial,) = tuner.ask(1)
    with pytest.raises(ValueError, match="at most the trial's own, 9"):
        tuner.report(trial, 0.1, resource)
    with pytest.raises(ValueError, match="at most the trial's own, 9"):
        tuner.tell(trial, 0.1, resource=resource)


def test_a_trial_that_should_stop_is_told_with_what_it_spent():
    """Told without that, it would count as evaluated in full."""
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=30, random_state=0, resource=LADDER)
    for number, value in enumerate([0.9, 0.8, 0.7, 0.1]):
        tuner.history.append(Asked(number, (number / 10,), "climb", resource=9))
        tuner.report(number, value, 1)
    assert tuner.should_stop(3)
    with pytest.raises(ValueError, match="resource must be given for trial 3"):
        tuner.tell(3, 0.1)
    tuner.tell(3, 0.1, resource=1)
    assert tuner.trials[3].state == "partial"


def test_without_a_resource_there_are_no_reports():
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, random_state=0)
    (trial,) = tuner.ask(1)
    assert trial.resource is None
    assert not tuner.should_stop(trial)
    with pytest.raises(ValueError, match="resource needs a search that has one"):
        tuner.report(trial, 0.1, 1)


# The parts


@given(st.integers(1, 50), st.integers(2, 5), st.floats(2.0, 5.0), st.integers(0, 3))
def test_rungs_rise_to_the_full_one_by_the_factor(least, ratio, factor, more):
    full = least * int(factor**ratio) + more
    ladder = Ladder.between(least, full, factor)
    assert ladder.full == full
    assert least <= ladder.least + 0.5
    assert ladder.least / factor < least + 1
    levels = ladder.levels
    assert levels[0] == (0.0 if len(levels) > 1 else 1.0)
    assert levels[-1] == 1.0
    assert (np.diff(levels) > 0.0).all()
    for level, rung in zip(levels, ladder.rungs, strict=True):
        assert ladder.resource(level) == rung
        assert ladder.cost(rung) == rung / full


def test_a_model_at_the_full_resource_is_the_whole_one_there():
    """With its gradients, and with what is believed at a level below."""
    rng = np.random.default_rng(0)
    U, levels = rng.random((12, 4)), (0, 3, 0, 0)  # the last one is the level
    columns = Columns.of(levels, U)
    X, t = encode(U, columns), rng.standard_normal(12)
    whole = GaussianProcess.condition(
        X, t, columns, fit_hyperparameters(X, t, columns)
    ).with_fantasy(np.array([0.2, 0.5, 0.1, 0.5]))
    seen = AtFull(GaussianProcess.condition(X, t, columns, whole.hyperparameters))
    seen = seen.with_fantasy(np.array([0.2, 0.5, 0.1]), 0.5)
    at = rng.random((5, 3))
    found = seen.predict(at, gradient=True)
    right = whole.predict(np.column_stack([at, np.ones(5)]), gradient=True)
    np.testing.assert_array_equal(found.mean, right.mean)
    np.testing.assert_array_equal(found.std, right.std)
    np.testing.assert_array_equal(found.mean_slope, right.mean_slope[:, :3])
    assert seen.columns.levels.tolist() == [0, 3, 0]


def test_a_view_knows_what_may_go_higher():
    ladder = Ladder((1, 3, 9))
    space = BlueTuner({"x": (0.0, 1.0)}, n_iter=2, random_state=0).spaces
    history = History(space, ladder=ladder)
    for number, (at, resource) in enumerate([(0.1, 1), (0.2, 9), (0.3, 1), (0.1, 3)]):
        history.append(Asked(number, (at,), "climb", resource=resource))
    for number in (0, 1, 2):
        history.append(Finished(number, (float(number),)))
    view = history.view(0)
    assert isinstance(view, View)
    at = np.array([[0.1], [0.2], [0.3], [0.4]])  # awaited, full, partial, new
    assert view.may_ask(at).tolist() == [False, False, True, True]
    assert view.X[view.partial_rows].tolist() == [[0.3]]
    assert view.level.tolist() == [0.0, 1.0, 0.0, 0.5]
    assert view.best_rows.tolist() == [1]
    assert history.view(0, is_full=True).X.tolist() == [[0.2]]


def test_choices_and_ladders_go_together():
    tuner = run({"c": Categorical(["a", "b", "c", "d"]), "x": (0.0, 1.0)})
    assert tuner.best is not None


@pytest.mark.parametrize("resource", ["3", None, True])
def test_a_resource_that_is_no_number_is_refused(resource):
    tuner = BlueTuner({"x": (0.0, 1.0)}, random_state=0, resource=LADDER)
    (trial,) = tuner.ask(1)
    with pytest.raises(TypeError, match="resource must be a number"):
        tuner.report(trial, 0.5, resource)


def test_numbers_of_numpy_are_kept_as_text():
    """A loop over ``np.arange`` reports them."""
    tuner = BlueTuner({"x": (0.0, 1.0)}, random_state=0, resource=LADDER)
    (trial,) = tuner.ask(1)
    tuner.report(trial, np.float32(0.5), np.int64(1))
    tuner.tell(trial, np.float32(0.5), resource=np.int64(3))
    assert BlueTuner.from_json(tuner.to_json()).trials == tuner.trials


@pytest.mark.parametrize("objectives", [None, ("a", "b")])
def test_cheap_scores_of_other_alternatives_are_no_incumbent(objectives):
    """Nor do they move the targets once the model sees full ones alone."""
    tuner = BlueTuner(SPACES["alternatives"], n_iter=30, random_state=0,
                      resource=LADDER, objectives=objectives)  # fmt: skip
    go_on(tuner, f=lambda t: score(t) if objectives is None else (score(t), -1.0))
    scheduler = tuner._scheduler
    for k in (0, 1):
        view = scheduler._seen(scheduler.budgets[0], k, tuner.history)
        full = [t for t in tuner.trials if t.alternative != k and t.resource == 9]
        assert [len(own) for own in view.full_others] == [len(full)]
        assert len(view.others[0]) > len(full)
        assert view.best_of_others == view.full_others[0].max()
        assert view.of_full().others is view.full_others
        if objectives is None:
            assert view.best_of_others == max(t.score for t in full)


def test_less_than_the_lowest_rung_is_its_level():
    assert Ladder((1, 3, 9)).level(0.1) == 0.0
