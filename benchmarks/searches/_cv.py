"""Traces of searches of scikit-learn's kind, from their cv_results_."""

import time
import warnings

import numpy as np

from benchmarks._objective import Trace

__all__ = ["traced"]


def traced(search, objective, params="params"):
    """Fit a search and read what it did, in the order of its rows.

    When each evaluation ended is not recorded there: the search's own time is spread
    evenly over them. ``params`` is the column of configurations, None if there is none.
    """
    start, cpu = time.perf_counter(), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(objective.X, objective.y)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    results = search.cv_results_
    fits = np.asarray(results["mean_fit_time"]) + results["mean_score_time"]
    fits = fits * len(objective.cv)
    own = (wall - fits.sum()) / len(fits)
    return Trace(
        params=[
            {k: plain(v) for k, v in row.items()} for row in results.get(params, ())
        ],
        scores=[float(s) for s in results["mean_test_score"]],
        ends=list(np.cumsum(fits + own)),
        fits=list(fits),
        wall=wall,
        cpu=cpu,
    )


def plain(value):
    """A NumPy scalar as Python's."""
    return value.item() if isinstance(value, np.generic) else value
