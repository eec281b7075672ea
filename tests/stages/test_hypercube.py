"""Stage 2: a Latin hypercube over the kept regions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skbluetuna.history import History
from skbluetuna.space import Space
from skbluetuna.stages._base import Regions
from skbluetuna.stages._hypercube import Hypercube

seeds = st.integers(0, 2**31)


def nothing(space):
    """View of a search that has not begun."""
    return History((space,)).view(0)


def rule(kept):
    """Region rule from equally long regions, kept or not, of each parameter."""

    def regions(space, view):
        param = np.repeat(np.arange(len(kept)), [len(k) for k in kept])
        low = np.concatenate([np.arange(len(k)) / len(k) for k in kept])
        high = np.concatenate([(np.arange(len(k)) + 1) / len(k) for k in kept])
        flags = np.concatenate([np.array(k, dtype=bool) for k in kept])
        return Regions(param, low, high, flags, {})

    return regions


def position(u, kept):
    """Place along the union of the kept regions, in [0, 1]."""
    low = np.arange(len(kept)) / len(kept)
    inside = np.clip(u[:, None] - low, 0.0, 1.0 / len(kept))
    return inside[:, np.array(kept, dtype=bool)].sum(axis=1) * len(kept) / sum(kept)


masks = st.lists(st.integers(0, 1), min_size=1, max_size=5).filter(any)


@given(kept=st.lists(masks, min_size=1, max_size=4), n=st.integers(1, 40), seed=seeds)
@settings(deadline=None, max_examples=60)
def test_each_stratum_of_the_kept_union_holds_exactly_one_point(kept, n, seed):
    space = Space({f"x{j}": (0.0, 1.0) for j in range(len(kept))})
    U = Hypercube(n, rule(kept)).plan(space, nothing(space), (seed, 0))
    assert U.shape == (n, len(kept))
    for u, parts in zip(U.T, kept, strict=True):
        stratum = np.floor(position(u, parts) * n + 1e-9).astype(int)
        assert sorted(np.minimum(stratum, n - 1).tolist()) == list(range(n))


@given(n=st.integers(1, 50), d=st.integers(1, 5), seed=seeds)
@settings(deadline=None, max_examples=60)
def test_with_every_region_kept_the_hypercube_is_stratified_over_the_range(n, d, seed):
    space = Space({f"x{j}": (-2.0, 3.0) for j in range(d)})
    U = Hypercube(n, rule([[1, 1, 1, 1]] * d)).plan(space, nothing(space), (seed, 0))
    values = np.array([list(p.values()) for p in space.from_unit(U)])
    for column in values.T:
        assert np.histogram(column, bins=n, range=(-2.0, 3.0))[0].tolist() == [1] * n


def test_integers_and_choices_are_spread_evenly_too():
    space = Space({"k": (1, 4), "c": ["a", "b", "c"], "x": (0.0, 1.0)})
    U = Hypercube(24, rule([[1], [1] * 3, [1]])).plan(space, nothing(space), (0, 0))
    params = space.from_unit(U)
    assert [sum(p["k"] == k for p in params) for k in (1, 2, 3, 4)] == [6] * 4
    assert [sum(p["c"] == c for p in params) for c in "abc"] == [8] * 3


def test_a_value_that_was_not_kept_is_not_tried():
    space = Space({"c": ["a", "b", "c"], "x": (0.0, 1.0)})
    U = Hypercube(30, rule([[1, 0, 1], [0, 1]])).plan(space, nothing(space), (0, 0))
    params = space.from_unit(U)
    assert {p["c"] for p in params} == {"a", "c"}
    assert min(p["x"] for p in params) >= 0.5


def test_no_configuration_is_repeated_even_if_the_kept_part_is_too_small():
    space = Space({"k": (1, 10)})
    history = History((space,))
    history.ask(0, "initial", np.array([0.05]))
    history.tell(0, [1.0])
    U = Hypercube(9, rule([[1, 0]])).plan(space, history.view(0), (0, 0))
    assert sorted(p["k"] for p in space.from_unit(U)) == list(range(2, 11))


def test_the_plan_follows_from_the_seed():
    space, learn = Space({"x": (0.0, 1.0)}), Hypercube(6, rule([[1]]))
    one, two, other = (learn.plan(space, nothing(space), (s, 0)) for s in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_no_trials_are_a_plan_too():
    space, learn = Space({"x": (0.0, 1.0)}), Hypercube(0, rule([[1]]))
    assert learn.plan(space, nothing(space), (0, 0)).shape == (0, 1)
    assert learn.is_done(space, nothing(space), (0, 0))


@pytest.mark.parametrize("score", [None, 1.0, np.nan])
def test_it_waits_for_the_scores_of_the_stages_before(score):
    space, learn = Space({"x": (0.0, 1.0)}), Hypercube(3, rule([[1]]))
    history = History((space,))
    history.ask(0, "scan", np.array([0.5]))
    if score is not None:
        history.tell(0, [score])
    proposed = learn.propose(space, history.view(0), None, (0, 0))
    assert len(proposed) == (0 if score is None else 3)
    assert not learn.is_done(space, history.view(0), (0, 0))
