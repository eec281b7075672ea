"""What happened in a search: events in the order in which they happened.

A `History` is the only thing that changes. Trials are read from its events, and so are
the frozen `View` that stages see and the `Store` that keeps events on disk. What
"better" means is said in ``_order`` and nowhere else.
"""

from skbluetuna.history._codec import decode_event, encode_event
from skbluetuna.history._events import (
    Asked,
    Budgeted,
    Ended,
    Event,
    Failed,
    Finished,
    Imported,
    Reported,
    Stopped,
)
from skbluetuna.history._history import History
from skbluetuna.history._ladder import Ladder
from skbluetuna.history._order import best_first, best_of, best_so_far, is_better
from skbluetuna.history._store import MemoryStore, Store
from skbluetuna.history._trial import Trial
from skbluetuna.history._view import IMPORTED, View, row_key, row_keys

__all__ = [
    "Asked",
    "Budgeted",
    "Ended",
    "Event",
    "Failed",
    "Finished",
    "IMPORTED",
    "History",
    "Imported",
    "Ladder",
    "MemoryStore",
    "Reported",
    "Stopped",
    "Store",
    "Trial",
    "View",
    "best_first",
    "best_of",
    "best_so_far",
    "decode_event",
    "encode_event",
    "is_better",
    "row_key",
    "row_keys",
]
