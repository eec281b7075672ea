"""Constraints of a search: kept by the folds, the file, and whoever reads it."""

import logging
import re

import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import (
    BlueTunaSearchCV,
    EarlyStopping,
    at_most,
    forbid,
    less,
    suggest_space,
)
from skbluetuna.report._settings_section import constructor_call
from tests.search.durable import (
    X,
    assert_same_results,
    lines,
    y,
)

SPACE = {
    "min_samples_leaf": (1, 40),
    "min_samples_split": (2, 80),
    "criterion": ["gini", "entropy", "log_loss"],
}
RULE = less("min_samples_leaf", "min_samples_split")


def not_both_large(params):
    """A relation that is a function."""
    return params["min_samples_leaf"] < 20 or params["criterion"] == "gini"


RULES = [RULE, forbid(criterion="log_loss", min_samples_leaf=[1, 2, 3]), not_both_large]


def search_of(constraints=RULES, **kwargs):
    """A quick search."""
    kwargs = {"n_iter": 12, "cv": 3, "random_state": 0} | kwargs
    tree = DecisionTreeClassifier(random_state=0)
    return BlueTunaSearchCV(tree, SPACE, constraints=constraints, **kwargs)


def is_within(params):
    """The same rules in plain Python."""
    leaf, kind = params["min_samples_leaf"], params["criterion"]
    return (
        leaf < params["min_samples_split"]
        and not (kind == "log_loss" and leaf < 4)
        and (leaf < 20 or kind == "gini")
    )


@pytest.mark.slow
def test_no_candidate_breaks_one_and_jobs_change_nothing():
    """What is asked is a function of the scores, whoever fits first."""
    one = search_of(max_concurrent=3).fit(X, y)
    assert all(map(is_within, one.cv_results_["params"]))
    with parallel_config(backend="threading"):
        two = search_of(max_concurrent=3, n_jobs=3).fit(X, y)
    assert_same_results(one, two)
    assert clone(one).constraints == RULES


@pytest.mark.slow
def test_a_search_that_was_cut_goes_on_within(tmp_path):
    """As one that was never stopped."""
    whole = search_of().fit(X, y)
    path = tmp_path / "search.jsonl"
    search_of(checkpoint=path).fit(X, y)
    first = lines(path)[:30]
    path.write_text("\n".join(first) + "\n")
    assert_same_results(whole, search_of(checkpoint=path).fit(X, y))
    assert len(lines(path)) > 30


def test_other_constraints_are_another_search_that_imports(tmp_path, caplog):
    """The log names them; what breaks the new ones is not learned from."""
    path = tmp_path / "search.jsonl"
    past = search_of([RULE], checkpoint=path).fit(X, y)
    caplog.set_level(logging.INFO, "skbluetuna")
    narrow = at_most(30, sum=("min_samples_leaf", "min_samples_split"))
    now = search_of([RULE, narrow], checkpoint=path, n_iter=3).fit(X, y)
    rows = past.cv_results_["params"]
    n_within = sum(p["min_samples_leaf"] + p["min_samples_split"] <= 30 for p in rows)
    assert 0 < n_within < 12
    assert now.tuner_.history.n_imported == n_within
    assert f"{n_within} of 12 evaluations" in caplog.text
    assert "of a search with other settings (constraints) lie in" in caplog.text


def test_a_function_is_known_by_its_code(tmp_path):
    """Two functions of one name are two relations, as two scorers are two."""
    path = tmp_path / "search.jsonl"
    search_of([not_both_large], checkpoint=path, n_iter=5).fit(X, y)
    source = "def not_both_large(params):\n    return params['min_samples_leaf'] < 21"
    own = {}
    exec(source, own)
    other = search_of([own["not_both_large"]], checkpoint=path, n_iter=5).fit(X, y)
    assert other.tuner_.history.n_imported
    same = search_of([not_both_large], checkpoint=path, n_iter=5).fit(X, y)
    assert not same.tuner_.history.n_imported


def test_own_values_that_break_one_are_an_error_of_fit():
    """It names the relation, the values, and others that would do."""
    upside_down = less("min_samples_split", "min_samples_leaf")
    said = (
        r"the estimator's own values: 'min_samples_split' must be below .*got "
        r"{'min_samples_split': 2, 'min_samples_leaf': 1}.*say {'min_samples_leaf': 3}"
    )
    with pytest.raises(ValueError, match=said):
        search_of([upside_down]).fit(X, y)
    with pytest.raises(ValueError, match=r"initial_params\[0\]: 'min_samples_leaf'"):
        search_of(initial_params=[{"min_samples_leaf": 9}]).fit(X, y)
    with pytest.raises(TypeError, match="must be a named function"):
        search_of([lambda params: True]).fit(X, y)


@pytest.mark.parametrize("param_space", [None, {"max_leaf_nodes": (2, 8)}], ids=str)
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"early_stopping": EarlyStopping(rounds=3)}, "early stopping decides it"),
        ({"resource": "max_iter"}, "it is the resource"),
    ],
    ids=["early", "resource"],
)
def test_a_relation_can_not_name_what_the_search_sets(param_space, settings, why):
    """To search it too, as is said of others, would be refused in its turn."""
    rule = at_most(100, product=("max_iter", "max_leaf_nodes"))
    boosting = HistGradientBoostingClassifier(max_iter=20)
    search = BlueTunaSearchCV(boosting, param_space, constraints=[rule], **settings)
    with pytest.raises(ValueError, match=f"can not name 'max_iter', as {why}"):
        search.fit(X, y)


def test_a_relation_of_what_is_not_suggested_says_how_to_search_it():
    """What the estimator was given is kept; the text that is shown searches it."""
    boosting = HistGradientBoostingClassifier(max_leaf_nodes=8, min_samples_leaf=5)
    rule = less("min_samples_leaf", "max_leaf_nodes")
    said = r"suggest_space left 'min_samples_leaf' out .* min_samples_leaf=5"
    with pytest.raises(ValueError, match=said) as caught:
        BlueTunaSearchCV(boosting, constraints=[rule]).fit(X, y)
    shown = re.search(r"param_space=(.*), or", str(caught.value))[1]
    names = {"suggest_space": suggest_space, "estimator": boosting}
    assert "min_samples_leaf" in eval(shown, names)


def test_a_report_says_how_to_write_them():
    """Settings are code, with its imports."""
    text = constructor_call(search_of(RULES[:2], n_iter=1).fit(X, y))
    assert "from skbluetuna import BlueTunaSearchCV, forbid, less" in text
    assert "less('min_samples_leaf', 'min_samples_split')" in text
    assert "forbid(criterion='log_loss', min_samples_leaf=[1, 2, 3])" in text
