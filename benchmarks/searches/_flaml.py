"""FLAML: ``flaml.tune``, which chooses BlendSearch."""

import logging

import numpy as np

from benchmarks._ranges import Choice, read

__all__ = ["maximise"]


def maximise(space, first, score, n, seed):
    """``tune.run`` with its defaults, from the first configuration."""
    from flaml import tune
    from flaml.tune.searcher.blendsearch import BlendSearch

    logging.getLogger("flaml.tune.searcher.blendsearch").setLevel(logging.ERROR)
    np.random.seed(seed)  # noqa: NPY002  it draws from the global generator too

    def evaluate(params):
        return {"score": score(params)}

    domain = _domains(space)
    searcher = BlendSearch(
        metric="score",
        mode="max",
        space=domain,
        points_to_evaluate=None if first is None else [first],
        num_samples=n,
        seed=seed,
    )
    tune.run(
        evaluate,
        config=domain,
        metric="score",
        mode="max",
        search_alg=searcher,
        num_samples=n,
        verbose=0,
    )


def _domains(space):
    from flaml import tune

    found = {}
    for name, spec in read(space).items():
        if isinstance(spec, Choice):
            found[name] = tune.choice(list(spec.values))
        elif spec.is_int:
            draw = tune.lograndint if spec.is_log else tune.randint
            found[name] = draw(spec.low, spec.high + 1)
        else:
            draw = tune.loguniform if spec.is_log else tune.uniform
            found[name] = draw(spec.low, spec.high)
    return found
