"""How fast a search, or one kind of search and another, comes to its best score."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skbluetuna.inspection._axes import axes_for, plain
from skbluetuna.inspection._progress import (
    AGAINST,
    AUTO,
    OTHER_COLOR,
    STAGE_COLORS,
    PointColumns,
    axis_for,
    band,
    evaluations_of,
    limit_scores,
    mark_at_edge,
    score_ceiling,
    score_floor,
)

__all__ = ["STAGE_COLORS", "ConvergenceDisplay"]

N_COLORS = 10  # of matplotlib's cycle; lines beyond are dashed


class ConvergenceDisplay:
    """Best score so far against evaluations, cost or seconds.

    It is recommended to use :meth:`from_search` or :meth:`from_searches`.

    Parameters
    ----------
    curves : dict of str to dict of arrays
        For each name columns ``x``, and over its runs ``min``, ``lower`` (first
        quartile), ``median``, ``upper`` (third quartile) and ``max`` of the best score
        so far; NaN until every run has a score.
    points : dict of arrays or None, default=None
        Each evaluation of a single search: ``x``, ``score`` (NaN if failed, stopped
        early or partial, which is at less than the full resource), ``stage`` where the
        search has stages, ``is_stopped`` where folds raced, ``is_partial`` where there
        is a resource; with one of these ``estimate``, what a partial one reached with
        its resource and what was expected of a stopped one.
    against : {"evaluations", "cost", "seconds"}, default="evaluations"
        What ``x`` is.
    score_name : str, default="score"
        Name of the metric.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it is drawn.
    figure_ : matplotlib Figure
        The figure of these axes.

    Notes
    -----
    Scores far below the rest (three interquartile ranges below the first quartile)
    would leave no room for the others: they are marked at the lower edge, as triangles.
    Failed evaluations are crosses there. Hollow dots are no scores, and never the best:
    what a partial evaluation reached with less than the full resource, what was
    expected of one that was stopped early (a short line at the edge where that is not
    known). Cost is what budgets count: an evaluation with a ninth of the resource is a
    ninth, one that was stopped is whole; of scikit-learn's halving searches, which may
    be shown too, the most that they spent is full. Seconds are those that the folds
    took one after another, whatever ran in parallel.

    Examples
    --------
    >>> from matplotlib import pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.inspection import ConvergenceDisplay
    >>> search = BlueTunaSearchCV(SVC(), {"C": (1e-2, 1e3, "log")}, n_iter=8)
    >>> search = search.fit(*load_iris(return_X_y=True))
    >>> display = ConvergenceDisplay.from_search(search)
    >>> bool(display.curves["best so far"]["median"][-1] == search.best_score_)
    True
    >>> plt.close(display.figure_)
    """

    ax_: Any
    figure_: Any

    def __init__(
        self,
        curves: dict[str, PointColumns],
        *,
        points: PointColumns | None = None,
        against: str = "evaluations",
        score_name: str = "score",
    ) -> None:
        self.curves = curves
        self.points = points
        self.against = against
        self.score_name = score_name

    @classmethod
    def from_search(
        cls, search: Any, *, against: str = AUTO, ax: Any = None
    ) -> "ConvergenceDisplay":
        """Show the way of one search.

        Parameters
        ----------
        search : BlueTunaSearchCV, or any fitted search of scikit-learn's kind
            What has ``cv_results_``. Of several metrics the one that `refit` names,
            else the first.
        against : {"auto", "evaluations", "cost", "seconds"}, default="auto"
            Horizontal axis; ``"auto"``: cost in full evaluations where there is a
            resource, else evaluations.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : ConvergenceDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If `against` is none of these.
        """
        against = axis_for([search], against)
        points, name = evaluations_of(search, against)
        curves = {"best so far": band([points])}
        display = cls(curves, points=points, against=against, score_name=name)
        return display.plot(ax=ax)

    @classmethod
    def from_searches(
        cls,
        searches: Mapping[str, Sequence[Any]],
        *,
        against: str = AUTO,
        ax: Any = None,
    ) -> "ConvergenceDisplay":
        """Compare kinds of searches, each run with several seeds.

        Parameters
        ----------
        searches : dict of str to list of fitted searches
            For each name its runs. A run that ended before others keeps its best.
        against : {"auto", "evaluations", "cost", "seconds"}, default="auto"
            Horizontal axis; ``"auto"``: cost in full evaluations where there is a
            resource, else evaluations.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : ConvergenceDisplay
            The display, drawn: medians, bands from quartile to quartile, and faint
            from the worst run to the best.

        Raises
        ------
        NotFittedError
            If a search is not fitted.
        ValueError
            If `against` is none of these, or there are no searches.
        """
        if not searches or not all(len(runs) for runs in searches.values()):
            raise ValueError("searches must hold at least one search for each name.")
        against = axis_for([run for runs in searches.values() for run in runs], against)
        curves, metrics = {}, set()
        for name, runs in searches.items():
            found = [evaluations_of(search, against) for search in runs]
            curves[name] = band([points for points, _ in found])
            metrics |= {metric for _, metric in found}
        metric = metrics.pop() if len(metrics) == 1 else "score"
        return cls(curves, against=against, score_name=metric).plot(ax=ax)

    def plot(self, ax: Any = None) -> "ConvergenceDisplay":
        """Draw lines, bands and points.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        self : ConvergenceDisplay
            With `ax_` and `figure_`.
        """
        ax = axes_for(ax)
        if self.points is None:
            self._draw_bands(ax)
        else:
            (curve,) = self.curves.values()
            (name,) = self.curves
            ax.step(
                curve["x"], curve["median"], where="post", color="0.4",
                label=plain(name),
            )  # fmt: skip
            _draw_points(ax, self.points)
        ax.set_xlabel(AGAINST[self.against])
        if self.against == "evaluations":
            ax.locator_params(axis="x", integer=True)
        ax.set_ylabel(f"Cross-validated {plain(self.score_name)}")
        # Below the axes: within them it would hide points or the ends of lines.
        ax.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=4, fontsize="small"
        )
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_bands(self, ax: Any) -> None:
        """Draw the median and the bands of each name."""
        faint = min(1.0, 2.0 / len(self.curves))  # many bands lie on each other
        for k, (name, curve) in enumerate(self.curves.items()):
            x = curve["x"]
            (line,) = ax.step(
                x, curve["median"], where="post", label=plain(name),
                ls="-" if k < N_COLORS else "--",
            )  # fmt: skip
            for low, high, alpha in (("lower", "upper", 0.25), ("min", "max", 0.08)):
                ax.fill_between(
                    x, curve[low], curve[high], step="post",
                    color=line.get_color(), alpha=faint * alpha, linewidth=0.0,
                )  # fmt: skip
            if faint < 1.0:  # then the quartiles' edges tell them apart
                for edge in (curve["lower"], curve["upper"]):
                    ax.step(
                        x, edge, where="post", color=line.get_color(), lw=0.7, ls=":",
                    )  # fmt: skip
        lows = np.concatenate([curve["lower"] for curve in self.curves.values()])
        tops = np.concatenate([curve["max"] for curve in self.curves.values()])
        limit_scores(ax, score_floor(lows), tops)


def _draw_points(ax: Any, points: PointColumns) -> None:
    """Draw each evaluation, those that are off the scale at the edges."""
    x, score = points["x"], points["score"]
    hollow = points.get("estimate", np.full(len(x), np.nan))
    every = np.append(score, hollow)
    floor, ceiling = score_floor(every), score_ceiling(every)
    stages = points.get("stage", np.full(len(x), "evaluated", dtype=object))
    for stage in dict.fromkeys(stages):  # in the order of the search
        color = STAGE_COLORS.get(stage, OTHER_COLOR)
        own = stages == stage
        faint = own & (hollow >= floor)
        ax.scatter(x[faint], hollow[faint], s=16, facecolors="none", edgecolors=color)
        seen, below = own & (score >= floor), own & (score < floor)
        ax.scatter(x[seen], score[seen], s=16, color=color, label=plain(stage))
        mark_at_edge(ax, x[below | (own & (hollow < floor))], "v", color)
    if (every < floor).any():
        mark_at_edge(ax, x[:0], "v", "0.4", "far below")  # for the legend only
    above = (score > ceiling) | (hollow > ceiling)
    mark_at_edge(
        ax, x[above], "^", "0.4", "far above" if above.any() else None, at=0.98
    )
    _mark_without_score(ax, points)
    limit_scores(ax, floor, every)


def _mark_without_score(ax: Any, points: PointColumns) -> None:
    """Mark what has no score, and say in the legend what hollow dots are."""
    x, none = points["x"], np.zeros(len(points["x"]), dtype=bool)
    stopped, partial = (points.get(key, none) for key in ("is_stopped", "is_partial"))
    is_bare = np.isnan(points["score"]) & np.isnan(points.get("estimate", np.nan))
    known = stopped & ~is_bare
    for hollow, is_any in (("less resource", partial), ("stopped early", known)):
        if is_any.any():
            ax.scatter([], [], s=16, facecolors="none", edgecolors="0.4", label=hollow)
    bare = stopped & is_bare
    name = "stopped early" if bare.any() and not known.any() else None
    mark_at_edge(ax, x[bare], "|", "0.6", name)
    failed = is_bare & ~stopped
    mark_at_edge(ax, x[failed], "x", "0.4", "failed" if failed.any() else None)
