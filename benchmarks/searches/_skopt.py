"""scikit-optimize: BayesSearchCV, which takes no first configuration."""

from benchmarks._ranges import Choice, read
from benchmarks.searches._cv import traced

__all__ = ["search"]


def search(objective, n, seed):
    """BayesSearchCV with its defaults."""
    from skopt import BayesSearchCV

    return traced(
        BayesSearchCV(
            objective.estimator, _dimensions(objective.space), n_iter=n,
            cv=objective.cv, scoring=objective.scoring, refit=False, random_state=seed,
        ),
        objective,
    )  # fmt: skip


def _dimensions(space):
    from skopt.space import Categorical, Integer, Real

    found = {}
    for name, spec in read(space).items():
        if isinstance(spec, Choice):
            found[name] = Categorical(spec.values)
        else:
            kind = Integer if spec.is_int else Real
            prior = "log-uniform" if spec.is_log else "uniform"
            found[name] = kind(spec.low, spec.high, prior=prior)
    return found
