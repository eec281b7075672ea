"""What was learned, in the user's own names and values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skbluetuna import BlueTunaSearchCV, BlueTuner, Categorical, Classic, Integer
from skbluetuna.explain._tables import narrowed_space
from skbluetuna.model import _part
from skbluetuna.space import Space
from skbluetuna.stages import _fits
from skbluetuna.stages._base import Regions

CHEAP = Classic(n_epochs=3)
n_splits = st.integers(1, 5)
dimensions = {
    "real": st.builds(lambda w, m: (-1.0, -1.0 + w, m), st.floats(0.1, 50.0), n_splits),
    "log": st.builds(
        lambda w, m: (0.1, 0.1 + w, m, "log"), st.floats(0.1, 50.0), n_splits
    ),
    "integer": st.builds(lambda w, m: (1, 1 + w, m), st.integers(2, 40), n_splits),
    "log integer": st.builds(
        lambda w, m: (1, 1 + w, m, "log"), st.integers(2, 40), n_splits
    ),
    "choice": st.integers(1, 5).map(lambda k: [f"choice{i}" for i in range(k)]),
    "ordered": st.integers(2, 6).map(lambda k: [2**i for i in range(k)]),
    "tuples": st.just([(10,), (5, 5), (3, 3)]),
    "none": st.just([None, 3, 0.5]),
    "norm": st.just(stats.norm(3, 2)),
    "poisson": st.just(stats.poisson(6)),
    "randint": st.just(stats.randint(2, 9)),
    "loguniform": st.just(stats.loguniform(1e-3, 1e2)),
}
specs = st.lists(st.one_of(*dimensions.values()), min_size=1, max_size=4).map(
    lambda values: {f"p{i}": value for i, value in enumerate(values)}
)
NATIVE = {int, float, str, tuple, type(None)}


def searched(space, n_iter, seed=0, score=None):
    """A finished search; without a score, on random ones."""
    rng = np.random.default_rng(seed)
    tuner = BlueTuner(space, n_iter=n_iter, strategy=CHEAP, random_state=seed)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, rng.normal() if score is None else score(trial.params))
    return tuner


REGIONS = ["param", "low", "high", "raw_output", "projection", "score", "kept"]
SHARES = ["share", "share_low", "share_high", "local_share"]
NUMBERS = ["weight", "std_error", *SHARES, "initial_weight"]
WEIGHTS = ["param", *NUMBERS, "at_end"]
INTERACTIONS = ["param_a", "param_b", "kind", "weight", "std_error", *SHARES]
MIXED = {"x": (0.0, 1.0), "k": (1, 30), "fixed": ["one"], "c": ["a", "b", "c"]}


@pytest.mark.parametrize("n_iter", [1, 2, 5, 60])
def test_the_tables_have_the_documented_columns_of_equal_length(n_iter):
    tuner = searched(MIXED, n_iter)
    for table, columns in (
        (tuner.regions, REGIONS),
        (tuner.weights, WEIGHTS),
        (tuner.interactions, INTERACTIONS),
    ):
        assert list(table) == columns
        assert len({len(column) for column in table.values()}) == 1
        assert all(isinstance(column, np.ndarray) for column in table.values())


def test_the_documented_columns_are_those_of_the_search_s_docstring():
    every = {*REGIONS, *WEIGHTS, *INTERACTIONS, "probability", "alternative"}
    for column in every:
        assert f"``{column}``" in BlueTunaSearchCV.__doc__


def test_several_alternatives_add_a_column_with_their_number():
    tuner = searched([MIXED, {"y": (0.0, 1.0), "z": (0.0, 1.0)}], 60)
    for table, columns in (
        (tuner.regions, REGIONS),
        (tuner.weights, WEIGHTS),
        (tuner.interactions, INTERACTIONS),
    ):
        assert sorted(table) == sorted([*columns, "alternative"])
        name = table["param" if "param" in table else "param_a"]
        expected = [1 if n in ("y", "z") else 0 for n in name]
        assert table["alternative"].tolist() == expected
    assert [list(space) for space in tuner.optimized_space] == [
        list(MIXED), ["y", "z"],
    ]  # fmt: skip


def test_weights_have_one_row_for_each_parameter_and_none_for_what_cannot_vary():
    weights = searched(MIXED, 60).weights
    assert weights["param"].tolist() == ["x", "k", "fixed", "c"]
    fixed = [weights[column][2] for column in NUMBERS]
    assert fixed == [0.0] * len(fixed)
    assert np.all(weights["weight"][[0, 1, 3]] != 0.0)
    assert weights["initial_weight"].sum() == pytest.approx(1.0)


def test_interactions_have_one_row_for_each_pair_and_kind_of_term():
    table = searched(MIXED, 60).interactions
    rows = zip(table["kind"], table["param_a"], table["param_b"], strict=True)
    both = [("x", "k"), ("x", "c"), ("k", "c")]
    assert list(rows) == [("product", *p) for p in both] + [
        ("log_ratio", *p) for p in both
    ]


@pytest.mark.slow
@given(space=specs, n_iter=st.integers(1, 30), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=6)
def test_shares_of_both_tables_sum_to_one_or_to_zero(space, n_iter, seed):
    """To zero if the climb, whose model they show, began after a single trial."""
    tuner = searched(space, n_iter, seed)
    shares = [*tuner.weights["share"], *tuner.interactions["share"]]
    assert min(shares) >= 0.0
    varied = sum(trial.stage != "climb" for trial in tuner.trials) > 1
    assert sum(shares) == pytest.approx(1.0 if varied else 0.0)


def test_the_share_finds_the_parameter_that_matters():
    space = {"x": (0.0, 1.0), "y": (0.0, 1.0), "z": (0.0, 1.0)}
    tuner = BlueTuner(space, n_iter=60, strategy="classic", random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, 2.0 + trial.params["y"] + 0.2 * trial.params["z"])
    weights = tuner.weights
    assert weights["param"][np.argmax(weights["share"])] == "y"
    assert weights["weight"][1] > 0.0
    assert weights["initial_weight"][0] == pytest.approx(0.0, abs=1e-9)
    assert np.argmax(weights["initial_weight"]) == 1


# Regions


@pytest.mark.slow
@given(space=specs, n_iter=st.integers(1, 30), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=10)
def test_region_bounds_are_native_values_of_their_parameter(space, n_iter, seed):
    regions, dims = searched(space, n_iter, seed).regions, dict(
        zip(space, Space(space).dimensions, strict=True)
    )  # fmt: skip
    assert set(regions["param"]) == set(space)
    for param, low, high in zip(
        regions["param"], regions["low"], regions["high"], strict=True
    ):
        dim = dims[param]
        assert {type(low), type(high)} <= NATIVE
        assert dim.contains(low)
        assert dim.contains(high)
        if dim.is_ordered:
            assert dim.to_unit(low) <= dim.to_unit(high)
        else:
            assert low is high


def test_a_region_s_bounds_are_where_the_scan_evaluated():
    space = {"x": (1.0, 81.0, 3, "log"), "k": (2, 10, 3)}
    table = searched(space, 217).regions
    mine = table["param"] == "x"
    np.testing.assert_allclose(
        table["low"][mine].tolist(), np.geomspace(1.0, 81.0, 5)[:-1], rtol=1e-12
    )
    assert table["low"][~mine].tolist() == [2, 4, 6, 8]


def test_the_regions_of_a_choice_are_its_very_objects():
    objects = [[1, 2], [3, 4], {"depth": 3}, np.arange(2)]
    table = searched({"o": objects, "x": (0.0, 1.0)}, 60).regions
    for column in ("low", "high"):
        got = table[column][table["param"] == "o"]
        assert all(a is b for a, b in zip(got, objects, strict=True))


def test_what_was_not_scanned_is_one_kept_region_without_scores():
    table = searched({"x": (0.0, 1.0), "c": ["a", "b"]}, 1).regions
    assert table["param"].tolist() == ["x", "c", "c"]
    assert table["low"].tolist() == [0.0, "a", "b"]
    assert table["high"].tolist() == [1.0, "a", "b"]
    for column in ("raw_output", "projection", "score"):
        assert np.isnan(table[column]).all()
    assert table["kept"].all()


# The narrowed space


@pytest.mark.slow
@given(space=specs, n_iter=st.integers(1, 30), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=10)
def test_the_narrowed_space_is_native_lies_in_the_space_and_holds_the_best(
    space, n_iter, seed
):
    tuner = searched(space, n_iter, seed)
    narrowed = tuner.optimized_space
    assert list(narrowed) == list(space)
    again = Space(narrowed)
    for dim, got, new, best in zip(
        Space(space).dimensions,
        narrowed.values(),
        again.dimensions,
        tuner.best.params.values(),
        strict=True,
    ):
        assert new.contains(best)
        if isinstance(got, list):
            assert all(type(v) in NATIVE and dim.contains(v) for v in got)
        elif isinstance(got, tuple):
            assert {type(v) for v in got} <= {int, float, str}
            assert dim.contains(got[0])
            assert dim.contains(got[1])
        elif isinstance(got, Integer):  # whose two ends a tuple would not tell
            assert dim.contains(got.low)
            assert dim.contains(got.high)
        else:
            assert got is dim.rv


@pytest.mark.slow
@given(space=specs, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=6)
def test_the_narrowed_space_can_be_searched_and_narrowed_again(space, seed):
    first = searched(space, 25, seed)
    second = searched(first.optimized_space, 12, seed)
    assert len(second.trials) >= 1
    original = Space(space)
    for trial in second.trials:
        values = zip(original.dimensions, trial.params.values(), strict=True)
        assert all(dim.contains(value) for dim, value in values)


def regions_of(kept):
    """Equally long regions of a single parameter, kept or not."""
    edges = np.linspace(0.0, 1.0, len(kept) + 1)
    param = np.zeros(len(kept), dtype=int)
    return Regions(param, edges[:-1], edges[1:], np.array(kept) == 1, {})


@pytest.mark.parametrize(
    ("spec", "kept", "best", "expected"),
    [
        ((0.0, 8.0), [0, 1, 1, 0], 3.0, (2.0, 6.0)),
        ((0.0, 8.0), [0, 1, 0, 0], 7.5, (2.0, 7.5)),
        ((0.0, 8.0), [0, 1, 0, 1], 0.5, (0.5, 8.0)),
        ((0.0, 8.0, 1), [1, 0], 1.0, (0.0, 4.0, 1)),
        ((1.0, 16.0, "log"), [0, 1, 0, 0], 3.0, (2.0, 4.0, "log")),
        ((1.0, 16.0, 1, "log"), [0, 1, 0, 0], 3.0, (2.0, 4.0, 1, "log")),
        ((2, 10), [0, 1, 0, 0], 5, (4, 6)),
        ((2, 10), [0, 1, 0, 0], 10, (4, 10)),
        (["a", "b", "c", "d"], [0, 1, 0, 1], "b", ["b", "d"]),
        (["a", "b", "c", "d"], [0, 1, 0, 1], "a", ["a", "b", "d"]),
        ([1, 10, 100, 1000], [0, 1, 0, 0], 10, [10, 100]),
    ],
)
def test_kept_regions_and_the_best_value_are_what_is_left(spec, kept, best, expected):
    got = narrowed_space(Space({"p": spec}), regions_of(kept), [{"p": best}])["p"]
    assert [type(v) for v in got] == [type(v) for v in expected]
    for value, wanted in zip(got, expected, strict=True):
        exact = not isinstance(wanted, float)
        assert value == (wanted if exact else pytest.approx(wanted, rel=1e-12))


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("high", [2.7, 27.1, 30.3])
def test_a_best_value_one_rounding_step_outside_its_region_is_held_too(side, high):
    """As values they differ, and on a log scale their units may be the same."""
    space = Space({"p": (0.1, high, 1, "log")})
    (middle,) = space.from_unit([[0.5]])[0].values()
    best = {"p": float(np.nextafter(middle, high * side))}
    narrowed = narrowed_space(space, regions_of([side, 1 - side]), [best])
    assert Space(narrowed).dimensions[0].contains(best["p"])


def test_without_a_score_the_kept_regions_alone_are_left():
    space, regions = Space({"p": (0.0, 8.0)}), regions_of([0, 0, 1, 0])
    assert narrowed_space(space, regions, []) == {"p": (4.0, 6.0)}


def test_nothing_cut_leaves_a_distribution_as_it_was():
    rv = stats.norm(0, 1)
    assert searched({"p": rv}, 1).optimized_space["p"] is rv


@pytest.mark.parametrize(
    ("levels", "ordered"), [(["low", "mid", "high"], True), ([1, 2, 3], False)]
)
def test_an_order_that_was_declared_survives_narrowing(levels, ordered):
    dim = Categorical(levels, ordered=ordered)
    narrowed = Space(searched({"p": dim, "x": (0.0, 1.0)}, 1).optimized_space)
    assert narrowed.dimensions[0].is_ordered == ordered


def test_tables_of_more_trials_than_they_are_made_of_say_what_matters(monkeypatch):
    """The levels of a choice that the part lacks included."""
    monkeypatch.setattr(_part, "N_OF_TABLES", 30)
    monkeypatch.setattr(_fits, "N_WHOLE", 20)
    monkeypatch.setattr(_fits, "N_PART", 25)
    names = [f"level {k}" for k in range(80)]
    tuner = BlueTuner({"x": (0.0, 1.0), "y": (0.0, 1.0), "c": names}, n_iter=70)
    rng = np.random.default_rng(0)
    for x, y in rng.random((60, 2)):
        params = {"x": x, "y": y, "c": names[rng.integers(80)]}
        tuner.add(params, float(np.sin(4.0 * x) + 0.1 * y))
    share = dict(zip(tuner.weights["param"], tuner.weights["share"], strict=True))
    assert share["x"] > 0.5 > share["y"] + share["c"]
    assert set(tuner.regions["param"]) == {"x", "y", "c"}
    assert np.isfinite(tuner.predict([trial.params for trial in tuner.trials])).all()
    assert np.isfinite(tuner.regret_bound())
