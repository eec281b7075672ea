"""Fits that go on from a lower rung: nothing but the time tells them from new ones."""

import re
import tempfile
from dataclasses import replace

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    RandomTreesEmbedding,
)
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

from skbluetuna import BlueTunaSearchCV
from skbluetuna.history import History, Ladder, Reported, Trial
from skbluetuna.objectives import FitTime, ModelSize
from skbluetuna.search import _growing, _grown_models
from skbluetuna.search._growing import GROWS, FitGrown, Growing
from skbluetuna.search._grown_models import GrownModels
from skbluetuna.search._resource import Resource
from tests.search.durable import assert_same_results
from tests.search.test_window import course

X, y = make_classification(
    150, 6, n_informative=4, n_classes=3, flip_y=0.1, random_state=0
)
TARGETS = 10.0 * y + X[:, 0]
SPACE = {"max_features": (0.2, 1.0)}
SEEDED = {"random_state": 3}
CONTINUED = [
    RandomForestClassifier(**SEEDED, class_weight="balanced", max_samples=0.5),
    RandomForestClassifier(**SEEDED, oob_score=True),
    RandomForestRegressor(**SEEDED, max_features=0.5),
    ExtraTreesClassifier(**SEEDED, criterion="entropy"),
    ExtraTreesRegressor(**SEEDED, bootstrap=True),
    IsolationForest(**SEEDED, contamination=0.1),
    BaggingClassifier(**SEEDED, max_features=0.5, max_samples=0.5),
    BaggingRegressor(**SEEDED, bootstrap_features=True),
    GradientBoostingClassifier(**SEEDED),
    GradientBoostingClassifier(**SEEDED, subsample=0.5, max_features=0.5),
    GradientBoostingClassifier(**SEEDED, init="zero"),
    GradientBoostingRegressor(**SEEDED, loss="huber", subsample=0.7),
    GradientBoostingRegressor(**SEEDED, loss="absolute_error"),
    HistGradientBoostingClassifier(**SEEDED),
    HistGradientBoostingClassifier(**SEEDED, max_features=0.5, class_weight="balanced"),
    HistGradientBoostingRegressor(**SEEDED, loss="absolute_error"),
    HistGradientBoostingRegressor(**SEEDED, loss="poisson", early_stopping=False),
    make_pipeline(StandardScaler(), make_pipeline(RandomForestClassifier(**SEEDED))),
]


class Own(RandomForestClassifier):
    """A class of the user's, which may fit as it likes."""


ANEW = [
    RandomForestClassifier(),
    RandomForestClassifier(random_state=np.random.RandomState(3)),
    Own(**SEEDED),
    BaggingClassifier(**SEEDED, oob_score=True),
    GradientBoostingClassifier(**SEEDED, n_iter_no_change=5),
    HistGradientBoostingClassifier(**SEEDED, early_stopping=True),
    make_pipeline(QuantileTransformer(n_quantiles=9), RandomForestClassifier(**SEEDED)),
    make_pipeline(RandomTreesEmbedding(**SEEDED), SGDClassifier(**SEEDED, tol=None)),
]


def resource_of(estimator):
    """The parameter by which an estimator grows."""
    own = [n for n in estimator.get_params() if n.endswith("n_estimators")]
    return max(own, key=len, default="max_iter")


def predicted(model):
    names = "decision_function", "predict_proba", "predict"
    own = next(name for name in names if hasattr(model, name))
    return getattr(model, own)(X)


def grown(estimator, folder, *, amounts):
    """A model that goes on from amount to amount; how many fits did."""
    name, source, n_continued = resource_of(estimator), None, 0
    for amount in amounts:
        growing = Growing(name, source, str(folder / f"{amount}"), 10**8)
        begun = growing.begun(estimator, {name: amount}, len(X))
        n_continued += begun is not None
        model, params = begun or (clone(estimator), {name: amount})
        model.set_params(**params).fit(X, fit_targets(estimator))
        source = growing.target if growing.keep(model, len(X)) else None
    return model, n_continued


def fit_targets(estimator):
    is_regressor = type(estimator).__name__.endswith("Regressor")
    return np.abs(TARGETS) if is_regressor else y


@pytest.mark.filterwarnings("ignore:class_weight presets", "ignore:Some inputs do not")
@pytest.mark.parametrize("estimator", CONTINUED, ids=str)
def test_a_fit_that_goes_on_gives_the_model_of_a_new_one(tmp_path, estimator):
    """Measured for each kind of the table; what fails here must leave it."""
    name = resource_of(estimator)
    new = clone(estimator).set_params(**{name: 27}).fit(X, fit_targets(estimator))
    model, n_continued = grown(estimator, tmp_path, amounts=(3, 9, 27))
    assert n_continued == 2
    np.testing.assert_array_equal(predicted(model), predicted(new))


def test_every_kind_of_the_table_is_measured():
    tried = {type(one) for one in CONTINUED}
    assert tried >= set(GROWS)


@pytest.mark.filterwarnings("ignore:Some inputs do not", "ignore:invalid value")
@pytest.mark.parametrize("estimator", ANEW, ids=lambda one: str(one)[:40])
def test_what_would_be_another_model_begins_anew(tmp_path, estimator):
    """No seed, another end by early stopping, or not the last step."""
    _, n_continued = grown(estimator, tmp_path, amounts=(3, 9))
    assert n_continued == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize(
    "estimator", [MLPClassifier(5, **SEEDED), SGDClassifier(**SEEDED, tol=None)]
)
def test_epochs_that_go_on_are_not_those_of_a_new_fit(estimator):
    """So they have no place in the table."""
    new = clone(estimator).set_params(max_iter=9).fit(X, y)
    model = clone(estimator).set_params(max_iter=3).fit(X, y)
    model.set_params(max_iter=9, warm_start=True).fit(X, y)
    assert np.abs(predicted(model) - predicted(new)).max() > 0.01
    assert type(estimator) not in GROWS


def test_boosting_that_stops_early_in_large_tables_begins_anew():
    model = HistGradientBoostingClassifier(**SEEDED)
    growth = GROWS[HistGradientBoostingClassifier]
    assert growth.is_equal(model, 10_000)
    assert not growth.is_equal(model, 10_001)
    assert growth.is_equal(model.set_params(early_stopping=False), 10_001)


# Searches


def searched(backend="sequential", n_jobs=1, estimator=None, **options):
    own = RandomForestClassifier(9, **SEEDED) if estimator is None else estimator
    usual = {
        "n_iter": 4, "resource": "n_estimators", "cv": 2, "random_state": 0,
        "warm_start": True, "refit": False, "n_jobs": n_jobs,
    }  # fmt: skip
    space = options.pop("space", SPACE)
    with parallel_config(backend):
        return BlueTunaSearchCV(own, space, **usual | options).fit(X, y)


@pytest.fixture
def continued(caplog):
    """How many fits have gone on, by the log of the last search."""
    caplog.set_level("INFO", logger="skbluetuna")

    def number():
        found = re.findall(r"(\d+) fits went on from those with less", caplog.text)
        caplog.clear()
        return int(found[-1]) if found else 0

    return number


def anew(**options):
    """A search in which every fit begins anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_growing, "GROWS", {})
        return searched(**options)


@pytest.fixture(scope="module")
def new():
    return anew()


def assert_same_search(first, second):
    assert course(first) == course(second)
    for one in (first, second):
        one.best_params_ = None
    assert_same_results(first, second)


PIPE = make_pipeline(StandardScaler(), ExtraTreesClassifier(9, **SEEDED))
IN_PIPE = {
    "estimator": PIPE, "resource": "extratreesclassifier__n_estimators",
    "space": {
        "extratreesclassifier": [
            ExtraTreesClassifier(9, random_state=1),
            GradientBoostingClassifier(n_estimators=9, random_state=1),
        ],
        "extratreesclassifier__max_depth": (2, 9),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("options", "places"),
    [
        ({"max_concurrent": 2, "keep_predictions": 2}, ["threading"]),
        ({"strategy": "hyperband", "max_concurrent": 1}, [None]),
        (IN_PIPE, [None]),
        pytest.param(IN_PIPE, ["loky"], marks=pytest.mark.slow),
    ],
    ids=["window", "hyperband", "choices of a step", "processes"],
)
def test_a_ladder_that_goes_on_is_the_one_that_begins_anew(continued, options, places):
    """Scores, choices and what is on record, wherever fits run."""
    new = anew(**options)
    assert continued() == 0
    for backend in places:
        own = {"n_jobs": 1} if backend is None else {"n_jobs": 2, "backend": backend}
        assert_same_search(searched(**own, **options), new)
        assert continued() > 0


def test_a_search_that_is_taken_up_again_has_no_models_and_the_same_scores(
    new, continued, tmp_path
):
    path = tmp_path / "search.jsonl"
    searched(checkpoint=path)
    n_whole = continued()
    text = path.read_text().splitlines(keepends=True)
    path.write_text("".join(text[: len(text) // 2]))
    assert_same_search(searched(checkpoint=path), new)
    assert continued() < n_whole


def test_models_go_with_their_use_and_with_the_fit(continued, monkeypatch, tmp_path):
    """A file for each fold of what may still go on; none after a fit, nor Ctrl-C."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen, append = [], History.append

    def look(history, event):
        append(history, event)
        if isinstance(event, Reported):
            seen.append(len(list(tmp_path.glob("*/*"))))
            if len(seen) == 12:
                raise KeyboardInterrupt

    monkeypatch.setattr(History, "append", look)
    search = searched(refit=False)
    assert search.stop_reason_ == "interrupted"
    assert max(seen) > 1
    assert list(tmp_path.iterdir()) == []
    search.fit(X, y)
    assert search.stop_reason_ == "n_iter"
    assert list(tmp_path.iterdir()) == []


def test_a_model_for_which_there_is_no_room_is_not_kept(new, continued, monkeypatch):
    monkeypatch.setattr(_grown_models, "MOST_BYTES", 10)
    assert_same_search(searched(), new)
    assert continued() == 0


def test_where_there_is_little_room_the_worst_go(monkeypatch):
    """The better a candidate, the likelier it goes on."""
    monkeypatch.setattr(_grown_models, "MOST_BYTES", 100)
    scores = {0: 0.5, 1: np.nan, 2: 0.4, 3: 0.6, 4: 0.7}
    resource = Resource("n", Ladder((1, 3, 9)), is_own=True)
    trials = [
        Trial(k, {"x": k}, (float(k),), "scan", resource=1) for k in range(len(scores))
    ]
    with GrownModels(resource, lambda trial: {0: scores[trial.number]}, None) as models:
        for trial, left in zip(
            trials, ([0], [0, 1], [0, 2], [0, 3], [3, 4]), strict=True
        ):
            models.take(trial, 0, FitGrown(is_continued=False, n_bytes=45))
            again = [replace(one, resource=3) for one in trials]
            kept = [one.number for one in again if models.growing(one, 0).source]
            assert kept == left
        other = replace(trials[4], params={"x": 4.0000001}, resource=3)
        assert models.growing(other, 0).source is None
        models.take(replace(trials[4], resource=9), 0, None)
        assert models.growing(again[4], 0).source is None


@pytest.mark.parametrize("scorer", [ModelSize(), FitTime()], ids=str)
def test_nothing_goes_on_where_the_fit_itself_is_scored(continued, scorer):
    """The time of what was added, or another pickle, is not that of a new fit."""
    searched(scoring={"a": "accuracy", "cost": scorer}, refit=False)
    assert continued() == 0


class Touchy(RandomForestClassifier):
    """Does not go on."""

    def fit(self, X, y):
        if self.warm_start:
            raise ValueError("warm_start is not for me")
        return super().fit(X, y)


@pytest.mark.parametrize("error_score", ["raise", np.nan])
def test_a_fit_that_fails_to_go_on_is_made_anew(
    new, continued, monkeypatch, error_score
):
    monkeypatch.setitem(GROWS, Touchy, GROWS[RandomForestClassifier])
    search = searched(estimator=Touchy(9, **SEEDED), error_score=error_score)
    assert_same_search(search, new)
    assert continued() == 0
