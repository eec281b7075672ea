"""What was asked and told: frozen trials in an append-only ledger, the only state.

Rows stand in the order they were asked, whatever the order in which scores came back;
everything the search does next is a function of them.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skbluetuna.exceptions import AlreadyToldError, UnknownTrialError
from skbluetuna.model import reach
from skbluetuna.space import is_alike

__all__ = ["Ledger", "Trial", "row_key", "row_keys"]

FloatArray = NDArray[np.float64]
State = Literal["asked", "complete", "failed"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration that was asked, and what came of it.

    Attributes
    ----------
    number : int
        Position in the ledger, from 0.
    params : dict
        The configuration, as native Python values.
    unit : tuple of d floats
        The same as a point of the unit cube.
    stage : str
        The stage that asked: "initial", "scan", "learn", "climb" or "grid".
    alternative : int
        Which of several alternative spaces it belongs to; 0 if there is one.
    state : {"asked", "complete", "failed"}
        Whether its score is awaited, known, or could not be had.
    score : float or None
        The score, larger is better; None unless complete.
    seconds : float or None
        What the evaluation took, where it was told.
    """

    number: int
    params: dict[str, Any]
    unit: tuple[float, ...]
    stage: str
    alternative: int = 0
    state: State = "asked"
    score: float | None = None
    seconds: float | None = None

    def __eq__(self, other: object) -> bool:
        """Whether all is equal; NaN equals NaN, and an object its own copy."""
        if not isinstance(other, Trial):
            return NotImplemented
        rest = (name for name in Trial.__slots__ if name != "params")
        return all(getattr(self, n) == getattr(other, n) for n in rest) and is_alike(
            self.params, other.params
        )

    def __hash__(self) -> int:
        return hash((self.number, self.unit, self.stage, self.alternative))


def row_key(unit: "FloatArray | tuple[float, ...]") -> bytes:
    """Key under which two snapped unit points are the same configuration."""
    return (np.round(unit, 12) + 0.0).tobytes()  # + 0.0: no negative zero


def row_keys(units: FloatArray) -> list[bytes]:
    """Key of each row of snapped unit points, shape (n, d)."""
    rounded = np.ascontiguousarray(np.round(units, 12) + 0.0)
    whole_rows = rounded.view(f"V{rounded.itemsize * units.shape[1]}")
    keys: list[bytes] = whole_rows.ravel().tolist()
    return keys


class Ledger:
    """Append-only list of trials.

    Parameters
    ----------
    trials : iterable of Trial, default=()
        Rows to start from, in the order they were asked.
    rivals : tuple of ndarrays, default=()
        Scores told of each other alternative, where these are the rows of one.

    Attributes
    ----------
    rivals : tuple of ndarrays
        The same.
    """

    __slots__ = ("_keys", "_positions", "_rows", "_trials", "rivals")

    def __init__(
        self,
        trials: Iterable[Trial] = (),
        rivals: tuple[FloatArray, ...] = (),
    ) -> None:
        self.rivals = rivals
        self._trials: list[Trial] = []
        self._keys: list[bytes] = []  # of each row
        self._positions: dict[int, int] = {}  # trial number -> row
        self._rows: dict[bytes, int] = {}  # configuration -> first row
        for trial in trials:
            self.append(trial)

    def __len__(self) -> int:
        return len(self._trials)

    def __iter__(self) -> Iterator[Trial]:
        return iter(self._trials)

    def __getitem__(self, row: int) -> Trial:
        return self._trials[row]

    def __contains__(self, unit: FloatArray | tuple[float, ...]) -> bool:
        return row_key(unit) in self._rows

    def copy(self) -> "Ledger":
        """The same rows, to be appended to."""
        other = self._part(range(len(self)), self.rivals)
        other._rows = dict(self._rows)
        return other

    def _part(
        self, rows: Iterable[int], rivals: tuple[FloatArray, ...] = ()
    ) -> "Ledger":
        """Some of the rows, in their order."""
        part = Ledger((), rivals)
        for row in rows:
            part._add(self._trials[row], self._keys[row])
        return part

    def exclude(self, unit: FloatArray) -> None:
        """Count a configuration as asked, though no row has it."""
        self._rows.setdefault(row_key(unit), -1)

    @property
    def n_known(self) -> int:
        """Number of distinct configurations that were asked or excluded."""
        return len(self._rows)

    def append(self, trial: Trial) -> None:
        """Record that a trial was asked."""
        self._add(trial, row_key(trial.unit))

    def _add(self, trial: Trial, key: bytes) -> None:
        self._positions[trial.number] = len(self._trials)
        self._rows.setdefault(key, len(self._trials))
        self._trials.append(trial)
        self._keys.append(key)

    def is_new(self, units: FloatArray) -> NDArray[np.bool_]:
        """Which configurations of shape (k, d) were neither asked nor excluded."""
        return np.array([key not in self._rows for key in row_keys(units)], dtype=bool)

    def settle(self, number: int, score: float, seconds: float | None) -> None:
        """Record what came of a trial; a score that is not finite marks a failure.

        Raises
        ------
        UnknownTrialError
            If no trial of that number was asked.
        AlreadyToldError
            If its score is known already.
        """
        if number not in self._positions:
            raise UnknownTrialError(
                f"trial {number} was never asked; {len(self)} trials were."
            )
        row = self._positions[number]
        trial = self._trials[row]
        if trial.state != "asked":
            raise AlreadyToldError(
                f"trial {number} was told already: it is {trial.state}"
                + (f" with score {trial.score}." if trial.score is not None else ".")
            )
        known = math.isfinite(score)
        self._trials[row] = replace(
            trial,
            state="complete" if known else "failed",
            score=score if known else None,
            seconds=seconds,
        )

    def before(self, stage: str) -> "Ledger":
        """The rows that were asked before the first one of a stage."""
        end = next((i for i, t in enumerate(self) if t.stage == stage), len(self))
        return self._part(range(end))

    def only(self, *stages: str) -> "Ledger":
        """The rows that these stages asked."""
        return self._part(i for i, t in enumerate(self) if t.stage in stages)

    def of(self, alternative: int) -> "Ledger":
        """The rows of one alternative, which know the scores of the others.

        Failures count as in `scored`, so that all alternatives see the same scores.
        """
        worst, scores = self._worst(), dict[int, list[float]]()
        for trial in self:
            if trial.alternative != alternative and trial.state != "asked":
                score = worst if trial.score is None else trial.score
                scores.setdefault(trial.alternative, []).append(score)
        rivals = tuple(np.array(scores[k]) for k in sorted(scores))
        mine = (i for i, t in enumerate(self) if t.alternative == alternative)
        return self._part(mine, rivals)

    def count(self, stage: str) -> int:
        """Count the rows that a stage asked."""
        return sum(trial.stage == stage for trial in self)

    @property
    def has_pending(self) -> bool:
        """Whether a score is still awaited."""
        return any(trial.state == "asked" for trial in self)

    @property
    def best(self) -> Trial | None:
        """The complete trial with the largest score; the earliest of equals."""
        complete = (t for t in self if t.score is not None)
        return max(complete, key=lambda t: (t.score, -t.number), default=None)

    def scored(self) -> tuple[FloatArray, FloatArray]:
        """Units and scores of every told trial.

        A failed trial counts as the worst score seen, of rivals too (0 if there is
        none), so that it repels the search without stopping it. A score beyond the
        reach of the others is not that worst one: it would set all failures there.

        Returns
        -------
        U : ndarray of shape (n, d)
            Points in the unit cube.
        y : ndarray of shape (n,)
            Scores, larger is better, all finite.
        """
        told = [t for t in self if t.state != "asked"]
        worst = self._worst()
        y = [worst if t.score is None else t.score for t in told]
        return np.array([t.unit for t in told], dtype=np.float64), np.array(y)

    def score_at(self, units: FloatArray) -> FloatArray:
        """Scores of configurations of shape (k, d); NaN where none was told.

        Failures count as in `scored`.
        """
        worst = self._worst()
        scores = [self._score(key, worst) for key in row_keys(units)]
        return np.array(scores, dtype=np.float64)

    def _worst(self) -> float:
        """The worst score that is not beyond the reach of the others (eq. 11)."""
        own = np.array([t.score for t in self if t.score is not None], dtype=np.float64)
        y = np.concatenate([own, *self.rivals])
        return float(y[y >= reach(y)[0]].min()) if len(y) else 0.0

    def _score(self, key: bytes, worst: float) -> float:
        row = self._rows.get(key)
        if row is None or row < 0 or self._trials[row].state == "asked":
            return math.nan
        score = self._trials[row].score
        return worst if score is None else score
