"""The file of past searches: nothing is lost, nothing is believed unseen."""

import multiprocessing
import time
import warnings

import pytest

from skbluetuna import BlueTuner, HistoryStore
from skbluetuna.exceptions import HistoryWarning
from skbluetuna.past import PastAlternative, Record
from skbluetuna.past._record import line_of, record_of_line


def record(identity="a", n=25, d=2):
    rows = tuple(tuple(0.01 * (i + j) for j in range(d)) for i in range(n))
    own = PastAlternative(
        ("sklearn.SVC",), tuple(f"p{j}" for j in range(d)), ((0.0, 1.0),) * d, rows,
        tuple(float(i) for i in range(n)), (None,) * n,
    )  # fmt: skip
    return Record(identity, "1.0", "accuracy", (150, 4, 3), (own,))


@pytest.fixture
def store(tmp_path):
    return HistoryStore(tmp_path / "searches.jsonl")


def test_what_is_appended_is_read_back(store):
    store.append(record("a"))
    store.append(record("b", n=30))
    assert store.records() == [record("a"), record("b", n=30)]


def test_of_a_search_that_went_on_the_last_record_counts(store):
    """Else its scores would count twice, and twice as much as others'."""
    for n in (20, 25, 30):
        store.append(record("a", n=n))
    assert store.records() == [record("a", n=30)]


def test_a_store_that_is_not_there_is_empty(store):
    assert store.records() == []


def test_a_damaged_line_is_left_out_with_a_warning(store):
    """A value that was changed by hand must not steer a search."""
    for name in "abc":
        store.append(record(name))
    lines = store.path.read_text().split("\n")
    lines[1] = lines[1].replace("0.01", "0.02", 1)
    store.path.write_text("\n".join(lines))
    with pytest.warns(HistoryWarning, match="one|1 of its lines"):
        found = store.records()
    assert [one.identity for one in found] == ["a", "c"]


def test_a_line_with_a_seal_that_says_nonsense_is_left_out(store):
    """Anybody can compute the checksum."""
    own = record("a").alternatives[0]
    for bad in (
        own._replace(scores=own.scores[:-1]),
        own._replace(names=("p0",)),
        own._replace(rows=((True, 0.0), *own.rows[1:])),
        own._replace(scores=(1, *own.scores[1:])),
    ):
        with pytest.raises(ValueError, match=r"that can not be|not fit together"):
            record_of_line(line_of(record("a")._replace(alternatives=(bad,))))


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_a_half_written_line_is_no_harm_to_others(store, cut):
    """As a crash leaves it: what is written next begins a line of its own."""
    store.append(record("a"))
    whole = store.path.read_bytes()
    store.path.write_bytes(whole + whole[:-cut])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert store.records() == [record("a")]
    store.append(record("b"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HistoryWarning)
        assert store.records() == [record("a"), record("b")]


@pytest.mark.parametrize("text", ["name,score\na,1\n", "{}\n", '{"events": []}'])
def test_a_foreign_file_is_refused(store, text):
    """It may be data; nothing is written into it."""
    store.path.write_text(text)
    with pytest.raises(ValueError, match="history must be a new file"):
        store.records()
    with pytest.raises(ValueError, match="history must be a new file"):
        BlueTuner({"x": (0.0, 1.0)}, history=store)
    assert store.path.read_text() == text


@pytest.mark.parametrize("path", [3, b"x", 1.0, ["a"]])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(TypeError, match="history must be a path"):
        HistoryStore(path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="folder that exists"):
        HistoryStore(tmp_path / "no" / "searches.jsonl").records()


def _write(path, name, n):
    store = HistoryStore(path)
    for i in range(n):
        store.append(record(f"{name}{i}"))


def test_two_writers_at_once_lose_nothing(store):
    """Searches of a team end when they end."""
    spawn = multiprocessing.get_context("fork")
    writers = [
        spawn.Process(target=_write, args=(store.path, name, 20)) for name in "ab"
    ]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    wanted = {f"{name}{i}" for name in "ab" for i in range(20)}
    assert {one.identity for one in store.records()} == wanted


def test_a_thousand_searches_are_read_in_under_a_second(store):
    """A team has them after a few months; each is of 50 scores in eight parameters."""
    lines = [line_of(record(str(i), n=50, d=8)) for i in range(50)]
    text = "".join(
        line_of(record(f"{k} {i}", n=50, d=8)) + "\n" if i == 0 else lines[i] + "\n"
        for k in range(20)
        for i in range(50)
    )
    store.path.write_text(text)
    start = time.process_time()
    found = store.records()
    assert time.process_time() - start < 1.0
    assert len(found) == 49 + 20


def test_no_secret_is_written(store):
    space = {"x": (0.0, 1.0), "api_key": ["sesame", "open"]}
    tuner = BlueTuner(space, n_iter=4, random_state=0, history=store)
    while not tuner.finished:
        for trial in tuner.ask(1):
            tuner.tell(trial, trial.params["x"])
    tuner.remember()
    text = store.path.read_text()
    assert "sesame" not in text
    assert "open" not in text
    assert '"api_key"' in text


def test_a_search_without_a_score_is_not_remembered(store):
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=4, history=store)
    with pytest.raises(ValueError, match="must have a score"):
        tuner.remember()
    assert not store.path.exists()
    with pytest.raises(ValueError, match="history must be given"):
        BlueTuner({"x": (0.0, 1.0)}).remember()
