"""What to say where the best configuration stands at the end of a range."""

import logging

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._text import printable, shown
from skbluetuna.explain import at_ends
from skbluetuna.history import Trial

__all__ = ["log_ends", "widen"]

logger = logging.getLogger("skbluetuna")

WORDS = {"low": "the lowest", "high": "the highest"}
LONGEST = 40  # characters of a value


def widen(tuner: BlueTuner, best: Trial | None) -> str:
    """The advice to widen ranges, as a sentence; nothing if none is called for.

    Parameters
    ----------
    tuner : BlueTuner
        The search.
    best : Trial or None
        The trial that is its result.

    Returns
    -------
    sentence : str
        It names parameters and values.
    """
    if best is None:
        return ""
    own = [t for t in tuner.trials if t.alternative == best.alternative]
    ends = at_ends(tuner.spaces[best.alternative], best, own)
    if not ends:
        return ""
    told = ", ".join(
        f"{printable(name)} = {shown(best.params[name], LONGEST)} ({WORDS[end]})"
        for name, end in ends.items()
    )
    these = "this range" if len(ends) == 1 else "these ranges"
    return (
        f"The best configuration lies at the end of what was searched: {told}. Better "
        f"ones may lie beyond: widen {these} if you can."
    )


def log_ends(tuner: BlueTuner) -> None:
    """Log that sentence for the best trial of a search, if there is one."""
    sentence = widen(tuner, tuner.best)
    if sentence:
        logger.info("%s", sentence)
