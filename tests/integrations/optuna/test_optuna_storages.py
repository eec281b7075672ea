"""Processes that share a study through a storage.

The longer run stands in ``.ci/run``: ``python -m benchmarks.shared_study``.
"""

import pytest

pytest.importorskip("optuna", reason='needs pip install "skbluetuna[optuna]"')

from benchmarks import _postgres, shared_study

N_TRIALS, N_WORKERS = 18, 3


def check(place):
    trials, _ = shared_study.run(place, N_TRIALS, N_WORKERS)
    found = shared_study.report(trials)
    # Each worker may have begun a trial before it saw that there are enough.
    assert N_TRIALS <= found["trials"] < N_TRIALS + N_WORKERS
    assert sum(found["shares"]) == found["trials"]
    assert {found[key] for key in ("duplicates", "lost", "gaps in numbers")} == {0}


@pytest.mark.slow
def test_processes_share_a_journal_file(tmp_path):
    check(str(tmp_path / "journal"))


@pytest.mark.skipif(_postgres.missing() is not None, reason=str(_postgres.missing()))
def test_processes_share_a_study_on_postgresql():
    with _postgres.server() as url:
        check(url)
