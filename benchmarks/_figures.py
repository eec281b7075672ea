"""Pictures of comparisons: banded convergence, box plots, critical difference."""

from itertools import pairwise

import numpy as np

from benchmarks._statistics import band
from skbluetuna.inspection import ConvergenceDisplay

__all__ = ["ahead", "boxes", "convergence", "many_workers", "ranks"]

DPI = 110
MOST_FAINT_BANDS = 3
LEAST = 1e-4  # regret below it counts as it
# Blue, orange, black and grey are told apart by every eye, and the dashes without any.
LOOKS = (
    {"color": "#0072B2"},
    {"color": "#0072B2", "linestyle": "--"},
    {"color": "#D55E00"},
    {"color": "0.2", "linestyle": "-."},
    {"color": "#D55E00", "linestyle": "--"},
    {"color": "0.5", "linestyle": ":"},
)


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


def ahead(means, path):
    """One line for each search, named at its end; the first one stands out."""
    plt = _plt()
    figure, ax = plt.subplots(figsize=(8, 3.6), layout="constrained")
    ends = [float(mean[-1]) for mean in means.values()]
    heights = _apart(ends, 0.023)
    looks = ({"color": "#D55E00", "linewidth": 3}, *LOOKS[:2], *LOOKS[3:])
    for k, (name, mean) in enumerate(means.items()):
        look = {"linewidth": 1.5} | looks[k] | ({"color": "0.45"} if k else {})
        n = np.arange(1, len(mean) + 1)
        ax.plot(n, mean, zorder=3 if k == 0 else 2, **look)
        weight = "bold" if k == 0 else "normal"
        ax.annotate(
            name, (n[-1] + 1, heights[k]), va="center", weight=weight,
            color=look["color"], annotation_clip=False, fontsize="small",
        )  # fmt: skip
    ax.set_ylim(0.45, 1.0)
    ax.set_xlim(1, n[-1])
    ax.set_xlabel("Evaluations (candidates, five folds each)")
    ax.set_ylabel("Best score so far, normalised")
    ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=DPI)
    plt.close(figure)


def _apart(heights, gap):
    """Heights of labels; those that would overlap are moved apart, up and down."""
    placed = np.array(heights)
    order = np.argsort(placed)
    for _ in range(200):
        for below, above in pairwise(order):
            lack = max(0.0, gap - (placed[above] - placed[below]))
            placed[above] += lack / 2.0
            placed[below] -= lack / 2.0
    return placed


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


def many_workers(found, n_workers, path):
    """Regret against time with so many workers, a line for each name."""
    plt = _plt()
    figure, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
    longest = max(np.mean([r.wall for r in runs.values()]) for runs in found.values())
    times = np.linspace(0.0, longest, 200)
    for (name, runs), look in zip(found.items(), LOOKS, strict=False):
        until = times <= np.mean([r.wall for r in runs.values()])
        best = np.array([[r.best_at(t) for t in times[until]] for r in runs.values()])
        regret = 10.0 ** np.log10(np.maximum(-best, LEAST)).mean(0)
        ax.plot(times[until], regret, linewidth=2, label=name, **look)
        ax.annotate(name, (times[until][-1], regret[-1]), (6, 0), va="center",
                    textcoords="offset points", color=look["color"])  # fmt: skip
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("Time, in evaluations of the mean length")
    ax.set_ylabel("Regret (geometric mean)")
    ax.set_title(f"{n_workers} workers", loc="left", fontsize="medium")
    ax.margins(x=0.0)
    ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=DPI)
    plt.close(figure)
