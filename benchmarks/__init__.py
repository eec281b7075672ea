"""Head to head: skbluetuna against the searches that people would otherwise use.

``python -m benchmarks --help`` from the root of the repository; see README.md here.
"""
