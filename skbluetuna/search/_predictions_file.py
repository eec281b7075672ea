"""Predictions on disk, beside the checkpoint: one file of arrays for each section."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._files import remove_drafts, replace_file
from skbluetuna.exceptions import CheckpointWarning
from skbluetuna.search._predicting import METHODS

__all__ = ["OutOfFold", "PredictionsFile"]

FORMAT = 1
KINDS = {  # of the arrays: kind of their values, and number of dimensions
    "format": ("i", 0),
    "method": ("U", 0),
    "numbers": ("i", 1),
    "points": ("U", 1),
    "values": ("f", None),
    "without": ("i", 1),
    "points_without": ("U", 1),
}
UNREADABLE = (ValueError, KeyError, OSError, EOFError, BadZipFile, MemoryError)


class OutOfFold(NamedTuple):
    """Predictions of candidates, in any order, and candidates that have none."""

    numbers: NDArray[np.intp]  # (k,)
    points: Sequence[str]  # of their trials, as `point_of` says
    method: str
    values: NDArray[np.float32]  # (k, n_rows) or (k, n_rows, n_columns)
    without: NDArray[np.intp]
    points_without: Sequence[str]


class PredictionsFile:
    """A file of predictions.

    Parameters
    ----------
    path : Path
        The file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, kept: OutOfFold) -> None:
        """Replace what the file holds, once all of the new is on disk."""
        arrays = {"format": np.array(FORMAT)}
        for name, (kind, _) in KINDS.items():
            if name not in arrays:
                array = np.asarray(getattr(kept, name))
                arrays[name] = array.astype(np.str_) if kind == "U" else array

        def save(file: BinaryIO) -> None:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # none of objects

        replace_file(self._path, save)

    def read(self, n_rows: int) -> OutOfFold | None:
        """What the file holds of data of so many rows.

        None if it is not there, and, with a warning, if it is not as it was written.
        """
        remove_drafts(self._path)  # which a kill has left
        if not self._path.exists():
            return None
        try:
            return _checked(_arrays(self._path), n_rows)
        except UNREADABLE as error:
            warnings.warn(
                f"{str(self._path)!r} counts as not there ({error}): the predictions "
                "that it held are made again.",
                CheckpointWarning,
                stacklevel=2,
            )
            return None


def _arrays(path: Path) -> dict[str, Any]:
    """Arrays of a file, each of which is complete: the file has their checksums.

    Raises
    ------
    ValueError, KeyError, OSError, EOFError, BadZipFile, MemoryError
        If it is not a file that `PredictionsFile` has written.
    """
    if not path.is_file():
        raise ValueError("it is no file")
    with ZipFile(path) as archive:
        if any(one.compress_type != ZIP_STORED for one in archive.infolist()):
            raise ValueError("it is compressed")
    with np.load(path, allow_pickle=False) as found:
        if set(found.files) != set(KINDS):
            raise ValueError("it holds other arrays")
        return {name: found[name] for name in KINDS}


def _checked(found: dict[str, Any], n_rows: int) -> OutOfFold:
    """The arrays, if they can be predictions of so many rows.

    Raises
    ------
    ValueError
        If they can not.
    """
    for name, (kind, n_dims) in KINDS.items():
        array = found[name]
        if array.dtype.kind != kind or n_dims not in (None, array.ndim):
            raise ValueError(f"{name} is no such array")
    if found["format"] != FORMAT or str(found["method"]) not in METHODS:
        raise ValueError("it is of another format")
    values, n = found["values"], len(found["numbers"])
    if values.ndim not in (2, 3) or values.shape[:2] != (n, n_rows):
        raise ValueError("it is of other data")
    if len(found["points"]) != n or len(found["without"]) != len(
        found["points_without"]
    ):
        raise ValueError("its arrays do not go together")
    return OutOfFold(
        found["numbers"].astype(np.intp), found["points"].tolist(),
        str(found["method"]), values.astype(np.float32, copy=False),
        found["without"].astype(np.intp), found["points_without"].tolist(),
    )  # fmt: skip
