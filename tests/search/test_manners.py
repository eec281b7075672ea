"""BlueTunaSearchCV keeps scikit-learn's manners."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import check_estimator

from skbluetuna import Classic
from tests.search.searches import X, search_of, y


def _conformance_searches():
    """scikit-learn's own four configurations for its searches."""
    alpha, C = {"alpha": (0.1, 1.0)}, {"C": (0.1, 1.0)}
    pca = [("pca", PCA())]
    for strategy, estimator, space in [
        ("adaptive", Ridge(), alpha),
        ("classic", LogisticRegression(), C),
        (
            "classic",
            Pipeline([*pca, ("ridge", Ridge())]),
            {"ridge__alpha": alpha["alpha"]},
        ),
        (
            "adaptive",
            Pipeline([*pca, ("logisticregression", LogisticRegression())]),
            {"logisticregression__C": C["C"]},
        ),
    ]:
        yield search_of(
            estimator, space, n_iter=2, cv=2, error_score="raise", strategy=strategy
        )


# The two that scikit-learn lists for GridSearchCV and RandomizedSearchCV.
EXPECTED = {
    "check_supervised_y_2d": "DataConversionWarning not caught",
    "check_requires_y_none": "Doesn't fail gracefully",
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.EstimatorCheckFailedWarning")
@pytest.mark.parametrize("search", list(_conformance_searches()), ids=str)
def test_scikit_learns_own_checks_hold(search):
    results = check_estimator(search, expected_failed_checks=EXPECTED, on_fail=None)
    count = {status: [] for status in ("passed", "skipped", "xfail", "failed")}
    for result in results:
        count[result["status"]].append(result["check_name"])
    assert count["failed"] == []
    assert set(count["xfail"]) <= set(EXPECTED)
    assert all("array_api" in name for name in count["skipped"])  # torch, cupy, ..
    assert len(count["passed"]) > 40


def test_clone_keeps_parameters_and_drops_the_fit():
    search = search_of().fit(X, y)
    copy = clone(search)
    assert not hasattr(copy, "tuner_")
    assert not hasattr(copy, "weights_")
    assert copy.get_params()["param_space"] == search.param_space
    assert copy.fit(X, y).best_params_ == search.best_params_


def test_pickle_keeps_the_fit_and_holds_no_data():
    rng = np.random.default_rng(0)
    wide = np.hstack([X, rng.standard_normal((150, 400))])  # 480 kB
    search = search_of(GaussianNB(), {"var_smoothing": (1e-9, 1.0, "log")})
    search.fit(wide[:, :4], y)
    restored = pickle.loads(pickle.dumps(search))
    assert restored.best_params_ == search.best_params_
    assert restored.tuner_.trials == search.tuner_.trials
    np.testing.assert_array_equal(restored.predict(X), search.predict(X))
    search.set_params(refit=False).fit(wide, y)
    assert len(pickle.dumps(search)) < 30_000


def test_html_shows_the_tuned_estimator():
    html = search_of().fit(X, y)._repr_html_()
    assert "DecisionTreeClassifier" in html
    assert "BlueTunaSearchCV" in html


def test_tags_are_the_estimators_own():
    with_regressor = search_of(Ridge(), {"alpha": (0.1, 1.0)})
    assert search_of().__sklearn_tags__().estimator_type == "classifier"
    assert with_regressor.__sklearn_tags__().estimator_type == "regressor"


def test_it_lives_in_a_pipeline_and_in_cross_val_score():
    inside = make_pipeline(StandardScaler(), search_of(n_iter=6))
    assert cross_val_score(inside, X, y, cv=3).min() > 0.85
    around = search_of(
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": (0.1, 100.0, "log"), "standardscaler__with_mean": [True, False]},
    ).fit(X, y)
    assert set(around.best_params_) == {"svc__C", "standardscaler__with_mean"}
    np.testing.assert_array_equal(around.classes_, [0, 1, 2])


@pytest.mark.slow
def test_data_may_be_sparse_or_pandas():
    sparse = search_of(LogisticRegression(max_iter=500), {"C": (0.1, 10.0, "log")})
    assert sparse.fit(sp.csr_matrix(X), y).best_score_ > 0.9
    frame = pd.DataFrame(X, columns=list("abcd"))
    search = search_of().fit(frame, pd.Series(y))
    assert list(search.feature_names_in_) == list("abcd")
    assert search.n_features_in_ == 4


def test_fitting_twice_is_fitting_once():
    search = search_of()
    first = search.fit(X, y).cv_results_["params"]
    assert search.fit(X, y).cv_results_["params"] == first


def test_nothing_the_caller_passed_is_changed():
    space = {"max_depth": [1, 2, 3, 4], "ccp_alpha": (0.0, 0.1)}
    before = {name: type(v)(v) for name, v in space.items()}
    tree, initial = DecisionTreeClassifier(), [{"max_depth": 2}]
    search_of(tree, space, initial_params=initial).fit(X, y)
    assert space == before
    assert initial == [{"max_depth": 2}]
    assert not hasattr(tree, "tree_")
    assert tree.get_params() == DecisionTreeClassifier().get_params()


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"n_iter": 0}, "'n_iter' parameter of BlueTunaSearchCV must be an int"),
        ({"max_concurrent": 0}, "'max_concurrent' parameter of BlueTunaSearchCV"),
        ({"strategy": "magic"}, "'strategy' parameter of BlueTunaSearchCV"),
        ({"strategy": Classic}, "strategy must be an object, such as Classic()"),
        ({"space": {}}, "at least one parameter"),
        ({"space": []}, "at least one alternative"),
        ({"space": [{"max_depth": (1, 5)}, {}]}, "alternative 1: .*at least one"),
        ({"space": {"max_depth": (5, 1)}}, r"\['max_depth'\]: low must be smaller"),
        ({"space": {"max_depth": []}}, r"\['max_depth'\]: .*empty list"),
        ({"space": {"ccp_alpha": (0.0, 1.0, "log")}}, "log scale needs low > 0"),
        ({"space": {"ccp_alpha": (0.0, np.nan)}}, "high must be finite; got nan"),
        ({"space": {"ccp_alpha": (0.0, np.inf)}}, "high must be finite; got inf"),
        ({"space": {"ccp_alpha": (0.0, 1.0, 0)}}, "n_splits must be at least 1; got 0"),
        ({"space": {"depth": (1, 5)}}, "Invalid parameter 'depth' .*'max_depth'"),
        ({"initial_params": [{"max_depth": 99}]}, r"initial_params\[0\]: 'max_depth'"),
        (
            {"space": [{"max_depth": (1, 9)}] * 13},
            "at least the number of alternatives",
        ),
    ],
)
def test_bad_input_is_told_in_fit_before_anything_is_fitted(kwargs, message):
    class Unfit(DecisionTreeClassifier):
        def fit(self, X, y, sample_weight=None, check_input=True):
            raise AssertionError("fitted in spite of bad input")

    search = search_of(Unfit(), **kwargs)
    with pytest.raises((ValueError, TypeError), match=message):
        search.fit(X, y)


def test_the_class_docstring_tells_every_parameter():
    text = (
        Path(__file__)
        .parents[2]
        .joinpath("skbluetuna", "search/_search.py")
        .read_text()
    )
    for name in search_of().get_params(deep=False):
        assert f"\n    {name} : " in text, name
