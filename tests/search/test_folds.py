"""Every candidate is scored on the same folds, with the metadata it asks for."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit

from tests.search.searches import X, search_of, y


class Weighted(ClassifierMixin, BaseEstimator):
    """Insists on its metadata and reports what it got."""

    def __init__(self, shift=0.0):
        self.shift = shift

    def fit(self, X, y, sample_weight=None):
        assert sample_weight is not None
        assert len(sample_weight) == len(X)
        self.classes_ = np.unique(y)
        self.weight_ = float(np.sum(sample_weight))
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_metadata_is_routed():
    groups = np.repeat(np.arange(10), 15)
    weight = np.linspace(0.5, 2.0, 150)
    space = {"shift": (0.0, 1.0)}
    plain = search_of(Weighted(), space, cv=GroupKFold(5))
    plain.fit(X, y, groups=groups, sample_weight=weight)
    assert plain.best_estimator_.weight_ == pytest.approx(weight.sum())
    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight=True)
        search = search_of(
            Weighted().set_fit_request(sample_weight=True),
            space,
            cv=GroupKFold(5),
            scoring=scorer,
        ).fit(X, y, sample_weight=weight, groups=groups)
    assert search.n_splits_ == 5
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.slow
def test_jobs_do_not_change_the_search():
    one, two = (search_of(n_jobs=n, n_iter=20).fit(X, y) for n in (1, 2))
    assert one.cv_results_["params"] == two.cv_results_["params"]
    np.testing.assert_array_equal(
        one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"]
    )


class FoldSpy(RegressorMixin, BaseEstimator):
    """Scores by its training rows alone, so that equal folds give equal scores."""

    def __init__(self, knob=0.0):
        self.knob = knob

    def fit(self, X, y):
        self.seen_ = float(np.sum(np.sin(np.arange(len(X)) + X[:, 0])))
        return self

    def score(self, X, y):
        return self.seen_ + float(np.sum(X[:, 0] ** 2))


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_candidate_sees_the_same_folds(n_jobs):
    """An unseeded splitter draws other folds at every split (scikit-learn 15149)."""
    rows = np.arange(60.0)[:, None]
    search = search_of(
        FoldSpy(),
        {"knob": (0.0, 1.0)},
        cv=ShuffleSplit(3, test_size=0.3),
        max_concurrent=2,
        n_jobs=n_jobs,
    ).fit(rows, rows[:, 0])
    folds = [search.cv_results_[f"split{i}_test_score"] for i in range(3)]
    assert [np.ptp(fold) for fold in folds] == [0.0] * 3
    assert len({fold[0] for fold in folds}) == 3


def test_a_generator_of_splits_serves_every_batch():
    splits = (pair for pair in list(KFold(3, shuffle=True, random_state=1).split(X)))
    search = search_of(cv=splits, max_concurrent=3).fit(X, y)
    assert search.n_splits_ == 3
    assert len(search.cv_results_["params"]) == 12
