"""Hyperband, and BOHB: successive halving in brackets."""

from dataclasses import dataclass

from skbluetuna.explain import ADAPTIVE
from skbluetuna.history import Ladder, View
from skbluetuna.space import Space
from skbluetuna.stages import Brackets, FloatArray, active, bracket_rung
from skbluetuna.strategies._protocol import Schedule
from skbluetuna.strategies._rungs import Spent

__all__ = ["Hyperband"]

SAMPLERS = ("random", "surrogate")


@dataclass(frozen=True)
class Hyperband:
    """Successive halving in brackets; needs a resource.

    Each bracket begins with many configurations at one rung of the resource; of each
    rung the best go one higher. Brackets begin at the lowest rung, at the next one, and
    so on up to the full one, and then again, until the budget is spent. The first
    configuration is evaluated in full, and so are other initial ones.

    Parameters
    ----------
    sampler : {"random", "surrogate"}, default="random"
        Where a bracket's configurations come from: at random, as published, or two of
        three by the model of all scores so far, at the full resource (as BOHB, with the
        model of the adaptive strategy).

    Raises
    ------
    ValueError
        If the sampler is none of these.

    Notes
    -----
    Its own schedule in full (``n_iter=None``) costs ten full evaluations for each
    parameter after the initial ones.

    References
    ----------
    L. Li et al., Hyperband: a novel bandit-based approach to hyperparameter
    optimization, JMLR 18 (2018), algorithm 1; S. Falkner, A. Klein, F. Hutter, BOHB:
    robust and efficient hyperparameter optimization at scale, ICML 2018.

    Examples
    --------
    >>> from skbluetuna import BlueTuner
    >>> tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=9, resource=(1, 9), random_state=0,
    ...                   strategy=Hyperband())
    >>> while not tuner.finished:
    ...     for trial in tuner.ask():
    ...         tuner.tell(trial, -(trial.params["x"] - 0.3) ** 2 / trial.resource)
    >>> [trial.resource for trial in tuner.trials][:12]
    [9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3]
    """

    sampler: str = "random"

    name = "hyperband"

    def __post_init__(self) -> None:
        if self.sampler not in SAMPLERS:
            raise ValueError(
                f"Hyperband: sampler must be one of {list(SAMPLERS)}; "
                f"got {self.sampler!r}."
            )

    def n_trials(self, space: Space, initial: FloatArray) -> int:
        """Length of its own schedule, the initial trials included."""
        return len(initial) + 10 * max(1, len(active(space)))

    def schedule(
        self,
        space: Space,  # noqa: ARG002
        initial: FloatArray,
        n_trials: int,
    ) -> Schedule:
        """Bracket after bracket."""
        left = max(0, n_trials - len(initial))
        stage = Brackets(left, self.sampler == "surrogate")
        return Schedule((stage,), ADAPTIVE, rungs=_rung, needs_resource=True)


def _rung(
    ladder: Ladder,
    space: Space,  # noqa: ARG001
    view: View,
    unit: FloatArray,  # noqa: ARG001
    spent: Spent,
) -> float:
    """The bracket's rung; initial configurations are evaluated in full."""
    return bracket_rung(ladder, view) if spent.stage == Brackets.name else ladder.full
