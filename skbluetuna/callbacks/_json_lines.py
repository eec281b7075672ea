"""A log of a search as lines of JSON."""

import json
import math
import uuid
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from skbluetuna.callbacks._tracker import (
    Evaluation,
    Tracker,
    settings_of,
    text_or_number,
)

__all__ = ["JSONLinesTracker"]


class JSONLinesTracker(Tracker):
    """Append each evaluation to a file, one line of JSON each.

    Every line names its ``event`` and its ``run``. ``"begin"`` holds the search's
    ``settings``; ``"evaluation"`` a ``number``, the ``stage``, the ``state``,
    ``params`` and ``metrics``, where scores at less than the full resource are named
    ``partial_mean_test_score`` and so on; ``"end"`` says whether the search is complete
    and why it stopped. What JSON can not hold is text, a number that is not finite is
    null. The file is for people and other programs: it is read by nothing here
    (``checkpoint`` is what searches go on from).

    Parameters
    ----------
    path : path-like
        The file, in a folder that exists; what it holds already is kept.

    Raises
    ------
    TypeError
        If `path` is no path.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbluetuna import BlueTunaSearchCV
    >>> from skbluetuna.callbacks import JSONLinesTracker
    >>> search = BlueTunaSearchCV(SVC(), {"C": (1e-2, 1e3, "log")}, n_iter=5)
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "log.jsonl"
    ...     search = search.set_callbacks(JSONLinesTracker(path))
    ...     search = search.fit(*load_iris(return_X_y=True))
    ...     len(path.read_text().splitlines())
    7
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        super().__init__()
        if not isinstance(path, str | PathLike):
            raise TypeError(f"path must be a str or path-like; got {path!r}.")
        self.path = path

    def _begin(self, search: Any) -> str:
        run = uuid.uuid4().hex
        self._write({"event": "begin", "run": run, "settings": settings_of(search)})
        return run

    def _log(self, run: str, evaluation: Evaluation) -> None:
        self._write(
            {
                "event": "evaluation",
                "run": run,
                "number": evaluation.number,
                "stage": evaluation.stage,
                "state": evaluation.state,
                "params": {
                    name: None if value is None else text_or_number(value)
                    for name, value in evaluation.params.items()
                },
                "metrics": {
                    name: value if math.isfinite(value) else None
                    for name, value in evaluation.metrics.items()
                },
            }
        )

    def _end(self, run: str, search: Any, *, is_complete: bool) -> None:
        reason = search.stop_reason_ if is_complete else None
        self._write(
            {
                "event": "end",
                "run": run,
                "is_complete": is_complete,
                "stop_reason": reason,
            }
        )

    def _write(self, line: Mapping[str, Any]) -> None:
        # One write of a whole line: other searches may append to the same file.
        with Path(self.path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, allow_nan=False) + "\n")
