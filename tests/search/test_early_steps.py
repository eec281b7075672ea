"""Pipelines with `memory=`: what is fitted once is counted, and not fitted again."""

import re

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV
from skbluetuna.history import Ladder, Trial
from skbluetuna.search._early_steps import EarlySteps
from skbluetuna.search._resource import Resource
from tests.search.durable import X, assert_same_results, y
from tests.search.test_window import course


class Counted(TransformerMixin, BaseEstimator):
    """Remembers what it was fitted with, and to what."""

    fits: list = []  # noqa: RUF012 of all of its kind

    def __init__(self, k=1):
        self.k = k

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        self.fits.append((self.k, X.tobytes()))
        return self

    def transform(self, X):
        return X**self.k


SPACE = {"early__k": [1, 2, 3], "late__ccp_alpha": (0.0, 0.2)}


def searched(memory, **options):
    late = DecisionTreeClassifier(random_state=0)
    pipe = Pipeline([("early", Counted()), ("late", late)], memory=memory)
    usual = {"n_iter": 12, "cv": 3, "random_state": 0, "warm_start": True}
    search = BlueTunaSearchCV(pipe, SPACE, refit=False, **usual | options)
    Counted.fits.clear()
    with parallel_config("threading"):
        search.fit(X, y)
    search.best_params_ = None
    return search


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_cached_and_an_uncached_search_are_equal(tmp_path, caplog, n_jobs):
    """Scores are; with no more workers than folds nothing is fitted twice."""
    plain = searched(None)
    assert len(Counted.fits) == 12 * 3
    caplog.set_level("INFO", logger="skbluetuna")
    cached = searched(str(tmp_path), n_jobs=n_jobs)
    assert_same_results(cached, plain)
    assert course(cached) == course(plain)
    assert len(Counted.fits) == len(set(Counted.fits)) <= 3 * 3
    (said,) = re.findall(r"(\d+) fits had their earlier steps", caplog.text)
    assert int(said) == 12 * 3 - len(Counted.fits)


def test_a_step_counts_if_it_was_on_record_before_the_fold_was_sent():
    """Of two that run at once both may fit it; a failed fit leaves nothing."""
    pipe = Pipeline([("a", Counted()), ("b", Counted())], memory="somewhere")
    trials = [Trial(k, {"a__k": 1, "b__k": k}, (), "scan") for k in range(4)]
    early = EarlySteps(pipe, lambda trial: trial.params)
    early.sends(trials[0], 0)
    early.sends(trials[1], 0)
    early.take(trials[0], 0, "ValueError: no")
    early.sends(trials[2], 0)
    early.take(trials[1], 0, None)
    assert early.n_cached == 0
    early.sends(trials[3], 1)  # another fold
    assert early.n_cached == 0
    early.sends(trials[3], 0)
    early.sends(trials[3], 0)  # again, after its worker was lost
    assert early.n_cached == 1


def test_a_fold_is_sent_whose_earlier_steps_nobody_fits_just_then():
    """Two workers would fit them twice; none waits where there is no other fold."""
    pipe = Pipeline([("a", Counted()), ("b", Counted())], memory="somewhere")
    early = EarlySteps(pipe, lambda trial: trial.params)
    one, two, other = (
        Trial(k, {"a__k": a, "b__k": k}, (), "scan") for k, a in enumerate((1, 1, 2))
    )
    waiting = [(two, 0), (two, 1), (other, 0)]
    assert early.first(waiting, []) == 0
    assert early.first(waiting, [(one, 0)]) == 1
    assert early.first(waiting, [(one, 0), (one, 1)]) == 2
    assert early.first(waiting[:2], [(one, 0), (one, 1)]) == 0
    early.take(one, 0, None)  # it is in the cache
    assert early.first(waiting, [(one, 0), (one, 1)]) == 0
    without = EarlySteps(Pipeline(pipe.steps), lambda trial: trial.params)
    assert without.first(waiting, [(one, 0)]) == 0


def test_what_is_passed_by_changes_nothing_that_is_asked_or_told(tmp_path):
    options = {"cv": 2, "max_concurrent": 4}
    plain = searched(None, **options)
    cached = searched(str(tmp_path), n_jobs=5, **options)
    assert course(cached) == course(plain)
    assert_same_results(cached, plain)


def test_other_rows_have_other_earlier_steps():
    pipe = Pipeline([("a", Counted()), ("b", Counted())], memory="somewhere")
    resource = Resource("n_samples", Ladder((1000, 3000)), is_own=True)
    early = EarlySteps(pipe, lambda trial: trial.params, resource)
    low, high = (
        Trial(k, {"a__k": 1}, (), "scan", resource=n)
        for k, n in enumerate((1000, 3000))
    )
    early.take(low, 0, None)
    early.sends(high, 0)
    assert early.n_cached == 0
    early.sends(low, 0)
    assert early.n_cached == 1


@pytest.mark.parametrize(
    "value", [lambda x: x, np.float64(2.0)], ids=["lambda", "number"]
)
def test_without_memory_or_a_way_to_compare_nothing_is_counted(value):
    pipe = Pipeline([("a", Counted()), ("b", Counted())], memory=None)
    for estimator in (pipe, Counted(), Pipeline(pipe.steps, memory="somewhere")):
        early = EarlySteps(estimator, lambda trial: trial.params)
        trial = Trial(0, {"a__k": value}, (), "scan")
        early.take(trial, 0, None)
        early.sends(trial, 0)
        is_counted = getattr(estimator, "memory", None) and not callable(value)
        assert early.n_cached == int(bool(is_counted))
