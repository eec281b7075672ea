"""What is not written down: secrets among the parameters, rows of data among errors.

A value is hidden if the name of its parameter says that it is a secret: in the header
of a checkpoint, in logs, by trackers, in reports. Two values are still told apart, by a
salted hash that takes long to guess.
"""

import copy
import re
from collections.abc import Collection, Mapping
from hashlib import pbkdf2_hmac
from numbers import Real
from os import urandom
from typing import Any

__all__ = [
    "HIDDEN",
    "brief_error",
    "hides",
    "masked",
    "same_secret",
    "says_secret",
    "sealed_secret",
]

# Within a name without underscores, and as a word of it. `token` is one at the end of a
# name only: token_pattern and max_tokens are none.
PARTS = re.compile(
    "passw|passphrase|passcode|secret|credential|apikey|accesskey|privatekey|authkey"
    "|token$"
)
WORDS = {"auth", "authentication", "authorization", "bearer", "oauth", "pwd"}
ROUNDS = 200_000  # of the hash: a tenth of a second for each guess


class Hidden:
    """Stands where a secret was."""

    def __repr__(self) -> str:
        return "***"


HIDDEN = Hidden()


def says_secret(name: Any) -> bool:
    """Whether the name of a parameter, nested or not, says that it is a secret."""
    own = str(name).rpartition("__")[2]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", own).lower()
    parts = re.split(r"[\W_]+", words)
    return PARTS.search("".join(parts)) is not None or not WORDS.isdisjoint(parts)


def hides(name: Any, value: Any) -> bool:
    """Whether a value is hidden: its name says secret, and it is no mere setting."""
    return says_secret(name) and not _is_harmless(value)


def _is_harmless(value: Any) -> bool:
    """Whether it is a float, a flag or None, or a range or choice of numbers."""
    if value is None or isinstance(value, bool | float):
        return True
    if isinstance(value, list | tuple):
        return all(isinstance(one, Real) or one in (None, "log") for one in value)
    choices = getattr(value, "choices", None)
    if isinstance(choices, tuple):
        return _is_harmless(choices)
    return hasattr(value, "to_unit") or hasattr(value, "ppf")


def masked(value: Any) -> Any:
    """The same with `HIDDEN` in the place of secrets; what has none is returned itself.

    Dicts, lists, tuples and estimators are looked into; of an estimator that holds a
    secret a shallow copy is made.
    """
    return _masked(value, {})


def _masked(value: Any, known: dict[int, Any]) -> Any:
    if id(value) in known:
        return known[id(value)]
    known[id(value)] = value  # if it contains itself
    if isinstance(value, Mapping):
        parts = {k: _part(k, own, known) for k, own in value.items()}
        found: Any = parts if _differs(parts, value) else value
    elif type(value) in (list, tuple):
        items = [_masked(own, known) for own in value]
        is_same = all(a is b for a, b in zip(items, value, strict=True))
        found = value if is_same else type(value)(items)
    elif says_secret(getattr(value, "parent", "")):  # a condition names its values
        found = HIDDEN
    else:
        found = _masked_object(value, known)
    known[id(value)] = found
    return found


def _masked_object(value: Any, known: dict[int, Any]) -> Any:
    """An estimator or a space with secrets hidden, or what is neither as it is."""
    if hasattr(value, "names") and hasattr(value, "dimensions"):  # a space
        return _if_differs(dict(zip(value.names, value.dimensions, strict=True)), value)
    if isinstance(value, type) or not hasattr(value, "get_params"):
        return value
    params = value.get_params(deep=False)
    parts = {name: _part(name, own, known) for name, own in params.items()}
    if not _differs(parts, params):
        return value
    shadow = copy.copy(value)
    for name, part in parts.items():
        if part is not params[name]:
            setattr(shadow, name, part)
    return shadow


def _if_differs(parts: dict[Any, Any], value: Any) -> Any:
    found = {name: _part(name, own, {}) for name, own in parts.items()}
    return found if _differs(found, parts) else value


def _part(name: Any, value: Any, known: dict[int, Any]) -> Any:
    return HIDDEN if hides(name, value) else _masked(value, known)


def _differs(parts: Mapping[Any, Any], value: Mapping[Any, Any]) -> bool:
    return any(parts[name] is not value[name] for name in parts)


def sealed_secret(secret: str, salt: str | None = None) -> str:
    """What may be written in the place of a secret; nothing for none.

    Parameters
    ----------
    secret : str
        The secret.
    salt : str or None, default=None
        What its hash begins from; None draws it.

    Returns
    -------
    sealed : str
        The salt and the hash.
    """
    if not secret:
        return ""
    salt = urandom(16).hex() if salt is None else salt
    own = pbkdf2_hmac(
        "sha256", secret.encode(errors="surrogatepass"), salt.encode(), ROUNDS
    )
    return f"{salt} {own.hex()}"


def same_secret(secret: str, sealed: str) -> bool:
    """Whether that was written in the place of this secret."""
    return sealed_secret(secret, sealed.partition(" ")[0]) == sealed


NUMBER = r"[-+]?(?:\d[\w.+-]*|\.\d[\w.+-]*|nan|inf)"
DATA = re.compile(
    r"\[.*[\]…]|\{.*\}"  # arrays, lists, dicts
    rf"|{NUMBER}(?:[\s,;]+{NUMBER}){{2,}}"  # rows of a table
)
QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
LONGEST = 300


def brief_error(text: str, known: Collection[str]) -> str:
    """Type and last line of an error, without what may be data.

    Parameters
    ----------
    text : str
        A traceback.
    known : collection of str
        Words that may stand in quotes: names of parameters.

    Returns
    -------
    brief : str
        The line, without what stood in brackets, rows of numbers, and other words in
        quotes.
    """
    lines = text.rpartition("Traceback (most recent call last):\n")[2].splitlines()
    own = [line for line in lines if line.strip()] or [""]
    # Frames are indented; the error begins at the margin, and may have several lines.
    first = next((line for line in own if not line[0:1].isspace()), own[0])
    kind, _, said = first.partition(":")
    said = (said if own[-1] is first else own[-1]).strip()
    said = QUOTED.sub(lambda m: m[0] if (m[1] or m[2]) in known else "'…'", said)
    said = DATA.sub("…", said)
    return (f"{kind}: {said}" if said else kind)[:LONGEST]
