"""The searcher within Ray Tune, on a cluster of one node on the loopback."""

import json
import os
import warnings

import pytest

os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # Ray on the loopback only
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
ray = pytest.importorskip("ray", reason='needs pip install "skbluetuna[ray]"')
tune = pytest.importorskip("ray.tune", reason='needs pip install "skbluetuna[ray]"')

from ray.tune.schedulers import ASHAScheduler, PopulationBasedTraining
from ray.tune.search import BasicVariantGenerator, ConcurrencyLimiter

from skbluetuna.integrations.ray_searcher import BlueTunaSearcher

pytestmark = pytest.mark.filterwarnings("default")  # Ray has warnings of its own
SPACE = {"x": tune.uniform(-1.0, 1.0), "net": {"width": tune.lograndint(4, 257)}}


@pytest.fixture(scope="module", autouse=True)
def _cluster():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield
        ray.shutdown()


def loss(config, epoch=3):
    return (config["x"] - 0.3) ** 2 + abs(config["net"]["width"] - 60) / 99 + 1 / epoch


def train(config):
    """Report a loss for each epoch; go on from a checkpoint if there is one."""
    checkpoint, start = tune.get_checkpoint(), 0
    if checkpoint:
        with checkpoint.as_directory() as folder, open(f"{folder}/epoch") as file:
            start = int(file.read())
    for epoch in range(start + 1, 5):
        kept = None
        if epoch % 2 == 0 and config.get("keeps"):
            folder = os.path.join(config["keeps"], f"{os.getpid()}-{epoch}")
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/epoch", "w") as file:
                file.write(str(epoch))
            kept = tune.Checkpoint.from_directory(folder)
        tune.report({"loss": loss(config, epoch)}, checkpoint=kept)


def fit(tmp_path, searcher, n, scheduler=None, space=SPACE, name="run", **kwargs):
    tuner = tune.Tuner(
        tune.with_resources(train, {"cpu": 1}),
        param_space=space,
        tune_config=tune.TuneConfig(
            metric="loss",
            mode="min",
            search_alg=searcher,
            num_samples=n,
            scheduler=scheduler,
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(name=name, storage_path=str(tmp_path), verbose=0),
    )
    return tuner.fit()


def test_it_works_limited_and_its_trials_are_rays(tmp_path):
    searcher = BlueTunaSearcher(seed=0)
    results = fit(tmp_path, ConcurrencyLimiter(searcher, max_concurrent=2), 8)
    assert results.num_errors == 0
    configs = [json.dumps(result.config, sort_keys=True) for result in results]
    assert len(set(configs)) == len(configs) == 8
    scores = sorted(-trial.score for trial in searcher.tuner.trials)
    assert scores == pytest.approx(sorted(r.metrics["loss"] for r in results))
    assert set(searcher.tuner.weights["param"]) == {"x", "net/width"}
    # Ray has saved its state on the way, as JSON.
    states = list((tmp_path / "run").glob("searcher-state-*"))
    assert states
    again = BlueTunaSearcher()
    again.restore(str(max(states)))
    assert len(again.tuner.trials) == 8


def test_trials_that_asha_stops_count_with_their_last_value(tmp_path):
    searcher = BlueTunaSearcher(seed=1)
    asha = ASHAScheduler(max_t=4, grace_period=1, reduction_factor=2)
    results = fit(tmp_path, searcher, 10, asha)
    iterations = [result.metrics["training_iteration"] for result in results]
    assert min(iterations) < 4 <= max(iterations)
    scores = sorted(-trial.score for trial in searcher.tuner.trials)
    assert scores == pytest.approx(sorted(r.metrics["loss"] for r in results))


def test_ray_takes_no_searcher_for_a_population(tmp_path):
    """Whichever it is; so `best_points` is the way from a search to a population."""
    population = PopulationBasedTraining(hyperparam_mutations={"x": [0.0, 1.0]})
    with pytest.raises(ValueError, match="Search algorithms cannot be used with Popul"):
        fit(tmp_path, BlueTunaSearcher(seed=0), 2, population)


def test_a_population_starts_from_the_best_of_a_search(tmp_path):
    searcher = BlueTunaSearcher(seed=0)
    fit(tmp_path, searcher, 6)
    best = searcher.best_points(2)
    population = PopulationBasedTraining(
        time_attr="training_iteration",
        perturbation_interval=2,
        hyperparam_mutations={"x": tune.uniform(-1.0, 1.0)},
        quantile_fraction=0.5,
    )
    first = BasicVariantGenerator(points_to_evaluate=best)
    space = SPACE | {"keeps": str(tmp_path)}
    results = fit(tmp_path, first, 2, population, space, name="population")
    assert results.num_errors == 0
    widths = {result.config["net"]["width"] for result in results}
    assert widths <= {point["net"]["width"] for point in best}
    found = results.get_best_result().metrics["loss"]
    assert found <= min(loss(point, 4) for point in best)
