"""The report and the pictures of a search as files."""

import importlib.util
from pathlib import Path
from typing import Any

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
from skbluetuna.report import without_secrets

__all__ = ["save_pictures"]

DISPLAYS: dict[str, Any] = {
    "convergence": ConvergenceDisplay,
    "rungs": RungDisplay,
    "ensemble": EnsembleDisplay,
    "influence": InfluenceDisplay,
    "interactions": InteractionDisplay,
    "scan": ScanDisplay,
    "landscape": LandscapeDisplay,
    "parallel": ParallelDisplay,
}


def save_pictures(search: Any, folder: Path) -> list[Path]:
    """Write the report and the pictures into a folder.

    Parameters
    ----------
    search : BlueTunaSearchCV
        A fitted search.
    folder : pathlib.Path
        Where to.

    Returns
    -------
    paths : list of pathlib.Path
        What was written; nothing where matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        return []
    paths = [search.report(folder / "report.html")]
    shown = without_secrets(search)
    displays = dict(DISPLAYS)
    if getattr(search, "objectives", None) is not None:
        displays["front"] = ParetoDisplay
    for name, display in displays.items():
        path = folder / f"{name}.png"
        try:
            with off_screen():
                display.from_search(shown).figure_.savefig(path)
        except ValueError:  # there is none, as the report says: one parameter, say
            continue
        paths.append(path)
    return paths
