"""After the search: whether a model still does what it did, and a search anew.

``_watch`` is what is fed with batches. ``_losses`` makes one number of each row,
``_evidence`` tests them one by one, ``_inputs`` and ``_two_samples`` read and compare
columns. ``_refresh`` searches again on new data, and ``_comparison`` compares the
result with the model in use.
"""

from skbluetuna.production._comparison import Comparison
from skbluetuna.production._refresh import Refresh, search_again
from skbluetuna.production._watch import Alarm, Watch

__all__ = ["Alarm", "Comparison", "Refresh", "Watch", "search_again"]
