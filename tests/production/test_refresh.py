"""A search again: from where the last one ended, and nothing is replaced by chance."""

import pickle

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer

from skbluetuna import BlueTunaSearchCV
from skbluetuna.production import _comparison
from skbluetuna.production._comparison import compared

SPACE = {"C": (1e-3, 1e2, "log")}


def rows(seed, n=400, sign=1.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return X, np.where(sign * X[:, 0] + 0.5 * rng.normal(size=n) > 0, "yes", "no")


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch):
    """Enough for these laws; those of scores that are means are quick anyway."""
    monkeypatch.setattr(_comparison, "N_DRAWN", 39)
    monkeypatch.setattr(_comparison, "N_REAL", 19)


@pytest.fixture(name="search", scope="module")
def fixture_search():
    search = BlueTunaSearchCV(
        LogisticRegression(), SPACE, n_iter=6, cv=3, random_state=0
    )
    return search.fit(*rows(0))


class Fixed(DummyClassifier):
    """Predicts the first column."""

    def predict(self, X):
        return X[:, self.column].astype(int)


def fixed(column):
    model = Fixed().fit(np.zeros((2, 1)), [0, 1])
    model.column = column
    return model


def test_a_refresh_keeps_the_model_where_nothing_changed(search):
    found = search.refresh(*rows(1), n_iter=4)
    assert found.recommendation == "keep"
    assert str(found).startswith("keep: 0.")
    assert found.comparison.n_rows == 100


def test_a_refresh_replaces_a_model_whose_rule_has_turned(search):
    found = search.refresh(*rows(1, sign=-1.0), n_iter=4)
    assert found.recommendation == "replace"
    assert found.comparison.low > 0.3
    assert found.comparison.p <= 1 / 2000


def test_a_refresh_begins_with_the_best_of_the_last_search(search):
    found = search.refresh(*rows(1), n_iter=8).search
    order = np.argsort(-search.cv_results_["mean_test_score"], kind="stable")
    first = [search.cv_results_["params"][i] for i in order[:2]]
    assert found.initial_params == first
    assert set(first[0].values()) <= {p["C"] for p in found.cv_results_["params"]}
    assert len(found.cv_results_["params"]) == 8


def test_a_refresh_replaces_nothing_by_itself(search):
    before = pickle.dumps((search.best_params_, search.best_estimator_.coef_))
    found = search.refresh(*rows(1, sign=-1.0), n_iter=4)
    assert found.search is not search
    assert pickle.dumps((search.best_params_, search.best_estimator_.coef_)) == before


def test_a_refresh_leaves_the_checkpoint_alone(tmp_path):
    """Its rows are others, and the file belongs to the search."""
    path = tmp_path / "search.jsonl"
    search = BlueTunaSearchCV(LogisticRegression(), SPACE, n_iter=2, checkpoint=path)
    search.fit(*rows(0, 60))
    before = path.read_bytes()
    search.refresh(*rows(1, 100), n_iter=2)
    assert path.read_bytes() == before


def test_a_few_rows_are_no_evidence_even_if_all_are_for_the_new_model():
    """Four rows of a hundred, all for the new one: by the sign test 1 in 16."""
    X = np.zeros((100, 2))
    X[:4, 1] = 1.0
    y = X[:, 1].astype(int)
    found = compared(fixed(0), fixed(1), [get_scorer("accuracy")], X, y)
    assert found.gain == pytest.approx(0.04)
    assert found.p == pytest.approx(1 / 16, abs=0.035)
    assert not found.is_better


def test_many_rows_are_evidence():
    """Ten rows: 1 in 1024."""
    X = np.zeros((100, 2))
    X[:10, 1] = 1.0
    y = X[:, 1].astype(int)
    found = compared(fixed(0), fixed(1), [get_scorer("accuracy")], X, y)
    assert found.is_better
    back = compared(fixed(1), fixed(0), [get_scorer("accuracy")], X, y)
    assert back.p == 1.0
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_a_model_is_no_better_than_itself():
    X = np.random.default_rng(0).integers(2, size=(50, 1)).astype(float)
    found = compared(fixed(0), fixed(0), [get_scorer("f1")], X, 1 - X[:, 0].astype(int))
    assert (found.gain, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_predictions_are_made_once_where_a_scorer_needs_no_more(search):
    """Remembered ones give the scores that the models have: else they are not used."""
    X, y = rows(3, 60)
    old, new = search.best_estimator_, LogisticRegression(C=1e-3).fit(X, y)
    for name in ("accuracy", "roc_auc", "neg_log_loss"):
        found = compared(old, new, [get_scorer(name)], X, y)
        assert found.old == get_scorer(name)(old, X, y)
        assert not np.isnan(found.p)

    def on_positive(model, X, y):
        return model.score(X[X[:, 1] > 0], y[X[:, 1] > 0])

    found = compared(old, new, [on_positive], X, y)
    assert np.isnan(found.p)
    assert found.low <= found.gain <= found.high


def test_other_classes_are_compared_without_trading():
    X, y = rows(0, 90)
    old = LogisticRegression().fit(X, y)
    new = LogisticRegression().fit(X, np.where(X[:, 1] > 1.0, "maybe", y))
    assert np.isnan(compared(old, new, [get_scorer("f1_macro")], X, y).p)


def test_regressors_and_several_metrics():
    X = rows(0)[0]
    search = BlueTunaSearchCV(
        Ridge(), {"alpha": (0.1, 10.0)}, n_iter=2, refit="r2",
        scoring=["r2", "neg_mean_absolute_error"],
    ).fit(X, X[:, 0])  # fmt: skip
    found = search.refresh(X, X[:, 0], n_iter=2)
    assert found.comparison.old == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"holdback": 1.0}, "holdback must be a share of the rows between 0 and 1"),
        ({"holdback": 0.01}, "at least 20 rows to compare the models on; 0.01 of 400"),
        ({"n_iter": 0}, "n_iter must be at least 1"),
    ],
)
def test_what_can_not_be_compared_is_refused(search, options, text):
    with pytest.raises(ValueError, match=text):
        search.refresh(*rows(1), **options)


def test_lists_of_rows_are_no_folds_of_new_data():
    X, y = rows(0, 60)
    folds = [(np.arange(30), np.arange(30, 60))]
    search = BlueTunaSearchCV(LogisticRegression(), SPACE, n_iter=1, cv=folds)
    with pytest.raises(ValueError, match="cv must be a number or a splitter"):
        search.fit(X, y).refresh(X, y)


def test_a_search_without_a_model_in_use_is_not_refreshed():
    with pytest.raises(NotFittedError):
        BlueTunaSearchCV(LogisticRegression(), SPACE).refresh(*rows(0))


def test_a_search_with_a_parameter_as_its_resource_is_refreshed():
    """It stands in the parameters of the candidates, and is none of the space."""
    search = BlueTunaSearchCV(
        LogisticRegression(max_iter=90), SPACE, n_iter=3, cv=3, random_state=0,
        resource="max_iter",
    ).fit(*rows(0))  # fmt: skip
    found = search.refresh(*rows(1), n_iter=4)
    assert found.search.best_params_["max_iter"] == 90
