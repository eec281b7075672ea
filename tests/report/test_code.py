"""Code that is written for a value makes an equal value when it is run."""

import numpy as np
import pytest
from scipy.stats import loguniform, randint
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedKFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skbluetuna import Categorical, Classic, Integer, Real, Space, when
from skbluetuna.report._code import WIDTH, Code


def made(value):
    """What the code for a value evaluates to, and the code."""
    code = Code()
    text = code.expression(value)
    scope = {}
    exec(code.head, scope)
    return eval(text, scope), text


@pytest.mark.parametrize(
    "value",
    [
        0,
        -0.1,
        1e-300,
        None,
        True,
        "a 'quoted' \"<b>&\\ \n",
        b"\x00",
        float("inf"),
        (),
        (1,),
        [],
        {},
        set(),
        pytest.param({"b", "a"}, id="set"),  # whose order is not always the same
        [[1, (2.5, None)], {"k": {1: [2]}}],
        {f"parameter_number_{i}": (0.1, 10.0, "log") for i in range(9)},
        ("a value that is quite long and alone in its tuple, so that it breaks" * 2,),
        Real(0.1, 1.0, log=True),
        Integer(1, 9),
        Categorical(["a", None]),
        Classic(n_lhs=20),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_plain_values_and_dimensions_come_back_equal(value):
    found, _ = made(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(0.5), "0.5"),
        (np.int64(3), "3"),
        (SVC(), "SVC()"),
        (SVC(C=2, kernel="linear"), "SVC(C=2, kernel='linear')"),
        (SVC, "SVC"),
        (np.mean, "mean"),
        (len, "len"),
        (loguniform(1e-2, 1.0), "loguniform(0.01, 1.0)"),
        (randint(low=1, high=5), "randint(low=1, high=5)"),
        (when("k", "rbf", (1, 2)), "when('k', ['rbf'], (1, 2))"),
        (
            StratifiedKFold(3, shuffle=True, random_state=1),
            "StratifiedKFold(n_splits=3, random_state=1, shuffle=True)",
        ),
        (
            make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
            "Pipeline(steps=[('standardscaler', StandardScaler()), "
            "('logisticregression', LogisticRegression(C=0.1))])",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_objects_are_made_by_what_can_be_imported(value, text):
    found, own = made(value)
    joined = " ".join(own.split())  # long ones stand on several lines
    for bracket in "()", "[]":
        joined = joined.replace(f"{bracket[0]} ", bracket[0])
        joined = joined.replace(f", {bracket[1]}", bracket[1])
    assert joined == text
    assert type(found) is type(getattr(value, "item", lambda: value)())


def test_an_array_is_made_by_numpy():
    found, text = made(np.array([[1.0, 2.0]]))
    assert text == "np.array([[1.0, 2.0]])"
    assert found.tolist() == [[1.0, 2.0]]


def test_a_name_is_imported_from_where_users_import_it():
    code = Code()
    code.expression([SVC(), Pipeline([("a", SVC())]), StandardScaler(), Classic()])
    assert code.head.splitlines() == [
        "from skbluetuna import Classic",
        "from sklearn.pipeline import Pipeline",
        "from sklearn.preprocessing import StandardScaler",
        "from sklearn.svm import SVC",
    ]


def test_a_space_is_spelled_out_with_its_conditions():
    space = Space({"k": ["a", "b"], "g": when("k", "b", (0.1, 1.0, "log"))})
    found, _ = made(space)
    assert Space(found) == space


@pytest.mark.parametrize(
    "value",
    [
        lambda x: x,
        object(),
        np.arange(1000),
        list(range(1000)),
        FunctionTransformer(lambda x: x),
        RepeatedKFold(n_splits=2, random_state=np.random.RandomState(0)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_code_cannot_name_gets_a_placeholder(value):
    code = Code()
    text = code.expression({"key": value})
    assert "yours_1" in text
    assert code.placeholders[0].startswith("yours_1 = ...  # to be filled in: ")
    exec(f"{code.head}\nvalue = {text}", {})


def test_long_expressions_have_a_line_for_each_item():
    value = {f"parameter_number_{i}": (0.1, 10.0, "log") for i in range(9)}
    text = Code().expression(value)
    assert len(text.splitlines()) == 11
    assert max(map(len, text.splitlines())) <= WIDTH
