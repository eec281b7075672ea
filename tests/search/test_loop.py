"""The loop: what was evaluated is kept, and an evaluation costs what it costs."""

import numpy as np
import pytest

from skbluetuna import BlueTunaSearchCV
from skbluetuna.history import History, Reported
from skbluetuna.search import _results
from tests.search.searches import X, search_of, y


def interrupted_at(monkeypatch, n, kind):
    """Press Ctrl-C just after the n-th event of a kind."""
    seen, append = [], History.append

    def spy(history, event):
        append(history, event)
        seen.append(isinstance(event, kind))
        if seen[-1] and sum(seen) == n:
            raise KeyboardInterrupt

    monkeypatch.setattr(History, "append", spy)


@pytest.mark.parametrize("n_reports", [3, 4, 5, 6, 12])
def test_an_interrupt_between_reports_keeps_what_is_whole(monkeypatch, n_reports):
    """A candidate of which all folds are known is told, and no other is."""
    whole = search_of(n_iter=8).fit(X, y)
    search = search_of(n_iter=8, warm_start=True)
    with monkeypatch.context() as patch:
        interrupted_at(patch, n_reports, Reported)
        search.fit(X, y)
    done = n_reports // 3
    assert search.stop_reason_ == "interrupted"
    assert len(search.cv_results_["params"]) == done
    states = [trial.state for trial in search.tuner_.trials]
    assert states[:done] == ["complete"] * done
    assert set(states[done:]) <= {"asked"}
    resumed = search.fit(X, y)
    np.testing.assert_array_equal(
        resumed.cv_results_["mean_test_score"], whole.cv_results_["mean_test_score"]
    )
    assert resumed.best_params_ == whole.best_params_


def two_scores(estimator, X, y):
    return {"right": estimator.score(X, y), "wrong": 0.0}


@pytest.mark.parametrize(
    ("scoring", "refit"),
    [(None, True), (["accuracy", "f1_macro"], "accuracy"), (two_scores, "right")],
)
def test_what_an_evaluation_costs_does_not_grow(monkeypatch, scoring, refit):
    """The table is made at the end, and a score is looked up once for each fold."""
    tables, looked_up = [], []
    make, look_up = BlueTunaSearchCV._format_results, _results.score_of

    def spy_on_tables(search, *args):
        tables.append(1)
        return make(search, *args)

    def spy_on_scores(fit, metric):
        looked_up.append(metric)
        return look_up(fit, metric)

    monkeypatch.setattr(BlueTunaSearchCV, "_format_results", spy_on_tables)
    monkeypatch.setattr(_results, "score_of", spy_on_scores)
    search = search_of(n_iter=12, max_concurrent=1, scoring=scoring, refit=refit)
    search.fit(X, y)
    assert len(tables) == 2  # for those who interrupt the end, and at the end
    assert len(looked_up) == 12 * 3
