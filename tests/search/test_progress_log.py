"""What a search says while it runs."""

import logging
import re
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skbluetuna import BlueTunaSearchCV, BlueTuner, Classic
from skbluetuna.search import _progress_log
from skbluetuna.search._progress_log import ProgressLog, duration, visible_log

X, y = load_iris(return_X_y=True)
X, y = X[::3], y[::3]


class Slow(ClassifierMixin, BaseEstimator):
    """Scores its parameter, in a while; fails above a bound."""

    def __init__(self, x=0.5, seconds=0.0, bound=2.0):
        self.x = x
        self.seconds = seconds
        self.bound = bound

    def fit(self, X, y):
        time.sleep(self.seconds)
        if self.x > self.bound:
            raise ArithmeticError("x is too large")
        return self

    def score(self, X, y):
        return self.x


def search_of(estimator=None, **kwargs):
    kwargs = {"n_iter": 8, "cv": 2, "random_state": 0, "verbose": 1} | kwargs
    estimator = Slow() if estimator is None else estimator
    return BlueTunaSearchCV(estimator, {"x": (0.0, 1.0)}, **kwargs)


@pytest.fixture
def lines(caplog):
    """What is logged, line by line."""
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        yield lambda: [record.getMessage() for record in caplog.records]


@pytest.fixture
def end(lines):
    """The line that says how it ended."""
    return lambda: [text for text in lines() if text.startswith("search ends")][-1]


def test_verbose_logs_stages_and_improvements_and_prints_nothing(lines, caplog, capsys):
    classic = Classic(n_epochs=30)
    search = search_of(n_iter=20, strategy=classic).fit(X, y)
    begins = [text for text in lines() if "begins" in text]
    assert [text.split()[1] for text in begins] == ["initial", "scan", "learn", "climb"]
    improved = [r for r in caplog.records if "improves" in r.getMessage()]
    assert improved[-1].args[2] == search.best_score_
    assert capsys.readouterr() == ("", "")
    assert search.verbose == 1


def test_evaluations_count_from_one_and_the_last_line_says_what_was_found(lines):
    """As the report counts them."""
    search = search_of().fit(X, y)
    read, first, *_, end, best, ends = lines()
    assert read == "param_space was read as:\n  x  floats from 0.0 to 1.0"
    assert ends.startswith("The best configuration lies at the end of what was")
    assert first == "up to 8 evaluations, parameters: 1"
    assert "stage initial begins, evaluation 1" in lines()
    assert f"evaluation 1 of 8 improves to 0.5: {{'x': {0.5}}}" in lines()
    assert re.fullmatch(
        r"search ends \(n_iter\) after 8 evaluations: 8 evaluated in \d+\.\d s; "
        r"own time \d+\.\d s",
        end,
    )
    number, x = search.best_index_ + 1, search.best_params_["x"]
    assert best == (
        f"best is evaluation {number} with {search.best_score_:.6g}: {{'x': {x}}}"
    )


def test_what_is_recalled_or_kept_is_told_apart(lines, end, caplog, tmp_path):
    path = tmp_path / "search.jsonl"
    search_of(n_iter=6, checkpoint=path, verbose=0).fit(X, y)
    caplog.clear()
    search_of(n_iter=9, checkpoint=path).fit(X, y)
    (recalled,) = [text for text in lines() if "recalled 6 evaluations" in text]
    assert re.fullmatch(
        r"recalled 6 evaluations from the checkpoint, best \S+ by evaluation [1-6]",
        recalled,
    )
    at = lines().index(recalled)
    others = [text for text in lines()[:at] if "improves" in text or "begins" in text]
    assert others == []
    assert not [text for text in lines() if "begins" in text]  # it goes on
    assert "9 evaluations: 3 evaluated in" in end()
    assert ", 6 recalled; own time" in end()
    caplog.clear()
    warm = search_of(n_iter=5, warm_start=True).fit(X, y)
    warm.set_params(n_iter=7).fit(X, y)
    assert "5 evaluations are kept from the last fit" in lines()
    assert "7 evaluations: 2 evaluated in" in end()
    assert ", 5 kept; own time" in end()


@pytest.mark.filterwarnings("ignore:[\\s\\S]*(fits failed|scores are non-finite)")
def test_the_first_failure_is_said_when_it_happens(lines, end):
    search = search_of(Slow(bound=0.4)).fit(X, y)
    n = int(np.isnan(search.cv_results_["mean_test_score"]).sum())
    said = [text for text in lines() if "ArithmeticError" in text]
    assert said == [
        "evaluation 1 has no score, the first that failed: "
        "ArithmeticError: x is too large"
    ]
    assert lines().index(said[0]) < lines().index("stage scan begins, evaluation 2")
    assert f", {n} without a score; own time" in end()


def test_a_long_fit_is_not_silent(lines, monkeypatch):
    """Every ten seconds a line, also within one evaluation."""
    monkeypatch.setattr(_progress_log, "EVERY", 0.02)
    search_of(Slow(seconds=0.1), n_iter=3).fit(X, y)
    said = [text for text in lines() if re.match(r"\d of 3 evaluations", text)]
    number = r"\d+(\.\d)? s"
    assert re.fullmatch(
        rf"0 of 3 evaluations, 1 running for {number}, none with a score; "
        rf"{number}, own time {number}",
        said[0],
    )
    left = [text for text in said if "running" in text and text.endswith("left")]
    assert re.fullmatch(
        rf"[12] of 3 evaluations, 1 running for {number}, best \S+ by evaluation "
        rf"[12]; {number}, own time {number}, about {number} left",
        left[0],
    )
    assert len(said) >= 10
    at = [k for k, text in enumerate(lines()) if "search ends" in text]
    after = lines()[at[0] + 1 :]
    assert not [text for text in after if "running" in text or "left" in text]


def test_nobody_watches_where_nothing_is_said(monkeypatch):
    started = []
    monkeypatch.setattr(_progress_log.threading.Thread, "start", started.append)
    search_of(verbose=0).fit(X, y)
    assert started == []


@pytest.mark.parametrize(("max_time", "left"), [(None, 70.0), (50.0, 30.0)])
def test_the_time_left_follows_from_evaluations_and_the_clock(max_time, left):
    """Not from what was recalled, which takes little."""
    now = time.monotonic()
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=12, random_state=0)
    log = ProgressLog(tuner, max_time)
    log._began, log._first, log._running = now - 20.0, now - 18.0, {2: now - 2.0}
    log._n_evaluated, log._n_recalled = 2, 1
    log._end += log._began - now
    assert log._left(now) == pytest.approx(left, abs=0.1)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1e-9, "0.0 s"), (0.04, "0.0 s"), (9.94, "9.9 s"), (12.3, "12 s"),
        (99.4, "99 s"), (99.5, "2 min"), (3599.0, "1 h 0 min"), (9000.0, "2 h 30 min"),
    ],
)  # fmt: skip
def test_times_are_said_as_people_say_them(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize("place", ["script", "terminal", "notebook"])
def test_the_log_goes_where_it_is_not_shown_as_an_error(monkeypatch, capsys, place):
    """A notebook shows standard error in red."""
    shells = {
        "script": lambda: None,
        "terminal": SimpleNamespace,
        "notebook": lambda: SimpleNamespace(kernel=object()),
    }
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(
        get_ipython=shells[place]
    ))  # fmt: skip
    monkeypatch.setattr(logging.Logger, "hasHandlers", lambda logger: False)
    with visible_log(1):
        logging.getLogger("skbluetuna").info("hello")
    out, err = capsys.readouterr()
    assert (out, err)[place != "notebook"] == "skbluetuna: hello\n"
    assert (out, err)[place == "notebook"] == ""


def test_without_logging_of_ones_own_the_log_goes_to_standard_error():
    code = (
        "from sklearn.datasets import load_iris; from sklearn.svm import SVC\n"
        "from skbluetuna import BlueTunaSearchCV\n"
        "for verbose in (0, 1):\n"
        "    BlueTunaSearchCV(SVC(), {'C': (0.1, 9.0)}, n_iter=3, verbose=verbose)"
        ".fit(*load_iris(return_X_y=True))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    assert done.stderr.count("skbluetuna: stage initial begins") == 1
