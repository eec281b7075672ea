"""What the values of a `param_space` mean, and what is said of those that mean none."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import ndtri

from skbluetuna.space import (
    Categorical,
    Distribution,
    Integer,
    Real,
    Space,
    parse_dimension,
    parse_spaces,
)

modest = settings(max_examples=80, deadline=None)
UNITS = np.linspace(0.0, 1.0, 41)
QUANTILES = 0.01 + 0.98 * UNITS  # the tails beyond 1 % and 99 % are not searched


def parse(spec):
    return parse_dimension("x", spec)


def answer(read, *args):
    """Return what is read and None, or None and the words of the refusal."""
    try:
        return read(*args), None
    except (TypeError, ValueError) as error:
        return None, str(error)


class OnlyRvs:
    def rvs(self, random_state=None):
        return 0.5

    def __repr__(self):
        return "OnlyRvs()"


# Ranges


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ((1, 9), Integer(1, 9)),
        ((-4, 0), Integer(-4, 0)),
        ((1, 9, "log"), Integer(1, 9, log=True)),
        ((1, 9, 5), Integer(1, 9, n_splits=5)),
        ((1, 9, 5, "log"), Integer(1, 9, log=True, n_splits=5)),
        ((np.int64(1), np.uint8(9), np.int32(5)), Integer(1, 9, n_splits=5)),
        ((1.0, 9.0), Real(1.0, 9.0)),
        ((1, 9.5), Real(1.0, 9.5)),
        ((1.5, 9), Real(1.5, 9.0)),
        ((0.5, 9.0, "log"), Real(0.5, 9.0, log=True)),
        ((0.5, 9.0, 5), Real(0.5, 9.0, n_splits=5)),
        ((0.5, 9.0, 5, "log"), Real(0.5, 9.0, log=True, n_splits=5)),
        ((1.0, 9.0, 5), Real(1.0, 9.0, n_splits=5)),
        ((np.float64(0.5), np.int64(9)), Real(0.5, 9.0)),
    ],
    ids=repr,
)
def test_a_tuple_of_numbers_is_a_range(spec, expected):
    dimension = parse(spec)
    assert dimension == expected
    native = int if isinstance(expected, Integer) else float
    assert type(dimension.low) is native
    assert type(dimension.high) is native
    assert type(dimension.n_splits) is int
    assert type(dimension.log) is bool


@modest
@given(
    low=st.integers(-1000, 1000),
    width=st.integers(1, 1000),
    n_splits=st.none() | st.integers(1, 20),
    log=st.booleans(),
    as_float=st.sampled_from(["none", "low", "high", "both"]),
)
def test_a_range_is_integer_when_both_bounds_are(low, width, n_splits, log, as_float):
    low = abs(low) + 1 if log else low
    a = float(low) if as_float in ("low", "both") else low
    b = float(low + width) if as_float in ("high", "both") else low + width
    splits = () if n_splits is None else (n_splits,)
    dimension = parse((a, b, *splits, *(("log",) if log else ())))
    assert type(dimension) is (Integer if as_float == "none" else Real)
    assert (dimension.low, dimension.high, dimension.log) == (low, low + width, log)
    assert dimension.n_splits == (3 if n_splits is None else n_splits)


def test_the_published_five_point_scan_of_two_to_ten_is_two_four_six_eight_ten():
    dimension = parse((2, 10, 3))
    units = np.linspace(0.0, 1.0, dimension.n_splits + 2)
    assert [dimension.from_unit(u) for u in units] == [2, 4, 6, 8, 10]


# Choices


@pytest.mark.parametrize(
    ("spec", "choices"),
    [
        (["gini", "entropy"], ("gini", "entropy")),
        ([None, "sqrt", 0.5], (None, "sqrt", 0.5)),
        ([True, False], (True, False)),
        ([(1, 2), (3,)], ((1, 2), (3,))),
        ([5], (5,)),
        ([None], (None,)),
        (("gini", "entropy"), ("gini", "entropy")),
        ((True, False), (True, False)),
        ((None, "sqrt"), (None, "sqrt")),
        (((50,), (100, 50)), ((50,), (100, 50))),
        (("log",), ("log",)),
        (range(2, 5), (2, 3, 4)),
    ],
    ids=repr,
)
def test_lists_and_tuples_without_numbers_are_choices(spec, choices):
    dimension = parse(spec)
    assert type(dimension) is Categorical
    assert [*map(type, dimension.choices)] == [*map(type, choices)]
    assert dimension.choices == choices


@pytest.mark.parametrize(
    ("array", "native"),
    [
        (np.array([1, 10, 100]), int),
        (np.logspace(-2, 2, 5), float),
        (np.array(["rbf", "linear"]), str),
        (np.array([True, False]), bool),
        (np.array([1.5, 2.5], dtype=np.float32), float),
    ],
    ids=lambda v: repr(v)[:30],
)
def test_an_array_is_choices_of_native_values(array, native):
    dimension = parse(array)
    assert type(dimension) is Categorical
    assert [*map(type, dimension.choices)] == [native] * len(array)
    assert dimension.choices == tuple(array)


def test_an_array_of_objects_is_choices_of_exactly_these_objects():
    objects = [object(), [1], None, (2,)]
    array = np.empty(4, dtype=object)
    array[:] = objects
    choices = parse(array).choices
    assert all(a is b for a, b in zip(choices, objects, strict=True))


@pytest.mark.parametrize(
    ("choices", "is_ordered"),
    [
        ([1, 10, 100], True),
        ([0.1, 1, 2.5], True),
        ([100, 10, 1], True),
        (np.logspace(-3, 3, 7), True),
        (range(3), True),
        ([-np.inf, 0, np.inf], True),
        ([1, 3, 2], False),
        ([1, 2, 0], False),
        ([1, None, 2], False),
        ([1, 2, "3"], False),
        ([False, True], False),
        (["a", "b"], False),
        ([1, np.nan, 2], False),
        ([(1,), (2,)], False),
        ([5], False),
    ],
    ids=repr,
)
def test_only_a_sorted_list_of_numbers_is_an_ordered_choice(choices, is_ordered):
    assert parse(choices).is_ordered is is_ordered


@modest
@given(st.lists(st.integers(-5, 5), min_size=2, max_size=5, unique=True))
def test_a_list_of_distinct_numbers_is_ordered_as_sorting_says(choices):
    rising = sorted(choices)
    assert parse(choices).is_ordered is (choices in (rising, rising[::-1]))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float16])
def test_numpy_scalars_in_a_list_are_ordered_by_value(dtype):
    """Unsigned differences wrap around: 1 - 3 is 254 in uint8."""
    assert parse([dtype(3), dtype(2), dtype(1)]).is_ordered
    assert not parse([dtype(3), dtype(1), dtype(2)]).is_ordered


@pytest.mark.parametrize("ordered", [True, False])
def test_a_spelled_out_order_outweighs_the_look_of_the_choices(ordered):
    assert Categorical(["S", "M", "L"], ordered=ordered).is_ordered is ordered
    assert Categorical([1, 2, 3], ordered=ordered).is_ordered is ordered


def test_repeated_choices_count_once():
    assert parse([1, 2, 1, 2.0, "a", "a", True]).choices == (1, 2, 2.0, "a", True)
    assert [type(c) for c in parse([1, True, 1.0, 1]).choices] == [int, bool, float]


# Distributions


@pytest.mark.parametrize(
    ("rv", "expected"),
    [
        (scipy.stats.uniform(-1, 3), Real(-1.0, 2.0)),
        (scipy.stats.uniform(), Real(0.0, 1.0)),
        (scipy.stats.loguniform(1e-3, 1e2), Real(1e-3, 1e2, log=True)),
        (scipy.stats.reciprocal(0.5, 8), Real(0.5, 8.0, log=True)),
        (scipy.stats.randint(1, 10), Integer(1, 9)),
        (scipy.stats.randint(-3, 4), Integer(-3, 3)),
        (scipy.stats.randint(7, 8), Categorical((7,))),
        (scipy.stats.binom(12, 0.3), Integer(0, 12)),
        (scipy.stats.beta(2, 5), Real(0.0, 1.0)),
        (scipy.stats.truncnorm(-2, 1), Real(-2.0, 1.0)),
    ],
    ids=lambda v: getattr(getattr(v, "dist", None), "name", ""),
)
def test_a_bounded_distribution_is_the_range_of_its_support(rv, expected):
    assert parse(rv) == expected


@modest
@given(st.integers(-(10**6), 10**6), st.integers(2, 10**6))
def test_randint_excludes_its_upper_bound_as_in_scipy(low, width):
    dimension = parse(scipy.stats.randint(low, low + width))
    ends = (dimension.from_unit(0.0), dimension.from_unit(1.0))
    assert ends == scipy.stats.randint(low, low + width).support()


@pytest.mark.parametrize(
    ("rv", "quantile"),
    [
        (scipy.stats.norm(5, 2), lambda q: 5 + 2 * ndtri(q)),
        (scipy.stats.norm, ndtri),
        (scipy.stats.expon(scale=3), lambda q: -3 * np.log1p(-q)),
        (scipy.stats.expon(loc=1), lambda q: 1 - np.log1p(-q)),
        (scipy.stats.cauchy(), lambda q: np.tan(np.pi * (q - 0.5))),
        (scipy.stats.logistic(), lambda q: np.log(q) - np.log1p(-q)),
    ],
)
def test_an_unbounded_distribution_gives_its_quantiles(rv, quantile):
    dimension = parse(rv)
    assert dimension.n_values is None
    got = [dimension.from_unit(u) for u in UNITS]
    assert all(type(v) is float for v in got)
    assert_allclose(got, quantile(QUANTILES), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("rv", "mass", "start"),
    [
        (
            scipy.stats.poisson(4.5),
            lambda k: np.exp(-4.5 + k * np.log(4.5) - np.cumsum(np.log([1, *k[1:]]))),
            0,
        ),
        (scipy.stats.geom(0.3), lambda k: 0.3 * 0.7 ** (k - 1), 1),
    ],
)
def test_an_unbounded_discrete_distribution_gives_its_integer_quantiles(
    rv, mass, start
):
    k = np.arange(start, start + 60)
    expected = k[np.searchsorted(np.cumsum(mass(k)), QUANTILES)]
    dimension = parse(rv)
    got = [dimension.from_unit(u) for u in UNITS]
    assert all(type(v) is int for v in got)
    assert got == list(expected)
    assert dimension.values() == list(range(expected[0], expected[-1] + 1))
    assert dimension.n_values == expected[-1] - expected[0] + 1


def test_a_quantile_function_of_floats_without_a_density_is_not_cut_to_integers():
    class Hyperbolic:
        def ppf(self, q):
            return q / (1.0 - q)

        def cdf(self, x):
            return x / (1.0 + x)

    dimension = parse(Hyperbolic())
    expected = QUANTILES / (1.0 - QUANTILES)
    assert_allclose([dimension.from_unit(u) for u in UNITS], expected, rtol=1e-12)


@pytest.mark.parametrize(
    "rv",
    [
        scipy.stats.poisson(3, loc=0.5),
        scipy.stats.randint(0, 5, loc=0.5),
        scipy.stats.rv_discrete(values=([0.1, 0.5, 0.9], [0.3, 0.3, 0.4])),
    ],
    ids=["unbounded", "bounded", "fractions"],
)
def test_a_discrete_distribution_off_the_integers_is_refused_or_kept_exactly(rv):
    """Cut to integers, its own values are none of the dimension's."""
    dimension, refusal = answer(parse, rv)
    if refusal is None:
        values = [dimension.from_unit(u) for u in UNITS]
        assert [value for value in values if rv.pmf(value) == 0.0] == []
    else:
        assert refusal.startswith("param_space['x']: ")


@pytest.mark.parametrize(
    "rv",
    [
        scipy.stats.norm(0, -1),
        scipy.stats.norm(np.nan, 1),
        scipy.stats.expon(scale=0),
        scipy.stats.uniform(0, -1),
        scipy.stats.uniform(1, 0),
        scipy.stats.poisson(-1),
    ],
    ids=lambda rv: f"{rv.dist.name}{rv.args}{rv.kwds}",
)
def test_a_distribution_whose_quantiles_are_nan_is_refused(rv):
    """Scipy lets a negative scale pass when it freezes; its quantiles are NaN."""
    with pytest.raises(ValueError, match=re.escape("param_space['x']")):
        parse(rv)


# Dimensions that are spelled out


@pytest.mark.parametrize(
    "dimension",
    [
        Real(0.5, 2.0, log=True, n_splits=4),
        Integer(1, 9, log=True, n_splits=4),
        Categorical(["S", "M", "L"], ordered=True, n_splits=2),
        Distribution(scipy.stats.norm(0, 1), n_splits=4),
    ],
    ids=lambda d: type(d).__name__,
)
def test_a_dimension_stands_for_itself(dimension):
    assert parse(dimension) is dimension


# Names and alternatives


def test_names_keep_their_order_and_their_nesting():
    space = Space({"svc__C": (0.1, 1.0), "clf__est__depth": (1, 3), "a": ["x"]})
    assert space.names == ("svc__C", "clf__est__depth", "a")
    assert space.dimensions == (Real(0.1, 1.0), Integer(1, 3), Categorical(["x"]))


@pytest.mark.parametrize("sequence", [list, tuple])
def test_a_list_of_dicts_is_one_space_for_each(sequence):
    dicts = [{"C": [1, 2]}, {"gamma": (0.1, 1.0), "C": (1, 5)}]
    spaces = parse_spaces(sequence(dicts))
    assert spaces == (Space(dicts[0]), Space(dicts[1]))
    assert spaces[1].names == ("gamma", "C")


def test_one_dict_is_one_space():
    space = Space({"C": [1, 2]})
    assert parse_spaces({"C": [1, 2]}) == (space,)
    assert parse_spaces(space) == (space,)
    assert parse_spaces([space, {"C": [3]}]) == (space, Space({"C": [3]}))


def test_parsing_leaves_the_users_objects_alone():
    inner = [3, 1, 2]
    param_space = {"a": inner, "b": (1, 2)}
    Space(param_space)
    assert param_space == {"a": [3, 1, 2], "b": (1, 2)}
    assert param_space["a"] is inner


# Wrong input

A_TUPLE = "a tuple is a range"
NO_SPEC = "expected a range (low, high), a list of choices"


@pytest.mark.parametrize(
    ("spec", "error", "rule", "value"),
    [
        ((3, 1), ValueError, "low must be smaller than high", "low=3, high=1"),
        ((2, 2), ValueError, "low must be smaller than high", "low=2, high=2"),
        ((0.5, 0.1, 3), ValueError, "low must be smaller than high", "low=0.5"),
        ((0, 9, "log"), ValueError, "a log scale needs low > 0", "low=0"),
        ((-0.5, 9, "log"), ValueError, "a log scale needs low > 0", "low=-0.5"),
        ((0.0, 9, 2, "log"), ValueError, "a log scale needs low > 0", "low=0.0"),
        ((float("nan"), 1.0), ValueError, "low must be finite", "nan"),
        ((0.0, float("nan")), ValueError, "high must be finite", "nan"),
        ((0, float("inf")), ValueError, "high must be finite", "inf"),
        ((float("-inf"), 0), ValueError, "low must be finite", "-inf"),
        ((-1e308, 1e308), ValueError, "width high - low must be a finite", "1e+308"),
        ((0, 2**32 + 1), ValueError, "high must lie within", str(2**32 + 1)),
        ((-(2**32) - 1, 0), ValueError, "low must lie within", str(-(2**32) - 1)),
        ((0, 1, 0), ValueError, "n_splits must be at least 1", "0"),
        ((0, 1, -2), ValueError, "n_splits must be at least 1", "-2"),
        ((1, 2, 0, "log"), ValueError, "n_splits must be at least 1", "0"),
        ((0, 1, 2.5), TypeError, "n_splits must be an int", "2.5"),
        ((0, 1, 3.0), TypeError, "n_splits must be an int", "3.0"),
        ([], ValueError, "at least one value", "an empty list"),
        ((), ValueError, "at least one value", "an empty list"),
        (np.array([]), ValueError, "at least one value", "an empty list"),
        (np.ones((2, 3)), ValueError, "must be 1-D", "2-D"),
        (np.array(3.0), ValueError, "must be 1-D", "0-D"),
        ((1, 2, 3, 4), ValueError, A_TUPLE, "(1, 2, 3, 4)"),
        ((1, 2, 3, 4, 5), ValueError, A_TUPLE, "(1, 2, 3, 4, 5)"),
        ((1,), ValueError, A_TUPLE, "(1,)"),
        ((1, "log"), ValueError, A_TUPLE, "(1, 'log')"),
        ((1, 2, "lin"), ValueError, A_TUPLE, "(1, 2, 'lin')"),
        ((1, 2, "log", 3), ValueError, A_TUPLE, "(1, 2, 'log', 3)"),
        ((1, None), ValueError, A_TUPLE, "(1, None)"),
        ((0, True), ValueError, A_TUPLE, "(0, True)"),
        ((1, "sqrt", None), ValueError, A_TUPLE, "(1, 'sqrt', None)"),
        ("rbf", TypeError, NO_SPEC, "'rbf'"),
        ("", TypeError, NO_SPEC, "''"),
        (b"rbf", TypeError, NO_SPEC, "b'rbf'"),
        (3, TypeError, NO_SPEC, "got 3"),
        (2.5, TypeError, NO_SPEC, "got 2.5"),
        (True, TypeError, NO_SPEC, "got True"),
        (None, TypeError, NO_SPEC, "got None"),
        ({1}, TypeError, NO_SPEC, "{1}"),
        ({"low": 1}, TypeError, NO_SPEC, "{'low': 1}"),
        (len, TypeError, NO_SPEC, "<built-in function len>"),
        (OnlyRvs(), TypeError, "have ppf and cdf", "OnlyRvs()"),
    ],
    ids=repr,
)
def test_a_wrong_value_is_answered_by_its_name_the_rule_and_itself(
    spec, error, rule, value
):
    with pytest.raises(error) as caught:
        Space({"fine": [1], "svc__C": spec})
    message = str(caught.value)
    assert message.startswith("param_space['svc__C']: ")
    assert rule in message
    assert value in message.split(rule, 1)[1]


def test_a_multivariate_distribution_is_refused_by_name():
    for rv in (
        scipy.stats.multivariate_normal([0, 0]),
        scipy.stats.uniform([0, 1], [1, 2]),
        scipy.stats.norm([0, 1]),
    ):
        with pytest.raises((TypeError, ValueError), match=r"param_space\['x'\]"):
            parse(rv)


def test_an_unfrozen_distribution_that_lacks_its_shapes_is_refused_by_name():
    with pytest.raises(TypeError, match=r"param_space\['x'\]"):
        parse(scipy.stats.gamma)


@pytest.mark.parametrize(
    "spec",
    [
        (0, 10**400),
        (0.0, 10**400),
        (-(10**400), 0),
        (0.0, Fraction(10**400)),
        (1, 10**400, "log"),
    ],
    ids=["int", "float", "low", "fraction", "log"],
)
def test_a_bound_beyond_the_floats_is_a_value_error(spec):
    with pytest.raises(ValueError, match=re.escape("param_space['x']")):
        parse(spec)


@pytest.mark.parametrize("choices", [(1.0, 10**400), (np.int64(1), 2**70)])
def test_choices_beyond_the_floats_are_choices(choices):
    """Their difference is no float, and none is needed to put them in order."""
    dimension = parse(list(choices))
    assert dimension.choices == choices
    assert dimension.is_ordered


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_the_smallest_int64_is_too_large_in_size():
    """Its absolute value wraps around to itself in numpy."""
    with pytest.raises(ValueError, match="low must lie within"):
        parse((np.int64(-(2**63)), 0))


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: Real("0", 1), TypeError, "low must be a number; got '0'"),
        (lambda: Real(0, None), TypeError, "high must be a number; got None"),
        (lambda: Real(False, 1), TypeError, "low must be a number; got False"),
        (lambda: Real(0, Decimal(1)), TypeError, "high must be a number"),
        (lambda: Real(1, 2, "yes"), TypeError, "log must be True or False; got 'yes'"),
        (lambda: Real(1, 2, 1), TypeError, "log must be True or False; got 1"),
        (lambda: Real(1, 2, n_splits=True), TypeError, "n_splits must be an int"),
        (lambda: Real(1, 2, n_splits=0), ValueError, "n_splits must be at least 1"),
        (lambda: Real(2, 1), ValueError, "low=2, high=1"),
        (lambda: Integer(1.5, 3), TypeError, "low must be an int; got 1.5"),
        (lambda: Integer(1, 3.0), TypeError, "high must be an int; got 3.0"),
        (lambda: Integer(0, 2**32 + 1), ValueError, "high must lie within"),
        (lambda: Integer(0, 3, log=True), ValueError, "needs low > 0; got low=0"),
        (lambda: Integer(1, 3, n_splits="3"), TypeError, "must be an int; got '3'"),
        (lambda: Categorical("rbf"), TypeError, "got 'rbf'"),
        (lambda: Categorical(b"rbf"), TypeError, "got b'rbf'"),
        (lambda: Categorical(3), TypeError, "got 3"),
        (lambda: Categorical(iter([1])), TypeError, "must be a list, tuple or array"),
        (lambda: Categorical([]), ValueError, "at least one value"),
        (lambda: Categorical([1], n_splits=0), ValueError, "at least 1; got 0"),
        (lambda: Distribution(3), TypeError, "ppf and cdf"),
        (lambda: Distribution(OnlyRvs()), TypeError, "got OnlyRvs()"),
        (lambda: Distribution(scipy.stats.norm(), 0), ValueError, "at least 1; got 0"),
    ],
)
def test_a_dimension_that_is_spelled_out_wrongly_says_so(build, error, message):
    with pytest.raises(error, match=re.escape(message)):
        build()


@pytest.mark.parametrize("choices", [{1, 2}, {"a": 1}, frozenset("a")], ids=repr)
def test_a_choice_without_an_order_of_its_own_is_no_sequence(choices):
    """The docstring's rule; a set would give another search in every process."""
    with pytest.raises(TypeError, match="choices must be"):
        Categorical(choices)


@pytest.mark.parametrize(
    ("param_space", "error", "words"),
    [
        ({}, ValueError, ("at least one parameter", "{}")),
        ([], ValueError, ("at least one alternative", "[]")),
        ((), ValueError, ("at least one alternative",)),
        ([{}], ValueError, ("alternative 0", "at least one parameter")),
        ([{"a": [1]}, {"b": []}], ValueError, ("alternative 1", "'b'", "empty")),
        ([{"a": [1]}, 3], TypeError, ("alternative 1", "int")),
        ([[{"a": [1]}]], TypeError, ("alternative 0", "list")),
        ({3: [1, 2]}, TypeError, ("names must be strings", "3")),
        ({None: [1, 2]}, TypeError, ("names must be strings", "None")),
        ({("a",): [1, 2]}, TypeError, ("names must be strings", "('a',)")),
        ("C", TypeError, ("must be a dict", "str")),
        (3, TypeError, ("must be a dict", "int")),
        (None, TypeError, ("must be a dict", "NoneType")),
        ({"a"}, TypeError, ("must be a dict", "set")),
        (iter([{"a": [1]}]), TypeError, ("must be a dict", "list_iterator")),
    ],
    ids=lambda v: type(v).__name__,
)
def test_a_wrong_space_is_answered_by_the_rule_and_what_it_got(
    param_space, error, words
):
    with pytest.raises(error) as caught:
        parse_spaces(param_space)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("junk", [3, None, "C", [("a", [1])], [{"a": [1]}]], ids=repr)
def test_a_space_is_made_of_a_mapping_only(junk):
    with pytest.raises(TypeError, match=f"must be a dict .* got {type(junk).__name__}"):
        Space(junk)


# Fuzz

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**32 - 2, 2**32 + 2),
    st.floats(),
    st.text(max_size=4),
    st.sampled_from(["log", OnlyRvs(), len, int, Ellipsis, NotImplemented]),
    st.binary(max_size=3),
    st.complex_numbers(),
    st.fractions(),
    st.decimals(allow_nan=True),
    st.sampled_from(
        [np.float32(0.1), np.int64(3), np.bool_(True), np.array(1), np.ones((2, 2))]
    ),
)
junk = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=2) | st.integers(), inner, max_size=2),
        st.lists(inner, max_size=2).map(iter),
    ),
    max_leaves=6,
)
numbers = st.integers(-5, 5) | st.floats() | st.integers()
almost_ranges = st.tuples(numbers, numbers, st.lists(scalars, max_size=2)).map(
    lambda parts: (*parts[:2], *parts[2])
)


@settings(max_examples=120, deadline=None)
@given(almost_ranges | junk)
@example((0.0, 5e-324))
@example((-1.7e308, 0.0))
@example((1, 2**32, "log"))
@example((5e-324, 1.7e308, "log"))
def test_whatever_is_written_is_refused_by_name_or_can_be_searched(spec):
    dimension, refusal = answer(parse_dimension, "svc__C", spec)
    if refusal is not None:
        assert refusal.startswith("param_space['svc__C']: ")
        return
    assert dimension.contains(dimension.centre)
    for unit in (0.0, 0.3, 1.0):
        value = dimension.from_unit(unit)
        assert dimension.contains(value)
        assert 0.0 <= dimension.to_unit(value) <= 1.0


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(junk | st.lists(st.dictionaries(st.text(max_size=2), junk, max_size=2)))
def test_whatever_is_given_as_a_space_is_refused_or_read(param_space):
    spaces, refusal = answer(parse_spaces, param_space)
    if refusal is not None:
        assert re.match(r"(alternative \d+: )?param_space", refusal)
        return
    assert spaces
    for space in spaces:
        (row,) = space.from_unit([[0.5] * len(space)])
        assert space.to_unit([row]).shape == (1, len(space))
