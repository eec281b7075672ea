"""HEBO: the winner of the black-box optimisation challenge of 2020."""

import numpy as np

from benchmarks._ranges import Choice, read

__all__ = ["maximise"]


def maximise(space, first, score, n, seed):
    """HEBO with its defaults; the first configuration is observed first."""
    import pandas as pd
    import torch
    from hebo.design_space.design_space import DesignSpace
    from hebo.optimizers.hebo import HEBO

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    optimiser = HEBO(DesignSpace().parse(_dimensions(space)), scramble_seed=seed)
    for i in range(n):
        if i == 0 and first is not None:
            asked = pd.DataFrame([first])
        else:
            asked = optimiser.suggest(n_suggestions=1)
        params = asked.iloc[0].to_dict()
        params = {
            k: int(v) if isinstance(read(space)[k], Choice) is False
            and read(space)[k].is_int else v
            for k, v in params.items()
        }  # fmt: skip
        optimiser.observe(asked, np.array([[-score(params)]]))


def _dimensions(space):
    found = []
    for name, spec in read(space).items():
        if isinstance(spec, Choice):
            found.append({"name": name, "type": "cat", "categories": list(spec.values)})
            continue
        kind = {
            (False, False): "num",
            (True, False): "pow",
            (False, True): "int",
            (True, True): "pow_int",
        }[spec.is_log, spec.is_int]
        found.append({"name": name, "type": kind, "lb": spec.low, "ub": spec.high})
    return found
