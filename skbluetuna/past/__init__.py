"""Past searches: what is kept of them, and what a new search takes from it.

``_record.py`` is one search as a line of a file, ``_history_store.py`` the file,
``_keys.py`` and ``_translation.py`` know a configuration again in another space,
``_lessons.py`` chooses what a new search learns from, ``_portfolio.py`` where it
starts; ``_known_starts.py`` begins with a portfolio that comes with the package.
"""

from skbluetuna.past._history_store import HistoryStore, Notebook
from skbluetuna.past._keys import said
from skbluetuna.past._known_starts import lessons_of_portfolio
from skbluetuna.past._lessons import (
    Lessons,
    PastSearch,
    are_lessons,
    decode_lessons,
    encode_lessons,
    lessons_from,
    notebook_of,
)
from skbluetuna.past._record import PastAlternative, Record, class_names

__all__ = [
    "HistoryStore",
    "Lessons",
    "Notebook",
    "PastAlternative",
    "PastSearch",
    "Record",
    "are_lessons",
    "class_names",
    "decode_lessons",
    "encode_lessons",
    "lessons_from",
    "lessons_of_portfolio",
    "notebook_of",
    "said",
]
