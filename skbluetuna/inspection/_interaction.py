"""Which pairs of hyperparameters depend on one another."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._table import Table
from skbluetuna.inspection._alternatives import chosen, objective_of, rows_of, title_of
from skbluetuna.inspection._axes import axes_for, checked, folded

__all__ = ["InteractionDisplay"]

N_NAMED = 3  # of the strongest pairs
LEAST_NAMED = 0.01
LEAST_SCALE = 0.05  # of the colours, so that pairs which hardly count look it
LINE = 34  # characters of a name on one line
LINE_OF_TITLE = 60
MOST_IN_CELLS = 8  # parameters up to which each cell has room for its number


class InteractionDisplay:
    """Interaction of each pair of parameters, as a heat map.

    It is recommended to use :meth:`from_search`.

    Parameters
    ----------
    names : list of d str
        Parameters, in the order of the space.
    share : ndarray of shape (d, d)
        Share of the score's variance that each pair explains beyond its two
        parameters, symmetric; NaN on the diagonal.
    title : str, default=""
        First line of the title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it is drawn.
    figure_ : matplotlib Figure
        The figure of these axes.

    See Also
    --------
    InfluenceDisplay : The share of each parameter.

    Examples
    --------
    >>> from matplotlib import pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.inspection import InteractionDisplay
    >>> space = {"C": (1e-2, 1e3, "log"), "gamma": (1e-3, 1e1, "log")}
    >>> search = BlueTunaSearchCV(SVC(), space, n_iter=8, random_state=0)
    >>> search = search.fit(*load_iris(return_X_y=True))
    >>> display = InteractionDisplay.from_search(search)
    >>> display.names, display.share.shape
    (['C', 'gamma'], (2, 2))
    >>> plt.close(display.figure_)
    """

    ax_: Any
    figure_: Any

    def __init__(
        self, names: list[str], share: NDArray[np.float64], *, title: str = ""
    ) -> None:
        self.names = names
        self.share = share
        self.title = title

    @classmethod
    def from_search(
        cls,
        search: Any,
        *,
        alternative: int | None = None,
        objective: str | None = None,
        ax: Any = None,
    ) -> "InteractionDisplay":
        """Show the interactions that a search learned.

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
        display : InteractionDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If there is no such alternative or objective.

        Notes
        -----
        The share of a pair is the sum over its kinds of terms. A parameter with a
        single value is in no pair and is not shown.
        """
        k = chosen(checked(search), alternative)
        objective = objective_of(search, objective)
        table = rows_of(search.interactions_, k, objective)
        known = {*table["param_a"], *table["param_b"]}
        names = [name for name in search.tuner_.spaces[k].names if name in known]
        share = _square(names, table)
        return cls(names, share, title=title_of(search, k, objective)).plot(ax=ax)

    def strongest(self) -> list[tuple[str, str, float]]:
        """Name the strongest pairs: at most three, each above one per cent.

        Returns
        -------
        pairs : list of (str, str, float)
            Both names and the share, the largest first.
        """
        i, j = np.triu_indices(len(self.names), 1)
        shares = self.share[i, j]
        return [
            (self.names[i[k]], self.names[j[k]], float(shares[k]))
            for k in np.argsort(-shares, kind="stable")[:N_NAMED]
            if shares[k] > LEAST_NAMED
        ]

    def plot(self, ax: Any = None) -> "InteractionDisplay":
        """Draw the heat map.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        self : InteractionDisplay
            With `ax_` and `figure_`.
        """
        names = [folded(name, LINE) for name in self.names]
        lines = [name.split("\n") for name in names]
        longest = max((len(line) for own in lines for line in own), default=0)
        most = max(map(len, lines), default=0)
        cells = max(2.6, len(self.names) * max(0.3, 0.18 * most))
        margin = 0.09 * longest
        is_short = longest * len(self.names) < 28  # the names fit side by side
        told = self._told()
        ax = axes_for(
            ax,
            width=max(5.0, 1.6 + cells + margin),
            height=max(
                3.6, 1.3 + cells + 0.14 * len(told) + (0.0 if is_short else margin)
            ),
        )
        self.ax_, self.figure_ = ax, ax.figure
        if len(self.names) < 2:
            ax.text(
                0.5, 0.5, "No pairs:\nonly one parameter varies.",
                ha="center", va="center", transform=ax.transAxes,
            )  # fmt: skip
            ax.set_xticks([])
            ax.set_yticks([])
            ax.set_title(self.title)
            return self
        top = max(float(np.nanmax(self.share)), LEAST_SCALE)
        image = ax.imshow(self.share, cmap="Blues", vmin=0.0, vmax=top)
        bar = self.figure_.colorbar(image, ax=ax, shrink=0.8)
        bar.set_label("Share of the score's variance")
        places = np.arange(len(self.names))
        ax.set_xticks(places, names, rotation=0 if is_short else 90)
        ax.set_yticks(places, names)
        if len(self.names) <= MOST_IN_CELLS:
            self._write_shares(ax, top)
        ax.set_title("\n".join(told), size=9)
        return self

    def _told(self) -> list[str]:
        """Lines of the title: the strongest pairs, long names by their last part."""
        told = [self.title] if self.title else []
        for a, b, share in self.strongest():
            both = f"{a} and {b}"
            if len(both) > LINE_OF_TITLE and _end(a) != _end(b):
                both = f"{_end(a)} and {_end(b)}"
            told += folded(f"{both}: {share:.1%}", LINE_OF_TITLE).split("\n")
        if len(told) == bool(self.title):
            told.append("No pair explains more than 1 %")
        return told

    def _write_shares(self, ax: Any, top: float) -> None:
        """Put each pair's share, in per cent, into its cell."""
        for (i, j), share in np.ndenumerate(self.share):
            if i != j:
                color = "white" if share > 0.6 * top else "black"
                ax.text(
                    j, i, _short(share), ha="center", va="center", color=color, size=7
                )


def _end(name: str) -> str:
    """The part of a name that is the parameter's own."""
    prefix, _, own = name.rpartition("__")
    return f"…{own}" if prefix and own else name


def _short(share: float) -> str:
    """A share in per cent, of few digits."""
    percent = 100.0 * share
    if 0.0 < percent < 0.1:
        return "<0.1%"
    return f"{percent:.2g}%" if percent < 10.0 else f"{percent:.0f}%"


def _square(names: list[str], table: Table) -> NDArray[np.float64]:
    """Sum of the shares of each pair's kinds, as a symmetric matrix."""
    share = np.zeros((len(names), len(names)))
    place = {name: i for i, name in enumerate(names)}
    i = [place[name] for name in table["param_a"]]
    j = [place[name] for name in table["param_b"]]
    np.add.at(share, (i, j), table["share"])
    share += share.T
    np.fill_diagonal(share, np.nan)
    return share
