"""The front holds what nothing dominates; its volume is that of the union of boxes."""

from functools import partial
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from skbluetuna.model import warp
from skbluetuna.objectives import (
    ModelSize,
    dominated_volume,
    front_of,
    knee,
    meets_limits,
    non_dominated,
    shortfall,
)

# Few different values, so that ties are as common as in cross-validated accuracy.
SCORES = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, np.nan, -np.inf])
tables = st.tuples(st.integers(0, 12), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=SCORES)
)
quick = settings(max_examples=60, deadline=None)


def front_by_definition(values):
    """Compare each with each."""
    known = np.isfinite(values).all(axis=1)
    return [
        bool(known[i])
        and not any(
            known[j] and (other >= one).all() and (other > one).any()
            for j, other in enumerate(values)
        )
        for i, one in enumerate(values)
    ]


def volume_by_inclusion(values, reference):
    """Sum over all subsets of boxes of the volume that they have in common."""
    sides = np.maximum(values - reference, 0.0)
    return sum(
        (-1.0) ** (k + 1) * np.min(sides[list(some)], axis=0).prod()
        for k in range(1, len(sides) + 1)
        for some in combinations(range(len(sides)), k)
    )


@quick
@given(tables)
def test_the_front_is_what_nothing_dominates(values):
    """Of equal rows all are, and a failed one neither is nor dominates."""
    assert non_dominated(values).tolist() == front_by_definition(values)


@quick
@given(tables, st.randoms(use_true_random=False))
def test_the_front_knows_no_order_of_objectives(values, random):
    """It is a set: naming the objectives in another order changes the order alone."""
    order = list(range(values.shape[1]))
    random.shuffle(order)
    assert (non_dominated(values[:, order]) == non_dominated(values)).all()


@quick
@given(tables)
def test_an_objective_named_twice_changes_nothing(values):
    """Nor does a constant one: neither tells two candidates apart."""
    front = non_dominated(values)
    assert (non_dominated(np.hstack([values, values])) == front).all()
    constant = np.ones((len(values), 1))
    assert (non_dominated(np.hstack([values, constant])) == front).all()


def test_the_front_of_thousands_is_the_same():
    """What leaves out the dominated on the way must not leave out one too many."""
    values = np.random.default_rng(0).standard_normal((1500, 3))
    above = (values[:, None] >= values).all(axis=2)
    assert (non_dominated(values) == (above.sum(axis=0) == 1)).all()


@quick
@given(tables)
def test_the_order_is_that_of_the_first_objective(values):
    """So the front of two reads from the best and dearest to the cheapest."""
    front = front_of(values)
    assert sorted(front) == np.flatnonzero(non_dominated(values)).tolist()
    rows = [(*-values[i], i) for i in front]
    assert rows == sorted(rows)


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_the_volume_is_that_of_inclusion_and_exclusion(m):
    """Ties in every column, rows below the reference, and failed ones."""
    rng = np.random.default_rng(m)
    for n in (0, 1, 2, 5, 8):
        values = np.round(rng.uniform(-0.3, 1.0, (n, m)), 1)
        expected = volume_by_inclusion(values, np.zeros(m))
        failed = np.full((1, m), np.nan)
        found = dominated_volume(np.vstack([values, failed]), np.zeros(m))
        assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_volume_is_the_share_of_points_below(m):
    """A front of thirty, by 20 000 random points: within five standard errors."""
    rng = np.random.default_rng(m)
    directions = np.abs(rng.standard_normal((30, m)))
    values = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    points = rng.uniform(size=(20_000, m))
    below = np.zeros(len(points), dtype=bool)
    for row in values:
        below |= (points <= row).all(axis=1)
    error = np.sqrt(below.mean() * (1.0 - below.mean()) / len(points))
    found = dominated_volume(values, np.zeros(m))
    assert abs(found - below.mean()) < 5.0 * error


def test_a_dominated_candidate_adds_no_volume():
    """And one on the front adds some: what a search is judged by never falls."""
    values = np.array([[1.0, 0.2], [0.2, 1.0]])
    volume = dominated_volume(values, np.zeros(2))
    assert dominated_volume(np.vstack([values, [0.1, 0.1]]), np.zeros(2)) == volume
    assert dominated_volume(np.vstack([values, [0.3, 0.3]]), np.zeros(2)) > volume


@quick
@given(tables.filter(lambda values: values.shape[1] == 3))
def test_the_shortfall_is_zero_where_limits_are_met_and_only_there(values):
    """A limit is met at equality; a failed candidate meets none, not even no limit."""
    limits = np.array([0.5, -np.inf, 0.0])
    missed = shortfall(values, limits)
    assert ((missed == 0.0) == meets_limits(values, limits)).all()
    known = np.isfinite(values).all(axis=1)
    assert np.isinf(missed[~known]).all()
    assert np.isfinite(missed[known]).all()
    expected = (values[known][:, [0, 2]] >= [0.5, 0.0]).all(axis=1)
    assert (meets_limits(values, limits)[known] == expected).all()


def test_the_worst_shortfall_counts_in_units_of_the_warp():
    """So that a second and a hundredth of accuracy can be compared."""
    rng = np.random.default_rng(0)
    values = np.column_stack([rng.normal(0.8, 0.05, 40), -rng.lognormal(0.0, 2.0, 40)])
    limits = np.array([0.99, -1e-3])
    single = [shortfall(values, np.where([j == 0, j == 1], limits, -np.inf))
              for j in (0, 1)]  # fmt: skip
    assert (shortfall(values, limits) == np.maximum(*single)).all()
    warped = warp(np.append(values[:, 1], limits[1]))
    assert single[1] == pytest.approx(np.maximum(warped[-1] - warped[:-1], 0.0))
    scaled = shortfall(values * [4.0, 1024.0], limits * [4.0, 1024.0])
    assert (scaled == shortfall(values, limits)).all()


def results_of(values):
    names = ("accuracy", "neg_latency", "neg_size")
    return {
        f"mean_test_{name}": column
        for name, column in zip(names, np.transpose(values), strict=False)
    }


def test_the_knee_is_good_by_all_objectives():
    """The ends of a front are the worst by one of them."""
    values = np.array([[0.9, -100.0], [0.88, -3.0], [0.6, -1.0], [0.59, -2.0]])
    assert knee(results_of(values)) == 1
    assert knee(results_of(values * [2.0, 8.0])) == 1
    assert knee(results_of(values[:, ::-1])) == 1


def test_the_knee_is_on_the_front_whatever_the_scores_are():
    """Failed candidates, a constant objective, a single one, a front of two."""
    failed = [np.nan, -0.1]
    assert knee(results_of([failed, [0.5, -2.0], [0.4, -3.0]])) == 1
    assert knee(results_of([[0.5, -1.0], failed, [0.6, -1.0]])) == 2
    assert knee(results_of([[0.5, -1.0], [0.6, -2.0]])) == 0
    rng = np.random.default_rng(0)
    for _ in range(20):
        values = rng.standard_normal((9, 3))
        assert non_dominated(values)[knee(results_of(values))]
    with pytest.raises(ValueError, match="a candidate with a score by each"):
        knee(results_of([failed]))


def test_the_knee_of_some_metrics_heeds_no_others():
    """Metrics may be watched that are no objectives."""
    values = np.array([[0.9, -9.0, -1.0], [0.8, -1.0, -9.0], [0.85, -2.0, -99.0]])
    chosen = partial(knee, objectives=["accuracy", "neg_latency"])
    assert chosen(results_of(values)) == 2
    assert chosen(results_of(values)) == knee(results_of(values[:, :2]))
    with pytest.raises(ValueError, match=r"objectives must be names of .*'latency'"):
        knee(results_of(values), ["latency"])


def test_the_knee_serves_as_refit_of_any_search():
    """It is called as scikit-learn calls a callable refit."""
    search = GridSearchCV(
        DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2, 5]}, cv=2,
        scoring={"accuracy": "accuracy", "neg_size": ModelSize()}, refit=knee,
    ).fit(*load_iris(return_X_y=True))  # fmt: skip
    assert search.best_params_ == {"max_depth": 2}
