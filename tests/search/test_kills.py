"""TODO"""

import json
import os
import signal
import time
import warnings

import numpy as np
import pytest

from tests.search.durable import (
    X_SPACE,
    Logged,
    X,
    lines,
    search_of,
    y,
)

pytestmark = pytest.mark.slow  # whole searches, several times


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_twenty_kills_lose_nothing_and_pay_for_nothing_twice(tmp_path):
    path, log = tmp_path / "search.jsonl", tmp_path / "fits"
    rng = np.random.default_rng(0)

    def search(log):
        estimator = Logged(log=str(log), sleep=0.002)
        # The file's name is in the estimator, which the checkpoint compares.
        return search_of(estimator, X_SPACE, n_iter=50, refit=False)

    def recorded():
        found = (
            [json.loads(line) for line in whole_lines(path)] if path.exists() else []
        )
        return [repr(row["params"]["x"]) for row in found if "params" in row]

    kills = []
    for _ in range(20):
        before = len(recorded())
        child = fork(lambda: search(log).set_params(checkpoint=path).fit(X, y))
        patience = time.monotonic() + 10.0
        wanted = before + rng.integers(0, 3)
        while len(recorded()) < wanted and time.monotonic() < patience:
            time.sleep(0.001)
        time.sleep(float(rng.uniform(0.0, 0.03)))
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        fits = lines(log) if log.exists() else []
        kills.append((os.WIFSIGNALED(status), recorded(), len(fits)))
    assert sum(killed for killed, *_ in kills) == 20
    assert 5 < len(kills[-1][1]) < 50  # they struck on the way
    resumed = search(log).set_params(checkpoint=path).fit(X, y)
    fits = lines(log)
    for _, known, n_fits in kills:
        assert not set(known) & set(fits[n_fits:])
    whole = search(tmp_path / "other").fit(X, y)
    for name, column in whole.cv_results_.items():
        if not name.endswith("_time"):
            np.testing.assert_array_equal(column, resumed.cv_results_[name])


def fork(work):
    """Do the work in a child; its process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
        child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def whole_lines(path):
    with open(path, encoding="utf-8") as text:
        return [line for line in text.read().split("\n")[:-1] if line.endswith("}")]
