"""Whether a past search scored what this one scores; if not, what differs, in words."""

import re
from collections.abc import Mapping
from typing import Any

from skbluetuna._utils._hidden import same_secret
from skbluetuna.search._problem import Problem

__all__ = ["check_same"]

WORDS = {
    "estimator": "estimator",
    "scoring": "scoring",
    "refit": "guiding metric (refit)",
    "error_score": "error_score",
    "return_train_score": "return_train_score",
    "objectives": "objectives",
    "early_stopping": "early_stopping",
    "resource": "full resource (resource, max_resources)",
    "shape": "data (they have another shape)",
    "fingerprint": "data",
    "fit_params": "parameters of fit, such as sample_weight",
    "folds": "folds (cv, or groups)",
}
LONGEST = 100  # characters of a value that is shown


def check_same(what: str, stored: Mapping[str, Any], hidden: str, own: Problem) -> None:
    """Refuse a past that scored something else.

    Parameters
    ----------
    what : str
        Where it is from.
    stored : mapping
        Its fields, of `Problem.scores` or `Problem.data`.
    hidden : str
        What is stored in the place of its secrets.
    own : Problem
        What is scored now.

    Raises
    ------
    ValueError
        The message names in words what differs.
    """
    for field, given in (own.scores | own.data).items():
        if field in stored and stored[field] != given:
            name = WORDS[field]
            raise ValueError(
                f"{what} belongs to another search: not the same {name}"
                f"{_shown(stored[field], given)}. {_way_out(what)}, or the same {name}."
            )
    if not same_secret(own.secret, hidden):
        raise ValueError(
            f"{what} belongs to another search: a value that is not written down, as "
            "the name of its parameter says that it is a secret, is another here."
        )


def _way_out(what: str) -> str:
    is_file = what.startswith("checkpoint")
    return "Give another file" if is_file else "Fit a clone of the search"


def _shown(stored: Any, given: Any) -> str:
    """Where two values differ; hashes say nothing to a reader."""
    if isinstance(given, list | Mapping):
        return ""
    texts = [re.sub(r"\b[0-9a-f]{32}\b", "…", str(one)) for one in (stored, given)]
    kinds = [text.partition("(")[0] for text in texts]
    if kinds[0] != kinds[1]:
        texts = kinds
    elif max(map(len, texts)) > LONGEST:
        parts = zip(*(text.split(", ") for text in texts), strict=False)
        texts = list(next((pair for pair in parts if pair[0] != pair[1]), ("", "")))
    is_said = texts[0] != texts[1] and max(map(len, texts)) <= LONGEST
    if not is_said or "…" in "".join(texts):
        return ""
    return f" (there {texts[0]}, here {texts[1]})"
