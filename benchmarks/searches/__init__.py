"""The searches that are compared, one package's in a file, by the names of the report.

A *front door* takes an `Objective`, a number of evaluations and a seed, and returns a
`Trace`. An *optimiser* takes a space, a first configuration, a function to maximise, a
number of evaluations and a seed; it has a front door too, where the function is the
cross-validated score.
"""

from importlib.util import find_spec

from benchmarks._objective import Call
from benchmarks.searches import (
    _ax,
    _flaml,
    _hebo,
    _hyperopt,
    _optuna,
    _ours,
    _sklearn,
    _skopt,
    _smac,
)

__all__ = [
    "FRONT_DOORS",
    "OPTIMISERS",
    "OTHER_DOORS",
    "cannot_run",
    "maximise",
    "search",
]

OPTIMISERS = {
    "skbluetuna": _ours.maximise,
    "skbluetuna classic": _ours.maximise_classic,
    "random": _sklearn.maximise_random,
    "Optuna TPE": _optuna.tpe,
    "Optuna GP": _optuna.gp,
    "HEBO": _hebo.maximise,
    "SMAC3": _smac.maximise,
    "Ax": _ax.maximise,
    "Hyperopt": _hyperopt.maximise,
    "FLAML": _flaml.maximise,
}
# Ours again behind another door: run where asked for by name.
OTHER_DOORS = {"skbluetuna in Optuna": _optuna.ours}
FRONT_DOORS = {
    "skbluetuna": _ours.search,
    "skbluetuna classic": _ours.search_classic,
    "grid": _sklearn.grid,
    "random": _sklearn.random,
    "halving": _sklearn.halving,
    "BayesSearchCV": _skopt.search,
    "OptunaSearchCV": _optuna.search,
}
REQUIRES = {
    "BayesSearchCV": "skopt",
    "OptunaSearchCV": "optuna_integration",
    "Optuna TPE": "optuna",
    "skbluetuna in Optuna": "optuna",
    "Optuna GP": "torch",
    "HEBO": "hebo",
    "SMAC3": "smac",
    "Ax": "ax",
    "Hyperopt": "hyperopt",
    "FLAML": "flaml",
}
NOT_BESIDE_US = {
    "HEBO": "HEBO 0.3.6 requires numpy < 1.25, skbluetuna at least 2.0",
}


def cannot_run(names):
    """Those whose package is not here, with the reason."""
    absent = [n for n in names if n in REQUIRES and find_spec(REQUIRES[n]) is None]
    return {
        name: NOT_BESIDE_US.get(name, f"not installed (no module {REQUIRES[name]!r})")
        for name in absent
    }


def search(name, objective, n, seed):
    """Trace of a search through its own front door."""
    if name in FRONT_DOORS:
        return FRONT_DOORS[name](objective, n, seed)
    return maximise(name, objective.space, objective.first, objective, n, seed)


def maximise(name, space, first, score, n, seed):
    """Trace of an optimiser on any function of a configuration."""
    call = Call(score)
    (OPTIMISERS | OTHER_DOORS)[name](space, first, call, n, seed)
    return call.finish()
