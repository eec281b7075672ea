"""Whose turn it is: budgets, the alternatives' shares of them, and the next trials."""

from skbluetuna.scheduling._budget import Budget, Share, allocate
from skbluetuna.scheduling._initial import as_references, initial_rows
from skbluetuna.scheduling._scheduler import Scheduler

__all__ = ["Budget", "Scheduler", "Share", "allocate", "as_references", "initial_rows"]
