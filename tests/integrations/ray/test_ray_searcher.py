"""The searcher by itself, driven as Ray drives it."""

import json
import math
import os

import pytest

os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # Ray on the loopback only
pytest.importorskip("ray.tune", reason='needs pip install "skbluetuna[ray]"')

from ray import tune

from skbluetuna import Adaptive, BlueTuner, Classic, when
from skbluetuna.integrations.ray_searcher import BlueTunaSearcher

NATIVE = {"a": (0.0, 1.0), "b": (1e-3, 1.0, "log"), "net/c": ["u", "v"], "d": (1, 20)}
SPACE = {
    "a": tune.uniform(0.0, 1.0),
    "b": tune.loguniform(1e-3, 1.0),
    "net": {"c": tune.choice(["u", "v"])},
    "d": tune.randint(1, 21),
}


def objective(a, b, c, d):
    """Larger is better."""
    return -((a - 0.3) ** 2) - math.log(b) ** 2 / 50 + (c == "v") * a - abs(d - 7) / 9


def of_config(config):
    return objective(config["a"], config["b"], config["net"]["c"], config["d"])


def make(space=SPACE, metric="score", mode="max", seed=0, **kwargs):
    return BlueTunaSearcher(space, metric, mode, seed=seed, **kwargs)


def run(searcher, n, score=of_config, start=0):
    """Let trials follow one another; what was suggested."""
    configs = []
    for i in range(start, start + n):
        config = searcher.suggest(f"t{i}")
        if config == searcher.FINISHED:
            break
        searcher.on_trial_complete(f"t{i}", {searcher.metric: score(config)})
        configs.append(config)
    return configs


@pytest.mark.parametrize("strategy", ["adaptive", Adaptive(4), Classic(n_lhs=6)])
def test_it_suggests_what_blue_tuner_asks(strategy):
    tuner = BlueTuner(NATIVE, n_iter=20, strategy=strategy, random_state=0)
    while not tuner.finished:
        for trial in tuner.ask(1):
            p = trial.params
            tuner.tell(trial, objective(p["a"], p["b"], p["net/c"], p["d"]))
    configs = run(make(n_trials=20, strategy=strategy), 25)
    flat = [{**c, "net/c": c["net"]["c"]} for c in configs]
    assert [{n: c[n] for n in NATIVE} for c in flat] == [t.params for t in tuner.trials]


def test_to_minimise_is_to_maximise_the_negative():
    searcher = make(mode="min", n_trials=12)
    assert run(searcher, 12, lambda c: -of_config(c)) == run(make(n_trials=12), 12)
    assert searcher.tuner.best.score == max(t.score for t in searcher.tuner.trials)


def test_ray_says_space_goal_and_number():
    searcher = BlueTunaSearcher(seed=0)
    with pytest.raises(RuntimeError, match="needs a space, a metric and a mode"):
        searcher.suggest("t")
    config = SPACE | {"epochs": 3}
    assert searcher.set_search_properties("score", "max", config, num_samples=12)
    assert not searcher.set_search_properties("score", "max", config, num_samples=12)
    assert run(searcher, 99) == run(make(n_trials=12), 99)
    assert len(searcher.tuner.trials) == 12


def test_a_number_of_ones_own_and_a_space_of_ones_own_are_kept():
    searcher = make(n_trials=6)
    assert searcher.set_search_properties(None, None, {"epochs": 3}, num_samples=50)
    assert len(run(searcher, 99)) == 6
    searcher = make()
    assert searcher.set_search_properties("loss", "min", {"epochs": 3}, num_samples=7)
    assert (searcher.metric, searcher.mode) == ("loss", "min")
    assert len(run(searcher, 99)) == 7


def test_without_a_number_there_is_no_end():
    searcher = make({"x": tune.uniform(0, 1)})
    searcher.set_search_properties(None, None, {"epochs": 3}, num_samples=-1)
    xs = [c["x"] for c in run(searcher, 24, lambda c: -abs(c["x"] - 0.7))]
    assert len(set(xs)) == 24
    few = make({"x": tune.choice(["a", "b", "c"])})
    assert len(run(few, 24, lambda c: 0.0)) == 3


@pytest.mark.parametrize(
    ("domain", "values"),
    [
        (tune.uniform(-1.0, 2.0), None),
        (tune.loguniform(1e-5, 1e-1), None),
        (tune.quniform(0.1, 0.5, 0.1), [0.1, 0.2, 0.30000000000000004, 0.4, 0.5]),
        (tune.qloguniform(0.5, 2.0, 0.5), [0.5, 1.0, 1.5, 2.0]),
        (tune.randint(3, 6), [3, 4, 5]),
        (tune.lograndint(1, 5), [1, 2, 3, 4]),
        (tune.qrandint(2, 10, 4), [4, 8]),
        (tune.qlograndint(2, 9, 3), [3, 6, 9]),
        (tune.qrandint(0, 2, 1), [0, 1]),
        (tune.choice([None, "a", (1, 2)]), [None, "a", (1, 2)]),
        (tune.grid_search([8, 16]), [8, 16]),
        (tune.randint(4, 5), [4]),
    ],
    ids=lambda v: getattr(v, "domain_str", None) or repr(v),
)
def test_every_domain_is_searched_where_ray_would_sample(domain, values):
    found = [c["p"] for c in run(make({"p": domain}), 9, lambda c: 1.0)]
    if values is None:
        assert all(domain.is_valid(v) and type(v) is float for v in found)
        assert len(set(found)) == 9
    else:
        assert sorted(found, key=repr) == sorted(values, key=repr)
        assert {type(v) for v in found} == {type(v) for v in values}


def test_a_normal_domain_is_searched_through_its_quantiles():
    found = run(make({"p": tune.randn(5.0, 2.0)}), 9, lambda c: 1.0)
    assert found[0]["p"] == pytest.approx(5.0)
    assert all(0.0 < c["p"] < 10.0 for c in found)
    stepped = run(make({"p": tune.qrandn(5.0, 2.0, 0.5)}), 9, lambda c: 1.0)
    assert all(c["p"] % 0.5 == 0.0 for c in stepped)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"net": {"p": tune.sample_from(lambda _: 1)}}, r"param_space\['net/p'\]"),
        ({"p": tune.uniform(0, 1), "q": 3}, r"space\['q'\] must be one of Ray's"),
        ({"p": tune.uniform(1, 0)}, r"param_space\['p'\]: low must be smaller"),
    ],
)
def test_domains_that_cannot_be_searched_are_named(space, message):
    with pytest.raises(ValueError, match=message):
        make(space)


def test_a_space_of_our_own_and_its_conditions():
    space = {"kind": ["line", "root"], "power": when("kind", "root", (1, 9))}
    configs = run(make(space), 10, lambda c: c.get("power", 0))
    assert {"kind": "line"} in configs
    assert all(("power" in c) is (c["kind"] == "root") for c in configs)


def test_awaited_trials_are_not_suggested_again():
    searcher = make(n_trials=40)
    run(searcher, 5)
    running = [json.dumps(searcher.suggest(f"r{i}")) for i in range(8)]
    assert len(set(running)) == 8


def test_a_plan_waits_for_its_scores():
    """None tells Ray to come again later."""
    searcher = make(strategy=Classic(n_lhs=5), n_trials=30)
    started = []
    while (config := searcher.suggest(f"t{len(started)}")) is not None:
        started.append(config)
    assert 2 < len(started) < 30
    for i, config in enumerate(started):
        searcher.on_trial_complete(f"t{i}", {"score": of_config(config)})
    assert isinstance(searcher.suggest("next"), dict)


@pytest.mark.parametrize(
    ("result", "error"),
    [(None, True), ({"score": 5.0}, True), ({}, False), ({"score": math.nan}, False)],
)
def test_what_has_no_value_has_failed(result, error):
    searcher = make()
    searcher.suggest("t")
    searcher.on_trial_complete("t", result, error=error)
    assert searcher.tuner.trials[0].state == "failed"
    searcher.on_trial_complete("t", {"score": 1.0})  # Ray may say it again
    assert searcher.tuner.best is None


@pytest.mark.parametrize("stop", [0, 1, 7])
def test_a_restored_searcher_goes_on_as_it_would_have(tmp_path, stop):
    whole = run(make(n_trials=14), 14)
    first = make(n_trials=14)
    run(first, stop)
    awaited = first.suggest("awaited")
    first.save(str(tmp_path / "state"))
    assert json.loads((tmp_path / "state").read_text())["format"] == 2
    second = BlueTunaSearcher()  # it knows nothing but the file
    second.restore(str(tmp_path / "state"))
    second.on_trial_complete("unheard of", {"score": 9.0})
    second.on_trial_complete("awaited", {"score": of_config(awaited)})
    rest = run(second, 99, start=stop + 1)
    assert [*whole[:stop], awaited, *rest] == whole


def test_a_restored_searcher_has_ones_own_objects(tmp_path):
    """Choices that JSON cannot hold come from the space."""
    space = {"p": tune.choice([int, float]), "q": tune.quniform(0.0, 1.0, 0.25)}
    first = make(space, n_trials=9)
    whole = run(make(space, n_trials=9), 9, lambda c: c["q"])
    run(first, 3, lambda c: c["q"])
    first.save_to_dir(str(tmp_path))
    (file,) = tmp_path.iterdir()
    assert file.name == "searcher-state-default.json"
    second = make(space, n_trials=9)
    second.restore_from_dir(str(tmp_path))
    assert run(second, 99, lambda c: c["q"], start=3) == whole[3:]
    with pytest.raises(ValueError, match="space must be given"):
        BlueTunaSearcher().restore(str(file))
    file.write_text("[]")
    with pytest.raises(ValueError, match="must hold a searcher in format 2"):
        second.restore(str(file))


def test_points_to_evaluate_come_first():
    points = [
        {"a": 0.9, "b": 0.5, "net": {"c": "v"}, "d": 2},
        {"a": 0.1, "net": {"c": "u"}},
    ]
    configs = run(make(points_to_evaluate=points, n_trials=9), 9)
    assert configs[0] == points[0]
    assert configs[1] == points[0] | points[1]
    with pytest.raises(ValueError, match=r"points_to_evaluate\[0\]: 'd' must lie in"):
        make(points_to_evaluate=[{"d": 99}])


def test_points_of_a_space_of_our_own_come_first_too():
    points = [{"x": 0.9}, {"x": 0.2}]
    assert run(make({"x": (0.0, 1.0)}, points_to_evaluate=points), 2, len) == points
    either = [{"x": (0.0, 1.0)}, {"y": [1, 2, 3]}]
    configs = run(make(either, points_to_evaluate=[{"y": 3}], n_trials=9), 9, len)
    assert {"x": 0.5} in configs
    assert {"y": 3} in configs


def test_the_best_points_are_those_of_the_largest_scores():
    searcher = make(n_trials=12)
    configs = run(searcher, 12)
    best = searcher.best_points(3)
    assert best == sorted(configs, key=of_config, reverse=True)[:3]
    again = make(points_to_evaluate=best, n_trials=5)
    assert run(again, 3) == best


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"mode": "best"}, ValueError, "mode must be 'min', 'max' or None"),
        ({"metric": ["a", "b"]}, TypeError, "one name or None.*Ray reports one metric"),
        ({"n_trials": 0}, ValueError, "n_trials must be at least 1"),
        ({"strategy": "best"}, ValueError, "strategy must be one of"),
        ({"seed": -1}, ValueError, "seed must not be negative"),
    ],
)
def test_bad_arguments_are_named(kwargs, error, message):
    with pytest.raises(error, match=message):
        make(**kwargs)
