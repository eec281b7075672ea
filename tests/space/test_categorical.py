"""Choices of numbers: order, spacing, None."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbluetuna import Categorical, Space


@pytest.mark.parametrize(
    ("choices", "is_ordered"),
    [
        ([1, 2, 5], True),
        ([0.5, 0.1, -3], True),
        ([4, 8, 16, None], True),  # no limit is more than any
        ([None, 16, 8, 4], True),
        ([None, 4, 8, 16], False),
        ([16, 8, 4, None], False),
        ([4, None, 8], False),
        ([None, 4], False),
        ([False, True], False),
        ([1, 1.0], False),
        ([2, 1, 3], False),
        (["a", "b", None], False),
    ],
)
def test_numbers_in_order_are_ordered(choices, is_ordered):
    assert Categorical(choices).is_ordered == is_ordered


def units(choices):
    dim = Categorical(choices)
    return np.array([dim.to_unit(choice) for choice in choices])


def test_even_spacing_linear_or_logarithmic_is_by_rank():
    by_rank = (np.arange(4) + 0.5) / 4
    for choices in ([1, 2, 3, 4], [1, 10, 100, 1000], [8.0, 4.0, 2.0, 1.0],
                    [2, 4, 8, None]):  # fmt: skip
        np.testing.assert_allclose(units(choices), by_rank, atol=1e-12)


def test_uneven_spacing_shows_half_of_itself():
    # By value 0, 1 and 4 stand at 0, 1/4 and 1; by rank at 0, 1/2 and 1.
    assert units([0, 1, 4])[1] == pytest.approx((0.5 + 2 * 0.375) / 3)
    gaps = np.diff(units([0.001, 0.01, 0.1, 1.0, 100.0]))
    np.testing.assert_allclose(gaps[:3], gaps[0])
    assert gaps[3] == pytest.approx(gaps[0] * (0.25 + 0.4) / (0.25 + 0.2))


@given(
    st.lists(
        st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9), min_size=1, max_size=12
    )
    .map(sorted)
    .map(lambda v: [a for i, a in enumerate(v) if i == 0 or a > v[i - 1]])
)
def test_no_choice_is_lost_in_a_corner(choices):
    dim, n = Categorical(choices), len(choices)
    at = units(choices)
    assert (np.diff(at) > 0.4 / n).all()
    assert [dim.from_unit(u) for u in at] == choices
    u = np.linspace(0.0, 1.0, 40 * n)
    owners = [choices.index(dim.from_unit(one)) for one in u]
    assert (np.bincount(owners, minlength=n) >= 0.2 * 40).all()
    np.testing.assert_array_equal(dim.snapped(u), at[owners])


def test_a_boolean_or_none_is_one_parameter():
    space = Space({"a": [False, True], "b": [None, 3, 7]})
    assert space.size == 6
    assert space.to_unit([{"a": True, "b": None}]).shape == (1, 2)


@pytest.mark.parametrize(
    "choices",
    [
        [2**60, 2**60 + 1, 2**60 + 3],
        [-1e308, 0.0, 1e308],
        [1, 10, 10**400],
        [5e-324, 1e-323, 1.0],
        [-(10**400), 0, 3],
    ],
)
def test_numbers_of_any_size_keep_their_place(choices):
    dim = Categorical(choices)
    at = units(choices)
    assert np.isfinite(at).all()
    assert (np.diff(at) > 0.1).all()
    assert [dim.from_unit(u) for u in at] == choices
