"""Slips that first users made: each is answered with what to write."""

import logging

import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, EarlyStopping, forbid

X, y = load_iris(return_X_y=True)
SVM = make_pipeline(StandardScaler(), SVC())
FOREST = RandomForestClassifier(n_estimators=2)
C = {"svc__C": (1e-2, 1e2, "log")}
DEPTH = {"max_depth": (1, 5)}


@pytest.mark.parametrize(
    ("model", "space", "options", "words"),
    [
        (SVM, {"svc__C": [1e-2, 1e2, "log"]}, {}, r"Write \(0.01, 100.0, 'log'\)"),
        (SVM, {"svc__C": [1, 9, 3, "log"]}, {}, r"Write \(1, 9, 3, 'log'\)"),
        (SVM, {"C": (0.1, 1.0)}, {}, r"Invalid parameter 'C'.*Write 'svc__C'"),
        (SVM, {"svm__C": (0.1, 1.0)}, {}, "Write 'svc__C'"),
        (FOREST, {"max_dept": (1, 5)}, {}, "Write 'max_depth'"),
        (SVM, C, {"refit": "ensembel"}, 'Write refit="ensemble"'),
        (SVM, C, {"early_stopping": True}, r"Write early_stopping=EarlyStopping\("),
        (SVM, C, {"early_stopping": EarlyStopping()}, r"got SVC\(\)"),
        (FOREST, DEPTH, {"resource": "criterion"}, "a number.*criterion is 'gini'"),
        (FOREST, DEPTH, {"min_resources": 10}, "min_resources must be left out"),
        (FOREST, {"max_features": (0.1, 1.0)},
         {"constraints": [forbid(max_features=(0.1, 0.5))]},
         "for a range of values write a function"),
    ],
)  # fmt: skip
def test_a_slip_is_answered_with_what_to_write(model, space, options, words):
    search = BlueTunaSearchCV(model, space, n_iter=2, cv=2, **options)
    with pytest.raises((TypeError, ValueError), match=words):
        search.fit(X, y)


def test_forbid_says_that_it_takes_names():
    with pytest.raises(TypeError, match=r"by name; got \{'a': 3\}\. Write forbid\("):
        forbid({"a": 3})


def test_xgboost_that_stops_by_rows_of_nobody_is_sent_to_early_stopping():
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.XGBClassifier(early_stopping_rounds=5)
    with pytest.raises(ValueError, match=r"Leave that out.*EarlyStopping\(rounds=5\)"):
        BlueTunaSearchCV(model, DEPTH, n_iter=2).fit(X, y)
    search = BlueTunaSearchCV(
        xgboost.XGBClassifier(), {"booster": ["gbtree", "dart"]},
        early_stopping=EarlyStopping(),
    )  # fmt: skip
    with pytest.raises(ValueError, match="takes no booster='dart'"):
        search.fit(X, y)


def test_the_log_says_where_the_first_candidate_differs_from_the_estimator(caplog):
    space = C | {"svc__gamma": (1e-4, 1.0, "log")}
    search = BlueTunaSearchCV(SVM, space, n_iter=1, cv=2, random_state=0)
    with caplog.at_level(logging.INFO, "skbluetuna"):
        search.fit(X, y)
    assert "svc__gamma='scale' is outside of the space, svc__gamma=0.01" in caplog.text
    assert search.best_params_ == {"svc__C": 1.0, "svc__gamma": pytest.approx(0.01)}
    caplog.clear()
    with caplog.at_level(logging.INFO, "skbluetuna"):
        BlueTunaSearchCV(SVM, C, n_iter=1, cv=2).fit(X, y)
    assert "begins elsewhere" not in caplog.text
