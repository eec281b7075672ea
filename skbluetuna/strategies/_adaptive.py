"""The adaptive strategy: which stages, for a space and a budget."""

from dataclasses import dataclass

from skbluetuna.explain import ADAPTIVE
from skbluetuna.history import View
from skbluetuna.space import Space
from skbluetuna.stages import (
    AdaptiveClimb,
    AdaptiveScan,
    FloatArray,
    Hypercube,
    LatinChoices,
    active,
    n_unseen,
)
from skbluetuna.stages._base import Regions, check_int_option
from skbluetuna.stages._classic_scan import WHOLE, join, unscanned
from skbluetuna.strategies._protocol import Schedule
from skbluetuna.strategies._rungs import one_above

__all__ = ["Adaptive"]

FEW_UNSEEN = 5  # values of choices without order, as many as the scan has trials


@dataclass(frozen=True)
class Adaptive:
    """The default: a model of all scores so far chooses the next trial.

    First a Latin hypercube, if one is asked for, or a Latin design of the choices
    without order, if they have many values. Then a boundary scan: the model chooses
    moves of the best configuration in one parameter. Then climbs to where the expected
    gain is largest. After 30 trials these take turns with small moves of the best
    configuration and with climbs under other hyperparameters of the model. The model
    is a Gaussian process with the features of the published perceptron.

    Parameters
    ----------
    n_lhs : int, default=0
        Latin-hypercube trials before the scan; at most half of the budget. With many
        the tables are truer of the whole box, and the best score is worse
        (``doc/tables.md``). They take the place of the Latin design, which by default
        is as long as it needs to show every value, at most a quarter of the budget.
    n_scan : int, default=5
        Trials of the scan; at most a quarter of the budget.

    Raises
    ------
    TypeError, ValueError
        If an option is not of its kind or out of its range.

    Notes
    -----
    Its own schedule in full (``n_iter=None``) is ten trials for each parameter after
    the initial ones.

    References
    ----------
    Equations 11 to 21 of ``doc/notation.md``.

    Examples
    --------
    >>> Adaptive(n_lhs=8)
    Adaptive(n_lhs=8, n_scan=5)
    """

    n_lhs: int = 0
    n_scan: int = 5

    name = "adaptive"
    takes_limits = True  # of measured constraints

    def __post_init__(self) -> None:
        check_int_option(self, "n_lhs", 0)
        check_int_option(self, "n_scan", 0)

    def for_several_objectives(self) -> "SpreadFirst":
        """The strategy where scores change with the weights of several objectives."""
        return SpreadFirst(self.n_lhs, self.n_scan)

    def n_trials(self, space: Space, initial: FloatArray) -> int:
        """Length of its own schedule, the initial trials included."""
        return len(initial) + 10 * max(1, len(active(space)))

    def schedule(
        self,
        space: Space,
        initial: FloatArray,
        n_trials: int,
    ) -> Schedule:
        """Hypercube or Latin design of the choices, scan, and climb for a budget."""
        left = max(0, n_trials - len(initial))
        first: Hypercube | LatinChoices
        if self.n_lhs:
            n_learn = min(self.n_lhs, left // 2)
            first = Hypercube(n_learn, _everywhere, needs_scores=False)
        else:
            n_learn = min(_n_levels(space, initial), n_trials // 4, left)
            first = LatinChoices(n_learn, _reference(initial))
        n_scan = min(self.n_scan, n_trials // 4, left - n_learn)
        stages = first, AdaptiveScan(n_scan), AdaptiveClimb(left - n_learn - n_scan)
        return Schedule(stages, ADAPTIVE, is_open=True, rungs=one_above)


@dataclass(frozen=True)
class SpreadFirst(Adaptive):
    """The same with a small hypercube at first, that of any weights something is known.

    Of 2 d + 1 trials, unless another number is asked for.
    """

    def schedule(
        self,
        space: Space,
        initial: FloatArray,
        n_trials: int,
    ) -> Schedule:
        """Hypercube, scan, and climb for a budget."""
        n_lhs = self.n_lhs or 2 * len(active(space)) + 1
        return Adaptive(n_lhs, self.n_scan).schedule(space, initial, n_trials)


def _n_levels(space: Space, initial: FloatArray) -> int:
    """Trials after which every value of the choices without order was seen.

    None where so few are unseen that a scan could show them one by one.
    """
    unseen = n_unseen(space, initial)
    return max(unseen) if sum(unseen) > FEW_UNSEEN else 0


def _reference(initial: FloatArray) -> tuple[float, ...] | None:
    """The first initial configuration."""
    return tuple(initial[0].tolist()) if len(initial) else None


def _everywhere(space: Space, view: View) -> Regions:  # noqa: ARG001
    """All of every dimension."""
    return join([unscanned(j, WHOLE) for j in range(len(space))])
