"""Hyperopt: tree-structured Parzen estimators, the first of their kind."""

import numpy as np

from benchmarks._ranges import Choice, read

__all__ = ["maximise"]


def maximise(space, first, score, n, seed):
    """``fmin`` with ``tpe.suggest`` as it comes, from the first configuration."""
    from hyperopt import fmin, tpe

    specs = read(space)
    known = _expressions(specs)

    def loss(params):
        return -score(params)

    fmin(
        loss,
        known,
        algo=tpe.suggest,
        max_evals=n - (first is not None),  # the first one comes on top
        points_to_evaluate=None if first is None else [_indexed(specs, first)],
        rstate=np.random.default_rng(seed),
        show_progressbar=False,
        verbose=False,
    )


def _expressions(specs):
    from hyperopt import hp
    from hyperopt.pyll import scope

    found = {}
    for name, spec in specs.items():
        if isinstance(spec, Choice):
            found[name] = hp.choice(name, list(spec.values))
        elif spec.is_int and spec.is_log:
            edges = np.log([spec.low, spec.high])
            found[name] = scope.int(hp.qloguniform(name, *edges, 1))
        elif spec.is_int:
            found[name] = hp.uniformint(name, spec.low, spec.high)
        elif spec.is_log:
            found[name] = hp.loguniform(name, *np.log([spec.low, spec.high]))
        else:
            found[name] = hp.uniform(name, spec.low, spec.high)
    return found


def _indexed(specs, first):
    """Choices by their index, as ``points_to_evaluate`` wants them."""
    return {
        name: specs[name].values.index(value)
        if isinstance(specs[name], Choice)
        else value
        for name, value in first.items()
    }
