"""How much may still be gained: a rule for when to stop."""

import numpy as np

from skbluetuna.history import View
from skbluetuna.model import unwarp
from skbluetuna.space import Space
from skbluetuna.stages._adaptive_climb import feasible_starts
from skbluetuna.stages._base import Seed, active
from skbluetuna.stages._surrogate import surrogate

__all__ = ["MIN_SCORES", "gain_bounds"]

MIN_SCORES = 20  # before so many scores of a search no bound is ventured
DELTA = 0.1  # probability that the bounds fail
SHRINK = 5.0  # by which the literature divides beta, found too careful in practice


def gain_bounds(space: Space, view: View, seed: Seed) -> tuple[float, float]:
    """Bounds on the best score of a space, and on that of its best trial.

    Parameters
    ----------
    space : Space
        The space.
    view : View
        What was told of it.
    seed : tuple of int
        Seed of the points at which the upper bound is sought.

    Returns
    -------
    upper, lower : float
        The best configuration scores at most `upper`; the best one tried at least
        `lower`. They are alike where every configuration was tried.

    Notes
    -----
    Upper: max over the space of (mean + sqrt(beta) std). Lower: max over the trials of
    (mean - sqrt(beta) std), with beta = 2 log(d n^2 pi^2 / (6 delta)) / 5, delta = 0.1.

    References
    ----------
    A. Makarova et al., Automatic termination for hyperparameter optimization,
    AutoML-Conf 2022, equations 4 and 5.
    """
    U, y = view.told()
    varying = active(space)
    if not len(y) or (view.best_row is None and not view.others):
        return np.inf, -np.inf
    is_known = space.size is not None and view.n_known >= space.size
    if not len(varying) or (is_known and not view.has_pending):
        return float(y.max()), float(y.max())
    model, shift, scale, _ = surrogate(space, view)
    beta = 2.0 * np.log(len(varying) * len(y) ** 2 * np.pi**2 / (6.0 * DELTA)) / SHRINK
    rng = np.random.default_rng([*seed, view.n_told])  # whatever else is open
    anywhere = feasible_starts(space, view, rng)
    at = model.predict(np.vstack([U, anywhere])[:, varying])
    reach = np.sqrt(beta) * at.std
    ends = np.array([(at.mean + reach).max(), (at.mean - reach)[: len(y)].max()])
    warped_from = np.concatenate([y, *view.others])
    upper, lower = unwarp(shift + scale * ends, warped_from, bounded=False)
    return float(upper), float(lower)
