"""How a `param_space` is read for an estimator, and what is said of it."""

import inspect
import pickle
import re

import numpy as np
import pytest
import scipy.stats
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import (
    BlueTunaSearchCV,
    BlueTuner,
    Categorical,
    Integer,
    Real,
    Space,
    when,
)
from skbluetuna.search._reading import spaces_for
from skbluetuna.space import describe

X, y = load_iris(return_X_y=True)
X, y = X[::5], y[::5]


class Anything(ClassifierMixin, BaseEstimator):
    """Takes anything."""

    def __init__(self, share=0.5, count=3, none=None, flag=True, word="auto"):
        self.share = share
        self.count = count
        self.none = none
        self.flag = flag
        self.word = word

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def read(estimator, param_space):
    """The one space of a search."""
    ((space,), _) = spaces_for(estimator, param_space)
    return dict(zip(space.names, space.dimensions, strict=True))


def steps(**named):
    return Pipeline([*named.items()])


# Ranges that are written with ints


@pytest.mark.parametrize(
    ("name", "spec", "expected"),
    [
        ("share", (1, 1000, "log"), Real(1.0, 1000.0, log=True)),
        ("share", (0, 1), Real(0.0, 1.0)),
        ("share", (0, 1, 5), Real(0.0, 1.0, n_splits=5)),
        ("share", (np.int64(0), np.int8(1)), Real(0.0, 1.0)),
        ("count", (1, 1000, "log"), Integer(1, 1000, log=True)),
        ("count", (0, 1), Integer(0, 1)),
        ("count", (0.0, 1.0), Real(0.0, 1.0)),
        ("none", (1, 3), Integer(1, 3)),
        ("word", (1, 1000, "log"), Integer(1, 1000, log=True)),
        # What is spelled out, or is no range of a tuple, is what it says.
        ("share", Integer(0, 1), Integer(0, 1)),
        ("none", Integer(0, 1), Integer(0, 1)),
        ("share", scipy.stats.randint(0, 2), Integer(0, 1)),
        ("share", [0, 1], Categorical([0, 1])),
        ("share", range(2), Categorical([0, 1])),
    ],
)
def test_a_range_of_ints_is_one_of_floats_where_the_own_value_is_a_float(
    name, spec, expected
):
    """An SVC's C from 1 to 1000 was tried at whole numbers only."""
    assert read(Anything(), {name: spec}) == {name: expected}
    assert read(Anything(), Space({name: spec})) == {name: expected}
    used = Space({name: spec})
    used.snap(used.to_unit([used.centre()]))  # what it remembers is of its own reading
    assert used.size is None or used.size > 0
    ((again,), _) = spaces_for(Anything(), used)
    assert (again.size is None) == (expected.n_values is None)
    nested = read(steps(a=Anything()), [{f"a__{name}": spec}])
    assert nested == {f"a__{name}": expected}


def test_the_own_value_is_the_one_that_the_estimator_was_given():
    assert read(Anything(none=0.3), {"none": (0, 1)}) == {"none": Real(0, 1)}
    assert read(Anything(none=np.float32(3)), {"none": (0, 1)}) == {"none": Real(0, 1)}
    assert read(Anything(share=2), {"share": (0, 1)}) == {"share": Integer(0, 1)}
    assert read(Anything(share=np.nan), {"share": (0, 9)}) == {"share": Integer(0, 9)}


@pytest.mark.parametrize("name", ["none", "word", "flag"])
@pytest.mark.parametrize(
    ("spec", "floats"),
    [((0, 1), "(0.0, 1.0)"), ((1, 2, "log"), "(1.0, 2.0, 'log')")],
)
def test_two_integers_are_refused_with_both_ways_to_write_them(name, spec, floats):
    """Where nothing says what is meant: XGBoost's subsample is None."""
    words = [f"param_space['{name}']", floats, f"[{spec[0]}, {spec[1]}]"]
    for start in (
        lambda: BlueTunaSearchCV(Anything(), {name: spec}).fit(X, y),
        lambda: BlueTuner({name: spec}),
        lambda: BlueTuner({name: spec}, reference={name: None}),
    ):
        with pytest.raises(ValueError, match="range of two integers") as told:
            start()
        assert all(word in str(told.value) for word in words)
    with pytest.raises(ValueError, match=r"alternative 1: param_space\["):
        BlueTuner([{name: [0, 1]}, {name: spec}])


def test_a_tuner_reads_by_its_reference():
    space = {"share": (0, 1), "count": (1, 2), "free": (1, 9)}
    tuner = BlueTuner(space, reference={"share": 0.5, "count": 1}, random_state=0)
    assert tuner.spaces[0].dimensions == (Real(0, 1), Integer(1, 2), Integer(1, 9))


def test_a_range_that_a_condition_names_is_one_of_integers():
    """A condition on a value of a continuum would make no sense."""
    space = {"share": (0, 1), "count": when("share", 1, (0, 1))}
    assert read(Anything(), space) == {"share": Integer(0, 1), "count": Integer(0, 1)}


def test_a_parameter_of_chosen_objects_is_read_by_their_values():
    pipe = steps(clf=DecisionTreeClassifier())
    choices = {"clf": [SVC(), LogisticRegression()], "clf__C": (1, 1000, "log")}
    assert read(pipe, choices)["clf__C"] == Real(1, 1000, log=True)
    fixed = {"clf": [SVC()], "clf__C": (0, 1), "clf__degree": (2, 3)}
    assert read(pipe, fixed) | {"clf": 0} == {
        "clf": 0, "clf__C": Real(0, 1), "clf__degree": Integer(2, 3)
    }  # fmt: skip
    tree, svc = DecisionTreeClassifier(), SVC()
    under = {"clf": [tree, svc], "clf__C": when("clf", [svc], (0, 1))}
    assert read(pipe, under)["clf__C"] == Real(0, 1)
    spaces, _ = spaces_for(
        pipe, [{"clf": [svc], "clf__C": (1, 9)}, {"clf__max_depth": (1, 9)}]
    )
    assert [space.dimensions[-1] for space in spaces] == [Real(1, 9), Integer(1, 9)]


SPACE = {
    "share": (0, 2),
    "count": (1, 9),
    "flag": [True, False],
    "none": when("flag", True, Integer(0, 1)),
}


def test_what_was_read_is_what_is_searched_stored_and_narrowed(tmp_path):
    path = tmp_path / "search.jsonl"
    settings = {"n_iter": 8, "cv": 2, "random_state": 0, "checkpoint": path}
    search = BlueTunaSearchCV(Anything(), SPACE, warm_start=True, **settings).fit(X, y)
    (space,) = search.tuner_.spaces
    assert space.dimensions[:2] == (Real(0.0, 2.0), Integer(1, 9))
    assert {type(t.params["share"]) for t in search.tuner_.trials} == {float}
    tuner = search.tuner_
    for back in (
        BlueTuner.from_json(tuner.to_json()),
        BlueTuner.from_json(tuner.to_json(), space=SPACE),
        pickle.loads(pickle.dumps(tuner)),
        BlueTunaSearchCV(Anything(), SPACE, **settings).fit(X, y).tuner_,
    ):
        assert back.spaces == tuner.spaces
        assert back.trials == tuner.trials
        assert back.optimized_space == tuner.optimized_space
    assert search.set_params(n_iter=10).fit(X, y).tuner_.trials[:8] == tuner.trials


@pytest.mark.parametrize(
    ("space", "own"),
    [
        ({"share": (0, 2), "none": (1, 3)}, {"share": 0.5}),
        ({"share": Integer(0, 5), "none": (2, 9)}, {"share": 0.5}),
        ({"share": scipy.stats.poisson(4)}, {"share": 0.5}),
        ({"flag": [1, 2], "share": when("flag", 1, Integer(0, 5))}, {"share": 0.5}),
        ({"share": Real(0, 1, n_splits=80), "count": Integer(1, 99, n_splits=60)}, {}),
    ],
)
def test_the_narrowed_space_is_read_again_as_what_it_is(space, own):
    """Fed back, an explicit range of integers must not become one of floats."""
    tuner = BlueTuner(space, n_iter=10, reference=own, random_state=1)
    for _ in range(10):
        for trial in tuner.ask(1):
            tuner.tell(trial, -sum(v for v in trial.params.values()))
    kinds = {name: type(v) for name, v in tuner.best.params.items()}
    again = BlueTuner(tuner.optimized_space, n_iter=3, reference=own, random_state=0)
    for trial in again.ask():
        assert {n: type(v) for n, v in trial.params.items()} | kinds == kinds


# How each entry was read


def test_a_space_shows_how_each_entry_was_read():
    space = {
        "C": (0.1, 1, 10),
        "degree": (2, 5, "log"),
        "kernel": ["rbf", "poly"],
        "depth": [2, 4, 8],
        "seed": [0],
        "many": list(range(1000)),
        "shift": scipy.stats.norm(5, 2),
        "coef": when("kernel", "poly", [0.5, None]),
    }
    lines = [
        "C       floats from 0.1 to 1.0, n_splits=10",
        "degree  integers from 2 to 5, log scale",
        "kernel  one of 'rbf', 'poly'",
        "depth   one of 2, 4, 8 in this order",
        "seed    always 0",
        "many    one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, "
        "17, ... (1000 in all) in this order",
        "shift   norm(5, 2) from 0.3473 to 9.653",
        "coef    one of 0.5, None, where 'kernel' is 'poly'",
    ]
    assert describe(Space(space)).splitlines() == lines
    assert repr(Space(space)) == str(Space(space)) == describe(Space(space))
    tuner = BlueTuner([space, {"C": [1, 2]}], n_iter=20)
    table = repr(tuner.spaces)  # which a session prints
    assert table.splitlines() == [
        "alternative 0", *(f"  {line}" for line in lines),
        "alternative 1", "  C  one of 1, 2",
    ]  # fmt: skip
    assert repr(pickle.loads(pickle.dumps(tuner)).spaces) == table
    assert tuner.spaces == (Space(space), Space({"C": [1, 2]}))


def test_a_table_stays_small_and_on_its_lines():
    odd = Space({"a" * 90: ["x" * 500, "two\nlines", [1] * 300], "b": [10**5000, 1]})
    lines = describe(odd).splitlines()
    assert len(lines) == 2
    assert max(map(len, lines)) < 250


@pytest.mark.parametrize("verbose", [0, 1])
def test_verbose_says_how_the_space_was_read(verbose, caplog):
    caplog.set_level("INFO" if verbose else "WARNING", "skbluetuna")
    space = {"share": (0, 1), "count": (1, 9)}
    BlueTunaSearchCV(Anything(), space, n_iter=2, cv=2, verbose=verbose).fit(X, y)
    table = "  share  floats from 0.0 to 1.0\n  count  integers from 1 to 9"
    assert (table in caplog.text) is bool(verbose)


# Messages


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ((0.1, 1.0, 10.0), ["(0.1, 1.0, 10.0)", "[0.1, 1.0, 10.0]", "n_splits"]),
        ((1, 10, 100), ["(1, 10, 100)", "[1, 10, 100]", "at most 50"]),
        ((100, 10, 1.5), ["[100, 10, 1.5]"]),
        ((1, 2, 51), ["[1, 2, 51]"]),
        ((1, 10, 100, 1000), ["Write choices as a list: [1, 10, 100, 1000]"]),
        ((1, 100, "log-uniform"), ["'log-uniform'", "Write (1, 100, 'log')"]),
        ((1, 100, "LOG"), ["Write (1, 100, 'log')"]),
        ((1, 100, 5, "loguniform"), ["Write (1, 100, 5, 'log')"]),
        ((1, 100, "uniform"), ["Write (1, 100)."]),
        (("0.1", "10"), ["('0.1', '10')", "(0.1, 10)", "['0.1', '10']"]),
        (("1e-3", "1e3", "log"), ["Write (0.001, 1000.0, 'log')"]),
        ((1, "100"), ["Write (1, 100) for a range"]),
        ((1, "100", "log"), ["Write (1, 100, 'log')"]),
        ((1, 100, "10"), ["Write (1, 100, 10)"]),
        ((b"1", b"2"), ["not bytes", "Write (1, 2)"]),
        (scipy.stats.loguniform, ["frozen", "(a, b)", "scipy.stats.loguniform(0.001"]),
        (scipy.stats.randint, ["(low, high)", "got randint", "randint(1, 101)"]),
        (scipy.stats.gamma, ["frozen", "scipy.stats.gamma(a)"]),
        (scipy.stats.randint(0, 10**30), ["randint(0, 1000", "no support"]),
        ("rbf", ["got 'rbf'", "a list of one choice: ['rbf']"]),
        ((3, 1), ["low=3, high=1", "Choices are a list"]),
    ],
    ids=lambda v: str(v)[:40],
)
def test_what_cannot_be_read_names_the_value_and_what_to_write(spec, words):
    with pytest.raises((TypeError, ValueError)) as told:
        BlueTuner({"fine": [1], "C": spec})
    message = str(told.value)
    assert message.startswith("param_space['C']: ")
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    "spec",
    [("1", "log"), ("a", "2"), ("1",), ("log", "sqrt"), (1, 2, 51, "log"), (1, 2, 50)],
)
def test_what_is_no_slip_is_read(spec):
    assert Space({"C": spec})


@pytest.mark.parametrize(
    ("choices", "written"),
    [(["0.1", "1"], "[0.1, 1]"), ([1.0, "2"], "[1.0, 2]"), (["1e3"], "[1000.0]")],
)
def test_numbers_as_strings_are_refused_where_the_own_value_is_a_number(
    choices, written
):
    with pytest.raises(TypeError, match=re.escape(written)) as told:
        BlueTunaSearchCV(SVC(), {"C": choices}).fit(X, y)
    assert str(told.value).startswith("param_space['C']: the choices must be numbers")
    assert read(Anything(), {"word": choices, "none": choices})


@pytest.mark.parametrize("name", ["param_grid", "param_distributions", "search_spaces"])
def test_other_searches_names_of_the_space_name_ours(name):
    with pytest.raises(TypeError, match=f"calls it param_space, not {name}") as told:
        BlueTunaSearchCV(SVC(), **{name: {"C": [1, 10]}})
    assert "{'C': [1, 10]}" in str(told.value)
    with pytest.raises(TypeError, match="unexpected keyword argument 'n_trials'"):
        BlueTunaSearchCV(SVC(), {"C": [1]}, n_trials=3)


def test_the_constructor_keeps_its_signature_and_its_manners():
    """scikit-learn clones by it, and editors show it."""
    shown = inspect.signature(BlueTunaSearchCV)
    assert list(shown.parameters)[:3] == ["estimator", "param_space", "n_iter"]
    assert not [p for p in shown.parameters.values() if p.kind is p.VAR_KEYWORD]
    search = BlueTunaSearchCV(SVC(), {"C": [1, 10]})
    assert clone(search).get_params(deep=False).keys() == set(shown.parameters)
    assert pickle.loads(pickle.dumps(search)).param_space == {"C": [1, 10]}

    class Grid(BlueTunaSearchCV):
        def __init__(self, estimator, param_grid):
            super().__init__(estimator, param_grid)

    assert Grid(SVC(), param_grid={"C": [1]}).param_space == {"C": [1]}


@pytest.mark.parametrize(
    ("what", "shown"),
    [(list, "as ask returns it"), (tuple, "a list of "),
     (lambda trials: None, "a NoneType"), (lambda trials: "0", "a str"),
     (lambda trials: True, "a bool"), (lambda trials: 0.0, "a float"),
     (lambda trials: trials[0].params, "a dict")],
)  # fmt: skip
def test_telling_what_is_no_trial_says_how_to_tell(what, shown):
    tuner = BlueTuner({"x": (0.0, 1.0)}, random_state=0)
    with pytest.raises(TypeError, match="trial must be a Trial or its number") as told:
        tuner.tell(what(tuner.ask(3)), 1.0)
    assert shown in str(told.value)
    assert "for trial in tuner.ask()" in str(told.value)


# Steps that may be left out


@pytest.mark.parametrize("gone", [None, "passthrough", "drop", LogisticRegression()])
def test_parameters_of_a_step_that_may_be_gone_hint_at_a_condition(gone):
    """Set on it, they end the search in scikit-learn's error."""
    pipe = steps(pca=PCA(), clf=SVC())
    pca = PCA(svd_solver="full")
    space = {"pca": [pca, gone], "pca__n_components": (1, 3)}
    with pytest.raises(
        ValueError, match=r"^param_space\['pca__n_components'\]"
    ) as told:
        BlueTunaSearchCV(pipe, space).fit(X, y)
    words = [f"may be {gone!r}", "no parameter 'n_components'", "when('pca', [PCA("]
    assert [word for word in words if word not in str(told.value)] == []
    space["pca__n_components"] = when("pca", [pca], (1, 3))
    if gone != "drop" and not isinstance(gone, LogisticRegression):
        BlueTunaSearchCV(pipe, space, n_iter=4, cv=2).fit(X, y)


@pytest.mark.parametrize("gone", [None, "passthrough"])
@pytest.mark.parametrize("fixed", [{}, {"pca": ["passthrough"]}])
def test_parameters_of_a_step_that_is_gone_are_refused_by_name(gone, fixed):
    pipe = steps(pca=gone, clf=SVC())
    with pytest.raises(
        ValueError, match=r"param_space\['pca__whiten'\]: .*when\('pca'"
    ):
        BlueTunaSearchCV(pipe, fixed | {"pca__whiten": [True, False]}).fit(X, y)


def test_the_message_names_the_alternative():
    pipe = steps(pca=None, clf=SVC())
    with pytest.raises(
        ValueError, match=r"^alternative 1: param_space\['pca__whiten'\]"
    ):
        BlueTunaSearchCV(pipe, [{"clf__C": [1]}, {"pca__whiten": [True]}]).fit(X, y)


def test_a_parameter_that_no_step_has_is_named_by_scikit_learn():
    with pytest.raises(ValueError, match="Invalid parameter 'gama'"):
        BlueTunaSearchCV(steps(clf=SVC()), {"clf__gama": (0.1, 1.0)}).fit(X, y)
    choices = {"clf": [SVC(), SVC(C=2.0)], "clf__gama": (0.1, 1.0)}
    with pytest.raises(ValueError, match="Invalid parameter 'gama'"):
        BlueTunaSearchCV(steps(clf=SVC()), choices).fit(X, y)


def test_a_step_within_a_condition_counts_where_the_condition_holds():
    """The pipeline's own step stands where the choice of steps does not apply."""
    pipe = steps(pca=None, clf=SVC())
    space = {
        "clf__C": [1, 2],
        "pca": when("clf__C", 1, [PCA(), PCA(whiten=True)]),
        "pca__n_components": (1, 3),
    }
    with pytest.raises(ValueError, match="'pca' may be None"):
        BlueTunaSearchCV(pipe, space).fit(X, y)
    space["pca__n_components"] = when("clf__C", 1, (1, 3))
    BlueTunaSearchCV(pipe, space, n_iter=3, cv=2).fit(X, y)
