"""SMAC3: its facade for hyperparameters (random forest, expected improvement)."""

import tempfile

from benchmarks._ranges import Choice, read

__all__ = ["maximise"]


def maximise(space, first, score, n, seed):
    """HyperparameterOptimizationFacade with its defaults, told that scores are exact.

    The first configuration is added to its initial design.
    """
    from ConfigSpace import Configuration
    from smac import HyperparameterOptimizationFacade as Facade
    from smac import Scenario

    known = _space(space, seed)
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(
            known, deterministic=True, n_trials=n, seed=seed, output_directory=folder
        )
        start = [] if first is None else [Configuration(known, first)]

        def cost(config, seed=0):
            del seed
            return -score(dict(config))

        Facade(
            scenario,
            cost,
            initial_design=Facade.get_initial_design(
                scenario, additional_configs=start
            ),
            overwrite=True,
            logging_level=50,
        ).optimize()


def _space(space, seed):
    from ConfigSpace import Categorical, ConfigurationSpace, Float, Integer

    found = ConfigurationSpace(seed=seed)
    for name, spec in read(space).items():
        if isinstance(spec, Choice):
            found.add(Categorical(name, list(spec.values)))
        else:
            kind = Integer if spec.is_int else Float
            found.add(kind(name, (spec.low, spec.high), log=spec.is_log))
    return found
