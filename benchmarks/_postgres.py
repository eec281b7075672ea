"""A PostgreSQL server of one's own, for as long as it is needed, on the loopback only.

Debian: ``apt-get install postgresql``; the driver: ``pip install psycopg2-binary``. The
server that the package may have started is left alone.
"""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

__all__ = ["missing", "server"]


def _binaries():
    """Folder of initdb and pg_ctl, the newest version's; None if there is none."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    by_version = sorted(folders, key=lambda path: float(path.parts[-3]))
    return by_version[-1].parent if by_version else None


def missing():
    """Why no server can be started; None if one can."""
    if _binaries() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if find_spec("psycopg2") is None:
        return "its driver is not installed (pip install psycopg2-binary)"
    return None


@contextmanager
def server():
    """Start a server with an empty database; give its URL, and stop it afterwards."""
    binaries = _binaries()
    # It refuses to run as root; Debian's package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    password = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        secret = Path(folder, "password")
        secret.write_text(password)
        if user:
            for path in (folder, secret):
                shutil.chown(path, user)
        data = f"{folder}/data"
        run = partial(
            subprocess.run, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder
        )
        run(
            [binaries / "initdb", "-D", data, "-U", "owner", f"--pwfile={secret}",
             "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"],
        )  # fmt: skip
        port = _free_port()
        settings = (
            f"-c listen_addresses=127.0.0.1 -c port={port} "
            f"-c unix_socket_directories={folder}"
        )
        run(
            [binaries / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log",
             "-o", settings, "start"],
        )  # fmt: skip
        try:
            yield f"postgresql+psycopg2://owner:{password}@127.0.0.1:{port}/postgres"
        finally:
            run([binaries / "pg_ctl", "-D", data, "-m", "fast", "stop"])


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
