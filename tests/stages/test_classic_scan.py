"""Stage 1: lines, pseudo-gradients, region scores, initial weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import trapezoid as scipy_trapezoid

from skbluetuna import BlueTuner, Classic
from skbluetuna.explain._tables import region_table
from skbluetuna.history import History
from skbluetuna.space import Space
from skbluetuna.stages._classic_scan import (
    ClassicScan,
    keep,
    projection_score,
    pseudo_gradient,
    trapezoid,
)

n_splits = st.integers(1, 7)
reals = st.builds(
    lambda low, width, m, log: (low, low + width, m, *(("log",) if log else ())),
    st.floats(0.01, 10.0), st.floats(0.1, 100.0), n_splits, st.booleans(),
)  # fmt: skip
integers = st.builds(
    lambda low, width, m, log: (low, low + width, m, *(("log",) if log else ())),
    st.integers(1, 20), st.integers(1, 60), n_splits, st.booleans(),
)  # fmt: skip
choices = st.integers(1, 6).map(lambda k: [f"choice{i}" for i in range(k)])
ordered = st.integers(2, 9).map(lambda k: [2**i for i in range(k)])


def spaces(*dimensions):
    return st.lists(st.one_of(*dimensions), min_size=1, max_size=4).map(
        lambda specs: Space({f"p{i}": spec for i, spec in enumerate(specs)})
    )


def begun(space, reference=None):
    """History of a reference that was asked."""
    history = History((space,))
    start = space.centre() if reference is None else reference
    history.ask(0, "initial", space.to_unit([start])[0])
    return history


def searched(space, score, scan=None, reference=None, failed=()):
    """History of a reference and a whole scan around it, all told."""
    history = begun(space, reference)
    for unit in (scan or ClassicScan()).plan(space, history.view(0), ()):
        history.ask(0, "scan", unit)
    for trial in history.trials:
        n = trial.number
        history.tell(n, [] if n in failed else [float(score(trial.params))])
    return history


def scanned(*args, **kwargs):
    """View of these."""
    return searched(*args, **kwargs).view(0)


def run(tuner, score):
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, score(trial.params))
    return tuner


# The published worked example


def test_published_example_gives_regions_2_4_6_8_10_after_a_search():
    tuner = BlueTuner(
        {"p": (2, 10, 3), "x": (0.0, 1.0)},
        n_iter=None,
        strategy=Classic(n_lhs=1, tune_reps=1, n_epochs=1),
        random_state=0,
    )
    table = run(tuner, lambda p: -((p["p"] - 5) ** 2)).regions
    mine = table["param"] == "p"
    low, high = table["low"][mine].tolist(), table["high"][mine].tolist()
    assert list(zip(low, high, strict=True)) == [(2, 4), (4, 6), (6, 8), (8, 10)]


@pytest.mark.parametrize("bounds", [(2, 10), (2.0, 10.0)], ids=["int", "float"])
def test_published_example_gives_regions_2_4_6_8_10_from_the_scan(bounds):
    space = Space({"p": (*bounds, 3)})
    view = scanned(space, lambda p: p["p"])
    table = region_table(space, ClassicScan().regions(space, view))
    assert table["low"].tolist() == [2, 4, 6, 8]
    assert table["high"].tolist() == [4, 6, 8, 10]
    assert {2, 4, 6, 8, 10} <= {params["p"] for params in space.from_unit(view.X)}


# Equations 1 to 4


@given(
    a=st.floats(-1e3, 1e3),
    b=st.floats(-1e3, 1e3),
    at=arrays(np.float64, 4, elements=st.floats(0.0, 1.0)),
    step=arrays(np.float64, 4, elements=st.floats(0.01, 0.5)),
    sign=st.sampled_from([-1.0, 1.0]),
)
def test_pseudo_gradient_of_a_line_is_its_slope_ahead_and_behind(a, b, at, step, sign):
    ahead = at + sign * step
    slope = pseudo_gradient(a + b * at, a + b * ahead, ahead - at)
    np.testing.assert_allclose(slope, b, rtol=1e-9, atol=1e-9)


@given(
    length=st.floats(1e-3, 1.0),
    y=arrays(np.float64, 2, elements=st.floats(-1e6, 1e6)),
)
def test_raw_output_is_the_area_of_the_trapezoid(length, y):
    expected = scipy_trapezoid(y, dx=length)
    np.testing.assert_allclose(
        trapezoid(np.float64(length), *y), expected, rtol=1e-12, atol=1e-9
    )


@pytest.mark.parametrize(
    ("left", "right", "sign"),
    [
        (1.0, -2.0, 1),  # rising on the left, falling on the right: both point inside
        (-1.0, 2.0, -1),  # both point outside
        (2.0, 1.0, 1),  # rising through, losing height: more comes in than leaves
        (1.0, 2.0, -1),  # rising through, gaining
        (-1.0, -2.0, 1),  # falling through, gaining
        (-2.0, -1.0, -1),  # falling through, losing
        (3.0, 3.0, 0),  # a straight line points nowhere
    ],
)
def test_projection_score_is_positive_where_the_slopes_point_inside(left, right, sign):
    assert np.sign(projection_score(np.float64(left), np.float64(right))) == sign


def test_projection_score_adds_the_slope_and_the_mirrored_slope():
    got = projection_score(np.array([1.0, -1.0, 0.5]), np.array([-2.0, 2.0, 0.25]))
    assert got.tolist() == [3.0, -3.0, 0.25]


@given(arrays(np.float64, st.integers(1, 9), elements=st.floats(-1e6, 1e6)))
def test_a_region_is_kept_if_it_is_not_below_the_mean(score):
    kept = keep(score)
    assert kept.any()
    margin = 1e-9 * max(1.0, np.abs(score).max())
    assert kept[score > np.mean(score) + margin].all()
    if (score > np.mean(score) + margin).any():
        assert not kept[score < np.mean(score) - margin].any()


def test_a_region_at_the_mean_is_not_below_it():
    assert keep(np.array([1.0, 2.0, 3.0])).tolist() == [False, True, True]


@given(st.floats(-1e6, 1e6), st.integers(1, 12))
def test_equal_regions_all_stay(value, n):
    """Their computed mean may lie above each of them, as that of three 0.1 does."""
    assert keep(np.full(n, value)).all()


def test_scan_applies_equations_1_to_4_to_a_parabola():
    """u^2 with boundaries 0, 1/4, ... 1 and nudges h = 1/8, worked out by hand.

    The slope ahead of b is 2 b + h; the last boundary looks behind: 2 - h.
    """
    space = Space({"x": (0.0, 1.0, 3)})
    regions = ClassicScan().regions(space, scanned(space, lambda p: p["x"] ** 2))
    raw = [1 / 128, 5 / 128, 13 / 128, 25 / 128]
    inward = [-1 / 2, -1 / 2, -1 / 2, 13 / 8 - 15 / 8]
    np.testing.assert_allclose(regions.measures["raw_output"], raw, rtol=1e-12)
    np.testing.assert_allclose(regions.measures["projection"], inward, rtol=1e-12)
    score = np.multiply(raw, inward)
    np.testing.assert_allclose(regions.measures["score"], score, rtol=1e-12)
    assert regions.kept.tolist() == (score >= score.mean()).tolist()


@given(low=st.floats(0.0, 5.0), slope=st.floats(0.1, 10.0), nudge=st.floats(0.05, 1.0))
def test_a_straight_line_points_into_no_region(low, slope, nudge):
    space, scan = Space({"x": (0.0, 1.0, 4)}), ClassicScan(nudge)
    view = scanned(space, lambda p: low + slope * p["x"], scan)
    np.testing.assert_allclose(
        scan.regions(space, view).measures["projection"], 0.0, atol=1e-6
    )


def test_the_region_of_a_lone_peak_points_most_inward():
    space = Space({"x": (0.0, 1.0, 4)})
    view = scanned(space, lambda p: 1.0 - abs(p["x"] - 0.5))
    regions = ClassicScan().regions(space, view)
    assert np.argmax(regions.measures["projection"]) == 2
    assert regions.kept[2]


@given(nudge=st.floats(0.05, 0.45))
def test_nudges_look_ahead_and_the_last_boundary_looks_behind(nudge):
    space = Space({"x": (0.0, 1.0, 1)})
    view = scanned(space, lambda p: p["x"], ClassicScan(nudge))
    step = nudge / 2.0
    expected = [0.0, step, 0.5, 0.5 + step, 1.0 - step, 1.0]
    got = sorted(view.X[:, 0])
    np.testing.assert_allclose(got, expected, atol=1e-12)


def test_without_nudges_only_boundaries_are_tried_and_slopes_are_their_differences():
    space, scan = Space({"x": (0.0, 1.0, 3)}), ClassicScan(None)
    view = scanned(space, lambda p: np.exp(p["x"]), scan)
    assert sorted(view.X[:, 0]) == [0.0, 0.25, 0.5, 0.75, 1.0]
    slope = np.gradient(np.exp(np.linspace(0.0, 1.0, 5)), 0.25)
    np.testing.assert_allclose(
        scan.regions(space, view).measures["projection"],
        slope[:-1] - slope[1:],
        rtol=1e-12,
    )


def test_the_regions_of_a_choice_are_its_values_scored_by_their_scores():
    space = Space({"c": ["a", "b", "c", "d"]})
    score = {"a": 0.5, "b": 0.125, "c": 0.75, "d": 0.25}
    view = scanned(space, lambda p: score[p["c"]])
    table = region_table(space, ClassicScan().regions(space, view))
    assert table["low"].tolist() == table["high"].tolist() == list(score)
    assert table["score"].tolist() == list(score.values())
    assert table["raw_output"].tolist() == list(score.values())
    assert table["kept"].tolist() == [True, False, True, False]
    assert len(view) == 4


# Equation 5


def mixed():
    space = Space({"x": (0.0, 1.0, 1), "c": ["a", "b"]})
    return space, lambda p: 1.0 + p["x"] ** 2 + 0.5 * (p["c"] == "b")


def test_initial_weights_are_sensitivities_worked_out_by_hand():
    """x: slopes 1/4, 5/4, 7/4 under the ceiling 2; c: a range of 1/2 under 7/4."""
    space, score = mixed()
    s = np.array([(0.25 + 1.25 + 1.75) / 3 * 2.0, 0.5 * 1.75])
    weights = ClassicScan().initial_weights(space, scanned(space, score))
    np.testing.assert_allclose(weights, s / s.sum(), rtol=1e-12)


def test_scores_below_zero_are_shifted_so_that_the_worst_counts_zero():
    space, score = mixed()
    s = np.array([(0.25 + 1.25 + 1.75) / 3 * 1.0, 0.5 * 0.75])
    view = scanned(space, lambda p: score(p) - 3.0)
    weights = ClassicScan().initial_weights(space, view)
    np.testing.assert_allclose(weights, s / s.sum(), rtol=1e-12)
    raw = ClassicScan().regions(space, view).measures["raw_output"]
    np.testing.assert_allclose(raw, [0.0625, 0.3125, 0.25, 0.75], rtol=1e-12)


@given(
    space=spaces(reals, integers, choices, ordered),
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([1.0, -1.0, 1e-300, 1e300, 1e308, 0.0]),
)
@settings(deadline=None, max_examples=60)
def test_initial_weights_sum_to_one_for_scores_of_any_size(space, seed, scale):
    rng = np.random.default_rng(seed)
    view = scanned(space, lambda _: rng.uniform(-1.0, 1.0) * scale)
    weights = ClassicScan().initial_weights(space, view)
    assert len(weights) == sum(dim.n_values != 1 for dim in space.dimensions)
    assert (weights >= 0.0).all()
    if len(weights):
        assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.isfinite(ClassicScan().regions(space, view).kept).all()


def test_initial_weights_do_not_change_with_the_unit_of_the_score():
    space, score = mixed()
    one, huge, tiny = (
        ClassicScan().initial_weights(
            space, scanned(space, lambda p, k=k: k * score(p))
        )
        for k in (1.0, 2.0**1020, 2.0**-1000)
    )
    np.testing.assert_allclose(huge, one, rtol=1e-12)
    np.testing.assert_allclose(tiny, one, rtol=1e-12)


def test_where_nothing_changes_the_score_all_weights_are_equal():
    space, _ = mixed()
    view = scanned(space, lambda _: 0.7)
    assert ClassicScan().initial_weights(space, view).tolist() == [0.5, 0.5]


def test_a_parameter_that_was_not_scanned_starts_at_the_mean_of_those_that_were():
    space = Space({"x": (0.0, 1.0, 1), "y": (0.0, 1.0, 1), "z": (0.0, 1.0, 1)})
    scan = ClassicScan(params=(0, 1))
    view = scanned(space, lambda p: 1.0 + p["x"] + 3.0 * p["y"], scan)
    # slopes 1 and 3; ceilings, the others at their centre, 3.5 and 4.5
    s = np.array([3.5, 13.5, 8.5])
    np.testing.assert_allclose(scan.initial_weights(space, view), s / s.sum())


# The plan


@given(spaces(reals, integers, choices, ordered))
@settings(deadline=None)
def test_no_configuration_is_scanned_twice_and_one_parameter_moves_at_a_time(space):
    view = scanned(space, lambda _: 0.0)
    params = [tuple(params.values()) for params in space.from_unit(view.X)]
    assert len(set(params)) == len(params)
    for row in params[1:]:
        assert sum(a != b for a, b in zip(row, params[0], strict=True)) == 1


@given(spaces(reals, integers))
@settings(deadline=None)
def test_the_scan_costs_at_most_two_trials_for_each_boundary(space):
    most = 2 * sum(dim.n_splits + 2 for dim in space.dimensions)
    assert len(ClassicScan().plan(space, History((space,)).view(0), ())) <= most


@given(spaces(choices))
def test_the_scan_of_a_choice_costs_one_trial_for_each_other_value(space):
    view = scanned(space, lambda _: 0.0)
    assert len(view) - 1 == sum(dim.n_values - 1 for dim in space.dimensions)


@pytest.mark.parametrize("high", range(1, 8))
@pytest.mark.parametrize("splits", [1, 3, 20])
def test_narrow_integer_ranges_are_scanned_value_by_value_at_most(high, splits):
    space = Space({"k": (0, high, splits)})
    values = [trial.params["k"] for trial in searched(space, lambda _: 0.0).trials]
    assert len(values) == len(set(values)) <= high + 1
    assert {0, high} <= set(values)
    if splits == 20:
        assert len(values) == high + 1


def test_each_parameter_has_its_own_number_of_splits():
    space = Space({"a": (0.0, 1.0, 1), "b": (1.0, 9.0, 4), "c": (1.0, 64.0, 2, "log")})
    table = region_table(
        space, ClassicScan().regions(space, scanned(space, lambda _: 1.0))
    )
    expected = {
        "a": np.linspace(0.0, 1.0, 3),
        "b": np.linspace(1.0, 9.0, 6),
        "c": np.geomspace(1.0, 64.0, 4),
    }
    for name, edges in expected.items():
        mine = table["param"] == name
        np.testing.assert_allclose(table["low"][mine].tolist(), edges[:-1], rtol=1e-12)
        np.testing.assert_allclose(table["high"][mine].tolist(), edges[1:], rtol=1e-12)


@given(
    space=spaces(reals, integers, choices, ordered),
    scan=st.builds(
        ClassicScan,
        st.none() | st.floats(0.05, 1.0),
        st.none() | st.integers(0, 4),
        st.none() | st.sets(st.integers(0, 3)).map(tuple),
    ),
    told=st.booleans(),
)
@settings(deadline=None)
def test_regions_cover_the_unit_interval_without_gaps(space, scan, told):
    view = History((space,)).view(0)
    if told:
        view = scanned(space, lambda p: len(str(p)), scan)
    regions = scan.regions(space, view)
    for j in range(len(space)):
        mine = regions.param == j
        edges = [*regions.low[mine], regions.high[mine][-1]]
        assert edges[0] == 0.0
        assert edges[-1] == 1.0
        assert edges[1:] == regions.high[mine].tolist()
        assert np.all(np.diff(edges) > 0.0)
        assert regions.kept[mine].any()


@given(
    space=spaces(reals, integers, ordered), most=st.integers(0, 3), n=st.integers(0, 4)
)
@settings(deadline=None)
def test_a_smaller_scan_draws_fewer_lines_and_leaves_out_the_last_parameters(
    space, most, n
):
    scan = ClassicScan(max_splits=most, params=tuple(range(n)))
    view = scanned(space, lambda _: 1.0, scan)
    moved = set(np.flatnonzero((view.X[0] != view.X).any(axis=0)).tolist())
    assert moved == set(range(min(n, len(space))))
    regions = scan.regions(space, view)
    for j, dim in enumerate(space.dimensions):
        n_regions = np.sum(regions.param == j)
        assert n_regions <= (min(most, dim.n_splits) + 1 if j in moved else 1)
        assert np.isnan(regions.measures["score"][regions.param == j]).all() == (
            j not in moved
        )


def test_a_parameter_that_cannot_vary_is_not_scanned():
    space = Space({"fixed": ["only"], "x": (0.0, 1.0)})
    view = scanned(space, lambda p: p["x"])
    assert len(np.unique(view.X[:, 1])) == len(view)
    regions = ClassicScan().regions(space, view)
    assert regions.kept[regions.param == 0].tolist() == [True]


def test_the_scan_stands_at_the_first_row():
    space = Space({"x": (0.0, 1.0), "y": (0.0, 1.0)})
    trials = searched(space, lambda _: 0.0, reference={"x": 0.1, "y": 0.9}).trials
    assert all(t.params["x"] == 0.1 or t.params["y"] == 0.9 for t in trials)


def test_the_scan_can_be_asked_in_pieces():
    space, scan = Space({"x": (0.0, 1.0), "k": (1, 20)}), ClassicScan()
    history = begun(space)
    whole = scan.plan(space, history.view(0), ())
    while not scan.is_done(space, history.view(0), ()):
        for unit in scan.propose(space, history.view(0), 3, ()):
            history.ask(0, "scan", unit)
    assert np.array_equal(history.view(0).X[1:], whole)


# What the regions look at


def test_later_stages_do_not_change_the_regions():
    space = Space({"x": (0.0, 1.0)})
    history = searched(space, lambda p: -((p["x"] - 0.4) ** 2))
    before = region_table(space, ClassicScan().regions(space, history.view(0)))
    later = history.ask(0, "learn", np.array([0.4]))
    history.tell(later.number, [-100.0])
    after = region_table(space, ClassicScan().regions(space, history.view(0)))
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[column], after[column]) for column in before)


def test_a_failed_trial_counts_as_the_worst_score_seen():
    space = Space({"c": ["a", "b", "c"]})
    score = {"a": 3.0, "b": 9.0, "c": 5.0}
    view = scanned(space, lambda p: score[p["c"]], failed={1})
    assert ClassicScan().regions(space, view).measures["score"].tolist() == [
        3.0,
        3.0,
        5.0,
    ]


def test_a_parameter_with_a_score_still_missing_is_not_judged():
    space = Space({"x": (0.0, 1.0), "y": (0.0, 1.0)})
    events = searched(space, lambda p: p["x"]).events
    view = History((space,), events[:-1]).view(0)
    regions = ClassicScan().regions(space, view)
    assert np.isfinite(regions.measures["score"][regions.param == 0]).all()
    assert np.isnan(regions.measures["score"][regions.param == 1]).all()
    assert regions.kept[regions.param == 1].all()
