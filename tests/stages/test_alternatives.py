"""Several spaces in one search: their first configurations, their shares."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skbluetuna import BlueTuner, Classic
from skbluetuna._ledger import Ledger
from skbluetuna.space import Space, grid
from skbluetuna.stages import initial_rows, plan

CHEAP = Classic(n_epochs=1)


def finite(size):
    return Space({"k": list(range(size))})


def continuum():
    return Space({"x": (0.0, 1.0)})


def quotas(sizes, n_iter):
    """Trials given to alternatives of these sizes; None for a continuum."""
    spaces = tuple(continuum() if s is None else finite(s) for s in sizes)
    rows = initial_rows(spaces, None, None)
    return [a.quota for a in plan(spaces, rows, CHEAP, n_iter).alternatives]


def run(tuner):
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, float(trial.number))
    return tuner


# The budget


@given(k=st.integers(1, 6), more=st.integers(0, 300))
@settings(deadline=None, max_examples=50)
def test_the_budget_is_split_evenly_and_the_first_take_the_rest(k, more):
    share, extra = divmod(k + more, k)
    got = quotas([None] * k, k + more)
    assert got == [share + 1] * extra + [share] * (k - extra)


@pytest.mark.slow
@given(
    sizes=st.lists(st.none() | st.integers(1, 40), min_size=1, max_size=6),
    n_iter=st.integers(1, 200),
)
@settings(deadline=None)
def test_what_a_finite_alternative_cannot_use_goes_to_the_others(sizes, n_iter):
    assume(n_iter >= len(sizes))
    got = quotas(sizes, n_iter)
    room = [np.inf if size is None else size for size in sizes]
    assert sum(got) == min(n_iter, sum(room))
    assert all(1 <= q <= r for q, r in zip(got, room, strict=True))
    for q, r in zip(got, room, strict=True):
        assert q == r or q >= max(got) - 1  # who could take more has no less


def test_leftovers_of_leftovers_are_passed_on_too():
    assert quotas([2, 5, None, None], 40) == [2, 5, 17, 16]


@given(k=st.integers(2, 6), data=st.data())
def test_fewer_iterations_than_alternatives_are_an_error(k, data):
    n_iter = data.draw(st.integers(1, k - 1))
    with pytest.raises(ValueError, match=rf"n_iter .* at least .*{k}; got {n_iter}\."):
        quotas([None] * k, n_iter)


def test_each_alternative_is_asked_its_share():
    spaces = [{"x": (0.0, 1.0)}, {"y": ["a", "b", "c"]}, {"z": (0.1, 1.0, "log")}]
    tuner = BlueTuner(spaces, n_iter=30, strategy=CHEAP, random_state=0)
    asked = [trial.alternative for trial in run(tuner).trials]
    assert [asked.count(k) for k in range(3)] == [14, 3, 13]
    for trial in tuner.trials:
        assert list(trial.params) == [["x"], ["y"], ["z"]][trial.alternative]


def test_a_finite_search_within_the_budget_is_asked_exhaustively_in_grid_order():
    spaces = [{"b": ["u", "v"], "a": [1, 2]}, {"c": (1, 3)}]
    tuner = BlueTuner(
        spaces, n_iter=7, strategy=CHEAP, reference=[{"a": 2}, {"c": 3}],
        initial_params=[{"a": 1, "b": "v"}], random_state=0,
    )  # fmt: skip
    trials = run(tuner).trials
    assert {trial.stage for trial in trials} == {"grid"}
    for k, space in enumerate(spaces):
        mine = [trial.params for trial in trials if trial.alternative == k]
        assert mine == grid(Space(space))


def test_one_configuration_above_the_budget_is_not_asked_exhaustively():
    tuner = BlueTuner({"k": (1, 8)}, n_iter=7, strategy=CHEAP, random_state=0)
    assert "grid" not in {trial.stage for trial in run(tuner).trials}
    assert len(tuner.trials) == 7


def test_without_a_budget_each_alternative_has_the_published_schedule():
    spaces = (continuum(), Space({"y": (0.0, 1.0), "z": (0.0, 1.0)}))
    rows = initial_rows(spaces, None, None)
    strategy = Classic(n_lhs=6, tune_reps=5)
    got = [a.quota for a in plan(spaces, rows, strategy, None).alternatives]
    assert got == [1 + 8 + 11, 1 + 16 + 11]


# What each starts from


def space():
    return Space({"x": (0.0, 4.0), "k": (1, 9), "c": ["a", "b"]})


CENTRE = {"x": 2.0, "k": 5, "c": "a"}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (None, CENTRE),
        ({}, CENTRE),
        ({"x": 1.0}, CENTRE | {"x": 1.0}),
        ({"x": None, "k": 3, "c": None}, CENTRE | {"k": 3}),
        ({"x": 4.1, "k": 10, "c": "z"}, CENTRE),
        ({"k": 2.5, "x": 3}, CENTRE | {"x": 3.0}),
        ({"unknown": 1, "c": "b"}, CENTRE | {"c": "b"}),
        ([{"c": "b"}], CENTRE | {"c": "b"}),
    ],
)
def test_the_reference_leads_and_its_gaps_stand_at_the_centre(reference, expected):
    ((row,),) = initial_rows((space(),), reference, None)
    assert row == expected
    assert list(row) == ["x", "k", "c"]


def test_initial_params_follow_and_take_from_the_reference_what_they_do_not_name():
    reference = {"x": 1.0, "k": 2}
    given_ = [{"c": "b"}, {"x": 3.0, "k": 7, "c": "b"}, {"k": 9}]
    (rows,) = initial_rows((space(),), reference, given_)
    assert rows == [
        {"x": 1.0, "k": 2, "c": "a"},
        {"x": 1.0, "k": 2, "c": "b"},
        {"x": 3.0, "k": 7, "c": "b"},
        {"x": 1.0, "k": 9, "c": "a"},
    ]


def test_no_configuration_is_asked_twice():
    given_ = [{}, {"k": 3}, dict(CENTRE), {"k": 3, "x": 2.0}, {"x": 2}]
    (rows,) = initial_rows((space(),), None, given_)
    assert rows == [CENTRE, CENTRE | {"k": 3}]


def test_a_configuration_goes_to_the_first_alternative_that_holds_it():
    spaces = (
        Space({"x": (0.0, 1.0)}),
        Space({"x": (0.0, 9.0), "k": (1, 9)}),
        Space({"x": (0.0, 9.0)}),
    )
    given_ = [{"x": 5.0}, {"x": 0.25}, {"k": 2}, {"x": 0.75, "k": 3}]
    rows = initial_rows(spaces, [{"x": 0.0}, {"x": 1.0, "k": 1}, {}], given_)
    assert rows == [
        [{"x": 0.0}, {"x": 0.25}],
        [
            {"x": 1.0, "k": 1}, {"x": 5.0, "k": 1}, {"x": 1.0, "k": 2},
            {"x": 0.75, "k": 3},
        ],
        [{"x": 4.5}],
    ]  # fmt: skip


def test_values_come_out_native_and_the_arguments_stay_as_they_were():
    reference, given_ = {"x": np.float32(0.5), "k": np.int64(3)}, [{"x": 1}]
    (rows,) = initial_rows((space(),), reference, given_)
    assert [[type(v) for v in row.values()] for row in rows] == [[float, int, str]] * 2
    assert reference == {"x": np.float32(0.5), "k": np.int64(3)}
    assert given_ == [{"x": 1}]


@pytest.mark.parametrize(
    ("given_", "kind", "message"),
    [
        ([{"x": 5.0}], ValueError, r"initial_params\[0\]: 'x' must lie in .*got 5\.0"),
        ([{}, {"y": 1}], ValueError, r"initial_params\[1\]: 'y' must be one of"),
        ([{"k": None}], ValueError, r"'k' must lie in .*got None"),
        ([{}, 3], TypeError, r"initial_params\[1\] must be a dict; got 3"),
        ({"x": 1.0}, TypeError, r"initial_params must be a list of dicts"),
        (7, TypeError, r"initial_params must be a list of dicts; got 7"),
    ],
)
def test_a_configuration_that_belongs_nowhere_is_an_error(given_, kind, message):
    with pytest.raises(kind, match=message):
        initial_rows((space(),), None, given_)


@pytest.mark.parametrize("references", [{"x": 1.0}, [{}], [{}] * 3])
def test_there_must_be_one_reference_for_each_alternative(references):
    got = 1 if isinstance(references, dict) else len(references)
    with pytest.raises(ValueError, match=rf"each of 2 alternatives; got {got}"):
        initial_rows((space(), continuum()), references, None)


def test_the_search_asks_the_initial_rows_first():
    tuner = BlueTuner(
        {"x": (0.0, 4.0), "k": (1, 9)}, n_iter=12, strategy=CHEAP,
        reference={"x": 1.0}, initial_params=[{"k": 2}], random_state=0,
    )  # fmt: skip
    trials = run(tuner).trials
    assert [t.params for t in trials[:2]] == [{"x": 1.0, "k": 5}, {"x": 1.0, "k": 2}]
    assert [t.stage for t in trials[:3]] == ["initial", "initial", "scan"]


# Open trials


def bowl(trial, centres, heights):
    centre, height = centres[trial.alternative], heights[trial.alternative]
    return height - float(np.sum((np.array(trial.unit) - centre) ** 2))


def contest(heights, n_iter=60, seed=0, n=None, **kwargs):
    spaces = [{f"{c}{i}": (0.0, 1.0) for i in range(2)} for c in "abc"[: len(heights)]]
    tuner = BlueTuner(spaces, n_iter=n_iter, random_state=seed, **kwargs)
    while not tuner.finished:
        for trial in tuner.ask(n):
            tuner.tell(trial, bowl(trial, (0.3, 0.6, 0.8), heights))
    return tuner


def counts(tuner):
    asked = [trial.alternative for trial in tuner.trials]
    return [asked.count(k) for k in range(len(tuner.spaces))]


@pytest.mark.slow
@pytest.mark.parametrize(("winner", "n"), [(0, None), (1, None), (2, None), (1, 4)])
def test_the_budget_goes_where_it_pays_and_none_is_starved(winner, n):
    heights = [0.3 * (k == winner) for k in range(3)]
    tuner = contest(heights, n=n)
    asked = counts(tuner)
    assert sum(asked) == 60
    assert asked[winner] == max(asked)
    assert asked[winner] > 30  # an even split gives 20
    assert min(asked) >= 4 + 2  # the first look, and every tenth of 48
    assert tuner.best.alternative == winner
    assert tuner.best.score > 0.3 - 1e-3


@pytest.mark.slow
def test_the_first_look_is_two_more_than_parameters_or_half_of_the_budget():
    assert [t.alternative for t in contest([0.0, 0.0, 0.0]).trials[:12]] == (
        [0, 1, 2] * 4
    )
    few = [t.alternative for t in contest([0.0, 0.0, 0.0], n_iter=12).trials]
    assert few[:6] == [0, 1, 2] * 2
    named = contest([0.0, 0.0], initial_params=[{"a0": k / 9.0} for k in range(9)])
    assert [t.stage for t in named.trials if t.alternative == 0][:10] == [
        "initial"
    ] * 10


@pytest.mark.slow
def test_an_offset_or_scale_of_all_scores_changes_no_choice():
    def asked(scale, offset):
        tuner = BlueTuner(
            [{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}], n_iter=25, random_state=0
        )
        while not tuner.finished:
            for trial in tuner.ask():
                score = bowl(trial, (0.3, 0.6), (0.0, 0.1))
                tuner.tell(trial, offset + scale * score)
        return [(t.alternative, t.unit) for t in tuner.trials]

    plain = asked(1.0, 0.0)
    assert asked(8.0, 0.0) == plain
    moved = asked(1.0, 3.0)
    assert [k for k, _ in moved] == [k for k, _ in plain]


@pytest.mark.slow
def test_an_alternative_that_always_fails_gets_its_chances_and_no_more():
    tuner = BlueTuner([{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}], n_iter=40, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            fails = trial.alternative == 1
            tuner.tell(trial, np.nan if fails else bowl(trial, (0.3, 0), (0, 0)))
    asked = counts(tuner)
    assert asked[1] <= 3 + 4 + 8
    assert asked[1] >= 3 + 3


@pytest.mark.slow
def test_what_one_alternative_has_asked_the_other_does_not_ask_again():
    spaces = [{"k": (1, 30)}, {"k": (10, 40)}, {"k": (1, 40)}]
    tuner = BlueTuner(spaces, n_iter=45, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, -abs(trial.params["k"] - 20.0))
    later = [t.params["k"] for t in tuner.trials if t.stage != "initial"]
    assert len(set(later)) == len(later)
    assert set(later) | {t.params["k"] for t in tuner.trials} == set(range(1, 41))


def test_all_alternatives_see_the_same_scores_failures_too():
    tuner = BlueTuner([{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}], n_iter=16, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            fails = trial.alternative == 0 and trial.number % 3 == 1
            tuner.tell(trial, np.nan if fails else trial.unit[0])
    ledger = Ledger(tuner.trials)
    seen = []
    for k in (0, 1):
        mine = ledger.of(k)
        seen.append(np.sort(np.concatenate([mine.scored()[1], *mine.rivals])))
    np.testing.assert_array_equal(*seen)
    assert len(seen[0]) == 16


def test_every_initial_configuration_is_asked_while_the_budget_lasts():
    wanted = [{"a": i / 21} for i in range(1, 16)]
    spaces = [{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}]
    tuner = BlueTuner(spaces, n_iter=20, initial_params=wanted, random_state=0)
    stages = [t.stage for t in run(tuner).trials]
    assert stages.count("initial") == 17
    assert len(stages) == 20


@pytest.mark.slow
def test_an_alternative_that_always_fails_does_not_hinder_the_regret_rule():
    tuner = BlueTuner([{"a": (0.0, 1.0)}, {"b": (0.0, 1.0)}], n_iter=60, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            fails = trial.alternative == 1
            tuner.tell(trial, np.nan if fails else -((trial.unit[0] - 0.3) ** 2))
    assert tuner.regret_bound() < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["adaptive", "classic"])
def test_overlapping_alternatives_spend_the_whole_budget(strategy):
    spaces = [{"a": (1, 60)}, {"a": (1, 60)}]
    tuner = BlueTuner(spaces, n_iter=40, strategy=strategy, random_state=0)
    assert len(run(tuner).trials) == 40
