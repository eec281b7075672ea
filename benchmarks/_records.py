"""Results as JSON lines: one run a line, appended, so that a killed command goes on.

Those that the pages were made of are packed in ``benchmarks/records``; what a command
adds to them stands beside the page, until ``python -m benchmarks pack`` packs it too.
"""

import gzip
import json
import os
import platform
import re
import shlex
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from joblib import Parallel, delayed

from skbluetuna import __version__

__all__ = ["PAGES", "Records", "anywhere", "packed_of", "run_all", "versions"]

PAGES = Path("doc/benchmarks")
PACKED = Path("benchmarks/records")

PACKAGES = (
    "numpy", "scipy", "scikit-learn", "joblib", "xgboost-cpu", "xgboost",
    "lightgbm", "optuna", "optuna-integration", "scikit-optimize", "HEBO", "smac",
    "ax-platform", "hyperopt", "flaml", "torch", "onnxruntime",
)  # fmt: skip

# What records and pages say in place of a folder: a reader has another one, and where
# ours was is nobody's business.
PLACES = {"--out": "OUT", "--data": "DATA", "--yahpo": "BENCH", "--tables": "TABLES"}
ABSOLUTE = re.compile(
    r"(?<![\w./:~-])"  # neither within a relative path nor within an address
    r"(?:~?/(?=[\w.])|[A-Za-z]:[\\/]|\\\\(?=\w))[^\s'\"<>|,;:()]*"
)


def packed_of(path):
    """The packed runs of a file beside the pages; None for files anywhere else."""
    path = Path(path).resolve()
    if not path.is_relative_to(PAGES.resolve()):
        return None
    inner = path.relative_to(PAGES.resolve())
    return PACKED / inner.with_name(f"{inner.name}.gz")


def anywhere(argv):
    """A command line that holds on any machine: folders by their placeholders."""
    words = []
    for word in argv:
        option, equals, _ = word.partition("=")
        if words and words[-1] in PLACES:
            words.append(PLACES[words[-1]])
        elif equals and option in PLACES:
            words.append(f"{option}={PLACES[option]}")
        else:
            words.append(ABSOLUTE.sub("PATH", word))
    return words


def versions():
    """Versions of what is installed here, Python's first."""
    found = {"python": platform.python_version(), "skbluetuna": __version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


class Records:
    """The runs in a file, by their key.

    Parameters
    ----------
    path : path-like
        JSON lines. The first of each session is a header: its command, date and
        versions, and the problem. A torn last line, left by a kill, is cut off.
    problem : dict
        What all runs of the file share.
    argv : list of str
        The command.

    Raises
    ------
    ValueError
        If the file holds runs of another problem, or a line that is no record.
    """

    def __init__(self, path, problem, argv):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.problem = json.loads(json.dumps(problem))  # as it will be read again
        self.headers, self.runs, self.errors = [], {}, {}
        self._load()
        self._argv = argv
        self._is_open = False

    def _load(self):
        packed = packed_of(self.path)
        if packed is not None and packed.exists():
            self._read(gzip.decompress(packed.read_bytes()), packed)
        if not self.path.exists():
            return
        raw = self.path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        self._read(whole, self.path)

    def _read(self, lines, path):
        """Sort in the lines of a file."""
        for number, line in enumerate(lines.splitlines(), start=1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path}:{number} is no record: {error}") from error
            if "header" in row:
                self._check(row["header"]["problem"])
                self._head(row["header"])
            else:
                self._keep(row)

    def _head(self, header):
        """Keep a header; those of files from before hold folders as they were."""
        command = shlex.join(anywhere(shlex.split(header["command"])))
        self.headers.append(header | {"command": command})

    def _keep(self, row):
        """Sort a run in; one that failed is tried again by the next command."""
        key = tuple(row["key"])
        self.errors.pop(key, None)
        (self.errors if "error" in row else self.runs)[key] = row

    def _check(self, problem):
        different = sorted(
            k
            for k in self.problem.keys() | problem.keys()
            if self.problem.get(k) != problem.get(k)
        )
        if different:
            raise ValueError(
                f"{self.path} holds runs with another {', '.join(different)}; "
                "name another --out, or move the file away."
            )

    def add(self, row):
        """Put one run on disk."""
        if not self._is_open:  # a session that adds nothing leaves no header
            header = {
                "command": "python -m benchmarks " + shlex.join(anywhere(self._argv)),
                "date": time.strftime("%Y-%m-%d"),
                "cpus": os.cpu_count(),
                "versions": versions(),
                "problem": self.problem,
            }
            self._write({"header": header})
            self.headers.append(header)
            self._is_open = True
        if "error" in row:  # of a peer's file, say
            row = row | {"error": ABSOLUTE.sub("PATH", row["error"])}
        self._write(row)
        self._keep(row)

    def _write(self, row):
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, allow_nan=True) + "\n")
            file.flush()
            os.fsync(file.fileno())


def run_all(records, jobs, n_jobs):
    """Run what is not in the file yet, with progress on standard error.

    Parameters
    ----------
    records : Records
        Where results go.
    jobs : dict of tuple to (function, arguments)
        The function returns a dict; the key becomes its ``key``.
    n_jobs : int
        Processes.
    """
    todo = {key: job for key, job in jobs.items() if key not in records.runs}
    start = time.perf_counter()
    print(f"{len(jobs) - len(todo)} of {len(jobs)} runs on file", file=sys.stderr)
    calls = (delayed(_keyed)(key, *job) for key, job in todo.items())
    rows = Parallel(n_jobs, return_as="generator_unordered")(calls)
    for done, row in enumerate(rows, start=1):
        records.add(row)
        spent = time.perf_counter() - start
        left = spent / done * (len(todo) - done)
        print(
            f"{done}/{len(todo)} {'/'.join(map(str, row['key']))}"
            f"  {spent / 60:.1f} min, about {left / 60:.1f} left",
            file=sys.stderr,
            flush=True,
        )


def _keyed(key, function, arguments):
    return {"key": list(key), **function(*arguments)}
