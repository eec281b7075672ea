"""What is kept in files: sealed lines of JSON, private to their owner.

A sealed line ends with a checksum of all that stands before it. What is read is
material to be checked: nothing in it is called, imported or opened.
"""

import json
import os
import stat
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from glob import escape
from math import isfinite
from pathlib import Path
from reprlib import repr as shortened
from typing import Any, BinaryIO
from zlib import crc32

__all__ = [
    "Json",
    "append_lines",
    "check_fields",
    "is_budget",
    "is_count",
    "is_float",
    "is_text",
    "read_file",
    "remove_drafts",
    "replace_file",
    "seal",
    "unseal",
    "write_file",
]

Json = dict[str, Any]
KINDS = {
    stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
}  # fmt: skip
DRAFT = ".tmp"  # how the name of a file ends that is not complete
PATIENCE = 5.0  # seconds that another search may take to write its lines
OWNERS_ALONE = 0o600  # read and written by nobody else


def seal(record: Json) -> str:
    """One line of JSON that ends with its checksum; `record` must not be empty."""
    return _sealed(json.dumps(record, allow_nan=False)[:-1])


def unseal(line: str) -> Json:
    """The record of a sealed line.

    Raises
    ------
    ValueError
        If it is not, to the last character, what `seal` may have written.
    """
    body = line[: -len(_sealed(""))]
    if _sealed(body) != line:
        raise ValueError("its checksum does not fit")
    try:
        record = json.loads(
            body + "}", parse_constant=_refused, object_pairs_hook=_distinct
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return dict(record)


def _sealed(body: str) -> str:
    return f'{body}, "crc32": "{crc32(body.encode(errors="surrogatepass")):08x}"}}'


def _refused(constant: str) -> None:
    raise ValueError(f"it holds {constant}")


def _distinct(pairs: list[tuple[str, Any]]) -> Json:
    if len(record := dict(pairs)) < len(pairs):
        raise ValueError("it names a field twice")
    return record


def check_fields(record: Any, rules: Mapping[str, Callable[[Any], bool]]) -> None:
    """Refuse what is no dict with these fields, each of which obeys its rule.

    Raises
    ------
    ValueError
        The message, which follows the record's name, names the field.
    """
    if not isinstance(record, dict) or record.keys() != rules.keys():
        raise ValueError(f"must have the fields {', '.join(rules)} and no others")
    for field, is_right in rules.items():
        if not is_right(record[field]):
            raise ValueError(
                f"has a {field} that can not be: {shortened(record[field])}"
            )


def is_text(value: Any) -> bool:
    """Whether it is a str."""
    return type(value) is str


def is_count(value: Any) -> bool:
    """Whether it is an int of 0 or more."""
    return type(value) is int and value >= 0


def is_budget(value: Any) -> bool:
    """Whether it is a number of trials, or None for the strategy's own."""
    return value is None or (is_count(value) and value > 0)


def is_float(value: Any) -> bool:
    """Whether it is a finite float."""
    return type(value) is float and isfinite(value)


def read_file(path: Path, what: str) -> str:
    """Text of a regular file; bytes that are not ASCII, which no seal has, as U+FFFD.

    Raises
    ------
    ValueError
        If it is a pipe, a device or the like, at which a reader may wait for ever.
    IsADirectoryError
        If it is a folder.
    """
    kind = stat.S_IFMT(path.stat().st_mode)
    if kind != stat.S_IFREG:
        error = IsADirectoryError if kind == stat.S_IFDIR else ValueError
        raise error(
            f"{what} must be a file; got {str(path)!r}, which is "
            f"{KINDS.get(kind, 'none')}."
        )
    return path.read_bytes().decode("ascii", errors="replace")


def write_file(path: Path, line: str) -> None:
    """Replace what a file holds; a new one is its owner's alone."""
    descriptor = _opened(path, os.O_WRONLY | os.O_TRUNC)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(line + "\n")


def replace_file(
    path: Path, write: Callable[[BinaryIO], object], *, is_private: bool = True
) -> None:
    """Write all or nothing: beside the file first, then in its place.

    Parameters
    ----------
    path : Path
        The file.
    write : callable
        Writes to the open file that it is given.
    is_private : bool, default=True
        Whether it is its owner's alone.
    """
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}{DRAFT}")
    try:
        with open(_opened(draft, os.O_WRONLY) if is_private else draft, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def remove_drafts(path: Path) -> None:
    """Remove what `replace_file` has not brought to an end."""
    for draft in path.parent.glob(f".{escape(path.name)}.*{DRAFT}"):
        draft.unlink(missing_ok=True)


def append_lines(path: Path, lines: Sequence[str]) -> None:
    """Append lines in one write, and wait until they are on disk.

    A new file is its owner's alone. What a crash left of a line is cut off first.
    """
    descriptor = _opened(path, os.O_RDWR | os.O_APPEND)
    try:
        text = _mend(descriptor) + "".join(f"{line}\n" for line in lines)
        remaining = memoryview(text.encode("ascii"))
        while remaining:
            remaining = remaining[os.write(descriptor, remaining) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _opened(path: Path, flags: int) -> int:
    """Descriptor of a file, made if it is not there: its mode whatever the umask."""
    flags |= os.O_CREAT | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags | os.O_EXCL, OWNERS_ALONE)
    except FileExistsError:
        return os.open(path, flags, OWNERS_ALONE)
    with suppress(AttributeError, OSError):  # where files have no modes
        os.fchmod(descriptor, OWNERS_ALONE)
    return descriptor


def _mend(descriptor: int) -> str:
    """Cut off a last line that was never completed; what to write before the next."""
    is_alone = _is_locked(descriptor)
    size = os.lseek(descriptor, 0, os.SEEK_END)
    os.lseek(descriptor, max(0, size - 1), os.SEEK_SET)
    if os.read(descriptor, 1) in (b"", b"\n"):
        return ""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", closefd=False) as file:
        rest = file.read().rpartition(b"\n")[2]
    if not is_alone or _is_sealed(rest):
        return "\n"
    os.ftruncate(descriptor, size - len(rest))
    return ""


def _is_locked(descriptor: int) -> bool:
    """Whether, until the descriptor is closed, no other search writes."""
    try:
        import fcntl
    except ImportError:  # on Windows
        return False
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # another search writes a line, or was stopped in it
            time.sleep(0.002)
        except OSError:  # on some network file systems
            return False
        else:
            return True
    return False


def _is_sealed(line: bytes) -> bool:
    try:
        unseal(line.decode("ascii", errors="replace"))
    except ValueError:
        return False
    return True
