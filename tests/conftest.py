"""What holds for all tests."""

import os

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import settings

# Before numpy is loaded: tests run in several processes at once, and start more; each
# would have as many threads as there are cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes depends on what else the machine does, so it is no law.
# `--hypothesis-profile thorough`, which nightly runs use, tries more of them.
settings.register_profile("skbluetuna", deadline=None, max_examples=20)
settings.register_profile("thorough", deadline=None, max_examples=200)
settings.load_profile("skbluetuna")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    """Leave tests to the collector of tests, which tells of what cannot be imported.

    That of doctests, which comes first, would skip such a file and leave half a module
    behind, in which no test is found.
    """
    return [one for one in (yield) if not isinstance(one, DoctestModule)]
