"""How much each hyperparameter matters."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.inspection._alternatives import chosen, objective_of, rows_of, title_of
from skbluetuna.inspection._axes import axes_for, checked, folded

__all__ = ["InfluenceDisplay"]

FloatArray = NDArray[np.float64]

OVERALL = "#0072B2"
NEAR = "#E69F00"
OF_THE_REST = "#999999"  # what is not one parameter's own
REST = ("interactions", "the rest")
LINE = 34  # characters of a name on one line


class InfluenceDisplay:
    """Influence of each parameter on the score, as bars.

    It is recommended to use :meth:`from_search`.

    Parameters
    ----------
    names : list of d str
        Parameters, the most influential first.
    share : ndarray of shape (d,)
        Share of the score's variance over the whole box that each explains alone.
    low, high : ndarray of shape (d,)
        90 % interval of each share.
    local_share : ndarray of shape (d,)
        The same share over half of each range about the best trial.
    interactions : float
        Share of all pairs together.
    rest : float
        Share of neither: noise, and what three parameters or more explain together.
    title : str, default=""
        Title of the picture.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it is drawn.
    figure_ : matplotlib Figure
        The figure of these axes.

    See Also
    --------
    InteractionDisplay : The share of each pair.

    Examples
    --------
    >>> from matplotlib import pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.inspection import InfluenceDisplay
    >>> space = {"C": (1e-2, 1e3, "log"), "gamma": (1e-3, 1e1, "log")}
    >>> search = BlueTunaSearchCV(SVC(), space, n_iter=8, random_state=0)
    >>> display = InfluenceDisplay.from_search(search.fit(*load_iris(return_X_y=True)))
    >>> sorted(display.names)
    ['C', 'gamma']
    >>> plt.close(display.figure_)
    """

    ax_: Any
    figure_: Any

    def __init__(
        self,
        names: list[str],
        share: FloatArray,
        low: FloatArray,
        high: FloatArray,
        local_share: FloatArray,
        *,
        interactions: float,
        rest: float,
        title: str = "",
    ) -> None:
        self.names = names
        self.share = share
        self.low = low
        self.high = high
        self.local_share = local_share
        self.interactions = interactions
        self.rest = rest
        self.title = title

    @classmethod
    def from_search(
        cls,
        search: Any,
        *,
        alternative: int | None = None,
        objective: str | None = None,
        ax: Any = None,
    ) -> "InfluenceDisplay":
        """Show the influences that a search learned.

        Parameters
        ----------
        search : BlueTunaSearchCV
            A fitted search.
        alternative : int or None, default=None
            Which of several alternatives; None for the best configuration's.
        objective : str or None, default=None
            Of several objectives the one whose scores are shown; None for the one that
            `refit` names, else the first.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : InfluenceDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If there is no such alternative or objective.

        Notes
        -----
        A parameter may matter over the whole box, say because one end of it fails, and
        not near the best configuration; or the other way round. Shares are the model's,
        made from the evaluations of a search, which are few far from the best: read
        them with their intervals.
        """
        k = chosen(checked(search), alternative)
        name = objective_of(search, objective)
        table = rows_of(search.weights_, k, name)
        share = np.asarray(table["share"], dtype=np.float64)
        pairs = float(rows_of(search.interactions_, k, name)["share"].sum())
        order = np.argsort(-share, kind="stable")
        display = cls(
            [str(table["param"][i]) for i in order],
            share[order],
            table["share_low"][order],
            table["share_high"][order],
            table["local_share"][order],
            interactions=pairs,
            rest=max(0.0, 1.0 - float(share.sum()) - pairs),  # rounding aside
            title=title_of(search, k, name),
        )
        return display.plot(ax=ax)

    def plot(self, ax: Any = None) -> "InfluenceDisplay":
        """Draw the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        self : InfluenceDisplay
            With `ax_` and `figure_`.
        """
        names = [folded(name, LINE) for name in (*self.names, *REST)]
        ax = _axes(ax, names)
        n = len(self.names)
        places = np.arange(len(names))
        ax.barh(
            places[:n] - 0.2, self.share, height=0.4, color=OVERALL,
            label="over the whole space, with 90 % interval",
        )  # fmt: skip
        ax.errorbar(
            self.share,
            places[:n] - 0.2,
            xerr=[self.share - self.low, self.high - self.share],
            fmt="none",
            ecolor="black",
            elinewidth=1.0,
            capsize=2.5,
        )
        ax.barh(
            places[:n] + 0.2, self.local_share, height=0.4, color=NEAR,
            label="near the best configuration",
        )  # fmt: skip
        rest = [self.interactions, self.rest]
        ax.barh(places[n:] - 0.2, rest, height=0.4, color=OF_THE_REST)
        ends = [*self.high, *self.share, *self.local_share, *rest]
        ax.set_xlim(0.0, 1.03 * float(max(ends)) or 1.0)
        ax.set_yticks(places, names)
        ax.set_ylim(len(names) - 0.4, -0.6)  # the first on top
        ax.set_xlabel("Share of the score's variance")
        ax.legend(  # above, where it covers nothing, and over the names if need be
            loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False,
            fontsize=8, borderaxespad=0.3,
        )  # fmt: skip
        if self.title:
            ax.set_title(self.title, size="medium", pad=20)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _axes(ax: Any, names: list[str]) -> Any:
    """The axes to draw in, new ones with room for these names."""
    lines = max(name.count("\n") + 1 for name in names)
    longest = max(len(line) for name in names for line in name.split("\n"))
    return axes_for(
        ax,
        width=max(6.4, 4.0 + 0.085 * longest),
        height=max(2.8, 1.7 + 0.3 * len(names) * max(1.0, 0.6 * lines)),
    )
