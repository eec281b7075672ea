"""Where a search begins if its space is left out: a portfolio of good starts."""

import logging
from collections.abc import Sequence
from typing import Any

from skbluetuna._tuner import BlueTuner
from skbluetuna.space import Space, WellKnown, well_known

__all__ = ["known_starts_for", "say_portfolio"]

logger = logging.getLogger("skbluetuna")


def known_starts_for(
    search: Any, data: Any, spaces: tuple[Space, ...], owns: Sequence[Any]
) -> WellKnown:
    """The estimator's portfolio; nothing where a space or starts are given.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search.
    data : FitData
        Of its rows only the number of columns counts.
    spaces : tuple of Space
        What is searched.
    owns : sequence of dicts
        The estimator's own values in each; configurations that break a relation of the
        search are left out.
    """
    if search.param_space is not None or search.initial_params is not None:
        return WellKnown()
    n_features = (*getattr(data.X, "shape", ()), None, None)[1]
    if search.early_stopping is not None:
        return WellKnown(reason="early_stopping decides what is a part of each of them")
    known = well_known(search.estimator, spaces[0], n_features)
    fitting = (p for p in known.configurations if spaces[0].fault(p, owns[0]) is None)
    return known._replace(configurations=tuple(fitting))


def say_portfolio(known: WellKnown, tuner: BlueTuner) -> None:
    """Log what is taken of a portfolio, or why nothing is."""
    if known.reason:
        logger.info("no portfolio: %s", known.reason)
        return
    n = sum(len(one.starts) for one in tuner.lessons if one.stage == "portfolio")
    if n:
        logger.info(
            "portfolio: %d configurations that are good starts of %s come first "
            "(initial_params=[] turns this off)", n, known.title,
        )  # fmt: skip
