"""From a search to an ensemble of its candidates."""

import pickle

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.model_selection import (
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import SearchEnsembleClassifier, SearchEnsembleRegressor
from tests.search.searches import X, search_of, y

TREES = {"max_depth": (1, 6), "min_samples_leaf": (1, 20)}
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)


def trees(**kwargs):
    kwargs = {
        "n_iter": 6, "scoring": "neg_log_loss", "cv": FOLDS, "refit": "ensemble",
    } | kwargs  # fmt: skip
    return search_of(space=TREES, **kwargs)


@pytest.fixture(scope="module")
def fitted():
    return trees().fit(X, y)


def described(ensemble):
    """Members and weights, to compare."""
    return [str(one) for one in ensemble.estimators], ensemble.weights


def test_refit_ensemble_is_what_ensemble_gives_fitted(fitted):
    again = fitted.ensemble().fit(X, y)
    assert isinstance(fitted.best_estimator_, SearchEnsembleClassifier)
    assert described(again) == described(fitted.best_estimator_)
    assert fitted.predict_proba(X) == pytest.approx(again.predict_proba(X))
    assert fitted.n_features_in_ == 4
    assert fitted.refit_time_ > 0.0


def test_what_is_best_stays_the_best_candidate(fitted):
    plain = trees(refit=True).fit(X, y)
    for name in ("best_params_", "best_index_", "best_score_"):
        assert getattr(fitted, name) == getattr(plain, name)
    asked = [one.cv_results_["params"] for one in (fitted, plain)]
    assert asked[0] == asked[1]


def test_its_report_says_what_predictions_of_the_same_folds_say(fitted):
    """Computed anew: each member by `cross_val_predict`, mixed by the weights."""
    ensemble, choice = fitted.ensemble(), fitted.ensemble().selection
    parts = [
        cross_val_predict(one, X, y, cv=FOLDS, method="predict_proba")
        for _, one in ensemble.estimators
    ]
    mean = np.average(parts, axis=0, weights=ensemble.weights)
    assert choice.score == pytest.approx(-log_loss(y, mean), rel=1e-5)
    assert choice.scores[0] == pytest.approx(-log_loss(y, parts[0]), rel=1e-4)
    assert choice.scores_so_far[-1] == choice.score
    assert choice.score >= choice.best_score
    assert (choice.n_rows, choice.metric, choice.note) == (150, "neg_log_loss", "")
    params = [fitted.cv_results_["params"][row] for row in choice.candidates]
    assert [one.get_params()["max_depth"] for _, one in ensemble.estimators] == [
        one["max_depth"] for one in params
    ]
    assert choice.predict_seconds >= choice.best_predict_seconds > 0.0
    for word in ("candidate", "weight", "flatters", "neg_log_loss"):
        assert word in repr(choice)


def test_an_ensemble_of_one_candidate_is_that_candidate(fitted):
    plain = trees(refit=True).fit(X, y)
    alone = fitted.ensemble(max_size=1, n_bags=0).fit(X, y)
    assert alone.weights == [1.0]
    assert alone.predict_proba(X) == pytest.approx(plain.predict_proba(X))
    only = trees(n_iter=1).fit(X, y)
    assert len(only.best_estimator_.estimators) == 1


def test_it_does_not_depend_on_jobs_or_on_being_stopped(fitted, tmp_path):
    expected = described(fitted.best_estimator_)[1]
    with parallel_config("threading"):
        parallel = trees(n_jobs=2, max_concurrent=1).fit(X, y)
    assert parallel.best_estimator_.weights == expected
    path = tmp_path / "a.jsonl"
    trees(checkpoint=path).fit(X, y)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    for beside in tmp_path.rglob("*.npz"):
        beside.unlink()
    resumed = trees(checkpoint=path).fit(X, y)
    assert resumed.best_estimator_.weights == expected


def test_a_checkpoint_serves_with_and_without_an_ensemble(tmp_path):
    """What the candidates score is the same; who counts them is not."""
    path = tmp_path / "a.jsonl"
    trees(refit=True, checkpoint=path).fit(X, y)
    lines = path.read_bytes()
    found = trees(checkpoint=path).fit(X, y)
    assert path.read_bytes() == lines
    assert described(found.ensemble()) == described(trees().fit(X, y).ensemble())


def test_a_failed_or_stopped_candidate_is_no_member():
    cv = StratifiedKFold(8, shuffle=True, random_state=0)
    raced = trees(racing=0.3, n_iter=12, cv=cv).fit(X, y)
    stopped = raced.cv_results_["n_folds"] < 8
    assert stopped.any()
    assert not stopped[raced.ensemble().selection.candidates].any()


def test_families_are_mixed():
    pipe = Pipeline([("model", DecisionTreeClassifier(random_state=0))])
    spaces = [
        {"model": [DecisionTreeClassifier(random_state=0)], "model__max_depth": (1, 6)},
        {"model": [GaussianNB()], "model__var_smoothing": (1e-9, 1e-1, "log")},
    ]
    search = search_of(
        pipe, spaces, n_iter=8, scoring="neg_log_loss", refit="ensemble"
    ).fit(X, y)
    kinds = {type(one[-1]).__name__ for _, one in search.best_estimator_.estimators}
    assert kinds == {"DecisionTreeClassifier", "GaussianNB"}


@pytest.mark.parametrize(
    ("scoring", "metric"),
    [
        (None, "accuracy"),
        ("roc_auc_ovr", "roc_auc_ovr"),
        (["f1_macro", "accuracy"], "f1_macro"),
        ({"one": "neg_log_loss", "other": "accuracy"}, "neg_log_loss"),
        (lambda model, X, y: model.score(X, y), "neg_log_loss"),
    ],
)
def test_members_are_chosen_by_the_metric_that_guides(scoring, metric):
    search = trees(scoring=scoring, n_iter=3).fit(X, y)
    choice = search.best_estimator_.selection
    assert choice.metric == metric
    assert bool(choice.note) == callable(scoring)
    assert np.isfinite(search.score(X, y))
    assert search.ensemble(metric="accuracy").selection.metric == "accuracy"


def test_a_metric_named_ensemble_is_a_metric():
    search = trees(scoring={"ensemble": "accuracy"}, n_iter=3).fit(X, y)
    assert isinstance(search.best_estimator_, DecisionTreeClassifier)


def test_sample_weights_count_in_choosing_and_in_fitting():
    """Where the third class weighs nothing, nobody predicts it."""
    weights = np.where(y == 2, 0.0, 1.0)
    search = trees(n_iter=3).fit(X, y, sample_weight=weights)
    assert not (search.predict(X) == 2).any()
    target = search._published_target.params
    assert target == {} or (target["sample_weight"] == weights).all()


def test_rows_that_no_fold_predicts_are_not_scored():
    order = np.random.default_rng(0).permutation(len(y))
    search = trees(cv=TimeSeriesSplit(3), n_iter=3).fit(X[order], y[order])
    n_tested = 3 * (150 // 4)
    assert search.best_estimator_.selection.n_rows == n_tested


def test_numbers_have_an_ensemble_too():
    data, target = load_diabetes(return_X_y=True)
    search = search_of(
        Ridge(), {"alpha": (1e-3, 10.0, "log")}, n_iter=4, refit="ensemble",
        scoring="neg_mean_absolute_error",
    ).fit(data, target)  # fmt: skip
    assert isinstance(search.best_estimator_, SearchEnsembleRegressor)
    assert search.best_estimator_.selection.metric == "neg_mean_absolute_error"


def test_the_search_goes_wherever_searches_go():
    search = trees(n_iter=2, cv=2)
    assert cross_val_score(clone(search), X, y, cv=2).shape == (2,)
    assert Pipeline([("search", clone(search))]).fit(X, y).score(X, y) > -1.0
    calibrated = CalibratedClassifierCV(clone(search), cv=2).fit(X, y)
    assert calibrated.predict_proba(X).shape == (150, 3)
    ensemble = trees(n_iter=2).fit(X, y).ensemble()
    calibrated = CalibratedClassifierCV(ensemble, cv=2).fit(X, y)
    assert calibrated.predict_proba(X).shape == (150, 3)
    fitted = clone(search).fit(X, y)
    again = pickle.loads(pickle.dumps(fitted))
    assert described(again.ensemble()) == described(fitted.best_estimator_)
    assert repr(again.best_estimator_.selection) == repr(
        fitted.best_estimator_.selection
    )


def test_without_predictions_it_says_what_to_write():
    search = trees(refit=True, n_iter=2).fit(X, y)
    with pytest.raises(ValueError, match='keep_predictions="auto"'):
        search.ensemble()


def test_several_targets_of_classes_are_refused():
    targets = np.column_stack([y, y == 1]).astype(int)
    search = search_of(
        MultiOutputClassifier(LogisticRegression(max_iter=500)),
        {"estimator__C": (0.1, 1.0)}, n_iter=1, cv=2, keep_predictions=1, refit=False,
    ).fit(X, targets)  # fmt: skip
    with pytest.raises(ValueError, match="one class for each row"):
        search.ensemble()


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"max_size": 0}, ValueError, "max_size"),
        ({"max_size": 2.5}, TypeError, "max_size"),
        ({"n_bags": -1}, ValueError, "n_bags"),
        ({"n_bags": True}, TypeError, "n_bags"),
        ({"metric": "no such"}, ValueError, "no such"),
    ],
)
def test_what_breaks_a_rule_of_ensemble_is_refused(fitted, kwargs, error, words):
    with pytest.raises(error, match=words):
        fitted.ensemble(**kwargs)


class NoRealModel(BaseEstimator):
    """Has neither classes nor numbers to predict; only a score."""

    def __init__(self, a=0.0):
        self.a = a

    def fit(self, X, y=None):
        return self

    def score(self, X, y=None):
        return self.a


def test_a_search_whose_candidates_predict_nothing_says_why():
    search = search_of(NoRealModel(), {"a": (0.0, 1.0)}, n_iter=2, refit="ensemble")
    with pytest.raises(ValueError, match="no predict_proba"):
        search.fit(X, y)
