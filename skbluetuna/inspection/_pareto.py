"""What one objective costs by another: the front of a search."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._optional import import_optional
from skbluetuna.inspection._axes import axes_for, plain
from skbluetuna.inspection._objectives import Objective, objectives_of
from skbluetuna.inspection._progress import (
    OTHER_COLOR,
    STAGE_COLORS,
    limit_scores,
    mark_at_edge,
    score_floor,
)
from skbluetuna.objectives import front_of

__all__ = ["ParetoDisplay"]

DECADE = 10.0
MISSED = "#CC3311"  # of what lies beyond a limit


class ParetoDisplay:
    """Candidates by two objectives or three, with the front and the chosen one.

    It is recommended to use :meth:`from_search`.

    Parameters
    ----------
    objectives : list of Objective
        Two or three: the first stands upwards, the second to the right, the third is a
        colour.
    stage : ndarray of str, shape (n,), or None, default=None
        Stage of each candidate.
    chosen : int or None, default=None
        Row of the chosen one.

    Attributes
    ----------
    values : ndarray of shape (n, m)
        Scores by each objective, larger is better.
    front : ndarray of int, shape (k,)
        Rows of the front, the best by the first objective first.
    ax_ : matplotlib Axes
        Where it is drawn.
    figure_ : matplotlib Figure
        The figure of these axes.

    Notes
    -----
    Scores whose name begins with ``neg_``, or whose scorer has a unit, are costs: they
    are shown positive. A cost that spans more than a decade has a log axis. Bars are
    one standard deviation over folds, to either side. Scores far below the rest are
    marked at the lower edge.

    Examples
    --------
    >>> from matplotlib import pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skbluetuna.inspection import ParetoDisplay
    >>> from skbluetuna.objectives import ModelSize
    >>> search = GridSearchCV(
    ...     DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2, 3]},
    ...     scoring={"accuracy": "accuracy", "neg_size": ModelSize()}, refit="accuracy",
    ... ).fit(*load_iris(return_X_y=True))
    >>> display = ParetoDisplay.from_search(search)
    >>> bool(display.front[-1] == 0)  # the smallest tree
    True
    >>> plt.close(display.figure_)
    """

    values: NDArray[np.float64]
    front: NDArray[np.intp]
    ax_: Any
    figure_: Any

    def __init__(
        self,
        objectives: Sequence[Objective],
        *,
        stage: NDArray[Any] | None = None,
        chosen: int | None = None,
    ) -> None:
        if not 2 <= len(objectives) <= 3:
            names = [one.name for one in objectives]
            raise ValueError(
                f"objectives must be two or three, as a picture has no more room; got "
                f"{names}. Name those to be shown by objectives=[...]."
            )
        self.objectives = list(objectives)
        self.stage = stage
        self.chosen = chosen
        self.values = np.column_stack([one.scores for one in objectives])
        self.front = front_of(self.values)

    @classmethod
    def from_search(
        cls, search: Any, objectives: Sequence[str] | None = None, *, ax: Any = None
    ) -> "ParetoDisplay":
        """Show the candidates of a search.

        Parameters
        ----------
        search : BlueTunaSearchCV, or any fitted search with several metrics
            Its `at_least` is shaded, its ``best_index_`` starred.
        objectives : sequence of str, default=None
            Two or three metrics: upwards, to the right, as a colour. None: the search's
            own `objectives`, or all metrics where it has none.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : ParetoDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If an objective is not there, or there are not two or three.
        """
        stage = None
        found = objectives_of(search, objectives)
        if "stage" in search.cv_results_:
            stage = np.asarray(search.cv_results_["stage"], dtype=object)
        chosen = getattr(search, "best_index_", None)
        return cls(found, stage=stage, chosen=chosen).plot(ax=ax)

    def plot(self, ax: Any = None) -> "ParetoDisplay":
        """Draw points, front, limits and the chosen one.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        self : ParetoDisplay
            With `ax_` and `figure_`.
        """
        ax = axes_for(ax)
        up, right, *_ = self.objectives
        self._dress(ax)
        self._draw_dominated(ax)
        if len(self.objectives) == 2:
            self._draw_steps(ax)
            self._draw_by_stage(ax)
        else:
            self._draw_by_color(ax)
        self._draw_chosen(ax)
        _shade(ax, "x", right)
        _shade(ax, "y", up)
        ax.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=4, fontsize="small"
        )
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _at(self, rows: Any) -> tuple[Any, Any]:
        """Where rows stand."""
        up, right, *_ = self.objectives
        return right.shown(right.scores[rows]), up.shown(up.scores[rows])

    @property
    def _floor(self) -> float:
        """Score upwards below which nothing is drawn in its place; the front always."""
        up = self.objectives[0]
        if up.is_cost or not len(self.front):
            return -np.inf
        return min(score_floor(up.scores), float(up.scores[self.front].min()))

    def _dress(self, ax: Any) -> None:
        """Name the axes, and give them their scales and ranges."""
        up, right, *_ = self.objectives
        for which, one in (("x", right), ("y", up)):
            getattr(ax, f"set_{which}label")(plain(one.label))
            if _is_wide(one):
                _make_log(ax, which)
        if np.isfinite(self._floor):
            limit_scores(ax, self._floor, up.scores)

    def _draw_dominated(self, ax: Any) -> None:
        """Draw in grey what is not on the front, what is far below at the edge."""
        up, right, *_ = self.objectives
        rows = np.flatnonzero(np.isfinite(self.values).all(axis=1))
        rows = np.setdiff1d(rows, self.front)
        below = up.scores[rows] < self._floor
        x, y = self._at(rows[~below])
        ax.scatter(x, y, s=14, color="0.7", label="dominated")
        if below.any():
            low = right.shown(right.scores[rows[below]])
            mark_at_edge(ax, low, "v", "0.7", "far below")

    def _draw_steps(self, ax: Any) -> None:
        """Draw the border of what the front dominates."""
        x, y = self._at(self.front)
        order = np.argsort(x, kind="stable")
        # Up to the next one that is better upwards, at what is dearer by the other.
        where = "post" if self.objectives[1].is_cost else "pre"
        ax.step(x[order], y[order], where=where, color="0.4", lw=1.0, zorder=2)

    def _draw_bars(self, ax: Any, rows: NDArray[np.intp], color: Any) -> None:
        """Draw the spread over folds of some rows."""
        up, right, *_ = self.objectives
        x, y = self._at(rows)
        ax.errorbar(
            x, y, xerr=right.shown_spread()[rows], yerr=up.shown_spread()[rows],
            fmt="none", ecolor=color, elinewidth=0.8, alpha=0.35, zorder=2,
        )  # fmt: skip

    def _draw_by_stage(self, ax: Any) -> None:
        """Draw the front, each point in the colour of its stage."""
        stages = self.stage
        if stages is None:
            stages = np.full(len(self.values), "front", dtype=object)
        own = stages[self.front]
        for stage in sorted(dict.fromkeys(own), key=[*stages].index):
            rows, color = self.front[own == stage], STAGE_COLORS.get(stage, OTHER_COLOR)
            self._draw_bars(ax, rows, color)
            ax.scatter(*self._at(rows), s=30, color=color, zorder=3, label=plain(stage))

    def _draw_by_color(self, ax: Any) -> None:
        """Draw the front, each point in the colour of the third objective."""
        third = self.objectives[2]
        self._draw_bars(ax, self.front, "0.5")
        drawn = ax.scatter(
            *self._at(self.front), c=third.shown(third.scores[self.front]), s=30,
            cmap="viridis", norm="log" if _is_wide(third) else "linear", zorder=3,
            label="front",
        )  # fmt: skip
        bar = ax.figure.colorbar(drawn, ax=ax, label=plain(third.label))
        if _is_wide(third):
            _make_log(bar.ax, "y")
        _shade(bar.ax, "y", third)

    def _draw_chosen(self, ax: Any) -> None:
        """Draw a star around the chosen one."""
        if self.chosen is not None and np.isfinite(self.values[self.chosen]).all():
            ax.scatter(
                *self._at(np.array([self.chosen])), s=260, marker="*", zorder=4,
                facecolor="none", edgecolor="black", linewidth=1.2, label="chosen",
            )  # fmt: skip


def _is_wide(one: Objective) -> bool:
    """Whether a cost spans more than a decade."""
    shown = one.shown(one.scores[np.isfinite(one.scores)])
    if not one.is_cost or not len(shown) or shown.min() <= 0.0:
        return False
    return bool(shown.max() > DECADE * shown.min())


def _make_log(ax: Any, which: str) -> None:
    """Give an axis a log scale with numbers that are written out."""
    ticker = import_optional("matplotlib.ticker", extra="plots", purpose="A picture")
    getattr(ax, f"set_{which}scale")("log")
    axis = getattr(ax, f"{which}axis")
    axis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    axis.set_minor_locator(ticker.NullLocator())


def _shade(ax: Any, which: str, one: Objective) -> None:
    """Shade what misses a limit, and make room for one that is near."""
    if not np.isfinite(one.limit):
        return
    at = float(one.shown(one.limit))
    axis = getattr(ax, f"{which}axis")
    low, high = axis.get_view_interval()
    low, high = _with_room(at, low, high, axis.get_scale() == "log")
    span = getattr(ax, "axvspan" if which == "x" else "axhspan")
    line = getattr(ax, "axvline" if which == "x" else "axhline")
    ends = (max(at, low), high) if one.is_cost else (low, min(at, high))
    if ends[0] < ends[1]:
        span(*ends, color=MISSED, alpha=0.08, lw=0.0, zorder=0)
    line(at, color=MISSED, lw=0.9, ls="--", zorder=1)
    getattr(ax, f"set_{which}lim")(low, high)


def _with_room(at: float, low: float, high: float, is_log: bool) -> tuple[float, float]:
    """Ends of an axis that holds a limit too, unless it is farther than its length."""
    ends = np.array([low, high, at])
    if is_log:
        ends = np.log(np.maximum(ends, 1e-300))
    length = ends[1] - ends[0]
    if ends[0] - length <= ends[2] <= ends[1] + length:
        ends[0] = min(ends[0], ends[2] - 0.04 * length)
        ends[1] = max(ends[1], ends[2] + 0.04 * length)
    ends = np.exp(ends) if is_log else ends
    return float(ends[0]), float(ends[1])
