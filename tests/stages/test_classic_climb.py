"""Stage 3: gradient steps on the hyperparameter values, weights fixed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skbluetuna.explain import classic_explanation
from skbluetuna.explain._boxes import near_box
from skbluetuna.history import History
from skbluetuna.model import FittedPerceptron, autoconverge, perceptron_influence
from skbluetuna.space import Space
from skbluetuna.stages._classic_climb import ClassicClimb
from skbluetuna.stages._classic_scan import ClassicScan

SEED = (7, 0)
EXAMPLES = {
    "reals": {"x": (0.0, 1.0), "y": (1.0, 100.0, "log"), "z": (-1.0, 1.0)},
    "integers": {"k": (1, 1000), "x": (0.0, 1.0)},
    "choices": {"c": ["a", "b", "c"], "x": (0.0, 1.0), "o": [1, 2, 4, 8, 16]},
    "fixed": {"only": ["one"], "x": (0.0, 1.0), "y": (0.0, 1.0)},
}


def searched(space, units, score):
    """History of snapped points with their scores; None is a failure."""
    history = History((space,))
    for u in space.snap(np.array(units)):
        trial = history.ask(0, "initial", u)
        y = score(trial.params)
        history.tell(trial.number, [] if y is None else [y])
    return history


def told(space, units, score):
    """View of these."""
    return searched(space, units, score).view(0)


def smooth(params):
    """A score with a slope in every number."""
    return sum(
        np.log(value + 2.0) * (k + 1)
        for k, value in enumerate(params.values())
        if not isinstance(value, str)
    )


def climb_of(n, **options):
    scan = ClassicScan()
    return ClassicClimb(
        n, scan.regions, scan.initial_weights, **{"n_epochs": 40, **options}
    )


def explained(climb, space, view):
    """Initial weights and tables of the strategy that has this climb."""
    return classic_explanation(ClassicScan(), climb).influence(space, view, SEED)


def plain_climb(space, view, model, n, tune_lr):
    """Follow eq. 10 literally from the best trials; configurations in order."""
    varying = [dim.n_values != 1 for dim in space.dimensions]
    moving = np.array([dim.is_ordered for dim in space.dimensions])
    seen = [tuple(params.values()) for params in space.from_unit(view.X)]
    found = []
    for row in sorted(range(len(view)), key=lambda row: -view.scores[row]):
        u = view.X[row]
        while len(found) < n:
            gradient = np.zeros(len(u))
            gradient[varying] = model.gradient(u[varying])
            ahead = np.where(moving, np.clip(u + tune_lr * gradient, 0.0, 1.0), u)
            if np.max(np.abs(ahead - u)) < 1e-9:
                break
            u = ahead
            (params,) = space.from_unit(u[None])
            if (values := tuple(params.values())) not in seen + found:
                found.append(values)
    return found


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_path_adds_the_gradient_and_clips_to_the_cube(name, activation):
    space, n = Space(EXAMPLES[name]), 8
    units = np.random.default_rng(3).random((14, len(space)))
    view = told(space, units, smooth)
    climb = climb_of(n, activation=activation, tune_lr=0.2)
    model = climb.fit(space, view, SEED)
    expected = plain_climb(space, view, model, n, 0.2)
    assert len(expected) > 2
    got = [tuple(p.values()) for p in space.from_unit(climb.plan(space, view, SEED))]
    assert got[: len(expected)] == expected
    assert len(set(got)) == len(got) == n


def test_steps_continue_from_the_point_and_not_from_the_integer_it_decodes_to():
    """A step shorter than one integer would otherwise never leave the best trial."""
    space = Space({"k": (1, 5), "x": (0.0, 1.0)})
    rng = np.random.default_rng(0)
    view = told(space, rng.random((10, 2)) * 0.5, lambda p: p["k"] + 1e-3 * p["x"])
    climb = climb_of(60, tune_lr=0.05, n_epochs=200)
    got = space.from_unit(climb.plan(space, view, SEED))
    assert max(params["k"] for params in space.from_unit(view.X)) < 5
    assert got[-1]["k"] == 5


def test_choices_stay_at_the_best_trial_s_value():
    space = Space({"c": ["a", "b", "c"], "x": (0.0, 1.0)})
    rng = np.random.default_rng(1)
    bonus = {"a": 0.0, "b": 2.0, "c": 1.0}
    history = searched(
        space, rng.random((12, 2)) * 0.6, lambda p: p["x"] + bonus[p["c"]]
    )
    climb = climb_of(5, tune_lr=0.01)
    best = history.best
    got = space.from_unit(climb.plan(space, history.view(0), SEED))
    assert {p["c"] for p in got} == {best.params["c"]}
    x = [best.params["x"], *(p["x"] for p in got)]
    assert np.all(np.diff(x) != 0.0)


def test_a_standstill_moves_on_to_the_next_best_trial():
    """The best trial sits in the corner to which the model points."""
    space = Space({"x": (0.0, 1.0), "y": (0.0, 1.0)})
    units = [[1.0, 1.0], [0.3, 0.6], [0.1, 0.2], [0.6, 0.1], [0.0, 0.0], [0.2, 0.7]]
    view = told(space, units, lambda p: p["x"] + p["y"])
    climb = climb_of(3, activation="identity", tune_lr=0.02, n_epochs=300)
    model = climb.fit(space, view, SEED)
    assert (model.gradient(np.array([1.0, 1.0])) > 0.0).all()
    U, u = climb.plan(space, view, SEED), np.array([0.3, 0.6])  # 0.9, the second best
    for row in U:
        u = np.clip(u + 0.02 * model.gradient(u), 0.0, 1.0)
        assert row.tolist() == u.tolist()


def test_after_the_last_path_random_points_of_the_kept_regions_follow():
    space = Space({"x": (0.0, 1.0)})
    view = told(space, [[0.0], [0.5], [1.0]], lambda p: p["x"])
    climb = climb_of(30, activation="identity", tune_lr=1.0, n_epochs=300)
    U = climb.plan(space, view, SEED)
    assert len(np.unique(U)) == 30
    assert ((U >= 0.0) & (U <= 1.0)).all()


def test_steps_too_short_to_reach_a_new_configuration_come_to_an_end(monkeypatch):
    steps, gradient = [], FittedPerceptron.gradient

    def counted(model, u):
        steps.append(u)
        assert len(steps) < 10_000
        return gradient(model, u)

    monkeypatch.setattr(FittedPerceptron, "gradient", counted)
    space = Space({"k": (1, 50), "j": (1, 50)})
    view = told(space, np.random.default_rng(0).random((10, 2)), smooth)
    got = space.from_unit(climb_of(6, tune_lr=1e-7).plan(space, view, SEED))
    assert len({tuple(p.values()) for p in got}) == 6
    assert len(steps) > 10


@pytest.mark.slow
@given(seed=st.integers(0, 2**31), n=st.integers(0, 40), n_told=st.integers(1, 20))
@settings(deadline=None, max_examples=30)
def test_no_configuration_is_tried_twice(seed, n, n_told):
    space = Space({"k": (1, 6), "c": ["a", "b", "c"], "o": [1, 2, 3]})
    rng = np.random.default_rng(seed)
    units = np.unique(space.snap(rng.random((n_told, 3))), axis=0)
    view = told(space, units, lambda _: rng.normal())
    U = climb_of(n, tune_lr=0.5, n_epochs=5).plan(space, view, SEED)
    got = {tuple(p.values()) for p in space.from_unit(U)}
    used = {tuple(params.values()) for params in space.from_unit(view.X)}
    assert len(got) == len(U) == min(n, 54 - len(used))
    assert got.isdisjoint(used)


def test_failed_trials_train_as_the_worst_and_no_path_starts_from_them():
    space = Space({"x": (0.0, 1.0), "y": (0.0, 1.0)})
    units = np.random.default_rng(5).random((8, 2))
    bad = float(units[0, 0])
    view = told(space, units, lambda p: None if p["x"] == bad else p["x"] + p["y"])
    assert view.told()[1][0] == np.nanmin(view.scores)
    climb = climb_of(1, tune_lr=0.05)
    model = climb.fit(space, view, SEED)
    start = view.X[view.best_row]
    expected = np.clip(start + 0.05 * model.gradient(start), 0.0, 1.0)
    assert climb.plan(space, view, SEED)[0].tolist() == expected.tolist()


def test_where_every_trial_failed_the_climb_is_random():
    space = Space({"x": (0.0, 1.0)})
    view = told(space, [[0.2], [0.8]], lambda _: None)
    climb = climb_of(4)
    assert len(np.unique(climb.plan(space, view, SEED))) == 4
    initial, tables = explained(climb, space, view)
    assert initial.tolist() == [1.0]
    assert all((table == 0.0).all() for table in tables)


def test_the_tables_show_the_weights_with_which_the_climb_climbed():
    space = Space(EXAMPLES["fixed"])
    history = searched(space, np.random.default_rng(0).random((9, 3)), smooth)
    climb = climb_of(2)
    model = climb.fit(space, history.view(0), SEED)
    U = history.view(0).told()[0][:, 1:]  # the first parameter cannot vary
    history.ask(0, "climb", np.array([0.5, 0.9, 0.9]))
    history.tell(9, [1e3])
    view = history.view(0)
    near = near_box(space, view, np.random.default_rng(SEED))
    expected = perceptron_influence(model, U, near.evaluated)
    _, tables = explained(climb, space, view)
    assert all(np.array_equal(a, b) for a, b in zip(tables, expected, strict=True))


def test_the_perceptron_is_trained_on_every_trial_before_from_equation_5():
    space, scan = Space({"x": (0.0, 1.0), "y": (0.0, 1.0)}), ClassicScan()
    history = History((space,))
    history.ask(0, "initial", np.array([0.5, 0.5]))
    for unit in [*scan.plan(space, history.view(0), ()), np.array([0.2, 0.3])]:
        history.ask(0, "scan", unit)
    units = history.view(0).X
    for trial in history.trials:
        history.tell(trial.number, [trial.unit[0] - trial.unit[1] ** 2])
    view = history.view(0)
    weights = scan.initial_weights(space, view)
    assert weights[0] != weights[1]
    y = np.array([u[0] - u[1] ** 2 for u in units])
    climb = climb_of(1, n_epochs=10)
    model = climb.fit(space, view, SEED)
    expected = autoconverge(
        units, y, weights, np.random.default_rng([*SEED, len(units)]),
        n_epochs=10,
    )  # fmt: skip
    np.testing.assert_allclose(model.weights, expected.weights, rtol=1e-12)
