"""The classic strategy: which stages, with which settings, for a space and a budget."""

from dataclasses import dataclass, replace

import numpy as np

from skbluetuna.explain import classic_explanation
from skbluetuna.history import Trial, View
from skbluetuna.model import ACTIVATIONS
from skbluetuna.space import Space
from skbluetuna.stages import ClassicClimb, ClassicScan, FloatArray, Hypercube
from skbluetuna.stages._base import check_int_option, check_number_option
from skbluetuna.strategies._protocol import Schedule

__all__ = ["Classic"]


@dataclass(frozen=True)
class Classic:
    """The published three-stage search.

    Stage 1 scans each parameter's boundaries around the first initial configuration and
    scores the regions between; stage 2 spreads a Latin hypercube over the kept regions
    and trains a single-layer perceptron; stage 3 climbs it by gradient, its weights
    fixed.

    Parameters
    ----------
    grad_nudge : float, default=0.5
        Distance of a pseudo-gradient's second point, as a share of the region's length;
        in (0, 1].
    n_lhs : int, default=100
        Latin-hypercube trials (published as "training_reps").
    n_epochs : int, default=1000
        Training steps of the perceptron.
    activation : {"sigmoid", "tanh", "relu", "identity"}, default="sigmoid"
        Activation of the perceptron.
    tune_lr : float, default=0.05
        Length of a climbing step for a gradient of one, in the unit cube.
    tune_reps : int, default=100
        Climbing trials.

    Raises
    ------
    TypeError, ValueError
        If an option is not of its kind or out of its range.

    Notes
    -----
    The full schedule is the initial trials, at most ``2 * sum(n_splits + 2)`` boundary
    trials (fewer where points coincide; one for each other value of a choice), `n_lhs`
    and `tune_reps`. A larger budget lengthens the last two stages in proportion.

    A smaller budget shrinks the stages so that, after the initial trials, each keeps
    its proportion of the rest, B. The scan gets no less than it needs to look at both
    ends of each parameter, or half of B if that is less; it gives up, in this order,
    interior lines down to one, then the nudged points (slopes are then central
    differences of the boundary scores), then the last interior line, then whole
    parameters, the dearest first and of equals the last. What it leaves is shared by
    the other two in the proportion of `n_lhs` and `tune_reps`, each with at least one
    trial if both are asked for and two are left; all goes to the hypercube if neither
    is asked for.

    References
    ----------
    Equations 1 to 10 of ``doc/notation.md``.

    Examples
    --------
    >>> Classic(n_lhs=20, tune_reps=20)
    Classic(grad_nudge=0.5, n_lhs=20, n_epochs=1000, activation='sigmoid', ...)
    """

    grad_nudge: float = 0.5
    n_lhs: int = 100
    n_epochs: int = 1000
    activation: str = "sigmoid"
    tune_lr: float = 0.05
    tune_reps: int = 100

    name = "classic"

    def __post_init__(self) -> None:
        for option, least in (("n_lhs", 0), ("n_epochs", 1), ("tune_reps", 0)):
            check_int_option(self, option, least)
        for option, most in (("grad_nudge", 1.0), ("tune_lr", np.inf)):
            value = check_number_option(self, option)
            if not 0.0 < value <= most or not np.isfinite(value):
                top = "1" if most == 1.0 else "infinity"
                raise ValueError(
                    f"Classic: {option} must lie between 0 and {top}; got {value}."
                )
        if self.activation not in list(ACTIVATIONS):
            raise ValueError(
                f"Classic: activation must be one of {sorted(ACTIVATIONS)}; "
                f"got {self.activation!r}."
            )

    def n_trials(self, space: Space, initial: FloatArray) -> int:
        """Length of the published schedule, the initial trials included."""
        scan = _scan_size(ClassicScan(self.grad_nudge), space, initial)
        return len(initial) + scan + self.n_lhs + self.tune_reps

    def schedule(self, space: Space, initial: FloatArray, n_trials: int) -> Schedule:
        """The three stages, shrunk or lengthened to the budget (see Notes)."""
        left = max(0, n_trials - len(initial))
        scan = self._affordable_scan(space, initial, left)
        left -= _scan_size(scan, space, initial)
        if len(initial):
            scan = replace(scan, reference=tuple(initial[0].tolist()))
        n_learn, n_climb = self._share(left)
        learn = Hypercube(n_learn, scan.regions)
        climb = ClassicClimb(
            n_climb,
            scan.regions,
            scan.initial_weights,
            tune_lr=self.tune_lr,
            activation=self.activation,
            n_epochs=self.n_epochs,
        )
        return Schedule((scan, learn, climb), classic_explanation(scan, climb))

    def _affordable_scan(
        self, space: Space, initial: FloatArray, left: int
    ) -> ClassicScan:
        """Choose the largest scan within its share of the budget."""
        full = ClassicScan(self.grad_nudge)
        full_size = _scan_size(full, space, initial)
        total = full_size + self.n_lhs + self.tune_reps
        if left >= total:
            return full
        ends = _scan_size(ClassicScan(None, 0), space, initial)
        quota = max(round(left * full_size / total), min(ends, left // 2))
        most = min(quota, max(dim.n_splits for dim in space.dimensions))
        smaller = [ClassicScan(self.grad_nudge, m) for m in range(most, 0, -1)]
        smaller += [ClassicScan(None, 1), ClassicScan(None, 0)]
        smaller += _dropping_parameters(space, initial)
        return next(s for s in smaller if _scan_size(s, space, initial) <= quota)

    def _share(self, left: int) -> tuple[int, int]:
        """Split what the scan leaves between learn and climb."""
        both = self.n_lhs + self.tune_reps
        learn = left if both == 0 else round(left * self.n_lhs / both)
        if left >= 2 and self.n_lhs > 0 and self.tune_reps > 0:
            learn = min(max(1, learn), left - 1)
        return learn, left - learn


def _dropping_parameters(space: Space, initial: FloatArray) -> list[ClassicScan]:
    """Scans of the ends of ever fewer parameters, the dearest dropped first."""
    every = range(len(space))
    cost = {j: _scan_size(ClassicScan(None, 0, (j,)), space, initial) for j in every}
    cheapest = sorted(every, key=lambda j: (cost[j], j))
    return [
        ClassicScan(None, 0, tuple(cheapest[:n])) for n in range(len(space) - 1, -1, -1)
    ]


def _scan_size(scan: ClassicScan, space: Space, initial: FloatArray) -> int:
    """How many trials a scan costs after the initial ones."""
    rows = (Trial(i, {}, tuple(unit), "initial") for i, unit in enumerate(initial))
    return len(scan.plan(space, View.of(rows, len(space)), ()))
