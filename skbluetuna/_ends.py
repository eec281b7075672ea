"""What to say where the best configuration stands at the end of a range."""

import logging
from typing import Any

from skbluetuna._text import printable, shown
from skbluetuna._tuner import BlueTuner
from skbluetuna.space import Space
from skbluetuna.stages import at_ends

__all__ = ["log_ends", "widen"]

logger = logging.getLogger("skbluetuna")

WORDS = {"low": "lowest", "high": "highest"}
LONGEST = 40  # characters of a value


def widen(space: Space, best: dict[str, Any]) -> str:
    """The advice to widen ranges, as a sentence; nothing if none is called for.

    Parameters
    ----------
    space : Space
        The space.
    best : dict
        The best configuration.

    Returns
    -------
    sentence : str
        It names parameters and values.
    """
    ends = at_ends(space, best)
    if not ends:
        return ""
    told = ", ".join(
        f"the best {printable(name)} ({shown(best[name], LONGEST)}) is the "
        f"{WORDS[end]} of its range"
        for name, end in ends.items()
    )
    them = "it" if len(ends) == 1 else "them"
    return (
        f"{told[0].upper()}{told[1:]}: widen {them} if you can, as better values may "
        "lie beyond."
    )


def log_ends(tuner: BlueTuner) -> None:
    """Log that sentence for the best trial of a search, if there is one."""
    best = tuner.best
    sentence = widen(tuner.spaces[best.alternative], best.params) if best else ""
    if sentence:
        logger.info("%s", sentence)
