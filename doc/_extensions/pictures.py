"""Pictures that are drawn when the site is built, so that they can not grow stale.

``rooms`` is read from the import contract in setup.cfg; ``stages`` shows two searches
that are run for it, on a landscape that can be seen whole.
"""

import configparser
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from skbluetuna import BlueTuner
from skbluetuna.inspection._progress import STAGE_COLORS

ROOT = Path(__file__).parents[2]
# What each room is for; one that is not named here stops the build.
PURPOSES = {
    "testing": "laws of a strategy",
    "search": "BlueTunaSearchCV",
    "integrations": "Optuna, Ray Tune",
    "callbacks": "trackers",
    "report": "one HTML page",
    "production": "watch, search again",
    "inspection": "pictures",
    "ensemble": "one estimator of several candidates",
    "_tuner": "BlueTuner: ask and tell",
    "scheduling": "budgets, whose turn it is",
    "strategies": "which stages",
    "past": "past searches",
    "explain": "what was learned",
    "stages": "what to ask next",
    "history": "what happened: events",
    "objectives": "several objectives",
    "space": "what may be asked",
    "model": "numbers about scores",
    "_utils": "small helpers",
    "_version": "the version",
    "exceptions": "errors of our own",
}
CORE, OUTER, BASE = "#DCE9F5", "#F6E8D3", "#ECECEC"
MEANINGS = {
    OUTER: "knows scikit-learn or other packages",
    CORE: "imports numpy and scipy only",
    BASE: "serves all",
}


def contract(path=ROOT / "setup.cfg"):
    """Layers of rooms, the highest first, and the rooms that import numpy only."""
    settings = configparser.ConfigParser()
    settings.read(path, encoding="utf-8")
    lines = settings["importlinter:contract:rooms"]["layers"].split("\n")
    layers = [line.replace("|", " ").split() for line in lines if line.strip()]
    core = settings["importlinter:contract:core"]["source_modules"].split()
    return layers, {name.removeprefix("skbluetuna.") for name in core}


def colors(layers, core):
    """The colour of each room."""
    lowest = max(row for row, layer in enumerate(layers) if core & set(layer))
    return {
        room: CORE if room in core else OUTER if row < lowest else BASE
        for row, layer in enumerate(layers)
        for room in layer
    }


def rooms():
    """The rooms of the package: what stands higher imports what stands lower."""
    layers, core = contract()
    color = colors(layers, core)
    figure = Figure(figsize=(8, 0.56 * len(layers) + 0.7), layout="constrained")
    axes = figure.add_subplot()
    for row, layer in enumerate(layers):
        width = 1 / len(layer)
        for column, room in enumerate(layer):
            box = mpl.patches.FancyBboxPatch(
                (column * width + 0.012, -row - 0.36), width - 0.024, 0.72,
                boxstyle="round,pad=0,rounding_size=0.06", mutation_aspect=4,
                facecolor=color[room], edgecolor="#5B6B7B", linewidth=0.8,
            )  # fmt: skip
            axes.add_patch(box)
            middle = (column + 0.5) * width
            axes.text(middle, -row + 0.13, room, ha="center", va="center", size=10,
                      weight="bold")  # fmt: skip
            axes.text(middle, -row - 0.16, PURPOSES[room], ha="center", va="center",
                      size=8, color="#333333")  # fmt: skip
    patches = [
        mpl.patches.Patch(facecolor=face, edgecolor="#5B6B7B", label=meaning)
        for face, meaning in MEANINGS.items()
    ]
    axes.set(xlim=(-0.01, 1.01), ylim=(-len(layers) + 0.4, 0.6))
    axes.axis("off")
    figure.legend(handles=patches, loc="outside lower center", ncols=3, frameon=False)
    return figure


def landscape(depth, log_rate):
    """A score of two parameters: a slanted ridge, best at (6, -1.2)."""
    away, deeper = (log_rate + 1.2) / 1.2, (depth - 6) / 6
    return 0.9 - 0.2 * away**2 - 0.16 * deeper**2 + 0.16 * away * deeper


def searched(strategy):
    """The trials of a short search of that landscape."""
    space = {"learning_rate": (1e-3, 1.0, "log"), "max_depth": (1.0, 12.0)}
    start = {"learning_rate": 0.003, "max_depth": 9.0}
    tuner = BlueTuner(
        space, n_iter=24, strategy=strategy, random_state=0, reference=start
    )
    while not tuner.finished:
        for trial in tuner.ask():
            rate = np.log10(trial.params["learning_rate"])
            tuner.tell(trial, float(landscape(trial.params["max_depth"], rate)))
    return tuner.trials


def stages():
    """Where the stages of both strategies look, one panel for each strategy."""
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    depths, rates = np.meshgrid(np.linspace(1, 12, 80), np.linspace(-3, 0, 80))
    for axes, strategy in zip(panels, ("adaptive", "classic"), strict=True):
        axes.contourf(10**rates, depths, landscape(depths, rates), 14, cmap="Greys_r",
                      alpha=0.45)  # fmt: skip
        trials = searched(strategy)
        for stage, color in STAGE_COLORS.items():
            own = [trial for trial in trials if trial.stage == stage]
            if own:
                rate = [trial.params["learning_rate"] for trial in own]
                depth = [trial.params["max_depth"] for trial in own]
                axes.plot(rate, depth, "o", ms=7, color=color, mec="white",
                          label=stage, clip_on=False, zorder=3)  # fmt: skip
        axes.set(xscale="log", title=strategy, xlabel="learning_rate",
                 xlim=(1e-3, 1), ylim=(1, 12))  # fmt: skip
    panels[0].set_ylabel("max_depth")
    labels = {}
    for axes in panels:
        handles, names = axes.get_legend_handles_labels()
        labels |= dict(zip(names, handles, strict=True))
    figure.legend(labels.values(), labels, loc="outside lower center", ncols=4)
    return figure


def not_run():
    """What stands for an example that was not run."""
    figure = Figure(figsize=(4, 2.8), facecolor=BASE)
    figure.text(0.5, 0.5, "shown, not run here", ha="center", va="center", size=16)
    return figure


def draw(app):
    """Write every picture to the folder ``pictures`` of the sources."""
    folder = Path(app.srcdir) / "pictures"
    folder.mkdir(exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "skbluetuna"}):
        for picture in (rooms, stages):
            path = folder / f"{picture.__name__}.svg"
            picture().savefig(path, metadata={"Date": None})
        not_run().savefig(folder / "not_run.png")


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", draw, priority=100)  # before the gallery needs one
    return {"parallel_read_safe": True, "parallel_write_safe": True}
