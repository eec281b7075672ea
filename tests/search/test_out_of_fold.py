"""Out-of-fold predictions: what each fold's model says of rows it has not seen."""

import os
import tracemalloc
import warnings
from functools import wraps
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from joblib import parallel_config
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification, make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
)
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_predict,
)
from sklearn.neighbors import KernelDensity, KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skbluetuna import BlueTunaSearchCV
from skbluetuna.exceptions import CheckpointWarning
from skbluetuna.search import _predictions
from tests.search.durable import fork, interrupting, of_kind

X, y = make_classification(
    90, n_informative=4, n_classes=3, class_sep=0.8, random_state=0
)
ALPHA = {"alpha": (1e-3, 1e3, "log")}
C = {"C": (1e-3, 1e2, "log")}
DEPTH = {"max_depth": (1, 12), "ccp_alpha": (0.0, 0.05)}
TREE = DecisionTreeClassifier(random_state=0)


def search_of(estimator=TREE, space=DEPTH, **kwargs):
    kwargs = {
        "n_iter": 8, "cv": 3, "random_state": 0, "keep_predictions": 3, "refit": False,
    } | kwargs  # fmt: skip
    return BlueTunaSearchCV(estimator, space, **kwargs)


def configured(search, row):
    params = clone(search.cv_results_["params"][row], safe=False)
    return clone(search.estimator).set_params(**params)


def best_rows(search, metric="score"):
    """Rows with a score, the best first."""
    scores = search.cv_results_[f"mean_test_{metric}"]
    order = np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")
    return [row for row in order if np.isfinite(scores[row])]


def assert_those_of_cross_val_predict(search, targets, expected=lambda found: found):
    """What the search has is what scikit-learn makes of the same configurations."""
    method = search.cv_predictions_method_
    for row, own in zip(
        search.cv_predictions_index_, search.cv_predictions_, strict=True
    ):
        found = cross_val_predict(
            configured(search, row), X, targets, cv=search.cv, method=method
        )
        np.testing.assert_allclose(own, expected(found), rtol=1e-5, atol=1e-6)
    assert search.cv_predictions_.dtype == np.float32


def assert_same_predictions(one, other):
    for name in ("", "index_", "method_", "classes_"):
        first, second = (getattr(s, f"cv_predictions_{name}") for s in (one, other))
        np.testing.assert_array_equal(first, second)


def by_hand(search, row):
    """Mean of what the models of the folds say of each row of their test parts."""
    said = [[] for _ in X]
    for train, test in search.cv.split(X, y):
        model = configured(search, row).fit(X[train], y[train])
        for i, own in zip(test, model.predict_proba(X[test]), strict=True):
            every = np.zeros(3)
            every[model.classes_] = own
            said[i].append(every)
    nothing = np.full(3, np.nan)
    return np.array([np.mean(own, axis=0) if own else nothing for own in said])


# --- what they are --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimator", "space", "method"),
    [
        (TREE, DEPTH, "predict_proba"),
        (LogisticRegression(max_iter=2000), C, "predict_proba"),
        (SVC(), C, "decision_function"),
        (SVC(decision_function_shape="ovo"), C, "decision_function"),
        (Pipeline([("clf", TREE)]), {"clf__max_depth": (1, 12)}, "predict_proba"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "cv", [StratifiedKFold(3), KFold(4, shuffle=True, random_state=1)]
)
def test_they_are_those_of_cross_val_predict(estimator, space, method, cv):
    """The authority: the same configuration on the same folds."""
    search = search_of(estimator, space, cv=cv).fit(X, y)
    assert search.cv_predictions_method_ == method
    assert search.cv_predictions_.shape == (3, 90, 3)
    assert_those_of_cross_val_predict(search, y)
    assert list(search.cv_predictions_index_) == best_rows(search)[:3]
    assert list(search.cv_predictions_classes_) == [0, 1, 2]


def test_two_classes_have_one_decision():
    search = search_of(LinearSVC(), C).fit(X, y == 0)
    assert search.cv_predictions_.shape == (3, 90)
    assert_those_of_cross_val_predict(search, y == 0)


def test_a_regressor_predicts():
    search = search_of(Ridge(), ALPHA).fit(X, X[:, 0])
    assert (search.cv_predictions_method_, search.cv_predictions_classes_) == (
        "predict",
        None,
    )
    assert search.cv_predictions_.shape == (3, 90)
    assert_those_of_cross_val_predict(search, X[:, 0])


def test_a_regressor_has_no_classes_though_its_target_is_whole_numbers():
    search = search_of(DecisionTreeRegressor(random_state=0), DEPTH).fit(X, y)
    assert search.cv_predictions_classes_ is None
    assert search.cv_predictions_.shape == (3, 90)


def test_several_outputs_of_a_regressor_are_columns():
    search = search_of(Ridge(), ALPHA).fit(X, X[:, :2])
    assert search.cv_predictions_.shape == (3, 90, 2)
    assert_those_of_cross_val_predict(search, X[:, :2])


def share_right(model, X, targets):
    return np.mean(model.predict(X) == targets)


def test_several_outputs_of_a_classifier_stand_side_by_side():
    """The columns of the first output's classes come first."""
    targets = np.column_stack([y, y > 0])
    search = search_of(scoring=share_right).fit(X, targets)
    first, second = search.cv_predictions_classes_
    assert (list(first), list(second)) == ([0, 1, 2], [0, 1])
    assert search.cv_predictions_.shape == (3, 90, 5)
    assert_those_of_cross_val_predict(search, targets, np.hstack)


def test_a_column_for_each_label_stays_one():
    labels = make_multilabel_classification(90, n_classes=4, random_state=0)[1]
    search = search_of(RidgeClassifier(), ALPHA).fit(X, labels)
    assert search.cv_predictions_.shape == (3, 90, 4)
    assert_those_of_cross_val_predict(search, labels)


class Votes(ClassifierMixin, BaseEstimator):
    """A classifier that says nothing but classes."""

    def __init__(self, k=3):
        self.k = k

    def fit(self, X, y):
        self.inner_ = KNeighborsClassifier(self.k).fit(X, y)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        return self.inner_.predict(X)


def test_classes_alone_are_votes():
    """Names of classes have no mean; so each has its column of zeros and ones."""
    names = np.array(["b", "a", "c"])[y]
    search = search_of(Votes(), {"k": (1, 20)}).fit(X, names)
    assert search.cv_predictions_method_ == "predict"
    classes = search.cv_predictions_classes_
    assert list(classes) == ["a", "b", "c"]
    assert_those_of_cross_val_predict(
        search, names, lambda found: found[:, None] == classes
    )


def test_a_class_that_a_fold_lacks_has_its_column():
    """Folds in the order of the rows: the training part of each lacks a class."""
    order = np.argsort(y, kind="stable")
    rows, names = X[order], np.array(["b", "a", "c"])[y[order]]
    search = search_of(cv=KFold(3)).fit(rows, names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of just this
        for row, own in zip(
            search.cv_predictions_index_, search.cv_predictions_, strict=True
        ):
            found = cross_val_predict(
                configured(search, row),
                rows,
                names,
                cv=KFold(3),
                method="predict_proba",
            )
            np.testing.assert_allclose(own, found, rtol=1e-6)
    assert (search.cv_predictions_ == 0).all(axis=1).sum() == 0


@pytest.mark.parametrize(
    "cv",
    [
        TimeSeriesSplit(3),
        ShuffleSplit(4, test_size=0.3, random_state=0),
        RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=0),
    ],
    ids=lambda cv: type(cv).__name__,
)
def test_rows_of_no_fold_are_nan_and_those_of_several_the_mean(cv):
    """By hand, as cross_val_predict refuses such folds."""
    search = search_of(cv=cv).fit(X, y)
    for row, own in zip(
        search.cv_predictions_index_, search.cv_predictions_, strict=True
    ):
        np.testing.assert_allclose(own, by_hand(search, row), rtol=1e-6)


def test_weights_and_groups_come_to_the_fits():
    rng = np.random.default_rng(0)
    weight, groups = rng.uniform(0.0, 5.0, 90), rng.integers(0, 6, 90)
    search = search_of(cv=GroupKFold(3)).fit(X, y, groups=groups, sample_weight=weight)
    with config_context(enable_metadata_routing=True):
        estimator = clone(TREE).set_fit_request(sample_weight=True)
        estimator.set_score_request(sample_weight=False)
        routed = search_of(estimator, cv=GroupKFold(3))
        routed.fit(X, y, groups=groups, sample_weight=weight)
    assert_same_predictions(search, routed)
    for row, own in zip(
        search.cv_predictions_index_, search.cv_predictions_, strict=True
    ):
        found = cross_val_predict(
            configured(search, row), X, y, cv=GroupKFold(3), groups=groups,
            params={"sample_weight": weight}, method="predict_proba",
        )  # fmt: skip
        np.testing.assert_allclose(own, found, rtol=1e-6)


def test_a_kernel_that_is_given_is_cut_on_both_sides():
    kernel = X @ X.T
    search = search_of(SVC(kernel="precomputed"), C).fit(kernel, y)
    row = search.cv_predictions_index_[0]
    found = cross_val_predict(
        configured(search, row), kernel, y, cv=3, method="decision_function"
    )
    np.testing.assert_allclose(search.cv_predictions_[0], found, rtol=1e-4, atol=1e-5)


# --- whose they are -------------------------------------------------------------------


def test_of_several_metrics_the_guiding_one_says_who_is_best():
    search = search_of(
        scoring=["accuracy", "neg_log_loss"], refit="neg_log_loss", n_iter=12
    ).fit(X, y)
    assert list(search.cv_predictions_index_) == best_rows(search, "neg_log_loss")[:3]
    assert list(search.cv_predictions_index_) != best_rows(search, "accuracy")[:3]


def test_alternatives_share_one_layout():
    """A decision function and probabilities have no mean: the latter stay."""
    both = Pipeline([("clf", TREE)])
    space = [
        {"clf": [LinearSVC()], "clf__C": (1e-3, 1.0, "log")},
        {"clf": [TREE], "clf__max_depth": (1, 12)},
    ]
    with pytest.warns(UserWarning, match="best candidates have no predictions"):
        search = search_of(both, space, max_concurrent=3, keep_predictions=8).fit(X, y)
    rows = search.cv_predictions_index_
    trees = [row for row in best_rows(search)
             if search.cv_results_["alternative"][row] == 1]  # fmt: skip
    assert list(rows) == trees
    assert search.cv_predictions_method_ == "predict_proba"
    assert_those_of_cross_val_predict(search, y)
    with (
        parallel_config(backend="threading", n_jobs=4),
        pytest.warns(UserWarning, match="best candidates have no predictions"),
    ):
        assert_same_predictions(search, clone(search).fit(X, y))


class Fails(DecisionTreeClassifier):
    """Fails where it is deep; in the first fold alone where it is very deep."""

    def fit(self, X, y, sample_weight=None, check_input=True):
        if self.max_depth > 8 or (self.max_depth > 6 and X[0, 0] == FIRST):
            raise ValueError("too deep")
        return super().fit(X, y, sample_weight, check_input)


FIRST = X[next(iter(KFold(3).split(X)))[0][0], 0]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores:UserWarning")
@pytest.mark.parametrize("error_score", [np.nan, 0.1])
def test_who_has_failed_in_a_fold_has_none(error_score):
    search = search_of(
        Fails(random_state=0), {"max_depth": (1, 12)}, n_iter=12, cv=KFold(3),
        keep_predictions=12, error_score=error_score,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*have no predictions", UserWarning)
        search.fit(X, y)
    depths = search.cv_results_["param_max_depth"]
    assert {depths[row] for row in search.cv_predictions_index_} == {1, 2, 3, 4, 5, 6}
    assert np.isfinite(search.cv_predictions_).all()


def test_who_is_stopped_in_a_race_has_none():
    search = search_of(racing=0.2, cv=5, n_iter=20, keep_predictions=20).fit(X, y)
    n_folds = search.cv_results_["n_folds"]
    assert min(n_folds) < 5
    assert set(search.cv_predictions_index_) == set(np.flatnonzero(n_folds == 5))


class Mute(DecisionTreeClassifier):
    def predict_proba(self, X, check_input=True):
        raise RuntimeError("says nothing")


def test_who_can_not_predict_has_none_and_the_search_says_why():
    """The scores are there all the same."""
    search = search_of(KernelDensity(), {"bandwidth": (0.1, 9.0)})
    with pytest.warns(UserWarning, match="KernelDensity has no predict_proba and no"):
        search.fit(X)
    with pytest.raises(AttributeError, match="KernelDensity has no predict_proba and"):
        _ = search.cv_predictions_
    assert len(search.cv_results_["params"]) == 8
    loud = search_of(Mute(random_state=0), {"max_depth": (1, 4)})
    with pytest.warns(UserWarning, match="RuntimeError: says nothing"):
        loud.fit(X, y)
    with pytest.raises(RuntimeError, match="says nothing"):
        loud.set_params(error_score="raise").fit(X, y)


def test_clusters_are_numbers():
    search = search_of(KMeans(random_state=0), {"n_clusters": (2, 4)}, n_iter=3).fit(X)
    assert search.cv_predictions_method_ == "predict"
    assert search.cv_predictions_.shape == (3, 90)


# --- how many -------------------------------------------------------------------------


def test_by_default_none_are_made(monkeypatch):
    """Who does not ask for them pays nothing, and finds nothing."""
    search = search_of(keep_predictions=0)
    with pytest.raises(NotFittedError):
        _ = search.cv_predictions_
    monkeypatch.setattr(_predictions, "Predictor", None)
    search.fit(X, y)
    for name in ("", "index_", "method_", "classes_"):
        with pytest.raises(AttributeError, match=r'Write keep_predictions="auto" and'):
            getattr(search, f"cv_predictions_{name}")
    assert not hasattr(search, "cv_predictions_")


def test_the_search_is_the_same_with_and_without_them():
    one, other = (search_of(keep_predictions=k).fit(X, y) for k in (3, 0))
    assert one.cv_results_["params"] == other.cv_results_["params"]
    assert set(one.cv_results_) == set(other.cv_results_)


@pytest.mark.parametrize(("most", "k"), [(2**28, 25), (4 * 90 * 3 * 4, 4), (1, 1)])
def test_auto_keeps_as_many_as_fit_into_its_measure(monkeypatch, most, k):
    monkeypatch.setattr(_predictions, "MOST_BYTES", most)
    grid = {"max_depth": [1, 2, 3], "min_samples_leaf": list(range(1, 11))}
    search = search_of(space=grid, n_iter=30, cv=2, keep_predictions="auto").fit(X, y)
    assert list(search.cv_predictions_index_) == best_rows(search)[:k]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [(-1, ValueError), ("all", ValueError), (True, TypeError), (1.5, ValueError)],
)
def test_another_number_is_refused(wrong, error):
    with pytest.raises(error, match="keep_predictions"):
        search_of(keep_predictions=wrong).fit(X, y)


class Constant(BaseEstimator):
    """Predicts many rows in no time."""

    def __init__(self, x=0.5):
        self.x = x

    def fit(self, X, y=None):
        return self

    def score(self, X, y=None):
        return self.x

    def predict(self, X):
        return np.full(len(X), self.x, dtype=np.float32)


def peak_of(search, rows):
    """Most bytes that a fit has had."""
    tracemalloc.start()
    try:
        search.fit(rows)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_holds_the_best_and_those_in_flight():
    """Predictions of all 200 would be 80 MB."""
    rows = np.zeros((100_000, 1))
    search = search_of(
        Constant(), {"x": [i / 200 for i in range(200)]}, n_iter=200, cv=2,
        max_concurrent=3, keep_predictions=5,
    )  # fmt: skip
    plain = clone(search).set_params(n_iter=5, keep_predictions=0)
    plain.fit(rows)  # the first fit of all imports, which is not measured
    base = peak_of(plain, rows)
    extra = peak_of(search, rows) - base
    one = 4 * len(rows)
    # The best and their copy; those in flight; where their rows belong; the events.
    assert 2 * 5 * one < extra < (2 * 5 + 3 + 2 + 2) * one
    np.testing.assert_array_equal(
        search.cv_predictions_[:, 0],
        np.float32(search.cv_results_["mean_test_score"][best_rows(search)[:5]]),
    )


# --- wherever and whenever ------------------------------------------------------------


@pytest.mark.parametrize(
    ("backend", "n_jobs", "window"),
    [
        ("threading", 2, 1),
        ("threading", 5, 4),
    ],
)
def test_they_are_the_same_for_any_workers(backend, n_jobs, window):
    """Processes too: see the same law in test_ensembles.py."""
    one = search_of(max_concurrent=window).fit(X, y)
    with parallel_config(backend=backend, n_jobs=n_jobs):
        other = search_of(max_concurrent=window).fit(X, y)
    assert_same_predictions(one, other)


@pytest.mark.parametrize(("window", "at"), [(1, 4), (1, 17), (3, 11), (3, 24)])
def test_a_search_that_is_taken_up_again_has_them(tmp_path, monkeypatch, window, at):
    """As if it had never been stopped; what is not on disk is made again."""
    path = tmp_path / "search.jsonl"
    search = search_of(checkpoint=path, max_concurrent=window)
    whole = search_of(max_concurrent=window).fit(X, y)
    with monkeypatch.context() as patch:
        patch.setattr(
            DecisionTreeClassifier, "fit",
            interrupting(DecisionTreeClassifier.fit, at),
        )  # fmt: skip
        try:
            clone(search).fit(X, y)
        except KeyboardInterrupt:
            assert at <= 3 * window + 1
    again = clone(search).fit(X, y)
    assert_same_predictions(whole, again)
    assert len(of_kind(path, "reported")) == 3 * 8


@pytest.mark.parametrize(
    ("n_before", "n_lines"), [(0, 9), (2, 21), (5, 9), (8, 2), (8, 21)]
)
def test_they_do_not_depend_on_what_a_kill_has_left(tmp_path, n_before, n_lines):
    """File and log may be of two moments: either may know of more."""
    path = tmp_path / "search.jsonl"
    search = search_of(checkpoint=path, max_concurrent=2)
    for n_iter in (n_before, 8):
        if n_iter:
            clone(search).set_params(n_iter=n_iter).fit(X, y)
        if n_iter == n_before:
            left = of_predictions(path).read_bytes() if n_before else None
    whole = clone(search).set_params(checkpoint=None, n_iter=n_before or 8)
    whole.set_params(warm_start=True).fit(X, y).set_params(n_iter=8).fit(X, y)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:n_lines]))
    if left is None:
        of_predictions(path).unlink()
    else:
        of_predictions(path).write_bytes(left)
    assert_same_predictions(whole, clone(search).fit(X, y))


class Killed(DecisionTreeClassifier):
    """Ends its process at the first fit of a certain depth."""

    at = None

    def fit(self, X, y, sample_weight=None, check_input=True):
        if self.max_depth == self.at:
            os._exit(9)
        return super().fit(X, y, sample_weight, check_input)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("row", [1, 5, 7])
def test_a_search_that_was_killed_has_them(tmp_path, monkeypatch, row):
    path = tmp_path / "search.jsonl"
    search = search_of(Killed(random_state=0), checkpoint=path, max_concurrent=2)
    whole = clone(search).set_params(checkpoint=None).fit(X, y)
    monkeypatch.setattr(Killed, "at", whole.cv_results_["params"][row]["max_depth"])
    child = fork(lambda: clone(search).fit(X, y))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    monkeypatch.setattr(Killed, "at", None)
    assert len(of_kind(path, "reported")) < 24
    assert_same_predictions(whole, clone(search).fit(X, y))


def of_predictions(path):
    (found,) = path.parent.glob(f"{path.name}.*.npz")
    return found


def counted(monkeypatch):
    """Numbers of rows that trees are fitted to from now on."""
    fits, fit = [], DecisionTreeClassifier.fit

    @wraps(fit)  # scikit-learn 1.7 looks at the signature
    def counting(self, X, y, **kwargs):
        fits.append(len(X))
        return fit(self, X, y, **kwargs)

    monkeypatch.setattr(DecisionTreeClassifier, "fit", counting)
    return fits


def test_a_search_that_has_ended_reads_them(tmp_path, monkeypatch):
    search = search_of(checkpoint=tmp_path / "search.jsonl").fit(X, y)
    assert of_predictions(Path(search.checkpoint)).stat().st_mode & 0o077 == 0
    fits = counted(monkeypatch)
    assert_same_predictions(search, clone(search).fit(X, y))
    assert_same_predictions(search, clone(search).fit(X, y))
    assert fits == []


def cut(data):
    return data[: len(data) // 2]


def flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def with_arrays(data, change):
    """The file with other arrays."""
    with np.load(BytesIO(data)) as found:
        arrays = dict(found)
    file = BytesIO()
    np.savez(file, **arrays | change(arrays))
    return file.getvalue()


def pickled(data):
    """An array of objects, which only a pickle can hold."""
    return with_arrays(data, lambda _: {"points": np.array([{}], dtype=object)})


def of_other_rows(data):
    return with_arrays(data, lambda arrays: {"values": arrays["values"][:, 1:]})


@pytest.mark.parametrize(
    "damage", [cut, flipped, pickled, of_other_rows, lambda _: b"", lambda _: b"PK"]
)
def test_a_damaged_file_is_named_and_its_candidates_evaluated_again(
    tmp_path, monkeypatch, damage
):
    """Scores stay as they are in the checkpoint."""
    path = tmp_path / "search.jsonl"
    search = search_of(checkpoint=path).fit(X, y)
    file, text = of_predictions(path), path.read_text()
    file.write_bytes(damage(file.read_bytes()))
    fits = counted(monkeypatch)
    with pytest.warns(CheckpointWarning, match=r"search\.jsonl\.\w+\.npz.*made again"):
        again = clone(search).fit(X, y)
    assert fits == [60] * 9
    assert_same_predictions(search, again)
    assert path.read_text() == text
    assert_same_predictions(search, clone(search).fit(X, y))


def test_predictions_of_another_configuration_are_not_taken(tmp_path, monkeypatch):
    """Numbers alone do not say whose they are: another search may have had them."""
    search = search_of(checkpoint=tmp_path / "search.jsonl").fit(X, y)
    file = of_predictions(Path(search.checkpoint))
    file.write_bytes(
        with_arrays(
            file.read_bytes(), lambda arrays: {"points": arrays["points"][::-1]}
        )
    )
    fits = counted(monkeypatch)
    assert_same_predictions(search, clone(search).fit(X, y))
    assert len(fits) == 3 * 2  # the second of three has its own


def test_a_file_that_is_not_there_is_made_again(tmp_path):
    """As where predictions are asked for only now."""
    path = tmp_path / "search.jsonl"
    whole = search_of(checkpoint=path, keep_predictions=0).fit(X, y)
    assert [one.name for one in tmp_path.iterdir()] == ["search.jsonl"]
    search = clone(whole).set_params(keep_predictions=3).fit(X, y)
    assert_same_predictions(search, search_of().fit(X, y))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_write_that_breaks_off_leaves_what_was_there(tmp_path, monkeypatch):
    """A full disk ends no search, and a kill in a write leaves nothing for long."""
    search = search_of(checkpoint=tmp_path / "search.jsonl", n_iter=4).fit(X, y)
    file = of_predictions(Path(search.checkpoint))
    before = file.read_bytes()

    def failing(file, **arrays):
        file.write(b"half")
        raise OSError("no space left")

    file.with_name(f".{file.name}.0.tmp").write_bytes(b"half")
    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", failing)
        with pytest.warns(CheckpointWarning, match=r"any more \(no space left\)"):
            again = clone(search).set_params(n_iter=8).fit(X, y)
    assert_same_predictions(search_of().fit(X, y), again)
    assert file.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["search.jsonl", file.name]


def test_warm_start_goes_on_with_them(monkeypatch):
    search = search_of(warm_start=True, n_iter=4).fit(X, y)
    fits = counted(monkeypatch)
    search.set_params(n_iter=8).fit(X, y)
    assert len(fits) == 3 * 4
    assert_same_predictions(search, search_of().fit(X, y))


def test_more_of_them_are_made_when_more_are_asked_for(monkeypatch):
    search = search_of(warm_start=True).fit(X, y)
    fits = counted(monkeypatch)
    search.set_params(keep_predictions=5).fit(X, y)
    assert len(fits) == 3 * 2
    assert_same_predictions(search, search_of(keep_predictions=5).fit(X, y))


def test_another_search_begins_anew():
    search = search_of().fit(X, y)
    search.set_params(keep_predictions=0).fit(X, y)
    assert not hasattr(search, "cv_predictions_")


def test_a_search_of_another_space_has_those_that_it_learns_from():
    """Imported candidates are as good as others: theirs are made again."""
    search = search_of(warm_start=True).fit(X, y)
    wider = {"max_depth": (1, 20), "ccp_alpha": (0.0, 0.05)}
    search.set_params(param_space=wider, keep_predictions=16).fit(X, y)
    assert "imported" in search.cv_results_["stage"]
    assert list(search.cv_predictions_index_) == best_rows(search)[:16]
    search.cv = StratifiedKFold(3)
    assert_those_of_cross_val_predict(search, y)


@pytest.mark.slow
def test_a_stop_before_the_end_shows_those_that_are_told():
    """A worker more may have evaluated more, which is not told."""
    options = {"n_iter": 40, "stopping": "regret", "keep_predictions": 40}
    search = search_of(**options).fit(X, y)
    assert search.stop_reason_ == "regret"
    assert list(search.cv_predictions_index_) == best_rows(search)
    with parallel_config(backend="threading", n_jobs=2):
        assert_same_predictions(
            search, search_of(**options, max_concurrent=1).fit(X, y)
        )


def test_an_estimator_of_its_own_seed_keeps_its_models_predictions():
    """They are of the model that was scored: made again they would be others."""
    search = search_of(
        DecisionTreeRegressor(max_features=1, splitter="random"), DEPTH, scoring="r2"
    ).fit(X, X[:, 0])
    for row, own in zip(
        search.cv_predictions_index_, search.cv_predictions_, strict=True
    ):
        for k, (_, test) in enumerate(KFold(3).split(X)):
            truth = X[test, 0]
            error = ((own[test] - truth) ** 2).sum()
            score = 1 - error / ((truth - truth.mean()) ** 2).sum()
            told = search.cv_results_[f"split{k}_test_score"][row]
            # What is kept has the seven digits of float32; a score may be near zero.
            assert score == pytest.approx(told, rel=1e-5, abs=1e-6)


def test_linear_models_without_parameters_may_have_them_too():
    search = search_of(LinearRegression(), {"positive": [False, True]}, n_iter=2)
    assert search.fit(X, y).cv_predictions_.shape == (2, 90)
