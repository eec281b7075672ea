"""One section of a checkpoint file as a store of events."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from skbluetuna.history import Budgeted, Event, History
from skbluetuna.search._checkpoint import Checkpoint

__all__ = ["SectionStore"]


class SectionStore:
    """Events of one search in a file, a `Store`.

    Parameters
    ----------
    file : Checkpoint
        The file.
    name : str
        Name of the section.
    history : History
        The search, whose trials the events are of.
    events : iterable of Event, default=()
        What the section holds.
    header : dict or None, default=None
        Header of a section that is new; written with the first events.
    """

    def __init__(
        self,
        file: Checkpoint,
        name: str,
        history: History,
        events: Iterable[Event] = (),
        header: dict[str, Any] | None = None,
    ) -> None:
        self._file, self._name, self._history = file, name, history
        self._events, self._header = list(events), header

    def path_of(self, suffix: str) -> Path:
        """Path of a file beside the checkpoint, of this section alone."""
        path = Path(self._file.name)
        return path.with_name(f"{path.name}.{self._name}.{suffix}")

    def read(self) -> Sequence[Event]:
        """Every event that the section holds, in their order."""
        return tuple(self._events)

    def append(self, events: Sequence[Event]) -> None:
        """Write further events at once; on return they are on disk."""
        if not events and self._header is None:
            return
        own = [event.number for event in events if not isinstance(event, Budgeted)]
        trials = {number: self._history.trial(number) for number in own}
        self._file.append(
            self._name, events, self._history.spaces, trials, header=self._header
        )
        self._header = None
        self._events.extend(events)
