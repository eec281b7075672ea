"""Trackers: a search in MLflow, TensorBoard, Trackio, or as lines of JSON.

Give them to ``search.set_callbacks(...)``. All write to this machine and need no
network. They are told of evaluations in the main process, whatever engine evaluates.
One that fails is warned of once, and the search goes on.
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
