"""The laws hold of our strategies and of the page's, and whoever breaks one is told."""

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import skbluetuna
from skbluetuna import BlueTunaSearchCV, BlueTuner, Classic, Hyperband, less
from skbluetuna.stages import any_fresh_point
from skbluetuna.strategies import Schedule
from skbluetuna.testing import check_strategy, parametrize_strategies

PAGE = Path(skbluetuna.__file__).parents[1] / "doc" / "own_strategy.md"
QUICK = Classic(n_lhs=4, tune_reps=4, n_epochs=2)


@parametrize_strategies([QUICK, Hyperband()])
def test_our_strategies_obey_the_laws(check):
    check()


@pytest.mark.slow
def test_the_default_strategy_obeys_the_laws():
    check_strategy("adaptive")


@pytest.fixture(scope="module")
def page():
    """The names that the code of the page makes, all of which it runs."""
    module = ModuleType("own_strategy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        for code in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S):
            exec(compile(code, module.__name__, "exec"), vars(module))
        yield vars(module)


def test_the_page_s_strategy_is_random_search_and_obeys_the_laws(page):
    """The page itself calls check_strategy."""
    stages = page["search"].cv_results_["stage"].tolist()
    assert stages == ["initial"] + ["random"] * 11
    assert page["search"].best_score_ > 0.9


def test_its_report_is_written(page, tmp_path):
    pytest.importorskip("matplotlib")
    path = page["search"].report(tmp_path / "report.html")
    assert "random" in path.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Stage:
    """Random points, but for what a subclass does wrong."""

    n_trials: int
    name = "random"

    def is_done(self, space, view, seed):
        return view.count(self.name) >= self.n_trials

    def propose(self, space, view, n, seed):
        point = any_fresh_point(space, view, self.rng(view, seed))
        return np.empty((0, len(space))) if point is None else point[None]

    def rng(self, view, seed):
        return np.random.default_rng((*seed, len(view)))

    def extended(self, n_trials):
        return replace(self, n_trials=n_trials)


class OutsideChance(Stage):
    def rng(self, view, seed):
        return np.random.default_rng()


class Repeats(Stage):
    def propose(self, space, view, n, seed):
        return np.asarray(view.X[:1]) if len(view) > 3 else super().propose(
            space, view, n, seed
        )  # fmt: skip


class OfTheUnit(Stage):
    def rng(self, view, seed):
        known = view.scores[np.isfinite(view.scores)]
        return np.random.default_rng((*seed, len(view), int(np.any(known > 1e6))))


class GivesUp(Stage):
    def propose(self, space, view, n, seed):
        if np.isnan(view.scores[~view.is_pending]).any():
            return np.empty((0, len(space)))
        return super().propose(space, view, n, seed)


class Stingy(Stage):
    def is_done(self, space, view, seed):
        return view.count(self.name) >= self.n_trials - 1


def strategy_of(stage):
    class Own:
        def n_trials(self, space, initial):
            return 12

        def schedule(self, space, initial, n_trials):
            return Schedule((stage(max(0, n_trials - len(initial))),))

    return Own()


@pytest.mark.parametrize(
    ("stage", "law"),
    [
        (OutsideChance, "one_seed_is_one_search"),
        (Repeats, "twice"),
        (OfTheUnit, "the_unit_of_the_score"),
        (GivesUp, "must name a trial"),
        (Stingy, "the_budget_is_exact"),
    ],
)
def test_whoever_breaks_a_law_is_told_which(stage, law):
    with pytest.raises(AssertionError, match=law):
        check_strategy(strategy_of(stage))


class Beyond(Stage):
    """Knows nothing of relations."""

    def propose(self, space, view, n, seed):
        return space.snap(self.rng(view, seed).random((2, len(space))))[:n]


def test_a_stage_that_proposes_beyond_relations_is_told():
    """In a search, and by the laws; no trial of its batch is asked."""
    said = (
        r"stage 'random' must propose .*'{}' must be below '{}' .*space.feasible\(U\)"
    )
    tuner = BlueTuner(
        {"a": (0.0, 1.0), "b": (0.0, 1.0)}, n_iter=30, random_state=0,
        strategy=strategy_of(Beyond), constraints=[less("a", "b")],
    )  # fmt: skip
    with pytest.raises(ValueError, match=said.format("a", "b")):
        list(iter(tuner.ask, []))
    assert all(trial.params["a"] < trial.params["b"] for trial in tuner.trials)
    with pytest.raises(ValueError, match=said.format("low", "high")) as caught:
        check_strategy(strategy_of(Beyond))
    assert "every_ask_lies_in_the_space-relation" in caught.value.__notes__[0]


def test_a_slip_is_told_in_words():
    with pytest.raises(AssertionError, match=r"must return a Schedule.*got \[1\]"):
        check_strategy(Listed())
    with pytest.raises(TypeError) as caught:
        check_strategy(strategy_of(Flat))
    assert "point[None]" in caught.value.__notes__[0]


class Listed:
    def n_trials(self, space, initial):
        return 5

    def schedule(self, space, initial, n_trials):
        return [1]


class Flat(Stage):
    def propose(self, space, view, n, seed):
        return super().propose(space, view, n, seed)[0]


def test_what_is_no_strategy_is_refused():
    with pytest.raises(ValueError, match="strategy must be one of"):
        check_strategy("random")
    with pytest.raises(TypeError, match="schedule and n_trials"):
        parametrize_strategies([3])


def test_a_tuner_and_a_search_take_what_was_checked(page):
    own = page["RandomSearch"]()
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, strategy=own, random_state=0)
    assert [t.stage for t in tuner.ask(1)] == ["initial"]
    assert BlueTunaSearchCV(None, strategy=own).strategy is own
