"""The published table's page tells runs that were held up from those that were not."""

import re

from benchmarks._published_page import write_page
from benchmarks._records import Records


def page_of(tmp_path, walls):
    """The page of two searches with these wall times; the processor worked 2 s each."""
    records = Records(tmp_path / "published.jsonl", {}, ["published"])
    for seed, wall in enumerate(walls):
        for name, score in (("skbluetuna", 0.9), ("Optuna TPE", 0.8)):
            records.add(
                {
                    "key": ["published", name, 4, seed],
                    "scores": [0.5, score, 0.6, 0.7],
                    "ends": [wall * k / 4 for k in (1, 2, 3, 4)], "fits": [0.1] * 4,
                    "wall": wall, "cpu": 2.0, "read_at": [4], "held_out": [],
                }
            )  # fmt: skip
    write_page(records, tmp_path)
    return (tmp_path / "published.md").read_text()


def row_of(page, name):
    (row,) = re.findall(rf"^\| {name} \| 4 \|.*$", page, flags=re.MULTILINE)
    return [cell.strip() for cell in row.strip("|").split("|")][2:]


def test_a_run_that_was_held_up_keeps_its_score_and_loses_its_times(tmp_path):
    page = page_of(tmp_path, [2.4, 2.0, 90.0])
    assert row_of(page, "skbluetuna") == [
        "0.9000", "", "2 of 3", "2.2", "450", "2.0",
    ]  # fmt: skip
    assert "times of 2 of 6 runs" in page
    assert "won / tied / lost" in page
    assert "| 3 / 0 / 0 |" in page


def test_a_page_of_nothing_but_held_up_runs_is_written(tmp_path):
    page = page_of(tmp_path, [90.0, 95.0])
    assert row_of(page, "skbluetuna") == ["0.9000", "", "0 of 2", "", "", ""]
    assert "times of 4 of 4 runs" in page
    assert "published_4_seconds.png" not in page
