"""Every search gets what the others get: values, budgets, and how it is read."""

import math

import numpy as np
import pytest
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV
from sklearn.tree import DecisionTreeClassifier

from benchmarks._comparison import read_way
from benchmarks._objective import Call
from benchmarks._ranges import LogIntegers, levels, read
from benchmarks.searches import maximise
from benchmarks.searches._sklearn import distributions, grid_of, halving_cost

SPACE = {
    "rate": (0.01, 1.0, "log"),
    "depth": (1, 9),
    "leaves": (2, 200, "log"),
    "share": (0.5, 1.0),
    "kind": ["a", "b", "c"],
}


@pytest.mark.parametrize("n", [1, 2, 7, 25, 50, 100, 318])
def test_a_grid_fits_its_budget_and_uses_most_of_it(n):
    """One more level anywhere would not be paid for."""
    sizes = [len(v) for v in grid_of(SPACE, n).values()]
    assert math.prod(sizes) <= n
    finer = [math.prod(sizes) // s * (s + 1) for s in sizes[:4]]
    assert min(finer) > n


def test_grids_and_draws_stay_in_range():
    """Integers are integers, bounds are kept, log ranges are even on their scale."""
    assert levels(read(SPACE)["rate"], 2) == pytest.approx([10**-1.5, 10**-0.5])
    rng = np.random.default_rng(0)
    drawn = [LogIntegers(2, 200).rvs(rng) for _ in range(4000)]
    assert {type(v) for v in drawn} == {int}
    assert min(drawn) == 2
    assert max(drawn) <= 200
    assert np.mean(np.array(drawn) < 20) == pytest.approx(0.5, abs=0.05)
    depth = distributions(SPACE)["depth"]
    assert (depth.support()[0], depth.support()[1]) == (1, 9)


@pytest.mark.parametrize(("k", "n_rows"), [(9, 200), (50, 200), (81, 500)])
def test_halving_is_paid_by_the_row(k, n_rows):
    """What the budget counts is what scikit-learn's search does."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n_rows, 3)), np.arange(n_rows) % 2
    search = HalvingRandomSearchCV(
        DecisionTreeClassifier(),
        {"max_depth": list(range(1, 200))},
        n_candidates=k,
        min_resources="exhaust",
        cv=2,
        refit=False,
        random_state=0,
    ).fit(X, y)
    rows = np.sum(search.cv_results_["n_resources"])
    assert halving_cost(k, n_rows, 2 * 2 * 2) == pytest.approx(rows / n_rows)


@pytest.mark.parametrize("name", ["skbluetuna", "skbluetuna classic", "random"])
def test_an_optimiser_spends_its_budget_from_the_first_configuration(name):
    """Nobody gets an evaluation more, and who accepts a start gets the same one."""
    first = {"rate": 0.1, "depth": 5, "leaves": 20, "share": 0.75, "kind": "a"}
    trace = maximise(name, SPACE, first, lambda p: p["rate"], 8, seed=0)
    assert len(trace.scores) == 8
    assert trace.params[0] == pytest.approx(first)
    assert trace.best()["rate"] == max(p["rate"] for p in trace.params)


def test_a_failed_evaluation_is_recorded_as_failed():
    """The optimiser hears the worst score so far; the report does not."""
    scores = iter([0.5, 0.2, math.nan])
    call = Call(lambda _: next(scores))
    told = [call({"x": np.float64(1.0)}) for _ in range(3)]
    assert told == [0.5, 0.2, 0.2]
    trace = call.finish()
    assert math.isnan(trace.scores[-1])
    assert trace.best() == {"x": 1.0}
    assert type(trace.params[0]["x"]) is float


def test_a_way_counts_what_was_spent():
    """Halving's score counts once it is paid for; early ends keep their best."""
    assert list(read_way([0.1, 0.3, 0.2], None, 5)) == [0.1, 0.3, 0.3, 0.3, 0.3]
    way = read_way([math.nan, math.nan, 0.4], [0.5, 1.0, 3.0], 4)
    assert np.isnan(way[:2]).all()
    assert list(way[2:]) == [0.4, 0.4]
