"""The package's own errors.

Bad values at the border raise plain ``ValueError`` or ``TypeError``; the classes here
exist where a caller may want to catch one thing and not another.
"""

__all__ = [
    "AlreadyToldError",
    "CheckpointWarning",
    "HistoryWarning",
    "MissingDependencyError",
    "TrackerWarning",
    "UnexplainedError",
    "UnknownTrialError",
]


class UnknownTrialError(ValueError):
    """A score was told for a trial that this tuner never asked."""


class AlreadyToldError(RuntimeError):
    """A score was told twice for the same trial."""


class UnexplainedError(AttributeError, ValueError):
    """The strategy of a search has no rules that say what it learned.

    So the search has no tables: ``hasattr(search, "weights_")`` is False.
    """


class MissingDependencyError(ImportError):
    """An optional package is needed and not installed."""


class CheckpointWarning(UserWarning):
    """Lines of a checkpoint are damaged or can not be right, and count as not there."""


class HistoryWarning(UserWarning):
    """Lines of a file of past searches are damaged, and left out."""


class TrackerWarning(UserWarning):
    """A tracker failed and is given up; the search goes on without it."""
