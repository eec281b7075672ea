"""A resource that grows: cheap evaluations first, and none of them a score."""

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, BlueTuner
from skbluetuna.history import History, Ladder, Reported, Trial
from skbluetuna.search._resource import Resource
from tests.search.durable import assert_same_results, cuts, search_of
from tests.search.test_window import Uneven, course

X_SPACE = {"x": (0.0, 1.0)}
X, y = make_classification(90, 4, random_state=0)


class Grown(ClassifierMixin, BaseEstimator):
    """Best at x = .3; its cheap scores are higher than the full ones."""

    def __init__(self, x=0.5, n=9, fails_above=2.0):
        self.x = x
        self.n = n
        self.fails_above = fails_above

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.x > self.fails_above:
            raise ValueError("asked to fail")
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return -((self.x - 0.3) ** 2) + 5.0 / self.n


class Seen(ClassifierMixin, BaseEstimator):
    """Remembers which rows it learned from, by their first feature."""

    seen: dict = {}  # noqa: RUF012 of all of its kind

    def __init__(self, x=0.5):
        self.x = x

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.n_ = len(y)
        self.seen.setdefault(len(y), []).append((X[:, 0].copy(), np.bincount(y)))
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return -((self.x - 0.3) ** 2) - 1.0 / self.n_


def laddered(backend="sequential", n_jobs=1, estimator=None, space=X_SPACE, **options):
    usual = {"n_iter": 6, "resource": "n", "warm_start": True, "refit": False}
    estimator = Grown() if estimator is None else estimator
    search = search_of(estimator, space, n_jobs=n_jobs, **usual | options)
    with parallel_config(backend):
        return search.fit(X, y)


# What it leaves


@pytest.mark.parametrize("strategy", ["adaptive", "hyperband"])
def test_full_rows_rank_first_and_one_of_them_is_the_best(strategy):
    """Users of scikit-learn's halving searches complain that it is not so there."""
    search = laddered(strategy=strategy, refit=True)
    results = search.cv_results_
    n, scores = results["n_resources"], results["mean_test_score"]
    assert set(n) == {1, 3, 9}
    assert n.dtype.kind == "i"
    ranks = results["rank_test_score"]
    assert ranks[n == 9].max() <= (n == 9).sum() < ranks[n == 3].min()
    assert ranks[n == 3].max() < ranks[n == 1].min()
    assert search.best_score_ == scores[n == 9].max() == search.tuner_.best.score
    assert n[search.best_index_] == 9
    assert search.best_params_["n"] == 9
    assert search.best_estimator_.n == 9
    assert (n / 9).sum() <= 6.0 + 1e-9
    assert search.stop_reason_ == "n_iter"
    assert [p["n"] for p in results["params"]] == n.tolist()
    assert search.optimized_space_.keys() == {"x"}
    for one in (9, 3, 1):
        assert (np.diff(scores[n == one][np.argsort(ranks[n == one])]) <= 0).all()


def test_without_a_resource_there_is_no_column():
    assert "n_resources" not in laddered(resource=None).cv_results_


def test_max_resources_need_not_be_the_own_value():
    search = laddered(max_resources=27, min_resources=3, refit=True)
    assert set(search.cv_results_["n_resources"]) == {3, 9, 27}
    assert search.best_estimator_.n == 27


def test_a_resource_may_be_of_a_step():
    pipe = make_pipeline(StandardScaler(), SGDClassifier(max_iter=18, tol=None))
    space = {"sgdclassifier__alpha": (1e-5, 1e-1, "log")}
    search = laddered(
        estimator=pipe, space=space, resource="sgdclassifier__max_iter", refit=True
    )
    assert search.best_estimator_[-1].max_iter == 18
    assert set(search.cv_results_["param_sgdclassifier__max_iter"]) == {2, 6, 18}


def test_failures_and_metrics_with_a_resource():
    """A candidate that fails with little is not tried with more."""
    scoring = {"a": "accuracy", "b": "balanced_accuracy"}
    with pytest.warns(Warning, match=r"fits failed|non-finite"):
        search = laddered(
            estimator=Grown(fails_above=0.6), scoring=scoring, refit=False, n_iter=8
        )
    results = search.cv_results_
    x = np.array([params["x"] for params in results["params"]])
    failed = results["failure"] != ""
    assert_array_equal(failed, x > 0.6)
    assert failed.any()
    assert len(set(x[failed])) == failed.sum()
    assert {"rank_test_a", "rank_test_b"} <= results.keys()
    n = results["n_resources"]
    for name in ("rank_test_a", "rank_test_b"):
        assert results[name][(n == 9) & ~failed].max() < results[name][failed].min()


def test_folds_race_where_all_is_spent():
    search = laddered(racing=0.2, n_iter=12, cv=6, max_concurrent=1)
    results = search.cv_results_
    early = results["n_folds"] < 6
    assert early.any()
    assert set(results["n_resources"][early]) == {9}


# That it can be repeated


@pytest.mark.parametrize("window", [1, 4])
def test_a_search_is_the_same_for_any_n_jobs_and_backend(window):
    first = course(laddered(max_concurrent=window))
    Uneven.waits = (3, 0, 1, 2)
    for backend, n_jobs in [("threading", 2), ("uneven", 3)]:
        assert course(laddered(backend, n_jobs, max_concurrent=window)) == first


@pytest.mark.parametrize(("strategy", "window"), [("adaptive", 3), ("hyperband", 1)])
def test_a_file_may_end_anywhere(tmp_path, window, strategy):
    path = tmp_path / "search.jsonl"
    options = {"checkpoint": path, "max_concurrent": window, "strategy": strategy}
    whole = laddered(**options)
    for left in cuts(path):
        path.write_text(left)
        again = laddered(**options)
        assert course(again) == course(whole)
        assert_same_results(*(refitted(one) for one in (again, whole)))


def refitted(search):
    search.best_params_ = None
    return search


def test_ctrl_c_and_a_larger_budget_change_nothing(monkeypatch, tmp_path):
    whole = laddered(n_iter=8)
    options = {"checkpoint": tmp_path / "search.jsonl", "n_iter": 8}
    seen, append = [], History.append

    def press(history, event):
        append(history, event)
        seen.extend([event] if isinstance(event, Reported) else [])
        if len(seen) == 17:
            seen.append(event)
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(History, "append", press)
        search = laddered(**options)
    assert search.stop_reason_ == "interrupted"
    for again in (search.fit(X, y), laddered(**options)):
        assert course(again) == course(whole)
    smaller = laddered(**options | {"n_iter": 4})
    assert smaller.stop_reason_ == "n_iter"
    assert course(smaller) == course(whole)


def test_another_ladder_begins_anew_and_learns_from_full_ones(tmp_path):
    path = tmp_path / "search.jsonl"
    first = laddered(checkpoint=path)
    n_full = (first.cv_results_["n_resources"] == 9).sum()
    for other in ({"resource": None}, {"min_resources": 3}):
        search = laddered(checkpoint=path, **other)
        stage = search.cv_results_["stage"]
        assert (stage == "imported").sum() >= n_full
        imported = search.cv_results_["mean_test_score"][stage == "imported"]
        assert imported.max() < 1.0  # no cheap score


def test_another_full_resource_is_another_problem(tmp_path):
    path = tmp_path / "search.jsonl"
    laddered(checkpoint=path)
    with pytest.raises(ValueError, match="resource"):
        laddered(checkpoint=path, max_resources=90)


def test_two_alternatives_with_a_resource():
    space = [{"x": (0.0, 1.0)}, {"x": [0.25, 0.35]}]
    search = laddered(space=space, n_iter=9, refit=True)
    assert search.best_params_["n"] == 9
    assert set(search.cv_results_["alternative"]) == {0, 1}
    assert (search.cv_results_["n_resources"] / 9).sum() <= 9.0 + 1e-9


# Rows


def test_lower_rungs_learn_from_a_stratified_part_of_what_higher_ones_do():
    X, y = make_classification(9000, 3, n_informative=2, n_redundant=0,
                               weights=[0.9], random_state=0)  # fmt: skip
    Seen.seen.clear()
    search = search_of(
        Seen(), X_SPACE, n_iter=6, resource="n_samples", cv=StratifiedKFold(2),
        refit=False, random_state=0,
    ).fit(X, y)  # fmt: skip
    assert set(search.cv_results_["n_resources"]) == {1000, 3000, 9000}
    assert "n_samples" not in search.cv_results_["params"][0]
    sizes = sorted(Seen.seen)
    assert sizes == [500, 1500, 4500]
    parts = {}
    for size in sizes:
        found = {rows.tobytes(): rows for rows, _ in Seen.seen[size]}
        assert len(found) == 2  # one for each fold, the same for every candidate
        parts[size] = [set(rows.tolist()) for rows in found.values()]
        for _, counts in Seen.seen[size]:
            share = np.mean(y)
            assert abs(counts[1] - share * size) <= 1.5
    for low, high in ((500, 1500), (1500, 4500)):
        for part in parts[low]:
            assert any(part <= whole for whole in parts[high])


def test_rows_keep_their_order_and_need_no_classes():
    resource = Resource("n_samples", Ladder((10, 30)), is_own=True)
    train = np.arange(40, 70)
    order = resource.order(train, None, (0, 1))
    part = resource.train(Trial(0, {}, (), "scan", resource=10), order, train)
    assert len(part) == 10
    assert (np.diff(part) > 0).all()
    assert set(part) <= set(train)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"resource": "m"}, 'resource must be "n_samples" or a parameter'),
        ({"resource": "x"}, "resource must not be a parameter of param_space"),
        ({"resource": "n_samples"}, "must have at least 1000 rows at the lowest rung"),
        ({"min_resources": 4}, "min_resources must be above 0, and at most"),
        ({"max_resources": 2}, "max_resources must be at least factor"),
        ({"max_resources": np.inf}, "max_resources"),
        ({"min_resources": 0.5}, "min_resources must be an int, as n is one"),
        ({"max_resources": 60.5}, "max_resources must be an int, as n is one"),
        ({"factor": np.inf}, "factor"),
        ({"factor": 1.5}, "factor"),
        ({"min_resources": "few"}, "min_resources"),
        ({"strategy": "classic"}, "strategy must be one that evaluates with a part"),
        ({"resource": None, "strategy": "hyperband"}, "needs a resource"),
    ],
)
def test_a_resource_that_can_not_be_is_refused(options, match):
    with pytest.raises(ValueError, match=match):
        laddered(**options)


@pytest.mark.parametrize("name", ["min_resources", "max_resources"])
def test_a_bool_is_no_resource(name):
    with pytest.raises(TypeError, match=f'{name} must be a number or "auto"'):
        laddered(**{name: True})


@pytest.mark.parametrize("resource", [(1, np.inf), (np.inf, np.inf), (1, np.nan)])
def test_a_tuner_without_a_full_resource_is_refused(resource):
    """It had rungs without end."""
    with pytest.raises(ValueError, match="resource must end with a finite amount"):
        BlueTuner({"x": (0.0, 1.0)}, resource=resource)


def test_an_own_value_that_is_no_number_is_refused():
    tree = DecisionTreeClassifier()
    space = {"min_samples_leaf": (1, 20)}
    with pytest.raises(ValueError, match="max_resources must be given"):
        laddered(estimator=tree, space=space, resource="max_depth")


def test_every_choice_of_a_step_has_the_resource():
    pipe = make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=9))
    choices = [RandomForestClassifier(n_estimators=9), DecisionTreeClassifier()]
    space = {"randomforestclassifier": choices}
    with pytest.raises(ValueError, match="a parameter of every choice"):
        laddered(
            estimator=pipe, space=space,
            resource="randomforestclassifier__n_estimators", n_iter=2,
        )  # fmt: skip


def test_more_rows_than_there_are_are_refused():
    with pytest.raises(ValueError, match="at most the number of rows, 90"):
        laddered(resource="n_samples", max_resources=100)


def test_the_log_says_what_was_spent(caplog):
    with caplog.at_level("INFO", logger="skbluetuna"):
        laddered(cv=KFold(2))
    text = caplog.text
    assert "an evaluation spends one of 1, 3, 9; the last one is full" in text
    assert "up to 6 full evaluations" in text
    assert "of 6 full ones) improves" in text


def test_a_search_with_a_resource_is_a_scikit_learn_search():
    search = BlueTunaSearchCV(Grown(), X_SPACE, resource="n", n_iter=3, cv=2)
    assert search.get_params()["factor"] == 3
    assert search.fit(X, y).score(X, y) > 0.0


@pytest.mark.parametrize("window", [1, 3])
def test_predictions_are_kept_of_full_evaluations_alone(tmp_path, window):
    options = {"max_concurrent": window, "keep_predictions": 3, "refit": False}
    search = laddered(checkpoint=tmp_path / "search.jsonl", **options)
    kept = search.cv_predictions_index_
    assert len(kept) == 3
    assert set(search.cv_results_["n_resources"][kept]) == {9}
    again = laddered(checkpoint=tmp_path / "search.jsonl", **options)
    assert_array_equal(again.cv_predictions_, search.cv_predictions_)


def test_a_full_resource_of_fewer_rows_is_what_is_fitted():
    """Of folds of two thirds of the rows, two thirds of it."""
    X, y = make_classification(6000, 3, n_informative=2, n_redundant=0, random_state=0)
    Seen.seen.clear()
    search_of(
        Seen(), X_SPACE, n_iter=3, resource="n_samples", max_resources=3000, cv=3,
        refit=False,
    ).fit(X, y)  # fmt: skip
    assert sorted(Seen.seen) == [667, 2000]


@pytest.mark.parametrize("kind", [list, "mask"])
def test_folds_may_be_lists_or_masks(kind):
    X, y = make_classification(3000, 3, n_informative=2, n_redundant=0, random_state=0)
    splits = list(KFold(2).split(X))
    if kind is list:
        other = [(train.tolist(), test.tolist()) for train, test in splits]
    else:
        rows = np.arange(3000)
        other = [(np.isin(rows, a), np.isin(rows, b)) for a, b in splits]
    options = {"resource": "n_samples", "n_iter": 2, "refit": False}
    one, two = (
        search_of(Seen(), X_SPACE, cv=cv, **options).fit(X, y).cv_results_
        for cv in (splits, other)
    )
    assert_array_equal(one["mean_test_score"], two["mean_test_score"])


def test_a_failure_with_little_is_not_imported_as_one_in_full():
    with pytest.warns(Warning, match=r"fits failed|non-finite"):
        search = laddered(estimator=Grown(fails_above=0.6), n_iter=8)
    n_full = (search.cv_results_["n_resources"] == 9).sum()
    search.set_params(random_state=5, n_iter=2, error_score=np.nan)
    with pytest.warns(Warning, match=r"fits failed|non-finite"):
        search.fit(X, y)
    assert (search.cv_results_["stage"] == "imported").sum() == n_full
