"""What holds for all tests."""

import os

# Before numpy is loaded: tests run in several processes at once, and start more; each
# would have as many threads as there are cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
