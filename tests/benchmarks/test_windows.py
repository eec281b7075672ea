"""Windows of evaluations: the simulated clock, and who knew what."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks._clock import Run, as_they_come, clocked, in_order
from benchmarks.windows import clock_of, drawn_seconds


class Recorder:
    """Asks trials 0, 1, ... and notes how many were told before each."""

    def __init__(self, n):
        self.left, self.told, self.knew = list(range(n)), [], []

    def ask(self, room):
        asked, self.left = self.left[:room], self.left[room:]
        self.knew += [list(self.told)] * len(asked)
        return [SimpleNamespace(params=number) for number in asked]

    def tell(self, trial, score):
        self.told.append(trial.params)


@pytest.mark.parametrize("window", [1, 3, 8])
def test_in_a_window_a_trial_knows_all_up_to_the_window_before_it(window):
    search = Recorder(20)
    scores, knew = in_order(search, float, window)
    assert scores == list(range(20))
    assert knew == [max(0, i - window + 1) for i in range(20)]
    assert search.knew == [list(range(k)) for k in knew]


def test_in_batches_a_trial_knows_the_batches_before_its_own():
    _, knew = in_order(Recorder(10), float, 4, in_batches=True)
    assert knew == [0, 0, 0, 0, 4, 4, 4, 4, 8, 8]


def test_one_worker_is_never_idle():
    seconds = np.random.default_rng(0).exponential(size=20).tolist()
    starts, ends = clocked(list(range(20)), seconds, 1)
    assert ends == pytest.approx(np.cumsum(seconds))
    assert Run([0.0], seconds, starts, ends).busy(1) == pytest.approx(1.0)


def test_a_long_evaluation_holds_up_those_beyond_the_window():
    """By hand: two workers, a window of two, the first trial takes ten."""
    starts, ends = clocked([0, 0, 1, 2, 3], [10.0, 1.0, 1.0, 1.0, 1.0], 2)
    assert starts == [0.0, 0.0, 10.0, 10.0, 11.0]
    assert ends == [10.0, 1.0, 11.0, 11.0, 12.0]


def test_free_workers_take_what_is_next_and_tell_what_ends_first():
    search = Recorder(4)
    run = as_they_come(search, lambda i, _: (-float(i), [3.0, 1.0, 1.0, 1.0][i]), 2)
    assert search.told == [1, 2, 0, 3]
    assert run.starts == [0.0, 0.0, 1.0, 2.0]
    assert run.busy(2) == pytest.approx(1.0)
    assert run.best_at(2.5) == 0.0


@pytest.mark.parametrize("times", ["varied", "tenfold"])
def test_drawn_times_are_one_in_the_mean_and_spread_as_they_say(times):
    drawn = np.array([drawn_seconds(times, "bowl", 0, k) for k in range(4000)])
    assert drawn.mean() == pytest.approx(1.0, abs=0.06)
    low, high = np.quantile(drawn, [0.05, 0.95])
    if times == "tenfold":
        assert high / low == pytest.approx(10.0, rel=0.2)
    else:
        assert drawn.std() == pytest.approx(1.0, abs=0.15)


LANDSCAPES = """
from dataclasses import dataclass

COLUMNS = {"drawn": {"y": ["auc", "timetrain"]}}

@dataclass(frozen=True)
class Landscape:
    target: str = "auc"
    scenario: str = "drawn"
    name: str = "bowl"
    space = {"x": (0.0, 1.0), "y": (0.0, 1.0)}

    def score(self, params):
        if self.target == "timetrain":
            return 1.0 + params["x"]
        return -((params["x"] - 0.3) ** 2) - (params["y"] - 0.7) ** 2

    def regret(self, score):
        return -score

def development_set():
    return [Landscape()]
"""


def test_the_command_runs_what_is_missing_and_draws(tmp_path, monkeypatch, capsys):
    """Times of a search in a window are worked out from one run for any workers."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "landscapes", raising=False)
    (tmp_path / "landscapes.py").write_text(LANDSCAPES)
    command = [
        "windows", "--yahpo", str(tmp_path), "--out", str(tmp_path), "--jobs", "1",
        "--budget", "12", "--windows", "1", "4", "--batches", "4", "--free", "2",
        "--workers", "2", "4", "--times", "recorded", "tenfold",
        "--picture", str(tmp_path / "picture.png"),
    ]  # fmt: skip
    assert main(command) == 0
    said = capsys.readouterr().out
    assert said.count("window 4") == said.count("batch 4") == said.count("random") == 4
    assert said.count("free") == 2  # two workers, two kinds of times
    assert (tmp_path / "picture.png").stat().st_size > 0
    before = (tmp_path / "windows_12.jsonl").read_text()
    main([*command, "--first", "6"])
    assert (tmp_path / "windows_12.jsonl").read_text() == before
    monkeypatch.delitem(sys.modules, "landscapes")


def test_a_landscape_without_a_training_time_gets_drawn_ones(monkeypatch):
    monkeypatch.setitem(sys.modules, "landscapes", SimpleNamespace())
    seconds = clock_of(SimpleNamespace(name="bowl"), "recorded", 3)
    assert seconds(5, {}) == drawn_seconds("varied", "bowl", 3, 5)
    assert clock_of(SimpleNamespace(name="bowl"), "alike", 3)(5, {}) == 1.0
