"""Scores that are none: failed, infinite, complex, too large, not asked for."""

import json
import math
import pickle
import warnings
from fractions import Fraction

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, check_scoring, make_scorer
from sklearn.model_selection import GridSearchCV

from skbluetuna import BlueTunaSearchCV, BlueTuner, Classic
from skbluetuna.search._scoring import last_error, telling

# Said once by each search with a failure, which most of these are.
pytestmark = pytest.mark.filterwarnings("ignore:One or more of the t.* scores are non")

X, y = load_iris(return_X_y=True)
X, y = X[::3], y[::3]
SPACE = {"x": (0.0, 1.0), "k": [1, 2, 3]}


class Knob(ClassifierMixin, BaseEstimator):
    """Takes any parameters; what is asked of it fails with `what`, where it must."""

    def __init__(self, x=0.5, k=1, fails=None):
        self.x = x
        self.k = k
        self.fails = fails

    def fit(self, X, y):
        if self.fails is not None and self.fails(self):
            raise ArithmeticError(f"no fit\nat all with {self.x}")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return self.x


def always(estimator, *data):
    return True


def never_scores(estimator, X, y):
    raise ArithmeticError("no score\nat all")


def search_of(estimator=None, space=SPACE, **kwargs):
    estimator = Knob() if estimator is None else estimator
    kwargs = {"n_iter": 12, "cv": 2, "random_state": 0} | kwargs
    return BlueTunaSearchCV(estimator, space, **kwargs)


def refused(search, **options):
    """What a search says that has nothing to go by, and all warnings of its fit."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with pytest.raises(ValueError, match="has a finite score by") as caught:
            search.set_params(**options).fit(X, y)
    assert not hasattr(search, "best_params_")
    assert not hasattr(search, "stop_reason_")
    return str(caught.value), heard


# --- nothing to go by ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kwargs", "metric", "cause"),
    [
        ({"scoring": never_scores}, "never_scores", "Error: no score\nat all"),
        (
            {"scoring": make_scorer(accuracy_score, wrong=1)},
            "make_scorer(accuracy_score, response_method='predict', wrong=1)",
            "got an unexpected parameter|unexpected keyword argument",
        ),
        (
            {"scoring": {"a": never_scores, "b": "accuracy"}, "refit": "a"},
            "'a'",
            "ArithmeticError: no score\nat all",
        ),
        (
            {"scoring": {"a": never_scores, "b": "accuracy"}, "refit": False},
            "'a'",
            "ArithmeticError: no score\nat all",
        ),
        ({"scoring": "r2", "estimator": Knob(fails=always)}, "'r2'", "no fit\nat all"),
        (
            {"scoring": ["r2", "accuracy"], "refit": "accuracy",
             "estimator": Knob(fails=always)},
            "'accuracy'", "ArithmeticError: no fit\nat all with 0.5",
        ),
        ({"scoring": lambda *_: math.nan}, "<lambda>", "the score of a fold is nan"),
        ({"scoring": lambda *_: math.inf}, "<lambda>", "the score of a fold is inf"),
        ({"estimator": Knob(fails=always)}, "the estimator's own score", "no fit"),
    ],
)  # fmt: skip
def test_a_search_with_nothing_to_go_by_says_why_once(kwargs, metric, cause):
    """And does not spend its budget."""
    search = search_of(**kwargs)
    text, heard = refused(search)
    assert f"finite score by {metric}, so" in text
    assert any(part in text for part in cause.split("|"))
    assert text.count("ArithmeticError") <= 1
    assert not heard
    n = len(search.cv_results_["params"])
    assert 5 <= n <= 1 + 5
    assert [t.state for t in search.tuner_.trials[:n]] == ["failed"] * n
    assert len(search.regions_["param"]) > 0


@pytest.mark.parametrize("error_score", [np.nan, -1.0, 0.0])
@pytest.mark.parametrize(
    "kwargs", [{"scoring": never_scores}, {"estimator": Knob(fails=always)}]
)
def test_a_number_for_failures_is_nothing_to_go_by(error_score, kwargs):
    """Nothing was measured, also where the table holds numbers as scikit-learn's."""
    search = search_of(**kwargs, error_score=error_score)
    refused(search)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], [error_score] * 5
    )


def test_the_first_users_case_names_the_label():
    search = search_of(
        LogisticRegression(), {"C": (0.1, 1.0)}, n_iter=8, scoring="average_precision"
    )
    with pytest.raises(ValueError, match=r"'average_precision'.*pos_label=1 is not a"):
        search.fit(X[y > 0], np.where(y > 1, "yes", "no")[y > 0])
    assert len(search.cv_results_["params"]) == 5


def test_the_scan_is_done_before_a_search_is_given_up():
    """Where one parameter is to blame, only the lines along it can tell."""
    space = {"x": (0.0, 1.0), "k": (1, 9)}
    short = Classic(n_lhs=3, tune_reps=3, n_epochs=5)
    options = {"strategy": short, "n_iter": None, "max_concurrent": 1}
    with pytest.warns(match="fits failed"):
        found = search_of(Knob(fails=k_is_not_7), space, **options).fit(X, y)
    failed = np.isnan(found.cv_results_["mean_test_score"])
    assert failed[:9].all()
    assert found.best_params_["k"] == 7
    search = search_of(Knob(fails=always), space, **options)
    refused(search)
    assert set(search.cv_results_["stage"]) == {"initial", "scan"}


def k_is_not_7(knob):
    return knob.k != 7


def k_is_wrong(knob):
    return knob.k > 1


def test_each_alternative_has_its_turn_before_a_search_is_given_up():
    spaces = [{"k": [9], "x": (0.0, 1.0)}, {"k": [1], "x": (0.0, 0.5)}]
    with pytest.warns(match="fits failed"):
        found = search_of(Knob(fails=k_is_wrong), spaces).fit(X, y)
    assert found.best_params_["k"] == 1
    search = search_of(Knob(fails=always), spaces)
    refused(search)
    assert set(search.cv_results_["alternative"]) == {0, 1}
    assert len(search.cv_results_["params"]) < 12


def test_a_grid_is_judged_when_it_is_evaluated():
    """Its order is the user's: the first half may share what is wrong."""
    grid = {"k": [3, 2, 1], "x": [0.0, 0.1, 0.2]}
    with pytest.warns(match="fits failed"):
        found = search_of(Knob(fails=k_is_wrong), grid).fit(X, y)
    assert found.best_params_ == {"k": 1, "x": 0.2}
    search = search_of(Knob(fails=always), grid)
    refused(search)
    assert len(search.cv_results_["params"]) == 9


def test_a_smaller_search_fails_as_scikit_learns():
    grid = {"x": [0.1, 0.2, 0.3, 0.4]}
    for estimator in (Knob(fails=always), DummyClassifier(strategy="constant")):
        space = grid if isinstance(estimator, Knob) else {"constant": ["a", "b"]}
        with pytest.raises(ValueError, match=r"All the \d fits failed"):
            search_of(estimator, space).fit(X, y)
    ours, theirs = search_of(space=grid), GridSearchCV(Knob(), grid, cv=2)
    for search in (ours, theirs):
        with pytest.warns(UserWarning, match="Scoring failed"):
            search.set_params(scoring=never_scores).fit(X, y)
    assert ours.best_params_ == theirs.best_params_
    np.testing.assert_array_equal(
        ours.cv_results_["rank_test_score"], theirs.cv_results_["rank_test_score"]
    )


def test_what_was_paid_for_is_kept_and_not_paid_for_again(tmp_path):
    path = tmp_path / "search.jsonl"
    first, _ = refused(search_of(scoring=never_scores, checkpoint=path))
    lines = path.read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    reasons = [row["reason"] for row in rows if row.get("event") == "failed"]
    assert reasons == ["ArithmeticError: at all"] * 5  # in brief
    outcomes = [row["outcome"] for row in rows if row.get("event") == "reported"]
    assert [outcome["score_errors"] for outcome in outcomes] == [
        {"score": reasons[0]}
    ] * 10
    again = search_of(scoring=never_scores, checkpoint=path)
    assert refused(again)[0] == first.replace("no score\nat all", "at all")
    assert path.read_text().splitlines() == lines
    warm = search_of(Knob(fails=always), warm_start=True)
    first, _ = refused(warm)
    assert refused(warm, n_iter=30)[0] == first
    assert len(warm.cv_results_["params"]) == 5


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_failed_scores_are_warned_of_once_for_the_whole_search(n_jobs):
    def fragile(estimator, X, y):
        if estimator.k > 1:
            raise ArithmeticError("k is wrong")
        return estimator.x

    for scoring in (fragile, {"a": fragile, "b": "accuracy"}):
        search = search_of(scoring=scoring, refit="a", n_jobs=n_jobs)
        with (
            parallel_config("threading"),
            warnings.catch_warnings(record=True) as heard,
        ):
            warnings.simplefilter("always")
            search.fit(X, y)
        metric = "a" if isinstance(scoring, dict) else "score"
        n = int(np.isnan(search.cv_results_[f"mean_test_{metric}"]).sum())
        texts = [str(w.message) for w in heard]
        assert sum("Scoring failed" in text for text in texts) == 1
        assert f"Scoring failed on {2 * n} train-test partitions out of 24" in texts[-1]
        assert texts[-1].endswith("ArithmeticError: k is wrong")


def test_a_callable_scorer_of_several_metrics_may_fail_at_times():
    """Its names are known late; in scikit-learn that is a TypeError."""

    def both(estimator, X, y):
        if estimator.k > 1:
            raise ArithmeticError("k is wrong")
        return {"a": estimator.x, "b": 1.0}

    with pytest.warns(UserWarning, match="Scoring failed"):
        search = search_of(Knob(k=3), scoring=both, refit="a").fit(X, y)
    wrong = [params["k"] > 1 for params in search.cv_results_["params"]]
    assert wrong[0]
    np.testing.assert_array_equal(np.isnan(search.cv_results_["mean_test_a"]), wrong)


def test_the_guiding_metric_is_known_late_and_then_the_one_that_refit_names():
    """Before, a search was guided by the first one where the first score failed."""

    def both(estimator, X, y):
        if estimator.k > 1:
            raise ArithmeticError("k is wrong")
        return {"a": estimator.x, "b": -estimator.x}

    with pytest.warns(UserWarning, match="Scoring failed"):
        search = search_of(Knob(k=3), scoring=both, refit="b").fit(X, y)
    told = [np.nan if t.score is None else t.score for t in search.tuner_.trials]
    assert np.isnan(told[0])
    np.testing.assert_array_equal(told, search.cv_results_["mean_test_b"])


def test_an_error_score_of_raise_raises_the_scorers_own():
    for scoring in (never_scores, {"a": never_scores}):
        search = search_of(scoring=scoring, refit="a", error_score="raise")
        with pytest.raises(ArithmeticError, match="no score"):
            search.fit(X, y)


def test_what_an_error_says_is_cut_out_of_its_traceback():
    frame = '  File "model.py", line 3, in fit\n    raise ValueError(\n    ~~~~^^^\n'
    head = "Traceback (most recent call last):\n"
    assert last_error(f"{head}{frame}ValueError: two\n\n  lines\n") == (
        "ValueError: two\n\n  lines"
    )
    chained = (
        f"{head}{frame}KeyError: 1\n\nDuring handling ..:\n\n{head}{frame}OSError\n"
    )
    assert last_error(chained) == "OSError"
    assert last_error("ValueError: alone") == "ValueError: alone"


def test_reasons_travel_from_workers_with_the_number():
    def sent(one):
        return pickle.loads(pickle.dumps(one))

    several = check_scoring(Knob(), {"a": never_scores, "b": "r2"}, raise_exc=False)
    one = sent(sent(telling(never_scores, -1.0))(None, X, y))
    two = sent(sent(telling(several, -1.0))(Knob().fit(X, y), X, y))
    assert isinstance(sent(telling(several, -1.0)), type(several))
    for score in (one, two["a"]):
        assert (score, score.reason) == (-1.0, "ArithmeticError: no score\nat all")
        assert f"{score:.1f}" == "-1.0"
    assert two["b"] < 0.0


# --- ranks ---------------------------------------------------------------------------


def odd(estimator, X, y):
    """Infinite at one end, minus infinite and NaN at the other."""
    x = round(10 * estimator.x)
    return {9: math.inf, 8: -math.inf, 7: math.nan}.get(x, float(min(x, 5)))


@pytest.mark.parametrize("several", [False, True])
def test_the_best_ranks_first_and_what_is_not_finite_last(several):
    grid = {"x": [0.1, 0.9, 0.5, 0.8, 0.6, 0.7, 0.3]}
    scoring = {"odd": odd, "other": lambda e, X, y: -odd(e, X, y)} if several else odd
    search = search_of(
        space=grid, scoring=scoring, refit="odd" if several else True,
        return_train_score=True,
    )  # fmt: skip
    with pytest.warns(UserWarning, match="non-finite"):
        search.fit(X, y)
    results, name = search.cv_results_, "odd" if several else "score"
    assert list(results[f"rank_test_{name}"]) == [4, 5, 1, 5, 1, 5, 3]
    assert results[f"rank_test_{name}"][search.best_index_] == 1
    assert search.best_index_ == 2
    assert results[f"mean_train_{name}"][1] == math.inf  # as it was scored
    if several:
        assert list(results["rank_test_other"]) == [1, 5, 3, 5, 3, 5, 2]


def test_finite_scores_rank_as_scikit_learn_ranks_them():
    grid = {"x": [0.1, 0.5, 0.2, 0.9], "k": [1, 2]}
    ours = search_of(space=grid).fit(X, y)
    theirs = GridSearchCV(Knob(), grid, cv=2).fit(X, y)
    rank, their_rank = (s.cv_results_["rank_test_score"] for s in (ours, theirs))
    np.testing.assert_array_equal(rank, their_rank)
    assert rank.dtype == their_rank.dtype


# --- numbers that float64 does not hold ----------------------------------------------


@pytest.mark.parametrize("score", [10**400, -(10**400), Fraction(10**400, 3)])
def test_a_number_too_large_for_a_float_is_a_failure(score):
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, random_state=0)
    tuner.tell(tuner.ask(1)[0], score)
    assert tuner.trials[0].state == "failed"
    with pytest.warns(UserWarning, match="non-finite"):
        search = search_of(
            scoring=lambda e, X, y: score if e.x > 0.9 else e.x,
            space={"x": [0.1, 0.2, 0.95]},
        ).fit(X, y)
    assert search.best_params_ == {"x": 0.2}
    assert math.isinf(search.cv_results_["mean_test_score"][2])


@pytest.mark.parametrize("score", ["0.7", b"0.7", np.str_("1")])
def test_text_is_no_score(score):
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, random_state=0)
    with pytest.raises(TypeError, match="score must be a real number; got"):
        tuner.tell(tuner.ask(1)[0], score)
    with pytest.raises(TypeError, match="score must be a real number; got"):
        tuner.add({"x": 0.5}, score)
    assert [one.state for one in tuner.trials] == ["asked"]


@pytest.mark.parametrize(
    "score", [1j, np.complex128(1 + 2j), np.complex64(0.5), np.array(1j)]
)
def test_a_complex_score_is_refused(score):
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, random_state=0)
    with pytest.raises(TypeError, match="score must be a real number; got"):
        tuner.tell(tuner.ask(1)[0], score)
    assert tuner.trials[0].state == "asked"
    for scoring in (
        lambda e, X, y: score if e.x > 0.9 else e.x,
        {"a": lambda e, X, y: score if e.x > 0.9 else e.x},
        lambda e, X, y: {"a": score if e.x > 0.9 else e.x},
    ):
        search = search_of(
            space={"x": [0.1, 0.2, 0.95]}, scoring=scoring, refit="a",
            checkpoint=None,
        )  # fmt: skip
        with pytest.raises(ValueError, match="must return a number, got the complex"):
            search.fit(X, y)


# --- score ---------------------------------------------------------------------------


def first(results):
    return 0


@pytest.mark.parametrize(
    "scoring",
    [
        ["accuracy", "f1_macro"],
        {"b": "accuracy", "a": "f1_macro"},
        lambda e, X, y: {"b": accuracy_score(y, e.predict(X)), "a": 7.0},
    ],
)
def test_with_several_metrics_a_callable_refit_scores_by_the_guiding_one(scoring):
    """In scikit-learn it is a KeyError: the callable is no metric's name."""
    search = search_of(scoring=scoring, refit=first).fit(X, y)
    expected = accuracy_score(y, search.predict(X))
    assert search.score(X, y) == expected
    assert search.refit is first
    one = search_of(scoring="accuracy", refit=first).fit(X, y)
    assert one.score(X, y) == expected
