"""Fits that write into a store of past searches, and start from it."""

import logging

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, HistoryStore
from skbluetuna.exceptions import HistoryWarning

X, y = make_classification(90, 4, random_state=0)
SPACE = {"ccp_alpha": (1e-5, 1e-1, "log"), "min_samples_split": (2, 40)}


def likes_thirty(estimator, X, y):
    """A score whose best is known, so that there is something to be learned."""
    return 1.0 - abs(estimator.min_samples_split - 30) / 40


def search(history, n_iter=20, scoring=likes_thirty, **more):
    return BlueTunaSearchCV(
        DecisionTreeClassifier(random_state=0), SPACE, n_iter=n_iter, cv=3,
        scoring=scoring, random_state=0, history=history, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A store with one search in it, as bytes."""
    store = HistoryStore(tmp_path_factory.mktemp("store") / "searches.jsonl")
    search(store).fit(X[::2], y[::2])
    return store.path.read_bytes()


@pytest.fixture
def store(tmp_path, written):
    found = HistoryStore(tmp_path / "searches.jsonl")
    found.path.write_bytes(written)
    return found


def units(found):
    return [trial.unit for trial in found.tuner_.trials]


def test_a_fit_appends_what_it_evaluated_and_no_data(store):
    (record,) = store.records()
    (own,) = record.alternatives
    assert own.classes == ("sklearn.DecisionTreeClassifier",)
    assert own.names == tuple(SPACE)
    assert record.shape == (45, 4, 2)
    assert len(own.rows) == 20
    assert len(set(own.rows)) == 20
    assert all(0.0 <= score <= 1.0 for score in own.scores)
    assert all(spread >= 0.0 for spread in own.spreads)
    assert store.path.stat().st_size < 6000


def test_the_next_fit_starts_from_it_and_says_so(store, caplog):
    with caplog.at_level(logging.INFO, "skbluetuna"):
        found = search(store, n_iter=8).fit(X, y)
    stages = found.cv_results_["stage"].tolist()
    assert stages[0] == "initial"
    assert 1 <= stages.count("history") <= 2
    assert found.cv_results_["mean_test_score"][1] > 0.9
    assert "learned from 1 past searches" in caplog.text
    assert store.records()[0].identity in caplog.text
    assert len(store.records()) == 2


def test_another_estimator_learns_nothing_from_it(store):
    space = {"C": (1e-2, 1e2, "log")}
    found = BlueTunaSearchCV(LogisticRegression(), space, n_iter=4, history=store)
    assert found.fit(X, y).tuner_.lessons == ()


def test_another_metric_is_known_as_such(store):
    found = search(store, n_iter=6, scoring="roc_auc").fit(X, y)
    assert found.tuner_.past_searches["same_metric"].tolist() == [False]


def test_a_search_from_a_checkpoint_goes_on_as_it_began(store, tmp_path):
    """Though the store has grown, by itself and by others."""
    kept = {"checkpoint": tmp_path / "search.jsonl"}
    whole = search(HistoryStore(_copied(store, tmp_path)), n_iter=14).fit(X, y)
    search(store, n_iter=7, **kept).fit(X, y)
    search(store, n_iter=5, scoring="roc_auc").fit(X, y)
    going_on = search(store, n_iter=14, **kept).fit(X, y)
    n_first = len(units(going_on))
    assert n_first == 14
    again = search(store, n_iter=14, **kept).fit(X, y)
    assert units(again) == units(going_on)
    assert going_on.tuner_.lessons[0].starts == again.tuner_.lessons[0].starts
    first, own = whole.tuner_.lessons[0], going_on.tuner_.lessons[0]
    assert [s.identity for s in own.searches] == [s.identity for s in first.searches]


def _copied(store, folder):
    path = folder / "copy.jsonl"
    path.write_bytes(store.path.read_bytes())
    return path


def test_a_warm_start_keeps_what_it_began_with_and_is_one_search(store):
    found = search(store, n_iter=6, warm_start=True).fit(X, y)
    began, n = found.tuner_.lessons[0], len(store.records())
    found.set_params(n_iter=9).fit(X, y)
    assert found.tuner_.lessons[0].starts == began.starts
    assert len(began.searches) == len(found.tuner_.lessons[0].searches)
    assert len(store.records()) == n == 2
    assert len(store.records()[-1].alternatives[0].rows) == 9


def test_a_search_that_was_interrupted_is_remembered(store):
    def interrupting(estimator, X, y):
        interrupting.n += 1
        if interrupting.n == 10:
            raise KeyboardInterrupt
        return estimator.score(X, y)

    interrupting.n = 0
    found = search(store, scoring=interrupting).fit(X, y)
    assert found.stop_reason_ == "interrupted"
    assert len(store.records()) == 2


def test_a_report_says_what_past_searches_were_worth(store, tmp_path):
    pytest.importorskip("matplotlib")
    from skbluetuna.report._past_section import past_section

    found = search(store, n_iter=8).fit(X, y)
    ((heading, content),) = past_section(found)
    text = "".join("".join(element.itertext()) for element in content)
    assert heading == "What it took from past searches"
    assert "one past search" in text
    assert store.records()[0].identity in text
    plain = search(None, n_iter=4).fit(X, y)
    assert past_section(plain) == []


def test_what_is_no_store_is_refused():
    with pytest.raises(ValueError, match="history"):
        search(3).fit(X, y)


def test_alternatives_are_remembered_by_their_own_classes(tmp_path):
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    pipe = Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression())])
    space = [
        {"clf": [LogisticRegression()], "clf__C": (1e-2, 1e2, "log")},
        {"clf": [DecisionTreeClassifier()], "clf__min_samples_split": (2, 40)},
    ]
    path = tmp_path / "searches.jsonl"
    BlueTunaSearchCV(
        pipe, space, n_iter=6, cv=3, scoring="accuracy", random_state=0, history=path
    ).fit(X, y)
    (record,) = HistoryStore(path).records()
    assert [own.classes[-1] for own in record.alternatives] == [
        "sklearn.LogisticRegression", "sklearn.DecisionTreeClassifier",
    ]  # fmt: skip
    assert sum(len(own.rows) for own in record.alternatives) == 6
    assert not np.any([own.classes[0] == "sklearn.SVC" for own in record.alternatives])


def test_a_file_that_can_not_be_written_loses_no_search(store, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(HistoryStore, "append", full)
    with pytest.warns(HistoryWarning, match="no space left"):
        found = search(store, n_iter=3).fit(X, y)
    assert found.best_index_ >= 0


@pytest.mark.parametrize("scoring", [["accuracy", "roc_auc"], ("accuracy", "roc_auc")])
def test_of_several_metrics_the_guiding_one_is_kept(store, scoring):
    search(store, n_iter=3, scoring=scoring, refit="ensemble").fit(X, y)
    assert store.records()[-1].scorer == "accuracy"


def test_searches_of_other_data_of_the_same_shape_are_kept_apart(tmp_path):
    """Though their first scores are the same."""
    store = HistoryStore(tmp_path / "searches.jsonl")
    for rows in (slice(0, 60), slice(30, 90)):
        search(store, n_iter=4, scoring="accuracy").fit(X[rows], y[rows])
    assert len(store.records()) == 2
