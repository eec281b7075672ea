"""Kills at random moments lose nothing that is on disk, and pay for nothing twice."""

import json
import os
import signal
import time

import numpy as np
import pytest
from joblib import parallel_config

from tests.search.durable import X_SPACE, Logged, X, fork, lines, search_of, y

pytestmark = [
    pytest.mark.slow,  # searches that are killed take their time
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL"),
]


def known_folds(path):
    """Configurations of the folds on file, as often as they are there."""
    if not path.exists():
        return []
    whole = path.read_text().split("\n")[:-1]
    found = [json.loads(line) for line in whole if line.endswith("}")]
    names = {
        (one["section"], one["number"]): repr(one["params"]["x"])
        for one in found
        if one.get("event") == "asked"
    }
    return [
        names[one["section"], one["number"]]
        for one in found
        if one.get("event") == "reported"
    ]


def paid_twice(on_file, fits):
    """Configurations of which folds that are on file were evaluated again."""
    return [x for x in set(on_file) if on_file.count(x) + fits.count(x) > 3]


def n_lines(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.mark.parametrize(
    ("backend", "n_jobs", "n_kills", "window"),
    # loky starts too late for 8
    [("sequential", 1, 10, 2), ("threading", 2, 8, 5)],
)
def test_many_kills_lose_nothing_and_pay_for_nothing_twice(
    tmp_path, backend, n_jobs, n_kills, window
):
    path, log = tmp_path / "search.jsonl", tmp_path / "fits"
    rng = np.random.default_rng(0)

    def search(log):
        # The file's name is in the estimator, which the checkpoint compares.
        estimator = Logged(log=str(log), sleep=0.001)
        options = {
            "n_iter": 20,
            "refit": False,
            "n_jobs": n_jobs,
            "max_concurrent": window,
        }
        return search_of(estimator, X_SPACE, **options)

    def fit():
        with parallel_config(backend):
            return search(log).set_params(checkpoint=path).fit(X, y)

    kills, struck = [], 0
    for _ in range(n_kills):
        wanted = n_lines(path) + rng.integers(1, 4)
        child = fork(fit)
        patience = time.monotonic() + 10.0
        while n_lines(path) < wanted and time.monotonic() < patience:
            time.sleep(0.001)
        time.sleep(float(rng.uniform(0.0, 0.005)))
        kill(child)
        struck += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        fits = lines(log) if log.exists() else []
        kills.append((known_folds(path), len(fits)))
    assert struck == n_kills
    assert len(kills[-1][0]) > 0  # they struck on the way
    assert len(kills[n_kills // 2][0]) < 20 * 3
    resumed = fit()
    fits = lines(log)
    for before, n_fits in kills:
        assert not paid_twice(before, fits[n_fits:])
    assert sorted(known_folds(path)) == sorted(
        repr(p["x"]) for p in resumed.cv_results_["params"] for _ in range(3)
    )
    whole = search(tmp_path / "other").fit(X, y)
    for name, column in whole.cv_results_.items():
        if not name.endswith("_time"):
            np.testing.assert_array_equal(column, resumed.cv_results_[name])


def kill(child):
    """Kill a process and its workers, without a warning."""
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:  # it has no group of its own yet
        os.kill(child, signal.SIGKILL)
