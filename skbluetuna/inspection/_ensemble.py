"""Which candidates an ensemble holds, how much each counts, and what each adds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.ensemble import EnsembleChoice
from skbluetuna.inspection._axes import axes_for, checked, label, plain
from skbluetuna.inspection._chosen import choice_of, member_names
from skbluetuna.inspection._panels import panels_for

__all__ = ["EnsembleDisplay"]

WIDTH, LEAST_HEIGHT, PER_MEMBER, MOST_HEIGHT = 10.0, 1.9, 0.26, 12.0  # inches
LONGEST = 32  # characters of a metric's name
WEIGHT, SO_FAR = "#56B4E9", "#D55E00"  # of Okabe and Ito's colours


class EnsembleDisplay:
    """Members of an ensemble: their weights, and the score as each is added.

    It is recommended to use :meth:`from_search`.

    Parameters
    ----------
    choice : EnsembleChoice
        What was chosen.
    names : list of str, length m
        What each of the m members is called.

    Attributes
    ----------
    ax_ : ndarray of matplotlib Axes, shape (2,)
        Weights to the left, scores to the right.
    figure_ : matplotlib Figure
        The figure of these axes.

    Notes
    -----
    Members stand from the heaviest down. Dots are the score of the weighted mean of all
    members down to that one, so the last dot is the ensemble's; hollow dots are the
    score of each alone. The ensemble's score flatters: the rows that it is of chose the
    members. Members whose own score is so low that it would leave no room are triangles
    at the left edge. All scores are of all rows at once, larger is better.

    Examples
    --------
    >>> from matplotlib import pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.inspection import EnsembleDisplay
    >>> search = BlueTunaSearchCV(
    ...     DecisionTreeClassifier(random_state=0), {"max_depth": (1, 8)}, n_iter=6,
    ...     scoring="neg_log_loss", refit="ensemble", random_state=0,
    ... ).fit(*load_iris(return_X_y=True))
    >>> display = EnsembleDisplay.from_search(search)
    >>> len(display.names) == len(search.best_estimator_.estimators)
    True
    >>> plt.close(display.figure_)
    """

    ax_: NDArray[Any]
    figure_: Any

    def __init__(self, choice: EnsembleChoice, names: Sequence[str]) -> None:
        if len(names) != len(choice.weights):
            raise ValueError(
                f"names must be one for each of the {len(choice.weights)} members of "
                f"choice; got {len(names)}."
            )
        self.choice = choice
        self.names = list(names)

    @classmethod
    def from_search(
        cls, search: Any, *, choice: EnsembleChoice | None = None, ax: Any = None
    ) -> "EnsembleDisplay":
        """Show the ensemble of a search.

        Parameters
        ----------
        search : BlueTunaSearchCV
            Fitted, with predictions.
        choice : EnsembleChoice, default=None
            What to show, such as ``search.ensemble(metric="roc_auc").selection``. None:
            the ensemble that the search ended with, else ``search.ensemble()``.
        ax : matplotlib Axes, array of two Axes, default=None
            What is divided, or are the panels; None for a new figure.

        Returns
        -------
        display : EnsembleDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If it has no predictions, or none that an ensemble can be made of.
        """
        checked(search)
        choice = choice or choice_of(search) or search.ensemble().selection
        return cls(choice, member_names(search, choice.candidates)).plot(ax=ax)

    def plot(self, ax: Any = None) -> "EnsembleDisplay":
        """Draw weights and scores.

        Parameters
        ----------
        ax : matplotlib Axes, array of two Axes, default=None
            What is divided, or are the panels; None for a new figure.

        Returns
        -------
        self : EnsembleDisplay
            With `ax_` and `figure_`.
        """
        wanted = LEAST_HEIGHT + PER_MEMBER * len(self.names)
        height = min(wanted, MOST_HEIGHT)
        _, panels = panels_for(axes_for(ax, width=WIDTH, height=height), 2, 0.0)
        size = max(3.0, 8.5 * height / wanted)  # of letters, in points
        self._draw_weights(panels[0], size)
        self._draw_scores(panels[1])
        for panel in panels:  # the heaviest on top
            panel.set_ylim(len(self.names) - 0.4, -0.6)
        self.ax_, self.figure_ = panels, panels[0].figure
        return self

    def _draw_weights(self, ax: Any, size: float) -> None:
        """Draw a bar for each member, with its weight behind it."""
        weights = self.choice.weights
        y = np.arange(len(weights))
        bars = ax.barh(y, weights, height=0.7, color=WEIGHT)
        ax.bar_label(bars, fmt="%.2f", padding=2, fontsize=size)
        ax.set_yticks(y, [plain(name) for name in self.names], fontsize=size)
        ax.set_xlim(0.0, 1.2 * weights.max())
        ax.set_xlabel("Weight")
        ax.set_ylabel("Candidate, and what differs")

    def _draw_scores(self, ax: Any) -> None:
        """Draw the score as members are added, of each alone, and of the best."""
        choice, y = self.choice, np.arange(len(self.names))
        low, high = self._range()
        best = f"best candidate ({choice.best_candidate})"
        ax.axvline(choice.best_score, color="0.4", ls="--", lw=1.2, label=best)
        seen, below = choice.scores >= low, choice.scores < low
        ax.scatter(
            choice.scores[seen], y[seen], s=22, facecolors="none", edgecolors="0.4",
            label="member alone" if seen.any() else None,
        )  # fmt: skip
        if below.any():
            ax.scatter(
                np.full(below.sum(), 0.02), y[below], s=24, marker="<", color="0.4",
                label="alone, far below", transform=ax.get_yaxis_transform(),
            )  # fmt: skip
        ax.plot(
            choice.scores_so_far, y, color=SO_FAR, marker="o", ms=4.5, lw=1.2,
            label="members so far",
        )  # fmt: skip
        ax.set_xlim(low, high)
        ax.locator_params(axis="x", nbins=5)
        ax.tick_params(axis="y", left=False, labelleft=False)
        name = label(choice.metric, most=LONGEST)
        ax.set_xlabel(f"Out-of-fold {name}\n(flatters: it chose the members)")
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, fontsize=7.5)

    def _range(self) -> tuple[float, float]:
        """Ends of the scores' axis: members so far and the best, and as much below."""
        shown = np.append(self.choice.scores_so_far, self.choice.best_score)
        shown = shown[np.isfinite(shown)]
        low, high = float(shown.min()), float(shown.max())
        span = (high - low) or max(abs(high), 1.0) * 0.01
        alone = self.choice.scores
        alone = alone[np.isfinite(alone) & (alone >= low - span)]
        low = min([low, *alone.tolist()])
        return low - 0.1 * span, max([high, *alone.tolist()]) + 0.1 * span
