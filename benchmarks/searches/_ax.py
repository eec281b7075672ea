"""Ax: its client with the generation strategy that it chooses (Sobol, then BoTorch)."""

import logging
import warnings

from benchmarks._ranges import Choice, read

__all__ = ["maximise"]


def maximise(space, first, score, n, seed):
    """Client with its defaults; the first configuration is attached before it asks."""
    import torch
    from ax.api.client import Client

    torch.set_num_threads(1)
    for name in ("ax", "ax.api.client"):
        logging.getLogger(name).setLevel(logging.ERROR)
    client = Client(random_seed=seed)
    client.configure_experiment(parameters=_parameters(space))
    client.configure_optimization(objective="score")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(n):
            if i == 0 and first is not None:
                index, params = client.attach_trial(parameters=first), first
            else:
                ((index, params),) = client.get_next_trials(max_trials=1).items()
            client.complete_trial(index, raw_data={"score": score(dict(params))})


def _parameters(space):
    from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

    kinds = {bool: "bool", int: "int", float: "float", str: "str"}
    found = []
    for name, spec in read(space).items():
        if isinstance(spec, Choice):
            kind = kinds[type(spec.values[0])]
            found.append(
                ChoiceParameterConfig(
                    name=name, values=list(spec.values), parameter_type=kind
                )
            )
        else:
            found.append(
                RangeParameterConfig(
                    name=name,
                    bounds=(spec.low, spec.high),
                    parameter_type="int" if spec.is_int else "float",
                    scaling="log" if spec.is_log else "linear",
                )
            )
    return found
