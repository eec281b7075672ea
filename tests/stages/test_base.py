"""What all stages share: sampling of kept intervals, and fresh configurations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skbluetuna.history import History
from skbluetuna.space import Space
from skbluetuna.stages._base import fresh_points, reference_of, sample_intervals

seeds = st.integers(0, 2**32 - 1)
# Some of the cells between equally or unequally spaced edges
cells = st.lists(st.floats(0.05, 1.0), min_size=1, max_size=6).flatmap(
    lambda widths: st.sets(
        st.integers(0, len(widths) - 1), min_size=1, max_size=len(widths)
    ).map(lambda kept: _parts(np.array(widths), sorted(kept)))
)
WHOLE = np.array([[0.0, 1.0]])


def _parts(widths, kept):
    edges = np.append(0.0, np.cumsum(widths) / widths.sum())
    return np.column_stack([edges[:-1], edges[1:]])[kept]


def position(u, parts):
    """How far along the union of the parts a point lies, as a share of its length."""
    inside = np.clip(u[:, None] - parts[:, 0], 0.0, parts[:, 1] - parts[:, 0])
    return inside.sum(axis=1) / np.sum(parts[:, 1] - parts[:, 0])


@given(parts=cells, seed=seeds)
def test_points_go_into_the_kept_intervals_only(parts, seed):
    P = np.random.default_rng(seed).random((50, 1))
    u = sample_intervals(P, [parts])[:, 0]
    low, high = parts[:, 0] - 1e-12, parts[:, 1] + 1e-12
    assert np.all(((low <= u[:, None]) & (u[:, None] <= high)).any(axis=1))


@given(parts=cells, n=st.integers(1, 200))
def test_an_interval_receives_points_in_proportion_to_its_length(parts, n):
    P = ((np.arange(n) + 0.5) / n)[:, None]
    u = sample_intervals(P, [parts])[:, 0]
    middle = (parts[1:, 0] + parts[:-1, 1]) / 2.0
    counts = np.histogram(u, bins=[-0.1, *middle, 1.1])[0]
    length = parts[:, 1] - parts[:, 0]
    assert np.all(np.abs(counts - n * length / length.sum()) <= 1.0 + 1e-6)


@given(parts=cells, seed=seeds)
def test_a_point_keeps_its_place_along_the_union_so_strata_stay_strata(parts, seed):
    p = np.random.default_rng(seed).random(40)
    u = sample_intervals(p[:, None], [parts])[:, 0]
    np.testing.assert_allclose(position(u, parts), p, atol=1e-9)


@pytest.mark.parametrize("p", [0.0, np.nextafter(1.0, 0.0), 1.0])
def test_the_ends_of_the_unit_interval_go_to_the_ends_of_the_union(p):
    parts = np.array([[0.25, 0.5], [0.75, 1.0]])
    u = sample_intervals(np.array([[p]]), [parts])[0, 0]
    assert u == pytest.approx(0.25 + 0.75 * round(p))


def test_a_point_on_the_border_of_two_kept_intervals_belongs_to_the_next():
    """The end of an interval is owned by the value after it, which was dropped."""
    parts = np.array([[0.0, 0.25], [0.5, 0.75]])
    assert sample_intervals(np.array([[0.5]]), [parts]).tolist() == [[0.5]]


def test_each_dimension_has_intervals_of_its_own():
    P = np.full((1, 2), 0.5)
    U = sample_intervals(P, [np.array([[0.0, 0.5]]), np.array([[0.5, 1.0]])])
    np.testing.assert_allclose(U, [[0.25, 0.75]])


# Fresh points


def asked(space, units):
    """View of snapped points that were asked."""
    history = History((space,))
    for unit in space.snap(np.array(units).reshape(-1, len(space))):
        history.ask(0, "initial", unit)
    return history.view(0)


FINITE = {
    "integers": {"k": (1, 5), "c": ["a", "b", "c"]},
    "log": {"k": (1, 12, "log"), "o": [1, 10, 100]},
    "single": {"k": (0, 7), "fixed": ["only"]},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FINITE)
@given(seed=seeds, n=st.integers(0, 60), n_asked=st.integers(0, 12))
@settings(deadline=None, max_examples=30)
def test_fresh_points_never_repeat_and_exhaust_a_finite_space_exactly(
    name, seed, n, n_asked
):
    space, rng = Space(FINITE[name]), np.random.default_rng(seed)
    d = len(space)
    view = asked(space, rng.random((n_asked, d)))
    used = {tuple(p.values()) for p in space.from_unit(view.X)}
    points = fresh_points(space, view, n, rng, [WHOLE] * d, rng.random((5, d)))
    fresh = [tuple(p.values()) for p in space.from_unit(points)]
    assert points.shape == (min(n, space.size - len(used)), d)
    assert len(set(fresh)) == len(fresh)
    assert used.isdisjoint(fresh)


def test_the_last_configurations_of_a_finite_space_are_found_without_luck():
    space, d = Space({"k": (1, 90), "j": (1, 90)}), 2
    rows = space.to_unit(
        [{"k": k, "j": j} for k in range(1, 91) for j in range(1, 91)][:-3]
    )
    rng = np.random.default_rng(0)
    points = fresh_points(
        space, asked(space, rows), 5, rng, [WHOLE] * d, np.empty((0, d))
    )
    found = sorted(p["j"] for p in space.from_unit(points) if p["k"] == 90)
    assert found == [88, 89, 90]


def test_preferred_points_come_first_as_far_as_they_are_new():
    space = Space({"x": (0.0, 1.0)})
    first = np.array([[0.25], [0.5], [0.25], [0.75]])
    points = fresh_points(
        space, asked(space, [[0.5]]), 4, np.random.default_rng(0), [WHOLE], first
    )
    assert points[:2].tolist() == [[0.25], [0.75]]
    assert len(np.unique(points)) == 4


def test_replacements_come_from_the_kept_intervals_while_these_have_any():
    space = Space({"k": (1, 20)})
    kept = [np.array([[0.0, 0.25]])]  # 1 to 5
    got = fresh_points(
        space, asked(space, [[0.0]]), 7, np.random.default_rng(0), kept,
        np.array([[0.0]]),
    )  # fmt: skip
    values = [p["k"] for p in space.from_unit(got)]
    assert sorted(values[:4]) == [2, 3, 4, 5]
    assert len(set(values)) == 7


def test_a_large_finite_space_is_never_listed(monkeypatch):
    """The kept part holds one configuration of 10^16."""
    listed = property(lambda _: pytest.fail("was listed"))
    monkeypatch.setattr(Space, "grid_units", listed)
    space = Space(dict.fromkeys("abcd", (1, 10**4)))
    kept = [np.array([[0.0, 1e-5]])] * 4
    points = fresh_points(
        space, asked(space, []), 50, np.random.default_rng(0), kept, np.zeros((1, 4))
    )
    assert len(np.unique(points, axis=0)) == 50


def test_a_stage_looks_around_the_reference_if_it_was_asked():
    space = Space({"x": (0.0, 1.0)})
    view = asked(space, [[0.2], [0.7]])
    assert reference_of(space, view, (0.7,)).tolist() == [0.7]
    assert reference_of(space, view, (0.6,)).tolist() == [0.2]
    assert reference_of(space, view, None).tolist() == [0.2]
    assert reference_of(space, asked(space, []), (0.7,)).tolist() == [0.5]


def test_fresh_points_are_the_middles_of_what_they_decode_to():
    space = Space({"k": (1, 4), "c": ["a", "b"]})
    rng = np.random.default_rng(0)
    points = fresh_points(
        space, asked(space, []), 8, rng, [WHOLE] * 2, rng.random((3, 2))
    )
    assert np.array_equal(points, space.to_unit(space.from_unit(points)))
