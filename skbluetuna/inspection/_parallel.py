"""Which configurations scored well, all parameters side by side."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._checks import check_count
from skbluetuna._utils._optional import import_optional
from skbluetuna.history import best_first
from skbluetuna.inspection._alternatives import (
    chosen,
    objective_of,
    scored_trials,
    title_of,
)
from skbluetuna.inspection._axes import axes_for, checked, folded
from skbluetuna.inspection._progress import score_ceiling, score_floor
from skbluetuna.inspection._ticks import Ticks, ticks_of

__all__ = ["ParallelDisplay"]

FloatArray = NDArray[np.float64]

WIDTH = 1.05  # inches for each axis with its labels
SHORT = 12  # characters that fit there
FOLD = 17  # and in a small font


class ParallelDisplay:
    """Configurations as lines over one axis for each parameter, coloured by score.

    It is recommended to use :meth:`from_search`.

    Parameters
    ----------
    names : list of d str
        Parameters, in the order of the space.
    units : ndarray of shape (n, d)
        Configurations on the space's own scales from 0 to 1, the best last; NaN where
        a parameter does not apply.
    scores : ndarray of shape (n,)
        Their scores, ascending.
    ticks : list of d lists of (float, str)
        Units of some values of each parameter, and these values as text.
    title : str, default=""
        Title of the picture.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it is drawn.
    figure_ : matplotlib Figure
        The figure of these axes.

    Examples
    --------
    >>> from matplotlib import pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.inspection import ParallelDisplay
    >>> space = {"C": (1e-2, 1e2, "log"), "gamma": (1e-3, 1e1, "log")}
    >>> search = BlueTunaSearchCV(SVC(), space, n_iter=8, random_state=0)
    >>> display = ParallelDisplay.from_search(search.fit(*load_iris(return_X_y=True)))
    >>> display.units.shape, display.ticks[0][0]
    ((8, 2), (0.0, '0.01'))
    >>> plt.close(display.figure_)
    """

    ax_: Any
    figure_: Any

    def __init__(
        self,
        names: list[str],
        units: FloatArray,
        scores: FloatArray,
        ticks: list[Ticks],
        *,
        title: str = "",
    ) -> None:
        self.names = names
        self.units = units
        self.scores = scores
        self.ticks = ticks
        self.title = title

    @classmethod
    def from_search(
        cls,
        search: Any,
        *,
        alternative: int | None = None,
        objective: str | None = None,
        n_best: int | None = None,
        ax: Any = None,
    ) -> "ParallelDisplay":
        """Show the configurations that a search evaluated.

        Parameters
        ----------
        search : BlueTunaSearchCV
            A fitted search.
        alternative : int or None, default=None
            Which of several alternatives; None for the best configuration's.
        objective : str or None, default=None
            Of several objectives the one whose scores are shown; None for the one that
            `refit` names, else the first.
        n_best : int or None, default=None
            Show only so many, the best; None for all but those that failed.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : ParallelDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError, TypeError
            If there is no such alternative or objective, or `n_best` is not a positive
            int.
        """
        k = chosen(checked(search), alternative)
        space = search.tuner_.spaces[k]
        objective = objective_of(search, objective)
        own = scored_trials(search, k, objective)
        order = best_first([np.nan if t.score is None else t.score for t in own])
        trials = [own[row] for row in order[::-1]]  # the best is drawn last
        if n_best is not None:
            trials = trials[-check_count("n_best", n_best) :]
        rows = [
            [
                u if name in trial.params else np.nan
                for name, u in zip(space.names, trial.unit, strict=True)
            ]
            for trial in trials
        ]
        display = cls(
            list(space.names),
            np.array(rows, dtype=np.float64).reshape(len(rows), len(space)),
            np.array([trial.score for trial in trials], dtype=np.float64),
            [ticks_of(dimension) for dimension in space.dimensions],
            title=title_of(search, k, objective),
        )
        return display.plot(ax=ax)

    def plot(self, ax: Any = None) -> "ParallelDisplay":
        """Draw axes and lines.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        self : ParallelDisplay
            With `ax_` and `figure_`.
        """
        d = len(self.names)
        is_short = max(map(len, self.names)) <= SHORT
        names = [folded(name, SHORT if is_short else FOLD) for name in self.names]
        lines = 1 + max(name.count("\n") for name in names)
        ax = axes_for(ax, width=max(5.0, 1.4 + WIDTH * d), height=4.2 + 0.13 * lines)
        self.ax_, self.figure_ = ax, ax.figure
        if len(self.scores):
            self._draw_lines(ax)
        self._draw_ticks(ax)
        ax.set_xticks(range(d), names, size="medium" if is_short else 7)
        ax.set_xlim(-0.3, d - 0.2)  # the last axis has its labels on the right too
        ax.set_ylim(-0.04, 1.04)
        ax.set_yticks([])
        ax.spines[["left", "right", "top", "bottom"]].set_visible(False)
        ax.tick_params(axis="x", length=0)
        if self.title:
            ax.set_title(self.title)
        return self

    def _draw_ticks(self, ax: Any) -> None:
        """Draw an axis for each parameter, with some of its values."""
        for i, ticks in enumerate(self.ticks):
            ax.axvline(i, color="0.4", linewidth=0.8, zorder=1)
            for unit, text in ticks:
                ax.plot([i, i + 0.05], [unit, unit], color="0.2", lw=0.8, zorder=4)
                ax.text(
                    i + 0.085, unit, text, fontsize=7, va="center", zorder=5,
                    bbox={"facecolor": "white", "alpha": 0.7, "pad": 0.6, "lw": 0.0},
                )  # fmt: skip

    def _draw_lines(self, ax: Any) -> None:
        """Draw the configurations, the best on top, and the colour bar."""
        collections = import_optional(
            "matplotlib.collections", extra="plots", purpose="A picture"
        )
        n, d = self.units.shape
        places = np.broadcast_to(np.arange(float(d)), (n, d))
        lines = np.stack([places, self.units], axis=2)
        floor = score_floor(self.scores)
        widths = np.append(np.full(n - 1, 0.8), 2.6)
        collection = collections.LineCollection(
            lines, array=self.scores, cmap="viridis_r", linewidths=widths, zorder=2
        )
        top = score_ceiling(self.scores)
        collection.set_clim(floor, top if top > floor else floor + 1e-6)
        ax.add_collection(collection)
        # A parameter between two that do not apply has no line, only its point.
        ax.scatter(
            places, self.units, c=np.repeat(self.scores, d), s=np.repeat(8 * widths, d),
            cmap="viridis_r", norm=collection.norm, zorder=3,
        )  # fmt: skip
        ends = self.scores[0] < floor, self.scores[-1] > top
        extend = {(1, 1): "both", (1, 0): "min", (0, 1): "max"}.get(ends, "neither")
        self.figure_.colorbar(
            collection, ax=ax, label="Cross-validated score", extend=extend, pad=0.02
        )
