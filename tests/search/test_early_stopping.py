"""Early stopping in each fold: by rows of its training part, and of no other."""

import logging
import warnings
from importlib.util import find_spec

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, EarlyStopping, when
from skbluetuna.exceptions import CheckpointWarning
from skbluetuna.search._early_stopping import names_of_rounds
from skbluetuna.search._evaluation_rows import split_training_part
from skbluetuna.search._stopped_fit import STREAM
from tests.search.durable import records, write_records
from tests.search.test_window import course

N = 90
RNG = np.random.default_rng(0)
X = np.column_stack([np.arange(N), RNG.normal(size=(N, 3))])  # rows know their numbers
TARGET = X[:, 1] + RNG.normal(size=N)
LABELS = np.arange(N) % 3
GROUPS = np.arange(N) // 6
X_CLASS, Y_CLASS = make_classification(
    240, 8, n_informative=4, n_classes=3, flip_y=0.1, random_state=0
)
RATES = {"learning_rate": (0.1, 0.6, "log")}
FEW = EarlyStopping(rounds=3)


class Seen(HistGradientBoostingRegressor):
    """Boosting that tells which rows each fit had, and with what weights."""

    fits: list = []  # noqa: RUF012 of all of its kind

    def fit(
        self,
        X,
        y,
        sample_weight=None,
        *,
        X_val=None,
        y_val=None,
        sample_weight_val=None,
    ):
        own = [None if one is None else one[:, 0] for one in (X, X_val)]
        self.fits.append([*own, sample_weight, sample_weight_val])
        return super().fit(X, y, sample_weight, X_val=X_val, y_val=y_val)


class SeenStep(TransformerMixin, BaseEstimator):
    """A step that tells which rows it was fitted to."""

    fits: list = []  # noqa: RUF012 of all of its kind

    def fit(self, X, y=None):
        self.fits.append(X[:, 0])
        self.is_fitted_ = True
        return self

    def transform(self, X):
        return X


class CatBoostRegressor(RegressorMixin, BaseEstimator):
    """What CatBoost documents of itself, in no time; its best round follows from x."""

    __module__ = "catboost.core"

    def __init__(self, x=0.5, iterations=None, fails_above=2.0, eval_metric=None):
        self.x = x
        self.iterations = iterations
        self.fails_above = fails_above
        self.eval_metric = eval_metric

    def fit(
        self, X, y, eval_set=None, early_stopping_rounds=None, use_best_model=None,
    ):  # fmt: skip
        if self.x > self.fails_above:
            raise ValueError("asked to fail")
        self.tree_count_ = self.iterations or 1000
        if early_stopping_rounds is not None:
            (X_own, _), limit = eval_set, self.tree_count_
            assert use_best_model
            self.tree_count_ = min(limit, 10 + int(40 * self.x) + len(X_own) % 3)
        self.is_fitted_ = True
        return self

    def get_best_iteration(self):
        return self.tree_count_ - 1

    def predict(self, X):
        return np.zeros(len(X))

    def score(self, X, y):
        return -((self.x - 0.3) ** 2) + X[:, 1].mean() / 100


class XGBRegressor(RegressorMixin, BaseEstimator):
    """A few parameters of XGBoost's; it tells what each fit was given."""

    __module__ = "xgboost.sklearn"
    fits: list = []  # noqa: RUF012 of all of its kind

    def __init__(
        self, x=0.5, n_estimators=None, early_stopping_rounds=None, booster=None
    ):
        self.x = x
        self.n_estimators = n_estimators
        self.early_stopping_rounds = early_stopping_rounds
        self.booster = booster

    def fit(self, X, y, **params):
        self.fits.append((self.early_stopping_rounds, params))
        self.best_iteration = 7
        return self

    def predict(self, X):
        return np.zeros(len(X))


X_SPACE = {"x": (0.0, 1.0)}


def fast(backend="sequential", n_jobs=1, estimator=None, space=X_SPACE, **options):
    usual = {"n_iter": 8, "cv": 3, "random_state": 0, "warm_start": True}
    usual |= {"early_stopping": FEW}
    estimator = CatBoostRegressor(iterations=200) if estimator is None else estimator
    search = BlueTunaSearchCV(estimator, space, n_jobs=n_jobs, **usual | options)
    with parallel_config(backend):
        return search.fit(X, TARGET)


def boosters(*, is_regressor=False):
    """Each kind that is installed, small."""
    kind = "Regressor" if is_regressor else "Classifier"
    found = [
        HistGradientBoostingClassifier(
            max_iter=60, max_leaf_nodes=4, learning_rate=0.4, random_state=0
        )
    ]
    if find_spec("xgboost"):
        import xgboost

        own = {"n_estimators": 60, "max_depth": 2, "n_jobs": 1, "subsample": 0.7}
        found.append(getattr(xgboost, f"XGB{kind}")(**own))
    if find_spec("lightgbm"):
        import lightgbm

        own = {"n_estimators": 60, "num_leaves": 4, "n_jobs": 1, "verbose": -1}
        found.append(getattr(lightgbm, f"LGBM{kind}")(**own, random_state=0))
    if find_spec("catboost"):
        import catboost

        own = {"iterations": 60, "depth": 2, "thread_count": 1, "verbose": False}
        found.append(
            getattr(catboost, f"CatBoost{kind}")(
                **own, random_seed=0, allow_writing_files=False
            )
        )
    return found


INSTALLED = boosters()


def parts_of(y, train, fold, stopping=FEW, groups=None):
    """Rows to fit and to evaluate on, of a search with seed 0."""
    return split_training_part(
        train, y, groups, stopping.fraction, (0, fold, STREAM), shuffle=stopping.shuffle
    )


def rounds_said(model):
    """How many rounds a fitted model predicts by, by its own words."""
    model = model[-1] if isinstance(model, Pipeline) else model
    names = {"best_iteration": 1, "best_iteration_": 0, "n_iter_": 0, "tree_count_": 0}
    for name in ("tree_count_", "best_iteration_", "best_iteration", "n_iter_"):
        if hasattr(model, name):
            return getattr(model, name) + names[name]
    raise AssertionError(type(model))


def scores_and_rounds(estimator, X, y):
    return {"score": estimator.score(X, y), "said": rounds_said(estimator)}


# Which rows a fit has


@pytest.mark.parametrize("has_groups", [False, True])
@pytest.mark.parametrize("is_pipe", [False, True])
def test_the_scored_fold_never_reaches_a_fit(is_pipe, has_groups):
    """Rounds that are chosen by the rows that are scored flatter the score.

    What is fitted and what is evaluated on are, together, the training part; steps
    before the boosting know the rows to fit alone.
    """
    Seen.fits.clear()
    SeenStep.fits.clear()
    model = Seen(max_iter=3, min_samples_leaf=2)
    space = {"learning_rate": [0.1, 0.5]}
    if is_pipe:
        model = make_pipeline(SeenStep(), make_pipeline(SeenStep(), model))
        space = {"pipeline__seen__learning_rate": [0.1, 0.5]}
    cv = GroupKFold(3) if has_groups else KFold(3, shuffle=True, random_state=0)
    params = {"groups": GROUPS} if has_groups else {}
    search = BlueTunaSearchCV(
        model, space, cv=cv, random_state=0, refit=False, early_stopping=FEW
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # three rounds are not stopped
        search.fit(X, TARGET, **params)
    folds = list(cv.split(X, TARGET, GROUPS if has_groups else None))
    assert len(Seen.fits) == 2 * 3
    for k, (fitted, apart, *_) in enumerate(Seen.fits):
        train, test = folds[k % 3]
        assert not set(test) & (set(fitted) | set(apart))
        assert not set(fitted) & set(apart)
        assert set(fitted) | set(apart) == set(train)
        assert_array_equal(Seen.fits[k % 3][1], apart)  # the same for all candidates
        if has_groups:
            assert not set(GROUPS[fitted.astype(int)]) & set(GROUPS[apart.astype(int)])
        if is_pipe:
            assert_array_equal(SeenStep.fits[2 * k], fitted)
            assert_array_equal(SeenStep.fits[2 * k + 1], fitted)


@pytest.mark.parametrize("is_routed", [False, True])
def test_weights_go_along_with_their_rows(is_routed):
    """Of the rows that are evaluated on too."""
    Seen.fits.clear()
    weights = X[:, 0] + 1000.0
    with config_context(enable_metadata_routing=is_routed):
        model, name = Seen(max_iter=3), "seen__sample_weight"
        if is_routed:
            name = "sample_weight"
            model.set_fit_request(sample_weight=True)
            model.set_score_request(sample_weight=True)
        pipe = make_pipeline(
            StandardScaler(with_mean=False, with_std=False)
            .set_fit_request(sample_weight=False) if is_routed else SeenStep(), model,
        )  # fmt: skip
        if is_routed and hasattr(pipe, "set_score_request"):  # scikit-learn 1.7
            pipe.set_score_request(sample_weight=True)
        search = BlueTunaSearchCV(
            pipe, {"seen__learning_rate": [0.1]}, cv=3, refit=False,
            early_stopping=FEW,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            search.fit(X, TARGET, **{name: weights})
    assert len(Seen.fits) == 3
    for fitted, apart, own, of_apart in Seen.fits:
        assert_array_equal(own, fitted + 1000.0)
        assert_array_equal(of_apart, apart + 1000.0)


def test_xgboost_gets_weights_of_the_rows_to_evaluate_on():
    XGBRegressor.fits.clear()
    search = fast(estimator=XGBRegressor(n_estimators=50), n_iter=1, refit=False)
    assert search.cv_results_["mean_best_iteration"] == 8
    search.set_params(warm_start=False).fit(X, TARGET, sample_weight=X[:, 0] + 1000.0)
    for _, params in XGBRegressor.fits[:3]:
        assert params.keys() == {"eval_set", "verbose"}
    for rounds, params in XGBRegressor.fits[3:]:
        ((X_own, y_own),), (weights,) = (
            params["eval_set"], params["sample_weight_eval_set"],
        )  # fmt: skip
        assert rounds == 3
        assert_array_equal(y_own, TARGET[X_own[:, 0].astype(int)])
        assert_array_equal(weights, X_own[:, 0] + 1000.0)
        assert len(params["sample_weight"]) + len(weights) == 60


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("groups", [None, GROUPS])
@pytest.mark.parametrize("labels", [None, LABELS, np.where(np.arange(N) < 3, 0, 1)])
def test_a_training_part_is_split_by_classes_and_whole_groups(labels, groups, shuffle):
    """Every class keeps a row to fit: boosting refuses one that it does not know."""
    train = np.flatnonzero(np.arange(N) % 4)[::-1]
    for seed in range(5):
        args = labels, groups, 0.2, (seed, 1)
        fitted, apart = split_training_part(train, *args, shuffle=shuffle)
        again = split_training_part(train, *args, shuffle=shuffle)
        assert_array_equal(apart, again[1])
        assert_array_equal(np.sort([*fitted, *apart]), np.sort(train))
        if groups is not None:
            assert not set(groups[fitted]) & set(groups[apart])
            assert 0 < len(apart) < len(fitted)
        else:
            assert len(apart) == round(0.2 * len(train))
        if labels is not None:
            assert set(labels[fitted]) == set(labels[train])
        if labels is LABELS and groups is None and shuffle:
            assert np.ptp(np.bincount(labels[apart])) <= 1
        if not shuffle and labels is not LABELS and groups is None:
            assert_array_equal(apart[-1], train[-1])


def test_a_class_of_one_row_stays_where_it_is_learned():
    labels = np.array([0] * 9 + [1])
    for seed in range(9):
        _, apart = split_training_part(np.arange(10), labels, None, 0.5, (seed,))
        assert 9 not in apart
    with pytest.raises(ValueError, match="none can be set apart"):
        split_training_part(np.arange(3), np.arange(3), None, 0.5, (0,))
    with pytest.raises(ValueError, match="whole groups"):
        split_training_part(np.arange(9), None, np.zeros(9), 0.5, (0,))


# What comes of it


def rounds_by_labels(model, labels):
    """Rounds and scores of a search whose three classes have these labels."""
    search = BlueTunaSearchCV(
        model, RATES, n_iter=2, cv=2, random_state=0, early_stopping=FEW,
        error_score="raise", refit=False,
    ).fit(X_CLASS, np.asarray(labels)[Y_CLASS])  # fmt: skip
    names = ("mean_best_iteration", "mean_test_score")
    return [search.cv_results_[name].tolist() for name in names]


@pytest.mark.parametrize("model", INSTALLED, ids=lambda model: type(model).__name__)
def test_what_classes_are_called_changes_nothing(model):
    """LightGBM gives them numbers, and as `eval_y` takes the numbers themselves."""
    if type(model).__name__ == "XGBClassifier":
        pytest.skip("XGBoost takes the labels 0, 1, ... alone")
    plain = rounds_by_labels(model, [0, 1, 2])
    assert min(plain[0]) > 1
    for labels in ([5, 7, 9], [1, 2, 3], ["a", "b", "c"]):
        assert rounds_by_labels(model, labels) == plain


def test_numpy_s_numbers_are_the_same_early_stopping():
    given = EarlyStopping(np.int64(3), None, np.float64(0.1), np.True_)
    assert given == EarlyStopping(3)
    assert repr(given) == repr(EarlyStopping(3))


@pytest.mark.parametrize("model", INSTALLED, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("is_pipe", [False, True])
def test_a_fold_scores_as_a_plain_fit_of_its_best_rounds(model, is_pipe):
    """So the number that is found is the number that was scored.

    The columns are what the models say of themselves, and a model with that many
    rounds, fitted to the same rows without stopping, has the same score.
    """
    prefix = type(model).__name__.lower() + "__" if is_pipe else ""
    (limit,) = [n for n in ("max_iter", "n_estimators", "iterations")
                if n in model.get_params()]  # fmt: skip
    estimator = make_pipeline(StandardScaler(), model) if is_pipe else model
    cv = StratifiedKFold(2)
    search = BlueTunaSearchCV(
        estimator, {f"{prefix}learning_rate": [0.4]}, cv=cv, random_state=0,
        early_stopping=EarlyStopping(rounds=4), scoring=scores_and_rounds,
        refit="score", error_score="raise",
    ).fit(X_CLASS, Y_CLASS)  # fmt: skip
    results, sizes, found = search.cv_results_, [], []
    for k, (train, test) in enumerate(cv.split(X_CLASS, Y_CLASS)):
        (best,) = results[f"split{k}_best_iteration"]
        assert 1 <= best < 60
        assert results[f"split{k}_test_said"] == best
        fitted, _ = parts_of(Y_CLASS, train, k)
        plain = clone(estimator).set_params(
            **{f"{prefix}learning_rate": 0.4, f"{prefix}{limit}": int(best)}
        )
        plain.fit(X_CLASS[fitted], Y_CLASS[fitted])
        own = plain.score(X_CLASS[test], Y_CLASS[test])
        assert own == results[f"split{k}_test_score"][0]
        sizes.append(len(fitted))
        found.append(best)
    assert results["mean_best_iteration"] == np.mean(found)
    n_rounds = round(np.mean(found) * len(X_CLASS) / np.mean(sizes))
    assert results["refit_iterations"] == n_rounds
    whole = clone(estimator).set_params(
        **{f"{prefix}learning_rate": 0.4, f"{prefix}{limit}": n_rounds}
    )
    assert_array_equal(
        whole.fit(X_CLASS, Y_CLASS).predict_proba(X_CLASS),
        search.best_estimator_.predict_proba(X_CLASS),
    )
    assert search.best_params_ == {f"{prefix}learning_rate": 0.4}


def test_what_never_stops_is_the_search_of_the_smaller_training_parts():
    """Bit for bit, where every round is better than those before: nothing else differs.

    Boosting of regression is, on its way to a target without noise.
    """
    target, cv = X_CLASS[:, 0] * 3.0, KFold(3)
    model = HistGradientBoostingRegressor(max_iter=6, max_leaf_nodes=4)
    space = {"learning_rate": (0.01, 0.2, "log"), "min_samples_leaf": (2, 30)}
    options = {"n_iter": 6, "random_state": 0, "refit": False, "warm_start": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # none of the fits is stopped
        early = BlueTunaSearchCV(
            model, space, cv=cv, early_stopping=EarlyStopping(10**9), **options
        ).fit(X_CLASS, target)
    folds = [
        (parts_of(None, train, k)[0], test)
        for k, (train, test) in enumerate(cv.split(X_CLASS))
    ]
    plain = BlueTunaSearchCV(model, space, cv=folds, **options).fit(X_CLASS, target)
    assert set(early.cv_results_["mean_best_iteration"]) == {6.0}
    assert course(early) == course(plain)


def test_failed_and_raced_folds_have_no_best_iteration():
    estimator = CatBoostRegressor(iterations=200, fails_above=0.7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the fits that fail
        search = fast(
            estimator=estimator, n_iter=12, cv=6, racing=0.2, max_concurrent=1
        )
    results = search.cv_results_
    failed = results["failure"] != ""
    raced = results["n_folds"] < 6
    assert failed.any()
    assert raced.any()
    for k in range(6):
        has_none = np.isnan(results[f"split{k}_best_iteration"])
        assert_array_equal(has_none, np.isnan(results[f"split{k}_test_score"]))
    assert_array_equal(np.isnan(results["mean_best_iteration"]), failed)
    assert search.best_estimator_.iterations == results["refit_iterations"][
        search.best_index_
    ]  # fmt: skip


def test_several_objectives_and_an_ensemble_have_their_rounds():
    scoring = {"a": "neg_mean_squared_error", "b": "r2"}
    options = {"scoring": scoring, "objectives": ["a", "b"], "refit": "a"}
    assert fast(**options).best_estimator_.iterations > 10
    ensemble = fast(refit="ensemble", keep_predictions=5).best_estimator_
    table = fast().cv_results_
    assert len(ensemble.estimators) > 0
    for name, member in ensemble.estimators:
        row = int(name.rpartition("_")[2])
        assert member.iterations == table["refit_iterations"][row]


def test_a_step_may_be_one_of_several_kinds():
    """Each is refitted by its own parameter."""
    kinds = [CatBoostRegressor(iterations=150), HistGradientBoostingRegressor()]
    estimator = Pipeline([("step", SeenStep()), ("model", kinds[0])])
    both = [{"model": [kind]} for kind in kinds]
    search = fast(estimator=estimator, space=both, n_iter=4, scoring="r2")
    rounds = search.cv_results_["refit_iterations"]
    best = search.best_estimator_[-1]
    name = "iterations" if isinstance(best, CatBoostRegressor) else "max_iter"
    assert getattr(best, name) == rounds[search.best_index_]
    assert np.isfinite(rounds).all()
    assert len(set(search.cv_results_["alternative"])) == 2


def test_cached_steps_transform_the_rows_to_evaluate_on(tmp_path):
    """A pipeline with a memory puts fitted copies in the place of its steps."""
    found = []
    for memory in (None, str(tmp_path)):
        pipe = make_pipeline(
            StandardScaler(), HistGradientBoostingRegressor(max_iter=40), memory=memory
        )
        space = {"histgradientboostingregressor__learning_rate": [0.2, 0.5]}
        search = fast(estimator=pipe, space=space, refit=False, error_score="raise")
        found.append([search.cv_results_["mean_test_score"], *rounds_of(search)])
    assert_array_equal(*found)


def test_whoever_was_not_stopped_is_named(caplog):
    """XGBoost makes 100 rounds unless it is told more; few know."""
    estimator = CatBoostRegressor(iterations=12)
    with (
        caplog.at_level(logging.INFO, "skbluetuna"),
        pytest.warns(
            UserWarning, match=r"3 of 3 fits .* within 12 rounds.*such as 120"
        ),
    ):
        fast(estimator=estimator)
    assert "24 of 24 fits were not stopped within" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.INFO, "skbluetuna"):
        fast()
    assert "0 of 24 fits were not stopped" in caplog.text


# That it can be repeated


def rounds_of(search):
    return [one for name, one in search.cv_results_.items() if "iteration" in name]


def test_the_log_is_the_same_for_any_n_jobs_and_after_a_file_was_cut(tmp_path):
    """Rows to evaluate on follow from the search's seed and the fold."""
    path = tmp_path / "search.jsonl"
    options = {"max_concurrent": 3, "refit": False}
    whole = fast(checkpoint=path, **options)
    for n_jobs in (2, 4):
        other = fast("threading", n_jobs, **options)
        assert course(other) == course(whole)
        assert_array_equal(rounds_of(other), rounds_of(whole))
    text = path.read_text().splitlines(keepends=True)
    for n in range(1, len(text), 9):
        path.write_text("".join(text[:n]))
        again = fast(checkpoint=path, **options)
        assert course(again) == course(whole)
        assert_array_equal(rounds_of(again), rounds_of(whole))


def test_a_line_without_its_rounds_is_evaluated_again(tmp_path):
    path = tmp_path / "search.jsonl"
    whole = fast(checkpoint=path)
    found = records(path)
    line = next(one for one in found if one.get("event") == "reported")
    del line["outcome"]["early_stopping"]
    write_records(path, found)
    with pytest.warns(CheckpointWarning, match="must have the fields best_iteration"):
        again = fast(checkpoint=path)
    assert_array_equal(rounds_of(again), rounds_of(whole))
    means = [one.cv_results_["mean_test_score"] for one in (again, whole)]
    assert_array_equal(*means)


@pytest.mark.parametrize("other", [None, EarlyStopping(4), EarlyStopping(3, "RMSE")])
def test_a_file_of_another_early_stopping_is_refused(tmp_path, other):
    """Its scores are of other fits."""
    path = tmp_path / "search.jsonl"
    fast(checkpoint=path)
    with pytest.raises(ValueError, match="not the same early_stopping"):
        fast(checkpoint=path, early_stopping=other)


# What is refused


class XGBRFRegressor(XGBRegressor):
    """A forest of XGBoost's, which makes one round."""

    __module__ = "xgboost.sklearn"


TWO = Pipeline([("step", SeenStep()), ("model", CatBoostRegressor())])
REFUSED = [
    (SVC(), {"C": (1, 2)}, {}, "needs boosting in every candidate: XGBClassifier"),
    (GradientBoostingClassifier(), {"max_depth": [2]}, {}, "got GradientBoosting"),
    (XGBRFRegressor(), X_SPACE, {}, "got XGBRFRegressor"),
    (TWO, {"model": [CatBoostRegressor(), SVC()]}, {}, r"got SVC\(\)"),
    (TWO, {"step": [None, SeenStep()], "model": when("step", [None], [SVC()])}, {},
     r"got SVC\(\)"),
    (CatBoostRegressor(), {"iterations": (5, 9)}, {},
     r"must not have 'iterations'.*CatBoostRegressor enough, such as iterations=2000"),
    (TWO, {"model__n_estimators": (5, 9)}, {}, "no parameter|Invalid parameter"),
    (TWO, {"model__iterations": (5, 9)}, {}, "must not have 'model__iterations'"),
    (XGBRegressor(), {"early_stopping_rounds": (5, 9)}, {}, "which decides that"),
    (XGBRegressor(early_stopping_rounds=5), X_SPACE, {}, "stop early by itself"),
    (XGBRegressor(booster="dart"), X_SPACE, {}, "takes no booster='dart'"),
    (HistGradientBoostingRegressor(early_stopping=True), RATES, {}, "by itself"),
    (CatBoostRegressor(iterations=9), X_SPACE, {"resource": "iterations"},
     "takes no resource; got resource='iterations'"),
]  # fmt: skip


@pytest.mark.parametrize(("estimator", "space", "options", "words"), REFUSED)
def test_what_can_not_be_is_refused_before_anything_is_fitted(
    estimator, space, options, words
):
    search = BlueTunaSearchCV(estimator, space, early_stopping=FEW, **options)
    with pytest.raises(ValueError, match=words):
        search.fit(X, LABELS)
    assert not hasattr(search, "tuner_")


def test_an_evaluation_set_or_no_target_is_refused():
    search = BlueTunaSearchCV(CatBoostRegressor(), X_SPACE, early_stopping=FEW)
    with pytest.raises(ValueError, match="fit takes no eval_set under early_stopping"):
        search.fit(X, TARGET, eval_set=(X, TARGET))
    with pytest.raises(ValueError, match="needs a target; got y=None"):
        search.fit(X)


@pytest.mark.parametrize(
    ("params", "kind"),
    [({"rounds": 0}, ValueError), ({"rounds": 2.0}, TypeError),
     ({"rounds": True}, TypeError), ({"metric": len}, TypeError),
     ({"fraction": 0.0}, ValueError), ({"fraction": 0.6}, ValueError),
     ({"fraction": "a"}, TypeError), ({"shuffle": 1}, TypeError)],
)  # fmt: skip
def test_early_stopping_names_the_parameter_that_breaks_a_rule(params, kind):
    (name,) = params
    with pytest.raises(kind, match=f"^{name} must be"):
        EarlyStopping(**params)


def test_a_suggested_space_leaves_the_number_of_rounds_out():
    pipe = make_pipeline(SeenStep(), HistGradientBoostingRegressor(max_iter=9))
    decided = names_of_rounds(pipe)
    assert "histgradientboostingregressor__max_iter" in decided
    pipe[-1].set_params(max_iter=100)  # which is the default, so it would be searched
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        search = fast(estimator=pipe, space=None, n_iter=1, cv=2, refit=False)
    (space,) = search.tuner_.spaces
    assert not decided & set(space.names)
    assert "histgradientboostingregressor__learning_rate" in space.names
