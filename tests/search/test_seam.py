"""The seam with scikit-learn and joblib: every private name is on one list.

A release that moves one breaks these tests, and not users.
"""

import ast
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest
from joblib import Parallel
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import check_scoring
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

import skbluetuna
from skbluetuna.search import _sklearn
from skbluetuna.search._sklearn import HAS_CALLBACKS, PRIVATE, PRIVATE_OF_CALLBACKS
from tests.search.searches import X, search_of, y

PACKAGE = Path(skbluetuna.__file__).parent
ALL = PRIVATE + PRIVATE_OF_CALLBACKS
SEAM = PACKAGE / "search" / "_sklearn.py"
FILES = sorted(PACKAGE.glob("**/*.py"))


def of_joblib(name):
    """What is within the context of joblib's own processes."""
    with Parallel(n_jobs=2, backend="loky") as parallel:
        own = parallel, parallel._backend, parallel._backend._workers
    return next((one for one in own if type(one).__name__ == name), None)


def instance_of(name):
    """An instance of a class whose attribute is set on instances only."""
    if name == "_MultimetricScorer":
        return check_scoring(SVC(), ["accuracy", "r2"])
    if name == "BaseHistGradientBoosting":
        return HistGradientBoostingRegressor(max_iter=1).fit(X, y)
    if of_joblib(name) is not None:
        return of_joblib(name)
    search = search_of().set_callbacks(Silent())
    context = search._init_callback_context()
    return context if name == "CallbackContext" else search


class Silent:
    """Callback that does nothing."""

    def setup(self, estimator, context):
        pass

    on_fit_task_begin = on_fit_task_end = teardown = setup


@pytest.mark.parametrize("name", ALL if HAS_CALLBACKS else PRIVATE)
def test_every_private_name_is_where_the_list_says(name):
    module, _, path = name.partition(":")
    *classes, last = path.split(".")
    found = import_module(module)
    for part in classes:
        found = getattr(found, part)
    if not hasattr(found, last):
        found = instance_of(classes[-1])
    assert hasattr(found, last)


def test_a_fold_is_fitted_by_the_arguments_that_scikit_learn_takes():
    """Its function is called in workers, where a wrong name would fail each fit."""
    search = search_of()
    data = _sklearn.FitData.of(search, X, y, {})
    for context in [None, object()][: 1 + HAS_CALLBACKS]:
        function, args, named = _sklearn.fold_task(
            search.estimator, data, ([0], [1]), {}, search=search,
            callback_ctx=context, progress=((0, 3), (0, 8)),
        )  # fmt: skip
        signature(getattr(function, "function", function)).bind(*args, **named)


def test_what_scikit_learn_hands_to_its_search_is_what_ours_is_given(monkeypatch):
    """Scorers, data and parameters by who takes them, as its own ``fit`` has them."""
    params = {"sample_weight": list(range(len(X))), "groups": None}
    ours = _sklearn.FitData.of(search_of(SVC()), X.tolist(), y, params)
    theirs = GridSearchCV(SVC(), {})
    routed = theirs._get_routed_params_for_fit(ours.params)
    assert ours.routed.estimator.fit == routed.estimator.fit
    assert ours.split_params == routed.splitter.split
    assert set(ours.routed.scorer.score) == set(routed.scorer.score)


# --- what other files may use ---------------------------------------------------------


@cache
def trees(path):
    """All nodes of a file."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def defined():
    """Private names that the package itself gives to something."""
    names = set()
    for path in FILES:
        names.add(path.stem)
        for node in trees(path):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                names.add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return names


def listed():
    """Last names of the list."""
    return {name.rpartition(":")[2].rpartition(".")[2] for name in ALL}


# Of other packages: of scipy's distributions, and of Optuna's studies and trials.
# A named tuple's own method has its underscore lest it be taken for a field.
OF_OTHERS = {"_asdict", "_ppf", "_replace", "_storage", "_study_id", "_trial_id"}


def test_private_attributes_of_others_are_on_the_list():
    own = defined() | listed() | OF_OTHERS
    found = {
        (path.relative_to(PACKAGE).as_posix(), node.attr)
        for path in FILES
        for node in trees(path)
        if isinstance(node, ast.Attribute)
        and is_private(node.attr)
        and node.attr not in own
    }
    assert found == set()


def test_what_is_not_inherited_is_touched_in_one_file_alone():
    """The list names a class before what the estimator inherits from it."""
    inherited = {name.rpartition(".")[2] for name in ALL if "SearchCV." in name}
    theirs = listed() - inherited - defined()
    found = {
        (path.relative_to(PACKAGE).as_posix(), node.attr)
        for path in FILES
        for node in trees(path)
        if path != SEAM and isinstance(node, ast.Attribute) and node.attr in theirs
    }
    assert found == set()


def test_no_variable_of_a_closure_is_opened():
    """Only to tell one function from another is one looked into."""
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        for node in trees(path)
        if isinstance(node, ast.Attribute)
        and node.attr in ("cell_contents", "__closure__", "co_freevars")
    }
    assert found <= {"search/_problem.py"}
