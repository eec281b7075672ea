"""Put the page together, and put it on disk in one piece."""

import os
from pathlib import Path
from typing import Any

from skbluetuna._utils._files import replace_file
from skbluetuna._utils._optional import import_optional
from skbluetuna.inspection._axes import checked
from skbluetuna.report._best import best_table
from skbluetuna.report._ensemble_section import ensemble_section
from skbluetuna.report._figures import convergence
from skbluetuna.report._front_section import front_section
from skbluetuna.report._html import page, section, sections, tag
from skbluetuna.report._ladder_section import ladder_section
from skbluetuna.report._learned_sections import learned_sections
from skbluetuna.report._masked import without_secrets
from skbluetuna.report._past_section import past_section
from skbluetuna.report._settings_section import settings_section
from skbluetuna.report._verdict import CAUTION, verdict

__all__ = ["write_report"]


def write_report(search: Any, path: Any) -> Path:
    """Write the report of a fitted search; see ``BlueTunaSearchCV.report``."""
    checked(search)
    target = _checked_path(path)
    # Missing, it should be missed before anything is computed.
    import_optional("matplotlib.pyplot", extra="plots", purpose="A report")
    search = without_secrets(search)
    title = f"What the search learned of {type(search.estimator).__name__}"
    body = [
        tag("h1", title),
        *(tag("p", sentence, class_="verdict") for sentence in verdict(search)),
        tag("p", CAUTION, class_="note"),
        *sections(front_section(search)),
        section("How it got there", convergence(search)),
        *sections(ladder_section(search)),
        *sections(past_section(search)),
        section("The best configurations", *best_table(search)),
        *sections(ensemble_section(search)),
        *sections(learned_sections(search)),
        section("To repeat it", *settings_section(search)),
    ]
    text = page(title, body).encode()
    replace_file(target, lambda file: file.write(text), is_private=False)
    return Path(path)


def _checked_path(path: Any) -> Path:
    """Where to write.

    Raises
    ------
    TypeError, FileNotFoundError, IsADirectoryError
        If that is no path, its folder is missing, or it is a folder itself.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a str or path-like; got {path!r}.")
    target = Path(path).resolve()  # a link stays a link
    if target.is_dir():
        raise IsADirectoryError(f"path must be a file; {str(path)!r} is a folder.")
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"path must be in a folder that exists; got {str(path)!r}, and there is "
            f"no folder {str(target.parent)!r}."
        )
    return target
