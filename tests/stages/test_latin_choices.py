"""Where there are many unordered choices, every value is seen early."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from skbluetuna import Adaptive, BlueTuner, Categorical, Space, when
from skbluetuna.stages._latin_choices import n_unseen

quick = settings(max_examples=25, deadline=None)


def choices(*sizes):
    return {f"c{i}": [f"v{k}" for k in range(n)] for i, n in enumerate(sizes)}


def first_of(space, n_iter=60, seed=0, **kwargs):
    """What is asked before there is a score."""
    return BlueTuner(space, n_iter=n_iter, random_state=seed, **kwargs).ask()


def values(trials, name):
    return Counter(t.params[name] for t in trials if name in t.params)


SIZES = st.lists(st.integers(2, 9), min_size=1, max_size=6)


@quick
@given(SIZES.filter(lambda k: sum(k) - len(k) > 5), st.integers(0, 99), st.booleans())
def test_after_as_many_trials_as_a_choice_has_values_all_were_seen(sizes, seed, mixed):
    """And none much oftener than another, as in a Latin square."""
    space = choices(*sizes) | ({"x": (0.0, 1.0), "k": (1, 9)} if mixed else {})
    trials = first_of(space, n_iter=4 * max(sizes), seed=seed)
    if all(t.stage == "grid" for t in trials):
        return
    assert len(trials) == max(sizes)
    assert [t.stage for t in trials] == ["initial"] + ["learn"] * (max(sizes) - 1)
    for name in choices(*sizes):
        seen = values(trials, name)
        assert set(seen) == set(space[name])
        assert max(seen.values()) - min(seen.values()) <= 1
    assert len({t.unit for t in trials}) == len(trials)


@quick
@given(SIZES.filter(lambda k: 0 < sum(k) - len(k) <= 5), st.integers(0, 99))
def test_where_few_values_are_unseen_nothing_is_asked_before_a_score(sizes, seed):
    space = choices(*sizes) | {"x": (0.0, 1.0)}
    assert [t.stage for t in first_of(space, seed=seed)] == ["initial"]


def test_values_that_were_given_are_seen_already():
    """Initial configurations count, whatever the rule would have been without them."""
    space = choices(4, 4, 4)
    every = [dict.fromkeys(space, f"v{k}") for k in range(4)]
    assert len(first_of(space, initial_params=every[:2])) == 4
    stages = [t.stage for t in first_of(space, initial_params=every)]
    assert stages == ["initial"] * 4


def test_numbers_and_ordered_choices_stand_at_the_reference():
    ordered = Categorical(["low", "mid", "high"], ordered=True)
    space = choices(5, 5) | {"x": (0.0, 1.0), "k": (1, 9), "o": ordered}
    reference = {"x": 0.125, "k": 8, "o": "high"}
    trials = first_of(space, reference=reference)
    assert len(trials) == 5
    assert {tuple(t.params[n] for n in "xko") for t in trials} == {(0.125, 8, "high")}


def test_what_a_condition_leaves_out_is_not_counted_as_seen():
    space = {
        "p": ["a", "b"],
        "q": when("p", "a", list("uvwxyz")),
        "r": list("defghijk"),
        "x": when("p", "b", (0.0, 1.0)),
    }
    trials = first_of(space)
    assert len(trials) == 8
    assert len(values(trials, "r")) == 8
    assert len(values(trials, "q")) == sum("q" in t.params for t in trials) > 2
    assert {t.params["x"] for t in trials if "x" in t.params} == {0.5}


def test_it_takes_at_most_a_quarter_of_the_budget():
    """A choice of thousands of values would take all of it."""
    space = {"c": [(k, "a") for k in range(3000)], "x": (0.0, 1.0)}
    assert len(first_of(space, n_iter=40)) == 1 + 10


def test_a_hypercube_that_is_asked_for_takes_its_place():
    trials = first_of(choices(5, 5, 5), strategy=Adaptive(n_lhs=7))
    assert len(trials) == 8


def test_alternatives_have_it_within_their_first_look():
    spaces = [choices(5, 5), {"x": (0.0, 1.0)}]
    trials = first_of(spaces)
    mine = [t for t in trials if t.alternative == 0]
    assert [t.stage for t in mine] == ["initial"] + ["learn"] * 3


def test_unseen_are_the_values_that_stand_in_no_row():
    space = Space(choices(4, 2) | {"x": (0.0, 1.0)})
    U = space.to_unit([{"c0": "v1", "c1": "v0", "x": 0.3}] * 2)
    assert n_unseen(space, U) == [3, 1]
    assert n_unseen(space, U[:0]) == [4, 2]
