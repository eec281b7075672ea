"""Named dimensions: configurations <-> rows of the unit cube, snapping and grids."""

import pickle

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid

from skbluetuna.space import Categorical, Integer, Real, Space, grid

modest = settings(max_examples=60, deadline=None)
ESTIMATORS = [LogisticRegression(), LogisticRegression(), None]
MIXED = {
    "depth": (1, 12),
    "leaves": (2, 5000, "log"),
    "rate": (1e-4, 1.0, "log"),
    "subsample": (0.5, 1.0),
    "kernel": ["rbf", "linear", "poly"],
    "flag": [True, 1, 1.0, None],
    "est": ESTIMATORS,
    "steps": [1, 10, 100],
    "k": scipy.stats.poisson(5),
    "shift": scipy.stats.norm(0, 3),
    "fixed": ["only"],
}
FINITE = {
    name: spec
    for name, spec in MIXED.items()
    if name not in ("rate", "subsample", "shift")
}
NESTED = {"svc__C": [1.0, 10.0], "svc": ESTIMATORS, "pca__n": (2, 4), "B": (0, 1)}


def cube(d, n=None):
    """Rows of the unit cube, its faces and the edges between choices among them."""
    inner = st.floats(0.0, 1.0) | st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 0.75, 1.0])
    rows = st.integers(1, 6) if n is None else st.just(n)
    return rows.flatmap(lambda k: arrays(np.float64, (k, d), elements=inner))


def same(a, b):
    """Whether two configurations are one: numbers of a type, objects by identity."""
    return a.keys() == b.keys() and all(
        a[k] is b[k] or (type(a[k]) is type(b[k]) is not object and a[k] == b[k])
        for k in a
    )


# Rows and dicts


@modest
@given(cube(len(MIXED)))
def test_configurations_come_back_from_their_rows(U):
    """Floats within rounding, everything else exactly, objects by identity."""
    space = Space(MIXED)
    params = space.from_unit(U)
    unit = space.to_unit(params)
    assert unit.shape == U.shape
    assert unit.dtype == np.float64
    assert ((unit >= 0.0) & (unit <= 1.0)).all()
    for there, back in zip(params, space.from_unit(unit), strict=True):
        for name in ("rate", "subsample", "shift"):
            value = there.pop(name)
            assert back.pop(name) == pytest.approx(value, rel=1e-12, abs=1e-11)
        assert same(there, back)


@modest
@given(cube(len(MIXED)))
def test_configurations_hold_native_values_in_the_order_of_the_names(U):
    kinds = {"depth": int, "leaves": int, "k": int, "steps": int}
    kinds |= {"rate": float, "subsample": float, "shift": float, "kernel": str}
    for row in Space(MIXED).from_unit(U):
        assert list(row) == list(MIXED)
        assert {name: type(row[name]) for name in kinds} == kinds
        for name in ("flag", "est"):
            assert any(row[name] is choice for choice in MIXED[name])


def test_columns_stand_in_the_order_of_the_names_whatever_that_of_the_dicts():
    space = Space({"b": (0.0, 1.0), "a": (0.0, 10.0)})
    rows = space.to_unit([{"b": 0.25, "a": 7.5}, {"a": 7.5, "b": 0.25}])
    assert_array_equal(rows, [[0.25, 0.75], [0.25, 0.75]])
    assert space.from_unit([[0.25, 0.75]]) == [{"b": 0.25, "a": 7.5}]


def test_no_configurations_are_no_rows():
    space = Space(MIXED)
    assert space.to_unit([]).shape == (0, len(MIXED))
    assert space.from_unit(np.empty((0, len(MIXED)))) == []


def test_any_iterable_of_configurations_will_do():
    space = Space({"a": (0.0, 1.0)})
    assert_array_equal(space.to_unit({"a": v} for v in (0.0, 0.5)), [[0.0], [0.5]])


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"a": 1}, ["['a', 'b']", "['a']"]),
        ({"a": 1, "b": "x", "c": 2}, ["['a', 'b']", "['a', 'b', 'c']"]),
        ({}, ["['a', 'b']", "[]"]),
        ({"a": 4, "b": "x"}, ["'a'", "Integer(low=1, high=3", "got 4"]),
        ({"a": 2.0, "b": "x"}, ["'a'", "Integer(low=1, high=3", "got 2.0"]),
        ({"a": True, "b": "x"}, ["'a'", "got True"]),
        ({"a": 1, "b": "z"}, ["'b'", "('x', 'y')", "got 'z'"]),
        ({"a": 1, "b": None}, ["'b'", "got None"]),
    ],
    ids=repr,
)
def test_a_foreign_configuration_is_answered_by_name_rule_and_value(params, words):
    space = Space({"a": (1, 3), "b": ["x", "y"]})
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        space.to_unit([{"a": 1, "b": "x"}, params])
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_configuration_with_a_name_that_is_no_string_is_a_value_error():
    with pytest.raises(ValueError, match="must name"):
        Space({"a": (1, 3)}).to_unit([{"a": 1, 2: 3}])


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match=r"zip\(\)"):
        Space({"a": (1, 3), "b": (1, 3)}).from_unit([[0.5, 0.5, 0.5]])


# Snapping


@modest
@given(cube(len(MIXED)))
def test_snapping_twice_is_snapping_once(U):
    space = Space(MIXED)
    snapped = space.snap(U)
    assert_array_equal(space.snap(snapped), snapped)


@modest
@given(cube(len(MIXED)))
def test_snapping_changes_no_configuration_and_not_the_given_rows(U):
    space, before = Space(MIXED), U.copy()
    snapped = space.snap(U)
    assert_array_equal(U, before)
    assert snapped is not U
    assert all(map(same, space.from_unit(U), space.from_unit(snapped)))


@modest
@given(cube(len(MIXED)))
def test_snapping_leaves_a_continuum_where_it_is(U):
    space = Space(MIXED)
    j = [space.names.index(name) for name in ("rate", "subsample", "shift")]
    assert_array_equal(space.snap(U)[:, j], U[:, j])


@modest
@given(cube(len(FINITE), n=12))
def test_rows_snap_alike_exactly_if_their_configurations_are_equal(U):
    space = Space(FINITE)
    U[6:] = 0.8 * U[:6] + 0.2 * U[6:]  # near enough to be equal now and then
    snapped, params = space.snap(U), space.from_unit(U)
    for i in range(12):
        for j in range(i):
            is_one_row = bool((snapped[i] == snapped[j]).all())
            assert is_one_row is same(params[i], params[j])


@modest
@given(
    st.integers(1, 2**32 - 9),
    st.booleans(),
    st.integers(0, 8),
    st.integers(0, 8),
)
def test_neighbouring_integers_of_a_huge_range_snap_apart(start, log, i, j):
    space = Space({"n": Integer(1, 2**32, log=log)})
    one, other = space.snap(space.to_unit([{"n": start + i}, {"n": start + j}]))
    assert bool(one == other) is (i == j)


def test_snapped_rows_are_the_rows_of_the_configurations():
    space = Space(FINITE)
    U = np.random.default_rng(0).random((50, len(space)))
    assert_array_equal(space.snap(U), space.to_unit(space.from_unit(U)))


# Size, centre, copies


@pytest.mark.parametrize(
    ("param_space", "size"),
    [
        ({"a": (1, 10)}, 10),
        ({"a": (1, 10), "b": ["x", "y", "z"]}, 30),
        ({"a": (1, 10), "b": (0.0, 1.0)}, None),
        ({"a": [1], "b": [2]}, 1),
        ({"a": (0, 2**32), "b": (0, 2**32)}, (2**32 + 1) ** 2),
        ({"a": scipy.stats.randint(0, 5)}, 5),
        ({"a": scipy.stats.norm()}, None),
    ],
)
def test_the_size_is_the_product_of_the_numbers_of_values(param_space, size):
    assert Space(param_space).size == size


def test_the_length_is_the_number_of_parameters():
    assert len(Space(MIXED)) == len(MIXED)


def test_the_centre_of_a_space_is_that_of_every_dimension():
    space = Space({"a": (1, 3), "b": ["x", "y"], "c": (1e-2, 1.0, "log"), "d": [1, 2]})
    centre = space.centre()
    assert list(centre) == ["a", "b", "c", "d"]
    assert centre == {"a": 2, "b": "x", "c": pytest.approx(0.1), "d": 1}


def test_a_space_of_a_space_is_the_same():
    space = Space(MIXED)
    assert Space(space) == space
    assert Space(space).names == space.names


def test_spaces_are_equal_if_names_dimensions_and_order_are():
    space = Space({"a": (1, 3), "b": (0.0, 1.0)})
    assert space == Space({"a": Integer(1, 3), "b": Real(0, 1)})
    assert space != Space({"b": (0.0, 1.0), "a": (1, 3)})
    assert space != Space({"a": (1, 3), "c": (0.0, 1.0)})
    assert space != Space({"a": (1.0, 3.0), "b": (0.0, 1.0)})
    assert space != Space({"a": (1, 3, "log"), "b": (0.0, 1.0)})
    assert space != Space({"a": (1, 3, 4), "b": (0.0, 1.0)})


def test_a_space_cannot_be_changed():
    space = Space({"a": (1, 3)})
    for name in ("names", "dimensions", "other"):
        with pytest.raises(AttributeError):
            setattr(space, name, ())
    assert space == Space({"a": (1, 3)})


# Grids


def listed(space):
    dims = zip(space.names, space.dimensions, strict=True)
    return {name: dim.values() for name, dim in dims}


@pytest.mark.parametrize(
    "param_space",
    [
        {"a": [3, 1, 2]},
        {"b": ["x", "y"], "a": [1, 2, 3]},
        {"z": [True, 1, None], "a__b": (1, 3), "a": ["q"]},
        NESTED,
        {"k": (5, 8, "log"), "j": scipy.stats.randint(0, 3)},
        {"a10": [1, 2], "a9": [3, 4], "A": [5, 6], "_": [7, 8]},
    ],
    ids=",".join,
)
def test_a_grid_is_sklearns_parameter_grid(param_space):
    space = Space(param_space)
    ours, theirs = grid(space), list(ParameterGrid(listed(space)))
    assert len(ours) == len(theirs) == space.size
    assert all(map(same, ours, theirs))


names = st.text("abAB_019", min_size=1, max_size=3)
choices = st.lists(st.none() | st.booleans() | st.integers(0, 3), min_size=1)


@modest
@given(st.dictionaries(names, choices.map(lambda c: c[:4]), min_size=1, max_size=4))
def test_any_grid_of_choices_is_sklearns_parameter_grid(param_space):
    space = Space(param_space)
    assert all(map(same, grid(space), ParameterGrid(listed(space))))
    assert len(grid(space)) == len(ParameterGrid(listed(space)))


def test_a_grid_holds_every_configuration_once_and_native():
    space = Space({"n": (1, 4), "c": Categorical(np.array([0.5, 1.5]))})
    rows = grid(space)
    assert len({tuple(row.items()) for row in rows}) == space.size == 8
    assert {type(v) for row in rows for v in row.values()} == {int, float}
    assert len(np.unique(space.to_unit(rows), axis=0)) == 8


def test_the_units_of_a_grid_are_kept_and_in_no_pickle():
    space = Space({"k": (1, 300), "c": ["a", "b"]})
    before = pickle.dumps(space)
    assert_array_equal(space.grid_units, space.to_unit(grid(space)))
    assert space.grid_units is space.grid_units
    assert pickle.dumps(space) == before
    assert pickle.loads(before) == space


def test_a_continuum_has_no_grid():
    with pytest.raises(TypeError, match="continuum"):
        grid(Space({"a": [1], "b": (0.0, 1.0)}))
