"""Optuna: TPE and Gaussian processes for functions, OptunaSearchCV."""

import warnings

from benchmarks._ranges import Choice, read
from benchmarks.searches._cv import traced

__all__ = ["gp", "ours", "search", "tpe"]


def distributions(space):
    """The space in Optuna's distributions."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    return {
        name: CategoricalDistribution(spec.values)
        if isinstance(spec, Choice)
        else (IntDistribution if spec.is_int else FloatDistribution)(
            spec.low, spec.high, log=spec.is_log
        )
        for name, spec in read(space).items()
    }


def study_of(sampler, first):
    """A study to be maximised that begins with the first configuration."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    if first is not None:
        study.enqueue_trial(first)
    return study


def tpe(space, first, score, n, seed):
    """TPESampler, Optuna's default, as it comes."""
    from optuna.samplers import TPESampler

    _maximise(TPESampler(seed=seed), space, first, score, n)


def gp(space, first, score, n, seed):
    """GPSampler with its defaults, on one thread as everybody."""
    import torch
    from optuna.samplers import GPSampler

    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is marked as experimental
        _maximise(GPSampler(seed=seed), space, first, score, n)


def ours(space, first, score, n, seed):
    """BlueTunaSampler, told how many trials there will be."""
    from skbluetuna.integrations.optuna_sampler import BlueTunaSampler

    _maximise(BlueTunaSampler(seed=seed, n_trials=n), space, first, score, n)


def _maximise(sampler, space, first, score, n):
    study = study_of(sampler, first)
    fixed = distributions(space)
    for _ in range(n):
        trial = study.ask(fixed)
        study.tell(trial, score(trial.params))


def search(objective, n, seed):
    """OptunaSearchCV with its defaults (TPE) and a study that has the first trial."""
    from optuna.samplers import TPESampler
    from optuna_integration import OptunaSearchCV

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is marked as experimental
        searching = OptunaSearchCV(
            objective.estimator,
            distributions(objective.space),
            cv=objective.cv,
            n_trials=n,
            random_state=seed,
            refit=False,
            scoring=objective.scoring,
            study=study_of(TPESampler(seed=seed), objective.first),
        )
    trace = traced(searching, objective, params=None)
    trace.params = [dict(trial.params) for trial in searching.trials_]
    return trace
