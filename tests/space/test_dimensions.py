"""One dimension: native value -> unit -> native value, and what each side promises."""

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from skbluetuna.space import (
    Categorical,
    Distribution,
    Integer,
    Real,
    parse_dimension,
)

modest = settings(max_examples=50, deadline=None)
HUGE = 2**32
ABOVE = [(k + 0.5) / 64 for k in range(64)]  # inner units


def units():
    """Units as they come: Python and numpy floats, both ends among them."""
    floats = st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0, 0.5])
    return floats | floats.map(np.float64)


@st.composite
def integers(draw):
    log = draw(st.booleans())
    floor = 1 if log else -HUGE
    low = draw(st.integers(floor, HUGE - 1) | st.integers(max(floor, -5), 5))
    high = draw(st.integers(low + 1, HUGE) | st.integers(low + 1, min(HUGE, low + 20)))
    return Integer(low, high, log=log)


@st.composite
def reals(draw, log=None):
    log = draw(st.booleans()) if log is None else log
    bound = (
        st.floats(1e-300, 1e300) | st.floats(1e-3, 1e3)
        if log
        else st.floats(-1e300, 1e300, allow_subnormal=False) | st.floats(-10.0, 10.0)
    )
    low, high = sorted([draw(bound), draw(bound)])
    width = math.log(high) - math.log(low) if log else high - low
    assume(low < high and width > 1e-307)
    return Real(low, high, log=log)


@st.composite
def with_value(draw, dimensions):
    dimension = draw(dimensions)
    between = st.integers if isinstance(dimension, Integer) else st.floats
    ends = st.sampled_from([dimension.low, dimension.high])
    return dimension, draw(between(dimension.low, dimension.high) | ends)


POOL = [
    "rbf", "1", "", b"1", None, True, False, 1, 0, 1.0, 0.0, 12, float("nan"),
    (), (1,), (True,), (1.0,), (1, (2, "a")), ([1],), [], [], [1], [1.0], {}, {1},
    len, lambda x: x, int, float, object(), Ellipsis,
    LogisticRegression(), LogisticRegression(), LogisticRegression(C=2.0),
    np.ones(2), np.ones(2), 1j, Fraction(1),
]  # fmt: skip

choice_lists = st.lists(
    st.sampled_from(range(len(POOL))), min_size=1, max_size=12, unique=True
).map(lambda places: [POOL[i] for i in places])

DISTRIBUTIONS = {
    "norm": scipy.stats.norm(5, 2),
    "expon": scipy.stats.expon(scale=3),
    "lognorm": scipy.stats.lognorm(1.0),
    "gamma": scipy.stats.gamma(2.5),
    "poisson": scipy.stats.poisson(4.5),
    "poisson(1000)": scipy.stats.poisson(1000),
    "geom": scipy.stats.geom(0.01),
    "nbinom": scipy.stats.nbinom(3, 0.2),
}
CONTINUOUS = ["norm", "expon", "lognorm", "gamma"]
DISCRETE = ["poisson", "poisson(1000)", "geom", "nbinom"]
ONE_OF_EACH = [
    Integer(-3, 12),
    Integer(1, 900, log=True),
    Real(-2.0, 7.0),
    Real(1e-5, 1e3, log=True),
    Categorical(["a", "b", "c"]),
    Categorical([1, 10, 100, 1000]),
    *map(Distribution, DISTRIBUTIONS.values()),
]
each = pytest.mark.parametrize(
    "dimension", ONE_OF_EACH, ids=lambda d: getattr(d, "rv", d).__class__.__name__
)


# value -> unit -> value


@modest
@given(with_value(integers()))
@example((Integer(-HUGE, HUGE), 1234567890))
@example((Integer(-HUGE, HUGE), HUGE - 1))
@example((Integer(1, HUGE, log=True), HUGE - 1))
@example((Integer(1, HUGE, log=True), 2147483647))
@example((Integer(HUGE - 1, HUGE, log=True), HUGE - 1))
def test_every_integer_comes_back_exactly(pair):
    dimension, value = pair
    back = dimension.from_unit(dimension.to_unit(value))
    assert type(back) is int
    assert back == value


@pytest.mark.parametrize("log", [False, True])
def test_every_integer_near_the_largest_comes_back_exactly(log):
    """The largest integers own the smallest parts of the unit interval."""
    dimension = Integer(1, HUGE, log=log)
    values = range(HUGE - 3000, HUGE + 1)
    assert [dimension.from_unit(dimension.to_unit(v)) for v in values] == list(values)


@modest
@given(with_value(integers()))
def test_numpy_integers_are_taken_as_the_same_integers(pair):
    dimension, value = pair
    assert dimension.contains(np.int64(value))
    assert dimension.to_unit(np.int64(value)) == dimension.to_unit(value)
    assert type(dimension.native(np.int64(value))) is int
    assert dimension.native(np.int64(value)) == value


@modest
@given(with_value(reals(log=False)))
@example((Real(0.0, 1e-300), 3e-301))
@example((Real(1e15, 1e15 + 1.0), 1e15 + 0.25))
@example((Real(-1e300, 1e-300), 1e-301))
def test_a_float_comes_back_on_a_linear_scale(pair):
    dimension, value = pair
    back = dimension.from_unit(dimension.to_unit(value))
    width = dimension.high - dimension.low
    assert abs(back - value) <= 1e-12 * max(abs(value), width)


@modest
@given(with_value(reals(log=True)))
@example((Real(1e-300, 1e300, log=True), 3.7e299))
@example((Real(1e-300, 1e300, log=True), 3.7e-299))
@example((Real(1.0, 1.0 + 2**-52, log=True), 1.0))
def test_a_float_comes_back_on_a_log_scale(pair):
    dimension, value = pair
    back = dimension.from_unit(dimension.to_unit(value))
    assert abs(back - value) <= 1e-12 * value


def test_neighbouring_floats_on_a_log_scale_do_not_divide_by_zero():
    """Their logarithms are one float; such a range is refused or searched."""
    low = 1e10
    try:
        dimension = Real(low, math.nextafter(low, math.inf), log=True)
    except ValueError:
        return
    assert 0.0 <= dimension.to_unit(low) <= 1.0


@modest
@given(choice_lists)
def test_every_choice_comes_back_as_the_same_object(choices):
    """By identity, whatever it equals: True, 1 and 1.0 are three choices."""
    dimension = Categorical(choices)
    assert dimension.n_values == len(choices)
    for choice in choices:
        assert dimension.contains(choice)
        assert dimension.native(choice) is choice
        assert dimension.from_unit(dimension.to_unit(choice)) is choice


def test_all_choices_of_the_pool_are_kept_apart():
    dimension = Categorical(POOL)
    assert [*map(id, dimension.values())] == [*map(id, POOL)]
    assert len({dimension.to_unit(choice) for choice in POOL}) == len(POOL)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_a_float_comes_back_through_its_quantile(name):
    dimension = Distribution(DISTRIBUTIONS[name])
    ends = [dimension.from_unit(u) for u in (0.0, 1.0)]
    for value in np.linspace(*ends, 101):
        back = dimension.from_unit(dimension.to_unit(float(value)))
        assert type(back) is float
        assert abs(back - value) <= 1e-12 * max(abs(value), ends[1] - ends[0])


@pytest.mark.parametrize("name", DISCRETE)
def test_every_integer_comes_back_through_its_quantile(name):
    dimension = Distribution(DISTRIBUTIONS[name])
    values = dimension.values()
    assert [dimension.from_unit(dimension.to_unit(v)) for v in values] == values


# unit -> value -> unit


@modest
@given(st.one_of(integers(), reals(), st.sampled_from(ONE_OF_EACH)), units())
def test_a_unit_gives_a_value_of_the_dimension_and_the_value_a_unit(dimension, unit):
    value = dimension.from_unit(unit)
    assert dimension.contains(value)
    back = dimension.to_unit(value)
    assert isinstance(back, float)
    assert 0.0 <= back <= 1.0


@pytest.mark.slow
@modest
@given(st.one_of(integers(), reals()), units())
@example(Real(3.4113357184215514, 3.411335718421552, log=True), 0.33253614921965546)
@example(Real(7.075807442409476, 7.075807442409478, log=True), 0.9677999949201714)
def test_values_are_native_and_within_the_bounds(dimension, unit):
    value = dimension.from_unit(unit)
    assert type(value) is (int if isinstance(dimension, Integer) else float)
    assert dimension.low <= value <= dimension.high


@modest
@given(st.one_of(integers(), reals()))
def test_the_ends_are_exact(dimension):
    for unit, end in ((0.0, dimension.low), (1.0, dimension.high)):
        assert dimension.from_unit(unit) == end
        assert dimension.from_unit(np.float64(unit)) == end
        assert dimension.from_unit(dimension.to_unit(end)) == end


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_ends_of_a_distribution_are_its_outer_percentiles(name):
    dimension, rv = Distribution(DISTRIBUTIONS[name]), DISTRIBUTIONS[name]
    for unit, quantile in ((0.0, 0.01), (1.0, 0.99)):
        value = dimension.from_unit(unit)
        assert value == pytest.approx(rv.ppf(quantile), rel=1e-14)
        assert dimension.contains(value)
        beyond = -1 if unit == 0.0 else 1
        assert not dimension.contains(value + beyond)


@each
def test_larger_units_never_give_smaller_values(dimension):
    order = {v: i for i, v in enumerate(getattr(dimension, "choices", ()))}
    values = [dimension.from_unit(u) for u in np.linspace(0.0, 1.0, 301)]
    ranks = [order.get(v, v) for v in values]
    assert ranks == sorted(ranks)
    assert ranks[0] < ranks[-1]


@modest
@given(st.one_of(integers(), reals(), choice_lists.map(Categorical)))
def test_a_unit_that_rounding_pushed_out_counts_as_the_end(dimension):
    for outside, end in ((-1e-9, 0.0), (1.0 + 1e-9, 1.0)):
        value, last = dimension.from_unit(outside), dimension.from_unit(end)
        assert value is last or value == last


# Scales, against closed forms


def test_a_linear_range_is_a_linspace():
    dimension = Real(-3.0, 11.0)
    got = [dimension.from_unit(u) for u in np.linspace(0, 1, 57)]
    assert_allclose(got, np.linspace(-3, 11, 57), rtol=1e-14, atol=1e-14)
    assert_allclose([dimension.to_unit(v) for v in got], np.linspace(0, 1, 57))


def test_a_log_range_is_a_geomspace():
    dimension = Real(1e-5, 1e3, log=True)
    got = [dimension.from_unit(u) for u in np.linspace(0, 1, 57)]
    assert_allclose(got, np.geomspace(1e-5, 1e3, 57), rtol=1e-13)
    assert_allclose([dimension.to_unit(v) for v in got], np.linspace(0, 1, 57))


def test_a_log_uniform_distribution_has_scipys_quantiles():
    rv = scipy.stats.loguniform(1e-5, 1e3)
    dimension = parse_dimension("x", rv)
    got = [dimension.from_unit(u) for u in ABOVE]
    assert_allclose(got, rv.ppf(ABOVE), rtol=1e-12)


@modest
@given(st.integers(-HUGE, HUGE - 60), st.integers(2, 60), st.integers(1, 20))
def test_uniform_units_give_uniform_integers(low, n, each_one):
    """Every integer owns an equal share, the two at the ends included."""
    dimension = Integer(low, low + n - 1)
    grid = (np.arange(n * each_one) + 0.5) / (n * each_one)
    counts = np.bincount([dimension.from_unit(u) - low for u in grid], minlength=n)
    assert counts.tolist() == [each_one] * n


@modest
@given(st.integers(-HUGE, HUGE - 60), st.integers(2, 60))
def test_an_integer_has_the_unit_in_the_middle_of_its_share(low, n):
    edges = np.linspace(0.0, 1.0, n + 1)
    dimension = Integer(low, low + n - 1)
    got = [dimension.to_unit(low + k) for k in range(n)]
    assert_allclose(got, (edges[1:] + edges[:-1]) / 2, rtol=1e-12)


@modest
@given(st.integers(1, 30), st.integers(1, 30))
def test_on_a_log_scale_an_integer_owns_what_lies_between_its_half_integers(low, width):
    dimension = Integer(low, low + width, log=True)
    values = np.arange(low, low + width + 1)
    owned = np.diff(np.log(np.append(values - 0.5, values[-1] + 0.5)))
    cuts = np.cumsum(owned) / owned.sum()
    grid = np.linspace(0.0, 1.0, 997)
    grid = grid[np.abs(grid[:, None] - cuts).min(axis=1) > 1e-9]
    got = [dimension.from_unit(u) for u in grid]
    assert got == values[np.searchsorted(cuts, grid)].tolist()


@modest
@given(with_value(integers()))
def test_an_integers_unit_lies_inside_its_own_part(pair):
    """Neighbours of the unit give the same integer: rounding cannot tip it over."""
    dimension, value = pair
    unit = dimension.to_unit(value)
    assert 0.0 < unit < 1.0
    for near in (math.nextafter(unit, 0.0), math.nextafter(unit, 1.0)):
        assert dimension.from_unit(near) == value


@modest
@given(st.integers(1, 15), st.integers(1, 20))
def test_uniform_units_give_uniform_choices(n, each_one):
    dimension = Categorical([str(i) for i in range(n)])
    grid = (np.arange(n * each_one) + 0.5) / (n * each_one)
    counts = np.bincount([int(dimension.from_unit(u)) for u in grid], minlength=n)
    assert counts.tolist() == [each_one] * n
    middles = (np.arange(n) + 0.5) / n
    assert_allclose([dimension.to_unit(str(i)) for i in range(n)], middles)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_uniform_units_follow_the_distribution(name):
    rv = DISTRIBUTIONS[name]
    got = [Distribution(rv).from_unit(u) for u in ABOVE]
    assert_allclose(got, rv.ppf(0.01 + 0.98 * np.array(ABOVE)), rtol=1e-13)


# What belongs


@pytest.mark.parametrize(
    ("dimension", "inside", "outside"),
    [
        (Integer(2, 5), [2, 3, 5, np.int8(4)], [1, 6, 2.0, 2.5, True, "2", None]),
        (Integer(0, 1), [0, 1], [True, False, np.bool_(True), 0.5]),
        (
            Real(0.5, 2.0),
            [0.5, 2.0, 1, np.float32(1.5), np.int64(2)],
            [0.49, 2.01, math.nan, math.inf, True, "1", None, 1j],
        ),
        (Real(0.0, 1.0), [0, 1, 0.3], [True, False]),
        (
            Categorical(["a", 1, None, (1, 2)]),
            ["a", 1, None, (1, 2), 1.0, (1.0, 2), np.str_("a")],
            ["b", True, 2.0, (1, True), [1, 2], "None"],
        ),
        (Categorical([True, False]), [True, False], [1, 0, 1.0, "True"]),
        (Categorical([0.5, 1.0]), [0.5, 1.0, 1, np.float32(0.5)], [2, True]),
        (Distribution(scipy.stats.norm()), [0, 0.5, -2.3], [2.4, math.nan, "0", True]),
        (Distribution(scipy.stats.poisson(3)), [0, 3, 8], [9, -1, 3.0, 2.5, True]),
    ],
    ids=lambda v: type(v).__name__,
)
def test_only_values_of_the_kind_and_the_range_belong(dimension, inside, outside):
    assert [v for v in inside if not dimension.contains(v)] == []
    assert [v for v in outside if dimension.contains(v)] == []


def test_an_equal_choice_of_the_same_type_is_handed_out_as_the_users_object():
    mine = (1, ("a", 2.5))
    dimension = Categorical([mine, "rbf"])
    yours = pickle.loads(pickle.dumps(mine))
    assert yours is not mine
    assert dimension.native(yours) is mine


def test_copies_and_clones_stand_for_the_users_objects():
    """clone copies a search's space and its initial configurations separately."""
    mine = [np.ones(3), [1, "a"], {"x": (1, None)}, SVC(C=2.0), SVC(C=3.0)]
    dimension = Categorical(mine)
    for own in mine:
        copy = clone(own, safe=False)
        assert dimension.native(own) is own
        assert dimension.native(copy) is own
    assert dimension.native(SVC(C=3)) is mine[4]
    for other in (np.zeros(3), np.ones(2), [1, "b"], {"x": (1, 1)}, SVC(C=4.0), SVC):
        assert not dimension.contains(other)


def test_objects_that_say_nothing_of_themselves_have_identity_alone():
    first, second = object(), object()
    assert Categorical([first]).contains(first)
    assert not Categorical([first]).contains(second)
    assert not Categorical([len]).contains(max)


def test_what_is_not_a_choice_has_no_unit():
    with pytest.raises(ValueError, match="'c' is not one of the choices"):
        Categorical(["a", "b"]).to_unit("c")


# Counting and listing


@pytest.mark.parametrize(
    ("dimension", "values"),
    [
        (Integer(-2, 3), [-2, -1, 0, 1, 2, 3]),
        (Integer(1, 4, log=True), [1, 2, 3, 4]),
        (Categorical(["b", "a", None]), ["b", "a", None]),
        (Categorical([5]), [5]),
    ],
    ids=repr,
)
def test_finite_dimensions_list_their_values_in_order(dimension, values):
    assert dimension.values() == values
    assert dimension.n_values == len(values)
    got = [dimension.from_unit((i + 0.5) / 700) for i in range(700)]
    assert list(dict.fromkeys(got)) == values


@pytest.mark.parametrize("dimension", [Real(0, 1), Distribution(scipy.stats.norm())])
def test_a_continuum_has_no_number_of_values_and_no_list(dimension):
    assert dimension.n_values is None
    with pytest.raises(TypeError, match="continuum"):
        dimension.values()


def test_the_largest_range_is_counted_without_listing_it():
    assert Integer(-HUGE, HUGE).n_values == 2**33 + 1


@modest
@given(units())
def test_a_single_choice_is_its_own_answer_everywhere(unit):
    dimension = Categorical([None])
    assert dimension.from_unit(unit) is None
    assert dimension.to_unit(None) == 0.5
    assert dimension.centre is None


@pytest.mark.parametrize(
    ("dimension", "centre"),
    [
        (Integer(2, 10), 6),
        (Integer(1, 100, log=True), 7),  # sqrt(0.5 * 100.5) = 7.09
        (Real(-1.0, 3.0), 1.0),
        (Real(1e-3, 1e1, log=True), 0.1),
        (Categorical([1, 2, 3]), 2),
        (Categorical([1, 2, 3, 4]), 2),
        (Categorical(["c", "b", "a"]), "c"),
        (Categorical(["c", "b", "a"], ordered=True), "b"),
        (Categorical([3, 1, 2]), 3),
        (Distribution(scipy.stats.norm(5, 2)), 5.0),
        (Distribution(scipy.stats.expon()), math.log(2)),
    ],
    ids=lambda v: type(v).__name__,
)
def test_the_centre_is_the_middle_on_the_dimensions_own_scale(dimension, centre):
    got = dimension.centre
    assert type(got) is type(centre)
    assert math.isclose(got, centre) if type(got) is float else got == centre


@each
def test_the_order_of_the_values_is_told(dimension):
    unordered = isinstance(dimension, Categorical) and "a" in dimension.choices
    assert dimension.is_ordered is not unordered


# Narrowing


@st.composite
def narrowings(draw):
    dimension = draw(st.one_of(integers(), reals()))
    n_splits = draw(st.sampled_from([1, 2, 3, 7]))
    between = st.integers if isinstance(dimension, Integer) else st.floats
    values = between(dimension.low, dimension.high)
    low, high = sorted([draw(values), draw(values)])
    spelled = type(dimension)(
        dimension.low, dimension.high, log=dimension.log, n_splits=n_splits
    )
    return spelled, low, high


@modest
@given(narrowings())
def test_a_narrowed_range_reads_back_as_that_range(case):
    dimension, low, high = case
    assume(low < high)
    narrowed = parse_dimension("x", dimension.narrowed(low, high))
    assert type(narrowed) is type(dimension)
    assert (narrowed.low, narrowed.high) == (low, high)
    assert (narrowed.log, narrowed.n_splits) == (dimension.log, dimension.n_splits)


@modest
@given(with_value(st.one_of(integers(), reals())))
def test_a_range_narrowed_to_one_value_reads_back_as_one_choice(pair):
    dimension, value = pair
    narrowed = parse_dimension("x", dimension.narrowed(value, value))
    assert narrowed.values() == [value]
    assert type(narrowed.values()[0]) is type(value)


@pytest.mark.slow
@modest
@given(choice_lists, st.data())
def test_a_narrowed_choice_reads_back_as_the_same_objects(choices, data):
    dimension = Categorical(choices)
    i = data.draw(st.integers(0, len(choices) - 1))
    j = data.draw(st.integers(i, len(choices) - 1))
    narrowed = parse_dimension("x", dimension.narrowed(choices[i], choices[j]))
    assert [*map(id, narrowed.values())] == [*map(id, choices[i : j + 1])]


@pytest.mark.parametrize("ordered", [True, False])
def test_a_narrowed_choice_keeps_its_order_and_its_splits(ordered):
    dimension = Categorical(["S", "M", "L", "XL"], ordered=ordered, n_splits=5)
    narrowed = parse_dimension("x", dimension.narrowed("S", "L"))
    assert narrowed.values() == ["S", "M", "L"]
    assert (narrowed.is_ordered, narrowed.n_splits) == (ordered, 5)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_narrowed_distribution_reads_back_as_what_is_left_of_it(name):
    dimension = Distribution(DISTRIBUTIONS[name], n_splits=4)
    bottom, middle, top = (dimension.from_unit(u) for u in (0.0, 0.5, 1.0))
    kind = Real if name in CONTINUOUS else Integer
    for low, high in ((bottom, middle), (middle, top)):
        narrowed = parse_dimension("x", dimension.narrowed(low, high))
        assert narrowed == kind(low, high, n_splits=4)
    (only,) = parse_dimension("x", dimension.narrowed(middle, middle)).values()
    assert only == middle


@pytest.mark.parametrize("n_splits", [3, 5])
def test_a_distribution_that_was_not_cut_stays_itself(n_splits):
    dimension = Distribution(DISTRIBUTIONS["norm"], n_splits=n_splits)
    ends = (dimension.from_unit(u) for u in (0.0, 1.0))
    assert parse_dimension("x", dimension.narrowed(*ends)) == dimension


# Frozen


@each
def test_a_dimension_cannot_be_changed(dimension):
    with pytest.raises(AttributeError):
        dimension.n_splits = 7
    assert dimension.n_splits == 3


def test_later_changes_of_the_users_list_do_not_reach_the_choices():
    mine = ["a", "b"]
    dimension = Categorical(mine)
    mine.append("c")
    assert dimension.values() == ["a", "b"]
    dimension.values().append("c")
    assert dimension.values() == ["a", "b"]


# Neighbours


@modest
@given(with_value(integers()), st.integers(1, 4))
def test_the_neighbours_of_an_integer_are_those_beside_it(pair, n):
    dimension, value = pair
    found = dimension.neighbours(value, n)
    beside = [value + k for k in range(-n, n + 1) if k]
    assert found == [k for k in beside if dimension.low <= k <= dimension.high]
    assert [dimension.from_unit(dimension.to_unit(k)) for k in found] == found


@pytest.mark.parametrize(
    ("dimension", "value", "expected"),
    [
        (Real(0.0, 1.0), 0.5, []),
        (Distribution(scipy.stats.norm()), 0.0, []),
        (Distribution(scipy.stats.poisson(3.0)), 6, [4, 5, 7, 8]),
        (Categorical([1, 2, 4, 8, 64]), 4, [1, 2, 8, 64]),
        (Categorical([1, 2, 4, 8, 64]), 1, [2, 4]),
        (Categorical([4, 8, 16, None]), None, [8, 16]),
    ],
)
def test_neighbours_stand_beside_a_value(dimension, value, expected):
    assert dimension.neighbours(value, 2) == expected


@pytest.mark.parametrize(
    ("low", "high", "log"),
    [(1, 5, False), (-3, 7, False), (1, 1000, True), (3, 11, True), (1, 2**32, True),
     (-(2**32), 2**32, False)],
)  # fmt: skip
def test_arrays_snap_to_the_last_bit_as_one_unit_does(low, high, log):
    """Also next to the border between two integers: configurations are told by bits."""
    dim, rng = Integer(low, high, log=log), np.random.default_rng(0)
    values = rng.integers(low, high, 200)
    at = np.array([dim.to_unit(int(v)) for v in values])
    after = np.array([dim.to_unit(int(v) + 1) for v in values])
    if log:
        first, last = np.log(low - 0.5), np.log(high + 0.5)
        border = (np.log(values + 0.5) - first) / (last - first)
    else:
        border = (at + after) / 2.0
    beside = [np.nextafter(border, 0.0), border, np.nextafter(border, 1.0)]
    units = np.clip(np.concatenate([rng.random(200), [0.0, 1.0], *beside]), 0.0, 1.0)
    one_by_one = [dim.to_unit(dim.from_unit(float(u))) for u in units]
    np.testing.assert_array_equal(dim.snapped(units), one_by_one)
