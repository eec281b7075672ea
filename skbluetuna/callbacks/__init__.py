"""Trackers: what a search evaluates, in the tools in which people watch experiments.

Give them to ``search.set_callbacks(...)``, which scikit-learn has from 1.9 on. All
write to this machine and need no network. They hear of evaluations in the main process,
whatever engine makes them; one that fails is warned of once, and the search goes on.
"""

from skbluetuna.callbacks._json_lines import JSONLinesTracker
from skbluetuna.callbacks._mlflow import MLflowTracker
from skbluetuna.callbacks._tensorboard import TensorBoardTracker
from skbluetuna.callbacks._trackio import TrackioTracker

__all__ = [
    "JSONLinesTracker",
    "MLflowTracker",
    "TensorBoardTracker",
    "TrackioTracker",
]
