"""LandscapeDisplay: the learned score along one parameter, or over two."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._optional import import_optional
from skbluetuna.history import best_so_far
from skbluetuna.inspection._alternatives import (
    chosen,
    objective_of,
    rows_of,
    scored_trials,
    title_of,
)
from skbluetuna.inspection._axes import axes_for, checked, space_of
from skbluetuna.inspection._progress import (
    limit_scores,
    mark_at_edge,
    score_ceiling,
    score_floor,
)
from skbluetuna.inspection._scales import Scale, named
from skbluetuna.inspection._slices import (
    evaluated_points,
    example,
    most_influential,
    predicted,
)
from skbluetuna.space import Dimension

__all__ = ["LandscapeDisplay"]

N_LEVELS = 12
WAY = "#D55E00"  # of the configurations that were the best so far
ROOM = (0.06, 0.05)  # of the axes, that a number takes
EDGE = 0.9  # of the axes, beyond which it stands on the inner side
NEAR = 0.25  # distance from the slice at which a point fades to a third


class LandscapeDisplay:
    """The learned score along one parameter or over two.

    All others stand where the best configuration has them. One parameter: the median
    with its 5-95 % band where the model has one; scores far below the rest are marked
    at the lower edge. Two: the median as contours, or as cells if one is a choice; a
    line from each configuration that was the best so far to the next, with the numbers
    of their evaluations. Evaluated configurations are dots, the paler the farther from
    this slice; the best one is a star.

    Parameters
    ----------
    dimensions : dict of str to dimension
        One or two parameters by name.
    values : list of lists
        Native values of each, at which the score is predicted.
    prediction : ndarray of shape (n, 3) or (n_first, n_second, 3)
        Median, 5 % and 95 % quantile. NaN where a parameter does not apply.
    points : dict of arrays
        Evaluated configurations in which the parameters apply, in their order, by
        column: ``number`` of the trial, ``stage``, ``score``, ``values`` of shape
        (n_points, n_parameters), ``distance`` from the slice in the unit cube.
    centre : dict
        The configuration through which the slice goes.
    best : int or None
        Trial number of that configuration; None if it was not evaluated.
    title : str, default=""
        Title of the picture.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes.
    figure_ : matplotlib Figure
        Their figure.

    See Also
    --------
    ScanDisplay : The boundaries and regions of each parameter.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.inspection import LandscapeDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> space = {"max_depth": (1, 8), "criterion": ["gini", "entropy"]}
    >>> search = BlueTunaSearchCV(
    ...     DecisionTreeClassifier(random_state=0), space, n_iter=8, random_state=0
    ... ).fit(X, y)
    >>> display = LandscapeDisplay.from_search(search, "max_depth")
    >>> display.prediction.shape
    (8, 3)
    >>> display.figure_.clear()
    """

    ax_: Any
    figure_: Any

    def __init__(
        self,
        *,
        dimensions: dict[str, Dimension],
        values: list[list[Any]],
        prediction: NDArray[np.float64],
        points: dict[str, NDArray[Any]],
        centre: dict[str, Any],
        best: int | None = None,
        title: str = "",
    ) -> None:
        self.dimensions = dimensions
        self.values = values
        self.prediction = prediction
        self.points = points
        self.centre = centre
        self.best = best
        self.title = title

    @classmethod
    def from_search(
        cls,
        search: Any,
        params: str | Sequence[str] | None = None,
        *,
        alternative: int | None = None,
        objective: str | None = None,
        grid_resolution: int = 50,
        ax: Any = None,
        cmap: str = "viridis",
    ) -> "LandscapeDisplay":
        """Predict the score of a fitted search on a slice, and draw it.

        Parameters
        ----------
        search : BlueTunaSearchCV
            A fitted search.
        params : str or sequence of one or two str, default=None
            The parameters; None for the two of most influence.
        alternative : int or None, default=None
            Which of several alternatives; None for the best configuration's.
        objective : str or None, default=None
            Of several objectives the one whose scores are shown; None for the one that
            `refit` names, else the first.
        grid_resolution : int, default=50
            Most values along each range, at least 2; a choice has all of its own.
        ax, cmap
            As in `plot`.

        Returns
        -------
        display : LandscapeDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If a parameter, alternative or objective is unknown, there are more than two
            parameters, two that never apply together, or the resolution is below 2.
        """
        k = chosen(checked(search), alternative)
        tuner, space = search.tuner_, space_of(search, k)
        if grid_resolution < 2:
            raise ValueError(
                f"grid_resolution must be at least 2; got {grid_resolution}."
            )
        objective = objective_of(search, objective)
        names = _names(search, space, params, k, objective)
        trials = [
            trial
            for trial in scored_trials(search, k, objective)
            if trial.score is not None and set(names) <= set(trial.params)
        ]
        best = max(trials, key=lambda trial: trial.score, default=None)
        centre = example(space, names) if best is None else best.params
        if centre is None:
            raise ValueError(f"params must apply together; {names} never do.")
        known = dict(zip(space.names, space.dimensions, strict=True))
        dimensions = {name: known[name] for name in names}
        values = [Scale(*one).grid(grid_resolution) for one in dimensions.items()]
        display = cls(
            dimensions=dimensions,
            values=values,
            prediction=predicted(tuner, space, (k, objective), centre, names, values),
            points=evaluated_points(space, trials, centre, names),
            centre=centre,
            best=None if best is None else best.number,
            title=title_of(search, k, objective),
        )
        return display.plot(ax=ax, cmap=cmap)

    def plot(self, ax: Any = None, *, cmap: str = "viridis") -> "LandscapeDisplay":
        """Draw the slice.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw in; None for a new figure.
        cmap : str or matplotlib colormap, default="viridis"
            Colours of the score over two parameters.

        Returns
        -------
        display : LandscapeDisplay
            This display.
        """
        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.figure
        scales = [Scale(*one) for one in self.dimensions.items()]
        grids = [
            scale.positions(own) for scale, own in zip(scales, self.values, strict=True)
        ]
        at = [s.positions(self.points["values"][:, i]) for i, s in enumerate(scales)]
        for scale, which in zip(scales, "xy", strict=False):
            scale.dress(self.ax_, which)
        if len(scales) == 1:
            self._limit_scores()
            self._draw_line(scales[0], grids[0])
            y = np.minimum(self.points["score"], self.ax_.get_ylim()[1])
            below = y < self.ax_.get_ylim()[0]
            self._draw_points(at[0], np.where(below, np.nan, y), color="0.2")
            name = "far below" if below.any() else None
            mark_at_edge(self.ax_, at[0][below], "v", "0.4", name)
        else:
            self._draw_surface(scales, grids, cmap)
            self._draw_way(*at)
            self._draw_points(*at, color="white")
        self.ax_.legend(  # above, where it hides nothing
            loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False,
            fontsize="small", borderaxespad=0.3,
        )  # fmt: skip
        if self.title:
            self.ax_.set_title(self.title, size="medium", pad=22)
        return self

    def _ends(self) -> tuple[float, float]:
        """Scores between which there is something to see; none below the worst seen."""
        seen = self.points["score"]
        known = np.append(self.prediction[..., 0], seen)
        known = known[np.isfinite(known)]
        floor = score_floor(known)
        if len(seen):
            floor = max(floor, float(seen.min()))
        return floor, score_ceiling(known)

    def _limit_scores(self) -> None:
        """Give medians and scores their room, and the band half as much again."""
        floor, top = self._ends()
        if np.isnan(floor):
            return
        low, high = self.prediction[:, 1:].T
        more = 0.5 * (top - floor)
        bottom = max(floor - more, np.nanmin(np.append(low, floor)))
        ends = np.array([bottom, min(top + more, np.nanmax(np.append(high, top)))])
        limit_scores(self.ax_, bottom, ends)

    def _draw_line(self, scale: Scale, x: NDArray[np.float64]) -> None:
        """Draw median and band, or for a choice a dot with a bar for each value."""
        # A quantile beyond all scores reaches to the edge, and may be infinite.
        middle, low, high = np.clip(self.prediction, *self.ax_.get_ylim()).T
        self.ax_.set_ylabel("score")
        if scale.is_categorical:
            self.ax_.plot(x, middle, "s", ms=8, color="C0", label="median")
            self.ax_.set_xlim(-0.6, len(x) - 0.4)
        else:
            self.ax_.plot(x, middle, color="C0", label="median")
        if np.isnan(low).all() or np.isnan(high).all():
            return
        band = {"color": "C0", "label": "5-95 %"}
        if scale.is_categorical:
            self.ax_.vlines(x, low, high, lw=6, alpha=0.3, **band)
        else:
            self.ax_.fill_between(x, low, high, alpha=0.2, lw=0, **band)

    def _draw_surface(
        self, scales: list[Scale], grids: list[NDArray[np.float64]], cmap: str
    ) -> None:
        """Draw the median as contours, or as cells where a parameter is a choice."""
        x, y = grids
        Z = np.ma.masked_invalid(self.prediction[..., 0].T)
        floor, top = self._ends()
        below = "min" if Z.count() and Z.min() < floor else "neither"
        is_flat = Z.count() == 0 or not top > floor
        if is_flat or any(scale.is_categorical for scale in scales):
            borders = [s.edges(own) for s, own in zip(scales, grids, strict=True)]
            ends = {} if is_flat else {"vmin": floor, "vmax": top}
            # As dots in a drawing too: cells side by side would show their seams.
            drawn = self.ax_.pcolormesh(*borders, Z, cmap=cmap, rasterized=True, **ends)
        else:
            ticker = import_optional(
                "matplotlib.ticker", extra="plots", purpose="A picture"
            )
            levels = ticker.MaxNLocator(N_LEVELS).tick_values(floor, top)
            drawn = self.ax_.contourf(x, y, Z, levels, cmap=cmap, extend=below)
        self.figure_.colorbar(
            drawn, ax=self.ax_, label="predicted score (median)", extend=below
        )

    def _draw_way(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        """Join what was the best so far, and write the numbers of these evaluations."""
        order = np.argsort(self.points["number"], kind="stable")
        best = best_so_far(self.points["score"][order])
        best = np.where(np.isnan(best), -np.inf, best)
        with np.errstate(invalid="ignore"):  # before the first score
            steps = order[np.diff(best, prepend=-np.inf) > 0.0]
        if not len(steps):
            return
        self.ax_.plot(
            x[steps], y[steps], color=WAY, lw=1.0, label="best so far (evaluation)"
        )
        to_axes = self.ax_.transData + self.ax_.transAxes.inverted()
        taken = np.empty((0, 2))
        for i in steps[::-1]:  # where there is no room for all, the last ones
            at = to_axes.transform((x[i], y[i]))
            if (np.abs(taken - at) > ROOM).any(axis=1).all():
                taken = np.vstack([taken, at])
                self._write_number(int(self.points["number"][i]) + 1, (x[i], y[i]), at)

    def _write_number(
        self, number: int, at: tuple[float, float], place: NDArray[np.float64]
    ) -> None:
        """Write beside a point; place is the same in parts of the axes."""
        right, top = place > EDGE
        self.ax_.annotate(
            str(number), at, (-7 if right else 7, -7 if top else 7),
            textcoords="offset points", fontsize=7, zorder=5, annotation_clip=False,
            ha="right" if right else "left", va="top" if top else "bottom",
            bbox={"facecolor": "white", "alpha": 0.75, "pad": 0.8, "lw": 0.0},
        )  # fmt: skip

    def _draw_points(
        self, x: NDArray[np.float64], y: NDArray[np.float64], *, color: str
    ) -> None:
        """Draw the evaluated configurations, the best one as a star."""
        fade = 1.0 / (1.0 + 2.0 * (self.points["distance"] / NEAR) ** 2)
        style = {"color": color, "s": 18, "edgecolors": "0.2", "linewidths": 0.6}
        alpha = np.clip(fade, 0.2, 1.0)
        if len(x):
            self.ax_.scatter(x, y, alpha=alpha, zorder=3, clip_on=False, **style)
        self.ax_.scatter([], [], label="evaluated", **style)
        star = self.points["number"] == self.best
        if star.any():
            self.ax_.plot(
                x[star], y[star], "*", ms=15, color="C1", mec="k", zorder=4,
                ls="", clip_on=False, label="best",
            )  # fmt: skip


def _names(
    search: Any,
    space: Any,
    params: str | Sequence[str] | None,
    alternative: int,
    objective: str | None,
) -> list[str]:
    """The one or two parameters that are asked for, or have most influence."""
    if params is None:
        share = rows_of(search.weights_, alternative, objective)["share"]
        names: list[str] = most_influential(space, share)
    else:
        names = named(space, params)
    if not 1 <= len(names) <= 2:
        raise ValueError(f"params must be one or two names; got {params!r}.")
    return names
