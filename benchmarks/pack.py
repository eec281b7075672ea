"""Pack the runs that stand beside the pages into benchmarks/records.

A page is made of both, so nothing changes but where they are. From the root of the
repository.
"""

import gzip

from benchmarks._records import PAGES, packed_of


def add_arguments(parser):
    """No options but those of all commands."""


def command(args, argv):  # noqa: ARG001
    """Append each file to its archive, and remove it."""
    for path in sorted(PAGES.rglob("*.jsonl")):
        packed = packed_of(path)
        packed.parent.mkdir(parents=True, exist_ok=True)
        before = gzip.decompress(packed.read_bytes()) if packed.exists() else b""
        # Without the time of packing, so that the same runs are the same file.
        packed.write_bytes(gzip.compress(before + path.read_bytes(), mtime=0))
        path.unlink()
        print(f"{path} -> {packed}")
    return 0
