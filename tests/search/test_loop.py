"""What was evaluated is kept, wherever the loop is interrupted."""

import numpy as np
import pytest

from skbluetuna.history import History, Reported
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
