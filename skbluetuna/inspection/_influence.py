"""How much each hyperparameter matters."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna.inspection._alternatives import chosen, rows_of, title_of
from skbluetuna.inspection._axes import axes_for, checked

__all__ = ["InfluenceDisplay"]

FloatArray = NDArray[np.float64]

OF_PARAMETERS = "#0072B2"
OF_THE_REST = "#999999"  # what is not one parameter's own


class InfluenceDisplay:
    """Influence of each parameter on the score, as bars.

    It is recommended to use :meth:`from_search`.

    Parameters
    ----------
    names : list of d str
        Parameters, the most influential first.
    share : ndarray of shape (d,)
        Share of the variance explained by each.
    error : ndarray of shape (d,)
        Standard error of each share.
    interactions : float
        Share of all pairs together.
    residual : float
        Share of neither.
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
        error: FloatArray,
        *,
        interactions: float,
        residual: float,
        title: str = "",
    ) -> None:
        self.names = names
        self.share = share
        self.error = error
        self.interactions = interactions
        self.residual = residual
        self.title = title

    @classmethod
    def from_search(
        cls, search: Any, *, alternative: int | None = None, ax: Any = None
    ) -> "InfluenceDisplay":
        """Show the influences that a search learned.

        Parameters
        ----------
        search : BlueTunaSearchCV
            A fitted search.
        alternative : int or None, default=None
            Which of several alternatives; None for the best configuration's.
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
            If there is no such alternative.

        Notes
        -----
        A share goes with the square of its weight, so to first order the standard
        error of a share is ``2 * share * std_error / abs(weight)``, taken as zero where
        the weight is zero. That leaves out what the other weights do to the sum of all
        shares. In the adaptive model it overstates the error of a parameter whose share
        comes from its curve rather than from its weight, and of a choice it is rough.
        The bars end at zero and one, as shares do; `error` does not.
        """
        k = chosen(checked(search), alternative)
        table = rows_of(search.weights_, k)
        share = np.asarray(table["share"], dtype=np.float64)
        error = _share_error(share, table["weight"], table["std_error"])
        pairs = float(rows_of(search.interactions_, k)["share"].sum())
        order = np.argsort(-share, kind="stable")
        display = cls(
            [str(table["param"][i]) for i in order],
            share[order],
            error[order],
            interactions=pairs,
            residual=max(0.0, 1.0 - float(share.sum()) - pairs),  # rounding aside
            title=title_of(search, k),
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
        names = [*self.names, "interactions", "residual"]
        share = np.append(self.share, [self.interactions, self.residual])
        error = np.append(self.error, [0.0, 0.0])
        longest = max(map(len, names))
        ax = axes_for(
            ax,
            width=max(6.4, 4.0 + 0.085 * longest),
            height=max(2.4, 1.1 + 0.3 * len(names)),
        )
        low, high = np.clip([share - error, share + error], 0.0, 1.0)  # as shares are
        high = np.maximum(high, share)  # which rounding may put above one
        places = np.arange(len(names))
        n = len(self.names)
        ax.barh(places, share, color=[OF_PARAMETERS] * n + [OF_THE_REST] * 2)
        ax.errorbar(
            share[:n],
            places[:n],
            xerr=[(share - low)[:n], (high - share)[:n]],
            fmt="none",
            ecolor="black",
            elinewidth=1.0,
            capsize=2.5,
        )
        ax.set_xlim(0.0, 1.03 * float(high.max()) or 1.0)
        ax.set_yticks(places, names)
        ax.set_ylim(len(names) - 0.4, -0.6)  # the first on top
        ax.set_xlabel("Share of the variance explained")
        if self.title:
            ax.set_title(self.title)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _share_error(share: FloatArray, weight: Any, std_error: Any) -> FloatArray:
    """Standard error of each share, to first order."""
    size = np.abs(np.asarray(weight, dtype=np.float64))
    error = np.zeros_like(share)
    np.divide(2.0 * share * np.asarray(std_error), size, out=error, where=size > 0.0)
    return np.nan_to_num(error, nan=0.0, posinf=1.0)
