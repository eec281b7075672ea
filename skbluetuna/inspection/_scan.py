"""ScanDisplay: scores at the boundaries, and which regions were kept."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.inspection._alternatives import chosen, objective_of, rows_of, title_of
from skbluetuna.inspection._axes import (
    checked,
    folded,
    is_choice,
    space_of,
)
from skbluetuna.inspection._panels import N_COLUMNS, panels_for
from skbluetuna.inspection._progress import (
    limit_scores,
    mark_at_edge,
    score_floor,
)
from skbluetuna.inspection._scales import Scale, named
from skbluetuna.space import Dimension

__all__ = ["ScanDisplay"]

FloatArray = NDArray[np.float64]

ROOM = 24, 44  # characters along one of several panels, and along a single one
LINE = 0.17  # inches of each further line of a name
MOST_TEXTS = 8  # regions of a panel that have room for a percentage each
REACH = 0.06  # half the length of a tangent, in the unit interval


class ScanDisplay:
    """Boundary scores, slopes and regions of each parameter.

    A panel for each parameter. Dots are the scores at the boundaries (classic: as
    evaluated; adaptive: the model's, along lines through the best configuration), short
    lines the slopes there, areas the regions between: coloured where kept, grey where
    dropped. A choice has a bar for each value. Adaptive: the percentage in a region is
    the probability that the best configuration has its value there (left out above
    eight regions).

    Parameters
    ----------
    boundaries : dict of arrays
        Columns ``param``, ``value``, ``score`` and ``slope`` (by the unit interval), as
        of ``search.tuner_.boundaries``.
    regions : dict of arrays
        Columns ``param``, ``low``, ``high`` and ``kept``, and ``probability`` where it
        is known, as of ``search.regions_``.
    dimensions : dict of str to dimension
        What each panel is of, in this order.
    tangents : ndarray of shape (n_boundaries, 2, 2)
        Both ends of each tangent as x and y; a choice is counted by position. NaN where
        there is no slope.
    score_name : str, default="score"
        What the scores are.
    title : str, default=""
        Title of the picture.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes around all panels.
    axes_ : ndarray of matplotlib Axes
        The panels.
    figure_ : matplotlib Figure
        Their figure.

    See Also
    --------
    LandscapeDisplay : The learned score along one or two parameters.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.inspection import ScanDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> space = {"max_depth": (1, 8), "criterion": ["gini", "entropy"]}
    >>> search = BlueTunaSearchCV(
    ...     DecisionTreeClassifier(random_state=0), space, n_iter=8, random_state=0
    ... ).fit(X, y)
    >>> display = ScanDisplay.from_search(search)
    >>> [ax.get_xlabel() for ax in display.axes_]
    ['max_depth', 'criterion']
    >>> display.figure_.clear()
    """

    ax_: Any
    axes_: NDArray[Any]
    figure_: Any

    def __init__(
        self,
        *,
        boundaries: dict[str, NDArray[Any]],
        regions: dict[str, NDArray[Any]],
        dimensions: dict[str, Dimension],
        tangents: NDArray[np.float64],
        score_name: str = "score",
        title: str = "",
    ) -> None:
        self.boundaries = boundaries
        self.regions = regions
        self.dimensions = dimensions
        self.tangents = tangents
        self.score_name = score_name
        self.title = title

    @classmethod
    def from_search(
        cls,
        search: Any,
        params: str | Sequence[str] | None = None,
        *,
        alternative: int | None = None,
        objective: str | None = None,
        ax: Any = None,
        kept_color: str = "C0",
        dropped_color: str = "0.8",
    ) -> "ScanDisplay":
        """Take the boundaries and regions of a fitted search, and draw them.

        Parameters
        ----------
        search : BlueTunaSearchCV
            A fitted search.
        params : str or sequence of str, default=None
            The parameters; None for all. Those of which nothing is known are left out
            (classic: not scanned; adaptive: applied in no trial).
        alternative : int or None, default=None
            Which of several alternatives; None for the best configuration's.
        objective : str or None, default=None
            Of several objectives the one whose scores are shown; None for the one that
            `refit` names, else the first.
        ax, kept_color, dropped_color
            As in `plot`.

        Returns
        -------
        display : ScanDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If a parameter, alternative or objective is unknown.
        """
        k = chosen(checked(search), alternative)
        space = space_of(search, k)
        names = named(space, params)
        objective = objective_of(search, objective)
        found, regions = (
            {key: own[np.isin(table["param"], names)] for key, own in table.items()}
            for table in (
                rows_of(search.tuner_.boundaries, k, objective),
                rows_of(search.regions_, k, objective),
            )
        )
        known = dict(zip(space.names, space.dimensions, strict=True))
        dimensions = {name: known[name] for name in names if name in found["param"]}
        display = cls(
            boundaries=found,
            regions=regions,
            dimensions=dimensions,
            tangents=_tangents(found, dimensions),
            score_name=_score_name(search, k),
            title=title_of(search, k, objective),
        )
        return display.plot(ax=ax, kept_color=kept_color, dropped_color=dropped_color)

    def plot(
        self, ax: Any = None, *, kept_color: str = "C0", dropped_color: str = "0.8"
    ) -> "ScanDisplay":
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes or array of Axes, default=None
            Axes to draw in. One is divided if there are several panels; of an array
            each is a panel. None: a new figure.
        kept_color, dropped_color : matplotlib color
            Colours of the regions.

        Returns
        -------
        display : ScanDisplay
            This display.

        Raises
        ------
        ValueError
            If an array of axes has not one for each panel.

        Notes
        -----
        All panels have one score axis. It need not begin at zero, as the areas do by
        which the regions were scored.
        """
        self._room = ROOM[len(self.dimensions) == 1]
        lines = [folded(name, self._room).count("\n") for name in self.dimensions]
        more = LINE * max(lines, default=0)
        self.ax_, self.axes_ = panels_for(ax, max(1, len(self.dimensions)), more)
        self.figure_ = self.ax_.figure
        if not self.dimensions:
            middle = {"ha": "center", "va": "center", "transform": self.ax_.transAxes}
            self.ax_.text(0.5, 0.5, "no parameter was scanned", **middle)
            self.ax_.set_axis_off()
            return self
        scores = self.boundaries["score"]
        for name, panel in zip(self.dimensions, self.axes_, strict=True):
            limit_scores(panel, score_floor(scores), scores)
            self._draw(panel, name, [dropped_color, kept_color])
        is_grid = not isinstance(ax, Sequence | np.ndarray)
        self._finish([dropped_color, kept_color], is_grid=is_grid)
        return self

    def _draw(self, ax: Any, name: str, colors: list[str]) -> None:
        """Draw one parameter: its areas, dots and tangents."""
        scale = Scale(name, self.dimensions[name])
        mine = self.boundaries["param"] == name
        x = scale.positions(self.boundaries["value"][mine])
        y = self.boundaries["score"][mine]
        kept = self.regions["kept"][self.regions["param"] == name]
        bottom = ax.get_ylim()[0]
        is_shown = y >= bottom
        if is_choice(scale.dimension):
            own = [colors[int(is_kept)] for is_kept in kept]
            ax.bar(x, y - bottom, 0.7, bottom, color=own, alpha=0.6)
            ax.set_xlim(-0.6, len(scale.dimension.values()) - 0.4)
        else:
            for k, is_kept in enumerate(kept):
                ends = slice(k, k + 2)
                color = colors[int(is_kept)]
                ax.fill_between(x[ends], y[ends], bottom, color=color, alpha=0.6, lw=0)
            for tangent in self.tangents[mine][is_shown]:
                ax.plot(*tangent.T, color="0.2", lw=1.5)
        ax.plot(x[is_shown], y[is_shown], "o", color="0.2", ms=4)
        mark_at_edge(ax, x[~is_shown], "v", "0.2")
        self._write_probabilities(ax, scale, y)
        scale.dress(ax, room=self._room)

    def _write_probabilities(self, ax: Any, scale: Scale, y: FloatArray) -> None:
        """Write the probability of each region, if it is known, away from the dots."""
        mine = self.regions["param"] == scale.name
        known = self.regions.get("probability", np.full(len(mine), np.nan))[mine]
        if len(known) > MOST_TEXTS or np.isnan(known).any():
            return
        at, height = np.arange(float(len(known))), y
        if not is_choice(scale.dimension):
            edges = [self.regions["low"][mine], self.regions["high"][mine]]
            units = [[scale.dimension.to_unit(v) for v in own] for own in edges]
            at, height = scale.at_units(np.mean(units, axis=0)), (y[1:] + y[:-1]) / 2.0
        is_high = height > np.mean(ax.get_ylim())
        for x, p, foot in zip(at, known, is_high, strict=True):
            ax.text(
                x, 0.02 if foot else 0.98, f"{100.0 * p:.0f}%",
                transform=ax.get_xaxis_transform(), fontsize="small",
                ha="center", va="bottom" if foot else "top",
            )  # fmt: skip

    def _finish(self, colors: list[str], *, is_grid: bool) -> None:
        """Name the score once in each row of a grid, and the colours once."""
        for k, panel in enumerate(self.axes_):
            panel.locator_params(axis="y", nbins=5)
            if is_grid and k % N_COLUMNS:
                panel.tick_params(labelleft=False)
            else:
                panel.set_ylabel(self.score_name)
        if self.title:
            self.axes_[0].set_title(self.title, loc="left", size="medium", pad=22)
        first = self.axes_[0]
        for color, word in zip(colors, ("dropped", "kept"), strict=True):
            first.fill_between([], [], color=color, alpha=0.6, lw=0, label=word)
        if (self.boundaries["score"] < first.get_ylim()[0]).any():
            mark_at_edge(first, np.empty(0), "v", "0.2", "far below")
        first.legend(
            loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False,
            fontsize="small", reverse=True, borderaxespad=0.2, handlelength=1.0,
            handletextpad=0.4, columnspacing=0.9,
        )  # fmt: skip


def _tangents(
    found: dict[str, NDArray[Any]], dimensions: dict[str, Dimension]
) -> NDArray[np.float64]:
    """Both ends of each pseudo-gradient's line, NaN for a choice without order."""
    tangents = np.full((len(found["param"]), 2, 2), np.nan)
    for name, dimension in dimensions.items():
        if not dimension.is_ordered:
            continue
        scale, mine = Scale(name, dimension), found["param"] == name
        at = np.array([dimension.to_unit(value) for value in found["value"][mine]])
        ends = np.clip(at[:, None] + [-REACH, REACH], at.min(), at.max())
        rise = found["slope"][mine, None] * (ends - at[:, None])
        tangents[mine, :, 0] = scale.at_units(ends)
        tangents[mine, :, 1] = found["score"][mine, None] + rise
    return tangents


def _score_name(search: Any, alternative: int) -> str:
    """What the scores of the boundaries are, as an axis says it."""
    if getattr(search.strategy, "name", search.strategy) == "adaptive":
        return "predicted score"
    is_shifted = any(
        trial.score is not None and trial.score < 0.0
        for trial in search.tuner_.trials
        if trial.alternative == alternative and trial.stage in ("initial", "scan")
    )
    # Scores below zero are shifted before the published formulas are applied.
    return "score above the worst" if is_shifted else "score"
