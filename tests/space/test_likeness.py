"""When two values are one choice, and what is handed out of numpy's."""

import copy
import datetime
import math
import pickle
import sys
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline

from skbluetuna import BlueTunaSearchCV, BlueTuner, Categorical, Space
from skbluetuna.space import is_alike, parse_dimension

nan = float("nan")  # another object than np.nan
HOLDERS = {
    "bare": lambda v: v,
    "tuple": lambda v: (1, (v, "a")),
    "list": lambda v: [v, [2]],
    "dict": lambda v: {"missing": v, "other": 1},
    "key": lambda v: {v: 1.0},
    "array": lambda v: np.array([1.0, v]),
    "objects": lambda v: np.array([v, "a"], dtype=object),
    "estimator": lambda v: SimpleImputer(missing_values=v),
}


@pytest.mark.parametrize("hold", HOLDERS.values(), ids=HOLDERS)
def test_nan_is_nan_wherever_it_stands_and_the_given_object_is_handed_out(hold):
    """Each float("nan"), and each unpickled one, is another object."""
    given, other = hold(np.nan), hold(nan)
    dim = Categorical(["x", given])
    for value in (other, pickle.loads(pickle.dumps(given))):
        assert dim.index(value) == 1
        assert dim.native(value) is given
        assert Categorical(["x", value]) == dim
        assert hash(Categorical(["x", value])) == hash(dim)
    assert dim.from_unit(dim.to_unit(other)) is given


@pytest.mark.parametrize(
    "value", [nan, np.float32("nan"), np.longdouble("nan"), np.float64("nan")]
)
def test_every_kind_of_nan_is_the_choice_and_no_number_is(value):
    dim = Categorical([-1.0, np.nan, None])
    assert dim.index(value) == 1
    assert dim.index(0.0) is None
    assert Categorical([0.0, "nan"]).index(value) is None


def test_nan_given_twice_is_one_choice():
    assert len(Categorical([np.nan, nan, 1.0, (nan,), (np.nan,)]).choices) == 3


@pytest.mark.parametrize(
    "value",
    [
        Decimal("0.1"), Decimal("nan"), Fraction(1, 3), datetime.date(2024, 1, 2),
        datetime.datetime(2024, 1, 2), complex(1, 2), frozenset({1}), {1, "a"},
        range(3), np.datetime64("2024-01-02"), np.dtype("f4"), slice(1, 2),
    ],

)  # fmt: skip
def test_a_copy_of_a_value_with_an_equality_is_that_value(value):
    """A cloned estimator holds deep copies of its parameters."""
    dim = Categorical([value, "other"])
    assert dim.index(copy.deepcopy(value)) == 0
    assert dim.index(pickle.loads(pickle.dumps(value))) == 0
    assert dim == Categorical([copy.deepcopy(value), "other"])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (Decimal("snan"), Decimal("snan")), (KFold(2), KFold(2)), (len, sum),
        (lambda: 0, lambda: 0), (partial(len), partial(len)), (True, 1), (None, 0),
        (np.datetime64("NaT", "D"), None), ([1], (1,)), ({1: 2}, {1: 3}),
        ({1: 2}, {2: 2}),
        (np.ones(2), np.ones(3)), (np.array(["a"]), np.array([nan])),
        (LogisticRegression(), LogisticRegression(C=2.0)),
    ],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_what_is_not_known_to_be_the_same_is_another_choice(a, b):
    assert not is_alike(a, b)


def native_types(value):
    """Types of everything in a value."""
    if isinstance(value, dict):
        return {t for kv in value.items() for part in kv for t in native_types(part)}
    if isinstance(value, list | tuple | set | frozenset):
        return {t for part in value for t in native_types(part)}
    return {type(value)}


@pytest.mark.parametrize(
    ("choice", "types"),
    [
        (np.float64(0.5), {float}),
        (np.float32(0.5), {float}),
        (np.longdouble("0.25"), {float}),
        (np.int8(3), {int}),
        (np.bool_(True), {bool}),
        (np.str_("rbf"), {str}),
        (np.bytes_(b"rbf"), {bytes}),
        (np.complex64(1j), {complex}),
        ((np.int64(100), np.int64(50)), {int}),
        ([np.float64(0.1), (np.float64(0.2), [np.float32(0.5)])], {float}),
        ({np.int64(0): np.float64(2.0), 1: 1.0}, {int, float}),
        ({"a": {"b": [np.bool_(False)]}}, {str, bool}),
        ({np.int64(3)}, {int}),
        (frozenset([np.str_("a")]), {str}),
    ],
)
def test_numbers_of_numpy_are_handed_out_as_pythons_wherever_they_stand(choice, types):
    before = copy.deepcopy(choice)
    dim = Categorical([choice])
    (own,) = dim.choices
    assert type(own) in (type(choice), *types)
    assert native_types(own) == types
    assert own == before
    assert repr(choice) == repr(before)  # the caller's own stays what it was
    assert dim.native(choice) is own


@pytest.mark.parametrize(
    "choice",
    [
        [1, [2.0]], {"a": (1, 2)}, (1, ("a", None)), np.ones(2), {1, 2},
        np.datetime64("2024-01-02"), np.longdouble("1e4000"), len, LogisticRegression(),
    ],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_what_holds_no_number_of_numpy_is_handed_out_itself(choice):
    if np.isinf(np.longdouble("1e4000")) and isinstance(choice, np.floating):
        pytest.skip("long doubles are doubles here")
    assert Categorical(["x", choice]).choices[1] is choice


def itself(kind):
    if kind == "list":
        value = [1]
        value.append(value)
    elif kind == "dict":
        value = {"a": 1}
        value["self"] = value
    elif kind == "through a tuple":
        inner = []
        value = (1, inner)
        inner.append(value)
    elif kind == "array":
        value = np.empty(2, dtype=object)
        value[:] = [1, value]
    elif kind == "two":
        value, other = [], []
        value.append({"other": other})
        other.append(value)
    else:
        value = []
        for _ in range(2 * sys.getrecursionlimit()):
            value = [value]
    return value


@pytest.mark.parametrize(
    "kind", ["list", "dict", "through a tuple", "array", "two", "deep"]
)
def test_a_choice_without_an_end_is_refused_by_name(kind):
    """scikit-learn could not clone it, and JSON not hold it."""
    with pytest.raises(ValueError, match=r"param_space\['a'\]: a choice must not hold"):
        Space({"a": ["x", itself(kind)]})


def test_a_value_without_an_end_is_no_choice():
    dim = Categorical([[1, [2]], {"a": 1}])
    assert [dim.index(itself(kind)) for kind in ("list", "dict", "two")] == [None] * 3
    with pytest.raises(ValueError, match="must lie in"):
        BlueTuner({"a": [[1], [2]]}, initial_params=[{"a": itself("list")}])


@pytest.mark.parametrize(
    "spec",
    [
        (Fraction(1, 10**400), 1.0, "log"),
        (np.longdouble("1e-4000"), 1.0, "log"),
        (Fraction(1, 10**400), Fraction(2, 10**400), "log"),
        (0, 10**5000),
        (-(10**5000), 0),
        (1, 2, 10**5000),
        (1.0, 2.0, 3, -(10**5000)),
        (10**5000,),
        (np.longdouble(1), np.longdouble("1e4000")),
        (False, 10**5000),
    ],
    ids=lambda v: f"{len(v)} {type(v[0]).__name__}",
)
def test_numbers_beyond_the_floats_are_refused_by_name(spec):
    """An int of more than 4300 digits cannot even be written out."""
    with pytest.raises((TypeError, ValueError), match=r"^param_space\['x'\]: ") as told:
        parse_dimension("x", spec)
    assert len(str(told.value)) < 1000
    assert "integer string conversion" not in str(told.value)


def test_a_fraction_below_the_floats_is_a_bound_on_a_linear_scale():
    dim = parse_dimension("x", (Fraction(1, 10**400), 1.0))
    assert (dim.low, dim.high) == (0.0, 1.0)
    assert dim.contains(Fraction(1, 10**400))


def test_choices_too_long_to_be_written_can_be_searched_and_refused():
    dim = Categorical([1, 10, 10**5000])
    assert dim.native(10**5000) == 10**5000
    with pytest.raises(ValueError, match="is not one of the choices"):
        dim.to_unit(10**5001)


# Searches


def imputing():
    return make_pipeline(SimpleImputer(), LogisticRegression())


def data():
    X = np.random.default_rng(0).normal(size=(40, 2))
    X[::5, 1] = -1.0
    return X, (X[:, 0] > 0).astype(int)


NAN_CHOICES = [-1.0, np.nan]
NAN_SPACE = {
    "simpleimputer__missing_values": NAN_CHOICES,
    "logisticregression__C": [0.1, 1.0, 10.0],
}


def nan_search(**settings):
    return BlueTunaSearchCV(imputing(), NAN_SPACE, cv=2, random_state=0, **settings)


def rows(search):
    return [repr(params) for params in search.cv_results_["params"]]


def test_a_search_over_nan_is_pickled_resumed_and_repeated_by_workers(tmp_path):
    """Its estimator's own NaN comes first; the grid asks it once with each C."""
    given = {"simpleimputer__missing_values": nan, "logisticregression__C": 10.0}
    path = tmp_path / "search.jsonl"
    search = nan_search(n_iter=4, initial_params=[given], checkpoint=path)
    search.fit(*data())
    first, second = (trial.params for trial in search.tuner_.trials[:2])
    assert first["simpleimputer__missing_values"] is NAN_CHOICES[1]
    assert (second["logisticregression__C"], len(set(rows(search)))) == (10.0, 4)
    back = pickle.loads(pickle.dumps(search))
    assert back.tuner_.spaces == search.tuner_.spaces
    assert back.tuner_.trials == search.tuner_.trials
    text = path.read_text()
    again = nan_search(n_iter=4, initial_params=[given], checkpoint=path).fit(*data())
    assert rows(again) == rows(search)
    assert path.read_text() == text  # nothing was evaluated again
    grid = nan_search(n_iter=10, n_jobs=2).fit(*data())
    assert grid.stop_reason_ == "exhausted"
    values = [p["simpleimputer__missing_values"] for p in grid.cv_results_["params"]]
    assert sum(map(math.isnan, values)) == 3


def test_a_tuner_over_nan_goes_on_from_its_text():
    space = {"a": [np.nan, (1, np.nan), [np.nan]], "x": (0.0, 1.0)}
    tuner = BlueTuner(space, n_iter=12, random_state=0, reference={"a": (1, nan)})
    assert tuner.ask(1)[0].params["a"] is space["a"][1]
    other = {"a": [nan, (1, nan), [nan]], "x": (0.0, 1.0)}
    back = BlueTuner.from_json(tuner.to_json(), space=other)
    assert back.trials == tuner.trials
    for trial in tuner.trials:
        tuner.tell(trial, 1.0)
        back.tell(trial, 1.0)
    assert back.ask() == tuner.ask()
