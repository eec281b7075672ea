"""A strategy that says nothing of what it learned searches as any other does."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, BlueTuner
from skbluetuna.exceptions import UnexplainedError
from skbluetuna.stages import Hypercube
from skbluetuna.stages._base import Regions
from skbluetuna.strategies import Schedule

TABLES = ["regions", "weights", "interactions", "optimized_space"]
SPACE = {"max_depth": (1, 9), "ccp_alpha": (1e-4, 1e-1, "log")}


def everywhere(space, view):
    d = len(space)
    return Regions(np.arange(d), np.zeros(d), np.ones(d), np.ones(d, dtype=bool), {})


class Silent:
    """Random trials, and not a word."""

    def __eq__(self, other):
        return isinstance(other, Silent)

    def n_trials(self, space, initial):
        return len(initial) + 6

    def schedule(self, space, initial, n_trials):
        left = max(0, n_trials - len(initial))
        return Schedule((Hypercube(left, everywhere, needs_scores=False),))


@pytest.fixture(scope="module")
def tuner():
    tuner = BlueTuner({"x": (0.0, 1.0), "c": ["a", "b"]}, n_iter=25,
                      strategy=Silent(), random_state=0)  # fmt: skip
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, trial.params["x"])
    return tuner


@pytest.fixture(scope="module")
def search():
    search = BlueTunaSearchCV(
        DecisionTreeClassifier(random_state=0), SPACE, n_iter=8, strategy=Silent(),
        cv=2, random_state=0,
    )  # fmt: skip
    return search.fit(*load_iris(return_X_y=True))


def test_a_tuner_asks_and_is_told(tuner):
    assert len(tuner.trials) == 25
    assert tuner.best.score == max(trial.score for trial in tuner.trials)
    assert 0.0 <= tuner.regret_bound() < np.inf
    text = tuner.to_json()
    with pytest.raises(ValueError, match="strategy must be given"):
        BlueTuner.from_json(text)
    assert BlueTuner.from_json(text, strategy=Silent()).to_json() == text
    assert pickle.loads(pickle.dumps(tuner)).trials == tuner.trials
    own = BlueTuner({"x": (0.0, 1.0)}, n_iter=None, strategy=Silent())
    assert own.n_iter == 7


@pytest.mark.parametrize("n_iter", [4, 40])
def test_it_searches_alternatives_and_whole_grids(n_iter):
    spaces = [{"k": (1, 4)}, {"c": list("abcdef")}]
    tuner = BlueTuner(spaces, n_iter=n_iter, strategy=Silent(), random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, trial.unit[0])
    assert len(tuner.trials) == min(n_iter, 10)


@pytest.mark.parametrize("name", [*TABLES, "boundaries"])
def test_a_tuner_has_no_tables(tuner, name):
    assert not hasattr(tuner, name)
    with pytest.raises(UnexplainedError, match="its Schedule has no explanation"):
        getattr(tuner, name)
    with pytest.raises(UnexplainedError, match="its Schedule has no explanation"):
        tuner.predict([{"x": 0.5, "c": "a"}])


@pytest.mark.parametrize("name", TABLES)
def test_a_search_has_no_tables(search, name):
    """As an estimator without `predict` has none: asking does no harm."""
    assert len(search.cv_results_["params"]) == 8
    assert search.best_score_ > 0.9
    assert not hasattr(search, f"{name}_")
    with pytest.raises(UnexplainedError, match="its Schedule has no explanation"):
        getattr(search, f"{name}_")


def test_it_can_be_cloned_pickled_and_stopped_by_regret(search):
    X, y = load_iris(return_X_y=True)
    again = clone(search).set_params(stopping="regret", n_iter=22).fit(X, y)
    assert again.stop_reason_ in ("n_iter", "regret")
    copy = pickle.loads(pickle.dumps(search))
    assert (copy.predict(X) == search.predict(X)).all()


def test_a_checkpoint_goes_on(search, tmp_path):
    X, y = load_iris(return_X_y=True)
    one = clone(search).set_params(checkpoint=tmp_path / "file", n_iter=4).fit(X, y)
    two = clone(one).set_params(n_iter=8).fit(X, y)
    assert two.cv_results_["params"][:4] == one.cv_results_["params"]
    assert len(two.cv_results_["params"]) == 8


def test_displays_of_what_was_evaluated_are_drawn_and_the_others_say_why_not(search):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    from skbluetuna import inspection

    for name in ("ConvergenceDisplay", "ParallelDisplay"):
        assert getattr(inspection, name).from_search(search).ax_ is not None
    for name in ("Influence", "Interaction", "Scan", "Landscape"):
        display = getattr(inspection, f"{name}Display")
        with pytest.raises(UnexplainedError, match="its Schedule has no explanation"):
            display.from_search(search)
    pyplot.close("all")


def test_the_report_leaves_out_what_nobody_knows(search, tmp_path):
    pytest.importorskip("matplotlib").use("Agg")
    text = search.report(tmp_path / "page.html").read_text("utf-8")
    assert "The strategy of this search does not say what mattered." in text
    assert "The strategy does not say what it learned." in text
    assert "All configurations" in text
    assert "best score so far" in text.lower()
    assert "Boundaries" not in text
    assert "weights_" not in text
