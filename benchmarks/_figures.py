"""Pictures of comparisons: banded convergence, box plots, critical difference."""

import numpy as np

from benchmarks._statistics import band
from skbluetuna.inspection import ConvergenceDisplay

__all__ = ["boxes", "convergence", "ranks"]

DPI = 110
MOST_FAINT_BANDS = 3


def _plt():
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    return plt


def convergence(ways, score_name, path, floor=None):
    """Median and quartiles over runs of the best so far, for each name.

    The faint band from the worst run to the best is left out where many would overlap.
    """
    plt = _plt()
    figure, ax = plt.subplots(figsize=(8, 5), layout="constrained")
    curves = {name: band(runs) for name, runs in ways.items()}
    if len(curves) > MOST_FAINT_BANDS:
        curves = {
            name: curve | {"min": curve["lower"], "max": curve["upper"]}
            for name, curve in curves.items()
        }
    ConvergenceDisplay(curves, score_name=score_name).plot(ax=ax)
    ax.set_ylabel(f"Best {score_name} so far")
    if floor is not None:
        ax.set_ylim(bottom=max(floor, ax.get_ylim()[0]))
    figure.savefig(path, dpi=DPI)
    plt.close(figure)


def boxes(groups, unit, path, *, log=False):
    """Box plots, one panel for each group of ``{label: values}``."""
    plt = _plt()
    figure, axes = plt.subplots(
        1, len(groups), figsize=(7 * len(groups), 5), layout="constrained",
        squeeze=False,
    )  # fmt: skip
    for ax, (title, values) in zip(axes[0], groups.items(), strict=True):
        names = list(values)
        ax.boxplot(list(values.values()), orientation="horizontal", tick_labels=names)
        ax.invert_yaxis()
        ax.set_title(title, fontsize="medium")
        ax.set_xlabel(unit)
        if log:
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(plt.LogLocator(subs=(1, 2, 5)))
            ax.xaxis.set_major_formatter("{x:g}")  # no powers of ten for a few seconds
            ax.xaxis.set_minor_formatter("")
    figure.savefig(path, dpi=DPI)
    plt.close(figure)


def ranks(names, values, difference, path):
    """Mean ranks; a bar as long as the critical difference starts at the best."""
    plt = _plt()
    order = np.argsort(values)
    names, values = [names[k] for k in order], np.asarray(values)[order]
    figure, ax = plt.subplots(
        figsize=(8, 0.45 * len(names) + 1.2), layout="constrained"
    )
    ax.plot([values[0], values[0] + difference], [0, 0], color="0.75", linewidth=3)
    for k, (name, value) in enumerate(zip(names, values, strict=True)):
        ax.plot(value, k, "o", color="C0")
        ax.annotate(name, (value, k), (0, 6), textcoords="offset points", ha="center")
    ax.axvline(values[0] + difference, color="0.5", linestyle=":")
    ax.set_yticks([])
    ax.invert_yaxis()
    ax.margins(x=0.15, y=0.15)
    ax.set_xlabel(
        f"Mean rank (1 is best); critical difference {difference:.2f}, dotted"
    )
    figure.savefig(path, dpi=DPI)
    plt.close(figure)
