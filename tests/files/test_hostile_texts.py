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
        (("trials", 1, "state"), "zzz", "trial 1: has a state that can not be"),
        (("trials", 1, "score"), "0.5", "trial 1: has a score that can not be"),
        (("trials", 1, "score"), None, "trial 1: must have a score if it is complete"),
        (("trials", 5, "score"), 0.5, "trial 5: must have a score if it is complete"),
        (("trials", 1, "number"), 3, "trial 1: has another number"),
        (("trials", 1, "alternative"), 7, "trial 1: has another number, or an alter"),
        (("trials", 1, "stage"), "zzz", "trial 1 in stage 'zzz' must be one that"),
        (("trials", 1, "params", 0), -1, "one of 3 positions; got -1"),
        (("trials", 1, "params", 2), "1.0", "must be of <class 'float'>; got '1.0'"),
        (("trials", 1, "params", 2), 3e6, "the space has no configuration"),
        (("trials", 1, "params", 4), 1e6, "must be of <class 'int'>"),
        (("trials", 1, "unit", 2), 0.123, "the unit of 'x' is another value's"),
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
        (("budgets",), [], "has a budgets that can not be"),
        (("budgets", 0), 3, "must be one that the search asks: 3"),
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
        ValueError, match=r"what BlueTuner.to_json wrote \(JSON format 3"
    ):
        BlueTuner.from_json(text)
    deep = json.dumps(hostile.nested(400))
    with pytest.raises(ValueError, match="nested too deeply"):
        unseal(_sealed('{"a": ' + "[" * 100_000))
    record = unseal(tuner_of({"a": ["x", "y"], "b": (0.0, 1.0)}).to_json())
    record["spaces"][0]["a"]["choices"][0] = json.loads(deep)
    with pytest.raises(ValueError, match="a choice that can not be"):
        BlueTuner.from_json(seal(record))


def test_choices_too_deep_to_be_read_back_are_not_stored():
    """Storing a list that holds itself was a RecursionError."""
    deep, itself = 1, [1]
    for _ in range(400):
        deep = [deep]
    itself.append(itself)
    for choice in (deep, itself):
        text = tuner_of({"a": [choice, "x"], "b": (0.0, 1.0)}).to_json()
        with pytest.raises(ValueError, match="space must be given"):
            BlueTuner.from_json(text)
        space = {"a": [choice, "x"], "b": (0.0, 1.0)}
        assert BlueTuner.from_json(text, space=space).to_json() == text


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
            assert len(params) <= 3
            assert hostile.harm(events, files=[path]) == []


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("values", [0.5, 3000000, 1], "no configuration"),
        ("values", [0.5, 2, -1], "one of 3 positions"),
        ("values", [0.5, 2, 3], "one of 3 positions"),
        ("values", ["0.5", 2, 1], "must be of <class 'float'>"),
        ("values", [0.5, 2.0, 1], "must be of <class 'int'>"),
        ("values", [0.5, True, 1], "must be of <class 'int'>"),
        ("values", [0.5, 2], "a list of 3 values"),
        ("unit", [0.51, 0.2, 0.9], "unit of 'x' is another value's"),
        ("unit", [0.5, 0.2], "a point of the unit cube"),
        ("stage", "zzz", "a stage or an alternative"),
        ("alternative", 1, "a stage or an alternative"),
        ("fits", [], "must have 2 fits"),
        ("number", -1, "a number that can not be"),
        ("number", "1", "a number that can not be"),
        ("test_scores", "0.9", "a test_scores that can not be"),
        ("test_scores", {"float": "zzz"}, "a test_scores that can not be"),
        ("test_scores", {"acc": 0.9}, "of other metrics"),
        ("test_scores", 10**400, "a test_scores that can not be"),
        ("fit_time", None, "a fit_time that can not be"),
        ("fit_error", ["x"], "a fit_error that can not be"),
    ],
)
def test_a_line_that_this_search_can_not_have_written_is_named(
    tmp_path, field, value, fault
):
    """A checksum keeps chance out, not a hand; best_params_ was once 3000000 trees."""
    path = tmp_path / "search.jsonl"
    whole = search_of(path).fit(X, y)
    lines = path.read_text().splitlines()
    row = unseal(lines[2])
    place = row["fits"][0] if field not in row else row
    place[field] = value
    lines[2] = seal(row)
    path.write_text("".join(f"{line}\n" for line in lines))
    with pytest.warns(CheckpointWarning, match=f"Line 3: .*{fault}"):
        resumed = search_of(path).fit(X, y)
    assert found(resumed) == found(whole)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("seed", 5, "another seed than random_state"),
        ("seed", -5, "a seed that can not be"),
        ("splits", [[[0], [99]], [[1], [2]]], "splits of other data"),
        ("splits", [[[0], [1]]], "splits of other data"),
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
