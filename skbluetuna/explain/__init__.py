"""What was learned: tables in the user's names and values, predictions, bounds.

``_classic_explanation`` and ``_adaptive_explanation`` are the rules of the two
strategies, ``_learned`` applies a strategy's rules to a history.
"""

from skbluetuna.explain._adaptive_explanation import ADAPTIVE
from skbluetuna.explain._classic_explanation import classic_explanation
from skbluetuna.explain._explanation import Explanation
from skbluetuna.explain._learned import Learned
from skbluetuna.explain._tables import at_ends

__all__ = ["ADAPTIVE", "Explanation", "Learned", "at_ends", "classic_explanation"]
