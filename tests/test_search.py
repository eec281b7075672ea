"""BlueTunaSearchCV keeps scikit-learn's manners."""

import os
import pickle
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.stats import expon, loguniform, randint, uniform
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.callback import ScoringMonitor
from sklearn.datasets import load_diabetes, load_iris, make_classification
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    ParameterGrid,
    RandomizedSearchCV,
    ShuffleSplit,
    cross_val_score,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.estimator_checks import check_estimator

from skbluetuna import BlueTunaSearchCV, BlueTuner, Classic, Integer, Real
from skbluetuna.explain import _regions
from skbluetuna.search._sklearn import FitData, fold_task

X, y = load_iris(return_X_y=True)
SVC_SPACE = {"C": (1e-2, 1e3, "log"), "gamma": (1e-3, 10.0, "log")}
QUICK = Classic(n_epochs=30)


def search_of(estimator=None, space=None, **kwargs):
    kwargs = {"n_iter": 12, "strategy": QUICK, "cv": 3, "random_state": 0} | kwargs
    estimator = (
        DecisionTreeClassifier(random_state=0) if estimator is None else estimator
    )
    space = {"max_depth": (1, 40), "ccp_alpha": (0.0, 0.1)} if space is None else space
    return BlueTunaSearchCV(estimator, space, **kwargs)


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
            estimator, space, n_iter=4, cv=2, error_score="raise", strategy=strategy
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
        batch_size=2,
        n_jobs=n_jobs,
    ).fit(rows, rows[:, 0])
    folds = [search.cv_results_[f"split{i}_test_score"] for i in range(3)]
    assert [np.ptp(fold) for fold in folds] == [0.0] * 3
    assert len({fold[0] for fold in folds}) == 3


def test_a_generator_of_splits_serves_every_batch():
    splits = (pair for pair in list(KFold(3, shuffle=True, random_state=1).split(X)))
    search = search_of(cv=splits, batch_size=3).fit(X, y)
    assert search.n_splits_ == 3
    assert len(search.cv_results_["params"]) == 12


def test_workers_are_not_sent_the_folds():
    """A search that is being fitted is sent along with callbacks, once a task."""
    Weighs.sizes.clear()
    wide = np.zeros((20_000, 1))
    search = search_of(
        DummyClassifier(), {"strategy": ["prior", "uniform"]}, cv=KFold(5), n_iter=2
    )
    search.set_callbacks(Weighs()).fit(wide, np.arange(20_000) % 2)
    assert len(Weighs.sizes) > 10
    assert max(Weighs.sizes) < 20_000  # the folds alone are 800 kB


def test_a_finite_space_within_the_budget_is_grid_search():
    grid = {
        "max_depth": [3, 1, 2],
        "criterion": ["gini", "entropy"],
        "ccp_alpha": [0.0],
    }
    tree = DecisionTreeClassifier(random_state=0)
    ours = search_of(tree, grid, n_iter=6).fit(X, y)
    theirs = GridSearchCV(tree, grid, cv=3).fit(X, y)
    assert ours.cv_results_["params"] == list(ParameterGrid(grid))
    np.testing.assert_array_equal(
        ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"]
    )
    assert ours.best_index_ == theirs.best_index_
    assert set(ours.cv_results_["stage"]) == {"grid"}
    assert set(theirs.cv_results_) <= set(ours.cv_results_)


def test_a_finite_list_of_grids_is_grid_search_too():
    grids = [
        {"clf": [SVC()], "clf__C": [1, 10]},
        {"clf": [LogisticRegression(max_iter=500)], "clf__C": [0.1, 1.0, 10.0]},
    ]
    search = search_of(Pipeline([("clf", SVC())]), grids, n_iter=5).fit(X, y)
    params = search.cv_results_["params"]
    assert params == list(ParameterGrid(grids))
    assert params[0]["clf"] is grids[0]["clf"][0]
    np.testing.assert_array_equal(search.cv_results_["alternative"], [0, 0, 1, 1, 1])


def test_attributes_are_those_of_random_search_and_more():
    ours = search_of().fit(X, y)
    theirs = RandomizedSearchCV(
        DecisionTreeClassifier(), {"max_depth": [1, 2]}, n_iter=2, cv=3
    ).fit(X, y)
    ours_, theirs_ = (
        {a for a in dir(s) if a.endswith("_") and a[0] != "_" and hasattr(s, a)}
        for s in (ours, theirs)
    )
    assert ours_ - theirs_ == {
        "regions_",
        "weights_",
        "interactions_",
        "optimized_space_",
        "stop_reason_",
        "tuner_",
    }
    assert theirs_ <= ours_
    columns = set(theirs.cv_results_) - set(ours.cv_results_)
    assert columns == set()
    assert len(ours.cv_results_["params"]) == 12
    assert list(dict.fromkeys(ours.cv_results_["stage"])) == [
        "initial",
        "scan",
        "learn",
        "climb",
    ]


def test_the_estimators_own_parameters_come_first():
    tree = DecisionTreeClassifier(max_depth=None, min_samples_leaf=7, ccp_alpha=5.0)
    space = {
        "max_depth": (2, 10),
        "min_samples_leaf": (1, 20),
        "ccp_alpha": (0.0, 0.2),
        "criterion": ["entropy", "gini"],
    }
    search = search_of(tree, space, initial_params=[{"max_depth": 3}]).fit(X, y)
    assert search.cv_results_["params"][:2] == [
        {
            "max_depth": 6,  # None: the centre
            "min_samples_leaf": 7,
            "ccp_alpha": 0.1,  # outside: the centre
            "criterion": "gini",
        },
        {
            "max_depth": 3,
            "min_samples_leaf": 7,
            "ccp_alpha": 0.1,
            "criterion": "gini",
        },
    ]
    assert list(search.cv_results_["stage"][:2]) == ["initial", "initial"]


def test_alternatives_start_from_their_own_estimators_parameters():
    space = [
        {"clf": [SVC(C=2.0)], "clf__C": (0.1, 10.0, "log")},
        {"clf": [LogisticRegression(C=0.5)], "clf__C": (0.01, 10.0, "log")},
        {"clf": [GaussianNB()], "clf__var_smoothing": (1e-9, 1.0, "log")},
    ]
    pipe = Pipeline([("scale", StandardScaler()), ("clf", SVC(C=7.0))])
    search = search_of(pipe, space, n_iter=15).fit(X, y)
    first = {}
    for k, params in zip(
        search.cv_results_["alternative"], search.cv_results_["params"], strict=True
    ):
        first.setdefault(int(k), params)
    assert first[0]["clf__C"] == 2.0
    assert first[1]["clf__C"] == 0.5
    assert first[2]["clf__var_smoothing"] == 1e-9
    assert np.bincount(search.cv_results_["alternative"]).tolist() == [5, 5, 5]
    assert "alternative" in search.weights_
    again = search_of(pipe, search.optimized_space_, n_iter=6).fit(X, y)
    assert again.best_score_ > 0.9


class Picky(ClassifierMixin, BaseEstimator):
    """Refuses anything but native Python values."""

    def __init__(self, number=1, real=0.5, layers=(1,), model=None, rule=len):
        self.number = number
        self.real = real
        self.layers = layers
        self.model = model
        self.rule = rule

    def fit(self, X, y):
        assert type(self.number) is int
        assert type(self.real) is float
        assert type(self.layers) in (tuple, list)
        assert self.model is None or isinstance(self.model, GaussianNB)
        assert callable(self.rule)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def test_estimators_receive_native_values_and_the_users_own_objects():
    layers, model = [(50,), (50, 50), [3]], GaussianNB()
    space = {
        "number": randint(1, 50),
        "real": loguniform(1e-3, 1.0),
        "layers": layers,
        "model": [None, model],
        "rule": [len, max],
    }
    search = search_of(Picky(), space, n_iter=30, error_score="raise").fit(X, y)
    for params in search.cv_results_["params"]:
        assert any(params["layers"] is layer for layer in layers)
        assert params["model"] is None or params["model"] is model


@pytest.mark.slow
@pytest.mark.parametrize(
    ("space", "exact"),
    [
        ({"C": uniform(1, 9)}, (1.0, 10.0)),
        ({"C": loguniform(0.1, 10.0)}, (0.1, 10.0)),
        ({"C": expon(scale=10.0)}, (0.0, np.inf)),
        ({"C": Real(0.5, 2.0, log=True)}, (0.5, 2.0)),
        ({"degree": Integer(1, 30)}, (1, 30)),
    ],
)
def test_distributions_and_dimensions_bound_what_is_tried(space, exact):
    search = search_of(SVC(kernel="poly"), space, n_iter=8).fit(X, y)
    ((name, _),) = space.items()
    tried = [params[name] for params in search.cv_results_["params"]]
    assert exact[0] <= min(tried) <= max(tried) <= exact[1]
    assert len(set(tried)) == 8


@pytest.mark.slow
def test_data_may_be_sparse_or_pandas():
    sparse = search_of(LogisticRegression(max_iter=500), {"C": (0.1, 10.0, "log")})
    assert sparse.fit(sp.csr_matrix(X), y).best_score_ > 0.9
    frame = pd.DataFrame(X, columns=list("abcd"))
    search = search_of().fit(frame, pd.Series(y))
    assert list(search.feature_names_in_) == list("abcd")
    assert search.n_features_in_ == 4


def test_regressors_with_negative_scores():
    Xd, yd = load_diabetes(return_X_y=True)
    search = search_of(
        DecisionTreeRegressor(random_state=0),
        {"max_depth": (1, 12), "min_samples_leaf": (1, 50, "log")},
        scoring="neg_mean_squared_error",
        n_iter=20,
    ).fit(Xd, yd)
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()
    assert search.tuner_.best.params == search.best_params_


def two_scores(estimator, X, y):
    labels = estimator.predict(X)
    return {"wrong": -np.mean(labels != y), "right": np.mean(labels == y) ** 2}


@pytest.mark.parametrize(
    ("scoring", "refit", "guide"),
    [
        (["accuracy", "f1_macro"], "f1_macro", "f1_macro"),
        (["accuracy", "f1_macro"], False, "accuracy"),
        ({"b": "f1_macro", "a": "accuracy"}, lambda r: 0, "b"),
        (two_scores, "right", "right"),
        (two_scores, False, "wrong"),
    ],
)
def test_several_metrics_are_guided_by_refit_or_else_the_first(scoring, refit, guide):
    search = search_of(scoring=scoring, refit=refit).fit(X, y)
    told = [trial.score for trial in search.tuner_.trials]
    np.testing.assert_array_equal(told, search.cv_results_[f"mean_test_{guide}"])
    assert len(search.weights_["param"]) == 2


def test_a_wrong_refit_of_a_callable_scorer_is_said_after_the_first_batch():
    search = search_of(scoring=two_scores, refit="f1", n_iter=50, batch_size=1)
    with pytest.raises(ValueError, match="refit must be set to a scorer key"):
        search.fit(X, y)
    assert len(search.tuner_.trials) == 1


def test_scoring_and_refit_may_be_callables():
    search = search_of(scoring=make_scorer(f1_score, average="macro"))
    assert search.fit(X, y).score(X, y) > 0.9
    last = search_of(refit=lambda results: len(results["params"]) - 1).fit(X, y)
    assert last.best_index_ == 11
    none = search_of(refit=False).fit(X, y)
    assert none.best_params_
    assert not hasattr(none, "predict")


class Fragile(ClassifierMixin, BaseEstimator):
    """Breaks on one side of its range."""

    def __init__(self, a=0.5, b=0.5):
        self.a = a
        self.b = b

    def fit(self, X, y):
        if self.a > 0.8:
            raise ValueError("a is too large")
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return np.nan if self.b > 0.9 else self.a * self.b


def two_fragile_scores(estimator, X, y):
    return {"both": estimator.score(X, y), "one": 1.0}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the t.* scores are non-finite")
def test_failing_candidates_never_win_and_never_stop_the_search():
    search = search_of(Fragile(), {"a": (0.0, 1.0), "b": (0.0, 1.0)}, n_iter=40)
    search.fit(X, y)
    failed = [trial.state == "failed" for trial in search.tuner_.trials]
    assert 0 < sum(failed) < 40
    np.testing.assert_array_equal(
        np.isnan(search.cv_results_["mean_test_score"]), failed
    )
    assert search.best_params_["a"] <= 0.8
    assert search.best_params_["b"] <= 0.9


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the t.* scores are non-finite")
@pytest.mark.parametrize("error_score", [np.nan, -1.0])
@pytest.mark.parametrize("scoring", [None, two_fragile_scores])
def test_a_batch_that_fails_as_a_whole_is_recorded_and_not_raised(error_score, scoring):
    """scikit-learn raises there, and would lose every earlier evaluation."""
    search = search_of(
        Fragile(a=0.5),
        {"a": (0.0, 1.0), "b": (0.0, 0.9)},
        n_iter=30,
        batch_size=1,
        error_score=error_score,
        scoring=scoring,
        refit="both" if scoring else True,
        return_train_score=True,
    ).fit(X, y)
    metric = "both" if scoring else "score"
    results = search.cv_results_
    failed = np.array([params["a"] > 0.8 for params in results["params"]])
    assert 0 < failed.sum() < 30
    assert {len(column) for column in results.values()} == {30}
    for column in (f"mean_test_{metric}", f"split1_train_{metric}"):
        np.testing.assert_array_equal(
            results[column][failed], np.full(failed.sum(), error_score)
        )
    assert [t.params for t in search.tuner_.trials] == list(results["params"])
    assert [t.stage for t in search.tuner_.trials] == list(results["stage"])
    assert search.best_params_["a"] <= 0.8
    assert search.best_params_ == search.tuner_.best.params
    assert not {"_open", "_kept"} & set(vars(search))


def test_an_infinite_score_never_wins():
    def infinite(estimator, X, y):
        return np.inf if estimator.max_depth > 30 else estimator.score(X, y)

    with pytest.warns(UserWarning, match="non-finite"):
        search = search_of(scoring=infinite, n_iter=20).fit(X, y)
    assert np.isinf(search.cv_results_["mean_test_score"]).any()
    assert search.best_params_ == search.tuner_.best.params
    assert np.isfinite(search.best_score_)


def test_a_clone_still_knows_its_own_choices():
    """clone copies the space and the initial configurations apart from each other."""
    svc, forest = SVC(), RandomForestClassifier(n_estimators=5, random_state=0)
    weights = [None, {0: 1, 1: 2, 2: 3}]
    search = search_of(
        Pipeline([("clf", forest)]),
        {"clf": [svc, forest], "clf__class_weight": weights, "memory": [None]},
        n_iter=3,
        initial_params=[{"clf": svc, "clf__class_weight": weights[1]}],
    )
    for one in (search, clone(search)):
        first, second = one.fit(X, y).cv_results_["params"][:2]
        assert isinstance(first["clf"], RandomForestClassifier)  # the estimator's own
        assert isinstance(second["clf"], SVC)
        assert second["clf__class_weight"] == weights[1]


def test_a_number_of_another_type_is_still_the_estimators_own():
    search = search_of(SVC(C=1.0), {"C": [1, 10, 100], "gamma": (0.01, 1.0)})
    own = search.fit(X, y).cv_results_["params"][0]["C"]
    assert own == 1
    assert type(own) is int


def test_the_grids_order_does_not_depend_on_the_batch_size():
    grids = [
        {"kernel": ["rbf"], "C": [1, 10]},
        {"kernel": ["linear"], "C": [1, 10, 100]},
    ]
    search = search_of(SVC(), grids, batch_size=1).fit(X, y)
    assert search.cv_results_["params"] == list(ParameterGrid(grids))


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


def test_batch_size_bounds_the_candidates_in_flight(monkeypatch):
    whole = search_of(n_iter=20).fit(X, y)
    sizes, ask = [], BlueTuner.ask

    def spy(tuner, n=None):
        asked = ask(tuner, n)
        sizes.append(len(asked))
        return asked

    monkeypatch.setattr(BlueTuner, "ask", spy)
    pieces = search_of(n_iter=20, batch_size=3).fit(X, y)
    assert sum(sizes) == 20
    assert max(sizes) == 3
    assert pieces.cv_results_["params"] == whole.cv_results_["params"]


def test_regions_are_made_when_they_are_looked_at(monkeypatch):
    """Landscapes are drawn and climbed for them, which many fits are never asked."""
    made, make = [], _regions.maxima

    def spy(*args):
        made.append(1)
        return make(*args)

    monkeypatch.setattr(_regions, "maxima", spy)
    search = search_of(n_iter=8, strategy="adaptive").fit(X, y)
    assert not made
    assert search.regions_["probability"].sum() == pytest.approx(2.0)
    n = len(made)
    assert n > 0
    assert set(search.optimized_space_) == {"max_depth", "ccp_alpha"}
    assert len(made) == n  # once for a search, however often they are looked at
    with pytest.raises(NotFittedError):
        _ = search_of().regions_


def test_the_tables_are_ready_for_pandas():
    search = search_of(n_iter=30).fit(X, y)
    regions, weights, pairs = (
        pd.DataFrame(table)
        for table in (search.regions_, search.weights_, search.interactions_)
    )
    assert list(regions.columns) == [
        "param", "low", "high", "raw_output", "projection", "score", "kept",
    ]  # fmt: skip
    assert list(weights["param"]) == ["max_depth", "ccp_alpha"]
    assert set(pairs["kind"]) == {"product", "log_ratio"}
    total = weights["share"].sum() + pairs["share"].sum()
    assert total == pytest.approx(1.0)
    assert set(search.optimized_space_) == {"max_depth", "ccp_alpha"}
    again = search_of(space=search.optimized_space_).fit(X, y)
    assert len(again.cv_results_["params"]) > 0


def test_n_iter_none_follows_the_published_schedule():
    schedule = Classic(n_lhs=5, tune_reps=4, n_epochs=30)
    space = {"max_depth": (1, 40), "ccp_alpha": (0.0, 0.1, 2)}
    search = search_of(space=space, n_iter=None, strategy=schedule).fit(X, y)
    stages = list(search.cv_results_["stage"])
    # 2 * (3 + 2) + 2 * (2 + 2) points, less those that coincide: for each parameter
    # the two nudges of the last region, and the boundary where the reference stands.
    expected = {"initial": 1, "scan": 18 - 4, "learn": 5, "climb": 4}
    assert {stage: stages.count(stage) for stage in expected} == expected


class Heard:
    """Callback that notes what it hears, and may ask to stop."""

    def __init__(self, stop_at=None):
        self.events = []
        self.stop_at = stop_at

    def setup(self, estimator, context):
        self.events.append(("setup", None, os.getpid()))

    def on_fit_task_begin(self, estimator, context):
        name, total = context.task_name, context.max_subtasks
        self.events.append(("begin", (name, context.task_id, total), os.getpid()))

    def on_fit_task_end(self, estimator, context):
        self.events.append(("end", (context.task_name, context.task_id), os.getpid()))
        ends = [e for e in self.events if e[0] == "end"]
        return self.stop_at is not None and len(ends) >= self.stop_at

    def teardown(self, estimator, context):
        self.events.append(("teardown", None, os.getpid()))

    def tasks(self, event):
        return [task for kind, task, _ in self.events if kind == event]


class Weighs(Heard):
    """Weighs the search as it is sent to workers."""

    sizes: ClassVar[list[int]] = []

    def on_fit_task_begin(self, estimator, context):
        self.sizes.append(len(pickle.dumps(estimator)))


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["adaptive", QUICK], ids=str)
def test_callbacks_hear_of_every_fold_and_the_right_total(strategy, tmp_path):
    heard = Heard()
    search = search_of(n_iter=12, strategy=strategy).set_callbacks(heard).fit(X, y)
    began = heard.tasks("begin")
    (total,) = [total for name, _, total in began if name == "search"]
    folds = [i for name, i, _ in began if name == "candidate-split-evaluation"]
    assert total == len(folds) == len(set(folds)) == 12 * 3
    assert sorted((n, i) for n, i, _ in began) == sorted(heard.tasks("end"))
    assert len(search.cv_results_["params"]) == 12
    # A search that is recalled tells of the same tasks.
    path = tmp_path / "search.jsonl"
    for _ in range(2):
        again = Heard()
        search_of(n_iter=12, strategy=strategy, checkpoint=path).set_callbacks(
            again
        ).fit(X, y)
        assert sorted(again.tasks("begin"), key=str) == sorted(began, key=str)


@pytest.mark.slow
def test_callbacks_hear_of_every_candidate_in_the_main_process():
    heard = Heard()
    search = search_of(n_iter=8, n_jobs=2, strategy="adaptive").set_callbacks(heard)
    search.fit(X, y)
    assert {pid for *_, pid in heard.events} == {os.getpid()}
    began = heard.tasks("begin")
    assert sum(name in ("initial", "scan", "climb") for name, *_ in began) == 8
    (total,) = [total for name, _, total in began if name == "search"]
    assert total == 8 * (3 + 1)  # the folds are heard of where they are evaluated


def test_no_search_is_sent_where_no_callback_is_heard():
    """Workers elsewhere are sent neither contexts nor the search that holds them."""
    search = search_of(n_iter=8).set_callbacks(Heard())
    data = FitData.of(search, X, y, {})
    fold = next(KFold(3).split(X))
    for context in (None, object()):
        _, _, sent = fold_task(
            search.estimator, data, fold, {}, search=search, callback_ctx=context,
            progress=((0, 3), (0, 8)),
        )  # fmt: skip
        assert ("caller" in sent) == (context is not None)


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_callback_that_asks_to_stop_ends_the_search_cleanly(n_jobs):
    stopped = search_of(n_iter=30, strategy="adaptive", n_jobs=n_jobs)
    stopped.set_callbacks(Heard(stop_at=4)).fit(X, y)
    assert stopped.stop_reason_ == "callback"
    done = len(stopped.cv_results_["params"])
    assert 1 < done < 6
    whole = search_of(n_iter=30, strategy="adaptive").fit(X, y)
    assert stopped.cv_results_["params"] == whole.cv_results_["params"][:done]
    assert stopped.best_estimator_.predict(X).shape == (150,)


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scikit_learns_scoring_monitor_hears_of_every_fold(n_jobs):
    class_, space = LogisticRegression(max_iter=500), {"C": (0.1, 1.0)}
    monitors = []
    for search in (
        search_of(class_, space, n_iter=6, n_jobs=n_jobs, strategy="adaptive"),
        GridSearchCV(class_, {"C": [0.1, 0.2, 0.3, 0.4, 0.5, 1.0]}, cv=3),
    ):
        monitor = ScoringMonitor(scoring="accuracy")
        search.set_callbacks(monitor).fit(X, y)
        monitors.append(monitor._log)
    assert len(monitors[0]) == len(monitors[1])


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"n_iter": 0}, "'n_iter' parameter of BlueTunaSearchCV must be an int"),
        ({"batch_size": 0}, "'batch_size' parameter of BlueTunaSearchCV"),
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
        def fit(self, X, y):
            raise AssertionError("fitted in spite of bad input")

    search = search_of(Unfit(), **kwargs)
    with pytest.raises((ValueError, TypeError), match=message):
        search.fit(X, y)


def test_everything_failing_is_scikit_learns_error():
    with pytest.raises(ValueError, match=r"All the .* fits failed"):
        search_of(DummyClassifier(strategy="constant"), {"constant": ["no such"]}).fit(
            X, y
        )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the:UserWarning")
@pytest.mark.parametrize("strategy", ["adaptive", QUICK], ids=str)
@pytest.mark.parametrize("scoring", [None, two_fragile_scores])
def test_failures_are_judged_over_the_whole_search(strategy, scoring):
    """The estimator's own parameters fail, alone in their batch; others do not."""
    tree = DecisionTreeClassifier(min_samples_leaf=0, random_state=0)
    search = search_of(
        tree,
        {"min_samples_leaf": [0, 1, 2, 3], "ccp_alpha": (0.0, 0.1)},
        strategy=strategy,
        batch_size=1,
        scoring=scoring,
        refit="both" if scoring else True,
    ).fit(X, y)
    metric = "both" if scoring else "score"
    assert np.isnan(search.cv_results_[f"mean_test_{metric}"][0])
    assert search.best_params_["min_samples_leaf"] > 0
    assert len(search.cv_results_["params"]) == 12


@pytest.mark.slow
def test_a_forest_and_numpy_choices():
    space = {
        "max_features": np.array([0.3, 0.6, 1.0]),
        "n_estimators": np.arange(5, 30, 5),
        "bootstrap": np.array([True, False]),
        "class_weight": [None, "balanced"],
    }
    search = search_of(RandomForestClassifier(random_state=0), space, n_iter=10)
    for params in search.fit(X, y).cv_results_["params"]:
        assert [type(v) for v in params.values()][:3] == [float, int, bool]


def test_the_class_docstring_tells_every_parameter():
    text = (
        Path(__file__)
        .parents[1]
        .joinpath("skbluetuna", "search/_search.py")
        .read_text()
    )
    for name in search_of().get_params(deep=False):
        assert f"\n    {name} : " in text, name


@pytest.mark.slow
def test_the_search_finds_what_there_is_to_find():
    Xc, yc = make_classification(300, 10, n_informative=4, random_state=0)
    pipe = make_pipeline(StandardScaler(), SVC())
    space = {"svc__C": (1e-3, 1e3, "log"), "svc__gamma": (1e-4, 10.0, "log")}
    search = search_of(pipe, space, n_iter=40, strategy="classic").fit(Xc, yc)
    worst = search.cv_results_["mean_test_score"].min()
    assert search.best_score_ > worst + 0.2
