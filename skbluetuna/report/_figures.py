"""The displays as pictures within the page."""

from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

from skbluetuna.inspection import (
    ConvergenceDisplay,
    EnsembleDisplay,
    InfluenceDisplay,
    InteractionDisplay,
    LandscapeDisplay,
    ParallelDisplay,
    ParetoDisplay,
    RungDisplay,
    ScanDisplay,
)
from skbluetuna.inspection._axes import off_screen
from skbluetuna.inspection._chosen import choice_of
from skbluetuna.report._html import tag

__all__ = [
    "convergence",
    "front",
    "ensemble",
    "influence",
    "interactions",
    "landscape",
    "parallel",
    "rungs",
    "scan",
]

MOST_BYTES = 400_000  # of a drawing; larger ones become dots
DOTS_PER_INCH = 160
PIXELS_PER_INCH = 96  # of CSS
COLUMN = 1000  # pixels, a little more than the page's column


def convergence(search: Any) -> Element:
    """Best score so far."""
    more, against = "", "the number of evaluations"
    if search.tuner_.ladder is not None:
        against = "what evaluations cost"
        more = " Hollow dots had less than the full resource: they are no scores."
    if search.racing is not None:
        more += " Of those that were stopped early it is shown what was expected."
    choice = choice_of(search)
    if choice is not None and not choice.note:
        more += " The dashed line is what the ensemble gains out of fold; it flatters."
    return _figure(
        lambda: ConvergenceDisplay.from_search(search),
        f"Best score so far against {against}",
        "Each dot is an evaluation, coloured by the stage that asked for it; the line "
        f"is the best score so far.{more}",
    )


def front(search: Any) -> Element:
    """Candidates by several objectives."""
    return _figure(
        lambda: ParetoDisplay.from_search(search),
        "Candidates by several objectives, with the front; it is in the table below",
        "Coloured dots, or the steps through them, are the front, with one standard "
        "deviation over folds as bars; grey ones are dominated: another one is as good "
        "by all objectives and better by one. The star is the chosen one; what misses "
        "a limit is shaded.",
    )


def ensemble(search: Any) -> Element:
    """Weights of an ensemble's members, and what each adds."""
    return _figure(
        lambda: EnsembleDisplay.from_search(search),
        "Weight of each member of the ensemble, and the score as members are added",
        "To the left the members' weights, to the right the out-of-fold score of all "
        "members down to each, and of each alone. The numbers are in the table below.",
    )


def rungs(search: Any) -> Element:
    """Score at each rung."""
    return _figure(
        lambda: RungDisplay.from_search(search),
        "Score against resource, a line for each configuration that was promoted",
        "Each line is a configuration over the rungs that it was evaluated at; grey "
        "ones were evaluated at one rung only. Where lines cross, the cheap score "
        "ranked them otherwise than the dear one.",
    )


def influence(search: Any, k: int, objective: str | None = None) -> Element:
    """Influence of each parameter."""
    return _figure(
        lambda: InfluenceDisplay.from_search(
            search, alternative=k, objective=objective
        ),
        "Bars of each parameter's influence; the numbers are in the table below",
        "A bar is the share of the score's variance that a parameter explains alone, "
        "its line the 90 % interval: where that reaches zero, the share may be chance. "
        "Interactions are of pairs; the rest is noise, or what three or more do "
        "together.",
    )


def interactions(search: Any, k: int) -> Element:
    """Interaction of each pair."""
    return _figure(
        lambda: InteractionDisplay.from_search(search, alternative=k),
        "Heat map of the interaction of each pair; the numbers are in the table below",
        "A pair interacts where the effect of one on the score depends on the value of "
        "the other.",
    )


def scan(search: Any, k: int) -> Element:
    """Boundaries and regions."""
    return _figure(
        lambda: ScanDisplay.from_search(search, alternative=k),
        "Score at the boundaries of each parameter's regions, and which were kept",
        "Dots are scores at the boundaries, short lines the slopes there, areas the "
        "regions: blue ones were kept. Percentages, if any, say how probable it is "
        "that the best configuration has its value there.",
    )


def landscape(search: Any, k: int) -> Element:
    """Learned score over the parameters of most influence."""
    return _figure(
        lambda: LandscapeDisplay.from_search(search, alternative=k),
        "Learned score over the parameters of most influence, with what was evaluated",
        "All other parameters have the values of the best configuration. Dots were "
        "evaluated, the paler the more their other parameters differ from these. Over "
        "two parameters a line joins what was the best so far, with the number of its "
        "evaluation.",
    )


def parallel(search: Any, k: int) -> Element:
    """Configurations side by side."""
    return _figure(
        lambda: ParallelDisplay.from_search(search, alternative=k),
        "Configurations as lines over one axis for each parameter, coloured by score",
        "Each line is a configuration; the thick one is the best.",
    )


def _figure(draw: Callable[[], Any], alt: str, caption: str) -> Element:
    """A display as a figure of the page."""
    try:
        with off_screen() as pyplot:
            figure = draw().figure_
            source = _source(figure, pyplot)
            width = figure.get_figwidth() * PIXELS_PER_INCH
    except ValueError as error:  # a strategy of other hands may lack a rule
        return tag("p", f"There is no picture: {error}", class_="note")
    image = tag("img", src=source, alt=alt, width=f"{width:.0f}")
    about = tag("figcaption", caption)
    box = tag("div", image)
    if width <= COLUMN:
        return tag("figure", box, about)
    box.attrib |= {"tabindex": "0", "role": "region", "aria-label": alt}
    return tag("figure", box, about, class_="wide")  # scrolls, as shrunk it is no use


def _source(figure: Any, pyplot: Any) -> str:
    """The picture as a data URI: a drawing, or dots where that would be too large."""
    buffer = BytesIO()
    # Ids that depend on the picture alone make the same search the same page.
    with pyplot.rc_context({"svg.hashsalt": "skbluetuna"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    kind = "svg+xml"
    if buffer.tell() > MOST_BYTES:
        buffer, kind = BytesIO(), "png"
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    return f"data:image/{kind};base64,{b64encode(buffer.getvalue()).decode()}"
