"""Spaces people have: none at all, several families, pipelines of them."""

import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, suggest_space

X, y = load_iris(return_X_y=True)


def test_no_space_at_all_is_what_is_known_of_the_estimator():
    tree = DecisionTreeClassifier(random_state=0)
    search = BlueTunaSearchCV(tree, n_iter=4, cv=2, random_state=0).fit(X, y)
    given = BlueTunaSearchCV(
        tree, suggest_space(tree), n_iter=4, cv=2, random_state=0
    ).fit(X, y)
    assert search.cv_results_["params"] == given.cv_results_["params"]
    assert search.param_space is None
    assert clone(search).get_params()["param_space"] is None
    with pytest.raises(ValueError, match=r"no ranges are known for .*param_space"):
        BlueTunaSearchCV(DummyClassifier()).fit(X, y)


def test_alternatives_of_different_kinds_need_a_scoring():
    pipe = Pipeline([("clf", SVC())])
    spaces = [{"clf": [SVC()], "clf__C": (0.1, 9.0)}, {"clf": [SVR()]}]
    with pytest.raises(
        ValueError, match=r"scoring must be given.*classifier, regressor"
    ):
        BlueTunaSearchCV(pipe, spaces, n_iter=4).fit(X, y)
    search = BlueTunaSearchCV(
        pipe, spaces, n_iter=4, cv=2, scoring="neg_mean_squared_error", random_state=0
    ).fit(X, y)
    assert set(search.cv_results_["alternative"]) == {0, 1}


@pytest.mark.slow
def test_one_search_chooses_among_families():
    pipe = Pipeline([("scale", StandardScaler()), ("clf", SVC())])
    spaces = [
        {
            "clf": [SVC()],
            "clf__C": (1e-2, 1e3, "log"),
            "clf__gamma": (1e-4, 1e2, "log"),
        },
        {"clf": [DecisionTreeClassifier(random_state=0)], "clf__max_depth": (1, 3)},
        {"clf": [DummyClassifier()]},
    ]
    search = BlueTunaSearchCV(pipe, spaces, n_iter=25, cv=3, random_state=0).fit(X, y)
    asked = list(search.cv_results_["alternative"])
    assert len(asked) == 25
    assert asked.count(2) == 1
    assert asked.count(1) == 3  # no more depths
    assert search.cv_results_["alternative"][search.best_index_] == 0
    again = BlueTunaSearchCV(
        pipe, spaces, n_iter=25, cv=3, random_state=0, n_jobs=2
    ).fit(X, y)
    assert again.cv_results_["params"] == search.cv_results_["params"]
    for table in (search.weights_, search.interactions_, search.regions_):
        assert set(table["alternative"]) <= {0, 1, 2}
    assert len(search.optimized_space_) == 3
