"""Classic: its options, and how it cuts the stages to a budget."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skbluetuna import BlueTuner, Classic, Integer
from skbluetuna.history import History
from skbluetuna.space import Space
from skbluetuna.strategies import resolve_strategy

n_splits = st.integers(1, 6)
real = st.builds(lambda m: (0.0, 1.0, m), n_splits)
log = st.builds(lambda m: (0.1, 10.0, m, "log"), n_splits)
integer = st.builds(
    lambda w, m: (1, 1 + w, m) if w > 1 else Integer(1, 2, n_splits=m),
    st.integers(1, 40),
    n_splits,
)
choice = st.integers(1, 9).map(lambda k: [f"choice{i}" for i in range(k)])
ordered = st.integers(2, 6).map(lambda k: [2**i for i in range(k)])


def spaces(*dimensions, most=5):
    return st.lists(st.one_of(*dimensions), min_size=1, max_size=most).map(
        lambda specs: Space({f"p{i}": spec for i, spec in enumerate(specs)})
    )


anywhere = spaces(real, log, integer, choice, ordered)
continuous = spaces(real, log)
options = st.builds(
    Classic,
    grad_nudge=st.floats(0.05, 1.0),
    n_lhs=st.integers(0, 150),
    tune_reps=st.integers(0, 150),
)


def centre(space):
    return space.to_unit([space.centre()])


def scan_points(space, schedule, initial):
    history = History((space,))
    for unit in initial:
        history.ask(0, "initial", unit)
    return schedule.stages[0].plan(space, history.view(0), ())


def sizes(space, strategy, n_trials, initial=None):
    """Trials of scan, learn and climb."""
    initial = centre(space) if initial is None else initial
    schedule = strategy.schedule(space, initial, n_trials)
    _, learn, climb = schedule.stages
    n_scan = len(scan_points(space, schedule, initial))
    return n_scan, learn.n_trials, climb.n_trials


def full_sizes(space, strategy):
    return sizes(space, strategy, 10**6)[0], strategy.n_lhs, strategy.tune_reps


# Options

BAD = [
    ("n_lhs", -1, ValueError, "at least 0"),
    ("n_lhs", 2.0, TypeError, "int"),
    ("n_lhs", True, TypeError, "int"),
    ("n_lhs", None, TypeError, "int"),
    ("tune_reps", -5, ValueError, "at least 0"),
    ("tune_reps", "many", TypeError, "int"),
    ("n_epochs", 0, ValueError, "at least 1"),
    ("n_epochs", 1e3, TypeError, "int"),
    ("grad_nudge", 0.0, ValueError, "between 0 and 1"),
    ("grad_nudge", 1.5, ValueError, "between 0 and 1"),
    ("grad_nudge", float("nan"), ValueError, "between 0 and 1"),
    ("grad_nudge", None, TypeError, "number"),
    ("tune_lr", -0.1, ValueError, "between 0 and infinity"),
    ("tune_lr", float("inf"), ValueError, "between 0 and infinity"),
    ("tune_lr", "fast", TypeError, "number"),
    ("activation", "softmax", ValueError, "one of"),
    ("activation", None, ValueError, "one of"),
]


@pytest.mark.parametrize(("option", "value", "kind", "rule"), BAD)
def test_a_bad_option_is_named_with_its_rule_and_value(option, value, kind, rule):
    with pytest.raises(kind) as caught:
        Classic(**{option: value})
    message = str(caught.value)
    assert message.startswith(f"Classic: {option} must ")
    assert rule in message
    assert f"got {value!r}." in message or f"got {value}." in message


def test_an_unknown_activation_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"identity.*relu.*sigmoid.*tanh"):
        Classic(activation="softmax")


@pytest.mark.parametrize("option", ["grad_nudge", "tune_lr"])
def test_the_ends_of_the_options_are_accepted(option):
    assert getattr(Classic(**{option: 1}), option) == 1
    assert Classic(n_lhs=0, tune_reps=0, n_epochs=1).n_epochs == 1
    assert Classic(n_lhs=np.int64(3)).n_lhs == 3


def test_a_strategy_is_read_by_name_or_as_an_object():
    own = Classic(n_lhs=3)
    assert resolve_strategy("classic") == Classic()
    assert resolve_strategy(own) is own


def test_a_strategy_of_another_name_or_kind_is_refused():
    with pytest.raises(ValueError, match="'clasic'"):
        resolve_strategy("clasic")
    with pytest.raises(TypeError, match=r"schedule and n_trials.*got 3\."):
        resolve_strategy(3)


# The published schedule


@pytest.mark.slow
@given(space=anywhere, strategy=options)
@settings(deadline=None)
def test_without_a_budget_the_schedule_is_the_published_one(space, strategy):
    initial = centre(space)
    n = strategy.n_trials(space, initial)
    n_scan, n_learn, n_climb = sizes(space, strategy, n)
    assert n == 1 + n_scan + n_learn + n_climb
    assert (n_learn, n_climb) == (strategy.n_lhs, strategy.tune_reps)
    assert n_scan == full_sizes(space, strategy)[0]
    bound = [
        2 * (dim.n_splits + 2) if dim.is_ordered else dim.n_values - 1
        for dim in space.dimensions
    ]
    assert n_scan <= sum(bound)


def test_the_full_scan_visits_every_boundary_and_its_nudged_point():
    """Of 2 * 5 points, the centre is the reference and two nudges share a middle."""
    space = Space({"x": (0.0, 1.0)})
    strategy = Classic(n_lhs=7, tune_reps=4, n_epochs=1)
    assert sizes(space, strategy, 20) == (8, 7, 4)
    tuner = BlueTuner(space, n_iter=None, strategy=strategy, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, trial.params["x"])
    stages = [trial.stage for trial in tuner.trials]
    assert stages == ["initial"] + ["scan"] * 8 + ["learn"] * 7 + ["climb"] * 4
    scanned = sorted(t.params["x"] for t in tuner.trials if t.stage == "scan")
    assert scanned == [k / 8 for k in (0, 1, 2, 3, 5, 6, 7, 8)]


# Budgets


@pytest.mark.slow
@given(
    space=anywhere,
    strategy=options,
    n_iter=st.integers(1, 400),
    n_initial=st.integers(1, 4),
)
@settings(deadline=None, max_examples=60)
def test_initial_trials_and_stages_add_up_to_the_budget(
    space, strategy, n_iter, n_initial
):
    initial = np.unique(
        space.snap(np.random.default_rng(n_iter).random((n_initial, len(space)))),
        axis=0,
    )
    n = sizes(space, strategy, n_iter, initial)
    assert min(n) >= 0
    assert sum(n) == max(0, n_iter - len(initial))


@pytest.mark.slow
@given(space=anywhere, n_iter=st.integers(1, 40), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=12)
def test_a_search_asks_exactly_its_budget_or_every_configuration(space, n_iter, seed):
    strategy, rng = Classic(n_epochs=1), np.random.default_rng(seed)
    tuner = BlueTuner(space, n_iter=n_iter, strategy=strategy, random_state=seed)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, rng.normal())
    size = n_iter if space.size is None else min(n_iter, space.size)
    assert len(tuner.trials) == size
    if size == n_iter != space.size:
        count = [sum(t.stage == s for t in tuner.trials) for s in ("scan", "learn")]
        assert count == list(sizes(space, strategy, n_iter)[:2])


@given(space=anywhere, strategy=options, more=st.integers(0, 500))
@settings(deadline=None)
def test_a_larger_budget_lengthens_learn_and_climb_in_proportion(space, strategy, more):
    n_scan, n_lhs, tune_reps = full_sizes(space, strategy)
    got = sizes(space, strategy, 1 + n_scan + n_lhs + tune_reps + more)
    assert got[0] == n_scan
    both = n_lhs + tune_reps
    if both:
        assert abs(got[1] - (both + more) * n_lhs / both) <= 1.0
        assert got[1] >= n_lhs
        assert got[2] >= tune_reps


LINE = Space({"x": (0.0, 1.0)})


@given(space=anywhere, strategy=options, n_iter=st.integers(2, 400))
@example(LINE, Classic(n_lhs=1, tune_reps=150), 9)
@example(LINE, Classic(n_lhs=150, tune_reps=1), 9)
@settings(deadline=None)
def test_learn_and_climb_share_what_the_scan_leaves_in_their_proportion(
    space, strategy, n_iter
):
    n_scan, n_learn, n_climb = sizes(space, strategy, n_iter)
    left, both = n_iter - 1 - n_scan, strategy.n_lhs + strategy.tune_reps
    if both:
        share = left * strategy.n_lhs / both
        forced = {1, left - 1} if strategy.n_lhs and strategy.tune_reps else set()
        assert abs(n_learn - share) <= 0.5 or n_learn in forced
    if left >= 2 and strategy.n_lhs and strategy.tune_reps:
        assert n_learn >= 1
        assert n_climb >= 1
    if both and not strategy.n_lhs:
        assert n_learn == 0
    if both and not strategy.tune_reps:
        assert n_climb == 0


def rung(space, nudge, most, n_params, at=0.5):
    """Points of a scan around a reference, drawn by hand: {(parameter, unit)}."""
    points = set()
    for j, dim in enumerate(space.dimensions[:n_params]):
        edges = np.linspace(0.0, 1.0, min(dim.n_splits, most) + 2)
        tried = list(edges)
        if nudge is not None:
            step = nudge * edges[1]
            tried += [*(edges[:-1] + step), 1.0 - step]
        points |= {(j, round(float(u), 9)) for u in tried} - {(j, at)}
    return points


def ladder(space, nudge, at=0.5):
    """Every scan in the order in which a shrinking budget gives things up."""
    most = max(dim.n_splits for dim in space.dimensions)
    d = len(space)
    scans = [rung(space, nudge, m, d, at) for m in range(most, 0, -1)]
    scans += [rung(space, None, 1, d, at), rung(space, None, 0, d, at)]
    return scans + [rung(space, None, 0, n, at) for n in range(d - 1, -1, -1)]


def chosen(space, strategy, n_iter, at=0.5):
    """The scan of a budget as {(parameter, unit)}."""
    initial = np.full((1, len(space)), at)
    points = scan_points(space, strategy.schedule(space, initial, n_iter), initial)
    moved = np.argmax(np.abs(points - at), axis=1)
    return {(int(j), round(float(u[j]), 9)) for j, u in zip(moved, points, strict=True)}


@pytest.mark.slow
@pytest.mark.parametrize(("at", "nudge"), [(0.5, 0.35), (0.3, 0.5)])
@pytest.mark.parametrize("splits", [[1], [2, 4], [3, 1, 2]])
def test_lines_then_nudges_then_the_last_line_then_parameters_are_given_up(
    splits, nudge, at
):
    """Every budget from 260 down: the whole ladder, one rung at a time."""
    space = Space({f"x{j}": (0.0, 1.0, m) for j, m in enumerate(splits)})
    strategy, met = Classic(grad_nudge=nudge), []
    for n_iter in range(260, 0, -1):
        scan = chosen(space, strategy, n_iter, at)
        if scan not in met[-1:]:
            met.append(scan)
    expected = ladder(space, nudge, at)
    distinct = [s for k, s in enumerate(expected) if s not in expected[:k]]
    assert met == distinct


@pytest.mark.slow
@given(space=continuous, strategy=options, n_iter=st.integers(1, 400))
@settings(deadline=None, max_examples=60)
def test_the_scan_keeps_its_proportion_unless_both_ends_cost_more(
    space, strategy, n_iter
):
    full, B = full_sizes(space, strategy), n_iter - 1
    n_scan = sizes(space, strategy, n_iter)[0]
    proportion, d = B * full[0] / sum(full), len(space)
    assert n_scan <= full[0]
    assert n_scan <= max(proportion + 0.5, min(2 * d, B // 2))
    if sum(full) > B:  # and it is the richest that fits
        sizes_ = [len(scan) for scan in ladder(space, strategy.grad_nudge)]
        fits = [size for size in sizes_ if size <= proportion - 0.5]
        assert n_scan >= max(fits, default=0)


@given(space=continuous, n_iter=st.integers(2, 400))
@settings(deadline=None)
def test_both_ends_of_each_parameter_are_seen_if_half_the_budget_pays_for_them(
    space, n_iter
):
    if 2 * len(space) <= (n_iter - 1) / 2:
        ends = {(j, end) for j in range(len(space)) for end in (0.0, 1.0)}
        assert ends <= chosen(space, Classic(), n_iter)


@pytest.mark.slow
@given(space=continuous, n_iter=st.integers(2, 400))
@settings(deadline=None)
def test_what_does_not_fit_is_given_up_from_the_end_of_the_space(space, n_iter):
    scanned = {j for j, _ in chosen(space, Classic(), n_iter)}
    assert scanned == set(range(len(scanned)))


def test_a_wide_choice_does_not_cost_every_parameter_its_scan():
    """Nine other values and two ends are 11 trials, less than half of 49."""
    space = Space({"c": [f"choice{i}" for i in range(10)], "x": (0.0, 1.0)})
    schedule = Classic().schedule(space, centre(space), 50)
    assert {0.0, 1.0} <= set(scan_points(space, schedule, centre(space))[:, 1])


def test_more_initial_trials_than_budget_leave_no_stage_a_trial():
    space = Space({"x": (0.0, 1.0)})
    initial = np.linspace(0.0, 1.0, 7)[:, None]
    assert sizes(space, Classic(), 4, initial) == (0, 0, 0)
