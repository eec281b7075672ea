"""Parameters that apply only where another one takes certain values."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from skbluetuna import Adaptive, BlueTunaSearchCV, BlueTuner, Classic, Space, when
from skbluetuna.model import Columns, encode
from skbluetuna.space import decode_space, encode_space, grid

X, y = load_iris(return_X_y=True)
SVMS = {
    "kernel": ["linear", "rbf", "poly"],
    "C": (0.01, 100.0, "log"),
    "gamma": when("kernel", ["rbf", "poly"], (1e-3, 10.0, "log")),
    "degree": when("kernel", "poly", (2, 5)),
}


def parts(space):
    """Of a small random conditional space: every configuration, by brute force."""
    names = list(space)
    bare = {n: s.spec if hasattr(s, "spec") else s for n, s in space.items()}
    found = set()
    for values in itertools.product(*bare.values()):
        params = dict(zip(names, values, strict=True))
        for name in names:
            own = space[name]
            if hasattr(own, "spec") and params.get(own.parent) not in own.values:
                params.pop(name)
        found.add(tuple(sorted(params.items())))
    return found


@st.composite
def finite_spaces(draw):
    space = {}
    for i in range(draw(st.integers(1, 5))):
        choices = list(range(i * 10, i * 10 + draw(st.integers(1, 4))))
        space[f"p{i}"] = choices
        if i and draw(st.booleans()):
            parent = draw(st.integers(0, i - 1))
            known = space[f"p{parent}"]
            known = known.spec if hasattr(known, "spec") else known
            values = draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
            space[f"p{i}"] = when(f"p{parent}", values, choices)
    return space


@given(finite_spaces())
@settings(deadline=None)
def test_size_and_grid_are_those_of_brute_force(space):
    own = Space(space)
    every = grid(own)
    assert own.size == len(every)
    assert {tuple(sorted(params.items())) for params in every} == parts(space)
    units = own.to_unit(every)
    assert own.from_unit(units) == [
        {n: p[n] for n in own.names if n in p} for p in every
    ]
    np.testing.assert_array_equal(own.snap(units), units)


@given(finite_spaces(), st.integers(0, 2**31), st.booleans())
@settings(deadline=None, max_examples=10)
def test_a_finite_search_ends_when_every_configuration_was_asked(space, seed, grown):
    own = Space(space)
    assume(own.size <= 25)  # each trial is a proposal
    n_iter = own.size + 5 if not grown else max(1, own.size - 1)
    tuner = BlueTuner(space, n_iter=n_iter, random_state=seed)
    if grown:
        tuner.extend(own.size + 5)
    asked = []
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, float(len(asked) % 7))
            asked.append(tuple(sorted(trial.params.items())))
    assert len(asked) == own.size
    assert set(asked) == parts(space)


def test_what_does_not_apply_makes_no_difference():
    space = Space(SVMS)
    U = np.random.default_rng(0).random((200, 4))
    V = U.copy()
    off = ~space.applies(space.snap(U))
    V[off] = np.random.default_rng(1).random(off.sum())
    assert off.sum() > 100
    np.testing.assert_array_equal(space.snap(U), space.snap(V))
    assert space.from_unit(U) == space.from_unit(V)
    for params in space.from_unit(U):
        assert ("gamma" in params) == (params["kernel"] != "linear")
        assert ("degree" in params) == (params["kernel"] == "poly")


@pytest.mark.slow
@pytest.mark.parametrize("strategy", [Adaptive(), Classic(n_epochs=5)], ids=str)
def test_the_estimator_is_given_what_applies_and_nothing_else(strategy):
    seen = []

    class Spy(SVC):
        def fit(self, X, y):
            seen.append(self.get_params())
            return super().fit(X, y)

    search = BlueTunaSearchCV(
        Spy(gamma=0.123, degree=4), SVMS, n_iter=14, cv=2, random_state=0,
        strategy=strategy,
    ).fit(X, y)  # fmt: skip
    assert {p["kernel"] for p in seen} == {"linear", "rbf", "poly"}
    for params in seen:
        assert (params["gamma"] == 0.123) or params["kernel"] != "linear"
        assert params["degree"] == 4 or params["kernel"] == "poly"
    results = search.cv_results_
    off = [p["kernel"] != "poly" for p in results["params"]]
    np.testing.assert_array_equal(np.ma.getmaskarray(results["param_degree"]), off)
    assert list(search.weights_["param"]) == list(SVMS)
    assert np.isfinite(search.weights_["share"]).all()
    narrowed = search.optimized_space_
    again = BlueTunaSearchCV(SVC(), narrowed, n_iter=3, cv=2, random_state=0)
    assert again.fit(X, y).best_score_ > 0.8


def test_objects_and_their_parameters_may_be_conditions():
    svm, forest = SVC(), RandomForestClassifier(n_estimators=5, random_state=0)
    space = {
        "clf": [svm, forest],
        "clf__C": when("clf", svm, (0.1, 10.0, "log")),
        "clf__max_depth": when("clf", forest, (1, 5)),
    }
    pipe = Pipeline([("clf", SVC())])
    search = BlueTunaSearchCV(pipe, space, n_iter=12, cv=2, random_state=0).fit(X, y)
    kinds = {type(p["clf"]).__name__ for p in search.cv_results_["params"]}
    assert kinds == {"SVC", "RandomForestClassifier"}
    unknown = space | {"clf__nothing": when("clf", forest, (1, 5))}
    with pytest.raises(ValueError, match="Invalid parameter 'nothing'"):
        BlueTunaSearchCV(pipe, unknown, n_iter=3).fit(X, y)


def test_conditions_in_a_row_all_hold():
    space = Space(
        {
            "a": (1, 4),
            "b": when("a", range(2, 4), ["u", "v"]),
            "c": when("b", "v", when("a", 3, (0.0, 1.0))),
        }
    )
    for params in space.from_unit(np.random.default_rng(0).random((300, 3))):
        assert ("b" in params) == (params["a"] in (2, 3))
        assert ("c" in params) == (params["a"] == 3 and params["b"] == "v")
    assert space.size is None
    assert space.example("c") == {"a": 3, "b": "v", "c": 0.5}


def test_a_conditional_space_and_its_search_survive_json():
    space = Space(SVMS)
    assert decode_space(json.loads(json.dumps(encode_space(space)))) == space
    tuner = BlueTuner(SVMS, n_iter=12, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, trial.unit[1])
        tuner = BlueTuner.from_json(tuner.to_json())
    assert len(tuner.trials) == 12


def test_the_model_learns_from_every_trial_what_all_share():
    """The data are not split: C's optimum is found though gamma rarely applies."""
    tuner = BlueTuner(SVMS, n_iter=30, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            bonus = {"linear": 0.0, "rbf": 0.2, "poly": 0.1}[trial.params["kernel"]]
            slope = 0.3 * (1.0 - abs(trial.unit[2] - 0.8)) if bonus else 0.0
            tuner.tell(trial, bonus + slope - (trial.unit[1] - 0.7) ** 2)
    best = tuner.best
    assert best.params["kernel"] == "rbf"
    assert best.unit[1] == pytest.approx(0.7, abs=0.05)
    assert best.unit[2] == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (
            {"b": when("a", 1, [1, 2])},
            "'b'.*'a' is 1, must be on another parameter of .'b'.",
        ),
        ({"b": when("b", 1, [1, 2])}, "'b'.*must be on a parameter that stands before"),
        (
            {"b": when("a", 1, [1, 2]), "a": [1, 2]},
            "'b'.*must be on a parameter that stands before it",
        ),
        (
            {"a": when("b", 1, [1, 2]), "b": when("a", 1, [1, 2])},
            "'a'.*must be on a parameter that stands before it",
        ),
        ({"a": [1, 2], "b": when("a", 3, [1, 2])}, "'b'.*'a' is 3, must name values"),
        (
            {"a": (0.0, 1.0), "b": when("a", 0.5, [1, 2])},
            "'b'.*must be on a choice or a range of integers",
        ),
        (
            {"a": [1, 2], "b": when("a", 1, when("a", 2, [1, 2]))},
            "'b'.*contradicts another: it can never apply",
        ),
        (
            {
                "a": [1, 2],
                "b": when("a", 1, ["u", "v"]),
                "c": when("b", "u", when("a", 2, [1, 2])),
            },
            "'c'.*contradicts another: it can never apply",
        ),
        ({"a": [1, 2], "b": when("a", 1, "word")}, "param_space..b..: expected"),
    ],
)
def test_conditions_that_do_not_fit_are_refused_by_name(space, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Space(space)
    with pytest.raises((ValueError, TypeError), match=message):
        BlueTunaSearchCV(SVC(), space).fit(X, y)


def test_a_condition_needs_a_name_and_a_value():
    with pytest.raises(TypeError, match="when: parent must be a parameter's name"):
        when(3, 1, [1])
    with pytest.raises(ValueError, match="when: values of 'a' must hold at least one"):
        when("a", [], [1])


def test_a_condition_reads_as_it_is_written():
    for text in (
        "when('a', 'x', (0.0, 1.0, 'log'))",
        "when('a', ['x', 'y'], when('b', [[1]], (1, 2)))",
    ):
        assert repr(eval(text, {"when": when})) == text


def test_initial_params_that_do_not_apply_are_refused():
    wrong = {"kernel": "rbf", "degree": 3}
    with pytest.raises(ValueError, match="'degree' applies only where 'kernel' is 'p"):
        BlueTuner(SVMS, initial_params=[wrong])
    tuner = BlueTuner(SVMS, initial_params=[{"kernel": "poly", "degree": 2}])
    assert tuner.ask(2)[1].params["degree"] == 2
    with pytest.raises(ValueError, match=r"must name \['kernel', 'C', 'gamma'\]"):
        Space(SVMS).to_unit([{"kernel": "rbf", "C": 1.0}])


def test_initial_params_are_completed_by_the_estimators_own_values():
    space = {"kernel": ["rbf", "poly"], "degree": when("kernel", "poly", (2, 5))}
    tuner = BlueTuner(
        space | {"C": (0.1, 9.0)},
        reference={"kernel": "poly", "degree": 3},
        initial_params=[{"degree": 5}],
    )
    assert tuner.ask(2)[1].params["degree"] == 5
    with pytest.raises(ValueError, match="'degree' applies only where 'kernel' is 'po"):
        BlueTuner(space, reference={"kernel": "rbf"}, initial_params=[{"degree": 5}])


def test_a_narrowed_space_is_a_space_again():
    score = {"a": 1.0, "b": -9.0, "c": 0.9}
    twice = when("k", ["a", "b"], when("k", ["b", "c"], (0.0, 1.0)))
    tuner = BlueTuner({"k": ["a", "b", "c"], "x": twice}, n_iter=12, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, score[trial.params["k"]] + trial.params.get("x", 0.0))
    assert "x" not in tuner.optimized_space
    Space(tuner.optimized_space)


def test_a_set_of_values_has_the_order_of_the_parent():
    spaces = [
        Space({"k": list("abc"), "x": when("k", values, (0.0, 1.0))})
        for values in ({"c", "a"}, ["c", "a"], ["a", "c"], np.array(["c", "a"]))
    ]
    assert all(space == spaces[0] for space in spaces)
    assert spaces[0].conditions[1][0].values == ("a", "c")


def test_many_conditions_are_counted_quickly():
    space = {}
    for i in range(300):
        space |= {f"s{i}": [0, 1], f"x{i}": when(f"s{i}", 1, [1, 2])}
    assert Space(space).size == 3**300


@pytest.mark.parametrize("child", [(2, 5), ["p", "q", "r"], [1, 2, 3, 100], (0.0, 1.0)])
def test_what_does_not_apply_has_no_terms_in_the_model(child):
    space = Space({"k": ["a", "b"], "x": when("k", "a", child)})
    (off,) = space.to_unit([{"k": "b"}])
    dim = space.dimensions[1]
    columns = Columns.of([2, 0 if dim.is_ordered else dim.n_values])
    assert (encode(off[None], columns)[0, 2:] == 0.0).all()
    (on,) = space.to_unit([{"k": "a", "x": dim.centre}])
    assert encode(on[None], columns)[0, 2:].any() or dim.is_ordered


def test_classic_knows_nothing_of_what_did_not_apply_where_it_looked():
    space = {"kernel": ["linear", "rbf"], "C": (0.1, 10.0, "log"),
             "gamma": when("kernel", "rbf", (1e-3, 1.0, "log"))}  # fmt: skip
    search = BlueTunaSearchCV(
        SVC(kernel="linear"),
        space,
        n_iter=20,
        cv=2,
        strategy=Classic(n_epochs=20),
        random_state=0,
    ).fit(X, y)
    mine = search.regions_["param"] == "gamma"
    assert np.isnan(search.regions_["score"][mine]).all()
    weights = dict(zip(search.weights_["param"], search.weights_["initial_weight"],
                       strict=True))  # fmt: skip
    assert weights["gamma"] == pytest.approx((weights["kernel"] + weights["C"]) / 2)
