"""What holds for all tests."""

import os

# Before numpy is loaded: tests run in as many processes as there are cores, which would
# each start as many threads, and so do the processes that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
