"""Where events are kept: what a store must do, and one in memory."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from skbluetuna.history._events import Event

__all__ = ["MemoryStore", "Store"]


class Store(Protocol):
    """What keeps the events of one search."""

    def read(self) -> Sequence[Event]:
        """Every event that was appended, in their order."""
        ...

    def append(self, events: Sequence[Event]) -> None:
        """Keep further events; on return they are safe, all of them or none."""
        ...


class MemoryStore:
    """Events in memory, for as long as the process lives.

    Parameters
    ----------
    events : iterable of Event, default=()
        What it begins with.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events = list(events)

    def read(self) -> Sequence[Event]:
        """Every event that was appended, in their order."""
        return tuple(self._events)

    def append(self, events: Sequence[Event]) -> None:
        """Keep further events."""
        self._events.extend(events)
