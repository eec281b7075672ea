"""Records of runs: what was paid for is never paid for twice, nor mixed up."""

import json
import shlex

import pytest

from benchmarks._records import PAGES, Records, packed_of, run_all
from benchmarks.pack import command


def counted(log, value):
    """A run that leaves a trace of having run."""
    with log.open("a") as file:
        file.write(f"{value}\n")
    return {"score": value} if value != 2 else {"error": "on purpose"}


def jobs_of(log, n):
    return {("task", k): (counted, (log, k)) for k in range(n)}


def test_a_killed_command_goes_on(tmp_path):
    """Whole lines stand; a torn last one is cut off and its run is repeated."""
    path, log = tmp_path / "runs.jsonl", tmp_path / "log"
    run_all(Records(path, {"budget": 5}, ["x"]), jobs_of(log, 2), 1)
    with path.open("a") as file:
        file.write('{"key": ["task", 1')  # killed while writing
    again = Records(path, {"budget": 5}, ["x"])
    run_all(again, jobs_of(log, 4), 1)
    assert log.read_text().split() == ["0", "1", "2", "3"]
    assert all(json.loads(line) for line in path.read_text().splitlines())
    assert set(again.runs) == {("task", 0), ("task", 1), ("task", 3)}


def test_a_failed_run_is_listed_and_tried_again(tmp_path):
    """Its error is not a result, and an upgrade may have cured it."""
    path, log = tmp_path / "runs.jsonl", tmp_path / "log"
    run_all(Records(path, {}, []), jobs_of(log, 3), 1)
    again = Records(path, {}, [])
    assert set(again.errors) == {("task", 2)}
    again.add({"key": ["task", 2], "score": 2})
    assert not again.errors
    assert ("task", 2) in Records(path, {}, []).runs


def test_nothing_to_do_writes_nothing(tmp_path):
    """The same command again leaves the file as it is, its header too."""
    path, log = tmp_path / "runs.jsonl", tmp_path / "log"
    run_all(Records(path, {}, []), jobs_of(log, 1), 1)
    before = path.read_bytes()
    run_all(Records(path, {}, []), jobs_of(log, 1), 1)
    assert path.read_bytes() == before


def test_runs_of_another_problem_are_refused(tmp_path):
    """Scores after 50 evaluations do not stand beside those after 100."""
    path = tmp_path / "runs.jsonl"
    Records(path, {"budget": 50, "trees": 100}, []).add({"key": ["a"]})
    with pytest.raises(ValueError, match="another budget"):
        Records(path, {"budget": 100, "trees": 100}, [])


def test_a_spoilt_line_is_named(tmp_path):
    """Only the last line can be torn; any other is a fault to look at."""
    path = tmp_path / "runs.jsonl"
    path.write_text('{"key": ["a"]}\nnonsense\n{"key": ["b"]}\n')
    with pytest.raises(ValueError, match=r"runs.jsonl:2 is no record"):
        Records(path, {}, [])


FOLDERS = ["/srv/secret/x", "C:\\secret\\x", "../secret", "~/secret"]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("option", ["--out", "--data", "--yahpo"])
def test_records_say_no_folder_of_a_machine(tmp_path, folder, option):
    """They are published; a reader has another folder, and need not know this one."""
    path = tmp_path / "runs.jsonl"
    argv = ["peers", option, folder, "--seeds", "2", f"{option}={folder}"]
    Records(path, {}, argv).add({"key": ["a"], "error": f"OSError: no '{folder}'"})
    place = {"--out": "OUT", "--data": "DATA", "--yahpo": "BENCH"}[option]
    (header,) = Records(path, {}, []).headers
    assert header["command"] == (
        f"python -m benchmarks peers {option} {place} --seeds 2 {option}={place}"
    )
    assert "secret" not in json.dumps(header)
    # Of errors' words only those are known as paths that begin at a root.
    assert "secret" not in path.read_text() or folder.startswith("..")


def test_a_file_from_before_tells_its_folders_to_no_page(tmp_path):
    """Records that began when commands were kept as given are continued, too."""
    path = tmp_path / "runs.jsonl"
    header = {"command": "python -m benchmarks peers --out /srv/x", "problem": {}}
    path.write_text(json.dumps({"header": header}) + "\n")
    (read,) = Records(path, {}, []).headers
    assert read["command"] == "python -m benchmarks peers --out OUT"


def test_words_that_are_no_path_stand_as_they_were_given(tmp_path):
    """Patterns of tasks, names of peers with blanks, addresses."""
    words = ["svm:*", "Optuna TPE", "a/b", "https://x.org/srv/y", "1/2", "--jobs", "2"]
    path = tmp_path / "runs.jsonl"
    Records(path, {}, words).add({"key": ["a"], "error": "ValueError: 1 / 2, a/b"})
    (header,) = Records(path, {}, []).headers
    assert shlex.split(header["command"])[3:] == words
    assert json.loads(path.read_text().splitlines()[1])["error"].endswith("1 / 2, a/b")


def test_packed_runs_count_as_before(tmp_path, monkeypatch):
    """Packing changes where runs are; more of them are packed after them."""
    monkeypatch.chdir(tmp_path)
    path = PAGES / "sub" / "runs.jsonl"
    for keys in (["a"], ["b"]):
        Records(path, {}, []).add({"key": keys, "score": 1})
        before = Records(path, {}, [])
        assert command(None, []) == 0
        after = Records(path, {}, [])
        assert (after.runs, after.headers) == (before.runs, before.headers)
        assert not path.exists()
    assert set(after.runs) == {("a",), ("b",)}
    assert packed_of(tmp_path / "elsewhere.jsonl") is None
