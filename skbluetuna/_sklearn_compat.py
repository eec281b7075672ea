"""The only file that touches private scikit-learn names.

When scikit-learn moves one of them, this is the file to mend.
"""

from numbers import Integral

from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

__all__ = ["BaseSearchCV", "FrozenSplits", "at_least_one", "has_methods", "one_of"]


class FrozenSplits:
    """Splits drawn once, so that every candidate is scored on the same folds.

    ``BaseSearchCV`` runs ``cv.split`` again for every batch of candidates, which gives
    an unseeded shuffling splitter other folds each time (scikit-learn issue 15149).

    Parameters
    ----------
    cv : cross-validator
        The splitter to draw from.
    X, y : array-like
        The data.
    split_params : dict
        What metadata routing passes to ``split``, e.g. ``groups``.

    Attributes
    ----------
    original : cross-validator
        The splitter that was given.
    """

    def __init__(self, cv, X, y, split_params):
        self.original = cv
        self._splits = list(cv.split(X, y, **split_params))
        # Asked of the splitter, not counted: scikit-learn compares the two.
        self._n_splits = cv.get_n_splits(X, y, **split_params)

    def split(self, X=None, y=None, **params):  # noqa: ARG002
        """Yield the (train, test) pairs that were drawn."""
        yield from self._splits

    def get_n_splits(self, X=None, y=None, **params):  # noqa: ARG002
        """Return the number of splits that the splitter announced."""
        return self._n_splits

    def __getstate__(self):
        # The search is pickled into every task; workers are given their own indices.
        return self.__dict__ | {"_splits": []}


def at_least_one():
    """Constraint of a parameter that counts something."""
    return Interval(Integral, 1, None, closed="left")


def has_methods(*names):
    """Constraint of a parameter that must have these methods."""
    return HasMethods(list(names))


def one_of(*names):
    """Constraint of a parameter that is one of these words."""
    return StrOptions(set(names))
