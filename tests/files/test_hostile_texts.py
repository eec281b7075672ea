"""Nothing that is read from a file is called, imported, opened or believed."""

import importlib.util
import json
import os
import pickle
import socket
import sys
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import ShuffleSplit

from skbluetuna import BlueTunaSearchCV, BlueTuner, Space, when
from skbluetuna._utils._files import _sealed, seal, unseal
from skbluetuna.exceptions import CheckpointWarning
from skbluetuna.space import decode_space

# importlib mode has no packages of tests: the helpers beside this file load by path.
_path = Path(__file__).with_name("hostile.py")
_spec = importlib.util.spec_from_file_location("hostile", _path)
hostile = importlib.util.module_from_spec(_spec)
sys.modules["hostile"] = hostile
_spec.loader.exec_module(hostile)


class Plain(ClassifierMixin, BaseEstimator):
    """Scores its parameters."""

    def __init__(self, x=0.5, k=2, c="a"):
        self.x = x
        self.k = k
        self.c = c

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), int)

    def score(self, X, y):
        return -((self.x - 0.3) ** 2) - 0.1 * self.k + (self.c == "b")


X, y = np.zeros((12, 1)), np.tile([0, 1], 6)
SPACE = {"x": (0.0, 1.0), "k": (1, 8), "c": ["a", "b", "c"]}
WIDE = {
    "c": ["a", ("b", [1, None]), 2.5],
    "n": when("c", "a", (1, 9, "log")),
    "x": (0.1, 10.0, 4, "log"),
    "g": scipy.stats.gamma(2.5, scale=3.0),
    "p": scipy.stats.poisson(4),
}


def search_of(path, **options):
    options = {"n_iter": 3, "cv": 2, "random_state": 0, "refit": False} | options
    return BlueTunaSearchCV(Plain(), SPACE, checkpoint=path, **options)


def found(search):
    columns = ("params", "mean_test_score", "split0_test_score", "stage")
    return [repr(list(search.cv_results_[name])) for name in columns]


def tuner_of(space):
    tuner = BlueTuner(space, n_iter=12, random_state=0)
    for number in range(5):
        tuner.ask(1)
        tuner.tell(number, float(number), seconds=1.0)
    tuner.ask(1)
    return tuner


@pytest.mark.parametrize(
    ("deed", "event"),
    [
        (lambda path: open(path, "w").close(), "open"),
        (lambda path: os.system("exit"), "os.system"),
        (lambda path: __import__("colorsys"), "import"),
        (lambda path: exec("1"), "exec"),
        (lambda path: pickle.loads(b"cos\ngetcwd\n(tR."), "pickle.find_class"),
        (lambda path: path.unlink(missing_ok=True), "os.remove"),
        (lambda path: socket.socket().close(), "socket.__new__"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_text_might_do_would_be_seen(tmp_path, deed, event):
    """Else the laws below would hold of anything."""
    sys.modules.pop("colorsys", None)
    with hostile.watched() as events:
        deed(tmp_path / "harm")
    assert event in [name for name, *_ in hostile.harm(events, files=["other"])]


@cache
def wide_text():
    return tuner_of(WIDE).to_json()


def test_two_hundred_hostile_texts_of_a_tuner_do_nothing_and_say_why():
    """`scipy.stats.test` is pytest: a text that names it once ran statements."""
    record = unseal(wide_text())
    BlueTuner.from_json(seal(record))  # what it imports it has imported now
    refused = 0
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # scipy's, of odd parameters
        with hostile.watched() as events:
            for text in hostile.hostile_texts([record], 200):
                try:
                    tuner = BlueTuner.from_json(text)
                except ValueError:
                    refused += 1
                else:
                    space = tuner.spaces[0]
                    assert all(space.holds(trial.params) for trial in tuner.trials)
    assert hostile.harm(events) == []
    assert refused > 150


def test_a_distribution_is_named_and_never_looked_up():
    stored = {"type": "distribution", "args": [], "kwds": {}, "n_splits": 3}
    scipy_names = [name for name in dir(scipy.stats) if not name.startswith("_")]
    with hostile.watched() as events, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in [*scipy_names, "norm.pdf", "__name__", "stats.norm", None, 3, []]:
            try:
                space = decode_space({"a": stored | {"name": name}})
            except ValueError:
                continue
            (dim,) = space.dimensions
            assert isinstance(
                dim.rv.dist, scipy.stats.rv_continuous | scipy.stats.rv_discrete
            )
    assert hostile.harm(events) == []


def test_a_text_that_names_scipys_test_runs_nothing():
    """The text of the report: it had pytest write files and run a statement."""
    record = unseal(tuner_of({"a": scipy.stats.norm(), "x": (0.0, 1.0)}).to_json())
    record["spaces"][0]["a"] |= {
        "name": "test",
        "args": ["full", 1, ["-p", "antigravity", "--collect-only", "--junitxml=harm"]],
    }
    for args in (record["spaces"][0]["a"]["args"], []):
        record["spaces"][0]["a"]["args"] = args
        with hostile.watched() as events, pytest.raises(ValueError, match="'a' "):
            BlueTuner.from_json(seal(record))
        assert hostile.harm(events) == []


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        # Event 0 is the budget; trial 1 is asked by event 3 and ends by event 4.
        (("events", 4, "event"), "zzz", "event 4: event must be one of"),
        (("events", 4, "event"), [], "event 4: event must be one of"),
        (("events", 4, "values"), ["0.5"], "event 4: values must be finite numbers"),
        (("events", 4, "values"), [True], "event 4: values must be finite numbers"),
        (("events", 4, "values"), [], "event 4: values must be a list of 1 numbers"),
        (("events", 4, "number"), 0, "event 4: trial 0 was told already"),
        (("events", 4, "number"), 9, "event 4: trial 9 was never asked"),
        (("events", 4, "seconds"), "1", "event 4: seconds must be a finite number"),
        (("events", 3, "number"), 3, "event 3: the next trial must have number 1"),
        (("events", 3, "alternative"), 7, "event 3: alternative must be below 1"),
        (("events", 3, "resource"), "x", "event 3: resource must be a finite number"),
        (("events", 3, "stage"), "zzz", "trial 1 in stage 'zzz' must be one that"),
        (("events", 3, "stage"), [], "event 3: stage must be a text"),
        (("events", 3, "choice", 0), -1, "one of 3 positions; got -1"),
        (("events", 3, "choice", 2), "1.0", "must be of <class 'float'>; got '1.0'"),
        (("events", 3, "choice", 2), 3e6, "the space has no configuration"),
        (("events", 3, "choice", 4), 1e6, "must be of <class 'int'>"),
        (("events", 3, "unit", 2), 0.123, "the unit of 'x' is another value's"),
        (("events", 0, "n_iter"), 0, "event 0: n_iter must be at least 1"),
        (("events", 0, "n_iter"), 3, "must be one that the search asks: 3"),
        (("events",), [], "the search must have a budget"),
        (("spaces", 0, "x", "type"), "zzz", "parameter 'x' must be of a type in"),
        (("spaces", 0, "x", "low"), "0.1", "parameter 'x' has a low that can not be"),
        (("spaces", 0, "x", "low"), 1e9, "parameter 'x' low must be smaller than high"),
        (("spaces", 0, "g", "name"), "poisson_gen", "names no distribution of scipy"),
        (("spaces", 0, "g", "args"), [1.0] * 9, "that gamma does not have"),
        (("spaces", 0, "g", "args"), [], "other parameters than gamma"),
        (("spaces", 0, "c", "choices"), ["a", "a", 2.5], "has a choice twice"),
        (("spaces", 0, "c", "choices", 1), {"set": [1]}, "a choice that can not be"),
        (("spaces", 0, "n", "when"), [["x", [0]]], "names no parameter before it"),
        (("strategy", "name"), "zzz", "the stored strategy must be one of"),
        (("strategy", "n_scan"), "3", "the stored strategy: "),
        (("strategy", "n_scan"), None, "the stored strategy: "),
        (("seed",), -1, "has a seed that can not be"),
        (("names",), [["x"]], "space must have the stored parameters"),
        (("initial", 0, 0), [0], "must be a list of 5 values"),
    ],
    ids=str,
)
def test_a_text_that_to_json_can_not_have_written_is_refused_by_name(
    path, value, fault
):
    record = place = unseal(wide_text())
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=fault):
        BlueTuner.from_json(seal(record))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "[" * 100_000, '{"format": 2, "version": "0.4", "budgets": [3]}'],
    ids=lambda text: text[:12],
)
def test_what_is_no_text_of_a_tuner_is_refused_in_words(text):
    """Also of an earlier format, and nested so deeply that parsers fail."""
    with pytest.raises(
        ValueError, match=r"what BlueTuner.to_json wrote \(JSON format 6"
    ):
        BlueTuner.from_json(text)
    deep = json.dumps(hostile.nested(400))
    with pytest.raises(ValueError, match="nested too deeply"):
        unseal(_sealed('{"a": ' + "[" * 100_000))
    record = unseal(tuner_of({"a": ["x", "y"], "b": (0.0, 1.0)}).to_json())
    record["spaces"][0]["a"]["choices"][0] = json.loads(deep)
    with pytest.raises(ValueError, match="a choice that can not be"):
        BlueTuner.from_json(seal(record))


def test_choices_too_deep_to_be_read_back_are_refused():
    """Storing a list that holds itself was a RecursionError."""
    deep, itself = 1, [1]
    for _ in range(400):
        deep = [deep]
    itself.append(itself)
    for choice in (deep, itself):
        with pytest.raises(ValueError, match="nor be nested deeper than 50 levels"):
            tuner_of({"a": [choice, "x"], "b": (0.0, 1.0)})


def test_two_hundred_hostile_lines_of_a_checkpoint_do_nothing(tmp_path):
    """Each may cost what it holds; none is a raw error, or leaves the space."""
    path = tmp_path / "search.jsonl"
    search_of(path).fit(X, y)
    good = path.read_text().splitlines()
    head, *rows = map(unseal, good)
    texts = list(hostile.hostile_texts(rows, 170))
    packs = [[good[0], *texts[i : i + 17]] for i in range(0, 170, 17)]
    packs += [[text, *good[1:]] for text in hostile.hostile_texts([head], 45)][15:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search_of(path).fit(X, y)
        for pack in packs:
            text = "".join(f"{line}\n" for line in pack)
            path.write_text(text, encoding="utf-8", errors="replace")
            search = search_of(path)
            with hostile.watched() as events, suppress(ValueError):
                search.fit(X, y)
            params = getattr(search, "cv_results_", {"params": []})["params"]
            assert all(map(Space(SPACE).holds, params))
            # Where the header says other settings, what is there is imported.
            stages = list(getattr(search, "cv_results_", {"stage": []})["stage"])
            assert len(stages) - stages.count("imported") <= 3
            assert hostile.harm(events, files=[path]) == []


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("choice", [0.5, 3000000, 1], "no configuration"),
        ("choice", [0.5, 2, -1], "one of 3 positions"),
        ("choice", [0.5, 2, 3], "one of 3 positions"),
        ("choice", ["0.5", 2, 1], "must be of <class 'float'>"),
        ("choice", [0.5, 2.0, 1], "must be of <class 'int'>"),
        ("choice", [0.5, True, 1], "must be of <class 'int'>"),
        ("choice", [0.5, 2], "a list of 3 values"),
        ("unit", [0.51, 0.2, 0.9], "unit of 'x' is another value's"),
        ("unit", [0.5, 0.2], "a point of the unit cube"),
        ("stage", "zzz", "a stage that is not there"),
        ("alternative", 1, "alternative must be below 1"),
        ("resource", "x", "resource must be a finite number"),
        ("part", 2, "a fold below 2"),
        ("part", "0", "part must be a whole number"),
        ("point", 3, "of another configuration"),
        ("outcome", [], "outcome must be an object"),
        ("test_scores", "0.9", "a test_scores that can not be"),
        ("test_scores", {"float": "zzz"}, "not finite must be nan or inf"),
        ("test_scores", {"acc": 0.9}, "of other metrics"),
        ("test_scores", 10**400, "too large"),
        ("fit_time", None, "a fit_time that can not be"),
        ("fit_error", ["x"], "must hold numbers and texts"),
        ("score_errors", {"score": 3}, "score_errors that are none"),
        ("values", [], "a list of 1 numbers"),
        ("values", [0.9], "another score than its folds"),
        ("values", ["0.9"], "must be finite numbers"),
        ("seconds", "1", "seconds must be a finite number"),
        ("event", "zzz", "event must be one of"),
        ("number", -1, "number must be a whole number"),
        ("number", "1", "number must be a whole number"),
        ("number", 10**9, "a trial that the search does not have"),
    ],
)
def test_a_line_that_this_search_can_not_have_written_is_named(
    tmp_path, field, value, fault
):
    """A checksum keeps chance out, not a hand; best_params_ was once 3000000 trees."""
    path = tmp_path / "search.jsonl"
    whole = search_of(path).fit(X, y)
    lines = path.read_text().splitlines()
    rows = {n: unseal(line) for n, line in enumerate(lines, start=1) if n > 5}
    fields = {n: row | row.get("outcome", {}) for n, row in rows.items()}
    # Each of the trial's lines that has the field, which all have but one kind.
    for number in [n for n in fields if field in fields[n]][:4] or [7]:
        row = unseal(lines[number - 1])
        place = row if field in row or "outcome" not in row else row["outcome"]
        place[field] = value
        own = [*lines[: number - 1], seal(row), *lines[number:]]
        path.write_text("".join(f"{line}\n" for line in own))
        with pytest.warns(CheckpointWarning, match=rf"Line {number}\b.*: .*{fault}"):
            resumed = search_of(path).fit(X, y)
        assert found(resumed) == found(whole)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("seed", 5, "another seed than random_state"),
        ("seed", -5, "a seed that can not be"),
        ("splits", [[[0], [1]], [[1], [2]]], "splits though its folds need none"),
        ("scores", {}, "has a scores that can not be"),
        ("settings", {"strategy": "x"}, "has a settings that can not be"),
        ("data", {}, "has a data that can not be"),
        ("splits", [[[0], ["1"]]], "a splits that can not be"),
        ("n_iter", 0, "a n_iter that can not be"),
    ],
)
def test_a_header_that_can_not_be_is_named(tmp_path, field, value, fault):
    path = tmp_path / "search.jsonl"
    whole = search_of(path).fit(X, y)
    head, *rows = path.read_text().splitlines()
    head = seal(unseal(head) | {field: value})
    path.write_text("".join(f"{line}\n" for line in [head, *rows]))
    with pytest.warns(CheckpointWarning, match=f"Line .*1: .*{fault}"):
        resumed = search_of(path).fit(X, y)
    assert found(resumed) == found(whole)


@pytest.mark.parametrize(
    "splits", [None, [[[0], [99]], [[1], [2]]], [[[0], [1]]], [[[0], []], [[1], [2]]]]
)
def test_folds_of_other_data_are_not_taken_up(tmp_path, splits):
    path = tmp_path / "search.jsonl"
    cv = ShuffleSplit(2, test_size=0.5)
    search_of(path, cv=cv).fit(X, y)
    head, *rows = path.read_text().splitlines()
    head = seal(unseal(head) | {"splits": splits})
    path.write_text("".join(f"{line}\n" for line in [head, *rows]))
    with pytest.warns(CheckpointWarning, match=r"1: has splits"):
        assert len(search_of(path, cv=cv).fit(X, y).cv_results_["params"]) == 3


@pytest.mark.parametrize("row", [{"n_iter": 0}, {"n_iter": "9"}, {"n_iter": 2}, {}])
def test_a_budget_that_can_not_be_costs_nothing(tmp_path, row):
    path = tmp_path / "search.jsonl"
    whole = search_of(path).fit(X, y)
    section = unseal(path.read_text().splitlines()[0])["section"]
    with path.open("a") as file:
        file.write(seal({"section": section, "event": "budgeted"} | row) + "\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CheckpointWarning)
        assert found(search_of(path).fit(X, y)) == found(whole)
        assert len(search_of(path, n_iter=4).fit(X, y).cv_results_["params"]) == 4
        assert len(search_of(path, n_iter=4).fit(X, y).cv_results_["params"]) == 4


@pytest.mark.parametrize("seed", range(2))
def test_lines_that_can_not_be_are_not_imported(tmp_path, seed):
    """Another space reads the same lines by names, not by its own choices."""
    path = tmp_path / "search.jsonl"
    search_of(path, n_iter=6).fit(X, y)
    head, *rows = map(unseal, path.read_text().splitlines())
    space = {"x": (0.0, 1.0), "k": (1, 9), "c": ["b", "a"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in hostile.hostile_texts(rows, 60, seed=seed):
            lines = [seal(head), *map(seal, rows[:4]), text]
            path.write_text("\n".join(lines) + "\n", errors="replace")
            with hostile.watched() as events:
                search = search_of(path, n_iter=1).set_params(param_space=space)
                params = search.fit(X, y).cv_results_["params"]
            assert all(map(Space(space).holds, params))
            assert hostile.harm(events, files=[path]) == []


@pytest.mark.parametrize("seed", range(2))
def test_a_changed_byte_is_told_and_never_another_search(tmp_path, seed):
    """Of 200 such changes 3 gave another search without a word, 33 a raw error."""
    path = tmp_path / "search.jsonl"
    whole = search_of(path).fit(X, y)
    good, rng = path.read_bytes(), np.random.default_rng(seed)
    for _ in range(12):
        at = int(rng.integers(len(good) - 1))  # the last byte ends the last line
        other = bytes([(good[at] + int(rng.integers(1, 256))) % 256])
        path.write_bytes(good[:at] + other + good[at + 1 :])
        with pytest.warns(CheckpointWarning, match=r"search.jsonl': \d+ of its lines"):
            assert found(search_of(path).fit(X, y)) == found(whole)


def test_no_other_byte_anywhere_passes_for_what_was_sealed():
    """The same of every place: CRC-32 finds every change within 32 bits."""
    line = seal({"a": [1.5, None, "text \n"], "b": {"c": -3}}).encode()
    assert unseal(line.decode()) == {"a": [1.5, None, "text \n"], "b": {"c": -3}}
    for at in range(len(line)):
        for bit in range(8):
            other = bytearray(line)
            other[at] ^= 1 << bit
            with pytest.raises(ValueError, match="checksum"):
                unseal(other.decode("ascii", errors="replace"))
        for cut in (line[:at], line[at:] if at else b"", line[:at] + line[at + 1 :]):
            with pytest.raises(ValueError, match="checksum"):
                unseal(cut.decode())


@pytest.mark.parametrize("n_bytes", [1, 9, 26, 27, 28, 200])
def test_a_header_cut_anywhere_is_cut_off_and_written_again(tmp_path, n_bytes):
    """It once made the file unreadable at the second resume."""
    path = tmp_path / "search.jsonl"
    whole = search_of(path).fit(X, y)
    good = path.read_bytes()
    path.write_bytes(good[:n_bytes])
    for _ in range(2):
        assert found(search_of(path).fit(X, y)) == found(whole)
    lines = path.read_text().splitlines()
    assert len(lines) == len(good.splitlines())
    assert [unseal(line)["section"] for line in lines]


def test_a_last_line_that_lacks_only_its_end_is_kept(tmp_path):
    path = tmp_path / "search.jsonl"
    whole = search_of(path).fit(X, y)
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    assert found(search_of(path).fit(X, y)) == found(whole)
    assert path.read_bytes() == good[:-1]  # nothing was evaluated again
    longer = search_of(path, n_iter=4).fit(X, y)
    assert len(longer.cv_results_["params"]) == 4
    assert all(unseal(line) for line in path.read_text().splitlines())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path):
    """Opened, a pipe waits for a writer, for ever."""
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as own:
        own.bind(os.path.relpath(tmp_path / "socket"))
        for name, kind in (
            (tmp_path / "pipe", "a pipe"),
            (tmp_path / "socket", "a socket"),
            ("/dev/null", "a device"),
        ):
            with pytest.raises(ValueError, match=f"must be a file; .* is {kind}"):
                search_of(name).fit(X, y)


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_a_checkpoint_is_its_owners_alone(tmp_path, umask):
    path = tmp_path / "search.jsonl"
    before = os.umask(umask)
    try:
        search_of(path).fit(X, y)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o7777 == 0o600
    path.chmod(0o640)  # as its owner wants it
    search_of(path, n_iter=4).fit(X, y)
    assert path.stat().st_mode & 0o7777 == 0o640
