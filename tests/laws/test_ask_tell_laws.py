"""Laws that every strategy obeys, whatever the space, the budget and the scores."""

import importlib.util
import math
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from skbluetuna import Adaptive, BlueTuner, Classic, Integer, Space, when
from skbluetuna.exceptions import AlreadyToldError, UnknownTrialError
from skbluetuna.space import When
from skbluetuna.stages import _adaptive_climb
from skbluetuna.stages._classic_climb import _train
from skbluetuna.stages._fits import _fit

# importlib mode has no packages of tests: the helpers beside this file load by path.
_path = Path(__file__).with_name("strategies.py")
_spec = importlib.util.spec_from_file_location("laws_strategies", _path)
laws = importlib.util.module_from_spec(_spec)
sys.modules["laws_strategies"] = laws
_spec.loader.exec_module(laws)

asks, make, objective, run = laws.asks, laws.make, laws.objective, laws.run
search = given(laws.spaces, laws.budgets, laws.strategies, laws.seeds)
few = settings(max_examples=4, deadline=None)


@pytest.fixture(scope="module", autouse=True)
def _early_turns():
    """The laws' budgets are small: let the climbs take turns within them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_adaptive_climb, "N_BEFORE_TURNS", 8)
        yield


@pytest.mark.slow
@few
@search
def test_same_seed_asks_the_same(space, n_iter, strategy, seed):
    first, second = (run(make(space, n_iter, strategy, seed)) for _ in range(2))
    assert asks(first) == asks(second)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", [Adaptive(), Classic(n_lhs=20)], ids=str)
def test_threads_of_linear_algebra_change_nothing(strategy):
    """Their number changes the last digits of a product, and so what is asked."""
    space = {f"x{k}": (0.0, 1.0) for k in range(12)}
    found = []
    for n_threads in (1, 4):
        _fit.cache_clear()  # what one number of threads found is not the other's
        _train.cache_clear()
        with threadpool_limits(limits=n_threads, user_api="blas"):
            found.append(asks(run(make(space, 20, strategy, 0))))
    assert found[0] == found[1]


@settings(few, max_examples=3)
@search
def test_another_seed_asks_something_else(space, n_iter, strategy, seed):
    tuners = [make(space, n_iter, strategy, s) for s in (seed, seed + 1)]
    first, second = (run(tuner) for tuner in tuners)
    hypercube = [t for t in first if t.stage == "learn"]
    size = Space(space).size
    if len(hypercube) >= 5 and (size is None or size > 10 * n_iter):
        assert asks(first) != asks(second)


@few
@given(laws.spaces, laws.budgets, laws.strategies, laws.seeds, st.randoms())
def test_the_order_of_tell_inside_a_batch_is_irrelevant(
    space, n_iter, strategy, seed, order
):
    straight = run(make(space, n_iter, strategy, seed))
    tuner = make(space, n_iter, strategy, seed)
    while not tuner.finished:
        batch = tuner.ask()
        order.shuffle(batch)
        for trial in batch:
            tuner.tell(trial, objective(trial))
    assert asks(tuner.trials) == asks(straight)


@few
@given(laws.spaces, laws.budgets, laws.planned, laws.seeds, st.integers(1, 7))
def test_asking_a_plan_in_pieces_asks_the_same(space, n_iter, strategy, seed, n):
    """Its points follow from the rows before the stage, not from how they are asked."""
    whole = run(make(space, n_iter, strategy, seed))
    assert asks(run(make(space, n_iter, strategy, seed), n=n)) == asks(whole)


@pytest.mark.slow
@few
@given(laws.spaces, laws.budgets, laws.strategies, laws.seeds, st.integers(-900, 900))
def test_multiplying_scores_by_a_power_of_two_changes_no_ask(
    space, n_iter, strategy, seed, exponent
):
    plain = run(make(space, n_iter, strategy, seed))
    scaled = run(
        make(space, n_iter, strategy, seed),
        lambda trial: math.ldexp(objective(trial), exponent),
    )
    assert asks(scaled) == asks(plain)


@few
@search
def test_renaming_the_parameters_changes_nothing(space, n_iter, strategy, seed):
    size = Space(space).size
    if size is not None and size <= n_iter:
        return  # ParameterGrid's order is that of the names
    names = {name: f"{'zyx'[i % 3]}{-i}__renamed" for i, name in enumerate(space)}
    renamed = {
        names[name]: when(names[dim.parent], list(dim.values), dim.spec)
        if isinstance(dim, When)
        else dim
        for name, dim in space.items()
    }
    before = run(make(space, n_iter, strategy, seed))
    after = run(make(renamed, n_iter, strategy, seed))
    assert [t.unit for t in after] == [t.unit for t in before]
    assert [t.params for t in after] == [
        {names[k]: v for k, v in t.params.items()} for t in before
    ]


@pytest.mark.slow
@few
@search
def test_every_ask_lies_in_the_space_as_native_python(space, n_iter, strategy, seed):
    own = Space(space)
    native = (int, float, str, tuple, bool, type(None))
    for trial in run(make(space, n_iter, strategy, seed)):
        assert own.holds(trial.params)
        dims = dict(zip(own.names, own.dimensions, strict=True))
        assert list(trial.params) == [n for n in own.names if n in trial.params]
        for name, value in trial.params.items():
            assert dims[name].contains(value)
            assert type(value) in native
            if isinstance(space[name], When):
                parent = trial.params.get(space[name].parent, "off")
                assert repr(parent) in map(repr, space[name].values)
        assert all(type(u) is float and 0.0 <= u <= 1.0 for u in trial.unit)


@few
@search
def test_the_budget_is_exact_and_no_configuration_comes_twice(
    space, n_iter, strategy, seed
):
    tuner = make(space, n_iter, strategy, seed)
    trials = run(tuner)
    size = Space(space).size
    assert len(trials) == (n_iter if size is None else min(n_iter, size))
    assert len({t.unit for t in trials}) == len(trials)
    assert len({repr(t.params) for t in trials}) == len(trials)
    assert [t.number for t in trials] == list(range(len(trials)))
    assert tuner.ask() == []
    assert tuner.ask(1) == []


@pytest.mark.slow
@few
@given(laws.spaces, laws.budgets, laws.strategies, laws.seeds, st.data())
def test_failures_never_win_and_never_stop_the_search(
    space, n_iter, strategy, seed, data
):
    bad = data.draw(st.sampled_from([math.nan, math.inf, -math.inf]))
    failing = data.draw(st.sets(st.integers(0, 60)))
    tuner = make(space, n_iter, strategy, seed)
    trials = run(tuner, lambda t: bad if t.number in failing else objective(t))
    size = Space(space).size
    assert len(trials) == (n_iter if size is None else min(n_iter, size))
    scores = [t.score for t in trials if t.score is not None]
    if scores:
        assert tuner.best.score == max(scores)
        assert math.isfinite(tuner.best.score)
    else:
        assert tuner.best is None
    for table in (tuner.weights, tuner.interactions):
        assert all(np.isfinite(table[c]).all() for c in ("weight", "share"))


@pytest.mark.slow
@few
@given(laws.spaces, laws.spaces, laws.strategies, laws.seeds, st.integers(2, 20))
def test_alternatives_share_the_budget_and_each_trial_has_one(
    first, second, strategy, seed, n_iter
):
    tuner = make([first, second], n_iter, strategy, seed)
    trials = run(tuner)
    sizes = [Space(first).size, Space(second).size]
    room = [np.inf if size is None else size for size in sizes]
    # Where both hold a configuration it is asked of one of them, if not to begin with;
    # a classic search plans each alternative by itself.
    own = isinstance(strategy, Classic)
    later = [
        (own and t.alternative, repr(sorted(t.params.items())))
        for t in trials
        if t.stage != "initial"
    ]
    assert len(set(later)) == len(later)
    is_small = None not in sizes and sum(sizes) <= n_iter + 20
    if not is_small:
        assert len(trials) == n_iter
    assert len(trials) <= min(n_iter, sum(room))
    assert not tuner.ask()
    counts = [sum(t.alternative == k for t in trials) for k in (0, 1)]
    share = n_iter // 2 if isinstance(strategy, Classic) else min(1, n_iter // 4)
    if not is_small:
        for k in (0, 1):
            assert counts[k] >= min(share, room[k])
    for trial in trials:
        assert Space((first, second)[trial.alternative]).holds(trial.params)
    assert len(tuner.optimized_space) == 2
    assert set(tuner.weights["alternative"]) == {0, 1}


def test_waiting_for_scores_asks_nothing_and_is_not_the_end():
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=20, random_state=0)
    batch = tuner.ask()
    assert batch
    assert tuner.ask() == []
    assert not tuner.finished
    for trial in batch:
        tuner.tell(trial, 0.5)
    assert tuner.ask()


@pytest.mark.parametrize(
    "strategy", ["adaptive", "classic", Classic(n_lhs=0), Adaptive(n_lhs=0)], ids=str
)
def test_a_last_stage_goes_on_while_its_own_trials_are_awaited(strategy):
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=30, strategy=strategy, random_state=0)
    while "climb" not in {trial.stage for trial in tuner.trials}:
        for trial in tuner.ask(4):
            if trial.stage != "climb":
                tuner.tell(trial, objective(trial))
    assert [trial.stage for trial in tuner.ask(1)] == ["climb"]


def test_best_is_none_before_a_score():
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=3)
    assert tuner.best is None
    tuner.ask()
    assert tuner.best is None


def test_without_a_seed_two_searches_differ():
    units = [
        [t.unit for t in run(BlueTuner({"x": (0.0, 1.0)}, n_iter=12))] for _ in range(2)
    ]
    assert units[0] != units[1]


def test_the_callers_changes_to_a_trial_stay_with_the_caller():
    space = {"x": (0.0, 1.0), "k": [1, 2]}
    tuner = BlueTuner(space, n_iter=10, random_state=0)
    trial = tuner.ask(1)[0]
    wanted = dict(trial.params)
    trial.params["x"] = "spoiled"
    assert tuner.trials[0].params == wanted
    tuner.tell(trial, 1.0)
    assert tuner.best.params == wanted
    assert space == {"x": (0.0, 1.0), "k": [1, 2]}


def test_global_random_state_is_neither_read_nor_written():
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    before = np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    run(BlueTuner({"x": (0.0, 1.0)}, n_iter=20))
    assert np.array_equal(before[0], np.random.get_state()[1])  # noqa: NPY002
    assert before[1] == random.getstate()


def test_a_trial_is_told_once_and_by_its_own_tuner():
    five = Adaptive(n_lhs=5)
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=10, strategy=five, random_state=0)
    other = BlueTuner({"x": (5.0, 6.0)}, n_iter=10, strategy=five, random_state=0)
    trial = tuner.ask(2)[1]
    with pytest.raises(UnknownTrialError, match="not asked by this tuner"):
        other.tell(trial, 1.0)
    with pytest.raises(UnknownTrialError, match="trial 7 was never asked"):
        tuner.tell(7, 1.0)
    tuner.tell(trial, 1.0)
    with pytest.raises(AlreadyToldError, match="trial 1 was told already"):
        tuner.tell(trial, 2.0)
    tuner.tell(0, math.nan)
    with pytest.raises(AlreadyToldError, match="failed"):
        tuner.tell(0, 1.0)
    with pytest.raises(TypeError, match="score must be a real number; got 'high'"):
        tuner.tell(tuner.ask(1)[0], "high")


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"n_iter": 0}, "n_iter must be at least 1; got 0"),
        ({"n_iter": 2.5}, "n_iter must be an int"),
        ({"n_iter": True}, "n_iter must be an int"),
        ({"random_state": -1}, "random_state must not be negative; got -1"),
        ({"random_state": "seed"}, "random_state must be an int"),
        ({"strategy": "magic"}, "strategy must be .* got 'magic'"),
        ({"strategy": 3}, "strategy must be a name or have the methods"),
        ({"initial_params": {"x": 0.5}}, "initial_params must be a list of dicts"),
        ({"initial_params": [0.5]}, r"initial_params\[0\] must be a dict"),
        ({"initial_params": [{"x": 9.0}]}, r"initial_params\[0\]: 'x' must lie in"),
        ({"initial_params": [{"y": 0.5}]}, r"initial_params\[0\]: 'y' must be one of"),
        ({"reference": [{}, {}]}, "reference must hold one configuration for each"),
    ],
)
def test_wrong_arguments_name_the_argument_the_rule_and_the_value(kwargs, message):
    with pytest.raises((ValueError, TypeError), match=message):
        BlueTuner({"x": (0.0, 1.0)}, **kwargs)


@pytest.mark.parametrize("n", [0, -1, 1.5, True])
def test_ask_wants_a_positive_count(n):
    with pytest.raises((ValueError, TypeError), match="n must be"):
        BlueTuner({"x": (0.0, 1.0)}).ask(n)


def test_generators_seed_a_search():
    units = [
        [
            t.unit
            for t in run(
                BlueTuner({"x": (0.0, 1.0)}, n_iter=12, random_state=source(7))
            )
        ]
        for source in (np.random.default_rng, np.random.default_rng)
    ]
    assert units[0] == units[1]
    BlueTuner({"x": (0.0, 1.0)}, random_state=np.random.RandomState(0))


def test_the_reference_comes_first_then_the_initial_configurations():
    tuner = BlueTuner(
        {"x": (0.0, 1.0), "k": (1, 9), "c": ["a", "b"]},
        n_iter=12,
        reference={"x": 0.3, "k": None, "c": "elsewhere"},
        initial_params=[{"k": 2}, {"x": 0.3, "k": 5, "c": "a"}, {"c": "b", "k": 9}],
        random_state=0,
    )
    first = tuner.ask(3)
    assert [t.params for t in first] == [
        {"x": 0.3, "k": 5, "c": "a"},  # exactly 0.3, and centres
        {"x": 0.3, "k": 2, "c": "a"},
        {"x": 0.3, "k": 9, "c": "b"},  # the second was the reference once more
    ]
    assert [t.stage for t in first] == ["initial"] * 3


def test_a_budget_below_the_initial_configurations_holds():
    tuner = BlueTuner(
        {"x": (0.0, 1.0)}, n_iter=2, initial_params=[{"x": v} for v in (0.1, 0.2, 0.3)]
    )
    assert [t.params["x"] for t in run(tuner)] == [0.5, 0.1]


def test_json_needs_the_space_if_choices_cannot_be_stored():
    choices = [len, max, [1], {"a": 1}]
    space = {"f": choices, "x": (0.0, 1.0)}
    tuner = BlueTuner(space, n_iter=20, random_state=0)
    for trial in tuner.ask(4):
        tuner.tell(trial, 1.0)
    with pytest.raises(ValueError, match="space must be given"):
        BlueTuner.from_json(tuner.to_json())
    with pytest.raises(ValueError, match="space must have the stored parameters"):
        BlueTuner.from_json(tuner.to_json(), space={"g": choices, "x": (0.0, 1.0)})
    restored = BlueTuner.from_json(tuner.to_json(), space=space)
    assert any(restored.trials[0].params["f"] is choice for choice in choices)
    assert asks(run(restored)) == asks(run(tuner))


def test_whatever_seconds_were_told_can_be_stored():
    five = Adaptive(n_lhs=5)
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=10, strategy=five, random_state=0)
    told = [np.float32(1.5), math.nan, 2]
    for trial, seconds in zip(tuner.ask(3), told, strict=True):
        tuner.tell(trial, 1.0, seconds=seconds)
    restored = BlueTuner.from_json(tuner.to_json())
    assert [t.seconds for t in restored.trials] == [1.5, None, 2.0]


def test_json_of_another_kind_is_refused():
    for text in ("[]", "{}", '{"format": 99}'):
        with pytest.raises(ValueError, match="JSON format 6"):
            BlueTuner.from_json(text)


@pytest.mark.parametrize("strategy", [Adaptive(), Classic(n_lhs=4)], ids=str)
@pytest.mark.parametrize(
    "space",
    [
        {"x": (512.0, 512.1)},  # whose floats are 1e-12 of the interval apart
        {"x": (1.0, 1.0 + 1e-12, "log")},
        # What comes to apply stands at its middle.
        {"p": (0, 1), "q": when("p", 0, Integer(0, 1))},
    ],
    ids=["few floats", "few floats of a logarithm", "condition"],
)
def test_no_value_is_asked_twice_under_different_units(space, strategy):
    trials = run(make(space, 12, strategy, 0))
    assert len({repr(t.params) for t in trials}) == len(trials)


@pytest.mark.slow
@pytest.mark.parametrize("n", [None, 5])
def test_a_range_of_few_floats_comes_to_its_end(n):
    tuner = BlueTuner({"x": (1e16, 1e16 + 10)}, n_iter=20, random_state=0)
    for _ in range(40):
        for trial in tuner.ask(n):
            tuner.tell(trial, trial.params["x"] - 1e16)
    assert tuner.finished
    assert len(tuner.trials) == 6
    tuner.extend(30)
    assert tuner.ask() == []
    assert BlueTuner.from_json(tuner.to_json()).ask() == []


def test_pending_trials_are_those_that_wait():
    tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=12, random_state=0)
    tuner.tell(tuner.ask()[0], 0.1)
    asked = tuner.ask(3)
    assert tuner.pending == tuple(asked)
    tuner.tell(asked[1], 0.5)
    assert tuner.pending == (asked[0], asked[2])
    tuner.pending[0].params["x"] = -1.0
    assert tuner.pending[0].params == asked[0].params
