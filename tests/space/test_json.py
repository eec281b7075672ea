"""Spaces and configurations through JSON and back, without pickles."""

import copy
import json
import math
from http import HTTPStatus

import numpy as np
import pytest
import scipy.stats
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression

from skbluetuna.space import (
    Categorical,
    Distribution,
    Integer,
    Real,
    Space,
    decode_params,
    decode_space,
    encode_params,
    encode_space,
)

modest = settings(max_examples=80, deadline=None)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)
splits = st.integers(1, 9)
integer_dims = st.builds(
    lambda low, width, log, n: Integer(low, low + width, log=log, n_splits=n),
    st.integers(1, 2**31), st.integers(1, 2**31), st.booleans(), splits,
)  # fmt: skip
real_dims = st.builds(
    lambda low, factor, log, n: Real(low, low * factor, log=log, n_splits=n),
    st.floats(1e-200, 1e100), st.floats(1.1, 1e100), st.booleans(), splits,
)  # fmt: skip
choice_dims = st.builds(
    Categorical,
    st.lists(plain, min_size=1, max_size=4),
    st.none() | st.booleans(),
    splits,
)
spaces = st.dictionaries(
    st.text(max_size=6), integer_dims | real_dims | choice_dims, min_size=1, max_size=4
).map(Space)


def through_json(value):
    return json.loads(json.dumps(value, allow_nan=False))


def stored(space):
    return decode_space(through_json(encode_space(space)))


@pytest.mark.slow
@modest
@given(spaces)
@example(Space({"a": Categorical([True, 1, 1.0, "1", None, (1,), [1], ([], ())])}))
@example(Space({"a": Categorical([2**80, -0.0, 5e-324, "\ud800", "é", ""])}))
@example(Space({"svc__C": Real(0.1, 1 / 3), "b": Integer(-(2**32), 2**32)}))
def test_a_space_comes_back_from_json_equal(space):
    back = stored(space)
    assert back == space
    assert repr(back) == repr(space)  # tells True from 1 and 1.0, which == does not


@pytest.mark.parametrize("ordered", [None, True, False, np.True_])
def test_the_order_of_a_choice_comes_back(ordered):
    for choices in (["S", "M"], [1, 2]):
        space = Space({"a": Categorical(choices, ordered=ordered, n_splits=2)})
        (back,) = stored(space).dimensions
        assert back.is_ordered is space.dimensions[0].is_ordered
        assert back.n_splits == 2


@pytest.mark.parametrize(
    "rv",
    [
        scipy.stats.norm(5, 2),
        scipy.stats.norm(loc=5, scale=2),
        scipy.stats.norm(),
        scipy.stats.expon(scale=0.25),
        scipy.stats.gamma(2.5, scale=np.float64(3)),
        scipy.stats.poisson(np.int64(4)),
        scipy.stats.nbinom(5, 0.25, loc=2),
        scipy.stats.lognorm(s=1.5),
    ],
    ids=lambda rv: f"{rv.dist.name}{rv.args}{rv.kwds}",
)
def test_a_scipy_distribution_comes_back_as_the_same_distribution(rv):
    space = Space({"a": Distribution(rv, n_splits=4)})
    (back,) = stored(space).dimensions
    assert type(back) is Distribution
    assert back.n_splits == 4
    assert type(back.rv.dist) is type(rv.dist)
    q = np.linspace(0.01, 0.99, 33)
    assert_array_equal(back.rv.ppf(q), rv.ppf(q))
    U = q[:, None]
    assert stored(space).from_unit(U) == space.from_unit(U)


@pytest.mark.parametrize(
    "rv",
    [
        scipy.stats.randint(1, 9),
        scipy.stats.uniform(2, 3),
        scipy.stats.loguniform(1e-3, 1e3),
    ],
    ids=lambda rv: rv.dist.name,
)
def test_a_bounded_distribution_comes_back_as_its_range(rv):
    space = Space({"a": rv})
    assert stored(space) == space


class OwnDistribution(scipy.stats.rv_continuous):
    def _cdf(self, x):
        return scipy.stats.norm.cdf(x)


@pytest.mark.parametrize(
    "spec",
    [
        ["rbf", LogisticRegression()],
        [LogisticRegression],
        [len],
        [lambda x: x],
        [object()],
        [np.ones(2)],
        [np.float64(1.0)],
        [np.str_("rbf")],
        [HTTPStatus.OK],
        [{"a": 1}],
        [{1, 2}],
        [b"rbf"],
        [1j],
        [math.nan],
        [1.0, math.inf],
        [("rbf", len)],
        [[1, [None, (math.nan,)]]],
        OwnDistribution(name="own")(),
        OwnDistribution(name="own"),
        scipy.stats.t(math.inf),
    ],
)
def test_a_space_that_json_cannot_hold_is_none(spec):
    """A NaN, an infinity and a numpy scalar would come back as something else."""
    assert encode_space(Space({"fine": (1, 2), "a": spec})) is None


def test_a_distribution_of_ones_own_is_not_stored_as_scipys_of_the_same_name():
    class Norm(scipy.stats.rv_continuous):
        def _cdf(self, x):
            return scipy.stats.norm.cdf(x - 100.0)

        def _ppf(self, q):
            return scipy.stats.norm.ppf(q) + 100.0

    assert encode_space(Space({"a": Norm(name="norm")()})) is None


@modest
@given(spaces, st.data())
def test_configurations_come_back_from_json_with_the_spaces_own_objects(space, data):
    unit = data.draw(
        st.lists(st.floats(0, 1), min_size=len(space), max_size=len(space))
    )
    (params,) = space.from_unit([unit])
    back = decode_params(space, through_json(encode_params(space, params)))
    assert list(back) == list(params)
    for name, dim in zip(space.names, space.dimensions, strict=True):
        if isinstance(dim, Categorical):
            assert back[name] is params[name]
        else:
            assert type(back[name]) is type(params[name])
            assert back[name] == params[name]


def test_a_configuration_is_stored_even_where_its_space_is_not():
    """A choice is stored as its position, so that any object will do."""
    choices = [LogisticRegression(), LogisticRegression(), len, math.nan, np.ones(2)]
    space = Space({"est": choices, "n": (1, 9), "x": scipy.stats.norm()})
    assert encode_space(space) is None
    for choice in choices:
        params = {"est": choice, "n": 3, "x": 0.1}
        back = decode_params(space, through_json(encode_params(space, params)))
        assert back["est"] is choice
        assert (back["n"], back["x"]) == (3, 0.1)


def test_a_configuration_is_stored_in_the_order_of_the_space():
    space = Space({"b": (0.0, 1.0), "a": ["x", "y"]})
    assert encode_params(space, {"a": "y", "b": 0.25}) == [0.25, 1]


def test_a_stored_configuration_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"zip\(\)"):
        decode_params(Space({"a": (1, 2), "b": (1, 2)}), [1])


def test_reading_leaves_what_was_stored_alone():
    stored_space = encode_space(
        Space({"a": [(1, 2), "x"], "b": (1, 2), "c": scipy.stats.norm(1, 2)})
    )
    before = copy.deepcopy(stored_space)
    decode_space(stored_space)
    assert stored_space == before
