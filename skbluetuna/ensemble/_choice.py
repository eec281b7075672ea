"""What a search chose for its ensemble, and how well it scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._table import Table
from skbluetuna.ensemble._metrics import ScoreOfPredictions
from skbluetuna.ensemble._selection import bagged, scores_along

__all__ = ["EnsembleChoice", "choose_members"]

Array = NDArray[Any]


@dataclass(frozen=True)
class EnsembleChoice:
    """Members of an ensemble, the heaviest first, and scores on rows that chose them.

    Parameters
    ----------
    candidates : ndarray of shape (m,)
        Rows of ``cv_results_``.
    weights : ndarray of shape (m,)
        Theirs; they sum to one.
    scores : ndarray of shape (m,)
        Out-of-fold score of each member alone, larger is better.
    scores_so_far : ndarray of shape (m,)
        Out-of-fold score of the first member, of the first two, ...: the last one is
        the ensemble's.
    score, best_score : float
        Out-of-fold score of the ensemble, and of the search's best candidate. The
        ensemble's flatters: its members were chosen by it.
    metric : str
        What is scored.
    note : str
        Why by another metric than the one that was asked for, or "".
    n_candidates, n_rows : int
        How many candidates there were to choose from, and by how many rows.
    seconds : float
        What choosing took.
    predict_seconds, best_predict_seconds : float
        What it takes to predict and score the rows of a fold: the sum of the members',
        and the best candidate's.
    """

    candidates: Array
    weights: Array
    scores: Array
    scores_so_far: Array
    score: float
    best_score: float
    metric: str
    note: str
    n_candidates: int
    n_rows: int
    seconds: float = float("nan")
    predict_seconds: float = float("nan")
    best_predict_seconds: float = float("nan")

    @property
    def members(self) -> Table:
        """The members as a table, which prints itself."""
        return Table(
            candidate=self.candidates, weight=self.weights, score=self.scores,
            score_so_far=self.scores_so_far,
        )  # fmt: skip

    def __repr__(self) -> str:
        lines = [
            f"{len(self.weights)} of {self.n_candidates} candidates, by {self.metric} "
            f"out of fold ({self.n_rows} rows)",
            repr(self.members),
            f"ensemble {self.score:.6g}, best candidate {self.best_score:.6g}; the "
            "ensemble's flatters, as its members were chosen by it",
        ]
        if np.isfinite(self.predict_seconds):
            lines.append(
                f"to predict a fold {self.predict_seconds:.3g} s, the best candidate "
                f"{self.best_predict_seconds:.3g} s"
            )
        return "\n".join([*lines, self.note] if self.note else lines)


def choose_members(
    P: Array,
    rows: Array,
    scoring: ScoreOfPredictions,
    *,
    max_size: int,
    n_bags: int,
    seed: int,
) -> EnsembleChoice:
    """Choose members by their out-of-fold predictions.

    Parameters
    ----------
    P : array of shape (k, n, ...)
        Predictions of the candidates, the best first; none is NaN.
    rows : array of shape (k,)
        Their rows of ``cv_results_``.
    scoring : ScoreOfPredictions
        What to choose by.
    max_size, n_bags : int
        As of ``bagged``.
    seed : int
        Of the random halves.
    """
    rng = np.random.default_rng(seed)
    weights = bagged(P, scoring.score, max_size, n_bags, rng)
    order, so_far = scores_along(P, weights, scoring.score)
    alone = np.array([scoring.score(P[i][None].astype(np.float64))[0] for i in order])
    best = float(scoring.score(P[:1].astype(np.float64))[0])
    return EnsembleChoice(
        rows[order], weights[order], alone, so_far, float(so_far[-1]), best,
        scoring.name, scoring.note, len(P), P.shape[1],
    )  # fmt: skip
