"""How configurations do from rung to rung of a resource."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._optional import import_optional
from skbluetuna.inspection._axes import axes_for, checked, plain
from skbluetuna.inspection._progress import (
    PointColumns,
    limit_scores,
    mark_at_edge,
    metric_of,
    score_ceiling,
    score_floor,
    told_trials,
)

__all__ = ["RungDisplay"]

BEST_COLOR = "#D55E00"  # Okabe and Ito's
MOST_TICKS = 8


class RungDisplay:
    """Score against resource, one line for each configuration.

    It is recommended to use :meth:`from_search`.

    Parameters
    ----------
    points : dict of arrays
        Each evaluation: ``number`` of the trial, ``configuration`` (an int from 0 on,
        in the order of asking), ``resource``, in its own units, and ``score`` at that
        resource; NaN if it failed.
    rungs : sequence of float
        Amounts of the resource, from the least to the full one.
    best : int or None, default=None
        The configuration that is the result of the search.
    resource_name : str, default="resource"
        What is spent.
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
    Configurations that were evaluated at more than one rung are coloured by the highest
    one; those at one rung only are grey. Scores at less than the full resource are no
    scores of the search: lines that cross say that cheap scores mislead. Scores far
    below the rest (three interquartile ranges below the first quartile) are triangles
    at the lower edge, failures crosses. Several alternatives are shown together.

    Examples
    --------
    >>> from matplotlib import pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.inspection import RungDisplay
    >>> search = BlueTunaSearchCV(
    ...     MLPClassifier(4, solver="lbfgs", random_state=0),
    ...     {"alpha": (1e-6, 1e2, "log")}, resource="max_iter", max_resources=27,
    ...     n_iter=4, cv=2, error_score="raise", random_state=0,
    ... )
    >>> import warnings
    >>> with warnings.catch_warnings(action="ignore"):  # it does not converge
    ...     search = search.fit(*load_iris(return_X_y=True))
    >>> display = RungDisplay.from_search(search)
    >>> [int(rung) for rung in display.rungs]
    [3, 9, 27]
    >>> plt.close(display.figure_)
    """

    ax_: Any
    figure_: Any

    def __init__(
        self,
        points: PointColumns,
        rungs: Any,
        *,
        best: int | None = None,
        resource_name: str = "resource",
        score_name: str = "score",
    ) -> None:
        self.points = points
        self.rungs = rungs
        self.best = best
        self.resource_name = resource_name
        self.score_name = score_name

    @classmethod
    def from_search(cls, search: Any, *, ax: Any = None) -> "RungDisplay":
        """Show what a search evaluated at each rung.

        Parameters
        ----------
        search : BlueTunaSearchCV
            A fitted search with a `resource`.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : RungDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If it has no resource.
        """
        tuner = checked(search).tuner_
        ladder = tuner.ladder
        if ladder is None:
            raise ValueError(
                "search must have a resource, of which there are rungs to show; this "
                'one has resource=None. Fit one with resource="n_samples" or a '
                'parameter such as resource="n_estimators", or use '
                "ConvergenceDisplay."
            )
        # A stopped trial has no score at its rung, only what is expected of it.
        told = [t for t in tuner.trials if t.state not in ("asked", "stopped")]
        keys = [(trial.alternative, trial.unit) for trial in told]
        place = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        points = {
            "number": np.array([t.number for t in told], dtype=np.intp),
            "configuration": np.array([place[key] for key in keys], dtype=np.intp),
            "resource": np.array(
                [ladder.full if t.resource is None else t.resource for t in told],
                dtype=np.float64,
            ),
            "score": np.array(
                [t.values[0] if t.values else np.nan for t in told], dtype=np.float64
            ),
        }
        display = cls(
            points,
            ladder.rungs,
            best=_best(search, place),
            resource_name=search.resource,
            score_name=metric_of(search),
        )
        return display.plot(ax=ax)

    def plot(self, ax: Any = None) -> "RungDisplay":
        """Draw lines and points.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        self : RungDisplay
            With `ax_` and `figure_`.
        """
        ax = axes_for(ax)
        self.ax_, self.figure_ = ax, ax.figure
        ax.set_xscale("log")
        for configuration in self._in_order():
            self._draw_line(ax, configuration)
        self._name_lines(ax)
        x, score = self.points["resource"], self.points["score"]
        floor = score_floor(score)
        for found, marker, name in (
            (score < floor, "v", "far below"),
            (np.isnan(score), "x", "failed"),
        ):
            mark_at_edge(ax, x[found], marker, "0.4", name if found.any() else None)
        above = score > score_ceiling(score)
        mark_at_edge(
            ax, x[above], "^", "0.4", "far above" if above.any() else None, at=0.98
        )
        limit_scores(ax, floor, score)
        self._dress(ax)
        return self

    def _in_order(self) -> list[int]:
        """Configurations as they are drawn: those that came highest last."""
        tops = {int(i): self._top(int(i)) for i in self.points["configuration"]}
        return sorted(tops, key=lambda i: (i == self.best, tops[i] or 0.0))

    def _own(self, configuration: int) -> NDArray[np.intp]:
        """Rows of a configuration, by resource."""
        rows = np.flatnonzero(self.points["configuration"] == configuration)
        order = np.argsort(self.points["resource"][rows], kind="stable")
        return np.asarray(rows[order])

    def _top(self, configuration: int) -> float | None:
        """The highest rung of a promoted configuration; None of another one."""
        spent = self.points["resource"][self._own(configuration)]
        return float(spent.max()) if spent.max() > spent.min() else None

    def _color(self, top: float | None) -> Any:
        """Grey if it was not promoted, else the deeper the higher it came."""
        if top is None:
            return "0.65"
        pyplot = import_optional(
            "matplotlib.pyplot", extra="plots", purpose="A picture"
        )
        higher = np.asarray(self.rungs, dtype=np.float64)[1:]
        place = int(np.argmin(np.abs(higher - top)))
        return pyplot.get_cmap("viridis_r")(0.2 + 0.8 * (place + 1) / len(higher))

    def _draw_line(self, ax: Any, configuration: int) -> None:
        """Draw a configuration over the rungs that it was evaluated at."""
        own, top = self._own(configuration), self._top(configuration)
        is_best = configuration == self.best
        color = BEST_COLOR if is_best else self._color(top)
        ax.plot(
            self.points["resource"][own], self.points["score"][own],
            color=color, lw=2.4 if is_best else 1.1, marker="o",
            ms=5.0 if is_best else 3.5, zorder=4 if is_best else 2 + (top is not None),
        )  # fmt: skip

    def _name_lines(self, ax: Any) -> None:
        """Say in the legend what the colours are."""
        tops = {self._top(int(i)) for i in self.points["configuration"]}
        if None in tops:
            ax.plot([], [], color=self._color(None), marker="o", label="one rung only")
        for top in sorted(one for one in tops if one is not None):
            ax.plot([], [], color=self._color(top), label=f"promoted to {top:g}")
        if self.best is not None:
            ax.plot([], [], color=BEST_COLOR, marker="o", lw=2.4, label="best")

    def _dress(self, ax: Any) -> None:
        """Put ticks at the rungs, and names at the axes."""
        rungs = list(self.rungs)
        shown = rungs[:: -max(1, -(-len(rungs) // MOST_TICKS))][::-1]  # the full one is
        ax.set_xticks(shown, [f"{rung:g}" for rung in shown])
        ax.set_xticks([], minor=True)
        room = (rungs[-1] / rungs[0]) ** 0.06 if len(rungs) > 1 else 1.1
        ax.set_xlim(rungs[0] / room, rungs[-1] * room)
        ax.set_xlabel(f"Resource: {plain(self.resource_name)}")
        ax.set_ylabel(f"Cross-validated {plain(self.score_name)}")
        ax.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=4, fontsize="small"
        )


def _best(search: Any, place: dict[Any, int]) -> int | None:
    """The configuration that is the result; a callable `refit` may choose another."""
    index, best = getattr(search, "best_index_", None), search.tuner_.best
    rows = told_trials(search)
    if index is not None and rows:
        best = rows[index]
    return None if best is None else place.get((best.alternative, best.unit))
